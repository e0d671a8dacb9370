//! From the catalogue to the outbox.
//!
//! Owns which decisions are looked at (those that changed, those whose time has come,
//! all of them when the law itself changed) and how far the catalogue has been read.
//! The same pass is printed by a dry run and applied by the daemon. Refuses to decide
//! what follows for a decision; that is `domain::plan`.

use std::collections::BTreeSet;

use chrono::{DateTime, NaiveDate, Utc};
use tracing::warn;

use super::Library;
use crate::clock::{civil, instant};
use crate::domain::address::Draft;
use crate::domain::decision::DecisionId;
use crate::domain::findings::findings;
use crate::domain::plan::{self, Change};
use crate::domain::record::Stored;
use crate::store::StoreError;
use crate::store::catalog::{Catalog, Mark, PageKey, Reading};
use crate::store::ledger::obligations::{self, Applied, DecisionPlan};
use crate::store::ledger::{Ledger, Reader, gaps, reader, settings};

/// Decisions that are read, planned and written together: enough to share a sync to
/// disk, few enough that memory does not grow with the catalogue.
pub const PAGE: usize = 128;

/// Hears how many decisions of how many are done, a page at a time.
pub type Progress<'a> = &'a mut dyn FnMut(u64, u64);

/// Takes the plans of a page.
pub type Sink<'a> = &'a mut dyn FnMut(Vec<DecisionPlan>) -> Result<(), StoreError>;

/// What a pass is made from.
#[derive(Debug, Clone, Copy)]
pub struct Desk<'a> {
    /// The city's catalogue.
    pub catalog: &'a Catalog,
    /// What the ledger remembers.
    pub reader: &'a Reader,
    /// The law in force.
    pub library: &'a Library,
    /// The present moment.
    pub now: DateTime<Utc>,
}

/// How far the catalogue was read, with which law.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Watermark {
    /// The file, and its newest change when the pass began.
    pub mark: Mark,
    /// The fingerprint of the library.
    pub books: String,
}

/// What a pass looks at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Scope {
    /// Every decision: the first time, because the law changed, or another file lies there.
    Everything,
    /// Decisions that changed in the catalogue.
    Changed(Vec<DecisionId>),
}

/// Plans everything that needs a look and writes it, page by page; `progress` hears
/// how many decisions of how many are done.
///
/// # Errors
/// Whatever a database says. What was written stays written; the next pass goes on.
pub fn run(
    desk: &Desk<'_>,
    ledger: &Ledger,
    progress: Progress<'_>,
) -> Result<Applied, StoreError> {
    let mut total = Applied::default();
    let (scope, watermark) = scope(desk)?;
    walk(desk, &scope, progress, &mut |plans| {
        total += apply(desk, ledger, plans)?;
        Ok(())
    })?;
    remember(desk, ledger, watermark)?;
    if scope == Scope::Everything {
        note_whole(desk, ledger)?;
    }
    Ok(total)
}

/// Reads every decision once a day, after what is known to have changed: what was written past
/// the triggers, or copied over the file in its place, is not missed for longer. Nothing waits
/// for it; deliveries go on.
///
/// # Errors
/// As for [`run`].
pub fn run_whole(
    desk: &Desk<'_>,
    ledger: &Ledger,
    progress: Progress<'_>,
) -> Result<Applied, StoreError> {
    let read_on = desk.reader.ask("read when all was read", |c| {
        settings::get(c, settings::READ_WHOLE_ON)
    })?;
    let mut total = Applied::default();
    if read_on == Some(civil(desk.now).date().to_string()) {
        return Ok(total);
    }
    everything(desk, progress, &mut |plans| {
        total += apply(desk, ledger, plans)?;
        Ok(())
    })?;
    note_whole(desk, ledger)?;
    Ok(total)
}

fn note_whole(desk: &Desk<'_>, ledger: &Ledger) -> Result<(), StoreError> {
    let today = civil(desk.now).date().to_string();
    ledger.write_blocking("note that all was read", move |connection| {
        settings::set(connection, settings::READ_WHOLE_ON, &today)
    })
}

