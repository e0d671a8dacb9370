//! `duban backward`, through the real program.

use crate::support::command::Desk;

#[test]
fn the_command_answers_for_people_and_for_machines() {
    let desk = Desk::new();
    desk.decision("2026-003", "供水方案");
    let table = desk.alone(&[
        "backward",
        "2026-003",
        "--meeting",
        "2026-12-18",
        "--as-of",
        "2026-12-09",
        "--explain",
    ]);
    let table = table.ok();
    let row = table
        .lines()
        .find(|line| line.contains("legality_requested"));
    let row = row.unwrap();
    assert!(
        row.starts_with("2026-12-08 Tue") && row.contains("✕ past"),
        "{table}"
    );
    assert!(row.contains("h-26") && row.contains("713 26"), "{row}");
    assert!(
        table.contains("the earliest lawful meeting would be 2026-12-21 Mon"),
        "{table}"
    );
    assert!(
        table.contains("nobody has said whether it is professional"),
        "{table}"
    );
    assert!(table.contains("clear      2026-12-18 Fri"), "{table}");
    let json = desk.alone(&[
        "backward",
        "2026-003",
        "--meeting",
        "2026-12-18",
        "--as-of",
        "2026-12-01",
        "--json",
    ]);
    let json = json.json();
    assert_eq!(json["outlook"], "lawful");
    let steps = json["steps"].as_array().unwrap();
    let request = steps
        .iter()
        .find(|step| step["event"] == "legality_requested");
    let request = request.unwrap();
    assert_eq!(request["latest_on"], "2026-12-08");
    assert_eq!(request["bounds"][0]["basis"][0]["system"], "713");
    assert_eq!(request["bounds"][0]["trail"][0]["step"], "anchor");
}

#[test]
fn without_a_day_the_planned_time_gives_one_or_the_command_says_what_it_needs() {
    let desk = Desk::new();
    desk.decision("2026-003", "绝密方案");
    let told = desk.alone(&["backward", "2026-003"]).refused(1);
    assert!(told.contains("--meeting DATE"), "{told}");
    desk.catalogue()
        .execute_batch(
            "update decision set planned_text = '第三季度', planned_on = '2026-10-03', confidential = 1",
        )
        .unwrap();
    // 3 October is a holiday.
    let table = desk
        .alone(&["backward", "2026-003", "--as-of", "2026-08-01"])
        .ok();
    assert!(table.contains("2026-09-30 Wed, executive"), "{table}");
    assert!(
        table.contains("the last working day of the planned time (第三季度)"),
        "{table}"
    );
    assert!(!table.contains("绝密方案"), "{table}");
    let json = desk.alone(&["backward", "2026-003", "--json"]).ok();
    assert!(
        json.contains("\"planned\":true") && !json.contains("绝密方案"),
        "{json}"
    );
    desk.catalogue()
        .execute_batch("update decision set status = 'closed'")
        .unwrap();
    let told = desk.alone(&["backward", "2026-003"]).refused(1);
    assert!(told.contains("no longer pursued"), "{told}");
    assert!(
        desk.alone(&["backward", "2026-009"])
            .refused(1)
            .contains("no decision")
    );
}
