//! `why`: everything behind a date, and everything that was said about it.
//!
//! Owns how a derivation and its history are laid out. Refuses to leave anything
//! out for brevity: this is the page somebody answers with.

use std::io::{self, Write};

use serde::Serialize;

use super::due::{Lacking, Row};
use super::notices::write_history;
use super::table::{Cell, Ink, Screen};
use super::text::harmless;
use super::trail::{self, date};
use crate::domain::calendar::Calendar;
use crate::domain::decision::Decision;
use crate::domain::obligation::{Candidate, Excuse, Missing, State};
use crate::domain::pack::{Pack, Relation, Strength};
use crate::store::ledger::reader::Listed;

/// An obligation with its history, as `why --json` answers it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Explained<'a> {
    /// What `due` says about it.
    #[serde(flatten)]
    pub row: Row<'a>,
    /// The full titles of the systems in `basis`, in the same order.
    pub systems: Vec<&'a str>,
    /// By how many working days it was done too late; absent where it was not.
    pub working_days_late: Option<i64>,
    /// Its notices, oldest first.
    pub history: Vec<Listed>,
}

impl<'a> Explained<'a> {
    /// `row` with the titles `pack` has for its systems, and its history.
    #[must_use]
    pub fn new(row: Row<'a>, pack: &'a Pack, calendar: &Calendar, history: Vec<Listed>) -> Self {
        let systems = row.basis.iter();
        let systems = systems.map(|basis| pack.system_title(&basis.system));
        Self {
            systems: systems.collect(),
            working_days_late: working_days_late(&row, calendar),
            row,
            history,
        }
    }

    /// Writes it for people: the duty and its state, then one labelled line per fact,
    /// the trail, and the notices.
    ///
    /// # Errors
    /// Those of `out`.
    pub fn write(&self, out: &mut dyn Write, screen: Screen) -> io::Result<()> {
        self.write_head(out, screen)?;
        for (label, text) in self.facts() {
            writeln!(out, "  {label:<10} {}", harmless(&text))?;
        }
        for line in trail::lines(self.row.trail) {
            writeln!(out, "  {}", harmless(&line))?;
        }
        for line in self.ending() {
            writeln!(out, "  {}", harmless(&line))?;
        }
        if self.history.is_empty() {
            return writeln!(out, "  notices    none yet");
        }
        write_history(out, &self.history, screen)
    }

    fn write_head(&self, out: &mut dyn Write, screen: Screen) -> io::Result<()> {
        let row = &self.row;
        let mut name = row.rule.to_owned();
        if !row.occurrence.is_empty() {
            name = format!("{name}/{}", row.occurrence);
        }
        let head = Ink::Bold.paint(&harmless(&format!("{name}  {}", row.duty)), screen);
        writeln!(out, "{head}  {}", Cell::state(row.state).painted(screen))
    }

    /// What can be said before the trail.
    fn facts(&self) -> Vec<(&'static str, String)> {
        let row = &self.row;
        let mut facts = Vec::new();
        for (basis, title) in row.basis.iter().zip(&self.systems) {
            facts.push(("basis", format!("《{title}》 Art. {}", basis.article)));
        }
        if row.cited.len() > 1 {
            facts.push(("cited", row.cited.join(", ")));
        }
        facts.push(("strength", strength(row.strength).to_owned()));
        facts.push(("who", row.responsible.clone()));
        if let (Some(due_on), Some(latest_on)) = (row.due_on, row.latest_on) {
            let meaning = relation(row.relation);
            let unsure = if row.provisional { ", provisional" } else { "" };
            facts.push(("due", format!("{} {meaning}{unsure}", date(due_on))));
            if latest_on != due_on {
                let lenient = format!("{}, the lenient reading", date(latest_on));
                facts.push(("at most", lenient));
            }
        }
        facts
    }

