//! Leases that ran out, and those of a process that is gone.
//!
//! Owns returning such messages to the queue as marked repeats: whether they arrived
//! cannot be known. Refuses to send them.

use chrono::{DateTime, Utc};
use tracing::warn;

use crate::store::StoreError;
use crate::store::ledger::Ledger;
use crate::store::ledger::outbox::{self, Abandoned};

/// Returns abandoned messages to the queue; says how many.
///
/// # Errors
/// What the ledger says.
pub fn give_back(ledger: &Ledger, which: Abandoned, now: DateTime<Utc>) -> Result<u64, StoreError> {
    let returned = ledger.write_blocking("return abandoned messages", move |connection| {
        outbox::give_back(connection, which, now)
    })?;
    if returned > 0 {
        warn!(
            messages = returned,
            "returned as marked repeats: whether they arrived is unknown"
        );
    }
    Ok(returned)
}
