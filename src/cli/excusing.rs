//! `waive` and `extend`: what a person decides about a duty, on record with name and reason.
//!
//! Owns showing what changes before anything is written, and when such a decision is
//! refused. Refuses to decide: what the event does to the duty is
//! worked out by the same rules the daemon follows.

use std::io::{self, Write as _};

use anyhow::{anyhow, bail};
use chrono::NaiveDate;

use super::args::{DecidedArgs, ExtendArgs, WaiveArgs};
use super::changed::changes;
use super::events;
use super::library::Books;
use super::meant::meant;
use super::text::harmless;
use crate::clock::Clock;
use crate::domain::decision::{Decision, DecisionId, Event};
use crate::domain::entry::{Entry, NEW};
use crate::domain::obligation::Obligation;
use crate::domain::pack::{Pack, Strength};
use crate::domain::rules::obligations;
use crate::store::catalog::NewEvent;

/// Answers `waive`.
///
/// # Errors
/// The waiver is refused, with the reason; the catalogue or stdout.
pub(super) fn waive(books: &Books, args: &WaiveArgs, clock: &Clock) -> anyhow::Result<()> {
    let (decided, today) = (&args.decided, clock.today());
    let from = args.from.unwrap_or(today);
    if let Some(until) = args.until.filter(|until| *until < from.max(today)) {
        bail!(
            "--until {until} is before {}: it would waive nothing",
            from.max(today)
        );
    }
    let decision = decision(books, decided)?;
    let derived = derive(books, &decision);
    let meant = meant(books, decided, &decision, &derived, today)?;
    let is_must =
        |one: &&Obligation<'_>| one.rule.strength == Strength::Must && one.candidates.is_empty();
    if let Some(must) = meant.iter().copied().find(is_must) {
        allow_must(must, args.anyway)?;
    }
    let event = Event {
        kind: kind(&books.library.pack, &meant).to_owned(),
        note: Some(note(decided, args.until)),
        ..event(from, answers(&meant))
    };
    carry_out(books, decided, &decision, event, clock)
}

/// Answers `extend`.
///
/// # Errors
/// The extension is refused, with the reason; the catalogue or stdout.
pub(super) fn extend(books: &Books, args: &ExtendArgs, clock: &Clock) -> anyhow::Result<()> {
    let (decided, today, until) = (&args.decided, clock.today(), args.until);
    if until < today {
        bail!("--until {until} is before today, {today}: it gives no time");
    }
    let decision = decision(books, decided)?;
    let derived = derive(books, &decision);
    let meant = meant(books, decided, &decision, &derived, today)?;
    let last = meant.iter().filter_map(|one| one.dates);
    let last = last.map(|dates| dates.due_on.max(dates.latest_on)).max();
    if let Some(last) = last.filter(|last| until <= *last) {
        bail!("--until {until} is not after {last}, the last day as it is: it gives no time");
    }
    if meant.iter().any(|one| one.rule.strength == Strength::Must) {
        eprintln!("note: the text says 应当 (must); the record names who gave more time");
    }
    let event = Event {
        kind: "extended".to_owned(),
        note: Some(note(decided, None)),
        evidence: args.evidence.clone(),
        ..event(until, answers(&meant))
    };
    carry_out(books, decided, &decision, event, clock)
}

fn decision(books: &Books, decided: &DecidedArgs) -> anyhow::Result<Decision> {
    let id = DecisionId(decided.decision.clone());
    let reading = books.catalog()?.read(&id)?;
    let unread = || anyhow!("there is no decision {}", harmless(&id.0));
    reading.decision.ok_or_else(unread)
}

fn derive<'b>(books: &'b Books, decision: &Decision) -> Vec<Obligation<'b>> {
    let library = &books.library;
    obligations(decision, &library.pack, &library.calendar)
}

/// What the text puts as a must is no unit's to waive; a person may still record it.
fn allow_must(must: &Obligation<'_>, anyway: bool) -> anyhow::Result<()> {
    let why = format!(
        "the text puts {} as 应当 (must), and the pack has no exemption for it here: no unit can waive it",
        must.key.rule
    );
    if !anyway {
        bail!("{why}; if somebody who may has decided so, --anyway puts it on record");
    }
    eprintln!("warning: {why}; recorded on the responsibility of the person named");
    Ok(())
}

/// The kind of event that says so: one of its own where the pack has an exemption.
fn kind(pack: &Pack, meant: &[&Obligation<'_>]) -> &'static str {
    let is_exempted = pack.rules.iter().any(|rule| {
        let mut exempts = rule.exempts.iter();
        exempts.any(|id| meant.iter().any(|one| one.key.rule == *id))
    });
    if is_exempted {
        "evaluation_exempted"
    } else {
        "waived"
    }
}

/// Rule, person, reason and perhaps an end, as `domain::rules` reads them.
fn note(decided: &DecidedArgs, until: Option<NaiveDate>) -> String {
    let DecidedArgs {
        rule, by, reason, ..
    } = decided;
    let until = until.map(|until| format!("；until {until}"));
    format!("{rule}；{by}；{reason}{}", until.unwrap_or_default())
}

/// The event of the occurrence, so that what comes up later is not touched.
fn answers(meant: &[&Obligation<'_>]) -> Option<i64> {
    meant
        .first()
        .and_then(|one| one.key.occurrence.parse().ok())
}

/// An event that is entered after all others.
const fn event(on_date: NaiveDate, answers: Option<i64>) -> Event {
    Event {
        id: NEW,
        kind: String::new(),
        on_date,
        answers,
        value: None,
        note: None,
        evidence: None,
    }
}

/// Shows what `event` changes and, unless it is a dry run, records it.
fn carry_out(
    books: &Books,
    decided: &DecidedArgs,
    decision: &Decision,
    event: Event,
    clock: &Clock,
) -> anyhow::Result<()> {
    let new = NewEvent {
        decision: decision.id.0.clone(),
        kind: event.kind.clone(),
        on_date: event.on_date.to_string(),
        answers: event.answers,
        note: event.note.clone(),
        evidence: event.evidence.clone(),
        ..NewEvent::default()
    };
    // A waiver from a later day is shown as it will stand then.
    let today = clock.today();
    let on = if event.kind == "extended" {
        today
    } else {
        today.max(event.on_date)
    };
    let after = Entry::Added(event).applied(decision);
    let changes = changes(&derive(books, decision), &derive(books, &after), on);
    if changes.is_empty() {
        bail!("it would change nothing: what it waits for, or what came later, goes before it");
    }
    let mut out = io::stdout().lock();
    for line in changes {
        writeln!(out, "{}", harmless(&line))?;
    }
    if decided.dry_run {
        return Ok(writeln!(out, "nothing was written")?);
    }
    out.flush()?;
    let kind = new.kind.clone();
    let id = events::record(books, new, clock)?;
    Ok(writeln!(out, "recorded as event {id}, {kind}")?)
}
