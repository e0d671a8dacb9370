//! `due`, `why` and `plan`: the commands that read catalogue and ledger and answer.
//!
//! Owns walking the catalogue a page at a time, so that memory does not grow with it.
//! Refuses to write to either database.

use std::io::{self, BufWriter, Write};

use chrono::NaiveDate;

use super::args::{DueArgs, PlanArgs, WhyArgs};
use super::due::{self, Row};
use super::filter::Filter;
use super::library::{Books, complain, each_derived};
use super::planned;
use super::table::Screen;
use super::text::harmless;
use super::waiting::{self, Because, because};
use super::why::{Explained, write_decision};
use crate::clock::{Clock, instant};
use crate::domain::decision::{Decision, DecisionId};
use crate::domain::findings::findings;
use crate::domain::obligation::Obligation;
use crate::domain::pack::Pack;
use crate::domain::rules::obligations;
use crate::jobs::plan::{self, Desk};
use crate::store::ledger::Reader;
use crate::store::ledger::reader::{self, Listed};

/// Notices of one decision that are shown; more than a ladder of years can climb.
const HISTORY: u32 = 10_000;

/// A decision, and those of its obligations that are wanted.
type Wanted<'b> = (Decision, Vec<Obligation<'b>>);

/// Answers `due`.
///
/// # Errors
/// The catalogue or stdout.
pub(super) fn due(books: &Books, args: &DueArgs, clock: &Clock) -> anyhow::Result<()> {
    let today = args.as_of.unwrap_or_else(|| clock.today());
    if args.waiting {
        return waiting::answer(books, args, today);
    }
    let filter = Filter::new(args, &books.library.directory);
    let mut out = BufWriter::new(io::stdout().lock());
    if args.json {
        let mut array = due::JsonArray::begin(&mut out);
        each_derived(books, &mut |decision, derived| {
            let rows = rows(books, &decision, &derived, today);
            for row in rows.iter().filter(|row| filter.wants(row)) {
                array.push(row)?;
            }
            Ok(())
        })?;
        array.end()?;
    } else {
        let (wanted, asked) = wanted(books, &filter, today)?;
        let each = wanted.iter();
        let rows = each.flat_map(|(decision, derived)| rows(books, decision, derived, today));
        let mut rows: Vec<Row<'_>> = rows.collect();
        due::sort(&mut rows);
        due::write_table(&mut out, &rows, Screen::of_stdout())?;
        if args.state.is_empty() && asked > 0 {
            let waiting = "`duban due --waiting`";
            writeln!(out, "{asked} need what nobody has entered: {waiting}")?;
        }
    }
    Ok(out.flush()?)
}

/// Answers `why`.
///
/// # Errors
/// There is no such decision, or the rule asks nothing of it; the databases or stdout.
pub(super) fn why(books: &Books, args: &WhyArgs, clock: &Clock) -> anyhow::Result<()> {
    let today = args.as_of.unwrap_or_else(|| clock.today());
    let reading = books.catalog()?.read(&DecisionId(args.decision.clone()))?;
    complain(&reading.faults);
    let Some(decision) = reading.decision else {
        anyhow::bail!("there is no decision {}", harmless(&args.decision));
    };
    let library = &books.library;
    complain(&findings(&decision, &library.pack));
    let mut derived = obligations(&decision, &library.pack, &library.calendar);
    if let Some(rule) = &args.rule {
        derived.retain(|one| one.key.rule.0 == *rule);
        if derived.is_empty() {
            anyhow::bail!(why_nothing(&library.pack, &decision, rule));
        }
    }
    let history = history(&books.ledger()?, args)?;
    let rows = rows(books, &decision, &derived, today).into_iter();
    let explained = rows.map(|row| {
        let history = history.iter().filter(|listed| is_about(listed, &row));
        let history = history.cloned().collect();
        Explained::new(row, &library.pack, &library.calendar, history)
    });
    let mut out = BufWriter::new(io::stdout().lock());
    if args.json {
        due::write_json(&mut out, explained)?;
    } else {
        let screen = Screen::of_stdout();
        write_decision(&mut out, &decision, screen)?;
        for one in explained {
            writeln!(out)?;
            one.write(&mut out, screen)?;
        }
    }
    Ok(out.flush()?)
}

