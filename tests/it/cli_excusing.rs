//! A person lets a duty off or gives more time: shown first, on record, never silent.

use chrono::{Days, NaiveDate};
use duban::clock::Clock;

use crate::support::command::Desk;

const WAIVE: [&str; 3] = ["waive", "2026-001", "pub-6b"];
const BY: [&str; 4] = ["--by", "李局长", "--reason", "申请人撤回"];

fn today() -> NaiveDate {
    Clock::System.today()
}

fn ahead(days: u64) -> String {
    (today() + Days::new(days)).to_string()
}

fn ago(days: u64) -> String {
    (today() - Days::new(days)).to_string()
}

/// A desk with a decision whose window has just closed, and so many hearing requests; the
/// window is event 1, the requests follow.
fn desk(requests: usize) -> Desk {
    let desk = Desk::new();
    desk.decision("2026-001", "供热方案");
    desk.event("2026-001", "comment_closes", &today().to_string());
    for _ in 0..requests {
        desk.event("2026-001", "hearing_requested", &ago(3));
    }
    desk
}

fn events(desk: &Desk) -> i64 {
    let count = "select count(*) from event";
    let catalogue = desk.catalogue();
    catalogue.query_row(count, [], |row| row.get(0)).unwrap()
}

fn note(desk: &Desk) -> (String, String, Option<i64>) {
    let last = "select kind, note, ref from event order by id desc limit 1";
    let catalogue = desk.catalogue();
    let row = catalogue.query_row(last, [], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)));
    row.unwrap()
}

#[test]
fn a_must_is_waived_only_anyway_and_stays_visible() {
    let desk = desk(1);
    let told = desk.duban(&[&WAIVE[..], &BY].concat()).refused(1);
    assert!(
        told.contains("应当 (must)") && told.contains("--anyway"),
        "{told}"
    );
    assert_eq!(events(&desk), 2);
    let until = ahead(30);
    let anyway = [&WAIVE[..], &BY, &["--anyway", "--until", &until]].concat();
    let dry = desk.duban(&[&anyway[..], &["--dry-run"]].concat()).ok();
    assert!(dry.ends_with("nothing was written\n"), "{dry}");
    assert_eq!(events(&desk), 2);
    let said = desk.duban(&anyway);
    assert!(
        said.err.contains("warning: the text puts pub-6b"),
        "{said:?}"
    );
    let told = said.ok();
    for part in [
        "2026-001/pub-6b/2  答复听证",
        "before   due ",
        "waived until",
        "by 李局长: 申请人撤回",
    ] {
        assert!(told.contains(part), "{part}: {told}");
    }
    assert!(told.ends_with("recorded as event 3, waived\n"), "{told}");
    let expected = format!("pub-6b；李局长；申请人撤回；until {until}");
    assert_eq!(note(&desk), ("waived".to_owned(), expected, Some(2)));
    let why = desk.duban(&["why", "2026-001", "pub-6b"]).ok();
    assert!(why.contains("by 李局长: 申请人撤回"), "{why}");
    let due = desk.duban(&["due", "--state", "waived"]).ok();
    assert!(due.contains("pub-6b"), "{due}");
    let again = desk.duban(&anyway).refused(1);
    assert!(
        again.contains("nothing of pub-6b is open") && again.contains("waived"),
        "{again}"
    );
}

#[test]
fn a_should_needs_no_more_than_name_and_reason() {
    let desk = Desk::new();
    desk.decision("2026-001", "供热方案");
    desk.event("2026-001", "legality_requested", &today().to_string());
    let waive = ["waive", "2026-001", "h-26"];
    let said = desk.duban(&[&waive[..], &BY].concat());
    assert!(said.err.is_empty(), "{said:?}");
    assert!(said.ok().contains("waived by 李局长"));
}

#[test]
fn an_exemption_of_the_pack_is_confirmed_as_one() {
    let desk = Desk::new();
    let pack = include_str!("../../config/rules/example-other-city.toml");
    let rules = "\n[[rule]]\nid = \"e-1\"\ntitle = \"专家人数可以免于要求\"\n\
        basis = [{ system = \"程序规定\", article = \"21\" }]\nrelation = \"exemption\"\nexempts = [\"exp-8a\"]\n\
        responsible = \"centre\"\nstrength = \"must\"\n";
    desk.write("other.toml", format!("{pack}{rules}"));
    desk.extend("duban.toml", "[rules]\nfile = \"other.toml\"\n");
    desk.decision("2026-001", "供热方案");
    desk.event("2026-001", "expert_review_on", &ahead(20));
    let told = desk.duban(&[&["waive", "2026-001", "e-1"], &BY[..]].concat());
    assert!(told.refused(1).contains("is an exemption itself"));
    let told = desk
        .duban(&[&["waive", "2026-001", "exp-8a"], &BY[..]].concat())
        .ok();
    assert!(
        told.ends_with("recorded as event 2, evaluation_exempted\n"),
        "{told}"
    );
    let sentence = desk.duban(&["rules", "show", "e-1"]).ok();
    assert!(
        sentence.contains("可以免于“参加论证的专家为3人以上单数”"),
        "{sentence}"
    );
}

