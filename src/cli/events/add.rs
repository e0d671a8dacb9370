//! `event add`: one event, as a clerk types it.
//!
//! Owns what may be typed. Refuses to take a word for a kind or a decision that it only
//! resembles.

use std::io::{self, Write as _};

use clap::Args;

use super::entering::Entering;
use super::named;
use super::when::{Day, written};
use super::{record, told};
use crate::cli::catalogue::editor;
use crate::cli::completion;
use crate::cli::library::Books;
use crate::cli::outcome::undone;
use crate::cli::text::harmless;
use crate::clock::Clock;
use crate::domain::decision::{Decision, Event};
use crate::domain::entry::{Entry, NEW};
use crate::domain::fault::Fault;
use crate::store::catalog::NewEvent;

/// Examples for the help.
pub(super) const EXAMPLES: &str = "\
Examples:
  duban event add 2026-003 hearing_replied 2026-09-22 --ref 17 --evidence 洮住建函〔2026〕8号
  duban event add 供热 公布决策 昨天 --evidence 洮政公告〔2026〕3号
  duban event add 2026-003 听证会 2026年12月24日 --dry-run

`duban event kinds` lists the kinds and what each wants. What is impossible is refused: a reply
before its request, a report from the future, the same once more. With --anyway it is written with a
warning; what contradicts another entry is then reported by `duban check` and the digest until it is
mended.";

/// `event add`.
#[derive(Debug, Args)]
pub struct EventArgs {
    /// The decision's id, or a part of its title that no other has.
    #[arg(add = completion::decisions())]
    pub decision: String,
    /// What happened: `published` or 公布决策, `hearing_on` or 听证会 and so on.
    #[arg(add = completion::kinds())]
    pub kind: String,
    /// The day it happened or will happen: 2026-09-22, 2026年9月22日, 今天, 昨天.
    #[arg(value_name = "DATE", value_parser = written)]
    pub on: Day,
    /// The id of the event it answers.
    #[arg(long = "ref", value_name = "ID", add = completion::events())]
    pub answers: Option<i64>,
    /// A quantity: percent of progress, number of experts.
    #[arg(long)]
    pub value: Option<f64>,
    /// A remark; for `waived` rule, person and reason.
    #[arg(long)]
    pub note: Option<String>,
    /// Document number or link.
    #[arg(long)]
    pub evidence: Option<String>,
    /// Record it although it seems impossible, or its kind is not known.
    #[arg(long)]
    pub anyway: bool,
    /// Show what would change, writing nothing.
    #[arg(long)]
    pub dry_run: bool,
}

/// Answers `event add`.
///
/// # Errors
/// Everything that is wrong with the event, or the catalogue.
pub(super) fn add(books: &Books, args: &EventArgs, clock: &Clock) -> anyhow::Result<()> {
    let today = clock.today();
    let (decision, kind) = meant(books, args)?;
    let new = NewEvent {
        decision: decision.id.0.clone(),
        kind: kind.clone(),
        on_date: args.on.on(today).to_string(),
        answers: args.answers,
        value: args.value,
        note: args.note.clone(),
        evidence: args.evidence.clone(),
        recorded_at: None,
        anyway: args.anyway,
    };
    let entry = Entry::Added(Event {
        id: NEW,
        kind,
        on_date: args.on.on(today),
        answers: args.answers,
        value: args.value,
        note: args.note.clone(),
        evidence: args.evidence.clone(),
    });
    let entering = Entering {
        books,
        decision: &decision,
        entry: &entry,
        anyway: args.anyway,
        today,
    };
    let faults = editor(books)?.faults_of_event(None, &new).map_err(told)?;
    entering.allow("add the event", faults)?;
    writeln!(io::stdout(), "{}", heading(&decision))?;
    entering.show()?;
    if args.dry_run {
        return Ok(writeln!(io::stdout(), "nothing was written")?);
    }
    let id = record(books, new, clock)?;
    Ok(writeln!(io::stdout(), "recorded as event {id}")?)
}

/// The decision and the kind that are named.
fn meant(books: &Books, args: &EventArgs) -> anyhow::Result<(Decision, String)> {
    let decision = named::decision(books, &args.decision)?;
    let kind = named::kind(&books.library.pack, &args.kind);
    let kind = kind.or_else(|fault| {
        if args.anyway {
            return Ok(args.kind.trim().to_owned());
        }
        let expected = format!("{}; --anyway records it all the same", fault.expected);
        Err(Fault { expected, ..fault })
    });
    match (decision, kind) {
        (Ok(decision), Ok(kind)) => Ok((decision, kind)),
        (decision, kind) => {
            let faults = [decision.err(), kind.err()].into_iter().flatten();
            Err(undone(
                "failed to add the event",
                &faults.collect::<Vec<_>>(),
            ))
        }
    }
}

/// The decision that is meant, for a person to see before reading on.
pub(super) fn heading(decision: &Decision) -> String {
    let title = decision.shown_title().unwrap_or("(confidential)");
    harmless(&format!("{}  {title}", decision.id))
}
