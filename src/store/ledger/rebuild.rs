//! The ledger's tables made again from its audit log alone.
//!
//! Owns which write each entry stands for, and comparing what comes of them with the
//! tables there are. The same functions write both times, so the log that is made on the
//! way must come out the same to the byte; where it does not, the entry is named. Quiet
//! obligations (`obligations::write`), gaps, faults and settings are in no entry: they are
//! worked out anew from the catalogue. Refuses a log whose beginning an older duban wrote,
//! and an entry it does not know.

mod tables;

use std::path::Path;

use chrono::{DateTime, Utc};
use rusqlite::{Connection, OptionalExtension as _};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::chain::{self, Head};
use super::copy::{beside, put_in_place};
use super::outbox::{self, ByHand, DigestMade, FailedUpward, Lease, Receipt, Taken};
use super::reader::Reader;
use super::{
    STATEMENT_CACHE, acknowledgements, audit, from_json, holds, migrate, obligations,
    parse_instant, restored, timekeeping, told, trial,
};
use crate::store::StoreError;
pub use tables::Difference;
use tables::differences;

/// Entries between two reports of progress.
const STRIDE: i64 = 10_000;

/// Entries that only say what was seen: no table follows from them.
const REMARKS: [&str; 4] = [
    "clock jumped",
    "clock is back",
    trial::BEGUN,
    trial::ANSWERED,
];

/// An entry as it is read back.
struct Entry {
    seq: i64,
    at: String,
    what: String,
    subject: String,
    detail: String,
    hash: String,
}

/// What the log holds of a message that was claimed and for which nobody was asked.
#[derive(Deserialize)]
struct NotAsked {
    attempt: u32,
    why: String,
}

/// Why a log cannot be followed to its end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stopped {
    /// The entry; 0 where it is the whole log.
    pub seq: i64,
    /// What is wrong.
    pub why: String,
}

/// Hears how many entries of how many are done.
pub type Progress<'a> = &'a mut dyn FnMut(i64, i64);

/// What a log came to.
pub type Followed<T> = Result<T, Stopped>;

/// Where the tables of a ledger are not what its log says, at most `limit` rows; it may be
/// in use.
///
/// # Errors
/// What the engine said.
pub fn compare(
    ledger: &Reader,
    limit: usize,
    progress: Progress<'_>,
) -> Result<Followed<Vec<Difference>>, StoreError> {
    // SQLite takes a file away by itself that has no name.
    let scratch = fresh(Path::new(""))?;
    let doing = "compare the tables with the audit log";
    ledger.ask(doing, |log| {
        // The log and the tables of one moment.
        let moment = log.unchecked_transaction()?;
        match rebuild(&moment, &scratch, progress)? {
            Ok(()) => Ok(Ok(differences(&moment, &scratch, limit)?)),
            Err(stopped) => Ok(Err(stopped)),
        }
    })
}

/// Writes the ledger that follows from another's log to the new file `to`; its newest entry.
///
/// # Errors
/// [`StoreError::Exists`] where something lies at `to`; otherwise what the engine or the
/// system said, and then nothing is left there.
pub fn rebuild_into(
    ledger: &Reader,
    to: &Path,
    progress: Progress<'_>,
) -> Result<Followed<Head>, StoreError> {
    if to.exists() {
        let path = to.to_owned();
        return Err(StoreError::Exists { path });
    }
    let draft = beside(to, ".part");
    let _ = std::fs::remove_file(&draft);
    let made = fresh(&draft).and_then(|made| {
        ledger.ask("rebuild the ledger", |log| {
            let moment = log.unchecked_transaction()?;
            let followed = rebuild(&moment, &made, progress)?;
            followed
                .map(|()| chain::head(&made))
                .map_or_else(|stopped| Ok(Err(stopped)), |head| head.map(Ok))
        })
    });
    let placed = made.and_then(|followed| {
        if followed.is_ok() {
            put_in_place(&draft, to)?;
        }
        Ok(followed)
    });
    let _ = std::fs::remove_file(&draft);
    placed
}

/// A ledger in which nothing has happened. A power cut while it is filled leaves nothing
/// that anybody would use.
fn fresh(path: &Path) -> Result<Connection, StoreError> {
    let doing = "make a fresh ledger";
    let mut fresh = Connection::open(path).map_err(StoreError::sql(doing))?;
    fresh.set_prepared_statement_cache_capacity(STATEMENT_CACHE);
    let set = fresh.pragma_update(None, "synchronous", "off");
    set.map_err(StoreError::sql(doing))?;
    migrate(&mut fresh, path)?;
    Ok(fresh)
}

/// Makes in `fresh`, a ledger in which nothing has happened, every write of `log` again.
fn rebuild(
    moment: &Connection,
    fresh: &Connection,
    progress: Progress<'_>,
) -> rusqlite::Result<Followed<()>> {
    if !moment.query_row("select whole from chain", [], |row| row.get(0))? {
        let why = "an older duban began this log; its entries do not hold all that was written";
        return Ok(Err(stopped(0, why)));
    }
    let making = fresh.unchecked_transaction()?;
    let in_all = chain::head(moment)?.seq;
    let mut statement =
        moment.prepare("select seq, at, what, subject, detail, hash from audit order by seq")?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let entry = Entry {
            seq: row.get(0)?,
            at: row.get(1)?,
            what: row.get(2)?,
            subject: row.get(3)?,
            detail: row.get(4)?,
            hash: row.get(5)?,
        };
        if let Err(stopped) = follow(&making, &entry)? {
            return Ok(Err(stopped));
        }
        if entry.seq % STRIDE == 0 {
            progress(entry.seq, in_all);
        }
    }
    making.commit()?;
    Ok(Ok(()))
}

