//! What stands against taking messages for delivery.
//!
//! Owns the one place that is asked before a claim, and collects every reason: the
//! catalogue has something nobody has planned for, or cannot be read; the disk is nearly
//! full. Each reason says when to ask again. Refuses to decide how long a doubt may last
//! (`domain::truth`).
//!
//! It is asked inside the transaction of a claim, so that what is planned cannot change
//! between the question and the claim; and once more for each message before its first
//! byte, because a message may wait for a connection after it was claimed.

use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};

use chrono::{DateTime, TimeDelta, Utc};
use tokio::sync::{Semaphore, SemaphorePermit};
use tracing::{error, info, warn};

use crate::domain::notice::Channel;
use crate::domain::truth::{Seen, Sending, sending};
use crate::store::StoreError;
use crate::store::catalog::Witness;
use crate::store::ledger;

/// The planner needs milliseconds for what changed; so long after it was woken it is asked
/// whether it has.
const LOOK_AGAIN: TimeDelta = TimeDelta::seconds(1);

/// A disk is emptied by people, or by a job of the night. Sending goes on within a minute
/// (bar B6), whatever wakes us.
const LOOK_AT_DISK_AGAIN: TimeDelta = TimeDelta::seconds(15);

/// Bytes.
const MIB: u64 = 1024 * 1024;

/// Why nothing may be claimed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Reason {
    /// The catalogue, or the law, has moved on since the last complete plan.
    Ahead,
    /// The catalogue cannot be read.
    Unreadable,
    /// The clock shows what cannot be true.
    ClockInDoubt,
    /// The disk of the ledger has too little room for the answers of what would be sent.
    DiskNearlyFull,
}

/// A reason, and when to ask again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bar {
    /// Why.
    pub reason: Reason,
    /// Nothing need be asked before this moment, unless something happens.
    pub until: DateTime<Utc>,
}

/// What a claim went by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Ground {
    /// The catalogue's newest change; none where nobody looked, or nobody could.
    newest: Option<i64>,
}

/// Asks everything that can stand against a claim. The default asks nothing.
#[derive(Debug, Default)]
pub struct Gate {
    truth: Option<Truth>,
    disk: Option<Disk>,
    /// Connections to the mail relay.
    connections: Option<Semaphore>,
    /// What the log was told last.
    told: Mutex<Vec<Reason>>,
}

/// What has to be planned for before anything is sent.
#[derive(Debug)]
struct Truth {
    catalog: Witness,
    /// The fingerprint of the books in force.
    books: String,
    /// Since when the catalogue has not been seen current.
    since: Mutex<Option<DateTime<Utc>>>,
}

/// The disk on which the ledger lies.
#[derive(Debug)]
struct Disk {
    ledger: PathBuf,
    least: u64,
}

impl Gate {
    /// Open while the catalogue at `catalog` is planned for with `books`.
    #[must_use]
    pub fn on(catalog: PathBuf, books: String) -> Self {
        let truth = Truth {
            catalog: Witness::of(catalog),
            books,
            since: Mutex::default(),
        };
        Self {
            truth: Some(truth),
            ..Self::default()
        }
    }

    /// And while the disk of `ledger` has at least so many bytes free.
    #[must_use]
    pub fn with_room(self, ledger: PathBuf, least: u64) -> Self {
        Self {
            disk: Some(Disk { ledger, least }),
            ..self
        }
    }

    /// And a mail gets its turn only when one of so many connections is free for it.
    #[must_use]
    pub fn with_connections(self, connections: usize) -> Self {
        Self {
            connections: Some(Semaphore::new(connections)),
            ..self
        }
    }

    /// How many MiB the ledger's disk should have free, where it has less.
    #[must_use]
    pub fn lacks_mib(&self) -> Option<u64> {
        let disk = self.disk.as_ref()?;
        disk.is_short().then_some(disk.least / MIB)
    }

