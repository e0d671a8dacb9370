//! The loop that plans: compares catalogue and ledger with the clock.
//!
//! Owns when a round is made (at a bell, by itself, after a reload) and what is said
//! of it to systemd and to the watchman outside. Refuses to wait for a delivery.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use tracing::error;

use super::Wakes;
use super::live::Live;
use super::systemd::{self, Pulse, StatusLine};
use crate::jobs::auditor::{Auditor, Health};
use crate::jobs::round::{self, Made, Occasion};
use crate::store::StoreError;
use crate::store::ledger::{Reader, holds, reader};

/// A round is made at least this often, bell or no bell: it bounds how late a catalogue
/// change or a missed ring can be.
const AT_LEAST_EVERY: Duration = Duration::from_mins(1);

/// That the ledger begins or ceases to refuse is told within ten seconds (bar B6); a disk
/// that does both by turns makes no more rounds than this.
const TURN_PAUSE: Duration = Duration::from_secs(5);

/// What the planner speaks through.
#[derive(Debug)]
pub(super) struct Telling {
    /// Feeds the watchdog.
    pub(super) pulse: Pulse,
    /// Shows where things stand.
    pub(super) status: StatusLine,
    /// Counts clean rounds, for the heartbeat.
    pub(super) clean: watch::Sender<u64>,
}

/// Plans until told to stop. A round that fails is reported and made again; one that is
/// under way then is not waited for.
pub(super) async fn run(
    mut live: watch::Receiver<Arc<Live>>,
    wakes: Wakes,
    stop: CancellationToken,
    telling: Telling,
    mut auditor: Auditor,
) {
    let (mut next, mut last) = (Occasion::Wake, Instant::now());
    let mut turns = live.borrow().context.ledger.turns();
    let every = systemd::watchdog_pause().map_or(AT_LEAST_EVERY, |pause| pause.min(AT_LEAST_EVERY));
    loop {
        tokio::select! {
            () = stop.cancelled() => return,
            () = wakes.plan.notified() => {}
            () = tokio::time::sleep(every) => {}
            () = turned(&mut turns, last) => {}
            changed = live.changed() => match changed {
                Ok(()) => next = Occasion::Reload,
                Err(_) => return,
            },
        }
        let current = Arc::clone(&live.borrow_and_update());
        last = Instant::now();
        let (waking, fed) = (wakes.clone(), telling.pulse.clone());
        let occasion = std::mem::replace(&mut next, Occasion::Wake);
        let round = tokio::task::spawn_blocking(move || {
            let mut on_page = |done, total| fed.planned(done, total);
            let made = round(&current, &waking, &mut auditor, occasion, &mut on_page);
            (auditor, made)
        });
        let ended = tokio::select! {
            () = stop.cancelled() => return,
            ended = round => ended,
        };
        // A panic in a round is a defect that a restart may outlive.
        let Ok((kept, made)) = ended else { return };
        auditor = kept;
        // The deliverer has to show that it is alive, whatever came of the round.
        wakes.deliver.notify_one();
        telling.tell(&made);
    }
}

/// Waits until the ledger begins or ceases to refuse.
async fn turned(turns: &mut watch::Receiver<bool>, last: Instant) {
    if turns.changed().await.is_err() {
        // The writer has ended; that is told elsewhere.
        std::future::pending::<()>().await;
    }
    tokio::time::sleep_until(last + TURN_PAUSE).await;
}

impl Telling {
    /// Says what came of a round: where things stand, that both loops live, that all is well.
    pub(super) fn tell(&self, made: &Result<(Made, String), StoreError>) {
        match made {
            Ok((made, standing)) => {
                if let Some(error) = &made.failed {
                    error!(%error, "a round failed and is made again");
                }
                self.status.say(standing);
                self.pulse.inspected(made.health.wants_restart());
                if made.failed.is_none() && made.health.is_clean() {
                    self.clean.send_modify(|rounds| *rounds += 1);
                }
            }
            Err(error) => {
                error!(%error, "a round failed and is made again");
                self.status.say(&format!("trouble: failed to {error}"));
            }
        }
        self.pulse.round_made();
    }
}

/// One round, and where things then stand, in one line.
pub(super) fn round(
    live: &Live,
    wakes: &Wakes,
    auditor: &mut Auditor,
    occasion: Occasion,
    progress: &mut dyn FnMut(u64, u64),
) -> Result<(Made, String), StoreError> {
    let mut on_page = |done, total| {
        progress(done, total);
        // Nothing goes out before the pass is complete, but the watchdog is fed only if the
        // deliverer comes round meanwhile.
        wakes.deliver.notify_one();
    };
    let made = round::make(&live.work(), auditor, occasion, &mut on_page)?;
    let standing = standing(live, &made)?;
    Ok((made, standing))
}

fn standing(live: &Live, made: &Made) -> Result<String, StoreError> {
    let reader = Reader::open(live.context.ledger.path())?;
    let next = reader.ask("read the next date", reader::next_day)?;
    let holds = reader.ask("read the holds", holds::list)?;
    let next = match (&made.failed, next) {
        (Some(error), _) => format!("trouble: failed to {error}"),
        (None, Some(day)) => format!("next date {day}"),
        (None, None) => "nothing ahead".to_owned(),
    };
    let held = holds.into_iter().map(|hold| {
        format!(
            "; {} held since {}: {}",
            hold.destination, hold.since, hold.reason
        )
    });
    let alarms = alarms(&made.health);
    Ok(std::iter::once(next).chain(held).chain(alarms).collect())
}

/// How many findings there are, and of which kinds.
fn alarms(health: &Health) -> Option<String> {
    let mut kinds: Vec<&str> = health.findings.iter().map(|one| one.code.name()).collect();
    let count = kinds.len();
    kinds.dedup();
    let plural = if count == 1 { "" } else { "s" };
    (count > 0).then(|| format!("; {count} finding{plural}: {}", kinds.join(", ")))
}
