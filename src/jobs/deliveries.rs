//! What is under way: messages claimed as their destinations have turns, and their ends.
//!
//! Owns when a claim is made and what it may take. Refuses to deliver a message itself,
//! and to wait for anything but what is under way: when to come again, it says.

use std::pin::Pin;
use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use futures_util::StreamExt as _;
use futures_util::stream::FuturesUnordered;

use super::Context;
use super::deliver::{Settled, Tally, deliver};
use super::gate::{Bar, Ground, Reason};
use crate::domain::delivery::Verdict;
use crate::domain::lanes::Lanes;
use crate::store::StoreError;
use crate::store::ledger::outbox::{self, Claimed, Lease};
use crate::store::ledger::settings;

/// A clock that is not believed is looked at again once a minute, as by the planner.
const CLOCK_LOOK_AGAIN: TimeDelta = TimeDelta::minutes(1);

/// No bucket of tokens takes longer to fill: what may go at once is never more than what may go
/// in a minute.
const LONGEST_REST: TimeDelta = TimeDelta::minutes(1);

/// Whether a step did anything.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// It did, and there may be more.
    Worked,
    /// Nothing is under way and nothing waits.
    Idle,
    /// Nothing is under way, and nothing may go out before this moment.
    Waits(DateTime<Utc>),
    /// Nothing is under way, and nothing may be claimed, for these reasons.
    Barred(Vec<Bar>),
}

/// What a claim came to: messages and what they went by, or what stood against it.
type Claim = Result<(Claimed, Ground), Vec<Bar>>;
type Claiming = Pin<Box<dyn Future<Output = Result<Claim, StoreError>> + Send>>;
type UnderWay = Pin<Box<dyn Future<Output = Settled> + Send>>;

/// Deliveries under way. Dropping a step loses nothing: what it waits for stays here.
pub struct Deliveries {
    context: Context,
    claiming: Option<Claiming>,
    under_way: FuturesUnordered<UnderWay>,
    lanes: Lanes,
    /// When it was asked what others had begun, which has taken its tokens.
    recalled: Option<DateTime<Utc>>,
    look_again: bool,
    next: Option<DateTime<Utc>>,
    bars: Vec<Bar>,
    /// What the last claim that came to an end said.
    is_behind: bool,
    /// Something came to an end that somebody else has to be told of.
    has_bad_news: bool,
    /// What they came to so far.
    pub tally: Tally,
}

impl std::fmt::Debug for Deliveries {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Deliveries")
            .field("lanes", &self.lanes)
            .finish_non_exhaustive()
    }
}

impl Deliveries {
    /// Nothing under way yet; the first step looks into the outbox.
    #[must_use]
    pub fn new(context: Context) -> Self {
        Self {
            lanes: Lanes::new(context.limits.bounds.clone()),
            context,
            claiming: None,
            under_way: FuturesUnordered::new(),
            recalled: None,
            look_again: true,
            next: None,
            bars: Vec::new(),
            is_behind: false,
            has_bad_news: false,
            tally: Tally::default(),
        }
    }

    /// Something new may be in the outbox.
    pub const fn look_again(&mut self) {
        self.look_again = true;
    }

    /// When to look again although nothing happens: a retry comes due, a token comes, or
    /// what stood against a claim may be over.
    #[must_use]
    pub fn next(&self) -> Option<DateTime<Utc>> {
        if self.look_again {
            // It is looked at as soon as places are free.
            return None;
        }
        let barred = self.bars.iter().map(|bar| bar.until).min();
        barred.or(self.next)
    }

    /// Whether messages wait for the planner.
    #[must_use]
    pub const fn wait_for_a_plan(&self) -> bool {
        self.is_behind
    }

    /// Whether something fails upward that no round has been called for yet: it was given up, or
    /// only a person can mend its way.
    #[must_use]
    pub const fn has_bad_news(&self) -> bool {
        self.has_bad_news
    }

    /// A round has been called for it.
    pub const fn bad_news_is_told(&mut self) {
        self.has_bad_news = false;
    }

    /// Later messages go out with these settings; what is under way keeps its own.
    pub fn use_context(&mut self, context: Context) {
        self.lanes.keep_within(context.limits.bounds.clone());
        self.context = context;
        self.look_again = true;
    }

    /// Takes nothing more; further steps only finish what is under way. Whoever still waits
    /// for a connection goes back unsent.
    pub fn take_no_more(&mut self) {
        self.context.gate.close();
        self.context.limits.bounds.in_flight = 0;
        self.lanes.keep_within(self.context.limits.bounds.clone());
        self.look_again = false;
    }

