//! The duties that stand in a register, one after the other.
//!
//! Owns walking the catalogue, which duties are wanted, and what a confidential decision keeps to
//! itself. Refuses to derive a date: that is `domain::rules`.

use std::collections::BTreeSet;
use std::io::{self, IsTerminal as _, Write as _};

use anyhow::bail;
use chrono::NaiveDate;

use crate::cli::due::Row;
use crate::cli::filter::Filter;
use crate::cli::library::{Books, complain};
use crate::cli::text::harmless;
use crate::cli::waiting::{Because, because};
use crate::domain::counting::Step;
use crate::domain::decision::{Decision, is_known_kind};
use crate::domain::findings::findings;
use crate::domain::gaps::Lack;
use crate::domain::obligation::{Excuse, Obligation};
use crate::domain::rules::obligations;
use crate::jobs::plan::PAGE;

/// Which duties are wanted, and as they stand on which day.
pub(super) struct Question<'b> {
    pub(super) books: &'b Books,
    pub(super) filter: Filter,
    pub(super) year: Option<i32>,
    pub(super) today: NaiveDate,
    /// Stands for what a person wrote about a confidential decision.
    pub(super) secret: String,
}

/// A duty that is wanted.
pub(super) struct Duty<'a> {
    pub(super) decision: &'a Decision,
    pub(super) obligation: &'a Obligation<'a>,
    pub(super) row: Row<'a>,
    /// Why it waits, where it does.
    pub(super) because: Option<Because>,
    /// What was never entered although a later step has happened.
    pub(super) lack: Option<Lack>,
}

/// What was seen on the way.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Seen {
    /// Decisions that were looked at.
    pub(super) decisions: u64,
    /// What of the catalogue could not be read or contradicts itself: dates may be missing or wrong.
    pub(super) faults: usize,
    /// Duties that are wanted.
    pub(super) duties: u64,
    /// Whose decisions they are.
    pub(super) organs: BTreeSet<String>,
    /// Confidential decisions.
    pub(super) confidential: BTreeSet<String>,
}

impl Seen {
    /// Whose register it is, where it is one organ's.
    pub(super) fn organ(&self) -> String {
        let mut organs = self.organs.iter();
        let first = organs.next().filter(|_| organs.next().is_none());
        first.cloned().unwrap_or_default()
    }
}

