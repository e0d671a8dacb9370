//! The loop that delivers.
//!
//! Owns taking up new messages while others are still under way, sleeping exactly until
//! the next may go out, waking the planner for what waits for it, and finishing what is
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

/// The planner is woken for what is ahead of it at most this often: a plan that fails would
/// otherwise be made again without a pause.
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
    let mut planner = Caller::default();
    let mut idle = false;
    loop {
        planner.call(&deliveries, &wakes);
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
    // A clock that stands still makes no haste.
    nap.clamp(SHORTEST, LOOK_EVERY)
}

/// Calls the planner for what the outbox waits for.
#[derive(Debug, Default)]
struct Caller {
    last: Option<Instant>,
}

impl Caller {
    fn call(&mut self, deliveries: &Deliveries, wakes: &Wakes) {
        let is_rested = self.last.is_none_or(|last| last.elapsed() >= WAKE_PAUSE);
        if deliveries.wait_for_a_plan() && is_rested {
            self.last = Some(Instant::now());
            wakes.plan.notify_one();
        }
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