/// Visits every decision that needs a look and hands its plan to `sink`, a page at a
/// time. Writes nothing by itself: a dry run is this with a sink that prints.
///
/// # Errors
/// Whatever a database or the sink says.
pub fn visit(
    desk: &Desk<'_>,
    progress: Progress<'_>,
    sink: Sink<'_>,
) -> Result<Watermark, StoreError> {
    let (scope, watermark) = scope(desk)?;
    walk(desk, &scope, progress, sink)?;
    Ok(watermark)
}

fn walk(
    desk: &Desk<'_>,
    scope: &Scope,
    progress: Progress<'_>,
    sink: Sink<'_>,
) -> Result<(), StoreError> {
    let ids = match scope {
        Scope::Everything => return everything(desk, progress, sink),
        Scope::Changed(ids) => ids,
    };
    let changed: BTreeSet<&DecisionId> = ids.iter().collect();
    one_by_one(desk, ids, true, progress, sink)?;
    let mut due = due(desk)?;
    due.retain(|id| !changed.contains(id));
    one_by_one(desk, &due, false, progress, sink)
}

/// What the next pass looks at, and how far it will then have read.
///
/// # Errors
/// Whatever a database says.
pub fn scope(desk: &Desk<'_>) -> Result<(Scope, Watermark), StoreError> {
    let watermark = Watermark {
        mark: desk.catalog.newest()?,
        books: desk.library.fingerprint.clone(),
    };
    let before = remembered(desk)?.filter(|before| before.books == watermark.books);
    let seen = before.and_then(|before| before.mark.seen_of(&watermark.mark));
    let scope = match seen {
        Some(seq) => Scope::Changed(desk.catalog.changed_since(seq)?),
        None => Scope::Everything,
    };
    Ok((scope, watermark))
}

fn everything(desk: &Desk<'_>, progress: Progress<'_>, sink: Sink<'_>) -> Result<(), StoreError> {
    let total = desk.catalog.count()?;
    let mut done = 0;
    let mut after: Option<PageKey> = None;
    loop {
        let page = desk.catalog.page(after.as_ref(), PAGE)?;
        done += u64::try_from(page.readings.len()).unwrap_or_default();
        let plans = page
            .readings
            .into_iter()
            .map(|reading| plan_reading(desk, reading, true));
        sink(plans.collect::<Result<Vec<_>, _>>()?)?;
        progress(done.min(total), total);
        after = page.next;
        if after.is_none() {
            return gone(desk, sink);
        }
    }
}

/// What is remembered of decisions that the catalogue does not have any more: where they were
/// deleted, or another catalogue lies there, no page of it comes to them.
fn gone(desk: &Desk<'_>, sink: Sink<'_>) -> Result<(), StoreError> {
    let mut after = DecisionId(String::new());
    loop {
        let known = desk.reader.ask("read what is remembered", |c| {
            reader::remembered_decisions(c, &after, PAGE)
        })?;
        let Some(last) = known.last() else {
            return Ok(());
        };
        after = last.clone();
        let mut plans = Vec::new();
        for id in &known {
            if !desk.catalog.has(id)? {
                plans.push(plan_reading(desk, desk.catalog.read(id)?, true)?);
            }
        }
        sink(plans)?;
    }
}

fn one_by_one(
    desk: &Desk<'_>,
    ids: &[DecisionId],
    faults_known: bool,
    progress: Progress<'_>,
    sink: Sink<'_>,
) -> Result<(), StoreError> {
    let count = |ids: &[DecisionId]| u64::try_from(ids.len()).unwrap_or(u64::MAX);
    let mut done = 0;
    for page in ids.chunks(PAGE) {
        let plan = |id| plan_reading(desk, desk.catalog.read(id)?, faults_known);
        sink(page.iter().map(plan).collect::<Result<Vec<_>, _>>()?)?;
        done += count(page);
        progress(done, count(ids));
    }
    Ok(())
}

fn due(desk: &Desk<'_>) -> Result<Vec<DecisionId>, StoreError> {
    let today = civil(desk.now).date();
    desk.reader
        .ask("find what is due", |c| reader::due_decisions(c, today))
}

