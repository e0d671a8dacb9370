//! The loop that delivers.
//!
//! Owns taking up new messages while others are still under way, and finishing what
//! is under way when told to stop. Refuses to plan.

use std::sync::Arc;

use tokio::sync::watch;
use tokio_util::sync::CancellationToken;
use tracing::error;

use super::Wakes;
use super::live::Live;
use super::systemd::Pulse;
use crate::jobs::deliver::{Deliveries, Step};
use crate::store::StoreError;

/// Delivers until told to stop, then finishes what is under way.
pub(super) async fn run(
    mut live: watch::Receiver<Arc<Live>>,
    wakes: Wakes,
    stop: CancellationToken,
    pulse: Pulse,
) {
    let mut deliveries = Deliveries::new(live.borrow_and_update().context.clone());
    let mut idle = false;
    loop {
        tokio::select! {
            () = stop.cancelled() => break,
            changed = live.changed() => match changed {
                Ok(()) => deliveries.use_context(live.borrow_and_update().context.clone()),
                Err(_) => break,
            },
            () = wakes.deliver.notified() => {
                deliveries.look_again();
                idle = false;
            }
            worked = deliveries.step(), if !idle => idle = rests(worked),
        }
        pulse.deliverer_alive();
    }
    deliveries.take_no_more();
    while !rests(deliveries.step().await) {}
}

/// Whether there is nothing to do until the next wake. A ledger that refuses, because the
/// disk is full say, is asked again then.
fn rests(worked: Result<Step, StoreError>) -> bool {
    match worked {
        Ok(step) => step == Step::Idle,
        Err(error) => {
            error!(%error, "nothing is sent that could not be written down first");
            false
        }
    }
}
