//! How much may be under way, and who may hold it.
//!
//! Owns the bounds an administrator sets and the shares of those that do not answer.
//! Refuses to know who that is.

use std::collections::BTreeMap;

use super::{Rate, Standing, rate};
use crate::domain::notice::Channel;

/// Those that answered nothing lately may together have this share of the places, ...
const SILENT_SHARE: (usize, usize) = (1, 2);

/// ... and with those nobody knows yet, this one: the rest is kept for whoever answers.
const UNPROVEN_SHARE: (usize, usize) = (3, 4);

/// How much may be under way.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Bounds {
    /// In all: what a crash can leave uncertain is bounded by it.
    pub in_flight: usize,
    /// To one endpoint.
    pub per_destination: usize,
    /// To the mail relay, which stands for many mailboxes.
    pub per_relay: usize,
    /// To the relay before anything is known of it: one mail that it keeps for minutes must
    /// not hold up the others.
    pub relay_start: usize,
    /// How fast, by channel or destination; none where there is no limit.
    pub rates: BTreeMap<String, Rate>,
}

impl Bounds {
    /// In a chat the order of messages is seen, and each of them may be several posts.
    pub(super) fn at_once(&self, destination: &str) -> usize {
        if is_shared(destination) {
            self.per_relay
        } else if rate::vendor(destination).is_some() {
            self.per_destination.min(1)
        } else {
            self.per_destination
        }
    }

    pub(super) fn at_first(&self, destination: &str) -> usize {
        if is_shared(destination) {
            self.relay_start.clamp(1, self.per_relay.max(1))
        } else {
            1
        }
    }

    /// The destination's own rate, or that of its channel.
    pub(super) fn rate(&self, destination: &str) -> Rate {
        let channel = destination.split(':').next().unwrap_or_default();
        let found = [destination, channel]
            .into_iter()
            .find_map(|name| self.rates.get(name));
        found.copied().unwrap_or_default()
    }

    /// All places, none of them held.
    pub(super) fn places(&self) -> Places {
        Places {
            free: self.in_flight,
            silent: 0,
            unproven: 0,
            silent_share: self.share(SILENT_SHARE),
            unproven_share: self.share(UNPROVEN_SHARE),
        }
    }

    fn share(&self, (part, whole): (usize, usize)) -> usize {
        (self.in_flight * part / whole).max(self.in_flight.min(1))
    }
}

/// Whether many mailboxes lie behind a destination.
pub(super) fn is_shared(destination: &str) -> bool {
    destination == Channel::Mail.name()
}

/// The places as they are held.
pub(super) struct Places {
    free: usize,
    /// By silent destinations.
    silent: usize,
    /// By those, and those nobody knows yet.
    pub(super) unproven: usize,
    silent_share: usize,
    unproven_share: usize,
}

impl Places {
    pub(super) const fn has_one_for(&self, standing: Standing) -> bool {
        let is_open = self.unproven < self.unproven_share;
        self.free > 0
            && match standing {
                Standing::Proven => true,
                Standing::Fresh => is_open,
                Standing::Silent => is_open && self.silent < self.silent_share,
            }
    }

    pub(super) fn take(&mut self, standing: Standing) {
        self.free = self.free.saturating_sub(1);
        self.silent += usize::from(standing == Standing::Silent);
        self.unproven += usize::from(standing != Standing::Proven);
    }
}
