//! Messages that fail upward: which they are, who else was addressed, and what was done.
//!
//! Owns finding them and writing the step together with its entry in the audit log. Refuses
//! to say who is told instead; that is `domain::upward`.

use chrono::{DateTime, Utc};
use rusqlite::{Connection, Row};
use serde::{Deserialize, Serialize};

use super::claim::standing_rows;
use super::queue::{enqueue, enqueue_digest};
use crate::domain::address::Draft;
use crate::domain::delivery::smtp::is_before_recipient;
use crate::domain::notice::{Digest, Facts, Recipient};
use crate::domain::upward::{Failing, Fate, Level, Other, Step, Unsaid};
use crate::store::ledger::{audit, from_json, instant, parse_instant};

/// A message that has failed for long enough, or was given up.
#[derive(Debug, Clone, PartialEq)]
pub struct Stuck {
    /// Its key in the ledger.
    pub id: i64,
    /// Its name.
    pub key: String,
    /// What the next step is worked out from.
    pub failing: Failing,
    /// The digest it carries, where it does.
    pub digest: Option<Digest>,
    /// That digest has reached somebody else.
    pub is_reached: bool,
}

/// Three ways to be stuck: given up; tried long ago and waiting for the next try; due long
/// ago and waiting behind a broken way. Where only a person can mend the way, nothing has to
/// be long ago: waiting helps nobody. What nobody has tried because duban did not run is
/// not stuck, nor is what a person or the clock's watch holds, or what is tried just now.
const STUCK: &str = "
    with stuck as (
      select id from message where state = 'failed' and upward < 2
      union all
      select id from message
      where state = 'pending' and held_since is null and upward < 2 and attempts > 0
        and (next_at > $1
             or exists (select 1 from hold
                        where hold.destination = message.destination and probe_at > $1))
        and ((select min(started_at) from attempt where message_id = message.id) <= $2
             or exists (select 1 from hold
                        where hold.destination = message.destination
                          and hold.cause = 'fault' and hold.relief = 'person'))
      union all
      select message.id from hold join message on message.destination = hold.destination
      where hold.cause = 'fault' and hold.probe_at > $1
        and (hold.since <= $2 and message.next_at <= $2
             or hold.relief = 'person' and message.next_at <= $1)
        and message.state = 'pending' and message.held_since is null
        and message.upward < 2 and message.attempts = 0
    )
    select message.id, message.key, message.recipient, message.digest, message.upward,
           coalesce(message.last_word, hold.reason, ''),
           message.digest is not null
           and exists (select 1 from message as other
                       where other.state = 'delivered' and other.digest is not null
                         and json_extract(other.digest, '$.on')
                             = json_extract(message.digest, '$.on')),
           case when message.state = 'pending'
                then (select json_extract(outcome, '$.phase') from attempt
                      where message_id = message.id and number = message.attempts) end,
           hold.relief = 'person' and message.attempts > 0
           and coalesce((select json_extract(verdict, '$.relief') = 'person' from attempt
                         where message_id = message.id and number = message.attempts), 0)
    from stuck
    join message on message.id = stuck.id
    left join hold on hold.destination = message.destination
    where message.held_since is null
      and not exists (select 1 from hold as other
                      where other.destination in (message.destination, 'everything')
                        and other.cause <> 'fault')
    order by message.id";

/// Every message that was given up, or has failed at `now` since before `since`.
///
/// # Errors
/// What the engine said.
pub fn stuck(
    connection: &Connection,
    now: DateTime<Utc>,
    since: DateTime<Utc>,
) -> rusqlite::Result<Vec<Stuck>> {
    let mut statement = connection.prepare_cached(STUCK)?;
    let rows = statement.query_map((instant(now), instant(since)), read)?;
    let rows = rows.collect::<rusqlite::Result<Vec<Stuck>>>()?;
    let with_notices = rows.into_iter().map(|mut stuck| {
        stuck.failing.notices = unsaid(connection, stuck.id)?;
        Ok(stuck)
    });
    with_notices.collect()
}

fn read(row: &Row<'_>) -> rusqlite::Result<Stuck> {
    let digest: Option<String> = row.get(3)?;
    let phase: Option<String> = row.get(7)?;
    Ok(Stuck {
        id: row.get(0)?,
        key: row.get(1)?,
        failing: Failing {
            recipient: from_json(2, &row.get::<_, String>(2)?)?,
            level: Level::of(row.get(4)?),
            word: row.get(5)?,
            is_way_down: phase.is_some_and(|phase| is_before_recipient(&phase)),
            is_alarm: row.get::<_, Option<bool>>(8)?.unwrap_or_default(),
            notices: Vec::new(),
        },
        digest: digest.map(|digest| from_json(3, &digest)).transpose()?,
        is_reached: row.get(6)?,
    })
}

/// What the message still has to say, each with the others who were addressed.
fn unsaid(connection: &Connection, message: i64) -> rusqlite::Result<Vec<Unsaid>> {
    let rows = standing_rows(connection, message)?;
    let with_others = rows.into_iter().map(|(obligation, facts)| {
        let rung = (obligation, facts.revision, facts.rung.as_str());
        let others = others(connection, rung, message)?;
        Ok(Unsaid { facts, others })
    });
    with_others.collect()
}

