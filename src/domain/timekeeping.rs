//! Whether the wall clock can be right.
//!
//! Owns the judgement between two readings of wall clock and boot time, and the moment that
//! is to be believed where the wall clock is not. Refuses to ask any clock: readings are
//! arguments.

use std::fmt;

use chrono::{DateTime, Datelike, SecondsFormat, TimeDelta, Utc};

/// Wall clock and boot time may part by so many minutes between two readings (reliability
/// bar B3): less is a correction, more would move what is due.
pub const BOUND_MIN: i64 = 15;

/// The year this program was made in: no host that runs it lives in an earlier one.
pub const RELEASED_IN: i32 = 2026;

/// What the clocks showed, read together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reading {
    /// The wall clock, which can be set.
    pub wall: DateTime<Utc>,
    /// How long ago the host was booted, suspension included; nobody can set it.
    pub since_boot: TimeDelta,
    /// Which boot that was.
    pub boot: String,
}

/// Why the wall clock is not believed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Jump {
    /// It moved by so much more, or less, than time has passed since the boot.
    Unexplained(TimeDelta),
    /// It lies before a moment that the ledger knows to have been.
    Behind(DateTime<Utc>),
    /// It lies before this program was made.
    BeforeRelease,
}

impl fmt::Display for Jump {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unexplained(by) => {
                let sign = if *by < TimeDelta::zero() { '-' } else { '+' };
                let (days, minutes) = (by.num_days().abs(), by.num_minutes().abs() % (24 * 60));
                let (hours, minutes) = (minutes / 60, minutes % 60);
                write!(
                    f,
                    "the wall clock moved by {sign}{days}d {hours}h {minutes}min that boot time does not explain"
                )
            }
            Self::Behind(known) => write!(
                f,
                "the wall clock lies before {}, which has been already",
                known.to_rfc3339_opts(SecondsFormat::Secs, true)
            ),
            Self::BeforeRelease => {
                write!(f, "the wall clock lies before {RELEASED_IN}")
            }
        }
    }
}

/// What follows from a reading.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Judged {
    /// The moment to believe: the wall clock's where it can be right, else what boot time
    /// makes of the last reading that was.
    pub now: DateTime<Utc>,
    /// Why the wall clock is not believed.
    pub jump: Option<Jump>,
}

/// Judges `reading` by the last one that was `accepted`; where there is none, by the
/// `newest` moment that is known to have been.
#[must_use]
pub fn judge(
    reading: &Reading,
    accepted: Option<&Reading>,
    newest: Option<DateTime<Utc>>,
) -> Judged {
    let bound = TimeDelta::minutes(BOUND_MIN);
    let wall = reading.wall;
    if let Some(accepted) = accepted.filter(|accepted| accepted.boot == reading.boot) {
        let explained = accepted.wall + (reading.since_boot - accepted.since_boot);
        let by = wall - explained;
        return if by.abs() > bound {
            believe(explained, Jump::Unexplained(by))
        } else {
            Judged {
                now: wall,
                jump: None,
            }
        };
    }
    // After a boot nothing tells a clock that was set forward from a long rest.
    let known = accepted.map(|accepted| accepted.wall).or(newest);
    match known {
        Some(known) if wall < known - bound => believe(known, Jump::Behind(known)),
        _ if wall.year() < RELEASED_IN => believe(known.unwrap_or(wall), Jump::BeforeRelease),
        _ => Judged {
            now: wall,
            jump: None,
        },
    }
}

const fn believe(now: DateTime<Utc>, jump: Jump) -> Judged {
    Judged {
        now,
        jump: Some(jump),
    }
}
