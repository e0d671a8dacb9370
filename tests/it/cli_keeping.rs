//! Filling the catalogue, looking into it, and keeping the ledger, as an administrator
//! types it.

use duban::store::ledger;

use crate::support::command::Desk;

const SHEET: &str = "\
id,organ,year,seq,title,drafting_unit,planned_text
2026-001,洮南市人民政府,2026,1,供热方案,市住建局,第三季度
2026-002,洮南市人民政府,2026,2,公交方案,市住建局,2026年12月
";

#[test]
fn an_import_is_shown_first_written_once_and_exported_as_it_came() {
    let desk = Desk::new();
    let sheet = desk.write("catalog.csv", SHEET);
    let import = |more: &[&str]| {
        let all = [&["catalog", "import", sheet.as_str()], more].concat();
        desk.duban(&all)
    };
    let shown = import(&["--dry-run"]).ok();
    assert!(
        shown.ends_with(
            "2 to add, 0 to change, 0 unchanged, 0 warnings, 0 faults: nothing written\n"
        ),
        "{shown}"
    );
    assert!(!desk.duban(&["catalog", "show"]).ok().contains("2026-001"));
    assert!(import(&["--yes"]).ok().contains("2 to add"));
    let again = import(&["--json"]).json();
    assert_eq!(
        (
            again["unchanged"].as_u64(),
            again["added"].as_array().unwrap().len()
        ),
        (Some(2), 0)
    );

    let export = desk.duban(&["catalog", "export"]).ok();
    let other = Desk::new();
    let copy = other.write("copy.csv", &export);
    other.duban(&["catalog", "import", &copy, "--yes"]).ok();
    assert_eq!(other.duban(&["catalog", "export"]).ok(), export);
    let shown = other
        .duban(&["catalog", "show", "2026-001", "--json"])
        .json();
    assert_eq!(shown[0]["planned_on"], "2026-09-30");
}

#[test]
fn an_unknown_kind_of_event_is_refused_with_a_suggestion_and_taken_if_it_is_meant() {
    let desk = Desk::new();
    desk.decision("2026-001", "供热方案");
    let add = |more: &[&str]| {
        let all = ["event", "add", "2026-001", "publishd", "2026-05-06"];
        desk.duban(&[&all[..], more].concat())
    };
    let told = add(&[]).refused(1);
    assert!(
        told.contains("such as `published` 公布决策; --anyway"),
        "{told}"
    );
    assert!(add(&["--anyway"]).ok().ends_with("recorded as event 1\n"));
    let wrong = [
        "event",
        "add",
        "2026-009",
        "publishd",
        "2026-05-06",
        "--ref",
        "7",
    ];
    let told = desk.duban(&wrong).refused(1);
    assert!(
        told.contains("2026-009") && told.contains("publishd"),
        "{told}"
    );
}

#[test]
fn a_plan_says_whom_why_and_by_which_article_and_writes_nothing() {
    let desk = Desk::new();
    desk.decision("2026-001", "供热方案");
    desk.event("2026-001", "hearing_on", "2026-09-24");
    drop(ledger::open(&desk.at("ledger.db")).unwrap());
    let bytes = || std::fs::read(desk.at("ledger.db")).unwrap();
    let before = bytes();
    let table = desk.duban(&["plan", "--as-of", "2026-09-11"]).ok();
    for part in [
        "pub-10",
        "参与 10",
        "-7d",
        "opened",
        "市住建局 王联络",
        "mail",
        "送达",
    ] {
        assert!(table.contains(part), "{part}: {table}");
    }
    let json = desk
        .duban(&["plan", "--as-of", "2026-09-11", "--json"])
        .json();
    let rows = json.as_array().unwrap();
    let told = rows.iter().find(|row| row["rule"] == "pub-10").unwrap();
    assert_eq!(told["basis"][0]["article"], "10");
    assert_eq!(told["to"]["name"], "王联络");
    assert_eq!(bytes(), before);
    assert_eq!(std::fs::read_dir(desk.at("mail")).unwrap().count(), 0);
    // With a catalogue alone nobody's address is known, and that is no silence.
    let alone = desk.alone(&["plan", "--as-of", "2026-09-11"]).ok();
    assert!(
        alone.contains("✕ unheard") && alone.contains("pub-10"),
        "{alone}"
    );
}