#[test]
fn more_time_is_another_last_day_on_record() {
    let desk = desk(1);
    let until = ahead(60);
    let extend = [
        "extend",
        "2026-001",
        "pub-6b",
        "--until",
        &until,
        "--evidence",
        "洮政办〔2026〕1号",
    ];
    let said = desk.duban(&[&extend[..], &BY].concat());
    assert!(said.err.contains("应当 (must)"), "{said:?}");
    let told = said.ok();
    assert!(told.contains(&format!("after    due {until}")), "{told}");
    assert!(told.ends_with("recorded as event 3, extended\n"), "{told}");
    let expected = "pub-6b；李局长；申请人撤回".to_owned();
    assert_eq!(note(&desk), ("extended".to_owned(), expected, Some(2)));
    let why = desk.duban(&["why", "2026-001", "pub-6b"]).ok();
    for part in [until.as_str(), "李局长", "申请人撤回"] {
        assert!(why.contains(part), "{part}: {why}");
    }
    // Once more to the same day, to the past, or not at all.
    let told = desk.duban(&[&extend[..], &BY].concat()).refused(1);
    assert!(told.contains("is not after"), "{told}");
    let past = ["extend", "2026-001", "pub-6b", "--until", "2024-01-01"];
    let told = desk.duban(&[&past[..], &BY].concat()).refused(1);
    assert!(told.contains("is before today"), "{told}");
}

#[test]
fn where_several_are_open_one_must_be_named() {
    let desk = desk(2);
    let anyway = [&WAIVE[..], &BY, &["--anyway"]].concat();
    let told = desk.duban(&anyway).refused(1);
    for part in [
        "several are open; name one with --ref",
        "pub-6b/2: due",
        "pub-6b/3: due",
        "for hearing_requested on",
    ] {
        assert!(told.contains(part), "{part}: {told}");
    }
    let none = desk
        .duban(&[&anyway[..], &["--ref", "1"]].concat())
        .refused(1);
    assert!(none.contains("--ref names none"), "{none}");
    let told = desk.duban(&[&anyway[..], &["--ref", "3"]].concat()).ok();
    assert!(
        told.contains("pub-6b/3") && !told.contains("pub-6b/2"),
        "{told}"
    );
    assert_eq!(note(&desk).2, Some(3));
}

#[test]
fn what_cannot_be_meant_is_refused_with_its_reason() {
    let desk = desk(0);
    let with = |command: &[&str]| desk.duban(&[command, &BY].concat());
    for (command, reason) in [
        (
            ["waive", "2026-009", "pub-6b"],
            "there is no decision 2026-009",
        ),
        (["waive", "2026-001", "pub-99"], "there is no rule pub-99"),
        (
            ["waive", "2026-001", "pub-6b"],
            "does not apply to 2026-001",
        ),
    ] {
        let told = with(&command).refused(1);
        assert!(told.contains(reason), "{reason}: {told}");
    }
    let until = ["waive", "2026-001", "h-26", "--until", "2024-01-01"];
    assert!(with(&until).refused(1).contains("it would waive nothing"));
    for (by, reason) in [("李；局长", "x"), ("李", "a;b"), (" ", "x"), ("李", "")] {
        let command = ["waive", "2026-001", "h-26", "--by", by, "--reason", reason];
        assert!(desk.duban(&command).refused(2).contains("expected"));
    }
    assert_eq!(events(&desk), 1);
}

#[test]
fn an_extension_that_does_not_say_who_and_why_gives_no_time() {
    let desk = desk(1);
    let add = [
        "event",
        "add",
        "2026-001",
        "extended",
        &ahead(60),
        "--note",
        "pub-6b；李局长",
    ];
    let told = desk.duban(&add).refused(1);
    assert!(told.contains("rule, person and reason"), "{told}");
}

#[test]
fn why_shows_what_a_gate_lacks_who_speaks_for_it_and_what_might_be_excused() {
    let desk = Desk::new();
    desk.decision("2026-001", "供热方案");
    desk.event("2026-001", "execution_started", &ahead(0));
    desk.event("2026-001", "executive_meeting_on", &ahead(5));
    let say = "update decision set major_reform = 1, superior_mandated = 1, professional = 0";
    desk.catalogue().execute(say, []).unwrap();
    let gate = desk.duban(&["why", "2026-001", "col-5.meeting"]).ok();
    assert!(
        gate.contains("lacks      arc-10  归集公众参与阶段材料"),
        "{gate}"
    );
    let asked = "lacks      h-22  可能影响社会稳定、公共安全的事项，提请审议前完成风险评估: nobody has said";
    assert!(gate.contains(asked), "{gate}");
    assert!(!gate.contains("exp-4"), "{gate}");
    let member = desk.duban(&["why", "2026-001", "arc-10"]).ok();
    assert!(
        member.contains("silent     another rule speaks for it"),
        "{member}"
    );
    let evaluation = desk.duban(&["why", "2026-001", "eva-15c"]).ok();
    assert!(evaluation.contains("candidate  eva-16b"), "{evaluation}");
    let json = desk
        .duban(&["why", "2026-001", "col-5.meeting", "--json"])
        .json();
    assert!(json[0]["lacking"].as_array().unwrap().len() > 8);
}
