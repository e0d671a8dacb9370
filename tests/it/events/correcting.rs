//! What was entered is listed, corrected and taken away, each seen first.

use crate::support::command::{Desk, Said};

fn desk() -> Desk {
    let desk = Desk::new();
    desk.decision("2026-001", "供热方案");
    desk.decision("2026-002", "公交方案");
    desk.event("2026-001", "hearing_requested", "2026-05-10");
    desk.event("2026-001", "comment_closes", "2026-05-12");
    desk.event("2026-002", "decided", "2026-06-01");
    desk
}

fn event(desk: &Desk, arguments: &[&str]) -> Said {
    desk.duban(&[&["event"], arguments].concat())
}

fn cell(desk: &Desk, column: &str, id: i64) -> Option<String> {
    let sql = format!("select cast({column} as text) from event where id = $1");
    let found = desk.catalogue().query_row(&sql, [id], |row| row.get(0));
    found.unwrap()
}

fn count(desk: &Desk) -> i64 {
    let catalogue = desk.catalogue();
    let sql = "select count(*) from event";
    catalogue.query_row(sql, [], |row| row.get(0)).unwrap()
}

#[test]
fn a_list_has_what_is_asked_for_and_nothing_else() {
    let desk = desk();
    let ids = |more: &[&str]| -> Vec<i64> {
        let all = [&["list", "--json"], more].concat();
        let json = event(&desk, &all).json();
        let rows = json.as_array().unwrap().iter();
        rows.map(|row| row["id"].as_i64().unwrap()).collect()
    };
    assert_eq!(ids(&[]), [1, 2, 3]);
    assert_eq!(ids(&["公交"]), [3]);
    assert_eq!(ids(&["--kind", "申请听证"]), [1]);
    assert_eq!(ids(&["--from", "2026年5月12日", "--to", "2026-05-31"]), [2]);
    assert_eq!(ids(&["--unit", "市住建局"]), [1, 2, 3]);
    assert_eq!(ids(&["--unit", "市水利局"]), [0; 0]);
    let table = event(&desk, &["list", "2026-002"]).ok();
    let last = table.lines().last().unwrap();
    assert_eq!(last, "3   2026-002  2026-06-01  作出决策");
}

#[test]
fn a_correction_shows_each_cell_and_the_dates_that_move() {
    let desk = desk();
    let edit = ["edit", "2", "--on", "2026/5/20", "--note", "顺延"];
    let shown = event(&desk, &[&edit[..], &["--dry-run"]].concat()).ok();
    for part in [
        "event 2  公开征求意见截止\n",
        "  on       2026-05-12 → 2026-05-20\n",
        "  note     (empty) → 顺延\n",
        "2026-001/pub-6b/1  ",
        "dates move",
    ] {
        assert!(shown.contains(part), "{part}: {shown}");
    }
    assert_eq!(cell(&desk, "on_date", 2).as_deref(), Some("2026-05-12"));
    let shown = event(&desk, &edit).ok();
    assert!(shown.ends_with("changed event 2\n"), "{shown}");
    assert_eq!(cell(&desk, "on_date", 2).as_deref(), Some("2026-05-20"));
    assert_eq!(cell(&desk, "recorded_at", 2).as_deref(), Some("2026-01-01"));
    let sql = "select count(*) from change where decision_id = '2026-001'
               and seq = (select max(seq) from change)";
    let newest: i64 = desk
        .catalogue()
        .query_row(sql, [], |row| row.get(0))
        .unwrap();
    assert_eq!(newest, 1, "the daemon sees it");
    assert_eq!(event(&desk, &edit).ok(), "event 2 says so already\n");
    event(
        &desk,
        &["edit", "2", "--clear", "note", "--kind", "公开征求意见截止"],
    )
    .ok();
    assert_eq!(cell(&desk, "note", 2), None);
}

