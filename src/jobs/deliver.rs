//! From the outbox to the recipients: claim, send, judge, settle.
//!
//! Owns how much is under way at once and that no destination waits for another. The
//! attempt is on disk before the network is touched, so a crash at any line loses
//! nothing; at worst a recipient sees a message twice, marked as a repeat. Refuses to
//! judge (`domain::delivery`) and to speak (`channels`).

use std::collections::BTreeMap;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Days, NaiveDate, NaiveTime, TimeDelta, Utc};
use futures_util::StreamExt as _;
use futures_util::stream::FuturesUnordered;
use tracing::{error, info, warn};

use super::Context;
use crate::clock::{civil, instant};
use crate::domain::delivery::{Outcome, Verdict, verdict};
use crate::store::StoreError;
use crate::store::ledger::holds::Turn;
use crate::store::ledger::outbox::{self, Claim, Lease, Wanted};

/// An answer that cannot be written down, on a full disk say, is kept and offered to the
/// ledger again at this pace.
const SETTLE_PAUSE: Duration = Duration::from_secs(1);

/// After so many offers the answer is let go; the lease then returns the message as a
/// marked repeat.
const SETTLE_TRIES: u32 = 120;

/// What a run of deliveries came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Tally {
    /// Messages delivered.
    pub delivered: u64,
    /// Attempts that will be followed by another.
    pub deferred: u64,
    /// Messages given up on.
    pub given_up: u64,
}

/// Whether a step did anything.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// It did, and there may be more.
    Worked,
    /// Nothing is under way and nothing may go out now.
    Idle,
}

/// Delivers whatever may go out now, and waits for the answers.
///
/// # Errors
/// What the ledger says; attempts under way are then returned by their leases.
pub async fn until_idle(context: &Context) -> Result<Tally, StoreError> {
    let mut deliveries = Deliveries::new(context.clone());
    while deliveries.step().await? == Step::Worked {}
    Ok(deliveries.tally)
}

/// Delivers one message. Its attempt is on disk already.
async fn deliver(context: Context, mut claim: Claim) -> Settled {
    let began = context.now();
    claim.message.sent_on = Some(civil(began).date());
    claim.attempt.useful_until = claim.message.content.useful_on().map(end_of);
    let outcome = context.carrier.carry(&claim.message, began).await;
    let verdict = verdict(&outcome, &claim.attempt, context.now(), &context.policy);
    let settled = settle(&context, &claim, outcome, verdict.clone()).await;
    if let Ok(turn) = &settled {
        log(&claim, &verdict, *turn);
    }
    Settled {
        destination: claim.destination,
        verdict: settled.map(|_| verdict),
    }
}

/// Midnight at the end of a day, in the law's zone.
fn end_of(day: NaiveDate) -> DateTime<Utc> {
    instant((day + Days::new(1)).and_time(NaiveTime::MIN))
}

/// Transaction 3, offered again while the ledger cannot take it.
async fn settle(
    context: &Context,
    claim: &Claim,
    outcome: Outcome,
    verdict: Verdict,
) -> Result<Option<Turn>, StoreError> {
    let receipt = Arc::new((claim.clone(), outcome, verdict));
    let mut tries = 1;
    loop {
        let (write, now) = (Arc::clone(&receipt), context.now());
        let settle = move |c: &_| outbox::settle(c, &write.0, &write.1, &write.2, now);
        match context.ledger.write("settle a delivery", settle).await {
            Ok(turn) => return Ok(turn),
            Err(error) if tries == SETTLE_TRIES => return Err(error),
            Err(error) => warn!(%error, "an answer is kept until the ledger takes it"),
        }
        tries += 1;
        tokio::time::sleep(SETTLE_PAUSE).await;
    }
}

fn log(claim: &Claim, verdict: &Verdict, turn: Option<Turn>) {
    let (message, attempt) = (&claim.message.key, claim.attempt.number);
    let unit = &claim.message.recipient.unit;
    let channel = claim.message.recipient.channel.name();
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
        (Some(Turn::Began), Verdict::HoldDestination { reason, probe_at }) => {
            error!(destination, reason, probe.at = %probe_at, "everything that goes this way waits");
        }
        (None, Verdict::HoldDestination { reason, probe_at }) => {
            warn!(destination, reason, probe.at = %probe_at, "this way is still held");
        }
        (Some(Turn::Ended { waiting }), _) => {
            info!(destination, waiting, "this way is free again");
        }
        (Some(Turn::Began) | None, _) => {}
    }
}

/// What came of one message.
struct Settled {
    destination: String,
    verdict: Result<Verdict, StoreError>,
}