impl Question<'_> {
    /// Whether it leaves anything out.
    pub(super) fn is_narrowed(&self) -> bool {
        self.filter != Filter::default() || self.year.is_some()
    }

    /// Refuses an answer about a unit that nobody knows: it would be an empty one, and look like
    /// good news.
    ///
    /// # Errors
    /// There is no duty of that unit, and the directory does not have it.
    pub(super) fn want_some(&self, seen: &Seen) -> anyhow::Result<()> {
        let Some(unit) = self.filter.unit.as_ref().filter(|_| seen.duties == 0) else {
            return Ok(());
        };
        if self.books.library.directory.unit(unit).is_none() {
            let unit = harmless(unit);
            bail!(
                "no duty is {unit}'s, and the directory of units does not have it; `duban due` shows the names"
            );
        }
        Ok(())
    }

    /// Hands each duty that is wanted to `visit`; of a decision in the order of `due`.
    ///
    /// # Errors
    /// The catalogue's, and those of `visit`.
    pub(super) fn each(
        &self,
        visit: &mut dyn FnMut(&Duty<'_>) -> anyhow::Result<()>,
    ) -> anyhow::Result<Seen> {
        let catalog = self.books.catalog()?;
        let progress = Progress::new(catalog.count()?);
        let (mut seen, mut after) = (Seen::default(), None);
        loop {
            let page = catalog.page(after.as_ref(), PAGE)?;
            for reading in page.readings {
                complain(&reading.faults);
                seen.faults += reading.faults.len();
                match reading.decision {
                    Some(decision) if self.year.is_none_or(|year| year == decision.year) => {
                        self.visit_one(decision, &mut seen, visit)?;
                    }
                    Some(_) | None => {}
                }
            }
            progress.show(seen.decisions);
            after = page.next;
            if after.is_none() {
                progress.clear();
                return Ok(seen);
            }
        }
    }

    fn visit_one(
        &self,
        mut decision: Decision,
        seen: &mut Seen,
        visit: &mut dyn FnMut(&Duty<'_>) -> anyhow::Result<()>,
    ) -> anyhow::Result<()> {
        let library = &self.books.library;
        let found = findings(&decision, &library.pack);
        complain(&found);
        seen.faults += found.len();
        if decision.confidential {
            self.hide_names(&mut decision);
        }
        let mut derived = obligations(&decision, &library.pack, &library.calendar);
        derived.sort_by(|one, next| one.key.cmp(&next.key));
        seen.decisions += 1;
        if decision.confidential {
            seen.confidential.insert(decision.id.0.clone());
            for one in &mut derived {
                discreet(one, &self.secret);
            }
        }
        for obligation in &derived {
            let row = Row::new(obligation, &decision, &library.directory, self.today);
            if !self.filter.wants(&row) {
                continue;
            }
            seen.duties += 1;
            let because = because(&decision, obligation, self.today);
            visit(&Duty {
                decision: &decision,
                obligation,
                row,
                because: because.as_ref().map(|(because, _)| *because),
                lack: because.and_then(|(_, lack)| lack),
            })?;
        }
        seen.organs.insert(decision.organ);
        Ok(())
    }
}

impl Question<'_> {
    /// Of a confidential decision no unit is named that nobody knows and that says what the title does,
    /// such as an office set up for it, and no event that the pack does not know.
    fn hide_names(&self, decision: &mut Decision) {
        let library = &self.books.library;
        let units = [&mut decision.drafting_unit, &mut decision.executing_unit];
        let units = units.into_iter().flatten();
        for unit in units.chain(&mut decision.cooperating_units) {
            if library.directory.unit(unit).is_none() && quotes(unit, &decision.title) {
                unit.clone_from(&self.secret);
            }
        }
        for event in &mut decision.events {
            if !is_known_kind(&event.kind) && !library.pack.events.contains(&event.kind) {
                event.kind.clone_from(&self.secret);
            }
        }
    }
}

/// Whether `name` repeats a part of `title`. Four letters are more than names share by chance.
fn quotes(name: &str, title: &str) -> bool {
    let title: Vec<char> = title.chars().collect();
    let mut parts = title.windows(4).map(String::from_iter);
    parts.any(|part| name.contains(&part))
}

/// Of a confidential decision nothing is told that a person wrote about it: it may name what the
/// title would.
fn discreet(obligation: &mut Obligation<'_>, secret: &str) {
    if let Some(done) = &mut obligation.done {
        done.evidence = done.evidence.as_ref().map(|_| secret.to_owned());
    }
    match &mut obligation.excuse {
        Some(Excuse::Waived { reason, .. }) => secret.clone_into(reason),
        Some(Excuse::Ended { reason, .. }) => *reason = reason.as_ref().map(|_| secret.to_owned()),
        Some(Excuse::Exempt { .. } | Excuse::Moved { .. }) | None => {}
    }
    for step in &mut obligation.trail {
        if let Step::Extended { reason, .. } = step {
            secret.clone_into(reason);
        }
    }
}

/// How far the catalogue has been read, on stderr while a person looks.
struct Progress {
    of: u64,
    shown: bool,
}

impl Progress {
    fn new(of: u64) -> Self {
        let shown = io::stderr().is_terminal() && of > PAGE as u64;
        Self { of, shown }
    }

    fn show(&self, decisions: u64) {
        if self.shown {
            let _ = write!(
                io::stderr(),
                "\rreading: {decisions} of {} decisions",
                self.of
            );
        }
    }

    fn clear(&self) {
        if self.shown {
            let _ = write!(io::stderr(), "\r{:50}\r", "");
        }
    }
}
