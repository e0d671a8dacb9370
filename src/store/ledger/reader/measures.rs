//! What an inspection asks: how many of each thing there are that should not be.
//!
//! Owns the questions, each answered from an index. Refuses to judge the answers:
//! `domain::health` does.

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use rusqlite::{Connection, OptionalExtension, Params, Row};

use super::undelivered::GIVEN_UP;
use crate::domain::health::{Backlog, Group, Numbers};
use crate::domain::notice::Recipient;
use crate::store::ledger::timekeeping::FURTHEST_DAYS;
use crate::store::ledger::{from_json, holds, instant, parse_instant};

/// Rungs recorded in so many days are looked at.
const TOLD_DAYS: i64 = 3;

/// Messages given up in so many days are looked at; what is older was decided by people.
const FAILED_DAYS: i64 = 14;

/// And no more of them than this.
const FAILED_AT_MOST: u32 = 1_000;

/// A message that was given up fails upward within an hour (reliability bar B7); it is missed
/// after two.
const RAISED_WITHIN_HOURS: i64 = 2;

/// Leases may end so much later than they could, for a clock that was corrected.
const LEASE_SLACK_MIN: i64 = 15;

/// What a measure depends on.
#[derive(Debug, Clone, Copy)]
pub struct Measure<'a> {
    /// The moment.
    pub now: DateTime<Utc>,
    /// Its day.
    pub today: NaiveDate,
    /// After how many minutes a message is late.
    pub late_min: u32,
    /// How long a lease is, in seconds.
    pub lease_secs: u32,
    /// How many of the rungs told last are looked at.
    pub told_at_most: u32,
    /// The supervision centre's name.
    pub centre: &'a str,
}

/// Everything an inspection needs of the ledger.
///
/// # Errors
/// What the engine said.
pub fn measures(connection: &Connection, measure: &Measure<'_>) -> rusqlite::Result<Numbers> {
    let (centre_failed, not_raised) = failed(connection, measure)?;
    Ok(Numbers {
        unplanned: unplanned(connection, measure)?,
        untold: untold(connection, measure)?,
        late: late(connection, measure)?,
        last_attempt: last_attempt(connection)?,
        stranded: stranded(connection, measure)?,
        leases: leases(connection, measure)?,
        centre_failed,
        not_raised,
        holds: holds::list(connection)?,
    })
}

fn group(connection: &Connection, sql: &str, values: impl Params) -> rusqlite::Result<Group> {
    let read = |row: &Row<'_>| {
        Ok(Group {
            count: row.get(0)?,
            first: row.get::<_, Option<String>>(1)?.unwrap_or_default(),
        })
    };
    connection.prepare_cached(sql)?.query_row(values, read)
}

fn unplanned(connection: &Connection, measure: &Measure<'_>) -> rusqlite::Result<Group> {
    let sql = "select count(*), min(decision_id || ' ' || rule) from obligation
               where live = 1 and next_on is not null and next_on <= $1";
    group(connection, sql, [measure.today])
}

fn untold(connection: &Connection, measure: &Measure<'_>) -> rusqlite::Result<Group> {
    let sql = "select count(*), min(obligation.decision_id || ' ' || obligation.rule
                                    || ' at ' || recent.name)
               from (select obligation_id, revision, name from rung
                     where fate = 'told' and at >= $1
                     order by at desc limit $2) as recent
               join obligation on obligation.id = recent.obligation_id
               where not exists (select 1 from notice
                                 where notice.obligation_id = recent.obligation_id
                                   and notice.revision = recent.revision
                                   and notice.rung = recent.name)";
    let since = instant(measure.now - TimeDelta::days(TOLD_DAYS));
    group(connection, sql, (since, measure.told_at_most))
}

/// Messages of destinations that wait as a whole have a finding of their own.
fn late(connection: &Connection, measure: &Measure<'_>) -> rusqlite::Result<Option<Backlog>> {
    let mut statement = connection.prepare_cached(
        "select count(*), min(next_at) from message
         where state = 'pending' and held_since is null and next_at <= $1
           and destination not in (select destination from hold)
           and not exists (select 1 from hold where destination = 'everything')",
    )?;
    let bound = measure.now - TimeDelta::minutes(measure.late_min.into());
    statement.query_row([instant(bound)], |row| {
        let oldest: Option<String> = row.get(1)?;
        let oldest = oldest.map(|at| parse_instant(1, &at)).transpose()?;
        let count = row.get(0)?;
        Ok(oldest.map(|oldest| Backlog { count, oldest }))
    })
}

fn last_attempt(connection: &Connection) -> rusqlite::Result<Option<DateTime<Utc>>> {
    let mut statement =
        connection.prepare_cached("select started_at from attempt order by id desc limit 1")?;
    let at: Option<String> = statement.query_row([], |row| row.get(0)).optional()?;
    at.map(|at| parse_instant(0, &at)).transpose()
}

fn stranded(connection: &Connection, measure: &Measure<'_>) -> rusqlite::Result<Group> {
    let sql = "select count(*), min(key) from message
               where state = 'pending' and held_since is null and next_at > $1";
    let furthest = measure.now + TimeDelta::days(FURTHEST_DAYS);
    group(connection, sql, [instant(furthest)])
}

fn leases(connection: &Connection, measure: &Measure<'_>) -> rusqlite::Result<Group> {
    let sql = "select count(*), min(key) from message
               where state = 'leased'
                 and (lease_until is null or lease_until <= $1 or lease_until > $2)";
    let longest = TimeDelta::seconds(measure.lease_secs.into());
    let furthest = measure.now + longest + TimeDelta::minutes(LEASE_SLACK_MIN);
    group(connection, sql, (instant(measure.now), instant(furthest)))
}

/// Messages that were given up: those to the centre, and those that nobody else was told of.
fn failed(connection: &Connection, measure: &Measure<'_>) -> rusqlite::Result<(Group, Group)> {
    let mut statement = connection.prepare_cached(&format!(
        "select message.key, message.recipient,
                message.upward = 0 and coalesce(attempt.ended_at <= $1, false)
         from message left join attempt on attempt.message_id = message.id
                                       and attempt.number = message.attempts
         where {GIVEN_UP} and message.made_at >= $2
         order by message.made_at limit $3"
    ))?;
    let bound = measure.now - TimeDelta::hours(RAISED_WITHIN_HOURS);
    let since = measure.now - TimeDelta::days(FAILED_DAYS);
    let mut rows = statement.query((instant(bound), instant(since), FAILED_AT_MOST))?;
    let (mut centre, mut not_raised) = (Group::default(), Group::default());
    while let Some(row) = rows.next()? {
        let recipient: Recipient = from_json(1, &row.get::<_, String>(1)?)?;
        if recipient.unit == measure.centre {
            add(&mut centre, row.get(0)?);
        } else if row.get(2)? {
            add(&mut not_raised, row.get(0)?);
        }
    }
    Ok((centre, not_raised))
}

fn add(group: &mut Group, key: String) {
    group.count += 1;
    if group.count == 1 {
        group.first = key;
    }
}
