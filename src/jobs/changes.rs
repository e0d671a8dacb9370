//! What the digest says of the time since the last one.
//!
//! Owns bringing together what changed: newly overdue and newly dated from the tables, what
//! moved or ended from the audit log. Refuses to add it up (`domain`), to word it, and to
//! look at more than a digest is worth.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use super::plan::Desk;
use crate::domain::notice::{ChangeRow, Changes, Digest, Net, Turn, TurnCount, net};
use crate::domain::obligation::ObligationKey;
use crate::domain::record::Record;
use crate::store::StoreError;
use crate::store::ledger::reader;

/// Entries of the log that are looked at: far more than a large city's day makes, and read in
/// a fifth of a second where each holds a whole change (4 kB, measured).
const LOOKED_AT: i64 = 10_000;

/// Rows shown of each turn; the rest is counted.
const SHOWN: u32 = 20;

/// What is listed, and how much of it there is.
#[derive(Default)]
struct Found {
    counts: BTreeMap<Turn, u64>,
    rows: Vec<ChangeRow>,
}

/// What changed between the last digest that was not given up and `digest`; nothing where
/// there is none, or one that does not say how far it went.
///
/// # Errors
/// Whatever a database says.
pub(super) fn since_last(desk: &Desk<'_>, digest: &Digest) -> Result<Option<Changes>, StoreError> {
    let last = desk
        .reader
        .ask("read the last digest", reader::last_digest)?;
    let Some((last, known)) = last.and_then(|last| last.dated.map(|known| (last, known))) else {
        return Ok(None);
    };
    let mut found = Found::default();
    add_overdue(desk, &mut found, (last.on, digest.on))?;
    let newest = |digest: &Digest| digest.log.as_ref().map_or(0, |head| head.seq);
    let (first, end) = (newest(&last) + 1, newest(digest) + 1);
    let looked_at = first..end.min(first + LOOKED_AT);
    let unread = (end - looked_at.end).max(0).unsigned_abs();
    let happenings = desk
        .reader
        .ask("read what happened", |c| reader::happened(c, &looked_at))?;
    for one in net(happenings) {
        found.add_net(desk, &one)?;
    }
    add_dated(desk, &mut found, known, digest.dated.unwrap_or(known))?;
    Ok(Some(found.into_changes(last.on, unread)))
}

fn add_overdue(
    desk: &Desk<'_>,
    found: &mut Found,
    days: (NaiveDate, NaiveDate),
) -> Result<(), StoreError> {
    let (in_all, records) = desk.reader.ask("read what is newly overdue", |c| {
        reader::overdue_since(c, days, SHOWN)
    })?;
    found.add_records(desk, Turn::Overdue, in_all, &records)
}

fn add_dated(desk: &Desk<'_>, found: &mut Found, known: u64, now: u64) -> Result<(), StoreError> {
    let records = desk.reader.ask("read what is newly dated", |c| {
        reader::dated_since(c, known, SHOWN)
    })?;
    found.add_records(desk, Turn::Dated, now.saturating_sub(known), &records)
}

impl Found {
    fn add_records(
        &mut self,
        desk: &Desk<'_>,
        turn: Turn,
        in_all: u64,
        records: &[Record],
    ) -> Result<(), StoreError> {
        self.counts.insert(turn, in_all);
        for record in records {
            let dates = (Some(record.due_on), None);
            self.rows.extend(row(desk, &record.key, turn, dates)?);
        }
        Ok(())
    }

    fn add_net(&mut self, desk: &Desk<'_>, net: &Net) -> Result<(), StoreError> {
        let count = self.counts.entry(net.turn).or_default();
        *count += 1;
        if *count <= SHOWN.into() {
            let dates = (net.moved.map(|(_, is)| is), net.moved.map(|(was, _)| was));
            self.rows.extend(row(desk, &net.key, net.turn, dates)?);
        }
        Ok(())
    }

    fn into_changes(mut self, since: NaiveDate, unread: u64) -> Changes {
        self.rows.sort_by_key(|row| row.turn);
        let counts = self.counts.into_iter().filter(|(_, in_all)| *in_all > 0);
        Changes {
            since,
            counts: counts
                .map(|(turn, in_all)| TurnCount { turn, in_all })
                .collect(),
            rows: self.rows,
            unread,
        }
    }
}

/// The duty by the names it has now; none if its decision has left the catalogue, or its
/// rule the pack.
fn row(
    desk: &Desk<'_>,
    key: &ObligationKey,
    turn: Turn,
    (due_on, was_due_on): (Option<NaiveDate>, Option<NaiveDate>),
) -> Result<Option<ChangeRow>, StoreError> {
    let decision = desk.catalog.read(&key.decision)?.decision;
    let rule = desk.library.pack.rule(&key.rule.0);
    Ok(decision.zip(rule).map(|(decision, rule)| ChangeRow {
        obligation: key.clone(),
        title: decision.shown_title().map(ToOwned::to_owned),
        duty: rule.title.clone(),
        turn,
        due_on,
        was_due_on,
    }))
}
