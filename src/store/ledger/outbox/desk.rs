//! What a person does with messages: hold, release, and try again what was given up.
//!
//! Owns which messages and destinations that touches, and that all of it is written or none.
//! Refuses a message in another state than the wish needs: every such name is told at once.

use chrono::{DateTime, Utc};
use rusqlite::{Connection, OptionalExtension, Row};
use serde::{Deserialize, Serialize};

use crate::domain::fault::Fault;
use crate::domain::hold::{Cause, EVERYTHING};
use crate::domain::notice::Recipient;
use crate::store::ledger::{audit, from_json, holds, instant};

/// What is wished.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Wish {
    /// Nothing goes out until it is released.
    Hold,
    /// What was held goes out again; a broken way is probed at once.
    Release,
    /// What was given up is tried again.
    Retry,
}

/// What it is wished for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Whom {
    /// These messages.
    Messages(Vec<String>),
    /// Every message to this unit that is there now.
    Unit(String),
    /// These destinations, and whatever will go there.
    Ways(Vec<String>),
    /// Everything, and whatever will be.
    Everything,
}

/// A message or destination that a wish touches.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Touched {
    /// The message; none for a destination.
    pub message: Option<String>,
    /// The destination.
    pub destination: String,
    /// The unit it is for; empty for a destination.
    pub unit: String,
    /// `pending`, `leased` or `failed`; for a destination the cause of its hold.
    pub state: String,
    /// Why it is held already, where it is.
    pub held_because: Option<String>,
}

/// Fulfils `wish`, or only says what it would touch where `reason` is none. What cannot be
/// fulfilled is told whole, and nothing is written then.
///
/// # Errors
/// What the engine said.
pub fn at_hand(
    connection: &Connection,
    wish: Wish,
    whom: &Whom,
    reason: Option<&str>,
    now: DateTime<Utc>,
) -> rusqlite::Result<Result<Vec<Touched>, Vec<Fault>>> {
    let found = match whom {
        Whom::Messages(names) => named(connection, wish, names)?,
        Whom::Unit(unit) => Ok(of_unit(connection, wish, unit)?),
        Whom::Ways(ways) => ways_of(connection, wish, ways)?,
        Whom::Everything => Ok(everything(connection, wish)?),
    };
    let found = found.and_then(|touched| may_be_released(wish, touched));
    if let (Ok(touched), Some(reason)) = (&found, reason) {
        for one in touched {
            fulfil(connection, wish, one, reason, now)?;
        }
    }
    Ok(found)
}

/// What a restored copy or a clock that jumped holds is let go by a word of its own: what may
/// be said twice is to be seen first, and the clock to be looked at.
fn may_be_released(wish: Wish, touched: Vec<Touched>) -> Result<Vec<Touched>, Vec<Fault>> {
    let word_of_its_own = |one: &Touched| {
        let destination = one.message.is_none().then_some(one.state.as_str())?;
        let expected = if destination == Cause::Restored.name() {
            "`duban restore --pending`, then `duban restore --release --reason TEXT`"
        } else if destination == Cause::Clock.name() {
            "`timedatectl`, then `duban clock confirm --reason TEXT`"
        } else {
            return None;
        };
        let found = one.held_because.as_deref().unwrap_or_default();
        Some(Fault::new(one.destination.as_str(), found, expected))
    };
    let faults: Vec<Fault> = touched.iter().filter_map(word_of_its_own).collect();
    if wish != Wish::Release || faults.is_empty() {
        Ok(touched)
    } else {
        Err(faults)
    }
}

const COLUMNS: &str = "key, destination, recipient, state, held_because";

fn read(row: &Row<'_>) -> rusqlite::Result<Touched> {
    let recipient: Recipient = from_json(2, &row.get::<_, String>(2)?)?;
    Ok(Touched {
        message: row.get(0)?,
        destination: row.get(1)?,
        unit: recipient.unit,
        state: row.get(3)?,
        held_because: row.get(4)?,
    })
}

/// Whether the wish makes sense for a message.
fn fits(wish: Wish, one: &Touched) -> bool {
    let is_on_its_way = matches!(one.state.as_str(), "pending" | "leased");
    match wish {
        Wish::Hold => is_on_its_way && one.held_because.is_none(),
        Wish::Release => one.held_because.is_some(),
        Wish::Retry => one.state == "failed",
    }
}

const fn expected(wish: Wish) -> &'static str {
    match wish {
        Wish::Hold => "a message that waits or is under way; `duban notices list --waiting`",
        Wish::Release => "a message that a person held; `duban notices list --held`",
        Wish::Retry => "a message that was given up; `duban notices list --failed`",
    }
}

fn named(
    connection: &Connection,
    wish: Wish,
    names: &[String],
) -> rusqlite::Result<Result<Vec<Touched>, Vec<Fault>>> {
    let mut statement =
        connection.prepare_cached(&format!("select {COLUMNS} from message where key = $1"))?;
    let (mut touched, mut faults) = (Vec::<Touched>::new(), Vec::new());
    for name in names {
        let found = match statement.query_row([name], read).optional()? {
            Some(one) if fits(wish, &one) => {
                if !touched.contains(&one) {
                    touched.push(one);
                }
                continue;
            }
            Some(Touched {
                held_because: Some(why),
                ..
            }) => format!("one that is held: {why}"),
            Some(one) => format!("one that is {}", one.state),
            None => "no message of this name".to_owned(),
        };
        faults.push(Fault::new(name.as_str(), found, expected(wish)));
    }
    Ok(if faults.is_empty() {
        Ok(touched)
    } else {
        Err(faults)
    })
}

