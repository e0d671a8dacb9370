//! Whether duban does what it promises, judged from numbers.
//!
//! Owns what makes a finding, and its words for the administrator. Refuses to measure: the
//! numbers are arguments.

mod code;

use chrono::{DateTime, Datelike, NaiveDate, SecondsFormat, TimeDelta, Utc};

use super::calendar::{Calendar, Coverage};
use super::directory::{Directory, Unit};
use super::hold::{Cause, EVERYTHING, Hold, Relief};
use super::timekeeping::Jump;
pub use code::{Code, Finding, Severity};

/// The coming year's notice is missed from this month on: the last three came on 25 October,
/// 12 November and 4 November.
pub const NEXT_YEAR_IS_MISSED_FROM_MONTH: u32 = 11;

/// A pass is made at least once a minute; a catalogue that is locked or a disk that is full
/// for longer than this is worth a person's time.
pub const PASS_WITHIN_MIN: i64 = 10;

/// How many there are, and one of them.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Group {
    /// How many.
    pub count: u32,
    /// The first.
    pub first: String,
}

/// Messages that wait.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Backlog {
    /// How many.
    pub count: u32,
    /// Since when the oldest of them waits.
    pub oldest: DateTime<Utc>,
}

/// What the ledger shows.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Numbers {
    /// Duties that still ask to be looked at.
    pub unplanned: Group,
    /// Rungs recorded as told, without a notice.
    pub untold: Group,
    /// Messages that nobody holds and whose time came longer ago than the bound.
    pub late: Option<Backlog>,
    /// When the newest attempt at anything was begun.
    pub last_attempt: Option<DateTime<Utc>>,
    /// Messages that wait for a day too far ahead.
    pub stranded: Group,
    /// Leases that have run out, or run for longer than any may.
    pub leases: Group,
    /// Messages to the centre that were given up.
    pub centre_failed: Group,
    /// Messages that were given up and have not failed upward.
    pub not_raised: Group,
    /// Destinations that wait as a whole.
    pub holds: Vec<Hold>,
}

/// How the last pass over the catalogue ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Pass {
    /// Everything that needed a look was looked at.
    Complete,
    /// It failed, with these words; the last complete one ended then.
    Failed {
        /// When a pass was last complete, or the daemon began.
        last: DateTime<Utc>,
        /// What went wrong.
        why: String,
    },
    /// None is made while the clock is not believed.
    Withheld,
}

/// Everything a judgement is made from.
#[derive(Debug, Clone, Copy)]
pub struct Inspected<'a> {
    /// The moment.
    pub now: DateTime<Utc>,
    /// Its day.
    pub today: NaiveDate,
    /// Since when this process runs.
    pub up_since: DateTime<Utc>,
    /// After how many minutes a message is late.
    pub late_min: u32,
    /// Why the clock is not believed.
    pub jump: Option<Jump>,
    /// How many MiB the ledger's disk should have free, where it has less.
    pub lacks_mib: Option<u64>,
    /// How the pass ended.
    pub pass: &'a Pass,
    /// What the ledger shows.
    pub ledger: &'a Numbers,
    /// Working days.
    pub calendar: &'a Calendar,
    /// Who is who.
    pub directory: &'a Directory,
    /// Units that decisions name and the directory does not have.
    pub strangers: &'a Group,
}

/// Everything that is not as it should be, the gravest kinds first.
#[must_use]
pub fn judge(seen: &Inspected<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    findings.extend(seen.jump.map(|jump| clock(&jump)));
    findings.extend(seen.lacks_mib.map(nearly_full));
    findings.extend(
        seen.ledger
            .holds
            .iter()
            .filter_map(|hold| held(hold, seen.now)),
    );
    findings.extend(planning(seen));
    findings.extend(delivery(seen));
    findings.extend(people(seen));
    findings.extend(years(seen));
    findings
}

fn clock(jump: &Jump) -> Finding {
    let words = format!(
        "{jump}; nothing is planned or sent until the clock is right again, or `duban clock confirm`"
    );
    Finding::new(Code::ClockJumped, "", words)
}

/// The ledger's disk has less free than `least_mib`.
#[must_use]
pub fn nearly_full(least_mib: u64) -> Finding {
    let words = format!(
        "the disk of the ledger has less than {least_mib} MiB free (`[delivery] min_free_mib`); \
         nothing is sent until it has"
    );
    Finding::new(Code::DiskNearlyFull, "", words)
}

/// A vendor that counts messages and names a moment is no fault, until the moment has been put
/// off for longer than any of them counts; the longest lock is ten minutes.
const PAUSE_AT_MOST: TimeDelta = TimeDelta::hours(1);

