//! What systemd is told: ready, status, watchdog, reloading, stopping.
//!
//! Owns the rule that the watchdog is fed by progress: both loops must have come round, and
//! nothing may be stuck that a new process would free.
//! Refuses to fail where there is no systemd.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use sd_notify::NotifyState;
use tracing::{debug, info};

use crate::jobs::plan::PAGE;

/// The watchdog is fed this many times in its period.
const FEEDS_PER_PERIOD: u32 = 3;

/// While a long first plan makes progress, systemd is asked for this much more time.
const PATIENCE: Duration = Duration::from_secs(30);

/// A pass over this many decisions takes long enough for its progress to be shown.
const LONG_PASS: u64 = 10_000;

/// The log hears of a long pass each time this many more are done.
const LOG_EVERY: u64 = 10_000;

const REFUSED: &str = "reload refused, the old settings stay in force (see the log)";

/// How often the watchdog wants to be fed, if there is one.
pub(super) fn watchdog_pause() -> Option<Duration> {
    sd_notify::watchdog_enabled().map(|period| period / FEEDS_PER_PERIOD)
}

pub(super) fn ready() {
    tell(&[NotifyState::Ready]);
}

pub(super) fn reloading() {
    match NotifyState::monotonic_usec_now() {
        Ok(moment) => tell(&[NotifyState::Reloading, moment]),
        Err(_) => tell(&[NotifyState::Reloading]),
    }
}

pub(super) fn stopping(drain: Duration) {
    tell(&[
        NotifyState::Stopping,
        NotifyState::ExtendTimeoutUsec(micros(drain + PATIENCE)),
    ]);
}

/// Progress of the first plan.
pub(super) fn starting(done: u64, total: u64) {
    tell_progress(done, total);
    tell(&[NotifyState::ExtendTimeoutUsec(micros(PATIENCE))]);
}

fn tell_progress(done: u64, total: u64) {
    if total < LONG_PASS {
        return;
    }
    status(&format!("planning: {done} of {total} decisions"));
    let page = u64::try_from(PAGE).unwrap_or(u64::MAX);
    if done % LOG_EVERY < page || done == total {
        info!(done, total, "planning");
    }
}

fn status(text: &str) {
    // A line break would start another field.
    let line: String = text
        .chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect();
    tell(&[NotifyState::Status(&line)]);
}

fn micros(duration: Duration) -> u32 {
    u32::try_from(duration.as_micros()).unwrap_or(u32::MAX)
}

fn tell(state: &[NotifyState<'_>]) {
    if let Err(error) = sd_notify::notify(state) {
        debug!(%error, "systemd was not told");
    }
}

/// The line that `systemctl status` shows: where things stand and, for as long as it is so,
/// that the files on disk are not the settings in force.
#[derive(Debug, Clone, Default)]
pub(super) struct StatusLine {
    refused: Arc<AtomicBool>,
}

impl StatusLine {
    /// Shows where things stand.
    pub(super) fn say(&self, standing: &str) {
        if self.refused.load(Ordering::SeqCst) {
            status(&format!("{REFUSED}; {standing}"));
        } else {
            status(standing);
        }
    }

    /// A reload was refused; said until one succeeds.
    pub(super) fn reload_refused(&self) {
        self.refused.store(true, Ordering::SeqCst);
        status(REFUSED);
    }

    /// A reload succeeded. The planner, which it wakes, says where things stand.
    pub(super) fn reloaded(&self) {
        self.refused.store(false, Ordering::SeqCst);
    }
}

/// Whether both loops have come round since the watchdog was last fed.
#[derive(Debug, Clone, Default)]
pub(super) struct Pulse {
    delivered: Arc<AtomicBool>,
    wants_restart: Arc<AtomicBool>,
}

impl Pulse {
    /// The deliverer came round its loop; the planner wakes it with every round.
    pub(super) fn deliverer_alive(&self) {
        self.delivered.store(true, Ordering::SeqCst);
    }

    /// What the last inspection says of this process: whether a new one would do better.
    pub(super) fn inspected(&self, wants_restart: bool) {
        self.wants_restart.store(wants_restart, Ordering::SeqCst);
    }

    /// A round of planning was made. The watchdog is fed if the deliverer came round too and
    /// the last inspection found nothing that a restart would cure.
    pub(super) fn round_made(&self) {
        let delivered = self.delivered.swap(false, Ordering::SeqCst);
        if delivered && !self.wants_restart.load(Ordering::SeqCst) {
            tell(&[NotifyState::Watchdog]);
        }
    }

    /// A long pass goes on, and is itself progress.
    pub(super) fn planned(&self, done: u64, total: u64) {
        tell_progress(done, total);
        self.round_made();
    }
}
