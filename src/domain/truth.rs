//! Whether what waits to be sent is still true, as far as anybody can know.
//!
//! Owns how long a doubt about the catalogue holds messages back, and that they go out
//! after that all the same. Refuses to look into the catalogue; what was seen is an
//! argument.

use chrono::{DateTime, TimeDelta, Utc};

/// Messages wait so long for a catalogue that cannot be read or is never caught up with.
/// The longest lock a backup or an import was seen to take is a few minutes, and a rung is
/// reached on a day, not at a minute: a quarter of an hour costs no date, a reminder that
/// never goes out does.
pub const PATIENCE: TimeDelta = TimeDelta::minutes(15);

/// How the catalogue stands to what was planned from it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Seen {
    /// Everything in it is planned for, with the books in force.
    Current,
    /// Something was committed that nobody has planned for yet, or the books are others.
    Ahead,
    /// It cannot be read: locked, damaged or gone.
    Unreadable,
}

/// Whether messages may be taken for delivery.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sending {
    /// What they say is true.
    True,
    /// Not before it is known, and not after this moment in any case.
    Waits {
        /// When patience ends.
        until: DateTime<Utc>,
    },
    /// Nobody knows, and it has lasted too long: a reminder too many is better than a date
    /// that was missed.
    InDoubt,
}

/// Whether messages may be taken at `now`, when it has not been known since `since` that
/// they are true.
#[must_use]
pub fn sending(seen: Seen, since: DateTime<Utc>, now: DateTime<Utc>) -> Sending {
    if seen == Seen::Current {
        return Sending::True;
    }
    // A clock that stepped back must not make the wait longer.
    let until = since.min(now) + PATIENCE;
    if now < until {
        Sending::Waits { until }
    } else {
        Sending::InDoubt
    }
}
