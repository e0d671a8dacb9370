//! How fast messages may go one way, and when none may begin.
//!
//! Owns the rate and the quiet minutes of a destination. Refuses to count: a lane does.

use chrono::{DateTime, DurationRound as _, TimeDelta, Timelike as _, Utc};

use crate::domain::delivery::robot::Vendor;
use crate::domain::notice::Channel;

/// So many mails may go at once after a rest: 163.com closes a connection after ten mails
/// (`450 MI:DMC`), and QQ counts by the minute.
pub const BURST: u32 = 10;

/// How fast messages may go one way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Rate {
    /// Messages a minute; 0 where there is no limit.
    pub per_minute: u32,
    /// How many may go at once after a rest.
    pub burst: u32,
}

impl Rate {
    /// So many a minute, and ten of them at once; 0 is no limit.
    #[must_use]
    pub const fn a_minute(per_minute: u32) -> Self {
        let burst = if per_minute < BURST {
            per_minute
        } else {
            BURST
        };
        Self { per_minute, burst }
    }
}

/// Whose robot is at a destination, if it is one's.
pub(super) fn vendor(destination: &str) -> Option<Vendor> {
    let name = destination.split(':').next().unwrap_or_default();
    let channel = Channel::ALL.into_iter().find(|one| one.name() == name)?;
    Vendor::of(channel)
}

/// What is begun just before a minute arrives in it, and clocks differ by seconds.
const BEFORE: TimeDelta = TimeDelta::seconds(5);

/// The first moment from `at` on at which something may be begun to `destination`: `at`
/// itself, or the end of a quiet minute.
pub(super) fn loud_from(destination: &str, at: DateTime<Utc>) -> DateTime<Utc> {
    let quiet = vendor(destination).map_or(&[][..], Vendor::quiet_minutes);
    let Some(arrives) = at.checked_add_signed(BEFORE) else {
        return at;
    };
    // The minutes of China are those of Greenwich.
    if !quiet.contains(&arrives.minute()) && !quiet.contains(&at.minute()) {
        return at;
    }
    let minute = if quiet.contains(&at.minute()) {
        at
    } else {
        arrives
    };
    let begun = minute
        .duration_trunc(TimeDelta::minutes(1))
        .unwrap_or(minute);
    begun + TimeDelta::minutes(1)
}
