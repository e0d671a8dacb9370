//! One login at a time until one has worked: a wrong password is tried once, not once for
//! every mail that waits, or the provider locks the mailbox.
//!
//! Owns who may open a connection now, and that whoever waited for one that failed hears the
//! same answer. Refuses to remember a failure for anybody who asks after it.

use std::sync::atomic::{AtomicBool, Ordering};

use tokio::sync::Mutex;
use tokio::time::Instant;

use super::failure::Failure;

/// The way to a relay, proven by the last connection or not.
#[derive(Debug, Default)]
pub(super) struct Gate {
    is_proven: AtomicBool,
    /// The last opening that failed, and when. Held while a connection is opened that would
    /// prove the way.
    last: Mutex<Option<(Instant, Failure)>>,
}

impl Gate {
    /// Opens a connection for a mail that has waited since `asked`.
    pub(super) async fn pass<T>(
        &self,
        asked: Instant,
        open: impl Future<Output = Result<T, Failure>>,
    ) -> Result<T, Failure> {
        if self.is_proven.load(Ordering::Relaxed) {
            let opened = open.await;
            self.is_proven.store(opened.is_ok(), Ordering::Relaxed);
            return opened;
        }
        let mut last = self.last.lock().await;
        if self.is_proven.load(Ordering::Relaxed) {
            drop(last);
            return open.await;
        }
        if let Some((at, failure)) = &*last
            && *at >= asked
        {
            return Err(failure.clone());
        }
        let opened = open.await;
        match &opened {
            Ok(_) => self.is_proven.store(true, Ordering::Relaxed),
            Err(failure) => *last = Some((Instant::now(), failure.clone())),
        }
        opened
    }
}
