//! The loop that plans: compares catalogue and ledger with the clock.
//!
//! Owns when a round is made (at a bell, by itself, after a reload) and what is said
//! of it to systemd. Refuses to wait for a delivery.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;
use tokio_util::sync::CancellationToken;
use tracing::{error, info};

use super::Wakes;
use super::live::Live;
use super::systemd::{self, Pulse, StatusLine};
use crate::jobs::plan::{self, Desk};
use crate::jobs::{digest, sweep};
use crate::store::StoreError;
use crate::store::catalog::Catalog;
use crate::store::ledger::outbox::Abandoned;
use crate::store::ledger::{Reader, holds, reader};

/// A round is made at least this often, bell or no bell: it bounds how late a catalogue
/// change or a missed ring can be.
const AT_LEAST_EVERY: Duration = Duration::from_mins(1);

/// What the planner tells systemd through.
#[derive(Debug)]
pub(super) struct Telling {
    /// Feeds the watchdog.
    pub(super) pulse: Pulse,
    /// Shows where things stand.
    pub(super) status: StatusLine,
}

/// Plans until told to stop. A round that fails is reported and made again; one that is
/// under way then is not waited for.
pub(super) async fn run(
    mut live: watch::Receiver<Arc<Live>>,
    wakes: Wakes,
    stop: CancellationToken,
    Telling { pulse, status }: Telling,
) {
    let every = systemd::watchdog_pause().map_or(AT_LEAST_EVERY, |pause| pause.min(AT_LEAST_EVERY));
    loop {
        tokio::select! {
            () = stop.cancelled() => return,
            () = wakes.plan.notified() => {}
            () = tokio::time::sleep(every) => {}
            changed = live.changed() => if changed.is_err() { return },
        }
        let current = Arc::clone(&live.borrow_and_update());
        let (waking, fed) = (wakes.clone(), pulse.clone());
        let round = tokio::task::spawn_blocking(move || {
            round(&current, &waking, &mut |done, total| {
                fed.planned(done, total);
            })
        });
        let ended = tokio::select! {
            () = stop.cancelled() => return,
            ended = round => ended,
        };
        match ended {
            Ok(Ok(standing)) => status.say(&standing),
            Ok(Err(error)) => {
                error!(%error, "a round failed and is made again");
                status.say(&format!("trouble: failed to {error}"));
                // The deliverer has to show that it is alive all the same.
                wakes.deliver.notify_one();
            }
            // A panic in a round is a defect that a restart may outlive.
            Err(_) => return,
        }
        pulse.round_made();
    }
}

/// One round: returns what expired, plans what changed or came due, writes the digest.
/// Says where things stand, in one line.
pub(super) fn round(
    live: &Live,
    wakes: &Wakes,
    progress: &mut dyn FnMut(u64, u64),
) -> Result<String, StoreError> {
    let (ledger, now) = (&live.context.ledger, live.context.clock.now());
    sweep::give_back(ledger, Abandoned::Expired, now)?;
    let catalog = Catalog::open(&live.catalog)?.knowing(live.library.pack.events.iter().cloned());
    let reader = Reader::open(ledger.path())?;
    let desk = Desk {
        catalog: &catalog,
        reader: &reader,
        library: &live.library,
        now,
    };
    let mut on_page = |done, total| {
        progress(done, total);
        // Nothing goes out before the pass is complete, but the watchdog is fed only if the
        // deliverer comes round meanwhile.
        wakes.deliver.notify_one();
    };
    let applied = plan::run(&desk, ledger, &mut on_page)?;
    if applied.obligations > 0 {
        info!(
            obligations = applied.obligations,
            notices = applied.notices,
            "planned"
        );
    }
    if digest::run(&desk, ledger, live.digest_at)? {
        info!("the centre's digest is in the outbox");
    }
    wakes.deliver.notify_one();
    standing(&reader)
}

fn standing(reader: &Reader) -> Result<String, StoreError> {
    let next = reader.ask("read the next date", reader::next_day)?;
    let holds = reader.ask("read the holds", holds::list)?;
    let next = next.map_or_else(
        || "nothing ahead".to_owned(),
        |day| format!("next date {day}"),
    );
    let held = holds.into_iter().map(|hold| {
        format!(
            "; {} held since {}: {}",
            hold.destination, hold.since, hold.reason
        )
    });
    Ok(std::iter::once(next).chain(held).collect())
}
