//! `plan`: what would be sent and why, as rows.
//!
//! Owns their form as JSON and as a table. Refuses to plan; `jobs::plan` does.

use std::io::{self, Write};

use chrono::NaiveDate;
use serde::Serialize;

use super::notices::recipient;
use super::table::{Cell, Fit, Ink, Screen, Table};
use crate::domain::notice::{Channel, Kind, Recipient};
use crate::domain::pack::{Basis, Pack};
use crate::domain::plan::{Change, Event};

/// One notice that would be made, or a change that asks for none.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Row {
    /// The decision.
    pub decision: String,
    /// The rule.
    pub rule: String,
    /// What is to be done, in Chinese.
    pub duty: String,
    /// Where the rule stands.
    pub basis: Vec<Basis>,
    /// The event it occurs for.
    pub occurrence: String,
    /// The safe reading.
    pub due_on: NaiveDate,
    /// Why: `opened`, `moved`, `closed`, `lost`, `reopened`, or the rung alone.
    pub because: Vec<&'static str>,
    /// The rung that is reached.
    pub rung: Option<String>,
    /// What the recipient is told.
    pub kind: Option<Kind>,
    /// To whom; nobody where the change is only written down.
    pub to: Option<Recipient>,
}

/// The rows of one obligation's change, under the rule `pack` has for it.
#[must_use]
pub fn rows(change: &Change, pack: &Pack) -> Vec<Row> {
    let key = &change.record.key;
    let rule = pack.rule(&key.rule.0);
    let blank = Row {
        duty: rule.map(|rule| rule.title.clone()).unwrap_or_default(),
        basis: rule.map(|rule| rule.basis.clone()).unwrap_or_default(),
        decision: key.decision.0.clone(),
        rule: key.rule.0.clone(),
        occurrence: key.occurrence.clone(),
        due_on: change.record.due_on,
        because: change.events.iter().map(because).collect(),
        rung: change.reached.as_ref().map(|step| step.name.clone()),
        kind: None,
        to: None,
    };
    if change.notices.is_empty() {
        return vec![blank];
    }
    let notices = change.notices.iter().map(|draft| Row {
        rung: Some(draft.facts.rung.clone()),
        kind: Some(draft.facts.kind),
        to: Some(draft.recipient.clone()),
        ..blank.clone()
    });
    notices.collect()
}

const fn because(event: &Event) -> &'static str {
    match event {
        Event::Opened => "opened",
        Event::Moved { .. } => "moved",
        Event::CutShort => "cut_short",
        Event::LongEnough => "long_enough",
        Event::Closed { .. } => "closed",
        Event::Lost => "lost",
        Event::Reopened => "reopened",
    }
}

/// Writes the rows that tell somebody, or should, then how many are only written down.
///
/// # Errors
/// Those of `out`.
pub fn write_table(out: &mut dyn Write, rows: &[Row], screen: Screen) -> io::Result<()> {
    let columns = [
        ("KIND", Fit::Keep),
        ("DUE", Fit::Keep),
        ("DECISION", Fit::Keep),
        ("RULE", Fit::Keep),
        ("ARTICLE", Fit::Keep),
        ("RUNG", Fit::Keep),
        ("BECAUSE", Fit::Keep),
        ("BY", Fit::Keep),
        ("TO", Fit::Cut),
        ("DUTY", Fit::Cut),
    ];
    let mut table = Table::new(&columns);
    for row in rows.iter().filter(|row| row.rung.is_some()) {
        table.push(cells(row));
    }
    if table.is_empty() {
        writeln!(out, "nobody is to be told anything")?;
    } else {
        table.write(out, screen)?;
    }
    let quiet = rows.iter().filter(|row| row.rung.is_none()).count();
    let unheard = rows.iter().filter(|row| is_unheard(row)).count();
    let of = |channel| rows.iter().filter(|row| is_by(row, channel)).count();
    let ways = Channel::ALL.map(|channel| (of(channel), channel));
    let ways = ways
        .iter()
        .filter(|(count, channel)| *count > 0 || is_common(*channel));
    let ways: Vec<String> = ways
        .map(|(count, channel)| format!("{count} by {channel}"))
        .collect();
    if unheard > 0 {
        writeln!(
            out,
            "{unheard} reach nobody: without units.toml nobody's address is known"
        )?;
    }
    writeln!(
        out,
        "{}; {quiet} changes are only written down",
        ways.join(", ")
    )
}

/// Shown although nothing goes by it.
const fn is_common(channel: Channel) -> bool {
    matches!(channel, Channel::Mail | Channel::Webhook)
}

fn cells(row: &Row) -> [Cell; 10] {
    let (word, ink) = row.kind.map_or(("✕ unheard", Ink::Red), word);
    let to = row.to.as_ref();
    let by = to.map_or("", |to| to.channel.name());
    let basis = row.basis.first();
    let article = basis.map(|basis| format!("{} {}", basis.system, basis.article));
    [
        Cell::new(word, ink),
        row.due_on.to_string().into(),
        row.decision.as_str().into(),
        row.rule.as_str().into(),
        article.unwrap_or_default().into(),
        row.rung.as_deref().unwrap_or_default().into(),
        because_text(row).into(),
        by.into(),
        to.map_or_else(|| "nobody".to_owned(), recipient).into(),
        row.duty.as_str().into(),
    ]
}

/// What became of the obligation; where nothing did, its rung was reached.
fn because_text(row: &Row) -> String {
    if row.because.is_empty() {
        "rung reached".to_owned()
    } else {
        row.because.join(", ")
    }
}

/// A rung that is reached and has nobody to be told.
const fn is_unheard(row: &Row) -> bool {
    row.rung.is_some() && row.to.is_none()
}

fn is_by(row: &Row, channel: Channel) -> bool {
    row.to.as_ref().is_some_and(|to| to.channel == channel)
}

/// Why somebody is told, as sign, word and colour.
#[must_use]
pub const fn word(kind: Kind) -> (&'static str, Ink) {
    match kind {
        Kind::Reminder => ("· reminder", Ink::Plain),
        Kind::DueToday => ("! due today", Ink::Yellow),
        Kind::Overdue => ("✕ overdue", Ink::Red),
        Kind::TooShort => ("✕ too short", Ink::Red),
        Kind::Opened => ("■ opened", Ink::Green),
        Kind::Changed => ("~ date moved", Ink::Yellow),
        Kind::Cleared => ("■ done", Ink::Green),
        Kind::Waived => ("○ waived", Ink::Dim),
        Kind::Withdrawn => ("○ withdrawn", Ink::Dim),
        Kind::Test => ("· test", Ink::Plain),
    }
}
