//! Dates of units as calendar files: the events of the mails, again.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use icalendar::{Calendar, Component as _, Event};

use super::sample;
use crate::support::command::{self, Desk, Said};
use crate::support::world::World;

fn events(file: &Path) -> Vec<Event> {
    let text = fs::read_to_string(file).unwrap();
    assert!(text.ends_with("END:VCALENDAR\r\n"));
    let calendar: Calendar = text.parse().unwrap();
    assert_eq!(calendar.property_value("METHOD"), Some("PUBLISH"));
    calendar.events().cloned().collect()
}

/// Day, sequence and status of each event, by its name.
fn by_uid(events: &[Event]) -> BTreeMap<String, (String, String, String)> {
    let value = |event: &Event, name: &str| event.property_value(name).unwrap_or("0").to_owned();
    let entry = |event: &Event| {
        let said = (
            value(event, "DTSTART"),
            value(event, "SEQUENCE"),
            value(event, "STATUS"),
        );
        (value(event, "UID"), said)
    };
    let by_uid: BTreeMap<_, _> = events.iter().map(entry).collect();
    assert_eq!(by_uid.len(), events.len(), "one event twice");
    by_uid
}

fn export(world: &World, arguments: &[&str]) -> Said {
    let config = world.at("duban.toml").display().to_string();
    let all = [&["export"], arguments, &["--config", &config]].concat();
    command::duban(&world.at(""), &all)
}

fn exported(world: &World, unit: &str, as_of: &str) -> BTreeMap<String, (String, String, String)> {
    export(
        world,
        &["a.ics", "--force", "--unit", unit, "--as-of", as_of],
    )
    .ok();
    by_uid(&events(&world.at("a.ics")))
}

/// The events that mails told of so far.
fn mailed(world: &World) -> BTreeMap<String, (String, String, String)> {
    let mut all = BTreeMap::new();
    for taken in world.relay.taken() {
        let mail = mailparse::parse_mail(&taken.data).unwrap();
        for part in mail
            .parts()
            .filter(|part| part.ctype.mimetype == "text/calendar")
        {
            let calendar: Calendar = part.get_body().unwrap().parse().unwrap();
            all.extend(by_uid(&calendar.events().cloned().collect::<Vec<_>>()));
        }
    }
    all
}

#[test]
fn an_exported_event_is_the_one_that_a_mail_told_of_also_after_it_moved_and_was_waived() {
    let world = World::new("2026-09-02");
    world.decision("2026-001");
    world.event("2026-001", "execution_completed", "2026-08-04");
    world.work();
    let unit = "市交通局";
    let told = mailed(&world);
    assert!(!told.is_empty());
    let first = exported(&world, unit, "2026-09-02");
    let of_unit = |told: &BTreeMap<String, _>| -> Vec<String> {
        told.keys()
            .filter(|uid| first.contains_key(*uid))
            .cloned()
            .collect()
    };
    let shared = of_unit(&told);
    assert!(!shared.is_empty(), "{told:?}\n{first:?}");
    for uid in &shared {
        assert_eq!(first[uid], told[uid]);
    }

    // It moves: the same event, its next change.
    world.change("update event set on_date = '2026-08-06'");
    world.day("2026-09-03");
    let (told, moved) = (mailed(&world), exported(&world, unit, "2026-09-03"));
    for uid in &shared {
        assert_eq!(moved[uid], told[uid]);
        assert_ne!(moved[uid], first[uid]);
        assert_eq!(moved[uid].1, "1");
    }

    // It is let off: the same event, cancelled.
    let by = [
        "--by",
        "李局长",
        "--reason",
        "已报市政府同意",
        "--from",
        "2026-09-04",
    ];
    world.duban(&[&["waive", "2026-001", "arc-18", "--anyway"], &by[..]].concat());
    world.day("2026-09-04");
    let (told, over) = (mailed(&world), exported(&world, unit, "2026-09-04"));
    for uid in &shared {
        assert_eq!(over[uid], told[uid]);
        assert_eq!(over[uid].2, "CANCELLED");
    }
}

#[test]
fn a_date_that_the_ledger_has_not_heard_of_has_the_number_that_its_change_will_have() {
    let world = World::new("2026-09-02");
    world.decision("2026-001");
    world.event("2026-001", "execution_completed", "2026-08-04");
    world.work();
    let before = exported(&world, "市交通局", "2026-09-02");
    world.change("update event set on_date = '2026-08-06'");
    let ahead = exported(&world, "市交通局", "2026-09-03");
    world.day("2026-09-03");
    assert_eq!(exported(&world, "市交通局", "2026-09-03"), ahead);
    assert_ne!(before, ahead);
}

#[test]
fn a_folder_gets_a_file_for_each_unit_and_together_they_have_every_date_that_is_to_be_kept() {
    let desk = sample();
    let arguments = [
        "export",
        "calendars",
        "--format",
        "ics",
        "--as-of",
        "2026-05-20",
    ];
    desk.duban(&arguments).ok();
    let live = desk.duban(&[
        "due",
        "--json",
        "--state",
        "overdue,near,open",
        "--as-of",
        "2026-05-20",
    ]);
    let mut wanted: BTreeMap<String, usize> = BTreeMap::new();
    for duty in live.json().as_array().unwrap() {
        for unit in duty["responsible"].as_str().unwrap().split('、') {
            if !unit.starts_with('(') {
                *wanted.entry(unit.to_owned()).or_default() += 1;
            }
        }
    }
    let mut found = BTreeMap::new();
    for entry in fs::read_dir(desk.at("calendars")).unwrap() {
        let path = entry.unwrap().path();
        let unit = path.file_stem().unwrap().to_str().unwrap().to_owned();
        found.insert(unit, by_uid(&events(&path)).len());
    }
    assert!(wanted.len() > 5);
    assert_eq!(found, wanted);

    // A second time only by force; and a file that no unit has any more is named.
    let said = desk.duban(&arguments).refused(1);
    assert!(said.contains("--force"), "{said}");
    desk.write("calendars/旧.ics", "");
    let said = desk.duban(&[&arguments[..], &["--force"]].concat());
    assert!(said.code == 0 && said.err.contains("旧.ics"), "{said:?}");
}

#[test]
fn names_of_units_lead_nowhere_else_and_meet_in_no_file() {
    let desk = Desk::new();
    let long = "很".repeat(100);
    let units = [
        "../../外",
        "a/b",
        "a\\b",
        ".隐",
        "甲\u{1}乙",
        &long,
        "LPT:1",
        "..",
    ];
    for (number, unit) in (1..).zip(units) {
        let id = format!("2026-{number:03}");
        desk.decision(&id, "停车收费");
        let sql = "update decision set drafting_unit = $1, planned_on = '2026-12-31' where id = $2";
        desk.catalogue().execute(sql, (unit, &id)).unwrap();
    }
    let arguments = [
        "export",
        "in/side",
        "--format",
        "ics",
        "--as-of",
        "2026-05-20",
        "--state",
    ];
    desk.duban(&[&arguments[..], &["open,near,overdue"]].concat())
        .ok();
    let files = fs::read_dir(desk.at("in/side")).unwrap();
    let paths: Vec<_> = files.map(|entry| entry.unwrap().path()).collect();
    assert_eq!(paths.len(), units.len(), "{paths:?}");
    for path in &paths {
        assert!(events(path).len() < 3, "two units in {path:?}");
        assert!(!path.file_name().unwrap().to_str().unwrap().starts_with('.'));
    }
    assert_eq!(fs::read_dir(desk.at("in")).unwrap().count(), 1);
}
