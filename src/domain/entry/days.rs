//! Days on which nothing can have happened, or hardly.
//!
//! Owns which kinds of events may lie ahead, and how far from its catalogue a decision's
//! events reach. Refuses to judge the order of steps.

use chrono::{Datelike, NaiveDate};

use super::{Objection, Step};

/// Kinds that may lie ahead though their names do not end in `_on`: a window that will
/// close, the day from which a decision's document lets it be carried out, and what a person
/// decided to hold from or until a day.
const AHEAD: [&str; 5] = [
    "comment_closes",
    "execution_started",
    "waived",
    "extended",
    "evaluation_exempted",
];

/// Further from its catalogue, its term and the present nothing of a decision happens, in years:
/// the longest time that any of the texts counts is the ten years until an archive is
/// transferred (档案法实施条例 Art. 20). Beyond it is a slip of the pen.
const FARTHEST_YEARS: i32 = 10;

/// Further before its catalogue, or ahead of today, is worth a second look, in years: a catalogue
/// is made each year (713 Art. 3), and what is in it was prepared in that year or the one before.
const USUAL_YEARS: i32 = 2;

/// Whether an event of `kind` may be fixed for a day that has not come. The contract calls such
/// kinds by a day (`hearing_on`); every other kind reports what was done.
pub(super) fn may_lie_ahead(kind: &str) -> bool {
    kind.ends_with("_on") || AHEAD.contains(&kind)
}

pub(super) fn judge(step: &Step<'_>) -> Option<Objection> {
    let (on, today, kind) = (step.event.on_date, step.today, &step.event.kind);
    if on > today && !may_lie_ahead(kind) {
        return Some(step.impossible(
            format!("{on}, and today is {today}"),
            format!("a day up to today: {kind} reports what has been done"),
        ));
    }
    let decision = step.decision;
    let ends = decision.term_end.map_or(decision.year, |end| end.year());
    let last = ends.max(decision.year).max(today.year());
    let (year, first) = (on.year(), decision.year);
    if year < first - FARTHEST_YEARS || year > last + FARTHEST_YEARS {
        let (from, until) = (first - FARTHEST_YEARS, last + FARTHEST_YEARS);
        return Some(step.impossible(
            format!("{on}, of a decision in the catalogue of {first}"),
            format!("a day from {from} to {until}"),
        ));
    }
    is_rare(on, first, today).then(|| {
        step.unusual(
            format!("{on}, far from the catalogue of {first}"),
            "a day that is meant",
        )
    })
}

fn is_rare(on: NaiveDate, first: i32, today: NaiveDate) -> bool {
    on.year() < first - USUAL_YEARS || on.year() > today.year() + USUAL_YEARS
}
