//! A clerk enters events in the words clerks use, and sees what each does.

use chrono::Days;
use duban::clock::Clock;

use crate::support::command::{Desk, Said};

fn desk() -> Desk {
    let desk = Desk::new();
    desk.decision("2026-001", "城区供热管网改造方案");
    desk.decision("2026-002", "城区停车收费方案");
    desk
}

fn add(desk: &Desk, arguments: &[&str]) -> Said {
    desk.duban(&[&["event", "add"], arguments].concat())
}

fn rows(desk: &Desk) -> Vec<(String, String, String)> {
    let catalogue = desk.catalogue();
    let sql = "select decision_id, kind, on_date from event order by id";
    let mut statement = catalogue.prepare(sql).unwrap();
    let row = |row: &rusqlite::Row<'_>| Ok((row.get(0)?, row.get(1)?, row.get(2)?));
    let rows = statement.query_map([], row).unwrap();
    rows.collect::<Result<_, _>>().unwrap()
}

fn row(decision: &str, kind: &str, on: &str) -> (String, String, String) {
    (decision.to_owned(), kind.to_owned(), on.to_owned())
}

#[test]
fn an_event_is_entered_in_either_language_and_any_full_form_of_a_day() {
    let desk = desk();
    add(&desk, &["2026-001", "征求有关单位意见", "2026年3月2日"]).ok();
    add(&desk, &["供热管网", "risk_assessed", "2026/3/3"]).ok();
    add(&desk, &["停车", "公平竞争审查", "昨天"]).ok();
    let yesterday = Clock::System.today() - Days::new(1);
    assert_eq!(
        rows(&desk),
        [
            row("2026-001", "consulted", "2026-03-02"),
            row("2026-001", "risk_assessed", "2026-03-03"),
            row(
                "2026-002",
                "fair_competition_reviewed",
                &yesterday.to_string()
            ),
        ]
    );
}

#[test]
fn what_could_be_several_things_is_told_and_never_guessed() {
    let desk = desk();
    let told = add(&desk, &["城区", "公布", "2026-03-02"]).refused(1);
    for part in [
        "2026-001 城区供热管网改造方案",
        "2026-002 城区停车收费方案",
        "`hearing_list_published` 公布听证参加人名单",
        "`published` 公布决策",
    ] {
        assert!(told.contains(part), "{part}: {told}");
    }
    let told = add(&desk, &["2026-01", "publishd", "2026-03-02"]).refused(1);
    assert!(told.contains("perhaps 2026-001"), "{told}");
    assert!(told.contains("such as `published` 公布决策"), "{told}");
    for (typed, said) in [("9月22日", "needs its year"), ("26/9/22", "four digits")] {
        let told = add(&desk, &["2026-001", "published", typed]).refused(2);
        assert!(told.contains(said), "{told}");
    }
    assert_eq!(rows(&desk), []);
}

#[test]
fn a_confidential_decision_is_found_by_its_title_and_never_shown_by_it() {
    let desk = Desk::new();
    desk.decision("2026-001", "绝密供热方案");
    desk.decision("2026-002", "供热价格方案");
    let secret = "update decision set confidential = 1 where id = '2026-001'";
    desk.catalogue().execute(secret, ()).unwrap();
    let told = add(&desk, &["供热", "consulted", "2026-03-02"]).refused(1);
    assert!(told.contains("2026-001 (confidential)"), "{told}");
    let said = add(&desk, &["绝密", "consulted", "2026-03-02"]);
    assert!(!format!("{said:?}").contains("绝密"), "{said:?}");
    assert!(said.ok().starts_with("2026-001  (confidential)\n"));
}

#[test]
fn what_an_event_changes_is_shown_with_it_and_a_dry_run_writes_nothing() {
    let desk = desk();
    let meeting = ["2026-001", "听证会", "2026-12-24"];
    let shown = add(&desk, &[&meeting[..], &["--dry-run"]].concat()).ok();
    for part in [
        "2026-001  城区供热管网改造方案\n2026-001/pub-8  ",
        "  before   not there\n  after    due 2026-12-1",
        "dates become known",
    ] {
        assert!(shown.contains(part), "{part}: {shown}");
    }
    assert!(shown.ends_with("nothing was written\n"), "{shown}");
    assert_eq!(rows(&desk), []);
    desk.event("2026-001", "hearing_requested", "2026-11-02");
    desk.event("2026-001", "comment_closes", "2026-11-02");
    let shown = add(&desk, &["2026-001", "答复听证申请", "2026-11-04"]).ok();
    assert!(shown.contains("2026-001/pub-6b/1  "), "{shown}");
    assert!(shown.contains("in all: 1 duty is done\n"), "{shown}");
    assert!(shown.ends_with("recorded as event 3\n"), "{shown}");
    let shown = add(&desk, &["2026-002", "leader_consented", "今天"]).ok();
    assert!(!shown.contains("9223372036854775807"), "{shown}");
}

