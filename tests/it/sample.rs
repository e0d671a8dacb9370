//! The shipped sample keeps the catalogue's contract and shows what it promises to show.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use chrono::NaiveDate;
use duban::domain::decision::{Flag, is_known_kind};
use duban::domain::shipped;

type Row = BTreeMap<String, String>;

fn rows(name: &str) -> Vec<Row> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("config/sample");
    let mut reader = csv::Reader::from_path(folder.join(name)).unwrap();
    reader.deserialize().map(Result::unwrap).collect()
}

fn date(row: &Row, column: &str) -> NaiveDate {
    row[column].parse().unwrap()
}

#[test]
fn every_event_is_of_a_known_kind_belongs_to_a_decision_and_answers_an_earlier_one() {
    let decisions = rows("catalog.csv");
    let decisions: BTreeSet<&String> = decisions.iter().map(|row| &row["id"]).collect();
    let mut seen: BTreeMap<String, String> = BTreeMap::new();
    let pack = shipped::pack().unwrap();
    for event in rows("events.csv") {
        let known = is_known_kind(&event["kind"]) || pack.events.contains(&event["kind"]);
        assert!(known, "{event:?}");
        assert!(decisions.contains(&event["decision_id"]), "{event:?}");
        assert!(date(&event, "recorded_at") <= date(&event, "on_date"));
        if !event["ref"].is_empty() {
            assert_eq!(seen[&event["ref"]], event["decision_id"], "{event:?}");
        }
        let earlier = seen.insert(event["id"].clone(), event["decision_id"].clone());
        assert_eq!(earlier, None, "{event:?}");
    }
}

#[test]
fn a_correction_comes_after_what_it_corrects_and_changes_the_date_only() {
    let events = rows("events.csv");
    for correction in rows("corrections.csv") {
        let event = events.iter().find(|event| event["id"] == correction["id"]);
        let event = event.unwrap();
        assert_eq!(event["kind"], correction["kind"]);
        assert_ne!(event["on_date"], correction["on_date"]);
        assert!(date(&correction, "recorded_at") > date(event, "recorded_at"));
        assert!(date(&correction, "recorded_at") < date(event, "on_date"));
    }
}

#[test]
fn the_sample_has_every_awkward_decision() {
    let decisions = rows("catalog.csv");
    let any = |wanted: &dyn Fn(&Row) -> bool| decisions.iter().any(wanted);
    assert!(any(&|row| row["confidential"] == "1"));
    assert!(any(&|row| row["status"] == "withdrawn"));
    assert!(any(&|row| Flag::ALL
        .iter()
        .all(|flag| row[flag.name()].is_empty())));
    assert!(any(&|row| row["cooperating_units"].starts_with("[\"")));
    let units = std::fs::read_to_string("config/sample/units.toml").unwrap();
    assert!(any(
        &|row| !units.contains(&format!("name = \"{}\"", row["drafting_unit"]))
    ));
}
