//! `due`: what must be done, by whom, until when.
//!
//! Owns the rows of the answer, their order, and their form as JSON and as a table.
//! Refuses to derive anything; obligations come from `domain::rules`.

use std::io::{self, Write};

use chrono::NaiveDate;
use serde::Serialize;

use super::table::{Cell, Fit, Ink, Screen, Table};
use crate::domain::counting::Step;
use crate::domain::decision::Decision;
use crate::domain::directory::{Directory, NotFound};
use crate::domain::obligation::{Candidate, Excuse, Gathered, Missing, Obligation, State};
use crate::domain::pack::{Basis, Relation, Role, Strength};

/// Stands in the table for the title of a confidential decision.
const CONFIDENTIAL: &str = "(confidential)";

/// One obligation as `due` answers it; its serialised form is a contract.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Row<'a> {
    /// The decision's id.
    pub decision: &'a str,
    /// Its title; absent for a confidential one.
    pub title: Option<&'a str>,
    /// The rule's id.
    pub rule: &'a str,
    /// What is to be done, in Chinese.
    pub duty: &'a str,
    /// The id of the event it occurs for; empty where it occurs once.
    pub occurrence: &'a str,
    /// Every article it rests on: the rule's own, then those of a stricter one that governs.
    pub basis: Vec<&'a Basis>,
    /// The rules that are cited: its own, and a stricter one that governs.
    pub cited: Vec<&'a str>,
    /// What the date means.
    pub relation: Relation,
    /// The day counting started from.
    pub anchor_on: Option<NaiveDate>,
    /// The safe reading.
    pub due_on: Option<NaiveDate>,
    /// The lenient reading: only past it there is a miss (for a window: before it).
    pub latest_on: Option<NaiveDate>,
    /// How the law words it.
    pub strength: Strength,
    /// How it stands on the day asked about.
    pub state: State,
    /// The date touches a year whose notice is not out.
    pub provisional: bool,
    /// The units that must act, by the names the directory or the catalogue has.
    pub responsible: String,
    /// What nobody has entered.
    pub missing: &'a [Missing],
    /// When it was done.
    pub done_on: Option<NaiveDate>,
    /// The document that shows it was done.
    pub evidence: Option<&'a str>,
    /// Why it need not be done.
    pub excuse: Option<&'a Excuse>,
    /// Another obligation speaks for it: its reminders travel with that one.
    pub spoken_for: bool,
    /// Exemptions that a person may confirm.
    pub candidates: &'a [Candidate],
    /// What a gate that gathers others still lacks.
    pub lacking: Vec<Lacking<'a>>,
    /// Every step that led to the date.
    pub trail: &'a [Step],
}

/// Something that is not there yet of what a gate asks for.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Lacking<'a> {
    /// The rule that asks for it.
    pub rule: &'a str,
    /// What is to be done, in Chinese.
    pub duty: &'a str,
    /// Flags nobody has said anything about, on which it depends.
    pub unsaid: &'a [String],
}

impl<'a> From<&'a Gathered<'a>> for Lacking<'a> {
    fn from(gathered: &'a Gathered<'a>) -> Self {
        Self {
            rule: &gathered.rule.id.0,
            duty: &gathered.rule.title,
            unsaid: &gathered.unsaid,
        }
    }
}

impl<'a> Row<'a> {
    /// The row of `obligation` as it stands on `today`.
    #[must_use]
    pub fn new(
        obligation: &'a Obligation<'a>,
        decision: &'a Decision,
        directory: &Directory,
        today: NaiveDate,
    ) -> Self {
        let rule = obligation.rule;
        let dates = obligation.dates.as_ref();
        let done = obligation.done.as_ref();
        Self {
            decision: &obligation.key.decision.0,
            title: decision.shown_title(),
            rule: &obligation.key.rule.0,
            duty: &rule.title,
            occurrence: &obligation.key.occurrence,
            basis: obligation
                .cited
                .iter()
                .flat_map(|rule| &rule.basis)
                .collect(),
            cited: obligation
                .cited
                .iter()
                .map(|rule| rule.id.0.as_str())
                .collect(),
            relation: rule.relation,
            anchor_on: dates.map(|dates| dates.anchor_on),
            due_on: dates.map(|dates| dates.due_on),
            latest_on: dates.map(|dates| dates.latest_on),
            strength: rule.strength,
            state: obligation.state(today),
            provisional: dates.is_some_and(|dates| dates.provisional),
            responsible: responsible(rule.responsible, decision, directory),
            missing: &obligation.missing,
            done_on: done.map(|done| done.on),
            evidence: done.and_then(|done| done.evidence.as_deref()),
            excuse: obligation.excuse.as_ref(),
            spoken_for: obligation.spoken_for,
            candidates: &obligation.candidates,
            lacking: obligation.lacking(today).map(Lacking::from).collect(),
            trail: &obligation.trail,
        }
    }

    /// Overdue first, then near, open and so on; within a state the earliest date first.
    fn urgency(&self) -> (State, NaiveDate, &'a str, &'a str, &'a str) {
        let due_on = self.due_on.unwrap_or(NaiveDate::MAX);
        (
            self.state,
            due_on,
            self.decision,
            self.rule,
            self.occurrence,
        )
    }
}

