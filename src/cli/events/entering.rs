//! An entry on its way into the catalogue: judged, shown, and only then written.
//!
//! Owns what is said of every entry, whichever command makes it. Refuses to write by itself,
//! and to let pass what is impossible unless a person insists.

use std::io::{self, Write as _};

use anyhow::anyhow;
use chrono::NaiveDate;

use super::named::called;
use crate::cli::changed::{changes, summary};
use crate::cli::library::Books;
use crate::cli::outcome::undone;
use crate::cli::text::harmless;
use crate::domain::decision::Decision;
use crate::domain::entry::{self, Entry, Objection, Wants, Weight};
use crate::domain::fault::Fault;
use crate::domain::rules::obligations;

/// An entry, and the decision it is for.
pub(super) struct Entering<'a> {
    pub(super) books: &'a Books,
    /// The decision as it stands.
    pub(super) decision: &'a Decision,
    pub(super) entry: &'a Entry,
    /// Write it although it is impossible.
    pub(super) anyway: bool,
    pub(super) today: NaiveDate,
}

impl Entering<'_> {
    /// Refuses what is impossible, and says the rest on stderr. `faults` are what is known
    /// to be wrong already.
    ///
    /// # Errors
    /// Everything that is refused, at once.
    pub(super) fn allow(&self, doing: &str, faults: Vec<Fault>) -> anyhow::Result<()> {
        let pack = &self.books.library.pack;
        let after = self.entry.applied(self.decision);
        let objections = entry::judge(self.decision, &after, pack, self.today);
        let (refused, unusual): (Vec<Objection>, Vec<Objection>) = objections
            .into_iter()
            .partition(|one| one.weight == Weight::Impossible && !self.anyway);
        if !faults.is_empty() || !refused.is_empty() {
            let hint = if refused.is_empty() {
                ""
            } else {
                " (what is true all the same is written with --anyway)"
            };
            let wants = self.wants().filter(|_| !faults.is_empty());
            let refused = refused.into_iter().map(|one| one.fault);
            let all: Vec<Fault> = faults.into_iter().chain(refused).collect();
            let error = undone(&format!("failed to {doing}{hint}"), &all);
            return Err(wants.map_or_else(
                || anyhow!("{error}"),
                |wants| anyhow!("{error}\n  {}", harmless(&wants)),
            ));
        }
        for one in unusual {
            eprintln!("warning: {}", harmless(&one.fault.to_string()));
        }
        Ok(())
    }

    /// What the entry's kind wants besides its day, in a sentence.
    fn wants(&self) -> Option<String> {
        let (Entry::Added(event) | Entry::Changed(event)) = self.entry else {
            return None;
        };
        let wants = wanted(&entry::wants(&event.kind, &self.books.library.pack));
        (!wants.is_empty()).then(|| format!("{} wants {wants}", called(&event.kind)))
    }

    /// Shows every duty that stands otherwise with the entry.
    ///
    /// # Errors
    /// Those of stdout.
    pub(super) fn show(&self) -> io::Result<()> {
        let library = &self.books.library;
        let after = self.entry.applied(self.decision);
        let derive = |decision| obligations(decision, &library.pack, &library.calendar);
        let (before, after) = (derive(self.decision), derive(&after));
        let mut out = io::stdout().lock();
        let lines = changes(&before, &after, self.today);
        for line in &lines {
            writeln!(out, "{}", harmless(line))?;
        }
        match summary(&before, &after, self.today) {
            _ if lines.is_empty() => writeln!(out, "no date and no duty changes"),
            // What changes is none of what is counted, as a duty that comes near.
            nothing if nothing.is_empty() => Ok(()),
            told => writeln!(out, "in all: {told}"),
        }
    }
}

/// What a kind wants, as options that are typed.
pub(super) fn wanted(wants: &Wants) -> String {
    let answers = (!wants.answers.is_empty()).then(|| {
        format!(
            "--ref the {} it answers, where there are several",
            wants.answers.join(" or ")
        )
    });
    let parts = [
        wants.note.as_ref().map(|note| format!("--note {note}")),
        wants.value.map(|value| format!("--value {value}")),
        wants
            .evidence
            .map(|evidence| format!("--evidence {evidence}")),
        answers,
    ];
    parts.into_iter().flatten().collect::<Vec<_>>().join("; ")
}
