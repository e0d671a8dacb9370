//! `due` and `why`: the JSON contract, order, filters, and what a page shows.

use chrono::NaiveDate;
use clap::Parser as _;
use duban::cli::args::{CalendarCommand, Cli, Command};
use duban::cli::due::{Row, sort, write_json, write_table};
use duban::cli::filter::Filter;
use duban::cli::table::Screen;
use duban::cli::why::{Explained, write_decision};
use duban::domain::counting::Step;
use duban::domain::decision::{Decision, DecisionId};
use duban::domain::directory::{Directory, Unit};
use duban::domain::notice::{Channel, Recipient};
use duban::domain::obligation::{Dates, Missing, Obligation, ObligationKey, State};
use duban::domain::pack::{Audience, Basis, Pack, Rule, System};
use duban::domain::shipped;
use duban::store::ledger::reader::Listed;

use super::cli_counting::{calendar, day};

use crate::support::decisions;

const TODAY: &str = "2026-09-24";

fn decision(confidential: bool) -> Decision {
    Decision {
        id: DecisionId("2026-003".to_owned()),
        seq: 3,
        title: "洮南市\u{1b}[31m城区停车收费方案".to_owned(),
        drafting_unit: Some("市住建局".to_owned()),
        executing_unit: None,
        confidential,
        ..decisions::blank()
    }
}

fn rule() -> Rule {
    let pack = shipped::pack().unwrap();
    let shipped = pack.rule("pub-6b").unwrap().clone();
    Rule {
        title: "答复听证申请".to_owned(),
        basis: vec![Basis {
            system: "参与".to_owned(),
            article: "6".to_owned(),
        }],
        ..shipped
    }
}

fn pack() -> Pack {
    Pack {
        systems: vec![System {
            id: "参与".to_owned(),
            title: "重大行政决策公众参与制度".to_owned(),
        }],
        rules: vec![rule()],
        ..shipped::pack().unwrap()
    }
}

fn directory() -> Directory {
    let bureau = Unit {
        name: "市住房和城乡建设局".to_owned(),
        aliases: vec!["市住建局".to_owned()],
        ..Unit::default()
    };
    let centre = Unit {
        name: "市督查指挥中心".to_owned(),
        ..Unit::default()
    };
    Directory::new(centre, vec![bureau], std::collections::BTreeMap::new())
}

fn obligation<'a>(rule: &'a Rule, occurrence: &str, due_on: Option<&str>) -> Obligation<'a> {
    let dates = due_on.map(|due_on| Dates {
        anchor_on: day("2026-09-17"),
        due_on: day(due_on),
        latest_on: day(due_on),
        provisional: false,
    });
    Obligation {
        key: ObligationKey {
            decision: DecisionId("2026-003".to_owned()),
            rule: rule.id.clone(),
            occurrence: occurrence.to_owned(),
        },
        rule,
        cited: vec![rule],
        near: "-3d".parse().unwrap(),
        dates,
        trail: vec![Step::Anchor {
            on: day("2026-09-17"),
            from: "comment_closes".to_owned(),
        }],
        missing: vec![Missing::Flag("wide_impact".to_owned())],
        done: None,
        excuse: None,
        spoken_for: false,
        candidates: Vec::new(),
        gathered: Vec::new(),
    }
}

fn text(write: impl FnOnce(&mut Vec<u8>)) -> String {
    let mut out = Vec::new();
    write(&mut out);
    String::from_utf8(out).unwrap()
}

fn rows<'a>(
    obligations: &'a [Obligation<'a>],
    decision: &'a Decision,
    today: NaiveDate,
) -> Vec<Row<'a>> {
    let row = |obligation| Row::new(obligation, decision, &directory(), today);
    let mut rows: Vec<Row<'_>> = obligations.iter().map(row).collect();
    sort(&mut rows);
    rows
}

