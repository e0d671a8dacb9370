//! `restore`: a copy in the ledger's place, and what follows before anything is sent again.
//!
//! Owns what is said about it. Refuses to judge a ledger; the store does.

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use anyhow::bail;
use clap::Args;

use super::due::write_json;
use super::library::Books;
use super::notices::recipient;
use super::table::{Fit, Screen, Table};
use crate::clock::{Clock, written_to_minute};
use crate::store::StoreError;
use crate::store::ledger::restored::{self, MayRepeat, Released, Standing};
use crate::store::ledger::{self, Reader, Restore};

/// Deliveries shown; the rest is counted.
const SHOWN: usize = 50;

/// The examples in the help.
pub(super) const EXAMPLES: &str = "\
Examples:
  duban restore /srv/backup/ledger-2026-11-30.db --dry-run
  duban restore /srv/backup/ledger-2026-11-30.db
  duban restore --pending
  duban restore --release --reason '已与各单位核对'

The daemon sends nothing from a ledger that is older than what was sent from it, however it came
there (this command, cp, a snapshot): it plans, and waits. --pending lists what may have been sent
since the copy was made. --release lets it go: everything that waits is sent with the ids it had
and says in its text that it may be a repeat. Both work while the daemon runs.";

/// `restore`.
#[derive(Debug, Args)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a switch as it is typed"
)]
pub struct RestoreArgs {
    /// The copy that `backup` made.
    #[arg(
        required_unless_present_any = ["pending", "release"],
        conflicts_with_all = ["pending", "release"]
    )]
    pub file: Option<PathBuf>,
    /// Show what the present ledger has that the copy lacks, changing nothing.
    #[arg(long, requires = "file")]
    pub dry_run: bool,
    /// List what may have been sent since the copy was made.
    #[arg(long, conflicts_with = "release")]
    pub pending: bool,
    /// Let a held ledger go, marking everything that waits as a possible repeat.
    #[arg(long, requires = "reason")]
    pub release: bool,
    /// Why, for the audit log.
    #[arg(long, value_name = "TEXT", requires = "release")]
    pub reason: Option<String>,
    /// Answer `--pending` in JSON.
    #[arg(long, requires = "pending")]
    pub json: bool,
}

/// Answers `restore`.
///
/// # Errors
/// The ledger or the copy; 75 while the daemon holds the ledger and a copy is to take its
/// place.
pub(super) fn run(books: &Books, args: &RestoreArgs, clock: &Clock) -> anyhow::Result<()> {
    let path = &books.config.ledger;
    match (&args.file, &args.reason) {
        (Some(file), _) => put_back(path, file, args.dry_run, clock),
        (None, Some(reason)) => release(path, reason, clock),
        (None, None) => list(path, args.json),
    }
}

fn put_back(path: &Path, file: &Path, dry: bool, clock: &Clock) -> anyhow::Result<()> {
    let restore = ledger::restore(path, file, dry, clock.now(), &mut |_, _| {})?;
    let mut out = io::stdout().lock();
    tell(&mut out, path, file, &restore)?;
    if dry {
        writeln!(out, "nothing was changed")?;
        return Ok(());
    }
    let path = path.display();
    writeln!(out, "{path}: restored from {}", file.display())?;
    if let Some(kept) = &restore.kept {
        writeln!(out, "{}: the ledger of before", kept.display())?;
    }
    writeln!(
        out,
        "start the daemon: it plans what came due since and sends nothing until `duban restore --release`"
    )?;
    Ok(())
}

