//! What may befall a moment: kills, a full disk, a standstill, a clock.
//!
//! Owns how often each does, and at which moments there is something to do at all. Refuses
//! to bring any of it about; that is `year`.

use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};
use rusqlite::Connection;

use super::dice::Dice;

/// What happens to a moment besides its work.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Incident {
    None,
    /// Killed in the middle of an attempt.
    KilledSending,
    /// A delivery is let go of; its lease must run out.
    LetGo,
    /// Killed between a page of plans and the watermark.
    KilledPlanning,
    /// The ledger's disk is full for a round of planning.
    DiskFull,
    /// Stopped, and started after some days.
    Down,
    Restart,
    /// The clock is put a few minutes right.
    ClockStep,
    /// The clock jumps, and is put right.
    ClockJump,
    /// Planned a second time at once.
    Twice,
}

impl Incident {
    /// What befalls a moment; `changed` where there is something to plan.
    pub(crate) fn befalls(dice: &mut Dice, changed: bool) -> Self {
        match dice.between(0, 999) {
            0..=14 => Self::KilledSending,
            15..=18 => Self::LetGo,
            19..=24 => Self::KilledPlanning,
            25..=30 => Self::DiskFull,
            // Where there is something to plan, its round is worth breaking.
            900..=929 if changed => Self::KilledPlanning,
            930..=959 if changed => Self::DiskFull,
            31..=34 => Self::Down,
            35..=39 => Self::Restart,
            40..=46 => Self::ClockStep,
            80..=82 => Self::ClockJump,
            47..=76 => Self::Twice,
            _ => Self::None,
        }
    }
}

/// Tries, probes and ends of leases.
const MOMENTS: &str = "select min(at) from (
    select min(next_at) as at from message where state = 'pending' and next_at > $1
    union all select min(probe_at) from hold where probe_at > $1
    union all select min(lease_until) from message where state = 'leased')";

/// What somebody else may be told an hour after: a way was closed, a message that has not
/// arrived was first tried, others were told instead.
const HOURS: &str = "select min(at) from (
    select min(since) as at from hold where since > $1
    union all select min(started_at) from message
              join attempt on attempt.message_id = message.id and number = 1
              where state in ('pending', 'failed') and started_at > $1
    union all select min(made_at) from message
              where made_at > $1 and state in ('pending', 'failed'))";

/// The next moment for which anything in the ledger waits.
pub(crate) fn next_in_ledger(ledger: &Connection, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
    let first = |sql: &str, after: DateTime<Utc>| -> Option<DateTime<Utc>> {
        let mut statement = ledger.prepare_cached(sql).unwrap();
        let text = after.to_rfc3339_opts(SecondsFormat::Millis, true);
        statement.query_row([text], |row| row.get(0)).unwrap()
    };
    let hour = TimeDelta::hours(1);
    let told = first(HOURS, now - hour).map(|at| at + hour);
    first(MOMENTS, now).into_iter().chain(told).min()
}
