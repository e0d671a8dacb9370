//! When we act: plan, deliver, sweep, fail upward.
//!
//! Owns the steps that the daemon, the demo and the command line all take, one verb
//! a file. Refuses to decide (`domain`), to store (`store`), to send (`channels`)
//! and to spawn (`daemon`).

pub mod auditor;
mod changes;
pub mod deliver;
mod deliveries;
pub mod digest;
pub mod gate;
pub mod older;
pub mod plan;
pub mod round;
pub mod sweep;
pub mod trial;
pub mod upward;
pub mod watch;

use std::fmt::Debug;
use std::pin::Pin;
use std::sync::Arc;

use chrono::{DateTime, Utc};

use crate::channels::Channels;
use crate::clock::Clock;
use crate::domain::address::Books;
use crate::domain::calendar::Calendar;
use crate::domain::delivery::{Outcome, RetryPolicy};
use crate::domain::directory::Directory;
use crate::domain::ladder::SendWindow;
use crate::domain::lanes::Bounds;
use crate::domain::notice::Message;
use crate::domain::pack::Pack;
use crate::store::ledger::Ledger;
use gate::Gate;
pub use watch::Watch;

/// The law, the calendar and the directory in force, and what names this very state
/// of them: when it changes, every date is worked out anew.
#[derive(Debug)]
pub struct Library {
    /// The rule pack.
    pub pack: Pack,
    /// Working days.
    pub calendar: Calendar,
    /// Who is who.
    pub directory: Directory,
    /// Changes with any of them.
    pub fingerprint: String,
    /// The hours in which messages go out.
    pub window: SendWindow,
}

impl Library {
    /// The books as `domain` takes them.
    #[must_use]
    pub const fn books(&self) -> Books<'_> {
        Books {
            pack: &self.pack,
            calendar: &self.calendar,
            directory: &self.directory,
        }
    }
}

/// How many messages may be under way at once, and for how long.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    /// How many, in all and to each destination, and how fast.
    pub bounds: Bounds,
    /// How long an attempt may take before its message is returned, in seconds; longer
    /// than all deadlines of a conversation together.
    pub lease_secs: u32,
    /// How long a message may wait for a connection and still be done before its lease
    /// ends, in seconds.
    pub wait_secs: u32,
}

/// What is on its way: an attempt that will end with an outcome.
pub type Sending<'a> = Pin<Box<dyn Future<Output = Outcome> + Send + 'a>>;

/// A goodbye on its way.
pub type Closing<'a> = Pin<Box<dyn Future<Output = ()> + Send + 'a>>;

/// What takes a message to its recipient: the channels, or the scripted peers of a
/// simulation. An attempt that failed is an outcome, never an error.
pub trait Carrier: Debug + Send + Sync {
    /// Makes one attempt; `now` is its wall clock.
    fn carry<'a>(&'a self, message: &'a Message, now: DateTime<Utc>) -> Sending<'a>;

    /// Ends politely what is still open, once nothing is under way any more.
    fn close(&self) -> Closing<'_> {
        Box::pin(std::future::ready(()))
    }
}

impl Carrier for Channels {
    fn carry<'a>(&'a self, message: &'a Message, now: DateTime<Utc>) -> Sending<'a> {
        Box::pin(self.send(message, now))
    }

    fn close(&self) -> Closing<'_> {
        Box::pin(self.close())
    }
}

/// Everything the jobs work with.
#[derive(Debug, Clone)]
pub struct Context {
    /// Where it is remembered.
    pub ledger: Ledger,
    /// How it is sent.
    pub carrier: Arc<dyn Carrier>,
    /// What time it is.
    pub clock: Clock,
    /// Whether that can be true.
    pub watch: Watch,
    /// How often and how long delivery is tried.
    pub policy: RetryPolicy,
    /// How much may be under way.
    pub limits: Limits,
    /// What can stand against sending anything.
    pub gate: Arc<Gate>,
    /// This process, by a name of its own.
    pub holder: String,
}

impl Context {
    /// The present moment; while the clock is not believed, what boot time makes of the last
    /// reading that was. For what must be written down whatever the clock shows.
    #[must_use]
    pub fn now(&self) -> DateTime<Utc> {
        self.watch.look(&self.clock).now
    }

    /// The present moment, if the clock can be believed. Whoever takes up something new asks
    /// this, at that very moment: a clock is not set once a minute only.
    #[must_use]
    pub fn trusted_now(&self) -> Option<DateTime<Utc>> {
        let judged = self.watch.look(&self.clock);
        judged.jump.is_none().then_some(judged.now)
    }
}
