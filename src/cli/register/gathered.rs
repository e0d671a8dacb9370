//! What stands in a register, in its order.
//!
//! Owns gathering it in one walk through the catalogue: rows on disk, counts and keys in memory.
//! Refuses to write any file.

use std::collections::{BTreeMap, HashSet};
use std::path::Path;

use chrono::NaiveDate;

use super::duties::{Duty, Question, Seen};
use super::rows::Scribe;
use super::spool::Spool;
use super::standing::Head;
use crate::channels::wording::register::RegisterWords;
use crate::cli::waiting::Because;
use crate::domain::obligation::State;

/// Overdue first, then near, open and so on; within a state the earliest date first, as `due` has
/// it.
pub(super) type Urgency = (State, NaiveDate);

/// What was never entered first, the oldest later step before all.
pub(super) type Pressing = (Because, NaiveDate);

/// How many duties there are under each head.
pub(super) type Counts = [u64; Head::ALL.len()];

/// Rows that wait until all are in order.
pub(super) struct Rows {
    /// Of 台账.
    pub(super) duties: Spool<Urgency>,
    /// Of 待补.
    pub(super) waiting: Spool<Pressing>,
    /// Of 后续, in the order of the catalogue.
    pub(super) ahead: Spool<()>,
}

/// What is known once the catalogue has been walked through.
pub(super) struct Gathered {
    pub(super) seen: Seen,
    /// How many duties wait because of what.
    pub(super) waiting: BTreeMap<Because, u64>,
    /// By the units that must act.
    pub(super) counts: BTreeMap<String, Counts>,
    /// The duties' keys, where not all are wanted.
    pub(super) keys: Option<HashSet<String>>,
}

impl Gathered {
    fn new(question: &Question<'_>) -> Self {
        Self {
            seen: Seen::default(),
            waiting: BTreeMap::new(),
            counts: BTreeMap::new(),
            keys: question.is_narrowed().then(HashSet::new),
        }
    }

    /// The rows of the workbook.
    ///
    /// # Errors
    /// The catalogue's, the templates', or those of the disk in `folder`.
    pub(super) fn rows(
        question: &Question<'_>,
        words: &mut RegisterWords<'_>,
        folder: &Path,
    ) -> anyhow::Result<(Self, Rows)> {
        let mut gathered = Self::new(question);
        let mut rows = Rows {
            duties: Spool::new(folder)?,
            waiting: Spool::new(folder)?,
            ahead: Spool::new(folder)?,
        };
        let mut scribe = Scribe::new(words, question);
        gathered.seen = question.each(&mut |duty| {
            gathered.note(duty, question.today, scribe.units(duty)?);
            if duty.because == Some(Because::Ahead) {
                return Ok(rows.ahead.push((), &scribe.ahead(duty)?)?);
            }
            rows.duties.push(urgency(duty), &scribe.duty(duty)?)?;
            if let Some(because) = duty.because {
                let since = duty.lack.as_ref().map_or(NaiveDate::MAX, |lack| lack.on);
                let row = scribe.waiting(duty, because)?;
                rows.waiting.push((because, since), &row)?;
            }
            Ok(())
        })?;
        Ok((gathered, rows))
    }

    /// Duties in another form: what `made` makes of each.
    ///
    /// # Errors
    /// As for [`Self::rows`].
    pub(super) fn made(
        question: &Question<'_>,
        folder: &Path,
        made: &mut dyn FnMut(&Duty<'_>) -> anyhow::Result<Vec<u8>>,
    ) -> anyhow::Result<(Self, Spool<Urgency>)> {
        let mut gathered = Self::new(question);
        let mut duties = Spool::new(folder)?;
        gathered.seen = question.each(&mut |duty| {
            duties.push_text(urgency(duty), &made(duty)?)?;
            gathered.note(duty, question.today, String::new());
            Ok(())
        })?;
        Ok((gathered, duties))
    }

    fn note(&mut self, duty: &Duty<'_>, today: NaiveDate, units: String) {
        if let Some(keys) = &mut self.keys {
            keys.insert(duty.obligation.key.to_string());
        }
        if let Some(because) = duty.because {
            *self.waiting.entry(because).or_default() += 1;
        }
        let head = Head::of(&duty.row, today);
        let counts = self.counts.entry(units).or_default();
        let at = Head::ALL.iter().position(|one| *one == head);
        if let Some(count) = at.and_then(|at| counts.get_mut(at)) {
            *count += 1;
        }
    }
}

fn urgency(duty: &Duty<'_>) -> Urgency {
    (duty.row.state, duty.row.due_on.unwrap_or(NaiveDate::MAX))
}