/// The hold of a clock that jumped goes with the finding about the clock.
fn held(hold: &Hold, now: DateTime<Utc>) -> Option<Finding> {
    let words = format!("held since {}: {}", hold.since, hold.reason);
    let is_young = || {
        let since = hold.since.parse::<DateTime<Utc>>();
        since.is_ok_and(|since| now - since < PAUSE_AT_MOST)
    };
    if hold.relief == Relief::Moment && is_young() {
        return None;
    }
    if hold.destination != EVERYTHING {
        return Some(Finding::new(
            Code::DestinationHeld,
            &hold.destination,
            words,
        ));
    }
    (hold.cause != Cause::Clock.name())
        .then(|| Finding::new(Code::EverythingHeld, &hold.cause, words))
}

fn planning(seen: &Inspected<'_>) -> Vec<Finding> {
    let ledger = seen.ledger;
    let mut findings = Vec::new();
    match seen.pass {
        Pass::Complete => findings.extend(some(
            Code::DueNotPlanned,
            &ledger.unplanned,
            "duties that were due for a look have not been planned",
        )),
        Pass::Failed { last, why } if seen.now - *last > TimeDelta::minutes(PASS_WITHIN_MIN) => {
            let words = format!("no complete pass since {}: {why}", shown(*last));
            findings.push(Finding::new(Code::PassOverdue, "", words));
        }
        Pass::Failed { .. } | Pass::Withheld => {}
    }
    findings.extend(some(
        Code::RungNotTold,
        &ledger.untold,
        "rungs are recorded as told and have no notice",
    ));
    findings
}

fn delivery(seen: &Inspected<'_>) -> Vec<Finding> {
    let ledger = seen.ledger;
    let mut findings = Vec::new();
    if let Some(late) = &ledger.late {
        let words = format!(
            "{} messages wait although their time has come, the oldest since {}",
            late.count,
            shown(late.oldest)
        );
        findings.push(Finding::new(Code::MessagesLate, "", words));
        findings.extend(is_stuck(seen).then(|| {
            let words = match ledger.last_attempt {
                Some(at) => format!("and no attempt was begun since {}", shown(at)),
                None => "and no attempt was ever begun".to_owned(),
            };
            Finding::new(Code::DeliveryStuck, "", words)
        }));
    }
    let groups = [
        (
            Code::MessageStranded,
            &ledger.stranded,
            "messages wait for a day further ahead than any pause or send window reaches",
        ),
        (
            Code::LeaseStuck,
            &ledger.leases,
            "messages are leased beyond the end of any lease",
        ),
        (
            Code::CentreNotReached,
            &ledger.centre_failed,
            "messages to the supervision centre were given up; `duban notices list --state failed`",
        ),
        (
            Code::FailureNotRaised,
            &ledger.not_raised,
            "messages were given up and nobody was told instead",
        ),
    ];
    findings.extend(
        groups
            .into_iter()
            .filter_map(|(code, group, what)| some(code, group, what)),
    );
    findings
}

/// Whether the deliverer does nothing at all. A long queue that moves is late and not stuck;
/// and a process is given as long as a message before it is blamed, so that one that a
/// restart does not help is not restarted in circles; nor is one that waits for room.
fn is_stuck(seen: &Inspected<'_>) -> bool {
    if seen.lacks_mib.is_some() {
        return false;
    }
    let bound = seen.now - TimeDelta::minutes(seen.late_min.into());
    seen.up_since <= bound && seen.ledger.last_attempt.is_none_or(|at| at <= bound)
}

fn people(seen: &Inspected<'_>) -> Vec<Finding> {
    let directory = seen.directory;
    let units = directory.units().iter().chain([directory.centre()]);
    let out_of_reach = units.filter(|unit| is_out_of_reach(unit));
    let mut findings: Vec<Finding> = out_of_reach
        .map(|unit| {
            let words = "neither a contact nor an endpoint; the centre is told in its place";
            Finding::new(Code::UnitUnreachable, &unit.name, words)
        })
        .collect();
    findings.extend(some(
        Code::UnitUnknown,
        seen.strangers,
        "units that decisions name are not in the directory; the centre is told in their place",
    ));
    findings
}

/// Whether nothing can be sent to the unit.
#[must_use]
pub fn is_out_of_reach(unit: &Unit) -> bool {
    unit.contacts.is_empty() && unit.endpoints.is_empty()
}

fn years(seen: &Inspected<'_>) -> Vec<Finding> {
    let missing = |year| seen.calendar.coverage(year) != Coverage::Confirmed;
    let (this, next) = (seen.today.year(), seen.today.year() + 1);
    let words = "the State Council's notice is not loaded (`duban calendar load`); dates that touch the year are provisional";
    let mut findings = Vec::new();
    if missing(this) {
        findings.push(Finding::new(Code::CalendarMissing, this.to_string(), words));
    }
    if seen.today.month() >= NEXT_YEAR_IS_MISSED_FROM_MONTH && missing(next) {
        findings.push(Finding::new(
            Code::NextCalendarMissing,
            next.to_string(),
            words,
        ));
    }
    findings
}

fn some(code: Code, group: &Group, what: &str) -> Option<Finding> {
    let Group { count, first } = group;
    (*count > 0).then(|| Finding::new(code, "", format!("{count} {what}; the first is {first}")))
}

fn shown(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Secs, true)
}
