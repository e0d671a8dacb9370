//! How many messages are on their way at once, and how long one is tried.
//!
//! Owns the bounds of `[delivery]`. Refuses to know the channels: what a destination
//! is, the message says.

use serde::Deserialize;

use crate::domain::delivery::RetryPolicy;

/// More at once than this helps nobody: one SQLite writer settles about as many a second.
const IN_FLIGHT_MAX: u32 = 1024;
/// A crash must not hide a message for longer; how short a lease may be, the deadlines of
/// the channels say.
const LEASE_SECS_MAX: u32 = 7200;

/// `[delivery]`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Delivery {
    /// Messages on their way at once, over all destinations.
    pub in_flight: u32,
    /// Messages on their way to one destination: the mail relay, or one unit's endpoint.
    pub per_destination: u32,
    /// How long an attempt holds its message, in seconds; after a crash it is tried
    /// again when this has passed.
    pub lease_secs: u32,
    /// How long a message may fail before it fails upward, and before it fails further; in
    /// minutes.
    pub upward_after_min: u32,
    /// Nothing is sent while the ledger's disk has less room than this, in MiB.
    pub min_free_mib: u32,
    /// How often and how long.
    pub retry: RetryPolicy,
}

impl Default for Delivery {
    /// The lease outlasts the default deadlines of a mail, 22 minutes in all, and a wait for a
    /// connection.
    fn default() -> Self {
        Self {
            in_flight: 64,
            per_destination: 4,
            lease_secs: 1800,
            upward_after_min: 60,
            // The answers of all that can be under way need less than one; the rest is for
            // whoever else writes to the disk before somebody looks.
            min_free_mib: 64,
            retry: RetryPolicy::default(),
        }
    }
}

impl Delivery {
    /// The same in bytes.
    #[must_use]
    pub fn least_free_bytes(&self) -> u64 {
        u64::from(self.min_free_mib) * 1024 * 1024
    }

    /// Each key that is out of bounds, with what was found and what was expected.
    pub(super) fn contradictions(&self) -> Vec<(&'static str, String, String)> {
        let retry = &self.retry;
        let bounds = [
            ("in_flight", self.in_flight, 1..=IN_FLIGHT_MAX),
            ("per_destination", self.per_destination, 1..=self.in_flight),
            ("lease_secs", self.lease_secs, 1..=LEASE_SECS_MAX),
            ("retry", retry.jitter_percent, 0..=100),
            ("retry", retry.give_up_after_hours, 1..=24 * 90),
            ("upward_after_min", self.upward_after_min, 1..=24 * 60),
        ];
        let outside = bounds
            .into_iter()
            .filter(|(_, found, range)| !range.contains(found));
        let mut all: Vec<_> = outside
            .map(|(key, found, range)| out_of(key, found, &range))
            .collect();
        let lists = [
            ("pauses_min", &retry.pauses_min),
            ("hold_probe_min", &retry.hold_probe_min),
        ];
        for (name, pauses) in lists {
            if pauses.is_empty() || pauses.contains(&0) {
                let expected = "one pause or more, each of at least 1 minute";
                all.push(("retry", format!("{name} = {pauses:?}"), expected.to_owned()));
            }
        }
        all
    }
}

fn out_of(
    key: &'static str,
    found: u32,
    range: &std::ops::RangeInclusive<u32>,
) -> (&'static str, String, String) {
    let expected = format!("a number from {} to {}", range.start(), range.end());
    (key, found.to_string(), expected)
}
