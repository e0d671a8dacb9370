//! What nobody has entered although a later step has happened.

use chrono::NaiveDate;
use duban::domain::decision::{Decision, DecisionId, Event, Flags, Status};
use duban::domain::gaps::{Gap, gap};
use duban::domain::{rules, shipped};

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

/// A decision with these events and nothing else said about it.
fn decision(events: &[(&str, &str)]) -> Decision {
    let event = |(id, (kind, on)): (usize, &(&str, &str))| Event {
        id: i64::try_from(id).unwrap() + 1,
        kind: (*kind).to_owned(),
        on_date: day(on),
        answers: None,
        value: None,
        note: None,
        evidence: None,
    };
    Decision {
        id: DecisionId("2026-001".to_owned()),
        organ: "洮南市人民政府".to_owned(),
        year: 2026,
        seq: 1,
        title: "城市供热管网改造方案".to_owned(),
        drafting_unit: None,
        executing_unit: None,
        cooperating_units: Vec::new(),
        planned_text: None,
        planned_on: None,
        term_start: None,
        term_end: None,
        flags: Flags::default(),
        confidential: false,
        status: Status::Active,
        events: events.iter().enumerate().map(event).collect(),
    }
}

fn gap_on(events: &[(&str, &str)], today: &str) -> Option<Gap> {
    let decision = decision(events);
    let (pack, calendar) = (shipped::pack().unwrap(), shipped::calendar().unwrap());
    let derived = rules::obligations(&decision, &pack, &calendar);
    gap(&decision, &derived, day(today))
}

#[test]
fn a_decision_without_any_step_lacks_nothing_yet() {
    assert_eq!(gap_on(&[], "2026-11-23"), None);
}

#[test]
fn a_publication_without_a_decision_is_noticed() {
    let gap = gap_on(&[("published", "2026-06-01")], "2026-11-23").unwrap();
    assert_eq!(
        (gap.although.as_str(), gap.on),
        ("published", day("2026-06-01"))
    );
    assert!(gap.missing.contains(&vec!["decided".to_owned()]), "{gap:?}");
}

#[test]
fn a_window_nobody_closed_is_noticed_once_a_later_step_has_happened() {
    let opened = ("comment_opened", "2026-03-02");
    assert_eq!(gap_on(&[opened], "2026-11-23"), None);
    let reported = ("participation_report", "2026-05-06");
    let gap = gap_on(&[opened, reported], "2026-11-23").unwrap();
    assert!(
        gap.missing.contains(&vec!["comment_closes".to_owned()]),
        "{gap:?}"
    );
}

#[test]
fn a_flag_is_missed_once_its_rule_has_begun() {
    let started = ("execution_started", "2026-03-02");
    let gap = gap_on(&[started], "2026-11-23").unwrap();
    assert!(
        gap.missing.contains(&vec!["major_reform".to_owned()]),
        "{gap:?}"
    );
}

#[test]
fn a_step_that_lies_ahead_shows_nothing_to_be_missing() {
    assert_eq!(gap_on(&[("published", "2026-12-01")], "2026-11-23"), None);
}
