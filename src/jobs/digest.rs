//! The supervision centre's daily digest.
//!
//! Owns when one is due and what stands in it, by urgency. On a day with nothing due it
//! is sent all the same: silence must not be mistaken for a quiet day. The first of each
//! week also lists what was never entered. Refuses wording, and to find out what changed since
//! the last one; that is `changes`.

use chrono::{Datelike, NaiveDate, NaiveTime, TimeDelta};

use super::changes;
use super::plan::Desk;
use crate::clock::{civil, instant, written_to_minute};
use crate::domain::address::{days_left, responsible};
use crate::domain::calendar::Coverage;
use crate::domain::decision::Decision;
use crate::domain::gaps::Gap;
use crate::domain::health::NEXT_YEAR_IS_MISSED_FROM_MONTH;
use crate::domain::hold::Hold;
use crate::domain::notice::{
    Acknowledgement, Channel, Digest, DigestRow, GapRow, HeldRow, LogHead, Recipient, Waiting,
};
use crate::domain::obligation::Obligation;
use crate::domain::record::Record;
use crate::domain::rules::obligations;
use crate::store::StoreError;
use crate::store::ledger::chain::{self, Head};
use crate::store::ledger::{Ledger, acknowledgements, findings, gaps, outbox, reader, settings};

/// Rows shown; the rest is counted. What a person reads in one sitting.
const ROWS: u32 = 200;

/// Faults, undelivered messages and gaps shown.
const TROUBLES: u32 = 50;

/// A message counts as failing when it was first tried this long ago.
const FAILING: TimeDelta = TimeDelta::hours(1);

/// Puts today's digest into the outbox, if its hour has come and it is not there yet.
///
/// # Errors
/// Whatever a database says.
pub fn run(desk: &Desk<'_>, ledger: &Ledger, at: NaiveTime) -> Result<bool, StoreError> {
    let (now, local) = (desk.now, civil(desk.now));
    let today = local.date();
    if local.time() < at || !desk.library.calendar.is_working(today) {
        return Ok(false);
    }
    let last = last_made(desk)?;
    if last == Some(today) {
        return Ok(false);
    }
    let digest = draft(desk, today)?;
    let to = recipients(desk);
    let release = instant(
        desk.library
            .window
            .release(local, today, &desk.library.calendar),
    );
    ledger.write_blocking("write the digest", move |connection| {
        for recipient in &to {
            outbox::enqueue_digest(connection, recipient, &digest, release, now)?;
        }
        settings::set(connection, settings::DIGEST_ON, &today.to_string())
    })?;
    Ok(true)
}

/// The digest of `today` as it would be made now, the first of a week with what was never
/// entered.
///
/// # Errors
/// Whatever a database says.
pub fn draft(desk: &Desk<'_>, today: NaiveDate) -> Result<Digest, StoreError> {
    let mut digest = compose(desk, today)?;
    if is_first_of_week(last_made(desk)?, today) {
        add_gaps(desk, &mut digest)?;
    }
    Ok(digest)
}

/// What every digest of `today` says.
///
/// # Errors
/// Whatever a database says.
pub fn compose(desk: &Desk<'_>, today: NaiveDate) -> Result<Digest, StoreError> {
    let counts = desk
        .reader
        .ask("count for the digest", |c| reader::counts(c, today))?;
    let urgent = desk
        .reader
        .ask("read what is urgent", |c| reader::urgent(c, today, ROWS))?;
    let mut rows = Vec::new();
    for record in &urgent {
        rows.extend(row(desk, record, today)?);
    }
    let provisional = rows.iter().filter(|row| row.provisional).count();
    let mut digest = Digest {
        on: today,
        rows,
        overdue: counts.overdue,
        due_today: counts.due_today,
        near: counts.near,
        past: counts.past,
        undelivered: desk
            .reader
            .ask("read what failed", |c| reader::undelivered(c, TROUBLES))?,
        delivery: desk.reader.ask("count what is not delivered", |c| {
            reader::delivery(c, desk.now - FAILING)
        })?,
        holds: held(desk)?,
        faults: desk
            .reader
            .ask("read the faults", |c| reader::faults(c, TROUBLES))?,
        calendar_missing: calendar_missing(desk, today),
        gaps: Vec::new(),
        gaps_in_all: None,
        log: desk
            .reader
            .ask("read the head of the audit log", chain::head)
            .map(|head| shown_head(&head))?,
        alarms: alarms(desk)?,
        changes: None,
        waiting: Some(Waiting {
            gaps: desk
                .reader
                .ask("count what was never entered", gaps::count)?,
            provisional: u64::try_from(provisional).unwrap_or(u64::MAX),
        }),
        dated: Some(desk.reader.ask("count what is dated", reader::dated)?),
    };
    digest.changes = changes::since_last(desk, &digest)?;
    Ok(digest)
}

fn held(desk: &Desk<'_>) -> Result<Vec<HeldRow>, StoreError> {
    let holds = desk.reader.ask("read the holds", reader::waiting)?;
    let row = |(hold, waiting): (Hold, u64)| HeldRow {
        since: written_to_minute(&hold.since),
        destination: hold.destination,
        cause: hold.cause,
        reason: hold.reason,
        waiting,
    };
    Ok(holds.into_iter().map(row).collect())
}

