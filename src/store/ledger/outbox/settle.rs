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
use crate::domain::hold::Cause;
use crate::domain::notice::{Channel, Content};
use crate::domain::obligation::ObligationKey;
use crate::store::ledger::{audit, holds, instant, to_json};

/// Transaction 3: what came of an attempt, the receipt and the audit entry together.
///
/// # Errors
/// What the engine said.
pub fn settle(
    connection: &Connection,
    claim: &Claim,
    outcome: &Outcome,
    verdict: &Verdict,
    now: DateTime<Utc>,
) -> rusqlite::Result<()> {
    let receipt = Receipt {
        message: claim.message.key.clone(),
        attempt: claim.attempt.number,
        unit: claim.message.recipient.unit.clone(),
        channel: claim.message.recipient.channel,
        outcome: outcome.clone(),
        verdict: verdict.clone(),
        about: about(&claim.message.content),
    };
    record(connection, claim.id, &receipt, now)?;
    keep_hold(connection, &claim.destination, verdict, now)
}

/// What the audit log holds of an attempt's end.
#[derive(Serialize, Deserialize)]
pub(in crate::store::ledger) struct Receipt {
    pub(in crate::store::ledger) message: String,
    attempt: u32,
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
        Verdict::HoldChannel { probe_at, .. } => ("pending", Some(*probe_at)),
    };
    let mut statement = connection.prepare_cached(
        "update message set state = $1, next_at = coalesce($2, next_at), last_word = $3,
                            maybe_repeat = case when $4 then 1 else maybe_repeat end,
                            lease_until = null, lease_holder = null
         where id = $5 and (attempts = $6 or $1 = 'delivered')",
    )?;
    statement.execute((
        state,
        next_at.map(instant),
        last_word(outcome),
        outcome.class == Class::Unknown,
        id,
        attempt,
    ))?;
    withdraw_if_empty(connection, id)?;
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

/// A hold begins with the verdict that asks for it and ends with the first delivery.
fn keep_hold(
    connection: &Connection,
    destination: &str,
    verdict: &Verdict,
    now: DateTime<Utc>,
) -> rusqlite::Result<()> {
    match verdict {
        Verdict::HoldChannel { probe_at, reason } => {
            let because = (Cause::Fault, reason.as_str());
            holds::begin(connection, destination, because, Some(*probe_at), now)?;
        }
        Verdict::Done => {
            holds::end(connection, destination, now)?;
        }
        Verdict::RetryAt { .. } | Verdict::GiveUp { .. } => {}
    }
    Ok(())
}

const fn audit_word(verdict: &Verdict) -> &'static str {
    match verdict {
        Verdict::Done => "delivered",
        Verdict::RetryAt { .. } => "retry",
        Verdict::GiveUp { .. } => "given up",
        Verdict::HoldChannel { .. } => "channel held",
    }
}

fn last_word(outcome: &Outcome) -> String {
    let code = outcome
        .code
        .map(|code| format!(" {code}"))
        .unwrap_or_default();
    format!("{}{code}: {}", outcome.phase, outcome.detail)
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
