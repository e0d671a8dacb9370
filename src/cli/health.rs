//! `health` and `clock`: what the last inspection found, and a person's word on the clock.
//!
//! Owns how findings are shown, in the words of monitoring plugins, and that a daemon that
//! has gone silent is one. Refuses to inspect anything itself: the daemon does, each round.

use std::io::{self, BufWriter, Write};

use anyhow::bail;
use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};
use serde::Serialize;

use super::args::{ClockCommand, JsonArgs};
use super::library::Books;
use super::text::harmless;
use crate::clock::{Clock, to_minute};
use crate::domain::health::{self, Code, Severity};
use crate::jobs::watch;
use crate::store::ledger::findings::{self, Open};
use crate::store::ledger::{self, timekeeping};

/// An inspection is written down every five minutes at least; a round may take a few more
/// while a large catalogue is planned anew.
const SILENT_AFTER_MIN: i64 = 15;

/// What `health` answers; its serialised form is a contract.
#[derive(Debug, Serialize)]
struct Answer {
    /// `ok`, `warning` or `critical`.
    status: &'static str,
    /// When an inspection was last written down, RFC 3339 in UTC.
    inspected_at: Option<String>,
    /// Everything that is not as it should be.
    findings: Vec<Open>,
}

/// Answers `health`; any finding ends it with 1.
///
/// # Errors
/// The ledger or stdout, or that there is a finding.
pub(super) fn health(books: &Books, args: &JsonArgs, clock: &Clock) -> anyhow::Result<()> {
    let ledger = books.ledger()?;
    let mut findings = ledger.ask("read the findings", findings::list)?;
    let inspected_at = ledger.ask("read the last inspection", findings::inspected_at)?;
    let nearly_full = nearly_full(books, clock.now());
    // The daemon says so too, where there is room to write it down.
    findings.retain(|open| nearly_full.is_none() || open.code != Code::DiskNearlyFull.name());
    let own = silent(inspected_at, clock.now())
        .into_iter()
        .chain(nearly_full);
    findings.splice(0..0, own);
    let answer = Answer {
        status: status(&findings),
        inspected_at: inspected_at.map(stamp),
        findings,
    };
    let mut out = BufWriter::new(io::stdout().lock());
    if args.json {
        serde_json::to_writer(&mut out, &answer)?;
        writeln!(out)?;
    } else {
        write(&mut out, &answer, inspected_at)?;
    }
    out.flush()?;
    match answer.findings.len() {
        0 => Ok(()),
        1 => bail!("1 finding"),
        several => bail!("{several} findings"),
    }
}

/// On a full disk the daemon cannot write down what it finds: looked at here once more.
fn nearly_full(books: &Books, now: DateTime<Utc>) -> Option<Open> {
    let config = &books.config;
    let free = ledger::free_bytes(&config.ledger).ok()?;
    (free < config.delivery.least_free_bytes()).then(|| {
        let found = health::nearly_full(config.delivery.min_free_mib.into());
        Open {
            code: found.code.name().to_owned(),
            subject: found.subject,
            severity: found.code.severity().name().to_owned(),
            words: found.words,
            since: stamp(now),
        }
    })
}

/// A daemon that does not run finds nothing.
fn silent(inspected_at: Option<DateTime<Utc>>, now: DateTime<Utc>) -> Option<Open> {
    let bound = TimeDelta::minutes(SILENT_AFTER_MIN);
    let words = match inspected_at {
        Some(at) if now - at <= bound => return None,
        Some(at) => format!(
            "no inspection since {}: does the daemon run?",
            to_minute(at)
        ),
        None => "nothing was ever inspected: the daemon has not run on this ledger".to_owned(),
    };
    Some(Open {
        code: Code::DaemonSilent.name().to_owned(),
        subject: String::new(),
        severity: Severity::Critical.name().to_owned(),
        words,
        since: stamp(inspected_at.unwrap_or(now)),
    })
}

fn status(findings: &[Open]) -> &'static str {
    if findings.is_empty() {
        "ok"
    } else if findings.iter().any(Open::is_critical) {
        Severity::Critical.name()
    } else {
        Severity::Warning.name()
    }
}

/// One line that says all, as plugins do, then one for each finding.
fn write(
    out: &mut dyn Write,
    answer: &Answer,
    inspected_at: Option<DateTime<Utc>>,
) -> io::Result<()> {
    let seen = inspected_at.map_or_else(|| "never".to_owned(), to_minute);
    let status = answer.status.to_uppercase();
    let count = answer.findings.len();
    writeln!(out, "{status}: {count} findings, inspected {seen}")?;
    for one in &answer.findings {
        let space = if one.subject.is_empty() { "" } else { " " };
        let line = format!(
            "{} {}{space}{}: {} (since {})",
            one.severity, one.code, one.subject, one.words, one.since
        );
        writeln!(out, "{}", harmless(&line))?;
    }
    Ok(())
}

/// Answers `clock …`.
///
/// # Errors
/// There is no ledger, or it refuses.
pub(super) fn clock(books: &Books, command: &ClockCommand, clock: &Clock) -> anyhow::Result<()> {
    let ClockCommand::Confirm { reason } = command;
    let reading = watch::read(clock);
    let confirm = |c: &_| {
        let brought_back = timekeeping::confirm(c, &reading, reason)?;
        Ok((brought_back, timekeeping::known(c)?.held))
    };
    let path = &books.config.ledger;
    let (brought_back, held) = ledger::by_hand(path, "confirm the clock", confirm)?;
    let mut out = io::stdout().lock();
    writeln!(out, "the clock is right: {}", to_minute(reading.wall))?;
    if brought_back > 0 {
        writeln!(
            out,
            "{brought_back} messages that a false future had put off go out now"
        )?;
    }
    match held {
        Some(cause) => writeln!(out, "everything stays held for another cause: {cause}")?,
        None => writeln!(out, "a running daemon goes on within a minute")?,
    }
    Ok(())
}

fn stamp(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Secs, true)
}