    /// What can be said after the trail: what ended it, or what is missing.
    fn ending(&self) -> Vec<String> {
        let row = &self.row;
        let mut lines: Vec<String> = row.missing.iter().map(missing).collect();
        if let Some(on) = row.done_on {
            let evidence = row.evidence.unwrap_or("no document named");
            let label = if row.state == State::Done {
                "done"
            } else {
                "recorded"
            };
            let late = match self.working_days_late {
                None => String::new(),
                Some(0) => ", late by rest days only".to_owned(),
                Some(1) => ", 1 working day late".to_owned(),
                Some(days) => format!(", {days} working days late"),
            };
            lines.push(format!("{label:<10} {}{late} ({evidence})", date(on)));
        }
        lines.extend(row.excuse.map(excuse));
        lines.extend(row.lacking.iter().map(lacks));
        lines.extend(row.candidates.iter().map(candidate));
        if row.spoken_for {
            lines.push(
                "silent     another rule speaks for it: its reminders are that one's".to_owned(),
            );
        }
        lines
    }
}

pub(super) fn working_days_late(row: &Row<'_>, calendar: &Calendar) -> Option<i64> {
    let (done_on, latest_on) = row.done_on.zip(row.latest_on)?;
    let is_act = matches!(row.relation, Relation::By | Relation::Gate);
    (is_act && done_on > latest_on).then(|| calendar.working_days_between(latest_on, done_on))
}

/// Writes the decision's own line, above its obligations.
///
/// # Errors
/// Those of `out`.
pub fn write_decision(out: &mut dyn Write, decision: &Decision, screen: Screen) -> io::Result<()> {
    let title = if decision.confidential {
        "(confidential)"
    } else {
        &decision.title
    };
    let head = harmless(&format!("{}  {title}", decision.id));
    writeln!(out, "{}", Ink::Bold.paint(&head, screen))?;
    let units = [
        ("organ", Some(&decision.organ)),
        ("drafting", decision.drafting_unit.as_ref()),
        ("executing", decision.executing_unit.as_ref()),
    ];
    for (label, unit) in units {
        let unit = unit.map_or("nobody is named", String::as_str);
        writeln!(out, "  {label:<10} {}", harmless(unit))?;
    }
    Ok(())
}

const fn strength(strength: Strength) -> &'static str {
    match strength {
        Strength::Must => "must",
        Strength::Should => "should: it may be waived with a reason",
        Strength::Advisory => "advisory: no number in the text, a miss is no breach",
    }
}

const fn relation(relation: Relation) -> &'static str {
    match relation {
        Relation::By => "at the latest",
        Relation::NotBefore => "at the earliest",
        Relation::Gate => "at the latest, or the step may not be taken",
        Relation::Trigger => "is when it opens by itself",
        Relation::Exemption => "is until when a person may excuse it",
    }
}

fn missing(missing: &Missing) -> String {
    match missing {
        Missing::Anchor(name) => {
            format!("missing    {name} is not recorded, so there is no date yet")
        }
        Missing::Flag(name) => format!("missing    nobody has said whether it is {name}"),
        Missing::Term => "missing    the term's first or last day".to_owned(),
        Missing::Late(name) => {
            format!("missing    {name} came after the window had closed: a person decides")
        }
    }
}

fn lacks(lacking: &Lacking<'_>) -> String {
    let Lacking { rule, duty, unsaid } = lacking;
    if unsaid.is_empty() {
        return format!("lacks      {rule}  {duty}");
    }
    let unsaid = unsaid.join(", ");
    format!("lacks      {rule}  {duty}: nobody has said whether it is {unsaid}")
}

fn candidate(candidate: &Candidate) -> String {
    let because = candidate.because.as_ref();
    let because = because.map(|(kind, on)| format!(" ({kind} {})", date(*on)));
    format!(
        "candidate  {}  {}{}: a person confirms with `duban waive`, until then it stays due",
        candidate.rule,
        candidate.title,
        because.unwrap_or_default()
    )
}

fn excuse(excuse: &Excuse) -> String {
    match excuse {
        Excuse::Waived {
            by,
            reason,
            on,
            until,
        } => {
            let until = until.map(|until| format!(" until {}", date(until)));
            let until = until.unwrap_or_default();
            format!("waived     {}{until} by {by}: {reason}", date(*on))
        }
        Excuse::Exempt { because } => format!("exempt     {because}"),
        Excuse::Moved { .. } | Excuse::Ended { .. } => {
            format!("exempt     {}", excuse.describe())
        }
    }
}
