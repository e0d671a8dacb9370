//! One entry of our own form: a name, the days off from one day to another, and the days
//! that are worked.
//!
//! Owns its keys `name`, `from`, `to` and `work`, which a notice and the local days share.
//! Refuses to finish the table: who reads an entry may know more keys.

use chrono::{Datelike, Days, NaiveDate};

use super::super::table::Table;
use super::sound::Finding;

/// No holiday and no closure known was longer than two months; a longer one is a slip of
/// the pen in month or year.
const LONGEST: u64 = 62;

/// An entry with the table it was read from, so that a later check can name its line.
pub(super) struct Entry<'d> {
    /// What its days are called.
    pub(super) name: String,
    /// The days off.
    pub(super) off: Vec<NaiveDate>,
    /// The days worked.
    pub(super) work: Vec<NaiveDate>,
    /// Where it stands.
    pub(super) table: Table<'d>,
}

/// Reads an entry.
pub(super) fn entry(table: Table<'_>) -> Entry<'_> {
    table.needs(&["name"]);
    let entry = Entry {
        name: table.string("name").unwrap_or_default(),
        off: off(&table),
        work: table.dates("work"),
        table,
    };
    if !entry.table.has("from") && !entry.table.has("work") {
        entry.table.needs(&["from"]);
    }
    entry
}

/// The days from `from` to `to`, both included; `from` alone is one day.
fn off(table: &Table) -> Vec<NaiveDate> {
    if table.has("to") {
        table.needs(&["from"]);
    }
    let Some(from) = table.date("from") else {
        // The key is known all the same.
        table.date("to");
        return Vec::new();
    };
    let to = table.date("to").unwrap_or(from);
    let longest = from + Days::new(LONGEST);
    if to < from {
        table.doubt("to", format!("{to}, before {from}"), "the last day off");
    } else if to >= longest {
        let found = format!("{to}, more than {LONGEST} days after {from}");
        table.doubt("to", found, "the last day off");
    }
    let days = from.iter_days();
    days.take_while(|on| *on <= to && *on < longest).collect()
}

impl Entry<'_> {
    /// Its days, the off ones first, each with whether it is one.
    pub(super) fn days(&self) -> impl Iterator<Item = (NaiveDate, bool)> {
        let off = self.off.iter().map(|on| (*on, true));
        off.chain(self.work.iter().map(|on| (*on, false)))
    }

    fn key_of(&self, on: NaiveDate) -> Option<&'static str> {
        match (self.work.contains(&on), self.off.contains(&on)) {
            (true, _) => Some("work"),
            (false, true) => Some("from"),
            (false, false) => None,
        }
    }
}

/// Reports each finding where its day is written: at the last entry that names it, for of
/// two entries that contradict each other the first was right when it was typed.
pub(super) fn report(entries: &[Entry<'_>], findings: &[Finding]) {
    for entry in entries {
        for key in ["from", "work"] {
            let here = findings.iter().filter(|finding| {
                let on = finding.on.filter(|on| entry.key_of(*on) == Some(key));
                on.is_some_and(|on| is_last(entries, entry, on))
            });
            let here: Vec<&Finding> = here.collect();
            if let Some(first) = here.first() {
                let found: Vec<&str> = here.iter().map(|one| one.found.as_str()).collect();
                let same = |one: &&Finding| one.expected == first.expected;
                let mut expected = vec![first.expected.as_str()];
                let others = here.iter().filter(|one| !same(one));
                expected.extend(others.map(|one| one.expected.as_str()));
                entry
                    .table
                    .doubt(key, found.join("; "), expected.join("; "));
            }
        }
    }
}

fn is_last(entries: &[Entry<'_>], entry: &Entry<'_>, on: NaiveDate) -> bool {
    let mut naming = entries.iter().filter(|one| one.key_of(on).is_some());
    naming
        .next_back()
        .is_some_and(|last| std::ptr::eq(last, entry))
}

/// A date with its weekday, as faults name it.
pub(super) fn named(on: NaiveDate) -> String {
    format!("{on} {}", on.weekday())
}
