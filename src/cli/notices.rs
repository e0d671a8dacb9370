//! What was said, to whom, and how far it came: the history under `why` and
//! `notices list`.
//!
//! Owns how the ledger's notices are shown. Refuses to show an address: unit and
//! person are enough to answer who was told.

use std::io::{self, BufWriter, Write};

use anyhow::{Context as _, bail};
use chrono::DateTime;

use super::args::{NoticesArgs, NoticesCommand};
use super::due::write_json;
use super::library::Books;
use super::table::{Cell, Fit, Ink, Screen, Table};
use super::text::harmless;
use crate::clock::{Clock, ZONE};
use crate::daemon::start_writer;
use crate::domain::notice::Recipient;
use crate::domain::pack::Audience;
use crate::store::ledger::reader::{self, Listed};
use crate::store::ledger::{self, outbox};

/// Answers `notices …`.
///
/// # Errors
/// The ledger or stdout; 75 while the daemon holds the ledger.
pub(super) fn run(books: &Books, command: &NoticesCommand, clock: &Clock) -> anyhow::Result<()> {
    match command {
        NoticesCommand::List(args) => list(books, args),
        NoticesCommand::Retry { message, reason } => retry(books, message, reason, clock),
    }
}

fn list(books: &Books, args: &NoticesArgs) -> anyhow::Result<()> {
    let filter = reader::Filter {
        decision: args.decision.clone(),
        rule: args.rule.clone(),
        state: args.state.clone(),
        limit: args.limit,
    };
    let ledger = books.ledger()?;
    let notices = ledger.ask("list notices", |c| reader::notices(c, &filter))?;
    let mut out = BufWriter::new(io::stdout().lock());
    if args.json {
        write_json(&mut out, &notices)?;
    } else {
        write_list(&mut out, &notices, Screen::of_stdout())?;
    }
    Ok(out.flush()?)
}

fn retry(books: &Books, messages: &[String], reason: &str, clock: &Clock) -> anyhow::Result<()> {
    let (ledger, writer) = ledger::open(&books.config.ledger)?;
    let writing = start_writer(writer).context("failed to start the ledger's writer")?;
    let mut refused = Vec::new();
    for message in messages {
        let (key, why, now) = (message.clone(), reason.to_owned(), clock.now());
        let retry = move |c: &_| outbox::retry(c, &key, &why, now);
        if !ledger.write_blocking("retry a message", retry)? {
            refused.push(harmless(message));
        }
    }
    drop(ledger);
    // Whatever was written is on disk; the thread only has to end.
    let _ = writing.join();
    if refused.is_empty() {
        Ok(writeln!(
            io::stdout(),
            "{} to be sent again",
            messages.len()
        )?)
    } else {
        bail!(
            "no message of this name was given up on: {}; `duban notices list --state failed` has them",
            refused.join(", ")
        )
    }
}

/// Writes the notices of one obligation, oldest first.
///
/// # Errors
/// Those of `out`.
pub fn write_history(out: &mut dyn Write, notices: &[Listed], screen: Screen) -> io::Result<()> {
    let columns = [
        ("  MADE", Fit::Keep),
        ("RUNG", Fit::Keep),
        ("KIND", Fit::Keep),
        ("TO", Fit::Cut),
        ("BY", Fit::Keep),
        ("STATE", Fit::Keep),
        ("TRIES", Fit::Keep),
        ("LAST WORD", Fit::Cut),
    ];
    let mut table = Table::new(&columns);
    for notice in notices {
        table.push([
            format!("  {}", local(&notice.made_at)).into(),
            notice.rung.as_str().into(),
            notice.kind.as_str().into(),
            recipient(&notice.recipient).into(),
            notice.recipient.channel.name().into(),
            state(&notice.state),
            notice.attempts.to_string().into(),
            last_word(notice).into(),
        ]);
    }
    table.write(out, screen)
}

/// Writes notices as they are listed, each with what it is about and the message to
/// name when it is to be sent again.
///
/// # Errors
/// Those of `out`.
pub fn write_list(out: &mut dyn Write, notices: &[Listed], screen: Screen) -> io::Result<()> {
    if notices.is_empty() {
        return writeln!(out, "no notice of that kind");
    }
    let columns = [
        ("MADE", Fit::Keep),
        ("STATE", Fit::Keep),
        ("DECISION", Fit::Keep),
        ("RULE", Fit::Keep),
        ("RUNG", Fit::Keep),
        ("TO", Fit::Cut),
        ("BY", Fit::Keep),
        ("TRIES", Fit::Keep),
        ("MESSAGE", Fit::Keep),
        ("LAST WORD", Fit::Cut),
    ];
    let mut table = Table::new(&columns);
    for notice in notices {
        table.push([
            local(&notice.made_at).into(),
            state(&notice.state),
            notice.decision.as_str().into(),
            notice.rule.as_str().into(),
            notice.rung.as_str().into(),
            recipient(&notice.recipient).into(),
            notice.recipient.channel.name().into(),
            notice.attempts.to_string().into(),
            notice.message.as_str().into(),
            last_word(notice).into(),
        ]);
    }
    table.write(out, screen)
}

/// Unit and person; an endpoint stands for its unit.
#[must_use]
pub fn recipient(recipient: &Recipient) -> String {
    let audience = match recipient.audience {
        Audience::Contact => "",
        Audience::Head => " (head)",
        Audience::Leader => " (leader)",
        Audience::Centre => " (centre)",
        Audience::Office => " (office)",
    };
    let space = if recipient.name.is_empty() { "" } else { " " };
    format!("{}{space}{}{audience}", recipient.unit, recipient.name)
}

/// The message's state as sign, word and colour.
fn state(state: &str) -> Cell {
    let (sign, ink) = match state {
        "delivered" => ('■', Ink::Green),
        "failed" => ('✕', Ink::Red),
        "cancelled" => ('○', Ink::Dim),
        "leased" => ('>', Ink::Plain),
        _ => ('·', Ink::Plain),
    };
    Cell::new(&format!("{sign} {state}"), ink)
}

fn last_word(notice: &Listed) -> &str {
    notice.last_word.as_deref().unwrap_or_default()
}

/// The ledger's moment in the law's zone, to the minute; as it stands if it cannot be
/// read.
pub(super) fn local(at: &str) -> String {
    DateTime::parse_from_rfc3339(at).map_or_else(
        |_| at.to_owned(),
        |at| at.with_timezone(&ZONE).format("%Y-%m-%d %H:%M").to_string(),
    )
}