fn plan_reading(
    desk: &Desk<'_>,
    reading: Reading,
    faults_known: bool,
) -> Result<DecisionPlan, StoreError> {
    let Reading {
        id,
        decision,
        mut faults,
    } = reading;
    // What contradicts itself is told with what cannot be read, and its dates go on.
    faults.extend(
        decision
            .iter()
            .flat_map(|decision| findings(decision, &desk.library.pack)),
    );
    let stored = desk
        .reader
        .ask("read a decision's records", |c| reader::records(c, &id))?;
    let today = civil(desk.now).date();
    let books = desk.library.books();
    let plan = |stored: &[Stored]| plan::plan(&id, decision.as_ref(), stored, books, today);
    let mut made = plan(&stored);
    // Who was told says what is said to whom, and not whether anything changes: a pass over
    // years of history reads it of what changes only.
    if !made.changes.is_empty() && stored.iter().any(Stored::may_be_known) {
        made = plan(
            &desk
                .reader
                .ask("read who was told", |c| reader::with_told(c, stored))?,
        );
    }
    let known = desk
        .reader
        .ask("read what is missing", |c| gaps::of(c, &id))?;
    Ok(DecisionPlan {
        decision: id,
        changes: made.changes,
        faults,
        faults_known,
        look: Some(made.look).filter(|look| *look != known),
        confidential: decision.map(|decision| decision.confidential),
    })
}

/// Transaction 1, for a page of decisions.
fn apply(
    desk: &Desk<'_>,
    ledger: &Ledger,
    plans: Vec<DecisionPlan>,
) -> Result<Applied, StoreError> {
    let nothing = |plan: &DecisionPlan| {
        plan.changes.is_empty() && plan.faults.is_empty() && plan.look.is_none()
    };
    if plans.iter().all(nothing) && !plans.iter().any(|plan| plan.faults_known) {
        return Ok(Applied::default());
    }
    let looked_at = plans.iter().filter(|plan| plan.faults_known);
    for fault in looked_at.flat_map(|plan| &plan.faults) {
        warn!(%fault, "the catalogue has something that cannot be read or contradicts itself");
    }
    let now = desk.now;
    let plans: Vec<(DecisionPlan, Vec<Vec<DateTime<Utc>>>)> = plans
        .into_iter()
        .map(|plan| {
            let releases = plan.changes.iter().map(|change| releases(desk, change));
            let releases = releases.collect();
            (plan, releases)
        })
        .collect();
    ledger.write_blocking("write a plan", move |connection| {
        let mut total = Applied::default();
        for (plan, releases) in &plans {
            total += obligations::apply(connection, plan, releases, now)?;
        }
        Ok(total)
    })
}

/// When each of a change's notices may go out. That something has ended disturbs nobody after
/// hours, whatever its date.
fn releases(desk: &Desk<'_>, change: &Change) -> Vec<DateTime<Utc>> {
    let now = civil(desk.now);
    let Library {
        window, calendar, ..
    } = desk.library;
    let release = |draft: &Draft| {
        let is_ending = draft.facts.kind.is_ending();
        let latest_on = if is_ending {
            NaiveDate::MIN
        } else {
            change.record.latest_on
        };
        instant(window.release_to(&draft.recipient.address, now, latest_on, calendar))
    };
    change.notices.iter().map(release).collect()
}

fn remember(desk: &Desk<'_>, ledger: &Ledger, watermark: Watermark) -> Result<(), StoreError> {
    if remembered(desk)? == Some(watermark.clone()) {
        return Ok(());
    }
    ledger.write_blocking("move the watermark", move |connection| {
        settings::set(
            connection,
            settings::CATALOG_MARK,
            &watermark.mark.to_string(),
        )?;
        settings::set(connection, settings::BOOKS, &watermark.books)
    })
}

/// How far the last complete pass had read, if there was one.
fn remembered(desk: &Desk<'_>) -> Result<Option<Watermark>, StoreError> {
    let read = desk.reader.ask("read the watermark", settings::watermark)?;
    Ok(read.and_then(|(mark, books)| {
        let mark = mark.parse().ok()?;
        Some(Watermark { mark, books })
    }))
}
