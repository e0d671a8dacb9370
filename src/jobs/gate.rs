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
use tracing::{error, info};

use crate::domain::notice::Channel;
use crate::domain::truth::{Seen, Sending, sending};
use crate::store::StoreError;
use crate::store::catalog::{Mark, Witness};
use crate::store::ledger;

/// The planner needs milliseconds for what changed; so long after it was woken it is asked
/// whether it has.
const LOOK_AGAIN: TimeDelta = TimeDelta::seconds(1);

/// A disk is emptied by people, or by a job of the night. Sending goes on within a minute
/// (bar B6), whatever wakes us.
const LOOK_AT_DISK_AGAIN: TimeDelta = TimeDelta::seconds(15);

/// Whoever has something to send looks once a minute. A doubt that nobody looked at for
/// longer, because the host slept or the clock was not believed, is none: the catalogue may
/// have been current meanwhile, and the planner is given its time.
const FORGOTTEN: TimeDelta = TimeDelta::hours(1);
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
    /// How new the catalogue was; none where nobody looked, or nobody could.
    newest: Option<Mark>,
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
    /// None while the catalogue was last seen current.
    doubt: Mutex<Option<Doubt>>,
}

/// The catalogue is not seen current.
#[derive(Debug)]
struct Doubt {
    since: DateTime<Utc>,
    /// When it was last looked at.
    looked: DateTime<Utc>,
    /// The log knows that messages go out in doubt.
    is_told: bool,
}

impl Doubt {
    const fn since(now: DateTime<Utc>) -> Self {
        Self {
            since: now,
            looked: now,
            is_told: false,
        }
    }
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
            doubt: Mutex::default(),
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
    ///
    /// # Errors
    /// Why it gets none any more.
    pub(super) async fn turn(
        &self,
        channel: Channel,
    ) -> Result<Option<SemaphorePermit<'_>>, &'static str> {
        match (channel, &self.connections) {
            (Channel::Mail, Some(connections)) => {
                let turn = connections.acquire().await;
                turn.map(Some).map_err(|_| "duban stops")
            }
            _ => Ok(None),
        }
    }

    /// Nobody who still waits for a connection gets one.
    pub(super) fn close(&self) {
        if let Some(connections) = &self.connections {
            connections.close();
        }
    }

    /// Whether anything may be claimed at `now`, where `planned` is how far the last
    /// complete plan had read and with which books.
    ///
    /// # Errors
    /// Everything that stands against it.
    pub fn may_claim(
        &self,
        planned: Option<&(String, String)>,
        now: DateTime<Utc>,
    ) -> Result<Ground, Vec<Bar>> {
        let mut bars: Vec<Bar> = self.disk.iter().filter_map(|disk| disk.bar(now)).collect();
        let mut ground = Ground::default();
        let mut is_in_doubt = false;
        if let Some(truth) = &self.truth {
            match truth.bar(planned, now) {
                Ok(newest) => {
                    ground.newest = newest;
                    is_in_doubt = newest.is_none();
                }
                Err(bar) => bars.push(bar),
            }
        }
        self.tell(&bars, is_in_doubt);
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
        let newest = truth.catalog.newest();
        !newest.is_ok_and(|newest| newest != claimed)
    }

    /// Says what begins and what ends, once. That the catalogue is ahead is an everyday
    /// matter of milliseconds; where messages go out in doubt, it bars none any more and is
    /// no better for it.
    fn tell(&self, bars: &[Bar], is_in_doubt: bool) {
        let mut told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
        let stays = told
            .iter()
            .filter(|reason| is_in_doubt && **reason == Reason::Unreadable);
        let reasons = bars.iter().map(|bar| &bar.reason).chain(stays);
        let reasons: Vec<Reason> = reasons
            .copied()
            .filter(|reason| *reason != Reason::Ahead)
            .collect();
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
    fn bar(
        &self,
        planned: Option<&(String, String)>,
        now: DateTime<Utc>,
    ) -> Result<Option<Mark>, Bar> {
        let newest = self.catalog.newest();
        let seen = self.seen(newest.as_ref(), planned);
        let mut known = self.doubt.lock().unwrap_or_else(PoisonError::into_inner);
        if seen == Seen::Current {
            if known.take().is_some_and(|doubt| doubt.is_told) {
                info!("the catalogue is caught up with again");
            }
            return Ok(newest.ok());
        }
        let doubt = known.get_or_insert(Doubt::since(now));
        if now - doubt.looked > FORGOTTEN {
            *doubt = Doubt::since(now);
        }
        doubt.looked = now;
        match sending(seen, doubt.since, now) {
            Sending::Waits { until } => Err(Bar {
                reason: match seen {
                    Seen::Unreadable => Reason::Unreadable,
                    Seen::Ahead | Seen::Current => Reason::Ahead,
                },
                until: until.min(now + LOOK_AGAIN),
            }),
            Sending::True | Sending::InDoubt => {
                if !std::mem::replace(&mut doubt.is_told, true) {
                    let why = newest.err().map(|error| error.to_string());
                    error!(
                        since = %doubt.since, why,
                        "the catalogue has not been caught up with for too long; what is due \
                         goes out as it was planned"
                    );
                }
                Ok(None)
            }
        }
    }

    /// A catalogue in the place of the one that was planned for is another one, however many
    /// changes it has.
    fn seen(&self, newest: Result<&Mark, &StoreError>, planned: Option<&(String, String)>) -> Seen {
        match (newest, planned) {
            (Err(_), _) => Seen::Unreadable,
            (Ok(newest), Some((mark, books)))
                if *mark == newest.to_string() && *books == self.books =>
            {
                Seen::Current
            }
            (Ok(_), _) => Seen::Ahead,
        }
    }
}

impl Disk {
    fn bar(&self, now: DateTime<Utc>) -> Option<Bar> {
        self.is_short().then(|| Bar {
            reason: Reason::DiskNearlyFull,
            until: now + LOOK_AT_DISK_AGAIN,
        })
    }

    /// A disk that does not say how full it is will refuse the claim itself if it is.
    fn is_short(&self) -> bool {
        ledger::free_bytes(&self.ledger).is_ok_and(|free| free < self.least)
    }
}
