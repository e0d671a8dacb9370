//! The bell: rings the planner at the configured hours of Asia/Shanghai.
//!
//! Owns the cron scheduler, which holds no truth: it skips what it missed, forgets at
//! a restart and falls silent when the clock steps back, and none of that matters,
//! because the planner wakes by itself too. Refuses to do any work in a ring.
//!
//! The scheduler polls twice a second while it runs, and its tasks keep each other alive
//! when it is dropped. So it runs only around a ring, on a runtime of its own that takes
//! them along when it ends.

use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};
use tokio::sync::{Notify, watch};
use tokio::time::sleep;
use tokio_cron_scheduler::{Job, JobScheduler, JobSchedulerError};
use tokio_util::sync::CancellationToken;
use tracing::error;

use super::live::Live;
use crate::clock::ZONE;
use crate::config::Bell;

/// The scheduler is started this long before a ring.
const AHEAD: Duration = Duration::from_secs(5);

/// After a ring it is given this long, twice its own poll and more, to have rung.
const AFTER: Duration = Duration::from_secs(2);

/// The next ring is looked for at least this often, in case the clock was set.
const LOOK_EVERY: Duration = Duration::from_mins(10);

/// Rings until told to stop. A scheduler that fails is made anew; the planner wakes by
/// itself meanwhile.
pub(super) async fn run(
    mut live: watch::Receiver<Arc<Live>>,
    bell: Arc<Notify>,
    stop: CancellationToken,
) {
    loop {
        let current = Arc::clone(&live.borrow_and_update());
        let till = next_ring(&current.wake, current.context.clock.now());
        let nap = till.map_or(Duration::MAX, |till| till.saturating_sub(AHEAD));
        tokio::select! {
            () = stop.cancelled() => return,
            changed = live.changed() => if changed.is_err() { return } else { continue },
            () = sleep(nap.min(LOOK_EVERY)) => {}
        }
        if nap > LOOK_EVERY {
            continue;
        }
        let (bell, stop) = (Arc::clone(&bell), stop.clone());
        let ring = move || let_ring(&current.wake, &bell, AHEAD + AFTER, &stop);
        match tokio::task::spawn_blocking(ring).await {
            Ok(Ok(())) => {}
            Ok(Err(error)) => {
                error!(%error, "the cron scheduler failed; the planner wakes by itself");
                sleep(AHEAD).await;
            }
            Err(_) => return,
        }
    }
}

/// How long it is until any of them rings; `None` if none ever does.
fn next_ring(bells: &[Bell], now: DateTime<Utc>) -> Option<Duration> {
    let next = |bell: &Bell| bell.next_times(now.with_timezone(&ZONE), 1).pop();
    let next = bells.iter().filter_map(next).min()?;
    Some((next.to_utc() - now).to_std().unwrap_or_default())
}

/// Why the scheduler did not ring.
#[derive(Debug, thiserror::Error)]
enum Silent {
    #[error("start a runtime: {0}")]
    Runtime(#[from] std::io::Error),
    #[error("schedule the bells: {0}")]
    Scheduler(#[from] JobSchedulerError),
}

/// Runs the scheduler for a while, or until told to stop.
fn let_ring(
    bells: &[Bell],
    bell: &Arc<Notify>,
    time: Duration,
    stop: &CancellationToken,
) -> Result<(), Silent> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .build()?;
    runtime.block_on(async {
        tokio::select! {
            () = stop.cancelled() => Ok(()),
            rung = scheduled(bells, bell, time) => Ok(rung?),
        }
    })
}

async fn scheduled(
    bells: &[Bell],
    bell: &Arc<Notify>,
    time: Duration,
) -> Result<(), JobSchedulerError> {
    let scheduler = JobScheduler::new().await?;
    for text in bells.iter().map(Bell::text) {
        let bell = Arc::clone(bell);
        let ring = move |_, _| {
            bell.notify_one();
            Box::pin(async {}) as std::pin::Pin<Box<dyn Future<Output = ()> + Send>>
        };
        let job = Job::new_async_tz(text, ZONE, ring)?;
        scheduler.add(job).await?;
    }
    scheduler.start().await?;
    sleep(time).await;
    Ok(())
}