fn of_unit(connection: &Connection, wish: Wish, unit: &str) -> rusqlite::Result<Vec<Touched>> {
    let mut statement = connection.prepare_cached(&format!(
        "select {COLUMNS} from message
         where state in ('pending', 'leased', 'failed') and json_extract(recipient, '$.unit') = $1
         order by id"
    ))?;
    let rows = statement.query_map([unit], read)?;
    let mut touched = rows.collect::<rusqlite::Result<Vec<Touched>>>()?;
    touched.retain(|one| fits(wish, one));
    Ok(touched)
}

/// A destination as something to touch, with why it is held, if it is.
fn way(connection: &Connection, destination: &str) -> rusqlite::Result<Touched> {
    let held = holds::of(connection, destination)?;
    Ok(Touched {
        message: None,
        destination: destination.to_owned(),
        unit: String::new(),
        state: held
            .as_ref()
            .map_or("free", |hold| hold.cause.as_str())
            .to_owned(),
        held_because: held.map(|hold| hold.reason),
    })
}

fn ways_of(
    connection: &Connection,
    wish: Wish,
    ways: &[String],
) -> rusqlite::Result<Result<Vec<Touched>, Vec<Fault>>> {
    let ways = ways.iter().map(|name| way(connection, name));
    let mut ways = ways.collect::<rusqlite::Result<Vec<Touched>>>()?;
    if wish == Wish::Release {
        let names: Vec<String> = ways.iter().map(|one| one.destination.clone()).collect();
        ways.retain(|one| one.held_because.is_some());
        if ways.is_empty() {
            let fault = Fault::new(
                names.join(", "),
                "nothing that is held",
                "a destination that is",
            );
            return Ok(Err(vec![fault]));
        }
    }
    Ok(Ok(ways))
}

/// To hold everything is one hold; to release everything is to release each.
fn everything(connection: &Connection, wish: Wish) -> rusqlite::Result<Vec<Touched>> {
    if wish == Wish::Hold {
        return Ok(vec![way(connection, EVERYTHING)?]);
    }
    let ways = holds::list(connection)?.into_iter();
    let ways = ways.map(|hold| way(connection, &hold.destination));
    let mut touched = ways.collect::<rusqlite::Result<Vec<Touched>>>()?;
    let mut statement = connection.prepare_cached(&format!(
        "select {COLUMNS} from message where held_since is not null order by id"
    ))?;
    for one in statement.query_map([], read)? {
        touched.push(one?);
    }
    Ok(touched)
}

fn fulfil(
    connection: &Connection,
    wish: Wish,
    one: &Touched,
    reason: &str,
    now: DateTime<Utc>,
) -> rusqlite::Result<()> {
    if one.message.is_none() {
        turn(connection, wish, &one.destination, reason, now)?;
    }
    let done = ByHand {
        wish,
        reason: reason.to_owned(),
        touched: one.clone(),
    };
    done.write(connection, now)
}

/// Holds or frees a destination, which has entries of its own in the audit log.
fn turn(
    connection: &Connection,
    wish: Wish,
    destination: &str,
    reason: &str,
    now: DateTime<Utc>,
) -> rusqlite::Result<()> {
    match (wish, holds::of(connection, destination)?) {
        (Wish::Hold, _) => {
            let because = (Cause::Hand, reason);
            holds::begin(connection, destination, because, None, now).map(drop)
        }
        // One message finds out whether the way is mended; the others follow it. Where none
        // waits, the next one that is made does.
        (Wish::Release, Some(hold))
            if hold.cause == Cause::Fault.name() && waits(connection, destination)? =>
        {
            holds::probe(connection, &hold, now)
        }
        (Wish::Release, _) => holds::end(connection, destination, now).map(drop),
        (Wish::Retry, _) => Ok(()),
    }
}

/// Whether anything waits for a destination or is on its way there.
fn waits(connection: &Connection, destination: &str) -> rusqlite::Result<bool> {
    let mut statement = connection.prepare_cached(
        "select 1 from message where destination = $1 and state in ('pending', 'leased')",
    )?;
    statement.exists([destination])
}

/// What the audit log holds of a wish that was fulfilled.
#[derive(Serialize, Deserialize)]
pub(in crate::store::ledger) struct ByHand {
    wish: Wish,
    reason: String,
    #[serde(flatten)]
    touched: Touched,
}

impl ByHand {
    /// Writes what it means for its message, where it has one, and its entry.
    pub(in crate::store::ledger) fn write(
        &self,
        connection: &Connection,
        now: DateTime<Utc>,
    ) -> rusqlite::Result<()> {
        if let Some(key) = &self.touched.message {
            self.write_message(connection, key, now)?;
        }
        let what = match self.wish {
            Wish::Hold => "held by hand",
            Wish::Release => "released by hand",
            Wish::Retry => "retried by hand",
        };
        let subject = self.touched.message.as_ref();
        let subject = subject.unwrap_or(&self.touched.destination);
        audit::add(connection, now, what, subject, self)
    }

    fn write_message(
        &self,
        connection: &Connection,
        key: &str,
        now: DateTime<Utc>,
    ) -> rusqlite::Result<()> {
        let at = instant(now);
        let written = match self.wish {
            Wish::Hold => {
                let mut hold = connection.prepare_cached(
                    "update message set held_since = $1, held_because = $2 where key = $3",
                )?;
                hold.execute((&at, &self.reason, key))
            }
            Wish::Release => {
                // The hours in which it is given up do not run while it is held.
                let mut release = connection.prepare_cached(
                    "update message set held_since = null, held_because = null,
                                        trying_since = null
                     where key = $1",
                )?;
                release.execute([key])
            }
            Wish::Retry => {
                let mut retry = connection.prepare_cached(
                    "update message set state = 'pending', next_at = $1, trying_since = null
                     where key = $2 and state = 'failed'",
                )?;
                retry.execute((&at, key))
            }
        };
        written.map(drop)
    }
}
