//! `event list`: events, by decision, kind, day or unit.
//!
//! Owns which are wanted and how they are shown. Refuses to write.

use std::io::{self, BufWriter, Write as _};

use chrono::NaiveDate;
use clap::Args;
use serde::Serialize;

use super::named;
use super::when::{Day, written};
use crate::cli::completion;
use crate::cli::due::JsonArray;
use crate::cli::library::{Books, each_decision};
use crate::cli::outcome::undone;
use crate::cli::table::{Fit, Screen, Table};
use crate::clock::Clock;
use crate::domain::decision::{Decision, Event};
use crate::domain::naming::name_of;

/// `event list`.
#[derive(Debug, Args)]
pub struct EventListArgs {
    /// The decision's id, or a part of its title that no other has; every decision without it.
    #[arg(add = completion::decisions())]
    pub decision: Option<String>,
    /// Only this kind, in English or Chinese.
    #[arg(long, add = completion::kinds())]
    pub kind: Option<String>,
    /// Only on or after this day.
    #[arg(long, value_name = "DATE", value_parser = written)]
    pub from: Option<Day>,
    /// Only on or before this day.
    #[arg(long, value_name = "DATE", value_parser = written)]
    pub to: Option<Day>,
    /// Only of decisions that this unit drafts, executes or helps with.
    #[arg(long, value_name = "NAME", add = completion::units())]
    pub unit: Option<String>,
    /// Answer in JSON.
    #[arg(long)]
    pub json: bool,
}

/// An event in `event list --json`.
#[derive(Serialize)]
struct Row<'a> {
    id: i64,
    decision: &'a str,
    on_date: NaiveDate,
    kind: &'a str,
    name: &'a str,
    value: Option<f64>,
    note: Option<&'a str>,
    evidence: Option<&'a str>,
    #[serde(rename = "ref")]
    answers: Option<i64>,
}

impl<'a> Row<'a> {
    fn new(decision: &'a Decision, event: &'a Event) -> Self {
        Self {
            id: event.id,
            decision: &decision.id.0,
            on_date: event.on_date,
            kind: &event.kind,
            name: name_of(&event.kind),
            value: event.value,
            note: event.note.as_deref(),
            evidence: event.evidence.as_deref(),
            answers: event.answers,
        }
    }
}

/// Which events are wanted.
struct Filter {
    kind: Option<String>,
    from: Option<NaiveDate>,
    to: Option<NaiveDate>,
    /// Every name of the unit.
    unit: Vec<String>,
}

/// Answers `event list`.
///
/// # Errors
/// A decision or kind that nobody knows, the catalogue, or stdout.
pub(super) fn list(books: &Books, args: &EventListArgs, clock: &Clock) -> anyhow::Result<()> {
    let refused = |fault| undone("failed to list events", &[fault]);
    let pack = &books.library.pack;
    let kind = args.kind.as_ref().map(|word| named::kind(pack, word));
    let filter = Filter {
        kind: kind.transpose().map_err(refused)?,
        from: args.from.map(|day| day.on(clock.today())),
        to: args.to.map(|day| day.on(clock.today())),
        unit: args
            .unit
            .as_ref()
            .map_or_else(Vec::new, |name| names(books, name)),
    };
    let mut out = BufWriter::new(io::stdout().lock());
    let one = match &args.decision {
        None => None,
        Some(word) => Some(named::decision(books, word)?.map_err(refused)?),
    };
    if args.json {
        let mut array = JsonArray::begin(&mut out);
        each(books, one, &mut |decision| {
            let mut wanted = filter.of(decision);
            wanted.try_for_each(|event| array.push(&Row::new(decision, event)))
        })?;
        array.end()?;
    } else {
        let mut table = empty();
        each(books, one, &mut |decision| {
            for event in filter.of(decision) {
                table.push(cells(&Row::new(decision, event)).map(Into::into));
            }
            Ok(())
        })?;
        table.write(&mut out, Screen::of_stdout())?;
    }
    Ok(out.flush()?)
}

/// Hands the one decision, or every one, to `sink`.
fn each(
    books: &Books,
    one: Option<Decision>,
    sink: &mut dyn FnMut(&Decision) -> io::Result<()>,
) -> anyhow::Result<()> {
    match one {
        Some(decision) => Ok(sink(&decision)?),
        None => each_decision(&books.catalog()?, &mut |decision| sink(&decision)),
    }
}

impl Filter {
    fn of<'d>(&self, decision: &'d Decision) -> impl Iterator<Item = &'d Event> {
        let drafting = decision.drafting_unit.iter();
        let named = drafting.chain(&decision.executing_unit);
        let mut named = named.chain(&decision.cooperating_units);
        let is_its_own = self.unit.is_empty() || named.any(|name| self.unit.contains(name));
        let events = decision.events.iter();
        events.filter(move |event| is_its_own && self.wants(event))
    }

    fn wants(&self, event: &Event) -> bool {
        self.kind.as_ref().is_none_or(|kind| event.kind == *kind)
            && self.from.is_none_or(|from| from <= event.on_date)
            && self.to.is_none_or(|to| event.on_date <= to)
    }
}

/// Every name of the unit that is called `name`.
fn names(books: &Books, name: &str) -> Vec<String> {
    let unit = books.library.directory.unit(name);
    unit.map_or_else(
        || vec![name.to_owned()],
        |unit| {
            std::iter::once(&unit.name)
                .chain(&unit.aliases)
                .cloned()
                .collect()
        },
    )
}

fn empty() -> Table {
    Table::new(&[
        ("ID", Fit::Keep),
        ("DECISION", Fit::Keep),
        ("ON", Fit::Keep),
        ("EVENT", Fit::Keep),
        ("REF", Fit::Keep),
        ("VALUE", Fit::Keep),
        ("NOTE", Fit::Cut),
        ("EVIDENCE", Fit::Cut),
    ])
}

fn cells(row: &Row<'_>) -> [String; 8] {
    [
        row.id.to_string(),
        row.decision.to_owned(),
        row.on_date.to_string(),
        row.name.to_owned(),
        row.answers.map(|id| id.to_string()).unwrap_or_default(),
        row.value.map(|value| value.to_string()).unwrap_or_default(),
        row.note.unwrap_or_default().to_owned(),
        row.evidence.unwrap_or_default().to_owned(),
    ]
}