#[test]
fn both_rules_are_cited_where_the_stricter_one_governs() {
    let desk = Desk::new();
    desk.decision("2026-001", "供热方案");
    desk.event("2026-001", "hearing_on", "2026-09-24");
    let json = desk
        .alone(&["due", "--json", "--as-of", "2026-09-01"])
        .json();
    let rows = json.as_array().unwrap();
    let served = rows.iter().find(|row| row["rule"] == "pub-10").unwrap();
    assert_eq!(served["due_on"], "2026-09-16");
    assert_eq!(served["basis"].as_array().unwrap().len(), 2);
    assert_eq!(served["basis"][1]["system"], "713");
    for field in [
        "decision",
        "rule",
        "occurrence",
        "basis",
        "anchor_on",
        "due_on",
        "latest_on",
    ] {
        assert!(!served[field].is_null(), "{field}");
    }
    for field in ["strength", "state", "provisional", "responsible", "trail"] {
        assert!(!served[field].is_null(), "{field}");
    }
    let why = desk.alone(&["why", "2026-001", "pub-10"]).ok();
    assert!(why.contains("（国务院令第713号）》 Art. 16"), "{why}");
    assert!(why.contains("by h-16, which governs"), "{why}");
}

#[test]
fn what_was_done_late_says_by_how_many_working_days() {
    let desk = Desk::new();
    desk.decision("2026-001", "供热方案");
    desk.event("2026-001", "accountability_decided", "2026-09-21");
    desk.event("2026-001", "accountability_served", "2026-10-08");
    let why = ["why", "2026-001", "acc-15a"];
    let told = desk.alone(&why).ok();
    // Due on 24 September; the holidays between do not count.
    assert!(
        told.contains("done       2026-10-08 Thu, 4 working days late"),
        "{told}"
    );
    let json = desk.alone(&[&why[..], &["--json"]].concat()).json();
    assert_eq!(json[0]["working_days_late"], 4);
}

#[test]
fn a_rule_that_says_nothing_of_a_decision_says_why() {
    let desk = Desk::new();
    desk.decision("2026-001", "供热方案");
    let told = |rule: &str| desk.alone(&["why", "2026-001", rule]).refused(1);
    assert!(told("pub-99").contains("`duban rules list`"));
    assert!(told("h-26").contains("no legality_requested is recorded"));
    assert!(
        desk.alone(&["why", "2026-009"])
            .refused(1)
            .contains("no decision 2026-009")
    );
    let needs = desk.alone(&["due", "--state", "waiting"]).ok();
    assert!(needs.contains("is it professional?"), "{needs}");
    let more = desk.alone(&["due"]).ok();
    assert!(more.contains("`duban due --waiting`"), "{more}");
}

#[test]
fn what_waits_is_listed_with_what_it_needs_and_what_was_never_entered_comes_first() {
    let desk = Desk::new();
    desk.decision("2026-001", "供热方案");
    desk.decision("2026-002", "公交方案");
    desk.event("2026-002", "published", "2026-06-01");
    let waiting = |more: &[&str]| {
        let as_of = ["due", "--waiting", "--as-of", "2026-11-25"];
        desk.alone(&[&as_of[..], more].concat())
    };
    let table = waiting(&[]).ok();
    let first = table.lines().nth(1).unwrap();
    assert!(first.contains("never entered"), "{table}");
    assert!(first.contains("2026-002"), "{table}");
    assert!(first.contains("2026-06-01"), "{table}");
    let (asked, forgotten) = (table.find("unanswered"), table.rfind("never entered"));
    assert!(asked.is_some() && forgotten < asked, "{table}");
    assert!(!table.contains("· ahead"), "{table}");
    assert!(table.contains("`duban due --waiting --all`"), "{table}");
    let all = waiting(&["--all"]).ok();
    assert!(all.contains("· ahead"), "{all}");
    assert!(!all.contains("`duban due --waiting --all`"), "{all}");

    // Before that day nothing was forgotten.
    let may = ["due", "--waiting", "--as-of", "2026-05-29"];
    let before = desk.alone(&may).ok();
    assert!(!before.contains("never entered"), "{before}");
    let from = ["due", "--waiting", "--from", "2026-01-01"];
    desk.alone(&from).refused(2);
    desk.alone(&["due", "--all"]).refused(2);
}

#[test]
fn what_waits_has_the_fields_of_due_in_json_and_says_why() {
    let desk = Desk::new();
    desk.decision("2026-001", "供热方案");
    desk.event("2026-001", "published", "2026-06-01");
    desk.event("2026-001", "hearing_requested", "2026-06-02");
    let json = desk.alone(&["due", "--waiting", "--json"]).json();
    let rows = json.as_array().unwrap();
    assert!(rows.iter().all(|row| row["because"] != "ahead"), "{json}");
    let of = |rule: &str| rows.iter().find(|row| row["rule"] == rule).unwrap();
    let reply = of("pub-6b");
    for field in [
        "decision",
        "rule",
        "occurrence",
        "basis",
        "anchor_on",
        "due_on",
        "latest_on",
        "strength",
        "state",
        "provisional",
        "responsible",
        "trail",
        "missing",
    ] {
        assert!(reply.get(field).is_some(), "{field}");
    }
    assert_eq!(reply["because"], "never_entered");
    assert_eq!(reply["never_entered"][0][0], "comment_closes");
    assert_eq!(reply["although"], "published");
    assert_eq!(reply["although_on"], "2026-06-01");
    assert_eq!(reply["state"], "waiting");
    let all = desk.alone(&["due", "--waiting", "--all", "--json"]).json();
    assert!(all.as_array().unwrap().len() > rows.len());
}

