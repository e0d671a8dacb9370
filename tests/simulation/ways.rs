//! The judge's list of ways that are closed: what must be held, until when, and what the
//! ledger says of it.
//!
//! Owns the promises about holds, with pauses of its own (config/duban.toml). Refuses
//! `domain::delivery` and `store::ledger::holds`.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, TimeDelta, Utc};
use duban::domain::delivery::{Class, Scope};
use rusqlite::Connection;

use super::oracle::Judged;
use super::peers::Sent;

/// Minutes before the first, second … probe; the last repeats.
const PROBES: [i64; 4] = [15, 30, 60, 240];

/// A way that is closed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Closed {
    since: DateTime<Utc>,
    probe_at: DateTime<Utc>,
    /// Only a person can mend it.
    needs_person: bool,
}

/// What an attempt did to its way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Turn {
    None,
    Closed,
    Opened,
}

/// Every way that is closed.
#[derive(Debug, Default)]
pub(crate) struct Ways {
    closed: BTreeMap<String, Closed>,
    /// Messages that were told so themselves, by the last try of each.
    heard: BTreeSet<String>,
    /// How often ways were closed and opened, and how often the log says so.
    turns: (u32, u32),
    told: (u32, u32),
    /// Entries up to this one were looked through.
    seen: i64,
}

impl Ways {
    pub(crate) fn is_closed(&self, way: &str) -> bool {
        self.closed.contains_key(way)
    }

    pub(crate) fn closed(&self) -> impl Iterator<Item = &String> {
        self.closed.keys()
    }

    /// Whether only a person can mend it.
    pub(crate) fn needs_person(&self, way: &str) -> bool {
        self.closed
            .get(way)
            .is_some_and(|closed| closed.needs_person)
    }

    /// Whether that is what the message was told by its last try.
    pub(crate) fn was_told(&self, message: &str) -> bool {
        self.heard.contains(message)
    }

    /// Somebody may have mended them: each may be probed at once.
    pub(crate) fn probe_all(&mut self, now: DateTime<Utc>) {
        for closed in self.closed.values_mut() {
            closed.probe_at = closed.probe_at.min(now);
        }
    }

    /// Takes an attempt into account, if its way may be tried.
    pub(crate) fn add(&mut self, sent: &Sent) -> Result<Turn, String> {
        let known = self.closed.get(&sent.destination).copied();
        if let Some(closed) = known.filter(|closed| sent.at < closed.probe_at) {
            let (key, at) = (&sent.key, closed.probe_at);
            return Err(format!("hold: {key} goes to a closed way before {at}"));
        }
        if sent.unheard {
            return Ok(Turn::None);
        }
        let needs_person = (sent.class, sent.scope) == (Class::Rejected, Scope::Channel);
        if needs_person {
            self.heard.insert(sent.key.clone());
        } else {
            self.heard.remove(&sent.key);
        }
        match (sent.class, sent.scope) {
            (Class::Accepted, _) if known.is_some() => {
                self.closed.remove(&sent.destination);
                self.turns.1 += 1;
                Ok(Turn::Opened)
            }
            (_, Scope::Channel) => {
                let since = known.map_or(sent.ended, |closed| closed.since);
                let probe_at = sent.ended + pause(sent.ended - since);
                let closed = Closed {
                    since,
                    probe_at,
                    needs_person,
                };
                self.closed.insert(sent.destination.clone(), closed);
                self.turns.0 += u32::from(known.is_none());
                Ok(if known.is_none() {
                    Turn::Closed
                } else {
                    Turn::None
                })
            }
            _ => Ok(Turn::None),
        }
    }

    /// The ledger holds exactly these, and its log says so once for each beginning and end.
    pub(crate) fn agree_with(&mut self, ledger: &Connection) -> Judged {
        let sql = "select destination, since, probe_at, relief = 'person' from hold where cause = 'fault'";
        let mut statement = ledger.prepare_cached(sql).unwrap();
        let rows = statement.query_map([], |row| {
            let closed = Closed {
                since: row.get(1)?,
                probe_at: row.get(2)?,
                needs_person: row.get(3)?,
            };
            Ok((row.get(0)?, closed))
        });
        let held: BTreeMap<String, Closed> = rows.unwrap().map(Result::unwrap).collect();
        if held != self.closed {
            let closed = &self.closed;
            return Err(format!(
                "hold: the ledger holds {held:?}, closed is {closed:?}"
            ));
        }
        let sql = "select seq, what from audit where seq > $1 and subject <> 'everything'
                   and what in ('hold begun', 'hold ended') order by seq";
        let mut statement = ledger.prepare_cached(sql).unwrap();
        let mut rows = statement.query([self.seen]).unwrap();
        while let Some(row) = rows.next().unwrap() {
            self.seen = row.get(0).unwrap();
            let begun = row.get_ref(1).unwrap().as_str().unwrap() == "hold begun";
            self.told.0 += u32::from(begun);
            self.told.1 += u32::from(!begun);
        }
        if self.told != self.turns {
            let (told, turns) = (self.told, self.turns);
            return Err(format!(
                "hold: begun and ended {turns:?} times, told {told:?}"
            ));
        }
        let newest = "select coalesce(max(seq), 0) from audit";
        let mut newest = ledger.prepare_cached(newest).unwrap();
        self.seen = newest.query_row([], |row| row.get(0)).unwrap();
        Ok(())
    }
}

/// How long the next probe waits, after a way has been closed for so long: probes that were
/// made in time have used up the pauses before it.
fn pause(closed_for: TimeDelta) -> TimeDelta {
    let mut used = TimeDelta::zero();
    for minutes in PROBES {
        let pause = TimeDelta::minutes(minutes);
        if closed_for < used + pause {
            return pause;
        }
        used += pause;
    }
    TimeDelta::minutes(PROBES[PROBES.len() - 1])
}
