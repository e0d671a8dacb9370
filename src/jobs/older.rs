//! A ledger that was put back: nothing is sent from it until a person lets it go.
//!
//! Owns looking for one before anything else is done with it, and noting beside the
//! ledger how far its log went. Refuses to recognise one by itself; `store` does.

use std::path::Path;

use chrono::{DateTime, Utc};
use tracing::{error, warn};

use crate::store::StoreError;
use crate::store::ledger::{self, Ledger, Reader, chain, restored, settings};

/// Holds everything if the ledger is older than what was sent from it; whether it is held.
///
/// # Errors
/// What the ledger or the file beside it says.
pub fn hold_if_older(ledger: &Ledger, now: DateTime<Utc>) -> Result<bool, StoreError> {
    let seen = ledger::seen_head(ledger.path())?;
    let reader = Reader::open(ledger.path())?;
    let doing = "look whether the ledger is an older one";
    let older = reader.ask(doing, |c| restored::recognise(c, seen.as_ref()))?;
    let Some(why) = older else {
        return Ok(reader.ask(doing, restored::standing)?.is_some());
    };
    error!(
        why,
        "the ledger is an older one: nothing is sent until `duban restore --release`; \
         `duban restore --pending` lists what may have been sent since"
    );
    ledger.write_blocking("hold an older ledger", move |connection| {
        restored::hold(connection, &why, now)
    })?;
    note_head(ledger, &reader);
    Ok(true)
}

/// Notes that a whole round was planned on the ledger, and how far its log goes.
///
/// # Errors
/// What the ledger says.
pub fn round_made(ledger: &Ledger, reader: &Reader, now: DateTime<Utc>) -> Result<(), StoreError> {
    let doing = "note that a round was planned";
    let standing = reader.ask(doing, restored::standing)?;
    if standing.is_some_and(|standing| !standing.planned) {
        ledger.write_blocking(doing, move |c| restored::planned(c, now))?;
    }
    note_head(ledger, reader);
    Ok(())
}

/// Notes beside the ledger how far its log goes. Where that cannot be written nothing else
/// stops: the file of before stays, and a ledger ahead of it is nothing unusual.
pub fn note_head(ledger: &Ledger, reader: &Reader) {
    if let Err(error) = try_note(ledger, reader) {
        warn!(%error, "how far the audit log goes could not be noted beside the ledger");
    }
}

/// Notes it once more at a clean stop, when nothing writes any longer.
pub fn note_at_stop(path: &Path) {
    let noted = Reader::open(path).and_then(|reader| {
        let head = reader.ask("read the head of the audit log", chain::head)?;
        ledger::note_head(path, &head)
    });
    if let Err(error) = noted {
        warn!(%error, "how far the audit log goes could not be noted beside the ledger");
    }
}

fn try_note(ledger: &Ledger, reader: &Reader) -> Result<(), StoreError> {
    let doing = "read the head of the audit log";
    let head = reader.ask(doing, chain::head)?;
    if ledger::seen_head(ledger.path())?.as_ref() != Some(&head) {
        ledger::note_head(ledger.path(), &head)?;
    }
    if reader
        .ask(doing, |c| settings::get(c, settings::HEAD_KEPT))?
        .is_none()
    {
        ledger.write_blocking(doing, |c| settings::set(c, settings::HEAD_KEPT, "1"))?;
    }
    Ok(())
}