fn stopped(seq: i64, why: impl Into<String>) -> Stopped {
    let why = why.into();
    Stopped { seq, why }
}

/// Makes the write of `entry`, unless it came of an earlier entry's already, and holds the
/// entry that comes of it against the one that stands.
fn follow(fresh: &Connection, entry: &Entry) -> rusqlite::Result<Result<(), Stopped>> {
    if chain::head(fresh)?.seq < entry.seq
        && let Err(error) = redo(fresh, entry)
    {
        return Ok(Err(stopped(
            entry.seq,
            format!("`{}`: {error}", entry.what),
        )));
    }
    let made = chain::hash_at(fresh, entry.seq)?;
    if made.as_ref() == Some(&entry.hash) {
        return Ok(Ok(()));
    }
    let why = format!("`{}` made again is another entry", entry.what);
    Ok(Err(stopped(entry.seq, why)))
}

/// The write that an entry stands for.
fn redo(fresh: &Connection, entry: &Entry) -> rusqlite::Result<()> {
    let (subject, now) = (entry.subject.as_str(), parse_instant(1, &entry.at)?);
    match entry.what.as_str() {
        "date moved" | "window cut short" | "window long enough" | "closed" | "reopened"
        | "told" | "quieted" | "noted" => redo_change(fresh, entry, now),
        "digest" => {
            let made: DigestMade = entry.detail()?;
            let release = parse_instant(4, &made.release)?;
            outbox::enqueue_digest(fresh, &made.recipient, &made.digest, release, now).map(drop)
        }
        "cancelled" => outbox::cancel_notice(fresh, subject, &entry.text("reason")?, now),
        "acknowledged" => entry
            .detail::<acknowledgements::Given>()?
            .write(fresh, subject, now),
        "claimed" => redo_claim(fresh, entry, now),
        "delivered" | "retry" | "given up" | "waits for its destination" => {
            let receipt: Receipt = entry.detail()?;
            outbox::record(fresh, message(fresh, &receipt.message)?.0, &receipt, now)
        }
        "returned" => outbox::give_one_back(fresh, subject, &entry.text("why")?, now),
        "not asked" => {
            let put_back: NotAsked = entry.detail()?;
            outbox::put_one_back(fresh, subject, put_back.attempt, &put_back.why, now)
        }
        "held by hand" | "released by hand" | "retried by hand" => {
            entry.detail::<ByHand>()?.write(fresh, now)
        }
        "failed upward" => {
            let failed: FailedUpward = entry.detail()?;
            failed.write(fresh, subject, now).map(drop)
        }
        "hold begun" | "hold renewed" => {
            let begun: holds::Begun = entry.detail()?;
            begun.write(fresh, subject, now).map(drop)
        }
        "hold ended" => holds::lift(fresh, subject, now).map(drop),
        "clock confirmed" => entry
            .detail::<timekeeping::Confirmed>()?
            .write(fresh, now)
            .map(drop),
        "released after restore" => {
            restored::mark(fresh, &entry.detail::<restored::Marked>()?, now)
        }
        what if REMARKS.contains(&what) => {
            audit::add(fresh, now, what, subject, &entry.detail::<Value>()?)
        }
        _ => Err(unfit("an entry that this duban does not know")),
    }
}

fn redo_change(fresh: &Connection, entry: &Entry, now: DateTime<Utc>) -> rusqlite::Result<()> {
    let detail: Value = entry.detail()?;
    let Some((change, releases)) = told::change(&detail)? else {
        return Err(unfit("it does not hold the change it speaks of"));
    };
    obligations::write(fresh, &change, &releases, now).map(drop)
}

fn redo_claim(fresh: &Connection, entry: &Entry, now: DateTime<Utc>) -> rusqlite::Result<()> {
    let taken: Taken = entry.detail()?;
    let lease = Lease {
        holder: entry.subject.clone(),
        until: parse_instant(4, &taken.until)?,
    };
    let chosen = taken.messages.iter().map(|(key, _)| message(fresh, key));
    let chosen = chosen.collect::<rusqlite::Result<Vec<_>>>()?;
    outbox::take(fresh, &chosen, &lease, now).map(drop)
}

/// The id and destination of a message.
fn message(fresh: &Connection, key: &str) -> rusqlite::Result<(i64, String)> {
    let mut statement =
        fresh.prepare_cached("select id, destination from message where key = $1")?;
    let found = statement.query_row([key], |row| Ok((row.get(0)?, row.get(1)?)));
    found
        .optional()?
        .ok_or_else(|| unfit("no earlier entry made its message"))
}

impl Entry {
    fn detail<T: DeserializeOwned>(&self) -> rusqlite::Result<T> {
        from_json(4, &self.detail)
    }

    /// A text of the particulars.
    fn text(&self, name: &str) -> rusqlite::Result<String> {
        let detail: Value = self.detail()?;
        let text = detail[name].as_str().map(str::to_owned);
        text.ok_or_else(|| unfit("its particulars lack a text"))
    }
}

fn unfit(why: &'static str) -> rusqlite::Error {
    rusqlite::Error::ToSqlConversionFailure(why.into())
}
