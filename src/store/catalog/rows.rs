//! Rows of the contract become a `Decision` and its `Event`s.
//!
//! Owns what a row must hold to be used, and which reading is the safe one where a
//! cell cannot be read: a decision stays under supervision, a title that may be
//! secret stays secret, an exemption that does not say who and why exempts nothing.
//! Refuses to know where the rows come from: a database and a file are read alike.

use crate::domain::decision::{Decision, DecisionId, Event, Flag, Flags, Status};

use super::cells::Cells;
use super::dates::YEARS;
use super::kinds::Kinds;
use crate::store::text::shown;

/// What an evaluation can be of, in the contract's words.
const EVALUATIONS: [&str; 4] = ["execution", "midterm", "final", "adhoc"];

/// The decision of a row, without its events. `None` only where the row has no usable
/// key; every other cell that cannot be read is reported and has its safe reading.
pub(super) fn decision(cells: &mut Cells<'_>) -> Option<Decision> {
    let id = cells.key();
    let mut decision = Decision {
        id: DecisionId(id.clone().unwrap_or_default()),
        organ: cells.required_line().unwrap_or_default(),
        year: year(cells),
        seq: cells
            .whole_in(1..=i64::MAX, "a place in the catalogue, from 1")
            .unwrap_or_default(),
        // A decision whose title is missing is still spoken of, by its key.
        title: cells.required_line().or(id.clone()).unwrap_or_default(),
        drafting_unit: cells.line(),
        executing_unit: cells.line(),
        cooperating_units: cells.names(),
        planned_text: cells.free_text(),
        planned_on: cells.date(),
        term_start: cells.date(),
        term_end: cells.date(),
        flags: flags(cells),
        confidential: confidential(cells),
        status: status(cells),
        events: Vec::new(),
    };
    drop_impossible_term(&mut decision, cells);
    if decision.confidential {
        // Reports reach a digest and the log, which a secret title must not.
        cells.conceal("title");
    }
    id.map(|_| decision)
}

/// The event of a row. `None` where it has no usable date or kind, or where it would
/// exempt somebody, or give more time, without saying what, who and why.
pub(super) fn event(cells: &mut Cells<'_>, kinds: &Kinds) -> Option<Event> {
    // A row of a file has no key yet.
    let id = cells.whole().unwrap_or_default();
    cells.key();
    let kind = cells.required_line();
    let on_date = cells.required_date();
    let mut event = Event {
        id,
        kind: kind.clone().unwrap_or_default(),
        on_date: on_date.unwrap_or_default(),
        answers: cells.whole(),
        value: cells.number(),
        note: cells.free_text(),
        evidence: cells.free_text(),
    };
    if kind.is_some() && !kinds.know(&event.kind) {
        cells.report("kind", shown(&event.kind), kinds.expected(&event.kind));
    }
    drop_impossible_value(&mut event, cells);
    drop_own_answer(&mut event, cells);
    // All cells are judged before a row is given up, so that one look shows everything.
    let is_usable = is_explained(&event, cells) && kind.is_some() && on_date.is_some();
    is_usable.then_some(event)
}

fn year(cells: &mut Cells<'_>) -> i32 {
    cells
        .whole_in(
            i64::from(*YEARS.start())..=i64::from(*YEARS.end()),
            "the year of the catalogue",
        )
        .and_then(|year| i32::try_from(year).ok())
        .unwrap_or_default()
}

fn flags(cells: &mut Cells<'_>) -> Flags {
    Flag::ALL.into_iter().fold(Flags::default(), |flags, flag| {
        flags.with(flag, cells.flag())
    })
}

/// Whether the title must not leave; what cannot be read is taken as secret.
fn confidential(cells: &mut Cells<'_>) -> bool {
    cells.whole_in(0..=1, "0 or 1").is_none_or(|said| said == 1)
}

/// The status; what cannot be read is under way, so that its dates are still watched.
fn status(cells: &mut Cells<'_>) -> Status {
    match cells.required_line().as_deref() {
        Some("active") | None => Status::Active,
        Some("withdrawn") => Status::Withdrawn,
        Some("closed") => Status::Closed,
        Some(other) => {
            cells.report("status", shown(other), "active, withdrawn or closed");
            Status::Active
        }
    }
}

/// A term that ends before it starts has at least one wrong end, and nobody knows which.
fn drop_impossible_term(decision: &mut Decision, cells: &mut Cells<'_>) {
    if let (Some(start), Some(end)) = (decision.term_start, decision.term_end)
        && end < start
    {
        let expected = format!("a day not before term_start, which is {start}");
        cells.report("term_end", end.to_string(), expected);
        decision.term_start = None;
        decision.term_end = None;
    }
}

fn drop_impossible_value(event: &mut Event, cells: &mut Cells<'_>) {
    let Some(value) = event.value else { return };
    let (most, expected) = match event.kind.as_str() {
        "progress_reported" => (100.0, "percent, from 0 to 100"),
        _ => (f64::MAX, "a number that is not negative"),
    };
    if !(0.0..=most).contains(&value) {
        cells.report("value", value.to_string(), expected);
        event.value = None;
    }
}

fn drop_own_answer(event: &mut Event, cells: &mut Cells<'_>) {
    if event.answers == Some(event.id) {
        cells.report("ref", event.id.to_string(), "another event, not this one");
        event.answers = None;
    }
}

/// Whether the note says what the contract wants of this kind. An exemption or another
/// last day must name rule, person and reason, or it does not count; an evaluation that does not say of
/// what is reported and kept.
fn is_explained(event: &Event, cells: &mut Cells<'_>) -> bool {
    let note = event.note.as_deref().unwrap_or_default();
    match event.kind.as_str() {
        "waived" | "evaluation_exempted" | "extended" if !names_three(note) => {
            cells.report(
                "note",
                shown(note),
                "rule, person and reason, parted by `；` (until then it changes nothing)",
            );
            false
        }
        "evaluation_opened" | "evaluation_plan" | "evaluation_report" | "evaluation_submitted"
            if !EVALUATIONS.iter().any(|known| note.starts_with(known)) =>
        {
            let expected = "execution, midterm, final or adhoc";
            cells.report("note", shown(note), expected);
            true
        }
        _ => true,
    }
}

/// Whether `note` has three parts that say something.
fn names_three(note: &str) -> bool {
    let parts = note.splitn(3, ['；', ';']);
    parts.filter(|part| !part.trim().is_empty()).count() == 3
}