/// Why `rule` gives `decision` no duty.
fn why_nothing(pack: &Pack, decision: &Decision, rule: &str) -> String {
    let (rule, id) = (harmless(rule), &decision.id);
    let Some(known) = pack.rule(&rule) else {
        return format!("there is no rule {rule}; `duban rules list` has them");
    };
    let occurs = |kind: &String| decision.events_of(kind).next().is_some();
    if known.each.is_empty() || known.each.iter().any(occurs) {
        format!("{rule} does not apply to {id}; `duban rules show {rule}` says when it does")
    } else {
        let kinds = known.each.join(" or ");
        format!("{rule} asks nothing of {id} so far: no {kinds} is recorded")
    }
}

/// Answers `plan`: the daemon's own pass, with a sink that prints.
///
/// # Errors
/// The databases or stdout.
pub(super) fn plan(books: &Books, args: &PlanArgs, clock: &Clock) -> anyhow::Result<()> {
    let opening = |day: NaiveDate| instant(day.and_time(books.library.window.from));
    let (catalog, reader) = (books.catalog()?, books.ledger()?);
    let desk = Desk {
        catalog: &catalog,
        reader: &reader,
        library: &books.library,
        now: args.as_of.map_or_else(|| clock.now(), opening),
    };
    let mut rows = Vec::new();
    plan::visit(&desk, &mut |_, _| {}, &mut |plans| {
        for plan in &plans {
            complain(&plan.faults);
            let changes = plan.changes.iter();
            rows.extend(changes.flat_map(|change| planned::rows(change, &books.library.pack)));
        }
        Ok(())
    })?;
    let mut out = BufWriter::new(io::stdout().lock());
    if args.json {
        due::write_json(&mut out, &rows)?;
    } else {
        planned::write_table(&mut out, &rows, Screen::of_stdout())?;
    }
    Ok(out.flush()?)
}

fn rows<'a>(
    books: &'a Books,
    decision: &'a Decision,
    derived: &'a [Obligation<'a>],
    today: NaiveDate,
) -> Vec<Row<'a>> {
    let directory = &books.library.directory;
    let row = |obligation| Row::new(obligation, decision, directory, today);
    derived.iter().map(row).collect()
}

/// Only what is wanted is kept, for a table is sorted as a whole; and how many need
/// something that could be entered now.
fn wanted<'b>(
    books: &'b Books,
    filter: &Filter,
    today: NaiveDate,
) -> anyhow::Result<(Vec<Wanted<'b>>, usize)> {
    let (mut wanted, mut asked) = (Vec::new(), 0);
    let shown = filter.clone().for_people();
    each_derived(books, &mut |decision, mut derived| {
        let directory = &books.library.directory;
        derived.retain(|one| {
            let row = Row::new(one, &decision, directory, today);
            let because = because(&decision, one, today).map(|(because, _)| because);
            let is_asked = because.is_some_and(|because| because != Because::Ahead);
            asked += usize::from(is_asked && filter.wants(&row));
            shown.wants(&row)
        });
        if !derived.is_empty() {
            wanted.push((decision, derived));
        }
        Ok(())
    })?;
    Ok((wanted, asked))
}

/// The decision's notices, oldest first.
fn history(ledger: &Reader, args: &WhyArgs) -> anyhow::Result<Vec<Listed>> {
    let filter = reader::Filter {
        decision: Some(args.decision.clone()),
        rule: args.rule.clone(),
        limit: HISTORY,
        ..reader::Filter::default()
    };
    let mut history = ledger.ask("read the notices", |c| reader::notices(c, &filter))?;
    history.reverse();
    Ok(history)
}

fn is_about(listed: &Listed, row: &Row<'_>) -> bool {
    (listed.rule.as_str(), listed.occurrence.as_str()) == (row.rule, row.occurrence)
}
