//! What may befall a moment: kills, a full disk, a standstill, a clock.
//!
//! Owns how often each does, and at which moments there is something to do at all. Refuses
//! to bring any of it about; that is `year`.

use chrono::{DateTime, SecondsFormat, Utc};
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

/// Tries, probes, ends of leases, and the hours after which somebody else is told: `HOUR` of a
/// column is the moment an hour after it.
const MOMENTS: &str = "select min(at) from (
               select min(next_at) as at from message where state = 'pending' and next_at > $1
               union all select min(probe_at) from hold where probe_at > $1
               union all select min(lease_until) from message where state = 'leased'
               union all select min(HOUR(since)) from hold where HOUR(since) > $1
               union all select min(HOUR(started_at)) from attempt
                         join message on message.id = attempt.message_id
                         where number = 1 and state in ('pending', 'failed')
                           and HOUR(started_at) > $1
               union all select min(HOUR(made_at)) from notice
                         where rung in (select rung from notice as other
                                        join message on message.id = other.message_id
                                        where message.upward = 1
                                          and message.state in ('pending', 'failed'))
                           and HOUR(made_at) > $1)";

/// The next moment for which anything in the ledger waits.
pub(crate) fn next_in_ledger(ledger: &Connection, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
    let columns = ["since", "started_at", "made_at"];
    let sql = columns.iter().fold(MOMENTS.to_owned(), |sql, column| {
        let hour_after = format!("strftime('%Y-%m-%dT%H:%M:%fZ', {column}, '+1 hour')");
        sql.replace(&format!("HOUR({column})"), &hour_after)
    });
    let mut statement = ledger.prepare_cached(&sql).unwrap();
    let text = now.to_rfc3339_opts(SecondsFormat::Millis, true);
    statement.query_row([text], |row| row.get(0)).unwrap()
}
