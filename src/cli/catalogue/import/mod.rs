//! `catalog import`: a file of tables into the catalogue, seen before it is written.
//!
//! Owns what may be typed, showing the plan, and asking. Refuses to judge rows, the store does; and
//! to write what nobody has seen and said yes to.

mod progress;

use std::collections::BTreeSet;
use std::io::{self, BufWriter, IsTerminal as _, Write};
use std::path::{Path, PathBuf};

use chrono::{NaiveDate, SecondsFormat};
use clap::Args;

use self::progress::Progress;
use super::editor;
use crate::cli::asked::{is_wanted, say};
use crate::cli::day::day;
use crate::cli::library::Books;
use crate::cli::outcome::faulty;
use crate::cli::text::harmless;
use crate::cli::units::learn;
use crate::clock::{Clock, ZONE};
use crate::store::catalog::{Answers, Defaults, Import, ImportPlan, Withdrawal};
use crate::store::sheets::Workbooks;

/// The end of its help.
pub(super) const EXAMPLES: &str = "\
Examples:
  duban catalog import 目录.csv --organ 洮南市人民政府 --year 2026 --dry-run
  duban catalog import 调整后目录.csv --organ 洮南市人民政府 --year 2026 --withdraw 洮政办函〔2026〕9号调整
  duban catalog import - --organ 洮南市人民政府 --year 2026 --yes < pasted.txt

Everything goes in at once or not at all. Without a terminal to ask on and without --yes nothing is
written, and the exit code is 1. A decision is recognised by its id, by its title within organ and
year, then by its number; its id and number never change. What the file does not list any more stays
as it is unless --withdraw says why it goes. Of events that `duban event add` would refuse it
warns. At a terminal, units that nobody knows are asked for first, once: the answers go into
units.toml as aliases.";

/// Stands for stdin where a file is named.
const STDIN: &str = "-";

/// How often the catalogue may change under somebody's eyes before the command gives up.
const MOST_LOOKS: usize = 5;

/// `catalog import`.
#[derive(Debug, Args)]
pub struct ImportArgs {
    /// The file; `-` reads a table from stdin, as it is pasted out of a spreadsheet.
    pub file: PathBuf,
    /// The deciding organ, where the file does not say.
    #[arg(long, value_name = "NAME")]
    pub organ: Option<String>,
    /// The catalogue's year, where the file does not say.
    #[arg(long, value_name = "YEAR")]
    pub year: Option<i32>,
    /// Take only this sheet of a workbook.
    #[arg(long, value_name = "NAME")]
    pub sheet: Option<String>,
    /// A decision that has a new title in the file; may be given several times.
    #[arg(long, value_name = "ID")]
    pub renamed: Vec<String>,
    /// A decision whose number another one has in the file; may be given several times.
    #[arg(long, value_name = "ID")]
    pub replaced: Vec<String>,
    /// A withdrawn decision that is taken back, because the file lists it; may be given several times.
    #[arg(long, value_name = "ID")]
    pub readmit: Vec<String>,
    /// Withdraw the decisions that the file does not list any more, for this reason.
    #[arg(long, value_name = "REASON", value_parser = reason)]
    pub withdraw: Option<String>,
    /// The day on which they were withdrawn; today without it.
    #[arg(long, value_name = "DATE", value_parser = day, requires = "withdraw")]
    pub on: Option<NaiveDate>,
    /// Show what would be written, writing nothing.
    #[arg(long, conflicts_with = "yes")]
    pub dry_run: bool,
    /// Write without asking.
    #[arg(long)]
    pub yes: bool,
    /// Answer in JSON.
    #[arg(long)]
    pub json: bool,
}

fn reason(typed: &str) -> Result<String, String> {
    match typed.trim() {
        "" => Err("a withdrawal needs a reason".to_owned()),
        reason => Ok(reason.to_owned()),
    }
}

/// Answers `catalog import`.
///
/// # Errors
/// The catalogue, the file or stdout; faults of the file end the command with 78, and nobody to
/// ask with 1.
pub(super) fn import(books: &Books, args: &ImportArgs, clock: &Clock) -> anyhow::Result<()> {
    let pack = books.library.pack.clone();
    let mut editor = editor(books)?.warning(pack, clock.today());
    let mut progress = Progress::default();
    let import = known(books, args)?.answered(answers(args, clock));
    let import = editor.understanding(import)?;
    progress.read(import.rows());
    if args.yes {
        let plan = editor.write(&import, None, &mut |step, done, all| {
            progress.show(step, done, all);
        })?;
        progress.clear();
        return ended(args, plan);
    }
    let mut plan = editor.plan(&import, &mut |step, done, all| {
        progress.show(step, done, all);
    })?;
    progress.clear();
    for _ in 0..MOST_LOOKS {
        if args.dry_run || !plan.faults.is_empty() || plan.changes_nothing() {
            return ended(args, plan);
        }
        show(args, &plan)?;
        if !is_wanted("Write it?")? {
            return Ok(say(args.json, "nothing was written")?);
        }
        let written = editor.write(&import, Some(&plan), &mut |step, done, all| {
            progress.show(step, done, all);
        })?;
        progress.clear();
        if written.is_written {
            return told(args, &written);
        }
        eprintln!("the catalogue has changed meanwhile; this is what the import would do now:");
        plan = written;
    }
    anyhow::bail!("nothing was written: the catalogue keeps changing; import with --yes")
}

