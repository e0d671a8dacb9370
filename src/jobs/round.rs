//! One round: look at the clock, return what expired, plan, let fail upward what could not
//! be delivered, write the digest, inspect.
//!
//! Owns the order, and that nothing is planned while the clock is not believed: a false
//! future would record rungs as told. The daemon makes one at least once a minute. Refuses to
//! deliver and to wait.

use std::path::Path;

use chrono::{DateTime, NaiveTime, TimeDelta, Utc};
use tracing::info;

use super::auditor::{Auditor, Ended, Health, Scene};
use super::plan::{self, Desk, Progress};
use super::{Context, Library, digest, older, sweep, upward};
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
    /// How long a message may fail before somebody else is told.
    pub upward_after: TimeDelta,
    /// When the centre's digest is due.
    pub digest_at: NaiveTime,
    /// After how many minutes a message that waits is late.
    pub late_min: u32,
}

/// Why a round is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Occasion {
    /// A process began: what an earlier one held is returned at once, for this one has the
    /// lock, and the ledger may be an older one.
    Start,
    /// Settings were read anew: a broken way may be mended.
    Reload,
    /// A bell rang, or a minute has gone by.
    Wake,
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

/// Makes a round.
///
/// # Errors
/// What the ledger says. A catalogue that cannot be read is told in what is returned: the
/// inspection is made all the same.
pub fn make(
    work: &Work<'_>,
    auditor: &mut Auditor,
    occasion: Occasion,
    progress: Progress<'_>,
) -> Result<Made, StoreError> {
    let context = work.context;
    let reader = Reader::open(context.ledger.path())?;
    let judged = context.watch.inspect(context, &reader)?;
    take_up(context, occasion, judged.now)?;
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

/// What is done before anything is planned.
fn take_up(context: &Context, occasion: Occasion, now: DateTime<Utc>) -> Result<(), StoreError> {
    let ledger = &context.ledger;
    let abandoned = match occasion {
        Occasion::Start => {
            older::hold_if_older(ledger, now)?;
            Abandoned::ByEarlierProcess
        }
        Occasion::Reload | Occasion::Wake => Abandoned::Expired,
    };
    sweep::give_back(ledger, abandoned, now)?;
    match occasion {
        Occasion::Start | Occasion::Reload => sweep::probe_held(ledger, now),
        Occasion::Wake => Ok(()),
    }
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
    let mut applied = plan::run(&desk, ledger, progress)?;
    applied += plan::run_whole(&desk, ledger, progress)?;
    if applied.obligations > 0 {
        info!(
            obligations = applied.obligations,
            notices = applied.notices,
            "planned"
        );
    }
    upward::run(&desk, ledger, work.upward_after)?;
    if digest::run(&desk, ledger, work.digest_at)? {
        info!("the centre's digest is in the outbox");
    }
    older::round_made(ledger, reader, now)?;
    Ok(applied)
}
