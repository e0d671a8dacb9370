//! `run`: the daemon, with its log and its signals.
//!
//! Owns setting up the log and the runtime. Refuses to know what the daemon does.

use std::io;

use anyhow::{Context as _, anyhow};
use tracing::level_filters::LevelFilter;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;

use super::args::Cli;
use super::library::{settings, settings_path};
use super::outcome::faulty;
use crate::clock::Clock;
use crate::config::{Format, Level, Log};
use crate::daemon::{self, Failure};
use crate::domain::fault::Fault;
use crate::store::StoreError;

/// Runs the daemon until it is told to stop.
///
/// # Errors
/// Why it could not start, or ended by itself.
pub(super) fn run(cli: &Cli, clock: Clock) -> anyhow::Result<()> {
    let Some(path) = settings_path(cli) else {
        let expected = "--config FILE";
        return Err(faulty(vec![Fault::new(
            "command line",
            "no configuration",
            expected,
        )]));
    };
    log_to_stderr(settings(cli).map_err(faulty)?.log);
    let runtime = tokio::runtime::Runtime::new().context("failed to start the runtime")?;
    let ended = runtime.block_on(async {
        let signals = daemon::listen().context("failed to listen to signals")?;
        anyhow::Ok(daemon::run(path, clock, signals).await)
    });
    // Nothing that still reads the catalogue keeps the process from ending.
    runtime.shutdown_background();
    ended?.map_err(|failure| match failure {
        Failure::Faults(faults) => faulty(faults),
        // A database on a share that is mounted later: starting again may help.
        Failure::Store(error @ StoreError::Missing { .. }) => anyhow!("failed to {error}"),
        Failure::Store(error) => error.into(),
        // No later start may listen there either; an address that is in use may be free then.
        Failure::Listen { address, error } if error.kind() == io::ErrorKind::PermissionDenied => {
            let expected = "a port that duban may listen on; those below 1024 are the system's";
            faulty(vec![Fault::new(
                "web.listen",
                format!("{address}: {error}"),
                expected,
            )])
        }
        failure @ (Failure::PartEnded(_) | Failure::Listen { .. }) => failure.into(),
    })
}

/// Logs go to stderr; under systemd the journal adds the time. Of the libraries below,
/// only what they find wrong is worth a line.
fn log_to_stderr(log: Log) {
    let level = match log.level {
        Level::Error => LevelFilter::ERROR,
        Level::Warn => LevelFilter::WARN,
        Level::Info => LevelFilter::INFO,
        Level::Debug => LevelFilter::DEBUG,
    };
    let ours = Targets::new()
        .with_target(env!("CARGO_CRATE_NAME"), level)
        .with_default(level.min(LevelFilter::WARN));
    let lines = tracing_subscriber::fmt()
        .with_writer(io::stderr)
        // A log on a full disk must not end the daemon: complaining of it would panic.
        .log_internal_errors(false)
        .with_max_level(level);
    match log.format {
        Format::Text => {
            let lines = lines.with_ansi(false).without_time().with_target(false);
            lines.finish().with(ours).init();
        }
        Format::Json => lines.json().finish().with(ours).init(),
    }
}