/// What the present ledger has that the copy lacks.
fn tell(out: &mut dyn Write, path: &Path, file: &Path, restore: &Restore) -> io::Result<()> {
    let file = file.display();
    let made = restore.copied_at.as_deref().map(written_to_minute);
    let made = made.map_or_else(
        || "at a time it does not say".to_owned(),
        |at| format!("on {at}"),
    );
    let head = restore.copied.head.as_ref().map(ToString::to_string);
    let head = head.unwrap_or_else(|| "that an older duban wrote".to_owned());
    writeln!(out, "{file}: whole, made {made}, head {head}")?;
    let path = path.display();
    match restore.is_earlier {
        None => writeln!(out, "{path}: cannot be compared with it")?,
        Some(true) => writeln!(out, "{path}: goes on from it")?,
        Some(false) => writeln!(out, "{path}: another history than the copy's")?,
    }
    if restore.is_earlier.is_some() {
        let count = restore.since.len();
        writeln!(
            out,
            "{count} messages were delivered since that the copy does not know of"
        )?;
    }
    for one in restore.since.iter().take(SHOWN) {
        let (at, unit) = (written_to_minute(&one.at), super::text::harmless(&one.unit));
        writeln!(out, "  {at}  {unit}  {}  {}", one.channel, one.message)?;
    }
    if restore.since.len() > SHOWN {
        writeln!(out, "  and {} more", restore.since.len() - SHOWN)?;
    }
    tell_signed(out, restore)
}

/// What people have acknowledged since: nobody would know of it any more.
fn tell_signed(out: &mut dyn Write, restore: &Restore) -> io::Result<()> {
    let count = restore.signed.len();
    if count == 0 {
        return Ok(());
    }
    writeln!(
        out,
        "{count} messages were acknowledged since; `duban ack` records it again"
    )?;
    for one in restore.signed.iter().take(SHOWN) {
        let (at, unit) = (written_to_minute(&one.at), super::text::harmless(&one.unit));
        let by = super::text::harmless(&one.by);
        writeln!(out, "  {at}  {unit}  by {by}  {}", one.message)?;
    }
    if count > SHOWN {
        writeln!(out, "  and {} more", count - SHOWN)?;
    }
    Ok(())
}

fn list(path: &Path, json: bool) -> anyhow::Result<()> {
    let ledger = Reader::open(path)?;
    let doing = "read what may have been sent";
    let Some(standing) = ledger.ask(doing, restored::standing)? else {
        bail!(NOT_HELD);
    };
    let waiting = ledger.ask(doing, restored::pending)?;
    let mut out = io::stdout().lock();
    if json {
        return Ok(write_json(&mut out, &waiting)?);
    }
    Ok(write_waiting(&mut out, &standing, &waiting)?)
}

const NOT_HELD: &str =
    "the ledger is not held as an older one; a copy is recognised when the daemon starts on it";

fn write_waiting(
    out: &mut dyn Write,
    standing: &Standing,
    waiting: &[MayRepeat],
) -> io::Result<()> {
    let since = written_to_minute(&standing.known_until);
    writeln!(
        out,
        "{} messages may have been sent since {since}",
        waiting.len()
    )?;
    if !standing.planned {
        writeln!(
            out,
            "the daemon is still planning what came due since; there may be more"
        )?;
    }
    if waiting.is_empty() {
        return Ok(());
    }
    let columns = [
        ("MADE", Fit::Keep),
        ("STATE", Fit::Keep),
        ("TO", Fit::Cut),
        ("BY", Fit::Keep),
        ("MESSAGE", Fit::Keep),
        ("ABOUT", Fit::Cut),
    ];
    let mut table = Table::new(&columns);
    for one in waiting {
        let about = if one.about.is_empty() {
            "digest".to_owned()
        } else {
            one.about.join(", ")
        };
        table.push([
            written_to_minute(&one.made_at).into(),
            one.state.as_str().into(),
            recipient(&one.recipient).into(),
            one.recipient.channel.name().into(),
            one.message.as_str().into(),
            about.into(),
        ]);
    }
    table.write(out, Screen::of_stdout())
}

fn release(path: &Path, reason: &str, clock: &Clock) -> anyhow::Result<()> {
    let now = clock.now();
    let released = ledger::by_hand(path, "release the ledger", |connection| {
        restored::release(connection, reason, now)
    })?;
    match released {
        Released::Marked(messages) => Ok(writeln!(
            io::stdout(),
            "released: {messages} messages go out as possible repeats"
        )?),
        Released::NotHeld => bail!(NOT_HELD),
        // The same command succeeds once the daemon has made a round.
        Released::NotPlanned => Err(StoreError::Busy {
            doing: "release the ledger: what came due since is not planned yet",
        }
        .into()),
    }
}
