//! The daemon: everything is wired here, and only here tasks are spawned.
//!
//! Owns the order of starting (lock, migrate, first plan, ready), the two loops that
//! plan and deliver, reloading and draining. Refuses to know how any of it is done.
//!
//! The loops are two so that a conversation that stalls for minutes delays no plan;
//! each compares the ledger with the clock, and whatever wakes them is only a bell.

mod bell;
mod deliverer;
mod heart;
pub mod live;
mod pages;
mod planner;
pub mod shelf;
mod signals;
mod systemd;

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;

use tokio::sync::{Notify, watch};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;
use tracing::{error, info, warn};

use crate::clock::Clock;
use crate::config::{Config, Web};
use crate::domain::fault::Fault;
use crate::jobs::Context;
use crate::jobs::auditor::Auditor;
use crate::jobs::older;
use crate::jobs::round::Occasion;
use crate::store::StoreError;
use crate::store::catalog::Catalog;
use crate::store::ledger::{self, Ledger, Writer};
use live::Live;
use pages::Pages;
use planner::Telling;
pub use signals::{Signals, listen};
use systemd::StatusLine;

/// What is under way when told to stop may take this long to finish; what has not by
/// then is returned at the next start as a marked repeat. Less than `TimeoutStopSec`.
const DRAIN: Duration = Duration::from_secs(30);

/// Saying goodbye to the relay may take this long; nothing depends on it.
const GOODBYE: Duration = Duration::from_secs(2);

/// What was handed to the ledger may take this long to reach the disk after the drain. A
/// round of planning that is still under way is not waited for: its pages are written
/// whole or not at all, and the next start makes the round again.
const FLUSH: Duration = Duration::from_secs(5);

/// Why the daemon ended by itself.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// Something people wrote is wrong.
    #[error("{} faults in configuration, rules or catalogue", .0.len())]
    Faults(Vec<Fault>),
    /// A database refused.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The address of the pages cannot be had.
    #[error("cannot listen on {address} ([web] listen): {error}")]
    Listen {
        /// The address.
        address: SocketAddr,
        /// What the system says.
        error: std::io::Error,
    },
    /// A part of the daemon ended without being asked to.
    #[error("the {0} ended without being asked to")]
    PartEnded(&'static str),
}

/// Starts the ledger's writer on its thread; it ends when the last handle is gone.
///
/// # Errors
/// What the system says when it has no thread to give.
pub fn start_writer(writer: Writer) -> std::io::Result<JoinHandle<()>> {
    let thread = std::thread::Builder::new().name("ledger".to_owned());
    thread.spawn(move || writer.run())
}

/// Runs the daemon on the configuration at `path` until it is told to stop.
///
/// # Errors
/// Why it could not start, or ended by itself.
pub async fn run(path: &Path, clock: Clock, signals: Signals) -> Result<(), Failure> {
    let config = Config::load(path).map_err(Failure::Faults)?;
    let (ledger, writer) = ledger::open(&config.ledger)?;
    let writer = start_writer(writer).map_err(StoreError::file(&config.ledger))?;
    refuse_foreign_schema(&config.catalog)?;
    config.web.as_ref().map_or(Ok(()), pages::make_key)?;
    let live = Arc::new(Live::new(&config, clock, ledger.clone()).map_err(Failure::Faults)?);
    let daemon = Daemon {
        path: path.to_owned(),
        catalog: config.catalog.clone(),
        web: config.web.clone(),
        ledger,
        live,
        signals,
        status: StatusLine::default(),
    };
    let ended = daemon.run().await;
    // The last handle is gone with the daemon: what was queued is written first.
    let written = tokio::task::spawn_blocking(move || writer.join());
    if tokio::time::timeout(FLUSH, written).await.is_err() {
        warn!("stopped in the middle of a round; the next start makes it again");
    }
    older::note_at_stop(&config.ledger);
    ended
}

/// A catalogue of another shape is refused whole, every difference at once.
fn refuse_foreign_schema(catalog: &Path) -> Result<(), Failure> {
    let faults = Catalog::open(catalog)?.check()?;
    if faults.is_empty() {
        Ok(())
    } else {
        Err(Failure::Faults(faults))
    }
}

/// The parts of a running daemon.
struct Daemon {
    path: PathBuf,
    catalog: PathBuf,
    web: Option<Web>,
    ledger: Ledger,
    live: Arc<Live>,
    signals: Signals,
    status: StatusLine,
}

/// What wakes the loops.
#[derive(Debug, Clone, Default)]
struct Wakes {
    /// Something may have to be planned.
    plan: Arc<Notify>,
    /// Something may have to be delivered.
    deliver: Arc<Notify>,
}

type Parts = JoinSet<&'static str>;

impl Daemon {
    async fn run(self) -> Result<(), Failure> {
        let (live, watched) = watch::channel(Arc::clone(&self.live));
        let pages = match &self.web {
            Some(web) => Some((
                pages::bind(web).await?,
                Pages::router(watched.clone(), self.ledger.clone())?,
            )),
            None => None,
        };
        let (wakes, stop) = (Wakes::default(), CancellationToken::new());
        let (sender, clean) = watch::channel(0);
        let telling = Telling {
            pulse: systemd::Pulse::default(),
            status: self.status.clone(),
            clean: sender,
        };
        let auditor = tokio::select! {
            () = self.signals.stop.cancelled() => return Ok(()),
            made = self.first_round(&wakes, &telling) => made?,
        };
        let mut parts = Self::start(watched, &wakes, &stop, (telling, auditor, clean));
        if let Some((pages, router)) = pages {
            parts.spawn(named("pages", pages.run(router, stop.clone())));
        }
        systemd::ready();
        info!("ready");
        self.supervise(&live, &mut parts).await?;
        systemd::stopping(DRAIN);
        stop.cancel();
        drain(parts).await;
        let carrier = Arc::clone(&live.borrow().context.carrier);
        if tokio::time::timeout(GOODBYE, carrier.close())
            .await
            .is_err()
        {
            warn!("the relay did not answer our goodbye");
        }
        Ok(())
    }