/// What a person can copy from a mail; nothing while the log is empty.
fn shown_head(head: &Head) -> Option<LogHead> {
    let hash = head.hash.chars().take(16).collect();
    let seq = head.seq;
    (seq > 0).then_some(LogHead { seq, hash })
}

/// What the last inspection found to be broken, by its codes. A notice that is not out yet
/// has a line of its own.
fn alarms(desk: &Desk<'_>) -> Result<Vec<String>, StoreError> {
    let open = desk.reader.ask("read the open findings", findings::list)?;
    let critical = open.into_iter().filter(findings::Open::is_critical);
    Ok(critical.map(|open| open.code).collect())
}

fn last_made(desk: &Desk<'_>) -> Result<Option<NaiveDate>, StoreError> {
    let last = desk.reader.ask("read the last digest's day", |c| {
        settings::get(c, settings::DIGEST_ON)
    })?;
    Ok(last.and_then(|last| last.parse().ok()))
}

/// There is a digest on every working day, so this is the first of the week (ISO 8601, from
/// Monday); and where that one was missed, the next.
fn is_first_of_week(last: Option<NaiveDate>, today: NaiveDate) -> bool {
    last.is_none_or(|last| last.iso_week() != today.iso_week())
}

/// Adds what was never entered, and how much of it there is in all, be it nothing.
fn add_gaps(desk: &Desk<'_>, digest: &mut Digest) -> Result<(), StoreError> {
    let ask = "read what was never entered";
    let listed = desk.reader.ask(ask, |c| gaps::list(c, TROUBLES))?;
    digest.gaps_in_all = Some(desk.reader.ask(ask, gaps::count)?);
    for gap in listed {
        digest.gaps.extend(gap_row(desk, gap)?);
    }
    Ok(())
}

/// The gap with its decision's title; none if the decision has left the catalogue since.
fn gap_row(desk: &Desk<'_>, gap: Gap) -> Result<Option<GapRow>, StoreError> {
    let decision = desk.catalog.read(&gap.decision)?.decision;
    Ok(decision.map(|decision| GapRow {
        decision: gap.decision,
        title: decision.shown_title().map(ToOwned::to_owned),
        missing: gap.missing,
        although: gap.although,
        on: gap.on,
    }))
}

fn recipients(desk: &Desk<'_>) -> Vec<Recipient> {
    let centre = desk.library.directory.centre();
    let people = centre.contacts.iter().map(|contact| Recipient {
        unit: centre.name.clone(),
        audience: contact.audience,
        name: contact.name.clone(),
        address: contact.email.clone(),
        channel: Channel::Mail,
    });
    people.collect()
}

/// The record's obligation as it stands now; none if the catalogue has moved on since.
fn row(
    desk: &Desk<'_>,
    record: &Record,
    today: NaiveDate,
) -> Result<Option<DigestRow>, StoreError> {
    let Some(decision) = desk.catalog.read(&record.key.decision)?.decision else {
        return Ok(None);
    };
    let derived = obligations(&decision, &desk.library.pack, &desk.library.calendar);
    let found = derived
        .iter()
        .find(|obligation| obligation.key == record.key);
    let Some(row) = found.and_then(|obligation| shown(desk, obligation, &decision, today)) else {
        return Ok(None);
    };
    let acknowledged = acknowledged(desk, record, &row.responsible)?;
    Ok(Some(DigestRow {
        acknowledged,
        ..row
    }))
}

/// Whether the responsible units have acknowledged what they were told last of the date in
/// force.
fn acknowledged(
    desk: &Desk<'_>,
    record: &Record,
    responsible: &str,
) -> Result<Option<Acknowledgement>, StoreError> {
    let Some(id) = record.id else {
        return Ok(None);
    };
    let units: Vec<&str> = responsible.split('、').collect();
    let ask = "read what was acknowledged";
    let found = desk.reader.ask(ask, |c| {
        acknowledgements::of_rung(c, id, record.revision, &units)
    })?;
    Ok(found.map(|given| {
        given.map_or(Acknowledgement::Missing, |given| Acknowledgement::Given {
            by: given.by,
            at: written_to_minute(&given.at),
        })
    }))
}

fn shown(
    desk: &Desk<'_>,
    obligation: &Obligation<'_>,
    decision: &Decision,
    today: NaiveDate,
) -> Option<DigestRow> {
    let dates = obligation.dates?;
    Some(DigestRow {
        obligation: obligation.key.clone(),
        title: decision.shown_title().map(ToOwned::to_owned),
        duty: obligation.rule.title.clone(),
        responsible: responsible(obligation, decision, &desk.library.directory),
        due_on: dates.due_on,
        state: obligation.state(today),
        relation: obligation.rule.relation,
        strength: obligation.rule.strength,
        working_days_left: days_left(&dates, today, &desk.library.calendar),
        provisional: dates.provisional,
        acknowledged: None,
    })
}

/// The coming year, once its notice is missed.
fn calendar_missing(desk: &Desk<'_>, today: NaiveDate) -> Option<i32> {
    let next = today.year() + 1;
    let missed = today.month() >= NEXT_YEAR_IS_MISSED_FROM_MONTH
        && desk.library.calendar.coverage(next) != Coverage::Confirmed;
    missed.then_some(next)
}
