//! What the outside tells a running daemon: stop, or reload.
//!
//! Owns listening to SIGTERM, SIGINT and SIGHUP. Refuses to act on them; tests tell
//! the daemon the same without a signal.

use std::sync::Arc;

use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

/// What the daemon listens to.
#[derive(Debug, Clone, Default)]
pub struct Signals {
    /// Finish what is under way and end.
    pub stop: CancellationToken,
    /// Read the configuration anew.
    pub reload: Arc<Notify>,
}

/// Listens to the process's signals from now on.
///
/// # Errors
/// What the system says when a signal cannot be listened to.
pub fn listen() -> std::io::Result<Signals> {
    let signals = Signals::default();
    let (mut term, mut int) = (
        signal(SignalKind::terminate())?,
        signal(SignalKind::interrupt())?,
    );
    let mut hup = signal(SignalKind::hangup())?;
    let heard = signals.clone();
    listen_to(async move {
        loop {
            tokio::select! {
                _ = term.recv() => break,
                _ = int.recv() => break,
                _ = hup.recv() => heard.reload.notify_one(),
            }
        }
        heard.stop.cancel();
    });
    Ok(signals)
}

#[expect(
    clippy::disallowed_methods,
    reason = "the daemon is where tasks are spawned; this one ends with the process"
)]
fn listen_to(signals: impl Future<Output = ()> + Send + 'static) {
    tokio::spawn(signals);
}
