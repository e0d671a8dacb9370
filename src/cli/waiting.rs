//! `due --waiting`: what each duty needs that nobody has entered.
//!
//! Owns telling what was never entered from what nobody has answered and from what still
//! lies ahead, and both forms of the answer. Refuses to find out what is missing;
//! `domain::gaps` does.

use std::io::{self, BufWriter, Write};

use chrono::NaiveDate;
use serde::Serialize;

use super::args::DueArgs;
use super::due::{JsonArray, Row, needs};
use super::filter::Filter;
use super::library::{Books, each_derived};
use super::table::{Cell, Fit, Ink, Screen, Table};
use crate::domain::decision::{Decision, Flag};
use crate::domain::gaps::{Lack, lack};
use crate::domain::obligation::{Missing, Obligation, State};

/// Why a duty waits, the most pressing first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Because {
    /// A later step has happened: what it needs was forgotten.
    NeverEntered,
    /// What it needs can be said now.
    Unanswered,
    /// The step it is counted from has not come yet.
    Ahead,
}

/// A duty that waits, as `due --waiting` answers it; its serialised form is a contract.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Waiting<'a> {
    /// The duty, as plain `due` has it.
    #[serde(flatten)]
    pub row: Row<'a>,
    /// Why it waits.
    pub because: Because,
    /// What was never entered, each with its alternatives.
    pub never_entered: Vec<Vec<String>>,
    /// The step that has happened all the same.
    pub although: Option<String>,
    /// When.
    pub although_on: Option<NaiveDate>,
}

impl<'a> Waiting<'a> {
    fn new(row: Row<'a>, because: Because, lack: Option<Lack>) -> Self {
        let (never_entered, although, although_on) = match lack {
            Some(lack) => (lack.missing, Some(lack.although), Some(lack.on)),
            None => (Vec::new(), None, None),
        };
        Self {
            row,
            because,
            never_entered,
            although,
            although_on,
        }
    }

    /// What it needs, in a few words.
    fn needs(&self) -> String {
        let mut words = needs(&self.row);
        let known = self.row.missing;
        let others = self
            .never_entered
            .iter()
            .filter(|names| match names.as_slice() {
                [name] if name.starts_with("field:") => !known.contains(&Missing::Term),
                _ => true,
            });
        for names in others {
            let word = match names.as_slice() {
                [name] if Flag::named(name).is_some() => format!("is it {name}?"),
                names => names.join(" | "),
            };
            if !words.contains(&word) {
                let comma = if words.is_empty() { "" } else { ", " };
                words.push_str(comma);
                words.push_str(&word);
            }
        }
        words
    }

    fn cells(&self) -> [Cell; 8] {
        let (word, ink) = match self.because {
            Because::NeverEntered => ("✕ never entered", Ink::Red),
            Because::Unanswered => ("! unanswered", Ink::Yellow),
            Because::Ahead => ("· ahead", Ink::Dim),
        };
        let although_on = self.although_on.map(|on| on.to_string());
        [
            Cell::new(word, ink),
            self.row.decision.into(),
            self.row.rule.into(),
            self.needs().into(),
            self.although.as_deref().unwrap_or_default().into(),
            although_on.unwrap_or_default().into(),
            self.row.responsible.as_str().into(),
            self.row.duty.into(),
        ]
    }
}

/// Why `obligation` waits on `today`, if it does, and what it lacks.
#[must_use]
pub fn because(
    decision: &Decision,
    obligation: &Obligation<'_>,
    today: NaiveDate,
) -> Option<(Because, Option<Lack>)> {
    let lack = lack(decision, obligation, today);
    if lack.is_some() {
        return Some((Because::NeverEntered, lack));
    }
    if obligation.state(today) != State::Waiting {
        return None;
    }
    let to_come = |missing: &Missing| matches!(missing, Missing::Anchor(_));
    let is_ahead = obligation.missing.iter().all(to_come);
    let because = if is_ahead {
        Because::Ahead
    } else {
        Because::Unanswered
    };
    Some((because, None))
}

/// Answers `due --waiting`.
///
/// # Errors
/// The catalogue or stdout.
pub(super) fn answer(books: &Books, args: &DueArgs, today: NaiveDate) -> anyhow::Result<()> {
    let directory = &books.library.directory;
    let filter = Filter::new(args, directory);
    let mut out = BufWriter::new(io::stdout().lock());
    let mut kept = Vec::new();
    let mut ahead = 0;
    let mut array = args.json.then(|| JsonArray::begin(&mut out));
    each_derived(books, &mut |decision, mut derived| {
        derived.retain(|one| {
            let Some((because, _)) = because(&decision, one, today) else {
                return false;
            };
            let is_wanted = filter.wants(&Row::new(one, &decision, directory, today));
            ahead += usize::from(is_wanted && because == Because::Ahead);
            is_wanted && (args.all || because != Because::Ahead)
        });
        if let Some(array) = &mut array {
            let mut rows = rows(books, &decision, &derived, today);
            rows.try_for_each(|row| array.push(&row))
        } else {
            kept.push((decision, derived));
            Ok(())
        }
    })?;
    if let Some(array) = array {
        array.end()?;
    } else {
        let all = kept.iter();
        let all = all.flat_map(|(decision, derived)| rows(books, decision, derived, today));
        let hidden = if args.all { 0 } else { ahead };
        write_table(&mut out, all.collect(), hidden, Screen::of_stdout())?;
    }
    Ok(out.flush()?)
}

fn rows<'a>(
    books: &'a Books,
    decision: &'a Decision,
    derived: &'a [Obligation<'a>],
    today: NaiveDate,
) -> impl Iterator<Item = Waiting<'a>> {
    let directory = &books.library.directory;
    derived.iter().filter_map(move |one| {
        let (because, lack) = because(decision, one, today)?;
        let row = Row::new(one, decision, directory, today);
        Some(Waiting::new(row, because, lack))
    })
}

/// What was never entered comes first, the oldest step before all.
fn write_table(
    out: &mut dyn Write,
    mut rows: Vec<Waiting<'_>>,
    hidden: usize,
    screen: Screen,
) -> io::Result<()> {
    rows.sort_by_cached_key(|one| {
        let on = one.although_on.unwrap_or(NaiveDate::MAX);
        let row = &one.row;
        let key = [row.decision, row.rule, row.occurrence].map(str::to_owned);
        (one.because, on, key)
    });
    if rows.is_empty() {
        writeln!(out, "nothing waits for what somebody could enter now")?;
    } else {
        let mut table = Table::new(&[
            ("WAITS", Fit::Keep),
            ("DECISION", Fit::Keep),
            ("RULE", Fit::Keep),
            ("NEEDS", Fit::Keep),
            ("ALTHOUGH", Fit::Cut),
            ("ON", Fit::Keep),
            ("RESPONSIBLE", Fit::Cut),
            ("DUTY", Fit::Cut),
        ]);
        for row in &rows {
            table.push(row.cells());
        }
        table.write(out, screen)?;
    }
    if hidden > 0 {
        writeln!(
            out,
            "{hidden} more wait for a step that still lies ahead: `duban due --waiting --all`"
        )?;
    }
    Ok(())
}