/// The file, read with every unit known by its names: those that nobody knows are asked for
/// first, where somebody is asked anything at all.
fn known(books: &Books, args: &ImportArgs) -> anyhow::Result<Import> {
    let directory = &books.library.directory;
    let mut names: BTreeSet<String> = directory.names().map(str::to_owned).collect();
    let import = read(args, &names)?;
    if args.yes || args.dry_run || args.file == Path::new(STDIN) {
        return Ok(import);
    }
    let mut unknown = import.units();
    unknown.retain(|name| directory.unit(name).is_none());
    let learned = learn(books, &unknown)?;
    let before = names.len();
    names.extend(unknown.into_iter().filter(|name| learned.knows(name)));
    if names.len() == before {
        Ok(import)
    } else {
        read(args, &names)
    }
}

fn read(args: &ImportArgs, units: &BTreeSet<String>) -> anyhow::Result<Import> {
    let defaults = Defaults {
        organ: args.organ.clone(),
        year: args.year,
        units: units.clone(),
    };
    let sheet = args.sheet.as_deref();
    let workbooks = Workbooks::by_this_program();
    Ok(if args.file == Path::new(STDIN) {
        Import::read(("stdin", io::stdin().lock()), sheet, &defaults, &workbooks)?
    } else {
        Import::open(&args.file, sheet, &defaults, &workbooks)?
    })
}

fn answers(args: &ImportArgs, clock: &Clock) -> Answers {
    let set = |ids: &[String]| -> BTreeSet<String> { ids.iter().cloned().collect() };
    let now = clock.now().with_timezone(&ZONE);
    let withdrawal = args.withdraw.clone().map(|reason| Withdrawal {
        reason,
        on: args.on.unwrap_or_else(|| clock.today()),
        recorded_at: Some(now.to_rfc3339_opts(SecondsFormat::Secs, false)),
    });
    Answers {
        renamed: set(&args.renamed),
        replaced: set(&args.replaced),
        readmitted: set(&args.readmit),
        withdrawal,
    }
}

/// The end of an import that asks nothing.
fn ended(args: &ImportArgs, plan: ImportPlan) -> anyhow::Result<()> {
    if args.json {
        told(args, &plan)?;
    } else {
        show(args, &plan)?;
    }
    if plan.faults.is_empty() {
        Ok(())
    } else {
        Err(faulty(plan.faults))
    }
}

/// Shows the plan to whoever is asked: on stdout, or on stderr where stdout is for JSON.
fn show(args: &ImportArgs, plan: &ImportPlan) -> io::Result<()> {
    if args.json {
        // Without a terminal nobody is asked, and stdout has the plan all the same.
        return if io::stdin().is_terminal() {
            lines(&mut io::stderr().lock(), plan)
        } else {
            json(plan)
        };
    }
    let mut out = BufWriter::new(io::stdout().lock());
    lines(&mut out, plan)?;
    out.flush()
}

/// Tells what was done to somebody who has seen the plan.
fn told(args: &ImportArgs, plan: &ImportPlan) -> anyhow::Result<()> {
    if args.json {
        json(plan)?;
    } else {
        writeln!(io::stdout(), "{}", plan.counts())?;
    }
    Ok(())
}

/// Writes `plan` as people read it.
///
/// # Errors
/// Those of `out`.
pub(in crate::cli) fn lines(out: &mut dyn Write, plan: &ImportPlan) -> io::Result<()> {
    for line in plan.to_string().lines() {
        writeln!(out, "{}", harmless(line))?;
    }
    Ok(())
}

/// Writes `plan` to stdout as machines read it.
///
/// # Errors
/// Those of stdout.
pub(in crate::cli) fn json(plan: &ImportPlan) -> io::Result<()> {
    let mut out = BufWriter::new(io::stdout().lock());
    serde_json::to_writer(&mut out, plan)?;
    writeln!(out)?;
    out.flush()
}
