//! The timetable for people: a table by date, what its signs mean, and each count.
//!
//! Owns its wording. Refuses to call anything unlawful that hangs on an advisory number,
//! on advice, or on a way that nobody has taken.

use std::collections::BTreeSet;
use std::io::{self, Write};

use chrono::NaiveDate;

use super::super::table::{Cell, Fit, Ink, Screen, Table};
use super::super::text::harmless;
use super::super::trail::date;
use super::super::why::write_decision;
use crate::domain::backward::{Bound, EXECUTIVE, Force, Kind, Latest, Standing, Timetable};
use crate::domain::calendar::Calendar;
use crate::domain::decision::Decision;
use crate::domain::obligation::{Excuse, Missing};
use crate::domain::pack::{Pack, Strength};

/// What the table is made from.
#[derive(Debug, Clone, Copy)]
pub(super) struct Sheet<'a> {
    pub(super) decision: &'a Decision,
    pub(super) timetable: &'a Timetable<'a>,
    pub(super) pack: &'a Pack,
    pub(super) calendar: &'a Calendar,
    pub(super) is_planned: bool,
    pub(super) today: NaiveDate,
}

impl Sheet<'_> {
    /// Writes head, table, signs and outlook, and each count where it is asked for.
    pub(super) fn write(
        &self,
        out: &mut dyn Write,
        explain: bool,
        screen: Screen,
    ) -> io::Result<()> {
        write_decision(out, self.decision, screen)?;
        writeln!(out, "  {:<10} {}", "meeting", harmless(&self.meeting()))?;
        writeln!(out)?;
        if self.timetable.steps.is_empty() {
            writeln!(out, "the pack asks for no step before such a meeting")?;
        } else {
            self.table().write(out, screen)?;
        }
        for line in self.signs() {
            writeln!(out, "{line}")?;
        }
        for line in self.remarks() {
            writeln!(out, "{}", harmless(&line))?;
        }
        writeln!(out)?;
        for (line, ink) in self.outlook() {
            writeln!(out, "{}", ink.paint(&harmless(&line), screen))?;
        }
        if explain {
            for step in &self.timetable.steps {
                self.write_step(out, step, screen)?;
            }
        }
        Ok(())
    }

    fn meeting(&self) -> String {
        let meeting = self.timetable.meeting;
        let name = if meeting.kind == EXECUTIVE {
            "executive"
        } else {
            "plenary"
        };
        let mut text = format!("{}, {name}", date(meeting.on));
        if self.is_planned {
            text += ": nobody named a day, this is the last working day of the planned time";
            if let Some(planned) = &self.decision.planned_text {
                text = format!("{text} ({planned})");
            }
        }
        if !self.calendar.is_working(meeting.on) {
            text += "; this is a rest day";
        }
        text
    }

    /// One step a line; steps of one day stand under one date.
    fn table(&self) -> Table {
        let mut table = Table::new(&[
            ("LATEST", Fit::Keep),
            ("STATE", Fit::Keep),
            ("EVENT", Fit::Keep),
            ("RULE", Fit::Keep),
            ("FORCE", Fit::Keep),
            ("BASIS", Fit::Cut),
            ("STEP", Fit::Cut),
        ]);
        let mut above = String::new();
        for step in &self.timetable.steps {
            let Some(bound) = step.governing() else {
                continue;
            };
            let latest = format!("{}{}", date(bound.on), sign(bound));
            let shown = if latest == above { "" } else { latest.as_str() };
            table.push([
                shown.into(),
                state(step, bound, self.today),
                step.event.as_str().into(),
                rules(bound).into(),
                force(bound).into(),
                basis(bound).into(),
                bound.rule.title.as_str().into(),
            ]);
            above = latest;
        }
        table
    }

    /// What the signs beside the dates mean, as far as there are any.
    fn signs(&self) -> Vec<&'static str> {
        let has = |is: fn(&Bound<'_>) -> bool| {
            let mut governing = self.timetable.steps.iter().filter_map(Latest::governing);
            governing.any(is)
        };
        let mut lines = Vec::new();
        if has(|bound| bound.provisional) {
            lines.push("? the date may still move: a year it touches has no holiday notice");
        }
        if has(|bound| bound.weakest == Force::Advisory) {
            lines.push("* the day rests on a number that is not in the law: to miss it is no breach by itself");
        }
        if has(|bound| bound.weakest == Force::Advice) {
            lines.push("~ advice, or counted from it: the last day that leaves the whole time for what follows");
        }
        if has(|bound| !bound.one_of.is_empty()) {
            lines.push("one of: any one of these steps is enough");
        }
        if has(|bound| bound.on_this_way) {
            lines.push("this way: only if the step it is counted from is the way that is taken");
        }
        lines
    }

    /// What a table of governing days leaves out and somebody must know.
    fn remarks(&self) -> Vec<String> {
        let mut lines = Vec::new();
        for step in &self.timetable.steps {
            for bound in step.bounds.iter().skip(1) {
                lines.extend(remark(step, bound));
            }
        }
        let bounds = self.timetable.steps.iter().flat_map(|step| &step.bounds);
        let unsaid: BTreeSet<String> = bounds
            .filter(|bound| !bound.unsaid.is_empty())
            .map(|bound| format!("{}: counted as if it were", asked(&bound.unsaid)))
            .collect();
        lines.extend(unsaid);
        let waived = self.timetable.waived.iter();
        lines.extend(waived.filter_map(|(rule, excuse)| match excuse {
            Excuse::Waived { by, reason, on, .. } => {
                Some(format!("waived: {rule}, {} by {by}: {reason}", date(*on)))
            }
            Excuse::Exempt { .. } | Excuse::Ended { .. } | Excuse::Moved { .. } => None,
        }));
        lines
    }
}

