//! What was said, to whom, and how far it came: the history under `why` and
//! `notices list`.
//!
//! Owns how the ledger's notices are shown. Refuses to show an address: unit and
//! person are enough to answer who was told.

use std::io::{self, BufWriter, Write};

use super::args::{NoticesArgs, NoticesCommand};
use super::by_hand;
use super::due::write_json;
use super::library::Books;
use super::table::{Cell, Fit, Ink, Screen, Table};
use crate::clock::{Clock, written_to_minute};
use crate::domain::notice::Recipient;
use crate::domain::pack::Audience;
use crate::store::ledger::acknowledgements::{Acknowledged, How};
use crate::store::ledger::reader::{self, Listed};

/// Answers `notices …`.
///
/// # Errors
/// The ledger or stdout; what was named and cannot be touched.
pub(super) fn run(books: &Books, command: &NoticesCommand, clock: &Clock) -> anyhow::Result<()> {
    match command {
        NoticesCommand::List(args) => list(books, args),
        NoticesCommand::Retry(args) => by_hand::retry(books, args, clock),
        NoticesCommand::Hold(args) => by_hand::hold(books, args, clock),
        NoticesCommand::Release(args) => by_hand::release(books, args, clock),
    }
}

fn list(books: &Books, args: &NoticesArgs) -> anyhow::Result<()> {
    let which = &args.which;
    let state = args.state.as_deref();
    let state = state.or(which.failed.then_some("failed"));
    let filter = reader::Filter {
        decision: args.decision.clone(),
        rule: args.rule.clone(),
        state: state
            .or(which.waiting.then_some("pending"))
            .map(ToOwned::to_owned),
        held: which.held,
        unacknowledged: args.unacknowledged,
        limit: args.limit,
    };
    let ledger = books.ledger()?;
    let mut notices = ledger.ask("list notices", |c| reader::notices(c, &filter))?;
    if args.decision.is_none() && (which.failed || which.held || which.waiting) {
        notices.extend(ledger.ask("list digests", |c| reader::digests(c, &filter))?);
    }
    let mut out = BufWriter::new(io::stdout().lock());
    if args.json {
        write_json(&mut out, &notices)?;
    } else {
        write_list(&mut out, &notices, Screen::of_stdout())?;
    }
    Ok(out.flush()?)
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
            format!("  {}", written_to_minute(&notice.made_at)).into(),
            notice.rung.as_str().into(),
            notice.kind.as_str().into(),
            recipient(&notice.recipient).into(),
            notice.recipient.channel.name().into(),
            state(notice),
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
            written_to_minute(&notice.made_at).into(),
            state(notice),
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
fn state(notice: &Listed) -> Cell {
    let state = match notice.state.as_str() {
        // What is under way is not called back.
        "pending" if notice.held_since.is_some() => "held",
        state => state,
    };
    let (sign, ink) = match state {
        "held" => ('‖', Ink::Yellow),
        "delivered" => ('■', Ink::Green),
        "failed" => ('✕', Ink::Red),
        "cancelled" => ('○', Ink::Dim),
        "leased" => ('>', Ink::Plain),
        _ => ('·', Ink::Plain),
    };
    Cell::new(&format!("{sign} {state}"), ink)
}

/// Who acknowledged it, why it is held, how far it failed upward, and what was last heard.
fn last_word(notice: &Listed) -> String {
    let acknowledged = notice.acknowledged.as_ref().map(acknowledged);
    let held = notice.held_since.as_ref().map(|since| {
        let because = notice.held_because.as_deref().unwrap_or_default();
        format!("held since {}: {because}", written_to_minute(since))
    });
    let upward = match notice.upward {
        0 => None,
        1 => Some("told to others of the unit".to_owned()),
        _ => Some("failed upward".to_owned()),
    };
    let is_at_rest = matches!(notice.state.as_str(), "delivered" | "cancelled");
    let words = [
        acknowledged,
        held,
        upward.filter(|_| !is_at_rest),
        notice.last_word.clone(),
    ];
    words.into_iter().flatten().collect::<Vec<_>>().join("; ")
}

/// By whom and when, and whether the centre recorded it for them.
fn acknowledged(one: &Acknowledged) -> String {
    let Acknowledged { by, at, how, note } = one;
    let at = written_to_minute(at);
    let centre = if how == How::Centre.name() {
        ", recorded by the centre"
    } else {
        ""
    };
    let note = note.as_ref().map(|note| format!(" ({note})"));
    let note = note.unwrap_or_default();
    format!("acknowledged by {by} {at}{centre}{note}")
}