#[test]
fn what_is_impossible_is_refused_or_written_anyway_with_a_warning_and_then_reported() {
    let desk = desk();
    desk.event("2026-001", "decided", "2026-05-10");
    let early = ["2026-001", "公布决策", "2026-05-01"];
    let told = add(&desk, &early).refused(1);
    assert!(
        told.contains("before event 1 (decided) on 2026-05-10"),
        "{told}"
    );
    assert!(told.contains("--anyway"), "{told}");
    assert_eq!(rows(&desk).len(), 1);
    let said = add(&desk, &[&early[..], &["--anyway"]].concat());
    assert!(
        said.err
            .contains("warning: decision 2026-001, the new event (published)")
    );
    said.ok();
    let check = desk.duban(&["check"]);
    assert!(
        format!("{check:?}").contains("event 2 (published)"),
        "{check:?}"
    );

    let told = add(&desk, &["2026-002", "published", "2099-01-01"]).refused(1);
    assert!(told.contains("today is"), "{told}");
    let told = add(&desk, &early).refused(1);
    assert!(told.contains("there already as event 2"), "{told}");
    let told = add(&desk, &["2026-001", "免办", "今天", "--note", "汛期"]).refused(1);
    assert!(told.contains("wants --note rule；person；reason"), "{told}");
}

#[test]
fn the_one_open_request_is_named_where_a_reply_names_none() {
    let desk = desk();
    desk.event("2026-001", "hearing_requested", "2026-05-10");
    desk.event("2026-001", "hearing_requested", "2026-05-11");
    let said = add(
        &desk,
        &["2026-001", "答复听证申请", "2026-05-12", "--ref", "1"],
    );
    assert!(said.err.is_empty(), "{said:?}");
    let said = add(&desk, &["2026-001", "答复听证申请", "2026-05-13"]);
    assert!(
        said.err
            .contains("--ref to event 2 (hearing_requested) on 2026-05-11"),
        "{said:?}"
    );
    said.ok();
}

#[test]
fn the_kinds_say_what_they_are_called_want_start_and_end() {
    let desk = desk();
    let kinds = |more: &[&str]| desk.duban(&[&["event", "kinds"], more].concat());
    let all = kinds(&[]).ok();
    assert!(all.lines().count() > 70, "{all}");
    let some = kinds(&["听证"]).ok();
    assert_eq!(some.lines().count(), 7, "{some}");
    let one = kinds(&["答复听证申请"]).ok();
    for part in [
        "hearing_replied  答复听证申请\n",
        "wants   --ref the hearing_requested it answers",
        "starts  pub-6c  ",
        "ends    pub-6b  答复听证申请人",
        "（参与 6）",
    ] {
        assert!(one.contains(part), "{part}: {one}");
    }
    let json = kinds(&["waived", "--json"]).json();
    assert_eq!(json[0]["name"], "免办");
    assert!(kinds(&["天气"]).refused(1).contains("天气"));
}

#[test]
fn an_act_that_comes_late_is_shown_as_late() {
    let desk = desk();
    add(&desk, &["2026-001", "常务会议", "2026-07-01"]).ok();
    let shown = add(&desk, &["2026-001", "合法性审查意见", "2026-07-10"]).ok();
    assert!(
        shown.contains("due 2026-07-01 Wed, done late on 2026-07-10 Fri"),
        "{shown}"
    );
    assert!(shown.contains("1 duty is done late"), "{shown}");
    let said = desk
        .duban(&["event", "edit", "2", "--on", "2026-06-28"])
        .ok();
    assert!(
        said.contains("before   due 2026-07-01 Wed, done late"),
        "{said}"
    );
    assert!(
        said.contains("after    due 2026-07-01 Wed, done\n"),
        "{said}"
    );
}

#[test]
fn what_two_clerks_enter_at_once_is_entered_once() {
    use duban::store::StoreError;
    use duban::store::catalog::{Editor, NewEvent};

    let desk = desk();
    let event = NewEvent {
        decision: "2026-001".to_owned(),
        kind: "progress_reported".to_owned(),
        on_date: "2026-05-06".to_owned(),
        value: Some(5.0),
        ..NewEvent::default()
    };
    let mut editor = Editor::open(&desk.at("catalog.db")).unwrap();
    editor.add_event(&event).unwrap();
    // The other one looked before that was there, and was told nothing.
    let again = editor.add_event(&event);
    let Err(StoreError::Refused { faults, .. }) = again else {
        panic!("{again:?}");
    };
    assert!(
        faults[0].to_string().contains("the same as event 1"),
        "{faults:?}"
    );
    let insisted = NewEvent {
        anyway: true,
        ..event
    };
    editor.add_event(&insisted).unwrap();
}

#[test]
fn a_duty_that_is_waived_is_among_what_changes() {
    let desk = desk();
    add(&desk, &["2026-001", "听证会", "2026-06-08"]).ok();
    let note = ["--note", "pub-10；李局长；防汛"];
    let shown = add(&desk, &[&["2026-001", "免办", "今天"], &note[..]].concat()).ok();
    assert!(shown.contains("waived by 李局长: 防汛"), "{shown}");
    assert!(shown.contains("in all: 1 duty is waived"), "{shown}");
    let held = ["2026-001", "听证会", "2026-06-10", "--ref", "1"];
    let shown = add(&desk, &held).ok();
    assert!(shown.contains("duties are exempt"), "{shown}");
    assert!(!shown.contains("no duty changes"), "{shown}");
}
