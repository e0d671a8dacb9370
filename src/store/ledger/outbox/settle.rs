//! Transaction 3: what came of an attempt.
//!
//! Owns the receipt, the audit entry and a destination's hold, written together. Refuses to
//! judge: the verdict is an argument.

use chrono::{DateTime, Utc};
use rusqlite::Connection;
use serde_json::json;

use super::claim::Claim;
use super::queue::withdraw_if_empty;
use crate::domain::delivery::{Class, Outcome, Verdict};
use crate::domain::hold::Cause;
use crate::domain::notice::Content;
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
    end_attempt(
        connection,
        claim.id,
        claim.attempt.number,
        outcome,
        verdict,
        now,
    )?;
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
        claim.id,
        claim.attempt.number,
    ))?;
    withdraw_if_empty(connection, claim.id)?;
    keep_hold(connection, &claim.destination, verdict, now)?;
    let detail = json!({
        "message": claim.message.key,
        "attempt": claim.attempt.number,
        "unit": claim.message.recipient.unit,
        "channel": claim.message.recipient.channel,
        "outcome": outcome,
        "verdict": verdict,
        "about": about(&claim.message.content),
    });
    audit::add(
        connection,
        now,
        audit_word(verdict),
        &claim.message.key,
        &detail,
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
            holds::end(connection, destination)?;
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

fn about(content: &Content) -> Vec<String> {
    match content {
        Content::Notices { notices } => notices
            .iter()
            .map(|facts| facts.obligation.to_string())
            .collect(),
        Content::Digest { digest } => vec![format!("digest/{}", digest.on)],
    }
}
