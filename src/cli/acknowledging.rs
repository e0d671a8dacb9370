//! `ack`: the supervision centre records that a unit has acknowledged (签收) what it was told,
//! where no link can be opened.
//!
//! Owns turning what was typed into a word on record and showing what it touches. Refuses to
//! judge whether there is anything to acknowledge; the ledger does, and writes all of it or
//! nothing. Acknowledged is not done: this ends no duty.

use std::io::{self, BufWriter, Write};

use clap::Args;

use super::due::write_json;
use super::library::Books;
use super::outcome::undone;
use super::table::{Fit, Screen, Table};
use crate::clock::Clock;
use crate::domain::acknowledgement::{LONGEST_NAME, Unfit, name};
use crate::domain::fault::Fault;
use crate::store::ledger;
use crate::store::ledger::acknowledgements::{self, How, Touched, Whom, Word};

/// Shown under the help of the command.
pub(super) const EXAMPLES: &str = "\
Examples:
  duban ack msg_6f1d0c52… --by 王丽 --reason '电话确认'
  duban ack 2026-003 --unit 市住建局 --by 王丽
  duban ack 2026-003 pub-6b --unit 市住建局 --by 王丽 --dry-run

With --unit, everything the unit was told of the decision's dates in force is acknowledged.
Acknowledged is not done: what need not be said again is cancelled, the next rung and
what is overdue are told all the same. `duban notices list --unacknowledged` lists what
nobody has acknowledged.";

/// `ack`.
#[derive(Debug, Args)]
pub struct AckArgs {
    /// The messages, as `notices list` names them; with --unit a decision, and perhaps a rule.
    #[arg(required = true, value_name = "MESSAGE")]
    pub what: Vec<String>,
    /// The unit that has acknowledged what it was told.
    #[arg(long, value_name = "UNIT")]
    pub unit: Option<String>,
    /// Who acknowledged it.
    #[arg(long, value_name = "NAME", value_parser = by)]
    pub by: String,
    /// What is noted with it, such as how the centre heard of it.
    #[arg(long, value_name = "TEXT", value_parser = clap::builder::NonEmptyStringValueParser::new())]
    pub reason: Option<String>,
    /// Show what would be touched, changing nothing.
    #[arg(long)]
    pub dry_run: bool,
    /// Answer in JSON.
    #[arg(long)]
    pub json: bool,
}

fn by(text: &str) -> Result<String, String> {
    name(text).map_err(|unfit| match unfit {
        Unfit::Empty => "expected a name".to_owned(),
        Unfit::TooLong => format!("expected a name of at most {LONGEST_NAME} characters"),
        Unfit::NotOneLine => "expected a name on one line".to_owned(),
    })
}

/// Answers `ack`.
///
/// # Errors
/// Every name that has nothing to acknowledge; the ledger or stdout.
pub(super) fn run(books: &Books, args: &AckArgs, clock: &Clock) -> anyhow::Result<()> {
    let whom = whom(books, args).map_err(|faults| refused(&faults))?;
    let word = Word {
        by: args.by.clone(),
        how: How::Centre,
        note: args.reason.clone(),
    };
    let doing = "record an acknowledgement";
    let asked = ledger::by_hand(&books.config.ledger, doing, |c| {
        acknowledgements::by_hand(c, &whom, &word, args.dry_run, clock.now())
    })?;
    show(&asked.map_err(|faults| refused(&faults))?, args)
}

fn refused(faults: &[Fault]) -> anyhow::Error {
    undone("nothing was recorded", faults)
}

/// What is meant, or everything that is wrong with what was typed.
fn whom(books: &Books, args: &AckArgs) -> Result<Whom, Vec<Fault>> {
    let Some(name) = &args.unit else {
        return Ok(Whom::Messages(args.what.clone()));
    };
    let mut faults = Vec::new();
    // A unit that has left the directory may have been told all the same.
    let unit = books.library.directory.unit(name);
    let unit = unit.map_or_else(|| name.clone(), |unit| unit.name.clone());
    let rule = args.what.get(1).cloned();
    let rules = &books.library.pack.rules;
    if let Some(rule) = rule
        .as_ref()
        .filter(|rule| !rules.iter().any(|one| one.id.0 == **rule))
    {
        let expected = "a rule of the pack (`duban rules list`)";
        faults.push(Fault::new("command line", rule.as_str(), expected));
    }
    if let Some(more) = args.what.get(2) {
        let expected = "a decision and perhaps a rule with --unit, and no more";
        faults.push(Fault::new("command line", more.as_str(), expected));
    }
    if !faults.is_empty() {
        return Err(faults);
    }
    Ok(Whom::Unit {
        decision: args.what.first().cloned().unwrap_or_default(),
        rule,
        unit,
    })
}

fn show(touched: &[Touched], args: &AckArgs) -> anyhow::Result<()> {
    let mut out = BufWriter::new(io::stdout().lock());
    if args.json {
        write_json(&mut out, touched)?;
        return Ok(out.flush()?);
    }
    let columns = [
        ("MESSAGE", Fit::Keep),
        ("TO", Fit::Cut),
        ("ABOUT", Fit::Cut),
        ("QUIETED", Fit::Keep),
    ];
    let mut table = Table::new(&columns);
    for one in touched {
        table.push([
            one.message.as_str().into(),
            one.unit.as_str().into(),
            one.about.join(", ").into(),
            one.quieted.to_string().into(),
        ]);
    }
    table.write(&mut out, Screen::of_stdout())?;
    let would = if args.dry_run { "would be " } else { "" };
    writeln!(out, "{} {would}acknowledged", touched.len())?;
    Ok(out.flush()?)
}
