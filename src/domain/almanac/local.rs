//! The days that the locality decided for itself, each with who decided it.
//!
//! Owns the form of `local.toml`: `[[local]]` entries of days off and days worked, with
//! their authority (放假办法 Art. 4, or a closure for snow or a flood). Refuses a day without
//! an authority, and one that two entries name.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use super::super::calendar::LocalDay;
use super::super::fault::Fault;
use super::super::table::{self, Table};
use super::entry::{self, Entry, entry, named};
use super::sound::Finding;

/// Reads the local days, in order of date; `file` is its name in faults. A file without an
/// entry is a layer of no days.
///
/// # Errors
/// Every fault in it at once, each with file and line.
pub fn read(file: &str, text: &str) -> Result<Vec<LocalDay>, Vec<Fault>> {
    table::read(file, text, local)
}

fn local(root: &Table) -> Vec<LocalDay> {
    let entries: Vec<Entry<'_>> = root.tables("local").into_iter().map(entry).collect();
    let mut days = Vec::new();
    for entry in &entries {
        entry.table.needs(&["authority"]);
        let authority = entry.table.string("authority").unwrap_or_default();
        entry.table.finish();
        days.extend(entry.days().map(|(date, is_off_day)| LocalDay {
            name: entry.name.clone(),
            authority: authority.clone(),
            date,
            is_off_day,
        }));
    }
    root.finish();
    entry::report(&entries, &contradictions(&days));
    days.sort_by_key(|day| day.date);
    days
}

fn contradictions(days: &[LocalDay]) -> Vec<Finding> {
    let mut seen: BTreeMap<NaiveDate, bool> = BTreeMap::new();
    let mut findings = Vec::new();
    for day in days {
        let (found, expected) = match seen.insert(day.date, day.is_off_day) {
            None => continue,
            Some(is_off_day) if is_off_day == day.is_off_day => ("twice", "each day once"),
            Some(_) => ("both a day off and a day worked", "one of the two"),
        };
        findings.push(Finding {
            on: Some(day.date),
            found: format!("{}, {found}", named(day.date)),
            expected: expected.to_owned(),
        });
    }
    findings
}