pub(super) fn sign(bound: &Bound<'_>) -> String {
    let unsure = if bound.provisional { "?" } else { "" };
    let weak = match bound.weakest {
        Force::Statutory => "",
        Force::Advisory => "*",
        Force::Advice => "~",
    };
    format!("{unsure}{weak}")
}

/// How it stands, as sign, word and colour; red only for what the law forbids.
fn state(step: &Latest<'_>, bound: &Bound<'_>, today: NaiveDate) -> Cell {
    let is_law = bound.weakest == Force::Statutory && !bound.on_this_way;
    let is_law = is_law && bound.unsaid.is_empty() && bound.one_of.is_empty();
    let (miss, ink) = if is_law {
        ('✕', Ink::Red)
    } else {
        ('!', Ink::Yellow)
    };
    let recorded = step.recorded_on.map(|on| on.to_string());
    let recorded = recorded.unwrap_or_default();
    match step.standing(today) {
        Standing::TooLate if bound.kind == Kind::LeavesTime => {
            Cell::new(&format!("{miss} tight {recorded}"), ink)
        }
        Standing::TooLate => Cell::new(&format!("{miss} late {recorded}"), ink),
        Standing::Recorded => Cell::new(&format!("■ {recorded}"), Ink::Green),
        Standing::Spared => Cell::new("○ not needed", Ink::Dim),
        Standing::Past => Cell::new(&format!("{miss} past"), ink),
        Standing::Open if !bound.unsaid.is_empty() => Cell::new("… to be said", Ink::Dim),
        Standing::Open => Cell::new("· open", Ink::Plain),
    }
}

pub(super) fn rules(bound: &Bound<'_>) -> String {
    let cited: Vec<&str> = bound.cited.iter().map(|rule| rule.id.0.as_str()).collect();
    cited.join(", ")
}

fn basis(bound: &Bound<'_>) -> String {
    let all = bound.cited.iter().flat_map(|rule| &rule.basis);
    let all = all.map(|one| format!("{} {}", one.system, one.article));
    all.collect::<Vec<_>>().join(", ")
}

pub(super) fn force(bound: &Bound<'_>) -> String {
    let word = match (bound.force, bound.rule.strength) {
        (Force::Advice, _) => "advice",
        (_, Strength::Must) => "must",
        (_, Strength::Should) => "should",
        (_, Strength::Advisory) => "advisory",
    };
    if !bound.one_of.is_empty() {
        format!("{word}, one of {}", bound.one_of.len() + 1)
    } else if bound.on_this_way {
        format!("{word}, this way")
    } else {
        word.to_owned()
    }
}

/// Another day that matters beside the governing one: the law's own where a number of the
/// pack's governs, and advice.
fn remark(step: &Latest<'_>, bound: &Bound<'_>) -> Option<String> {
    let governing = step.governing().filter(|_| step.recorded_on.is_none())?;
    let event = &step.event;
    match bound.weakest {
        Force::Statutory if governing.weakest == Force::Advisory => Some(format!(
            "by law: {event} at the latest on {} ({})",
            date(bound.on),
            rules(bound)
        )),
        Force::Advice if bound.kind == Kind::LeavesTime => Some(format!(
            "advice: {event} by {} leaves the whole time {} gives{}",
            date(bound.on),
            rules(bound),
            condition(bound)
        )),
        Force::Statutory | Force::Advisory | Force::Advice => None,
    }
}

pub(super) fn condition(bound: &Bound<'_>) -> String {
    let condition = bound.only_if.as_ref();
    condition.map_or_else(String::new, |kind| format!(", if there is a {kind}"))
}

pub(super) fn asked(unsaid: &[Missing]) -> String {
    let words = unsaid.iter().map(|missing| match missing {
        Missing::Term => "of so long a term".to_owned(),
        Missing::Flag(name) | Missing::Anchor(name) | Missing::Late(name) => name.clone(),
    });
    let words: Vec<String> = words.collect();
    format!("nobody has said whether it is {}", words.join(" or "))
}
