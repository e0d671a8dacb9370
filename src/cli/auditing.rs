//! `audit …`: the log verified, written out, and the ledger made again from it.
//!
//! Owns what may be typed after `audit` and what is said of the answers. Refuses to walk the
//! chain; the ledger does.

use std::io::{self, BufWriter, IsTerminal as _, Write};
use std::path::{Path, PathBuf};

use anyhow::bail;
use chrono::NaiveDate;
use clap::{Args, Subcommand, ValueEnum};

use super::day::day;
use super::library::Books;
use super::text::harmless;
use crate::clock::instant;
use crate::store::ledger::chain::Head;
use crate::store::ledger::rebuild::{self, Stopped};
use crate::store::ledger::verify::{self, Asked};
use crate::store::ledger::{self, Reader, export};

/// Differences that are shown; who sees so many has seen enough.
const SHOWN: usize = 20;

/// `audit …`.
#[derive(Debug, Subcommand)]
pub enum AuditCommand {
    /// Find any entry of the audit log that was edited, removed, put in or swapped; 1 if there is one.
    #[command(
        after_help = "Examples:\n  duban audit verify\n  duban audit verify --head 1207:3f9a6c11d0e2b754\n  duban audit verify --tables\n\nNote the head it prints elsewhere: whoever can write the file could make a whole new log, but\nnone with that head. The centre's daily digest has it in its last lines."
    )]
    Verify(VerifyArgs),
    /// Write the audit log as JSON lines or CSV, while the daemon goes on working.
    #[command(
        after_help = "Examples:\n  duban audit export > log.jsonl\n  duban audit export --format csv --decision 2026-003 > 2026-003.csv\n  duban audit export --since 2026-01-01 --until 2026-12-31 > 2026.jsonl"
    )]
    Export(ExportArgs),
    /// Make the ledger's tables again from the audit log alone, in a new file.
    #[command(
        after_help = "Example:\n  duban audit rebuild /tmp/rebuilt.db\n\nWhat nobody was ever told of is not in the log: the daemon works it out from the catalogue."
    )]
    Rebuild {
        /// The file to make; it must not be there yet.
        file: PathBuf,
    },
}

/// `audit verify`.
#[derive(Debug, Args)]
pub struct VerifyArgs {
    /// From this entry on only, taking those before it as they stand.
    #[arg(long, value_name = "SEQ", value_parser = clap::value_parser!(i64).range(1..))]
    pub since: Option<i64>,
    /// A head that was noted earlier; the digest's 16 digits of the hash are enough.
    #[arg(long, value_name = "SEQ:HASH")]
    pub head: Option<Head>,
    /// Also compare the ledger's tables with what the log says.
    #[arg(long)]
    pub tables: bool,
}

/// `audit export`.
#[derive(Debug, Args)]
pub struct ExportArgs {
    /// How it is written.
    #[arg(long, value_enum, default_value = "jsonl")]
    pub format: Format,
    /// From this day on, as days are in the city.
    #[arg(long, value_name = "DATE", value_parser = day)]
    pub since: Option<NaiveDate>,
    /// Up to this day, itself included.
    #[arg(long, value_name = "DATE", value_parser = day)]
    pub until: Option<NaiveDate>,
    /// Only what is about this decision.
    #[arg(long, value_name = "ID")]
    pub decision: Option<String>,
}

/// How the log is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// One JSON object a line.
    Jsonl,
    /// For spreadsheets: UTF-8 with a byte order mark.
    Csv,
}

/// Answers `audit …`.
///
/// # Errors
/// The ledger, stdout, or a log that does not hold.
pub(super) fn run(books: &Books, command: &AuditCommand) -> anyhow::Result<()> {
    let ledger = Reader::open(&books.config.ledger)?;
    match command {
        AuditCommand::Verify(args) => verify(&ledger, args),
        AuditCommand::Export(args) => write_out(&ledger, args),
        AuditCommand::Rebuild { file } => make_again(&ledger, file),
    }
}

fn verify(ledger: &Reader, args: &VerifyArgs) -> anyhow::Result<()> {
    let asked = Asked {
        since: args.since,
        noted: args.head.clone(),
    };
    let doing = "read the audit log";
    let verified = ledger.ask(doing, |c| verify::verify(c, &asked, &mut told("verified")))?;
    let sound = match verified {
        Ok(sound) => sound,
        Err(broken) => bail!(
            "the audit log does not hold: entry {} {}",
            broken.seq,
            broken.why
        ),
    };
    let mut out = io::stdout();
    writeln!(out, "{} entries, head {}", sound.entries, sound.head)?;
    if args.tables {
        compare(ledger, &mut out)?;
    }
    Ok(())
}

fn compare(ledger: &Reader, out: &mut dyn Write) -> anyhow::Result<()> {
    let compared = rebuild::compare(ledger, SHOWN, &mut told("followed"))?;
    let differences = compared.map_err(|stopped| unfollowed(&stopped))?;
    for one in &differences {
        let (row, what) = (harmless(&one.row), harmless(&one.what));
        writeln!(out, "{} {row}: {what}", one.table)?;
    }
    match differences.len() {
        0 => Ok(writeln!(out, "the tables are what the log says")?),
        SHOWN => bail!("the tables are not what the log says; the first {SHOWN} rows are listed"),
        rows => bail!("the tables are not what the log says: {rows} rows differ"),
    }
}

fn unfollowed(stopped: &Stopped) -> anyhow::Error {
    match stopped.seq {
        0 => anyhow::anyhow!("the tables cannot be made from the log: {}", stopped.why),
        seq => anyhow::anyhow!(
            "the tables cannot be made from the log: entry {seq}, {}",
            stopped.why
        ),
    }
}

fn write_out(ledger: &Reader, args: &ExportArgs) -> anyhow::Result<()> {
    let midnight = |day: NaiveDate| {
        let midnight = day.and_time(chrono::NaiveTime::MIN);
        ledger::instant(instant(midnight))
    };
    let filter = export::Filter {
        since: args.since.map(midnight),
        before: args.until.and_then(|day| day.succ_opt()).map(midnight),
        decision: args.decision.clone(),
    };
    let format = match args.format {
        Format::Jsonl => export::Format::Jsonl,
        Format::Csv => export::Format::Csv,
    };
    let out = BufWriter::new(io::stdout().lock());
    ledger.export(&filter, format, out)?;
    Ok(())
}

fn make_again(ledger: &Reader, file: &Path) -> anyhow::Result<()> {
    let made = rebuild::rebuild_into(ledger, file, &mut told("followed"))?;
    let head = made.map_err(|stopped| unfollowed(&stopped))?;
    let file = file.display();
    Ok(writeln!(
        io::stdout(),
        "{file}: {} entries, head {head}",
        head.seq
    )?)
}

/// Progress on stderr, where a person watches; a log of years takes some seconds.
fn told(done: &'static str) -> impl FnMut(i64, i64) {
    let is_watched = io::stderr().is_terminal();
    move |entries, all| {
        if is_watched {
            // Nobody is helped where stderr is closed.
            let _ = write!(io::stderr(), "\r{entries} of {all} entries {done}");
            if all - entries < 10_000 {
                let _ = writeln!(io::stderr());
            }
        }
    }
}