fn others(
    connection: &Connection,
    (obligation, revision, rung): (i64, u32, &str),
    but: i64,
) -> rusqlite::Result<Vec<Other>> {
    let mut statement = connection.prepare_cached(
        "select message.recipient, notice.made_at,
                case when message.state = 'delivered' then 'delivered'
                     when notice.state = 'cancelled' or message.state in ('failed', 'cancelled')
                       then 'over'
                     when message.upward > 0 or message.held_since is not null
                          or exists (select 1 from hold
                                     where hold.destination = message.destination)
                       then 'failing'
                     else 'under way' end
         from notice join message on message.id = notice.message_id
         where notice.obligation_id = $1 and notice.revision = $2 and notice.rung = $3
           and notice.message_id <> $4",
    )?;
    let others = statement.query_map((obligation, revision, rung, but), |row| {
        Ok(Other {
            recipient: from_json(0, &row.get::<_, String>(0)?)?,
            made_at: parse_instant(1, &row.get::<_, String>(1)?)?,
            fate: match row.get::<_, String>(2)?.as_str() {
                "delivered" => Fate::Delivered,
                "under way" => Fate::UnderWay,
                "failing" => Fate::Failing,
                _ => Fate::Over,
            },
        })
    })?;
    others.collect()
}

/// Writes a step: its notices, how far the message has come, and the entry that tells both.
/// `releases` says for each draft when it may go out. Says how many notices are new.
///
/// # Errors
/// What the engine said.
pub fn fail_upward(
    connection: &Connection,
    stuck: &Stuck,
    step: &Step,
    releases: &[DateTime<Utc>],
    now: DateTime<Utc>,
) -> rusqlite::Result<u64> {
    let said = |(draft, release): (&Draft, &DateTime<Utc>)| Said {
        key: draft.key.clone(),
        recipient: draft.recipient.clone(),
        facts: draft.facts.clone(),
        release: instant(*release),
    };
    let done = FailedUpward {
        level: step.level.number(),
        because: stuck.failing.word.clone(),
        is_lost: step.is_lost,
        notices: step.drafts.iter().zip(releases).map(said).collect(),
        digest_to: Vec::new(),
    };
    done.write(connection, &stuck.key, now)
}

/// The same for a digest, which goes to others whole; says how many messages are new.
///
/// # Errors
/// What the engine said.
pub fn send_digest_instead(
    connection: &Connection,
    stuck: &Stuck,
    digest: &Digest,
    to: &[Recipient],
    now: DateTime<Utc>,
) -> rusqlite::Result<u64> {
    let mut made = 0;
    for recipient in to {
        made += u64::from(enqueue_digest(connection, recipient, digest, now, now)?);
    }
    let done = FailedUpward {
        level: Level::Done.number(),
        because: stuck.failing.word.clone(),
        is_lost: made == 0 && !stuck.is_reached,
        notices: Vec::new(),
        digest_to: to.to_vec(),
    };
    done.write(connection, &stuck.key, now)?;
    Ok(made)
}

/// What the audit log holds of a message that failed upward.
#[derive(Serialize, Deserialize)]
pub(in crate::store::ledger) struct FailedUpward {
    level: u8,
    because: String,
    is_lost: bool,
    /// What is said to whom instead.
    notices: Vec<Said>,
    /// Whom its digest goes to instead; each has an entry of its own.
    digest_to: Vec<Recipient>,
}

/// A notice that is made instead.
#[derive(Serialize, Deserialize)]
struct Said {
    key: String,
    recipient: Recipient,
    facts: Facts,
    release: String,
}

impl FailedUpward {
    /// Writes it for the message `key`, with its entry; says how many notices are new.
    pub(in crate::store::ledger) fn write(
        &self,
        connection: &Connection,
        key: &str,
        now: DateTime<Utc>,
    ) -> rusqlite::Result<u64> {
        let mut made = 0;
        for said in &self.notices {
            let draft = Draft {
                key: said.key.clone(),
                recipient: said.recipient.clone(),
                facts: said.facts.clone(),
            };
            let release = parse_instant(0, &said.release)?;
            let obligation = obligation_of(connection, &draft)?;
            made += u64::from(enqueue(connection, obligation, &draft, release, now)?);
        }
        let mut statement =
            connection.prepare_cached("update message set upward = $1 where key = $2")?;
        statement.execute((self.level, key))?;
        audit::add(connection, now, "failed upward", key, self)?;
        Ok(made)
    }
}

fn obligation_of(connection: &Connection, draft: &Draft) -> rusqlite::Result<i64> {
    let key = &draft.facts.obligation;
    let mut statement = connection.prepare_cached(
        "select id from obligation where decision_id = $1 and rule = $2 and occurrence = $3",
    )?;
    statement.query_row([&key.decision.0, &key.rule.0, &key.occurrence], |row| {
        row.get(0)
    })
}
