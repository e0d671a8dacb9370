//! One login at a time until one has worked: a wrong password is tried once, not once for
//! every mail that waits, or the provider locks the mailbox.
//!
//! Owns who may open a connection now, and that whoever was sent together with one that
//! failed hears the same answer. Refuses to remember a failure for anybody sent later.

use std::sync::atomic::{AtomicBool, Ordering};

use chrono::{DateTime, TimeDelta, Utc};
use tokio::sync::Mutex;

use super::failure::Failure;

/// Messages of one claim begin within this time of each other, on a busy host too. By then
/// the way is held, and no probe is so soon.
const TOGETHER: TimeDelta = TimeDelta::seconds(2);

/// The way to a relay, proven by the last connection or not.
#[derive(Debug, Default)]
pub(super) struct Gate {
    is_proven: AtomicBool,
    /// The last opening that failed, and when its mail was sent. Held while a connection is
    /// opened that would prove the way.
    last: Mutex<Option<(DateTime<Utc>, Failure)>>,
}

impl Gate {
    /// Opens a connection for a mail that is sent at `now`.
    pub(super) async fn pass<T>(
        &self,
        now: DateTime<Utc>,
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
            && (now - *at).abs() <= TOGETHER
        {
            return Err(failure.clone());
        }
        let opened = open.await;
        match &opened {
            Ok(_) => self.is_proven.store(true, Ordering::Relaxed),
            Err(failure) => *last = Some((now, failure.clone())),
        }
        opened
    }
}
