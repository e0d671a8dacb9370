//! Transaction 3: what came of an attempt.
//!
//! Owns the receipt, the audit entry and a destination's hold, written together. Refuses to
//! judge: the verdict is an argument.

use chrono::{DateTime, Utc};
use rusqlite::Connection;
use serde::{Deserialize, Serialize};

use super::claim::Claim;
use super::queue::withdraw_if_empty;
use crate::domain::delivery::{Class, Outcome, Verdict};
use crate::domain::notice::{Channel, Content};
use crate::domain::obligation::ObligationKey;
use crate::store::ledger::holds::{self, Turn};
use crate::store::ledger::{acknowledgements, audit, instant, to_json};

/// Transaction 3: what came of an attempt, the receipt and the audit entry together. Says
/// whether the destination's hold began or ended by it.
///
/// # Errors
/// What the engine said.
pub fn settle(
    connection: &Connection,
    claim: &Claim,
    outcome: &Outcome,
    verdict: &Verdict,
    now: DateTime<Utc>,
) -> rusqlite::Result<Option<Turn>> {
    let receipt = Receipt {
        message: claim.message.key.clone(),
        attempt: claim.attempt.number,
        destination: claim.destination.clone(),
        unit: claim.message.recipient.unit.clone(),
        channel: claim.message.recipient.channel,
        outcome: outcome.clone(),
        verdict: verdict.clone(),
        about: about(&claim.message.content),
    };
    record(connection, claim.id, &receipt, now)?;
    keep_hold(connection, claim, verdict, now)
}

/// What the audit log holds of an attempt's end.
#[derive(Serialize, Deserialize)]
pub(in crate::store::ledger) struct Receipt {
    pub(in crate::store::ledger) message: String,
    attempt: u32,
    destination: String,
    unit: String,
    channel: Channel,
    outcome: Outcome,
    verdict: Verdict,
    /// The obligations it told of; empty for a digest.
    about: Vec<ObligationKey>,
}

/// The end of an attempt: message and log, without what it means for the destination.
pub(in crate::store::ledger) fn record(
    connection: &Connection,
    id: i64,
    receipt: &Receipt,
    now: DateTime<Utc>,
) -> rusqlite::Result<()> {
    let Receipt {
        attempt,
        outcome,
        verdict,
        ..
    } = receipt;
    end_attempt(connection, id, *attempt, outcome, verdict, now)?;
    let (state, next_at) = match verdict {
        Verdict::Done => ("delivered", None),
        Verdict::RetryAt { at } => ("pending", Some(*at)),
        Verdict::GiveUp { .. } => ("failed", None),
        // Behind the others, so that the next probe is another message; and ready once the
        // way is free.
        Verdict::HoldDestination { .. } => ("pending", Some(now)),
    };
    let mut statement = connection.prepare_cached(
        "update message set state = $1, next_at = coalesce($2, next_at), last_word = $3,
                            maybe_repeat = case when $4 then 1 else maybe_repeat end,
                            trying_since = case when $5 then null else trying_since end,
                            lease_until = null, lease_holder = null
         where id = $6 and state <> 'delivered' and (attempts = $7 or $1 = 'delivered')",
    )?;
    statement.execute((
        state,
        next_at.map(instant),
        outcome.words(),
        outcome.class == Class::Unknown,
        // The hours in which it is given up do not run while its way is held.
        matches!(verdict, Verdict::HoldDestination { .. }),
        id,
        attempt,
    ))?;
    withdraw_if_empty(connection, id)?;
    acknowledgements::settle_arrived(connection, id)?;
    audit::add(
        connection,
        now,
        audit_word(verdict),
        &receipt.message,
        receipt,
    )
}

pub(super) fn end_attempt(
    connection: &Connection,
    message: i64,
    number: u32,
    outcome: &Outcome,
    verdict: &Verdict,
    now: DateTime<Utc>,
) -> rusqlite::Result<()> {
    let mut statement = connection.prepare_cached(
        "update attempt set ended_at = $1, outcome = $2, verdict = $3
         where message_id = $4 and number = $5",
    )?;
    statement.execute((
        instant(now),
        to_json(outcome)?,
        to_json(verdict)?,
        message,
        number,
    ))?;
    Ok(())
}

/// A hold begins with the verdict that asks for it and ends with the first probe that is
/// delivered; what went out before it began proves nothing.
fn keep_hold(
    connection: &Connection,
    claim: &Claim,
    verdict: &Verdict,
    now: DateTime<Utc>,
) -> rusqlite::Result<Option<Turn>> {
    match verdict {
        Verdict::HoldDestination {
            probe_at,
            reason,
            relief,
        } => {
            let because = (*relief, reason.as_str());
            holds::begin_fault(connection, &claim.destination, because, *probe_at, now)
        }
        Verdict::Done if claim.attempt.held_since.is_some() => {
            holds::end_fault(connection, &claim.destination, now)
        }
        Verdict::Done | Verdict::RetryAt { .. } | Verdict::GiveUp { .. } => Ok(None),
    }
}

const fn audit_word(verdict: &Verdict) -> &'static str {
    match verdict {
        Verdict::Done => "delivered",
        Verdict::RetryAt { .. } => "retry",
        Verdict::GiveUp { .. } => "given up",
        Verdict::HoldDestination { .. } => "waits for its destination",
    }
}

fn about(content: &Content) -> Vec<ObligationKey> {
    match content {
        Content::Notices { notices } => notices
            .iter()
            .map(|facts| facts.obligation.clone())
            .collect(),
        Content::Digest { .. } => Vec::new(),
    }
}
