//! `duban ack`: what the supervision centre heard and records.
//!
//! Owns which notices that touches, and that all of it is written or none. Refuses whatever
//! has nothing to acknowledge: every such name is told at once.

use chrono::{DateTime, Utc};
use rusqlite::{Connection, OptionalExtension as _};
use serde::Serialize;

use super::{Open, Word, asks, carry_out, quieted};
use crate::domain::fault::Fault;

/// What is acknowledged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Whom {
    /// These messages.
    Messages(Vec<String>),
    /// What this unit was told of the dates in force.
    Unit {
        /// The decision.
        decision: String,
        /// One rule; all of the decision's where none is named.
        rule: Option<String>,
        /// The unit.
        unit: String,
    },
}

/// A message of which something is acknowledged.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Touched {
    /// It.
    pub message: String,
    /// The unit it is for.
    pub unit: String,
    /// The obligations it tells of, and the rung of each.
    pub about: Vec<String>,
    /// How many notices need not be sent any more.
    pub quieted: usize,
}

/// Records `word` for what is named, or only says what it would touch in a dry run. What
/// cannot be acknowledged is told whole, and nothing is written then.
///
/// # Errors
/// What the engine said.
pub fn by_hand(
    connection: &Connection,
    whom: &Whom,
    word: &Word,
    is_dry: bool,
    now: DateTime<Utc>,
) -> rusqlite::Result<Result<Vec<Touched>, Vec<Fault>>> {
    let found = match whom {
        Whom::Messages(names) => named(connection, names)?,
        Whom::Unit {
            decision,
            rule,
            unit,
        } => of_unit(connection, decision, rule.as_deref(), unit)?,
    };
    let found = match found {
        Ok(found) => found,
        Err(faults) => return Ok(Err(faults)),
    };
    let mut touched = Vec::new();
    for open in &found {
        let quieted = if is_dry {
            quieted(connection, open, word.how)?.len()
        } else {
            carry_out(connection, open, word, now)?.quieted
        };
        touched.extend(open.first().map(|first| Touched {
            message: first.message.clone(),
            unit: first.recipient.unit.clone(),
            about: open.iter().map(about).collect(),
            quieted,
        }));
    }
    Ok(Ok(touched))
}

fn about(open: &Open) -> String {
    let facts = &open.facts;
    format!("{} {}", facts.obligation, facts.rung)
}

/// The open notices of each message that is named.
fn named(
    connection: &Connection,
    names: &[String],
) -> rusqlite::Result<Result<Vec<Vec<Open>>, Vec<Fault>>> {
    let (mut found, mut faults) = (Vec::<Vec<Open>>::new(), Vec::new());
    for name in names {
        let open = Open::of_message(connection, name)?;
        if open.is_empty() {
            let expected = "a message with notices that nobody has acknowledged; \
                            `duban notices list --unacknowledged`";
            faults.push(Fault::new(name.as_str(), why(connection, name)?, expected));
        } else if !found.contains(&open) {
            found.push(open);
        }
    }
    Ok(if faults.is_empty() {
        Ok(found)
    } else {
        Err(faults)
    })
}

/// Why a message has nothing to acknowledge.
fn why(connection: &Connection, name: &str) -> rusqlite::Result<String> {
    let mut statement = connection.prepare_cached(
        "select message.digest is not null,
                (select acknowledgement.by || ' at ' || acknowledgement.at
                 from notice join acknowledgement on acknowledgement.notice_id = notice.id
                 where notice.message_id = message.id
                 order by acknowledgement.at limit 1)
         from message where key = $1",
    )?;
    let found = statement.query_row([name], |row| {
        Ok((row.get::<_, bool>(0)?, row.get::<_, Option<String>>(1)?))
    });
    Ok(match found.optional()? {
        None => "no message of this name".to_owned(),
        Some((true, _)) => "a digest".to_owned(),
        Some((false, Some(by))) => format!("one that was acknowledged by {by}"),
        Some((false, None)) => "one that was taken back, or asks for nothing".to_owned(),
    })
}

/// The open notices to a unit about the dates in force, by message.
fn of_unit(
    connection: &Connection,
    decision: &str,
    rule: Option<&str>,
    unit: &str,
) -> rusqlite::Result<Result<Vec<Vec<Open>>, Vec<Fault>>> {
    let mut statement = connection.prepare_cached(&format!(
        "{} and obligation.decision_id = $1 and ($2 is null or obligation.rule = $2)
         and obligation.live = 1 and notice.revision = obligation.revision
         and json_extract(message.recipient, '$.unit') = $3
         order by message.id, notice.id",
        super::OPEN
    ))?;
    let rows = statement.query_map((decision, rule, unit), Open::read)?;
    let mut open = rows.collect::<rusqlite::Result<Vec<Open>>>()?;
    open.retain(|one| asks(one.facts.kind));
    if open.is_empty() {
        let place = rule.map_or_else(|| decision.to_owned(), |rule| format!("{decision} {rule}"));
        let found = format!("no notice to {unit} that it has not acknowledged");
        let expected = "a duty that is open and of which the unit was told; \
                        `duban why` shows what was";
        return Ok(Err(vec![Fault::new(place, found, expected)]));
    }
    let by_message = open.chunk_by(|one, next| one.message == next.message);
    Ok(Ok(by_message.map(<[Open]>::to_vec).collect()))
}
