//! `notices retry`, `hold` and `release`: what a person does with messages, while the daemon
//! runs or not.
//!
//! Owns turning options into a wish and showing what it touches. Refuses to judge whether a
//! message can be touched; the ledger does, and writes all of it or nothing.

use std::io::{self, BufWriter, Write};

use anyhow::bail;

use super::args::{ByHandArgs, HoldArgs, RetryArgs};
use super::due::write_json;
use super::library::Books;
use super::outcome::undone;
use super::table::{Fit, Screen, Table};
use super::text::harmless;
use crate::clock::Clock;
use crate::domain::directory::Unit;
use crate::domain::notice::Channel;
use crate::store::ledger;
use crate::store::ledger::outbox::{self, Touched, Whom, Wish};

/// Answers `notices retry`.
///
/// # Errors
/// Every message that was not given up; the ledger or stdout.
pub(super) fn retry(books: &Books, args: &RetryArgs, clock: &Clock) -> anyhow::Result<()> {
    let whom = Whom::Messages(args.message.clone());
    act(books, Wish::Retry, &whom, &args.how, clock)
}

/// Answers `notices hold`.
///
/// # Errors
/// Every message that cannot be held; the ledger or stdout.
pub(super) fn hold(books: &Books, args: &HoldArgs, clock: &Clock) -> anyhow::Result<()> {
    act(books, Wish::Hold, &whom(books, args)?, &args.how, clock)
}

/// Answers `notices release`.
///
/// # Errors
/// Every message that is not held; the ledger or stdout.
pub(super) fn release(books: &Books, args: &HoldArgs, clock: &Clock) -> anyhow::Result<()> {
    act(books, Wish::Release, &whom(books, args)?, &args.how, clock)
}

fn whom(books: &Books, args: &HoldArgs) -> anyhow::Result<Whom> {
    let directory = &books.library.directory;
    if let Some(name) = &args.to {
        let Some(unit) = directory.unit(name) else {
            bail!("there is no unit {} in the directory", harmless(name));
        };
        return Ok(Whom::Unit(unit.name.clone()));
    }
    Ok(match args.channel.as_deref() {
        Some("mail") => Whom::Ways(vec![Channel::Mail.name().to_owned()]),
        Some(name) => {
            let units = directory.units().iter();
            let units = units.chain(std::iter::once(directory.centre()));
            let ways: Vec<String> = units.flat_map(|unit| endpoints(unit, name)).collect();
            if ways.is_empty() {
                bail!("no unit of the directory has an endpoint of the kind {name}");
            }
            Whom::Ways(ways)
        }
        None if args.all => Whom::Everything,
        None => Whom::Messages(args.message.clone()),
    })
}

/// The destination of the unit's endpoint of that kind.
fn endpoints(unit: &Unit, name: &str) -> impl Iterator<Item = String> {
    let of_kind = unit.endpoints.iter().filter(move |one| one.name() == name);
    of_kind.map(|channel| channel.destination(&unit.name))
}

fn act(
    books: &Books,
    wish: Wish,
    whom: &Whom,
    how: &ByHandArgs,
    clock: &Clock,
) -> anyhow::Result<()> {
    if how.reason.trim().is_empty() {
        bail!("--reason says why, for the audit log; it is empty");
    }
    let reason = (!how.dry_run).then_some(how.reason.as_str());
    let path = &books.config.ledger;
    let doing = "change what is to be sent";
    let asked = ledger::by_hand(path, doing, |c| {
        outbox::at_hand(c, wish, whom, reason, clock.now())
    })?;
    let touched = asked.map_err(|faults| undone("nothing was changed", &faults))?;
    show(&touched, wish, how)
}

fn show(touched: &[Touched], wish: Wish, how: &ByHandArgs) -> anyhow::Result<()> {
    let mut out = BufWriter::new(io::stdout().lock());
    if how.json {
        write_json(&mut out, touched)?;
        return Ok(out.flush()?);
    }
    if !touched.is_empty() {
        table(touched).write(&mut out, Screen::of_stdout())?;
    }
    let done = match wish {
        Wish::Hold => "held",
        Wish::Release => "released",
        Wish::Retry => "to be sent again",
    };
    let would = if how.dry_run { "would be " } else { "" };
    writeln!(out, "{} {would}{done}", touched.len())?;
    Ok(out.flush()?)
}

fn table(touched: &[Touched]) -> Table {
    let columns = [
        ("WHAT", Fit::Keep),
        ("TO", Fit::Cut),
        ("WAS", Fit::Keep),
        ("HELD BECAUSE", Fit::Cut),
    ];
    let mut table = Table::new(&columns);
    for one in touched {
        let what = one.message.as_ref().unwrap_or(&one.destination);
        table.push([
            what.as_str().into(),
            one.unit.as_str().into(),
            one.state.as_str().into(),
            one.held_because.as_deref().unwrap_or_default().into(),
        ]);
    }
    table
}