#[test]
fn due_json_has_every_field_of_the_contract() {
    let (rule, decision) = (rule(), decision(false));
    let obligations = [obligation(&rule, "17", Some("2026-09-23"))];
    let json = text(|out| write_json(out, rows(&obligations, &decision, day(TODAY))).unwrap());
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    let row = &json[0];
    assert_eq!(row["decision"], "2026-003");
    assert_eq!(row["rule"], "pub-6b");
    assert_eq!(row["occurrence"], "17");
    assert_eq!(row["basis"][0]["article"], "6");
    assert_eq!(row["anchor_on"], "2026-09-17");
    assert_eq!(row["due_on"], "2026-09-23");
    assert_eq!(row["latest_on"], "2026-09-23");
    assert_eq!(row["strength"], "must");
    assert_eq!(row["state"], "overdue");
    assert_eq!(row["provisional"], false);
    assert_eq!(row["responsible"], "市住房和城乡建设局");
    assert_eq!(row["trail"][0]["step"], "anchor");
}

#[test]
fn no_rows_are_an_empty_array() {
    let none: Vec<Row<'_>> = Vec::new();
    assert_eq!(text(|out| write_json(out, none).unwrap()), "[]\n");
}

#[test]
fn the_most_urgent_comes_first_and_what_has_no_date_comes_last() {
    let (rule, decision) = (rule(), decision(false));
    let obligations = [
        obligation(&rule, "waiting", None),
        obligation(&rule, "open", Some("2026-12-01")),
        obligation(&rule, "near", Some("2026-09-25")),
        obligation(&rule, "late", Some("2026-09-22")),
        obligation(&rule, "later", Some("2026-09-23")),
    ];
    let rows = rows(&obligations, &decision, day(TODAY));
    let order: Vec<&str> = rows.iter().map(|row| row.occurrence).collect();
    assert_eq!(order, ["late", "later", "near", "open", "waiting"]);
}

#[test]
fn a_filter_knows_a_unit_by_any_of_its_names() {
    let (rule, decision) = (rule(), decision(false));
    let obligations = [
        obligation(&rule, "1", Some("2026-09-22")),
        obligation(&rule, "2", Some("2026-12-01")),
        obligation(&rule, "3", None),
    ];
    let kept = |line: &[&str]| {
        let Command::Due(args) = Cli::parse_from(line).command else {
            panic!("not due");
        };
        let filter = Filter::new(&args, &directory()).for_people();
        let rows = rows(&obligations, &decision, day(TODAY));
        let rows = rows.into_iter().filter(|row| filter.wants(row));
        rows.map(|row| row.occurrence).collect::<Vec<_>>()
    };
    assert_eq!(kept(&["duban", "due", "--unit", "市住建局"]), ["1", "2"]);
    assert_eq!(
        kept(&["duban", "due", "--unit", "市司法局"]),
        Vec::<&str>::new()
    );
    assert_eq!(kept(&["duban", "due", "--to", "2026-09-30"]), ["1"]);
    assert_eq!(kept(&["duban", "due", "--from", "2026-09-30"]), ["2"]);
    assert_eq!(
        kept(&["duban", "due", "--state", "waiting,open"]),
        ["2", "3"]
    );
}

#[test]
fn a_confidential_title_is_shown_nowhere() {
    let (rule, decision) = (rule(), decision(true));
    let obligations = [obligation(&rule, "", Some("2026-09-23"))];
    let rows = rows(&obligations, &decision, day(TODAY));
    let screen = Screen::plain(200);
    let table = text(|out| write_table(out, &rows, screen).unwrap());
    let json = text(|out| write_json(out, &rows).unwrap());
    let page = text(|out| write_decision(out, &decision, screen).unwrap());
    for shown in [table, json, page] {
        assert!(!shown.contains("停车"), "{shown}");
        assert!(shown.contains("2026-003"), "{shown}");
    }
}

