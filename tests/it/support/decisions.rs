//! Decisions made by hand, for tests of the domain alone.

use duban::domain::decision::{Decision, DecisionId, Event, Flags, Status};

/// An active decision of 2026 of which nothing is said but its names and units.
pub(crate) fn blank() -> Decision {
    Decision {
        id: DecisionId("2026-001".to_owned()),
        organ: "洮南市人民政府".to_owned(),
        year: 2026,
        seq: 1,
        title: "城区停车收费方案".to_owned(),
        drafting_unit: Some("市发改局".to_owned()),
        executing_unit: Some("市住建局".to_owned()),
        cooperating_units: Vec::new(),
        planned_text: None,
        planned_on: None,
        term_start: None,
        term_end: None,
        flags: Flags::default(),
        confidential: false,
        status: Status::Active,
        events: Vec::new(),
    }
}

/// An event of which nothing is said but its kind and day.
pub(crate) fn event(id: i64, kind: &str, on: &str) -> Event {
    Event {
        id,
        kind: kind.to_owned(),
        on_date: on.parse().unwrap(),
        answers: None,
        value: None,
        note: None,
        evidence: None,
    }
}
