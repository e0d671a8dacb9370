//! Leases that ran out, and those of a process that is gone.
//!
//! Owns returning such messages to the queue as marked repeats: whether they arrived
//! cannot be known; and having broken ways probed at once where settings may have mended
//! them. Refuses to send anything.

use chrono::{DateTime, Utc};
use tracing::{info, warn};

use crate::store::StoreError;
use crate::store::ledger::outbox::{self, Abandoned};
use crate::store::ledger::{Ledger, holds};

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

/// Has every broken way probed at once: new settings, or what was done before a restart, may
/// have mended it.
///
/// # Errors
/// What the ledger says.
pub fn probe_held(ledger: &Ledger, now: DateTime<Utc>) -> Result<(), StoreError> {
    let probe = move |c: &_| holds::probe_now(c, now);
    let probed = ledger.write_blocking("probe what is held", probe)?;
    if probed > 0 {
        info!(destinations = probed, "what is held is probed at once");
    }
    Ok(())
}