#[test]
fn a_correction_is_refused_for_what_an_event_is_refused_for() {
    let desk = desk();
    let add = [
        "add",
        "2026-001",
        "答复听证申请",
        "2026-05-11",
        "--ref",
        "1",
    ];
    event(&desk, &add).ok();
    let edit = ["edit", "1", "--on", "2026-05-30"];
    let told = event(&desk, &edit).refused(1);
    assert!(told.contains("event 4 (hearing_replied)"), "{told}");
    assert!(told.contains("tied by its ref"), "{told}");
    let told = event(&desk, &["edit", "4", "--ref", "3"]).refused(1);
    assert!(told.contains("an event of 2026-001"), "{told}");
    assert!(
        event(&desk, &["edit", "99"])
            .refused(1)
            .contains("no event 99")
    );
    let said = event(&desk, &[&edit[..], &["--anyway"]].concat());
    assert!(said.err.contains("warning: decision 2026-001"), "{said:?}");
    assert_eq!(cell(&desk, "on_date", 1).as_deref(), Some("2026-05-30"));
}

#[test]
fn an_event_is_taken_away_after_a_look_and_a_yes() {
    let desk = desk();
    let shown = event(&desk, &["remove", "2", "--dry-run"]).ok();
    assert!(
        shown.contains("event 2  2026-05-12  公开征求意见截止\n"),
        "{shown}"
    );
    assert!(shown.contains("date is unknown again") || shown.contains("dates are unknown again"));
    let told = event(&desk, &["remove", "2"]).refused(1);
    assert!(told.contains("no terminal to ask on"), "{told}");
    assert_eq!(count(&desk), 3);
    let shown = event(&desk, &["remove", "2", "--yes"]).ok();
    assert!(shown.ends_with("removed event 2\n"), "{shown}");
    assert_eq!(count(&desk), 2);
}

#[test]
fn what_others_answer_is_removed_only_anyway_and_what_cannot_be_read_always() {
    let desk = desk();
    let add = [
        "add",
        "2026-001",
        "答复听证申请",
        "2026-05-11",
        "--ref",
        "1",
    ];
    event(&desk, &add).ok();
    let told = event(&desk, &["remove", "1", "--yes"]).refused(1);
    assert!(told.contains("event 4 (hearing_replied)"), "{told}");
    event(&desk, &["remove", "1", "--yes", "--anyway"]).ok();
    let broken = "update event set on_date = '2026-02-30' where id = 3";
    desk.catalogue().execute(broken, ()).unwrap();
    let told = event(&desk, &["edit", "3", "--on", "2026-02-28"]).refused(1);
    assert!(told.contains("cannot be read"), "{told}");
    event(&desk, &["remove", "3", "--yes"]).ok();
    assert_eq!(count(&desk), 2);
}

#[test]
fn what_somebody_changed_meanwhile_is_not_written_over() {
    use duban::domain::decision::DecisionId;
    use duban::store::catalog::{Catalog, Editor, NewEvent};
    let desk = desk();
    let read = || {
        let catalog = Catalog::open(&desk.at("catalog.db")).unwrap();
        let reading = catalog.read(&DecisionId("2026-002".to_owned())).unwrap();
        reading.decision.unwrap().events.remove(0)
    };
    let seen = read();
    let later = "update event set on_date = '2026-06-02' where id = 3";
    desk.catalogue().execute(later, ()).unwrap();
    let mut editor = Editor::open(&desk.at("catalog.db")).unwrap();
    let new = NewEvent {
        decision: "2026-002".to_owned(),
        kind: "decided".to_owned(),
        on_date: "2026-06-03".to_owned(),
        ..NewEvent::default()
    };
    let told = editor.change_event(&seen, &new).unwrap_err().to_string();
    assert!(told.contains("meanwhile"), "{told}");
    let told = editor.remove_event(3, Some(&seen)).unwrap_err().to_string();
    assert!(told.contains("meanwhile"), "{told}");
    assert_eq!(cell(&desk, "on_date", 3).as_deref(), Some("2026-06-02"));
    editor.change_event(&read(), &new).unwrap();
    assert_eq!(cell(&desk, "on_date", 3).as_deref(), Some("2026-06-03"));
}
