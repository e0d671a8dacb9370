//! One round: look at the clock, return what expired, plan, write the digest, inspect.
//!
//! Owns the order, and that nothing is planned while the clock is not believed: a false
//! future would record rungs as told. The daemon makes one at least once a minute. Refuses to
//! deliver and to wait.

use std::path::Path;

use chrono::{DateTime, NaiveTime, Utc};
use tracing::info;

use super::auditor::{Auditor, Ended, Health, Scene};
use super::plan::{self, Desk, Progress};
use super::{Context, Library, digest, sweep};
use crate::store::StoreError;
use crate::store::catalog::Catalog;
use crate::store::ledger::Reader;
use crate::store::ledger::obligations::Applied;
use crate::store::ledger::outbox::Abandoned;

/// What a round works with.
#[derive(Debug, Clone, Copy)]
pub struct Work<'a> {
    /// Ledger, clock and limits.
    pub context: &'a Context,
    /// Law, calendar and directory.
    pub library: &'a Library,
    /// The city's catalogue.
    pub catalog: &'a Path,
    /// When the centre's digest is due.
    pub digest_at: NaiveTime,
    /// After how many minutes a message that waits is late.
    pub late_min: u32,
}

/// What a round came to.
#[derive(Debug)]
pub struct Made {
    /// What was planned; nothing while the clock is not believed.
    pub applied: Applied,
    /// Why the pass over the catalogue failed, if it did.
    pub failed: Option<StoreError>,
    /// What the inspection found.
    pub health: Health,
}

/// Makes a round; `abandoned` says whose leases are returned.
///
/// # Errors
/// What the ledger says. A catalogue that cannot be read is told in what is returned: the
/// inspection is made all the same.
pub fn make(
    work: &Work<'_>,
    auditor: &mut Auditor,
    abandoned: Abandoned,
    progress: Progress<'_>,
) -> Result<Made, StoreError> {
    let context = work.context;
    let reader = Reader::open(context.ledger.path())?;
    let judged = context.watch.inspect(context, &reader)?;
    sweep::give_back(&context.ledger, abandoned, judged.now)?;
    let mut catalog = None;
    let mut pass = || {
        let opened = Catalog::open(work.catalog)?;
        let opened = opened.knowing(work.library.pack.events.iter().cloned());
        pass(work, catalog.insert(opened), &reader, judged.now, progress)
    };
    let (applied, failed) = match judged.jump {
        Some(_) => (Applied::default(), None),
        None => match pass() {
            Ok(applied) => (applied, None),
            Err(error) => (Applied::default(), Some(error)),
        },
    };
    let ended = match (&judged.jump, &failed) {
        (Some(_), _) => Ended::Withheld,
        (None, Some(error)) => Ended::Failed(format!("failed to {error}")),
        (None, None) => Ended::Complete,
    };
    let scene = Scene {
        context,
        reader: &reader,
        library: work.library,
        // One that failed once in this round is not asked again.
        catalog: catalog.as_ref().filter(|_| failed.is_none()),
        late_min: work.late_min,
        now: judged.now,
        jump: judged.jump,
    };
    let health = auditor.inspect(&scene, &ended)?;
    Ok(Made {
        applied,
        failed,
        health,
    })
}

fn pass(
    work: &Work<'_>,
    catalog: &Catalog,
    reader: &Reader,
    now: DateTime<Utc>,
    progress: Progress<'_>,
) -> Result<Applied, StoreError> {
    let ledger = &work.context.ledger;
    let desk = Desk {
        catalog,
        reader,
        library: work.library,
        now,
    };
    let applied = plan::run(&desk, ledger, progress)?;
    if applied.obligations > 0 {
        info!(
            obligations = applied.obligations,
            notices = applied.notices,
            "planned"
        );
    }
    if digest::run(&desk, ledger, work.digest_at)? {
        info!("the centre's digest is in the outbox");
    }
    Ok(applied)
}