/// The names of the units that fill `role`; the catalogue's own name where the
/// directory has none, and the role in brackets where nobody is named.
#[must_use]
pub fn responsible(role: Role, decision: &Decision, directory: &Directory) -> String {
    let filling = directory.filling(role, decision);
    let names = filling.into_iter().map(|unit| match unit {
        Ok(unit) if unit.name.is_empty() => format!("({})", role.name()),
        Ok(unit) => unit.name.clone(),
        Err(NotFound::Unknown(name)) => name,
        Err(NotFound::NotNamed(role)) => format!("({})", role.name()),
    });
    names.collect::<Vec<_>>().join("、")
}

/// Sorts `rows` by urgency, then date, then key.
pub fn sort(rows: &mut [Row<'_>]) {
    rows.sort_by(|one, next| one.urgency().cmp(&next.urgency()));
}

/// Writes `rows` as a JSON array.
///
/// # Errors
/// Those of `out`; a closed pipe is for the caller to forgive.
pub fn write_json<T: Serialize>(
    out: &mut dyn Write,
    rows: impl IntoIterator<Item = T>,
) -> io::Result<()> {
    let mut array = JsonArray::begin(out);
    rows.into_iter().try_for_each(|row| array.push(&row))?;
    array.end()
}

/// A JSON array in the making, one object a line: the text of no more than one is ever
/// held.
pub struct JsonArray<'w> {
    out: &'w mut dyn Write,
    before: &'static str,
}

impl<'w> JsonArray<'w> {
    /// An array that nothing is written of yet.
    pub const fn begin(out: &'w mut dyn Write) -> Self {
        Self { out, before: "[\n" }
    }

    /// Writes one object.
    ///
    /// # Errors
    /// Those of the writer.
    pub fn push(&mut self, row: &impl Serialize) -> io::Result<()> {
        self.out.write_all(self.before.as_bytes())?;
        serde_json::to_writer(&mut *self.out, row)?;
        self.before = ",\n";
        Ok(())
    }

    /// Writes one object that is JSON already.
    ///
    /// # Errors
    /// Those of the writer.
    pub fn push_text(&mut self, row: &[u8]) -> io::Result<()> {
        self.out.write_all(self.before.as_bytes())?;
        self.before = ",\n";
        self.out.write_all(row)
    }

    /// Writes the end.
    ///
    /// # Errors
    /// Those of the writer.
    pub fn end(self) -> io::Result<()> {
        let is_empty = self.before == "[\n";
        self.out
            .write_all(if is_empty { b"[]\n" } else { b"\n]\n" })
    }
}

/// Writes `rows` as a table, and below it what the signs beside a date mean.
///
/// # Errors
/// Those of `out`.
pub fn write_table(out: &mut dyn Write, rows: &[Row<'_>], screen: Screen) -> io::Result<()> {
    if rows.is_empty() {
        return writeln!(out, "nothing of that kind is due");
    }
    let mut columns = vec![
        ("STATE", Fit::Keep),
        ("DUE", Fit::Keep),
        ("DECISION", Fit::Keep),
        ("RULE", Fit::Keep),
        ("DUTY", Fit::Cut),
        ("RESPONSIBLE", Fit::Cut),
        ("TITLE", Fit::Cut),
    ];
    let waits = rows.iter().any(|row| !row.missing.is_empty());
    if waits {
        columns.push(("NEEDS", Fit::Cut));
    }
    let mut table = Table::new(&columns);
    for row in rows {
        let needs = waits.then(|| needs(row).into());
        table.push(cells(row).into_iter().chain(needs));
    }
    table.write(out, screen)?;
    if rows.iter().any(|row| row.provisional) {
        writeln!(
            out,
            "? the date may still move: a year it touches has no holiday notice"
        )?;
    }
    if rows.iter().any(|row| row.strength == Strength::Advisory) {
        writeln!(out, "* no number in the law: missing the date is no breach")?;
    }
    Ok(())
}

/// What nobody has entered, in a few words.
pub(super) fn needs(row: &Row<'_>) -> String {
    let words = row.missing.iter().map(|missing| match missing {
        Missing::Anchor(name) => name.clone(),
        Missing::Flag(name) => format!("is it {name}?"),
        Missing::Term => "term_start, term_end".to_owned(),
        Missing::Late(name) => format!("a person: it came after {name}"),
    });
    words.collect::<Vec<_>>().join(", ")
}

fn cells(row: &Row<'_>) -> [Cell; 7] {
    let due = row.due_on.map_or_else(String::new, |on| {
        let sign = if row.provisional { "?" } else { "" };
        let advisory = row.strength == Strength::Advisory;
        let advisory = if advisory { "*" } else { "" };
        format!("{on}{sign}{advisory}")
    });
    let title = row.title.map_or_else(
        || Cell::new(CONFIDENTIAL, Ink::Dim),
        |title| Cell::new(title, Ink::Plain),
    );
    [
        Cell::state(row.state),
        due.into(),
        row.decision.into(),
        row.rule.into(),
        row.duty.into(),
        row.responsible.as_str().into(),
        title,
    ]
}