    /// Begins or finishes something, or finds that there is nothing to do.
    ///
    /// # Errors
    /// What the ledger says. The next step may be taken all the same.
    pub async fn step(&mut self) -> Result<Step, StoreError> {
        if self.recalled.is_none() {
            self.recall().await?;
        }
        if self.claiming.is_none() && self.wants_to_claim() {
            self.look_again = false;
            self.next = None;
            self.bars.clear();
            self.claiming = Some(self.claim());
        }
        tokio::select! {
            biased;
            claim = finish(&mut self.claiming), if self.claiming.is_some() => {
                self.claiming = None;
                self.begin(claim?);
            }
            Some(settled) = self.under_way.next() => self.count(settled)?,
            else => return Ok(self.rest()),
        }
        Ok(Step::Worked)
    }

    /// A daemon that is restarted again and again would else send each time what may go at once
    /// after a rest, and be locked out by whoever counts.
    async fn recall(&mut self) -> Result<(), StoreError> {
        let now = self.context.clock.now();
        let since = now - LONGEST_REST;
        let begun = move |c: &_| outbox::begun_since(c, since);
        let begun = self.context.ledger.write("recall attempts", begun).await?;
        for (destination, at) in begun {
            self.lanes.recall(&destination, at);
        }
        self.recalled = Some(now);
        Ok(())
    }

    fn rest(&self) -> Step {
        match (self.bars.as_slice(), self.next) {
            ([], None) => Step::Idle,
            ([], Some(next)) => Step::Waits(next),
            (bars, _) => Step::Barred(bars.to_vec()),
        }
    }

    fn wants_to_claim(&self) -> bool {
        self.look_again && self.lanes.is_half_free(self.context.clock.now())
    }

    /// Transaction 2, if nothing stands against it.
    fn claim(&self) -> Claiming {
        let Some(now) = self.context.trusted_now() else {
            return Box::pin(std::future::ready(Ok(Err(vec![self.clock_bar()]))));
        };
        let limits = &self.context.limits;
        let lease = Lease {
            holder: self.context.holder.clone(),
            until: now + TimeDelta::seconds(limits.lease_secs.into()),
        };
        let (gate, lanes) = (Arc::clone(&self.context.gate), self.lanes.clone());
        let ledger = self.context.ledger.clone();
        Box::pin(async move {
            let claim = move |c: &_| {
                let planned = settings::watermark(c)?;
                match gate.may_claim(planned.as_ref(), now) {
                    Ok(ground) => Ok(Ok((outbox::claim(c, &lanes, &lease, now)?, ground))),
                    Err(bars) => Ok(Err(bars)),
                }
            };
            ledger.write("claim messages", claim).await
        })
    }

    /// The watch, which every round asks, tells when the clock is believed again.
    fn clock_bar(&self) -> Bar {
        Bar {
            reason: Reason::ClockInDoubt,
            until: self.context.now() + CLOCK_LOOK_AGAIN,
        }
    }

    fn begin(&mut self, claim: Claim) {
        let is_ahead = |bar: &Bar| bar.reason == Reason::Ahead;
        self.is_behind = claim.as_ref().is_err_and(|bars| bars.iter().any(is_ahead));
        let (claimed, ground) = match claim {
            Ok(taken) => taken,
            Err(bars) => {
                self.bars = bars;
                return;
            }
        };
        self.next = claimed.next;
        // Where there was something, there may be more.
        self.look_again |= !claimed.claims.is_empty();
        for claim in claimed.claims {
            let attempt = claim.message.attempt;
            self.lanes.begin(&claim.destination, attempt, claim.begun);
            let delivery = deliver(self.context.clone(), claim, ground);
            self.under_way.push(Box::pin(delivery));
        }
    }

    /// A place has become free; more may have waited for just this destination.
    fn count(&mut self, settled: Settled) -> Result<(), StoreError> {
        let now = self.context.clock.now();
        self.lanes
            .end(&settled.destination, settled.begun, settled.heard, now);
        self.look_again = self.context.limits.bounds.in_flight > 0;
        let verdict = settled.verdict?;
        self.has_bad_news |= verdict.as_ref().is_some_and(Verdict::is_bad_news);
        match verdict {
            None => {}
            Some(Verdict::Done) => self.tally.delivered += 1,
            Some(Verdict::RetryAt { .. } | Verdict::HoldDestination { .. }) => {
                self.tally.deferred += 1;
            }
            Some(Verdict::GiveUp { .. }) => self.tally.given_up += 1,
        }
        Ok(())
    }
}

/// Waits for a claim without letting go of it.
async fn finish(claiming: &mut Option<Claiming>) -> Result<Claim, StoreError> {
    match claiming {
        Some(claiming) => claiming.await,
        None => Ok(Ok(<(Claimed, Ground)>::default())),
    }
}