type Claiming = Pin<Box<dyn Future<Output = Result<Vec<Claim>, StoreError>> + Send>>;
type UnderWay = Pin<Box<dyn Future<Output = Settled> + Send>>;

/// Deliveries under way. Dropping a step loses nothing: what it waits for stays here.
pub struct Deliveries {
    context: Context,
    claiming: Option<Claiming>,
    under_way: FuturesUnordered<UnderWay>,
    in_flight: BTreeMap<String, usize>,
    look_again: bool,
    /// What they came to so far.
    pub tally: Tally,
}

impl std::fmt::Debug for Deliveries {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Deliveries")
            .field("in_flight", &self.in_flight)
            .finish_non_exhaustive()
    }
}

impl Deliveries {
    /// Nothing under way yet; the first step looks into the outbox.
    #[must_use]
    pub fn new(context: Context) -> Self {
        Self {
            context,
            claiming: None,
            under_way: FuturesUnordered::new(),
            in_flight: BTreeMap::new(),
            look_again: true,
            tally: Tally::default(),
        }
    }

    /// Something new may be in the outbox.
    pub const fn look_again(&mut self) {
        self.look_again = true;
    }

    /// Later messages go out with these settings; what is under way keeps its own.
    pub fn use_context(&mut self, context: Context) {
        self.context = context;
    }

    /// Takes nothing more; further steps only finish what is under way.
    pub fn take_no_more(&mut self) {
        self.context.limits.in_flight = 0;
        self.look_again = false;
    }

    /// Begins or finishes something, or finds that there is nothing to do.
    ///
    /// # Errors
    /// What the ledger says. The next step may be taken all the same.
    pub async fn step(&mut self) -> Result<Step, StoreError> {
        if self.claiming.is_none() && self.may_claim() {
            self.look_again = false;
            self.claiming = Some(self.claim());
        }
        tokio::select! {
            biased;
            claims = finish(&mut self.claiming), if self.claiming.is_some() => {
                self.claiming = None;
                self.begin(claims?);
            }
            Some(settled) = self.under_way.next() => self.count(settled)?,
            else => return Ok(Step::Idle),
        }
        Ok(Step::Worked)
    }

    /// Claims come in batches of at least half of what may be under way, so that they
    /// share a sync to disk.
    fn may_claim(&self) -> bool {
        self.look_again && self.under_way.len() * 2 <= self.context.limits.in_flight
    }

    /// Transaction 2. Nothing is taken up while the clock is not believed.
    fn claim(&self) -> Claiming {
        let Some(now) = self.context.trusted_now() else {
            return Box::pin(std::future::ready(Ok(Vec::new())));
        };
        let limits = &self.context.limits;
        let wanted = Wanted {
            room: limits.in_flight.saturating_sub(self.under_way.len()),
            in_flight: self.in_flight.clone(),
            per_destination: limits.per_destination,
            per_relay: limits.per_relay,
        };
        let lease = Lease {
            holder: self.context.holder.clone(),
            until: now + TimeDelta::seconds(limits.lease_secs.into()),
        };
        let ledger = self.context.ledger.clone();
        Box::pin(async move {
            let claim = move |c: &_| outbox::claim(c, wanted, &lease, now);
            ledger.write("claim messages", claim).await
        })
    }

    fn begin(&mut self, claims: Vec<Claim>) {
        // Where there was something, there may be more.
        self.look_again |= !claims.is_empty();
        for claim in claims {
            *self.in_flight.entry(claim.destination.clone()).or_default() += 1;
            self.under_way
                .push(Box::pin(deliver(self.context.clone(), claim)));
        }
    }

    /// A place has become free; more may have waited for just this destination.
    fn count(&mut self, settled: Settled) -> Result<(), StoreError> {
        if let Some(n) = self.in_flight.get_mut(&settled.destination) {
            *n = n.saturating_sub(1);
        }
        self.in_flight.retain(|_, n| *n > 0);
        self.look_again = self.context.limits.in_flight > 0;
        match settled.verdict? {
            Verdict::Done => self.tally.delivered += 1,
            Verdict::RetryAt { .. } | Verdict::HoldDestination { .. } => self.tally.deferred += 1,
            Verdict::GiveUp { .. } => self.tally.given_up += 1,
        }
        Ok(())
    }
}

/// Waits for a claim without letting go of it.
async fn finish(claiming: &mut Option<Claiming>) -> Result<Vec<Claim>, StoreError> {
    match claiming {
        Some(claiming) => claiming.await,
        None => Ok(Vec::new()),
    }
}
