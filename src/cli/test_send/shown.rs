//! How the answers to a test are shown.
//!
//! Owns their form for people and as JSON. Refuses to show an address or a URL: unit, name and
//! channel say who was asked.

use std::io::{self, BufWriter, Write};

use serde::Serialize;

use super::advice::advice;
use crate::cli::due;
use crate::cli::notices::recipient;
use crate::cli::table::{Fit, Ink, Screen, Table};
use crate::cli::text::harmless;
use crate::domain::delivery::{Class, Meaning, Scope, meaning};
use crate::domain::notice::{Channel, Recipient};
use crate::domain::pack::Audience;
use crate::jobs::trial::Answered;

/// A recipient, as JSON names one.
#[derive(Debug, Serialize)]
struct To<'a> {
    unit: &'a str,
    /// Empty for an endpoint or a robot.
    name: &'a str,
    audience: Audience,
    channel: Channel,
}

/// An answer; its serialised form is a contract.
#[derive(Debug, Serialize)]
struct Row<'a> {
    #[serde(flatten)]
    to: To<'a>,
    /// `accepted`, `deferred`, `rejected` or `unknown`.
    class: Class,
    /// Whether it is about this message, or about everything that goes this way.
    scope: Scope,
    /// Where in the conversation.
    phase: &'a str,
    /// SMTP or HTTP status.
    code: Option<u16>,
    /// The code in a robot's answer, under which the vendor's manual has it.
    vendor_code: Option<i64>,
    /// The other side's own words, or this system's.
    said: &'a str,
    /// What that means.
    means: String,
    /// Who says so; empty where `means` names it.
    source: &'static str,
    /// What to do.
    next: &'static str,
    took_ms: i64,
}

impl<'a> To<'a> {
    fn of(to: &'a Recipient) -> Self {
        Self {
            unit: &to.unit,
            name: &to.name,
            audience: to.audience,
            channel: to.channel,
        }
    }
}

impl<'a> Row<'a> {
    fn of(answer: &'a Answered) -> Self {
        let (to, outcome) = (&answer.message.recipient, &answer.outcome);
        let Meaning { words, source } = meaning(to.channel, outcome);
        // Where the table has added its meaning to the words, it is not said twice.
        let detail = outcome.detail.as_str();
        let said = detail.strip_suffix(words.as_str()).unwrap_or(detail);
        let said = said.trim_end_matches([':', ' ']);
        Self {
            to: To::of(to),
            class: outcome.class,
            scope: outcome.scope,
            phase: &outcome.phase,
            code: outcome.code,
            vendor_code: outcome.vendor_code,
            said: if said.is_empty() { detail } else { said },
            means: words,
            source,
            next: advice(to.channel, outcome),
            took_ms: answer.took.num_milliseconds(),
        }
    }
}

/// How many were not accepted.
pub(super) fn refused(answers: &[Answered]) -> usize {
    let is_refused = |one: &&Answered| one.outcome.class != Class::Accepted;
    answers.iter().filter(is_refused).count()
}

/// Shows to whom a test would go.
pub(super) fn show_plan(to: &[Recipient], json: bool) -> anyhow::Result<()> {
    let mut out = BufWriter::new(io::stdout().lock());
    if json {
        due::write_json(&mut out, to.iter().map(To::of))?;
        return Ok(out.flush()?);
    }
    let mut table = Table::new(&[("BY", Fit::Keep), ("TO", Fit::Cut)]);
    for one in to {
        table.push([one.channel.name().into(), recipient(one).into()]);
    }
    table.write(&mut out, Screen::of_stdout())?;
    writeln!(out, "{} would be asked; nothing was sent", to.len())?;
    Ok(out.flush()?)
}

/// Writes every answer as JSON.
pub(super) fn write_json(answers: &[Answered]) -> anyhow::Result<()> {
    let mut out = BufWriter::new(io::stdout().lock());
    due::write_json(&mut out, answers.iter().map(Row::of))?;
    Ok(out.flush()?)
}

/// Writes one answer for people: who, how it ended, then a labelled line for each fact.
pub(super) fn write(out: &mut dyn Write, answer: &Answered, screen: Screen) -> io::Result<()> {
    let row = Row::of(answer);
    let (word, ink) = word(row.class);
    let head = harmless(&way(&answer.message.recipient));
    writeln!(out, "{}  {head}", ink.paint(word, screen))?;
    for (label, text) in facts(&row) {
        writeln!(out, "  {label:<6} {}", harmless(&text))?;
    }
    writeln!(out)
}

fn facts(row: &Row<'_>) -> Vec<(&'static str, String)> {
    let code = row.code.map(|code| format!(" {code}"));
    let of_vendor = row.vendor_code.map(|code| format!(", the vendor's {code}"));
    let code = [code, of_vendor].map(Option::unwrap_or_default).concat();
    let whole = match row.scope {
        Scope::Message => "",
        Scope::Channel => ", about everything that goes this way",
    };
    let took = format!(" after {} ms{whole}", row.took_ms);
    let mut facts = vec![("where", format!("{}{code}{took}", row.phase))];
    if row.said != row.means {
        facts.push(("said", row.said.to_owned()));
    }
    let source = match row.source {
        "" => String::new(),
        source => format!(" [{source}]"),
    };
    facts.push(("means", format!("{}{source}", row.means)));
    facts.push(("next", row.next.to_owned()));
    facts
}

/// Who, and by which way.
pub(super) fn way(to: &Recipient) -> String {
    format!("{} by {}", recipient(to), to.channel)
}

const fn word(class: Class) -> (&'static str, Ink) {
    match class {
        Class::Accepted => ("■ accepted", Ink::Green),
        Class::Deferred => ("! deferred", Ink::Yellow),
        Class::Rejected => ("✕ rejected", Ink::Red),
        Class::Unknown => ("? unknown", Ink::Yellow),
    }
}
