//! From the outbox to the recipients: claim, send, judge, settle.
//!
//! Owns the way of one message. The attempt is on disk before the network is touched, so
//! a crash at any line loses nothing; at worst a recipient sees a message twice, marked
//! as a repeat. Refuses to judge (`domain::delivery`), to speak (`channels`) and to say
//! whose turn it is (`deliveries`).

use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Days, NaiveDate, NaiveTime, TimeDelta, Utc};
use tracing::{error, info, warn};

use super::Context;
pub use super::deliveries::{Deliveries, Step};
use super::gate::Ground;
use crate::clock::{civil, instant};
use crate::domain::delivery::{Outcome, Verdict, verdict};
use crate::domain::hold::Relief;
use crate::domain::lanes::Heard;
use crate::store::StoreError;
use crate::store::ledger::holds::Turn;
use crate::store::ledger::outbox::{self, Claim};

/// An answer that cannot be written down, on a full disk say, is kept and offered to the
/// ledger again at this pace.
const SETTLE_PAUSE: Duration = Duration::from_secs(1);

/// After so many offers the answer is let go; the lease then returns the message as a
/// marked repeat.
const SETTLE_TRIES: u32 = 120;

/// One offer in so many is worth a line: many answers may be kept at once, and the log may lie
/// on the same disk.
const SETTLE_TOLD_EVERY: u32 = 30;

/// What a run of deliveries came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Tally {
    /// Messages delivered.
    pub delivered: u64,
    /// Attempts that will be followed by another.
    pub deferred: u64,
    /// Messages given up on.
    pub given_up: u64,
    /// Whatever is due waits for a plan: the catalogue, or the law, is ahead of the last.
    pub is_behind: bool,
}

/// What came of one message.
pub(super) struct Settled {
    pub(super) destination: String,
    pub(super) begun: DateTime<Utc>,
    pub(super) heard: Heard,
    /// None where nobody was asked.
    pub(super) verdict: Result<Option<Verdict>, StoreError>,
}

/// How an attempt that was begun ended.
enum End {
    /// Somebody was asked, or might have been.
    Judged(Outcome, Verdict),
    /// Nobody was, for this reason.
    NotAsked(&'static str),
}

/// Delivers whatever may go out now, and waits for the answers; whoever calls has planned
/// before. What may go out later is left for later.
///
/// # Errors
/// What the ledger says; attempts under way are then returned by their leases.
pub async fn until_idle(context: &Context) -> Result<Tally, StoreError> {
    let mut deliveries = Deliveries::new(context.clone());
    while deliveries.step().await? == Step::Worked {}
    Ok(Tally {
        is_behind: deliveries.wait_for_a_plan(),
        ..deliveries.tally
    })
}

/// Delivers one message. Its attempt is on disk already.
pub(super) async fn deliver(context: Context, mut claim: Claim, ground: Ground) -> Settled {
    claim.attempt.useful_until = claim.message.content.useful_on().map(end_of);
    let (end, heard) = match attempt(&context, &mut claim, ground).await {
        Ok(outcome) => {
            let heard = Heard::of(&outcome, &claim.destination);
            let (attempt, now) = (&claim.attempt, context.now());
            let verdict = verdict(&outcome, attempt, now, &context.policy);
            (End::Judged(outcome, verdict), heard)
        }
        Err(why) => (End::NotAsked(why), Heard::NotAsked),
    };
    let end = Arc::new((claim, end));
    let settled = settle(&context, &end).await;
    let (claim, end) = &*end;
    if let Ok(turn) = &settled {
        log(claim, end, *turn);
    }
    let verdict = match end {
        End::Judged(_, verdict) => Some(verdict.clone()),
        End::NotAsked(_) => None,
    };
    Settled {
        destination: claim.destination.clone(),
        begun: claim.begun,
        heard,
        verdict: settled.map(|_| verdict),
    }
}

/// Midnight at the end of a day, in the law's zone.
fn end_of(day: NaiveDate) -> DateTime<Utc> {
    instant((day + Days::new(1)).and_time(NaiveTime::MIN))
}

/// One attempt, or why nobody was asked. A mail may have waited for its turn on a
/// connection: what it goes by is looked at again, and the first byte follows at once.
async fn attempt(
    context: &Context,
    claim: &mut Claim,
    ground: Ground,
) -> Result<Outcome, &'static str> {
    let _turn = context.gate.turn(claim.message.recipient.channel).await?;
    let now = still_good(context, claim, ground)?;
    claim.message.sent_on = Some(civil(now).date());
    Ok(context.carrier.carry(&claim.message, now).await)
}

