//! The part that tells the watchman outside that all is well.
//!
//! Owns that a beat follows a clean round and nothing else: while there is none, whatever the
//! reason, the watchman hears nothing, and alarms. Refuses to delay anything: a watchman that
//! does not answer is a line in the log.

use std::sync::Arc;

use tokio::sync::watch;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use tracing::{info, warn};

use super::live::Live;
use crate::channels::heartbeat::Heartbeat;

/// Beats until told to stop; `clean` changes with each clean round.
pub(super) async fn run(
    mut live: watch::Receiver<Arc<Live>>,
    mut clean: watch::Receiver<u64>,
    stop: CancellationToken,
) {
    let (mut last, mut is_heard): (Option<Instant>, bool) = (None, true);
    loop {
        tokio::select! {
            () = stop.cancelled() => return,
            changed = clean.changed() => if changed.is_err() { return },
        }
        let Some(heartbeat) = live.borrow_and_update().heartbeat.clone() else {
            continue;
        };
        if last.is_some_and(|last| last.elapsed() < heartbeat.every()) {
            continue;
        }
        last = Some(Instant::now());
        tokio::select! {
            () = stop.cancelled() => return,
            heard = beat(&heartbeat, is_heard) => is_heard = heard,
        }
    }
}

/// Sends one beat; a change between heard and unheard is logged once.
async fn beat(heartbeat: &Heartbeat, was_heard: bool) -> bool {
    match heartbeat.beat().await {
        Ok(()) => {
            if !was_heard {
                info!("the outside heartbeat is heard again");
            }
            true
        }
        Err(why) => {
            if was_heard {
                warn!(why, "the outside heartbeat is not heard; deliveries go on");
            }
            false
        }
    }
}