#[test]
fn why_shows_law_state_trail_gaps_and_history_and_nothing_steers_the_terminal() {
    let (rule, decision, pack) = (rule(), decision(false), pack());
    let obligations = [obligation(&rule, "17", Some("2026-09-23"))];
    let row = rows(&obligations, &decision, day(TODAY)).remove(0);
    let history = vec![Listed {
        acknowledged: None,
        held_since: None,
        held_because: None,
        upward: 0,
        made_at: "2026-09-22T16:30:00.000Z".to_owned(),
        decision: "2026-003".to_owned(),
        rule: "pub-6b".to_owned(),
        occurrence: "17".to_owned(),
        rung: "-1d".to_owned(),
        kind: "reminder".to_owned(),
        recipient: Recipient {
            unit: "市住房和城乡建设局".to_owned(),
            audience: Audience::Head,
            name: "褚卫东".to_owned(),
            address: "fuzeren@zjj.example.gov.cn".to_owned(),
            channel: Channel::Mail,
        },
        message: "6f1d".to_owned(),
        state: "delivered".to_owned(),
        attempts: 2,
        next_at: "2026-09-22T16:30:00.000Z".to_owned(),
        last_word: Some("250 ok\u{1b}[2J".to_owned()),
    }];
    let explained = Explained::new(row, &pack, &calendar(), history);
    let screen = Screen::plain(120);
    let page = text(|out| {
        write_decision(out, &decision, screen).unwrap();
        explained.write(out, screen).unwrap();
    });
    for part in [
        "pub-6b/17  答复听证申请  ✕ overdue",
        "basis      《重大行政决策公众参与制度》 Art. 6",
        "due        2026-09-23 Wed at the latest",
        "anchor     2026-09-17 Thu comment_closes (this day is not counted)",
        "missing    nobody has said whether it is wide_impact",
        "2026-09-23 00:30",
        "市住房和城乡建设局 褚卫东 (head)",
        "■ delivered",
        "executing  nobody is named",
    ] {
        assert!(page.contains(part), "{part}\n{page}");
    }
    assert!(!page.contains('\u{1b}'));
    assert!(!page.contains('@'), "an address is shown");
    let json = serde_json::to_value(&explained).unwrap();
    assert_eq!(json["due_on"], "2026-09-23");
    assert_eq!(json["history"][0]["attempts"], 2);
}

#[test]
fn a_backward_offset_is_no_option_wherever_it_stands() {
    for line in [
        &["duban", "calendar", "count", "2026-09-24", "-5wd"][..],
        &["duban", "calendar", "count", "2026-09-24", "-5wd", "--json"],
        &["duban", "calendar", "count", "--json", "2026-09-24", "-5wd"],
        &["duban", "calendar", "count", "2026-09-24", "--json", "-5wd"],
    ] {
        let cli = Cli::try_parse_from(line).unwrap();
        let Command::Calendar(CalendarCommand::Count(args)) = cli.command else {
            panic!("not a count");
        };
        assert_eq!(args.offset.to_string(), "-5wd");
    }
}

#[test]
fn the_command_line_is_sound_and_every_command_shows_an_example() {
    use clap::CommandFactory as _;
    let mut command = Cli::command();
    command.build();
    command.clone().debug_assert();
    let leaves = |command: &clap::Command| {
        command.get_subcommands().next().is_none() && !command.is_hide_set()
    };
    let mut open = vec![command];
    while let Some(command) = open.pop() {
        open.extend(command.get_subcommands().cloned());
        let help = command
            .get_after_help()
            .map(ToString::to_string)
            .unwrap_or_default();
        let taught = !leaves(&command) || help.contains("duban") || command.get_name() == "help";
        assert!(taught, "{} has no example", command.get_name());
    }
}

#[test]
fn states_are_sorted_as_urgency_reads() {
    assert!(State::Overdue < State::Near && State::Near < State::Open);
    assert!(State::Open < State::Waiting && State::Waiting < State::Done);
}
