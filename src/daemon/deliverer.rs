//! The loop that delivers.
//!
//! Owns taking up new messages while others are still under way, sleeping exactly until
//! the next may go out, waking the planner for what waits for it and for what somebody else
//! has to be told of at once, and finishing what is
//! under way when told to stop. Refuses to plan.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use tracing::error;

use super::Wakes;
use super::live::Live;
use super::systemd::Pulse;
use crate::jobs::deliver::{Deliveries, Step};
use crate::store::StoreError;

/// No nap is shorter: what is due now has been looked at.
const SHORTEST: Duration = Duration::from_millis(10);

/// What is waited for is looked at again at least this often: the clock may have been set.
const LOOK_EVERY: Duration = Duration::from_mins(1);

/// The planner is woken for what is ahead of it at most this often, and each time it was
/// woken in vain half as often: a plan that fails would otherwise be made, and told, again
/// and again without a pause.
const WAKE_PAUSE: Duration = Duration::from_secs(1);

/// Delivers until told to stop, then finishes what is under way.
pub(super) async fn run(
    mut live: watch::Receiver<Arc<Live>>,
    wakes: Wakes,
    stop: CancellationToken,
    pulse: Pulse,
) {
    let mut current = Arc::clone(&live.borrow_and_update());
    let mut deliveries = Deliveries::new(current.context.clone());
    let (mut planner, mut herald) = (Caller::default(), Caller::default());
    let mut idle = false;
    loop {
        if planner.is_called(deliveries.wait_for_a_plan(), Instant::now()) {
            wakes.plan.notify_one();
        }
        if herald.is_called(deliveries.has_bad_news(), Instant::now()) {
            deliveries.bad_news_is_told();
            wakes.plan.notify_one();
        }
        let nap = nap(&deliveries, &current);
        tokio::select! {
            () = stop.cancelled() => break,
            changed = live.changed() => match changed {
                Ok(()) => {
                    current = Arc::clone(&live.borrow_and_update());
                    deliveries.use_context(current.context.clone());
                    idle = false;
                }
                Err(_) => break,
            },
            () = wakes.deliver.notified() => {
                deliveries.look_again();
                idle = false;
            }
            worked = deliveries.step(), if !idle => idle = rests(worked),
            () = tokio::time::sleep(nap) => {
                deliveries.look_again();
                idle = false;
            }
        }
        pulse.deliverer_alive();
    }
    deliveries.take_no_more();
    while !rests(deliveries.step().await) {}
}

/// How long nothing will happen by itself.
fn nap(deliveries: &Deliveries, live: &Live) -> Duration {
    let ahead = deliveries.next().map(|at| at - live.context.clock.now());
    let nap = ahead.map_or(LOOK_EVERY, |ahead| ahead.to_std().unwrap_or_default());
    let longest = if deliveries.has_bad_news() {
        WAKE_PAUSE
    } else {
        LOOK_EVERY
    };
    // A clock that stands still makes no haste.
    nap.clamp(SHORTEST, longest)
}

/// Calls the planner for what the outbox waits for.
#[derive(Debug, Default)]
struct Caller {
    /// When it was last called, and how long it is left in peace after that.
    last: Option<(Instant, Duration)>,
}

impl Caller {
    fn is_called(&mut self, is_behind: bool, now: Instant) -> bool {
        let Some((at, pause)) = self.last else {
            self.last = is_behind.then_some((now, WAKE_PAUSE));
            return is_behind;
        };
        let is_rested = now.duration_since(at) >= pause;
        if !is_behind {
            // It came round: what it is called for next is something new.
            self.last = Some((at, WAKE_PAUSE)).filter(|_| !is_rested);
        } else if is_rested {
            self.last = Some((now, (pause * 2).min(LOOK_EVERY)));
        }
        is_behind && is_rested
    }
}

/// Whether there is nothing to do until the next wake. A ledger that refuses, because the
/// disk is full say, is asked again then.
fn rests(worked: Result<Step, StoreError>) -> bool {
    match worked {
        Ok(step) => step != Step::Worked,
        Err(error) => {
            error!(%error, "nothing is sent that could not be written down first");
            false
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plan_that_fails_is_asked_for_ever_more_rarely_and_a_sound_one_at_once() {
        let (mut caller, start) = (Caller::default(), Instant::now());
        let at = |secs| start + Duration::from_secs(secs);
        let woken = (0..900).filter(|secs| caller.is_called(true, at(*secs)));
        let woken: Vec<u64> = woken.collect();
        assert_eq!(woken[..7], [0, 1, 3, 7, 15, 31, 63]);
        assert!(woken.len() < 25, "{woken:?}");
        assert!(!caller.is_called(false, at(900)));
        for secs in (901..960).step_by(10) {
            assert!(caller.is_called(true, at(secs)));
            assert!(!caller.is_called(false, at(secs + 1)));
        }
    }
}