    /// Starts the loops.
    fn start(
        watched: watch::Receiver<Arc<Live>>,
        wakes: &Wakes,
        stop: &CancellationToken,
        (telling, auditor, clean): (Telling, Auditor, watch::Receiver<u64>),
    ) -> Parts {
        let mut parts = Parts::new();
        let pulse = telling.pulse.clone();
        let deliverer = deliverer::run(watched.clone(), wakes.clone(), stop.clone(), pulse);
        parts.spawn(named("deliverer", deliverer));
        let heart = heart::run(watched.clone(), clean, stop.clone());
        parts.spawn(named("heart", heart));
        let planner = planner::run(
            watched.clone(),
            wakes.clone(),
            stop.clone(),
            telling,
            auditor,
        );
        parts.spawn(named("planner", planner));
        let bell = bell::run(watched, wakes.plan.clone(), stop.clone());
        parts.spawn(named("bell", bell));
        parts
    }

    /// What an earlier process held is returned at once, for this one has the lock; then
    /// everything is planned that came due meanwhile.
    async fn first_round(&self, wakes: &Wakes, telling: &Telling) -> Result<Auditor, Failure> {
        let (live, wakes) = (Arc::clone(&self.live), wakes.clone());
        let round = tokio::task::spawn_blocking(move || {
            let mut auditor = Auditor::default();
            let made = planner::round(
                &live,
                &wakes,
                &mut auditor,
                Occasion::Start,
                &mut systemd::starting,
            );
            (auditor, made)
        });
        let Ok((auditor, made)) = round.await else {
            return Err(Failure::PartEnded("first plan"));
        };
        match made {
            Ok((mut made, _)) if made.failed.is_some() => made
                .failed
                .take()
                .map_or(Ok(auditor), |error| Err(error.into())),
            Err(error) => Err(error.into()),
            made => {
                telling.tell(&made);
                Ok(auditor)
            }
        }
    }

    /// Serves reloads until told to stop; a part that ends by itself is a failure.
    async fn supervise(
        &self,
        live: &watch::Sender<Arc<Live>>,
        parts: &mut Parts,
    ) -> Result<(), Failure> {
        loop {
            tokio::select! {
                () = self.signals.stop.cancelled() => return Ok(()),
                () = self.signals.reload.notified() => self.reload(live),
                () = self.ledger.closed() => {
                    error!("the ledger's writer ended without being asked to");
                    return Err(Failure::PartEnded("ledger's writer"));
                }
                ended = parts.join_next() => {
                    let part = ended.and_then(Result::ok).unwrap_or("part that panicked");
                    error!(part, "ended without being asked to");
                    return Err(Failure::PartEnded(part));
                }
            }
        }
    }

    /// Takes over the files as they are now, or keeps the old settings and says why.
    fn reload(&self, live: &watch::Sender<Arc<Live>>) {
        systemd::reloading();
        let Context { clock, watch, .. } = live.borrow().context.clone();
        let loaded = Config::load(&self.path)
            .and_then(|config| self.refuse_moved(&config).map(|()| config))
            .and_then(|config| Live::new(&config, clock, self.ledger.clone()));
        match loaded {
            Ok(mut new) => {
                // What is known of the clock is no setting.
                new.context.watch = watch;
                live.send_replace(Arc::new(new));
                self.status.reloaded();
                info!("reloaded configuration, rules, calendar and directory");
            }
            Err(faults) => {
                for fault in &faults {
                    error!(%fault, "not reloaded");
                }
                warn!("the settings of before stay in force");
                self.status.reload_refused();
            }
        }
        systemd::ready();
    }

    /// The databases of a running daemon stay where they are, and so do its pages.
    fn refuse_moved(&self, config: &Config) -> Result<(), Vec<Fault>> {
        let same = [
            ("catalog.file", &config.catalog, self.catalog.as_path()),
            ("ledger.file", &config.ledger, self.ledger.path()),
        ];
        let moved = same.into_iter().filter(|(_, new, old)| new != old);
        let mut faults: Vec<Fault> = moved
            .map(|(key, new, old)| {
                let found = new.display().to_string();
                Fault::new(key, found, format!("{}, or a restart", old.display()))
            })
            .collect();
        let listens = |web: &Option<Web>| web.as_ref().map(|web| web.listen);
        let (new, old) = (listens(&config.web), listens(&self.web));
        if new != old {
            let shown = |at: Option<SocketAddr>| at.map_or("none".to_owned(), |at| at.to_string());
            let expected = format!("{}, or a restart", shown(old));
            faults.push(Fault::new("web.listen", shown(new), expected));
        }
        if faults.is_empty() {
            Ok(())
        } else {
            Err(faults)
        }
    }
}

/// A part that says which one it was.
async fn named(name: &'static str, part: impl Future<Output = ()>) -> &'static str {
    part.await;
    name
}

/// Waits for the parts to finish what is under way.
async fn drain(mut parts: Parts) {
    let all = async { while parts.join_next().await.is_some() {} };
    if tokio::time::timeout(DRAIN, all).await.is_err() {
        warn!("stopped with messages under way; they return at the next start as marked repeats");
    }
}