    /// Waits for the turn of a message that is claimed: a mail may have others ahead.
    pub(super) async fn turn(&self, channel: Channel) -> Option<SemaphorePermit<'_>> {
        match (channel, &self.connections) {
            (Channel::Mail, Some(connections)) => connections.acquire().await.ok(),
            _ => None,
        }
    }

    /// Whether anything may be claimed at `now`, where `planned` is how far the last
    /// complete plan had read and with which books.
    ///
    /// # Errors
    /// Everything that stands against it.
    pub fn may_claim(
        &self,
        planned: Option<&(i64, String)>,
        now: DateTime<Utc>,
    ) -> Result<Ground, Vec<Bar>> {
        let mut bars: Vec<Bar> = self.disk.iter().filter_map(|disk| disk.bar(now)).collect();
        let mut ground = Ground::default();
        if let Some(truth) = &self.truth {
            match truth.bar(planned, now) {
                Ok(newest) => ground.newest = newest,
                Err(bar) => bars.push(bar),
            }
        }
        self.tell(&bars);
        if bars.is_empty() {
            Ok(ground)
        } else {
            Err(bars)
        }
    }

    /// Whether nothing was committed in the catalogue since the claim. Where it cannot be
    /// read, the claim's own answer holds.
    pub(super) fn still_holds(&self, ground: Ground) -> bool {
        let Some((truth, claimed)) = self.truth.as_ref().zip(ground.newest) else {
            return true;
        };
        let newest = truth.catalog.newest_change();
        !newest.is_ok_and(|newest| newest != claimed)
    }

    /// Says what begins and what ends, once. That the catalogue is ahead is an everyday
    /// matter of milliseconds.
    fn tell(&self, bars: &[Bar]) {
        let reasons = bars.iter().map(|bar| bar.reason);
        let reasons: Vec<Reason> = reasons.filter(|reason| *reason != Reason::Ahead).collect();
        let mut told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
        for reason in reasons.iter().filter(|reason| !told.contains(reason)) {
            error!(?reason, "nothing is sent meanwhile");
        }
        for reason in told.iter().filter(|reason| !reasons.contains(reason)) {
            info!(?reason, "is over");
        }
        *told = reasons;
    }
}

impl Truth {
    /// The newest change, or none where messages go out in doubt.
    fn bar(&self, planned: Option<&(i64, String)>, now: DateTime<Utc>) -> Result<Option<i64>, Bar> {
        let newest = self.catalog.newest_change();
        let seen = self.seen(newest.as_ref(), planned);
        let mut since = self.since.lock().unwrap_or_else(PoisonError::into_inner);
        let first = *since.get_or_insert(now);
        let verdict = sending(seen, first, now);
        match verdict {
            Sending::True => {
                *since = None;
                Ok(newest.ok())
            }
            Sending::Waits { until } => Err(Bar {
                reason: match seen {
                    Seen::Unreadable => Reason::Unreadable,
                    Seen::Ahead | Seen::Current => Reason::Ahead,
                },
                until: until.min(now + LOOK_AGAIN),
            }),
            Sending::InDoubt => {
                let why = newest.err().map(|error| error.to_string());
                warn!(
                    since = %first, why,
                    "the catalogue has not been caught up with for too long; what is due goes \
                     out as it was planned"
                );
                Ok(None)
            }
        }
    }

    /// A catalogue with fewer changes than were planned for is another one.
    fn seen(&self, newest: Result<&i64, &StoreError>, planned: Option<&(i64, String)>) -> Seen {
        match (newest, planned) {
            (Err(_), _) => Seen::Unreadable,
            (Ok(newest), Some((seq, books))) if seq == newest && *books == self.books => {
                Seen::Current
            }
            (Ok(_), _) => Seen::Ahead,
        }
    }
}

impl Disk {
    /// A disk that does not say how full it is will refuse the claim itself if it is.
    fn bar(&self, now: DateTime<Utc>) -> Option<Bar> {
        self.is_short().then(|| Bar {
            reason: Reason::DiskNearlyFull,
            until: now + LOOK_AT_DISK_AGAIN,
        })
    }

    fn is_short(&self) -> bool {
        ledger::free_bytes(&self.ledger).is_ok_and(|free| free < self.least)
    }
}