#[test]
fn check_names_what_nobody_has_said_and_needs_something_to_look_at() {
    let desk = Desk::new();
    desk.decision("2026-001", "供热方案");
    desk.event("2026-001", "comment_closes", "2026-04-07");
    desk.event("2026-001", "hearing_requested", "2026-04-10");
    let told = desk.duban(&["check"]).ok();
    assert!(told.contains("whether it is professional"), "{told}");
    assert!(
        told.contains("event 2, which came after comment_closes"),
        "{told}"
    );
    assert!(desk.plain(&["check"]).refused(78).contains("--config FILE"));
    let alone = desk.alone(&["check"]).ok();
    assert!(
        alone.contains("only the catalogue was looked at"),
        "{alone}"
    );
}

#[test]
fn an_offset_needs_no_dashes_before_it() {
    let desk = Desk::new();
    let expected = [
        ("+5wd", "2026-09-23"),
        ("-5wd", "2026-09-09"),
        ("+30d", "2026-10-19"),
        ("-7d", "2026-09-09"),
        ("+1y", "2027-09-17"),
        ("+3m", "2026-12-17"),
    ];
    for (offset, due_on) in expected {
        let count = ["calendar", "count", "2026-09-17", offset, "--json"];
        let json = desk.plain(&count).json();
        assert_eq!(
            (&json["due_on"], &json["offset"]),
            (&due_on.into(), &offset.into())
        );
        assert_eq!(json["status"], "final");
    }
}

#[test]
fn every_table_has_a_json_form_and_results_never_mix_with_complaints() {
    let desk = Desk::new();
    desk.decision("2026-001", "供热方案");
    desk.event("2026-001", "nonsense", "2026-05-06");
    for command in [
        &["check"][..],
        &["due"],
        &["plan"],
        &["why", "2026-001"],
        &["calendar", "show"],
        &["calendar", "show", "2026"],
        &["calendar", "count", "2026-09-17", "+5wd"],
        &["rules", "list"],
        &["notices", "list"],
        &["catalog", "show"],
        &["catalog", "show", "2026-001"],
    ] {
        let said = desk.duban(&[command, &["--json"]].concat());
        assert_eq!(said.code, 0, "{command:?}: {said:?}");
        said.json();
    }
}

#[test]
fn a_held_ledger_is_left_alone_and_can_still_be_copied() {
    let desk = Desk::new();
    let held = ledger::open(&desk.at("ledger.db")).unwrap();
    let retry = ["notices", "retry", "msg_1", "--reason", "x"];
    let told = desk.duban(&["run"]).refused(75);
    assert!(told.contains("another duban is running on it"), "{told}");
    // What a person does by hand needs no lock.
    let told = desk.duban(&retry).refused(1);
    assert!(told.contains("no message of this name"), "{told}");
    let copy = desk.path("copy.db");
    let told = desk.duban(&["backup", &copy]).ok();
    let bytes = std::fs::metadata(&copy).unwrap().len();
    let none = "0".repeat(64);
    assert_eq!(told, format!("{copy}: {bytes} bytes\nhead 0:{none}\n"));
    drop(held);
    // The copy is a ledger of its own.
    drop(ledger::open(&desk.at("copy.db")).unwrap());
    assert!(desk.duban(&retry).refused(1).contains("--failed"));
}

#[test]
fn a_copy_takes_the_place_of_nothing_and_is_never_half_there() {
    let desk = Desk::new();
    let copy = desk.path("copy.db");
    let told = desk.duban(&["backup", &copy]).refused(78);
    assert!(told.contains("ledger.db: there is no such file"), "{told}");
    drop(ledger::open(&desk.at("ledger.db")).unwrap());
    desk.write("copy.db", "something dear");
    let told = desk.duban(&["backup", &copy]).refused(1);
    assert!(told.contains("it was left as it is"), "{told}");
    assert_eq!(std::fs::read(&copy).unwrap(), b"something dear");
    desk.duban(&["backup", &desk.path("nowhere/copy.db")])
        .refused(1);
    let left = std::fs::read_dir(desk.folder.path()).unwrap();
    let names = left.map(|file| file.unwrap().file_name());
    assert!(
        !names
            .into_iter()
            .any(|name| name.to_string_lossy().ends_with(".part"))
    );
}
