//! Which open dates move when the law in force is replaced by another.
//!
//! Owns comparing two packs with their calendars over the catalogue, duty by duty. Refuses
//! to change anything: the daemon moves the dates once it has the new files. Never shows a
//! decision's title, so that of a confidential one is safe.

use std::io::{self, Write};

use chrono::NaiveDate;
use serde::Serialize;

use super::library::each_decision;
use super::table::{Cell, Fit, Ink, Screen, Table};
use crate::domain::calendar::Calendar;
use crate::domain::decision::Decision;
use crate::domain::obligation::Obligation;
use crate::domain::pack::Pack;
use crate::domain::rules::obligations;
use crate::store::catalog::Catalog;

/// What dates follow from.
#[derive(Debug, Clone, Copy)]
pub struct Law<'a> {
    /// The duties.
    pub pack: &'a Pack,
    /// The working days.
    pub calendar: &'a Calendar,
}

/// The dates of a duty under one of the two laws.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Standing {
    /// The safe reading.
    pub due_on: NaiveDate,
    /// The lenient reading.
    pub latest_on: NaiveDate,
    /// Whether a notice that is still to come can move it.
    pub provisional: bool,
}

/// What becomes of an open duty.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Change {
    /// It has another date.
    Moved,
    /// It is open under the new law only.
    Added,
    /// It is open under the old law only.
    Removed,
}

/// An open duty that changes; its serialised form is a contract.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Move {
    /// The decision.
    pub decision: String,
    /// The rule.
    pub rule: String,
    /// The id of the event it occurs for; empty where it occurs once.
    pub occurrence: String,
    /// What is to be done, in Chinese.
    pub duty: String,
    /// What becomes of it.
    pub change: Change,
    /// Its dates under the old law.
    pub was: Option<Standing>,
    /// Its dates under the new one.
    pub is: Option<Standing>,
}

/// How many open duties change, those that keep their date among them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Tally {
    /// With another date, added or removed.
    pub moves: usize,
    /// Provisional before and final now, on the same day.
    pub settled: usize,
    /// Final before and provisional now, on the same day.
    pub unsettled: usize,
}

/// Hands what moves on any decision of `catalog` to `sink`, in the catalogue's order.
///
/// # Errors
/// Those of the catalogue and of `sink`.
pub fn over(
    catalog: &Catalog,
    before: Law<'_>,
    after: Law<'_>,
    today: NaiveDate,
    sink: &mut dyn FnMut(Move) -> io::Result<()>,
) -> anyhow::Result<Tally> {
    let mut tally = Tally::default();
    each_decision(catalog, &mut |decision| {
        let moves = compare(&decision, before, after, today, &mut tally);
        moves.into_iter().try_for_each(&mut *sink)
    })?;
    Ok(tally)
}

/// What moves on one decision as `today` sees it, in the order of the new pack, then of the
/// old one; `tally` counts it, and what keeps its date.
pub fn compare(
    decision: &Decision,
    before: Law<'_>,
    after: Law<'_>,
    today: NaiveDate,
    tally: &mut Tally,
) -> Vec<Move> {
    let was = obligations(decision, before.pack, before.calendar);
    let is = obligations(decision, after.pack, after.calendar);
    let mut moves = Vec::new();
    for new in &is {
        let old = was.iter().find(|old| old.key == new.key);
        moves.extend(one(old, Some(new), today, tally));
    }
    let gone = was
        .iter()
        .filter(|old| !is.iter().any(|new| new.key == old.key));
    for old in gone {
        moves.extend(one(Some(old), None, today, tally));
    }
    tally.moves += moves.len();
    moves
}

fn one(
    old: Option<&Obligation<'_>>,
    new: Option<&Obligation<'_>>,
    today: NaiveDate,
    tally: &mut Tally,
) -> Option<Move> {
    let (was, is) = (old.and_then(standing), new.and_then(standing));
    let is_open = |one: Option<&Obligation<'_>>| one.is_some_and(|one| one.state(today).is_live());
    let dates = |standing: Option<Standing>| standing.map(|one| (one.due_on, one.latest_on));
    let change = match (is_open(old), is_open(new)) {
        (false, false) => return None,
        // Its end moved too: a window may be long enough under one law and still open
        // under the other.
        _ if was.is_some() && is.is_some() && dates(was) != dates(is) => Change::Moved,
        (false, true) => Change::Added,
        (true, false) => Change::Removed,
        (true, true) => {
            let unsure = |standing: Option<Standing>| standing.is_some_and(|one| one.provisional);
            tally.settled += usize::from(unsure(was) && !unsure(is));
            tally.unsettled += usize::from(!unsure(was) && unsure(is));
            return None;
        }
    };
    let known = new.or(old)?;
    Some(Move {
        decision: known.key.decision.0.clone(),
        rule: known.key.rule.0.clone(),
        occurrence: known.key.occurrence.clone(),
        duty: known.rule.title.clone(),
        change,
        was,
        is,
    })
}

fn standing(obligation: &Obligation<'_>) -> Option<Standing> {
    let dates = obligation.dates?;
    Some(Standing {
        due_on: dates.due_on,
        latest_on: dates.latest_on,
        provisional: dates.provisional,
    })
}

/// Writes `moves` as a table, and below it how many there are and what keeps its date.
///
/// # Errors
/// Those of `out`.
pub fn write_table(
    out: &mut dyn Write,
    moves: &[Move],
    tally: Tally,
    screen: Screen,
) -> io::Result<()> {
    if !moves.is_empty() {
        let columns = [
            ("DECISION", Fit::Keep),
            ("RULE", Fit::Keep),
            ("EVENT", Fit::Keep),
            ("CHANGE", Fit::Keep),
            ("WAS", Fit::Keep),
            ("IS", Fit::Keep),
            ("DUTY", Fit::Cut),
        ];
        let mut table = Table::new(&columns);
        for one in moves {
            table.push(cells(one));
        }
        table.write(out, screen)?;
    }
    writeln!(out, "{}", sum(tally))?;
    let same = [
        (tally.settled, "are provisional no more"),
        (tally.unsettled, "become provisional"),
    ];
    for (count, become_what) in same.iter().filter(|(count, _)| *count > 0) {
        writeln!(out, "{count} that {become_what} keep their date")?;
    }
    Ok(())
}

fn sum(tally: Tally) -> String {
    match tally.moves {
        0 => "no open date moves".to_owned(),
        1 => "1 open date moves".to_owned(),
        moves => format!("{moves} open dates move"),
    }
}

fn cells(one: &Move) -> [Cell; 7] {
    let (word, ink) = match one.change {
        Change::Moved => ("~ moved", Ink::Yellow),
        Change::Added => ("+ added", Ink::Green),
        Change::Removed => ("- removed", Ink::Red),
    };
    [
        one.decision.as_str().into(),
        one.rule.as_str().into(),
        one.occurrence.as_str().into(),
        Cell::new(word, ink),
        one.was.map_or_else(String::new, shown).into(),
        one.is.map_or_else(String::new, shown).into(),
        one.duty.as_str().into(),
    ]
}

/// The date, `?` where it may still move, and the lenient one where it is another.
fn shown(standing: Standing) -> String {
    let Standing {
        due_on,
        latest_on,
        provisional,
    } = standing;
    let unsure = if provisional { "?" } else { "" };
    if due_on == latest_on {
        format!("{due_on}{unsure}")
    } else {
        format!("{due_on}{unsure} (lenient {latest_on})")
    }
}
