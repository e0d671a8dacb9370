//! The sample year as a script: what is recorded on which day.
//!
//! Owns the shipped sample and its order in time. Refuses to know what follows from
//! an event; the planner finds out, as it would for a city.

use std::collections::BTreeMap;

use anyhow::Context as _;
use chrono::NaiveDate;

/// The decisions.
pub(super) const DECISIONS: &str = include_str!("../../../config/sample/catalog.csv");
/// Everything that happens to them.
const EVENTS: &str = include_str!("../../../config/sample/events.csv");
/// What is entered anew, because it was wrong or has moved.
const CORRECTIONS: &str = include_str!("../../../config/sample/corrections.csv");
/// The units and their people.
pub(super) const UNITS: &str = include_str!("../../../config/sample/units.toml");

/// What is recorded, by day.
pub(super) struct Script {
    header: String,
    days: BTreeMap<NaiveDate, Vec<Entry>>,
}

/// One line of the sample.
#[derive(Clone)]
pub(super) struct Entry {
    /// The line as it stands in the file.
    line: String,
    /// What is recorded, for the diary.
    pub(super) said: String,
}

impl Script {
    /// The shipped script.
    pub(super) fn read() -> anyhow::Result<Self> {
        let header = EVENTS.lines().next().unwrap_or_default().to_owned();
        let mut days = BTreeMap::new();
        add(&mut days, EVENTS, "recorded")?;
        add(&mut days, CORRECTIONS, "corrected")?;
        Ok(Self { header, days })
    }

    /// Everything recorded before `day`.
    pub(super) fn before(&self, day: NaiveDate) -> Vec<Entry> {
        let days = self.days.range(..day);
        days.flat_map(|(_, entries)| entries.clone()).collect()
    }

    /// What is recorded on `day`.
    pub(super) fn on(&self, day: NaiveDate) -> &[Entry] {
        self.days.get(&day).map_or(&[], Vec::as_slice)
    }

    /// `entries` as a file that the importer reads.
    pub(super) fn sheet(&self, entries: &[Entry]) -> String {
        let lines = entries.iter().map(|entry| entry.line.as_str());
        let lines = std::iter::once(self.header.as_str()).chain(lines);
        lines.flat_map(|line| [line, "\n"]).collect()
    }
}

fn add(days: &mut BTreeMap<NaiveDate, Vec<Entry>>, file: &str, verb: &str) -> anyhow::Result<()> {
    let mut records = csv::Reader::from_reader(file.as_bytes());
    let columns = records.headers()?.clone();
    let column = |name: &str| columns.iter().position(|column| column == name);
    let lines = file.lines().skip(1);
    for (record, line) in records.records().zip(lines) {
        let record = record?;
        let cell = |name| {
            column(name)
                .and_then(|at| record.get(at))
                .unwrap_or_default()
        };
        let recorded_at: NaiveDate = cell("recorded_at")
            .parse()
            .with_context(|| format!("failed to read the sample's line `{line}`"))?;
        let (decision, kind, on) = (cell("decision_id"), cell("kind"), cell("on_date"));
        days.entry(recorded_at).or_default().push(Entry {
            line: line.to_owned(),
            said: format!("{verb} {decision} {kind} on {on}"),
        });
    }
    Ok(())
}
