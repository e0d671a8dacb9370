//! CSV and JSON: the same register for programs.

use serde_json::Value;

use super::{DAY, due, rows, rule, sample};

#[test]
fn csv_has_every_duty_as_the_sheet_has_it_in_utf_8_that_a_spreadsheet_knows_as_such() {
    let desk = sample();
    desk.duban(&["export", "a.xlsx", "--as-of", DAY]).ok();
    desk.duban(&["export", "a.csv", "--as-of", DAY]).ok();
    let text = std::fs::read_to_string(desk.at("a.csv")).unwrap();
    let text = text.strip_prefix('\u{feff}').unwrap();
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let csv: Vec<super::Row> = reader.deserialize().map(Result::unwrap).collect();
    let is_ahead = |row: &super::Row| row["状态"] == "… 未到环节";
    let (ahead, mut come): (Vec<_>, Vec<_>) = csv.into_iter().partition(is_ahead);
    let mut sheet = rows(&desk.at("a.xlsx"), "台账");
    for row in come.iter_mut().chain(&mut sheet) {
        row.remove("序号");
    }
    assert_eq!(come, sheet);
    assert!(!ahead.is_empty());
    assert_eq!(ahead.len(), rows(&desk.at("a.xlsx"), "后续").len());
    // On stdout it is the same.
    let out = desk
        .duban(&["export", "-", "--format", "csv", "--as-of", DAY])
        .ok();
    assert_eq!(out.trim_start_matches('\u{feff}'), text);
    // And without a configuration too, but for the names of units.
    let alone = desk
        .alone(&["export", "-", "--format", "csv", "--as-of", DAY])
        .ok();
    assert_eq!(alone.lines().count(), text.lines().count());
}

#[test]
fn json_has_every_field_of_due_and_the_light_that_people_see() {
    let desk = sample();
    let said = desk.duban(&["export", "-", "--format", "json", "--as-of", DAY]);
    let json = said.json();
    assert_eq!(json["as_of"], DAY);
    assert_eq!(json["decisions"], 16);
    assert_eq!(json["notices"], Value::Null);
    let duties = json["duties"].as_array().unwrap();
    let due = due(&desk, &["--as-of", DAY]);
    assert_eq!(duties.len(), due.len());
    for (duty, due) in duties.iter().zip(&due) {
        let confidential = duty["title"].is_null();
        for (name, value) in due.as_object().unwrap() {
            let hidden = confidential && ["evidence", "excuse", "trail"].contains(&name.as_str());
            assert!(hidden || duty[name] == *value, "{name} of {duty}");
        }
        let lights: &[&str] = match due["state"].as_str().unwrap() {
            "overdue" if due["strength"] == "advisory" => &["near"],
            "overdue" => &["late"],
            "near" => &["near"],
            "open" => &["fine"],
            "waiting" => &["waiting"],
            _ => &["ended"],
        };
        assert!(lights.contains(&duty["light"].as_str().unwrap()), "{duty}");
    }
    let waiting = desk
        .duban(&["due", "--waiting", "--all", "--json", "--as-of", DAY])
        .json();
    for one in waiting.as_array().unwrap() {
        let is_it = |duty: &&Value| duty["decision"] == one["decision"] && rule(duty) == rule(one);
        let duty = duties.iter().find(is_it).unwrap();
        for name in ["because", "never_entered", "although", "although_on"] {
            assert_eq!(duty[name], one[name], "{name} of {duty}");
        }
    }
}