/// Whether a message that was claimed may still be sent, and the moment it is; or why not.
fn still_good(
    context: &Context,
    claim: &Claim,
    ground: Ground,
) -> Result<DateTime<Utc>, &'static str> {
    let Some(now) = context.trusted_now() else {
        return Err("the clock jumped after the claim");
    };
    // Its lease would run out under way, and another attempt begin beside it.
    if now - claim.begun > TimeDelta::seconds(context.limits.wait_secs.into()) {
        return Err("no connection was free in time");
    }
    if !context.gate.still_holds(ground) {
        return Err("the catalogue changed after the claim");
    }
    Ok(now)
}

/// Transaction 3, offered again while the ledger cannot take it.
async fn settle(context: &Context, end: &Arc<(Claim, End)>) -> Result<Option<Turn>, StoreError> {
    let mut tries = 1;
    loop {
        let (end, now) = (Arc::clone(end), context.now());
        let settle = move |c: &_| match &end.1 {
            End::Judged(outcome, verdict) => outbox::settle(c, &end.0, outcome, verdict, now),
            End::NotAsked(why) => outbox::put_back(c, &end.0, why, now).map(|()| None),
        };
        match context.ledger.write("settle a delivery", settle).await {
            Ok(turn) => return Ok(turn),
            Err(error) if tries == SETTLE_TRIES => return Err(error),
            Err(error) if tries % SETTLE_TOLD_EVERY == 1 => {
                warn!(%error, tries, "an answer is kept until the ledger takes it");
            }
            Err(_) => {}
        }
        tries += 1;
        tokio::time::sleep(SETTLE_PAUSE).await;
    }
}

fn log(claim: &Claim, end: &End, turn: Option<Turn>) {
    let (message, attempt) = (&claim.message.key, claim.attempt.number);
    let unit = &claim.message.recipient.unit;
    let channel = claim.message.recipient.channel.name();
    let verdict = match end {
        End::Judged(_, verdict) => verdict,
        End::NotAsked(why) => {
            return info!(message, unit, channel, why, "claimed, and not sent yet");
        }
    };
    match verdict {
        Verdict::Done => info!(message, attempt, unit, channel, "delivered"),
        Verdict::RetryAt { at } => {
            warn!(message, attempt, unit, channel, retry.at = %at, "deferred");
        }
        Verdict::GiveUp { reason } => {
            error!(
                message,
                attempt, unit, channel, reason, "given up; it fails upward"
            );
        }
        Verdict::HoldDestination { .. } => {}
    }
    log_hold(&claim.destination, verdict, turn);
}

/// A hold alarms once: when it begins. That it goes on is worth a line, not an alarm.
fn log_hold(destination: &str, verdict: &Verdict, turn: Option<Turn>) {
    match (turn, verdict) {
        (
            _,
            Verdict::HoldDestination {
                reason,
                probe_at,
                relief: Relief::Moment,
            },
        ) => {
            warn!(destination, reason, until = %probe_at, "nothing goes this way until then");
        }
        (
            Some(Turn::Began),
            Verdict::HoldDestination {
                reason, probe_at, ..
            },
        ) => {
            error!(destination, reason, probe.at = %probe_at, "everything that goes this way waits");
        }
        (
            None,
            Verdict::HoldDestination {
                reason, probe_at, ..
            },
        ) => {
            warn!(destination, reason, probe.at = %probe_at, "this way is still held");
        }
        (Some(Turn::Ended { waiting }), _) => {
            info!(destination, waiting, "this way is free again");
        }
        (Some(Turn::Began) | None, _) => {}
    }
}
