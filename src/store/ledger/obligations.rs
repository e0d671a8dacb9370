//! Obligations as the ledger knows them, and transaction 1: applying a plan.
//!
//! Owns writing a decision's changes whole: record, rungs, notices and audit entries
//! together, or nothing. Refuses to work a plan out; that is `domain::plan`.

use chrono::{DateTime, Utc};
use rusqlite::{Connection, Row};
use serde_json::json;

use super::{audit, gaps, instant, outbox};
use crate::domain::decision::DecisionId;
use crate::domain::fault::Fault;
use crate::domain::gaps::Look;
use crate::domain::obligation::ObligationKey;
use crate::domain::pack::RuleId;
use crate::domain::plan::{Change, Event, Record};

/// Everything that changes for one decision.
#[derive(Debug, Clone)]
pub struct DecisionPlan {
    /// The decision.
    pub decision: DecisionId,
    /// Its obligations' changes.
    pub changes: Vec<Change>,
    /// What cannot be read of it or contradicts itself, as it stands now.
    pub faults: Vec<Fault>,
    /// Whether the faults were looked at; a sweep that only follows the clock has not.
    pub faults_known: bool,
    /// What nobody has entered of it; `None` where that stands in the ledger already.
    pub look: Option<Look>,
}

/// How much a plan brought.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Applied {
    /// Obligations written.
    pub obligations: u64,
    /// Notices made; those of an earlier planning are not made again.
    pub notices: u64,
}

/// Applies a decision's plan; `releases` says for each change when each of its notices may
/// go out.
///
/// # Errors
/// What the engine said.
pub fn apply(
    connection: &Connection,
    plan: &DecisionPlan,
    releases: &[Vec<DateTime<Utc>>],
    now: DateTime<Utc>,
) -> rusqlite::Result<Applied> {
    let mut applied = Applied::default();
    for (change, releases) in plan.changes.iter().zip(releases) {
        let id = upsert(connection, &change.record)?;
        record_events(connection, change, now)?;
        if change.cancels_pending() {
            outbox::cancel(connection, id, &reason(change), now)?;
        }
        record_rungs(connection, id, change, now)?;
        for (draft, release) in change.notices.iter().zip(releases) {
            let made = outbox::enqueue(connection, id, draft, *release, now)?;
            applied.notices += u64::from(made);
        }
        applied.obligations += 1;
    }
    if plan.faults_known {
        replace_faults(connection, plan)?;
    }
    if let Some(look) = &plan.look {
        gaps::replace(connection, &plan.decision, look)?;
    }
    Ok(applied)
}

fn upsert(connection: &Connection, record: &Record) -> rusqlite::Result<i64> {
    let mut statement = connection.prepare_cached(
        "insert into obligation (decision_id, rule, occurrence, revision, due_on, latest_on,
                                 live, near_on, overdue_on, next_on, told_level)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
         on conflict (decision_id, rule, occurrence) do update set
           revision = excluded.revision, due_on = excluded.due_on,
           latest_on = excluded.latest_on, live = excluded.live, near_on = excluded.near_on,
           overdue_on = excluded.overdue_on, next_on = excluded.next_on,
           told_level = excluded.told_level
         returning id",
    )?;
    statement.query_row(
        (
            &record.key.decision.0,
            &record.key.rule.0,
            &record.key.occurrence,
            record.revision,
            record.due_on,
            record.latest_on,
            record.live,
            record.near_on,
            record.overdue_on,
            record.next_on,
            record.told_level,
        ),
        |row| row.get(0),
    )
}

/// Both dates of a moved obligation stay in the audit log; so does every ending.
fn record_events(
    connection: &Connection,
    change: &Change,
    now: DateTime<Utc>,
) -> rusqlite::Result<()> {
    let record = &change.record;
    let subject = record.key.to_string();
    for event in &change.events {
        let (what, detail) = match event {
            // A first date is told by its rungs; most are quiet for years.
            Event::Opened => continue,
            Event::Moved { due_on, latest_on } => (
                "date moved",
                json!({
                    "revision": record.revision,
                    "was": { "due_on": due_on, "latest_on": latest_on },
                    "is": { "due_on": record.due_on, "latest_on": record.latest_on },
                }),
            ),
            Event::CutShort => ("window cut short", json!({ "revision": record.revision })),
            Event::LongEnough => ("window long enough", json!({ "revision": record.revision })),
            Event::Closed { state, why: None } => ("closed", json!({ "state": state })),
            Event::Closed {
                state,
                why: Some(why),
            } => ("closed", json!({ "state": state, "why": why })),
            Event::Lost => ("closed", json!({ "state": "anchor no longer recorded" })),
            Event::Reopened => ("reopened", json!({ "due_on": record.due_on })),
        };
        audit::add(connection, now, what, &subject, &detail)?;
    }
    Ok(())
}

fn reason(change: &Change) -> String {
    let reasons = change.events.iter().filter_map(|event| match event {
        Event::Opened | Event::Reopened => None,
        Event::Moved { .. } => Some("the date moved"),
        Event::CutShort => Some("the window is cut short"),
        Event::LongEnough => Some("the window is long enough after all"),
        Event::Closed { state, why } => Some(why.as_deref().unwrap_or(state.name())),
        Event::Lost => Some("what it was counted from is no longer recorded"),
    });
    reasons.collect::<Vec<&str>>().join(", ")
}

fn record_rungs(
    connection: &Connection,
    obligation: i64,
    change: &Change,
    now: DateTime<Utc>,
) -> rusqlite::Result<()> {
    let superseded = change.superseded.iter().map(|step| (step, "superseded"));
    let told = change.reached.iter().map(|step| (step, "told"));
    for (step, fate) in superseded.chain(told) {
        let mut statement = connection.prepare_cached(
            "insert into rung (obligation_id, revision, level, name, on_date, fate, at)
             values ($1, $2, $3, $4, $5, $6, $7)
             on conflict (obligation_id, revision, level) do nothing",
        )?;
        statement.execute((
            obligation,
            change.record.revision,
            step.level,
            &step.name,
            step.on,
            fate,
            instant(now),
        ))?;
    }
    Ok(())
}

fn replace_faults(connection: &Connection, plan: &DecisionPlan) -> rusqlite::Result<()> {
    let mut forget = connection.prepare_cached("delete from fault where decision_id = $1")?;
    forget.execute([&plan.decision.0])?;
    for fault in &plan.faults {
        let mut note = connection.prepare_cached(
            "insert into fault (decision_id, place, found, expected) values ($1, $2, $3, $4)
             on conflict (decision_id, place, found) do nothing",
        )?;
        note.execute([
            &plan.decision.0,
            &fault.place,
            &fault.found,
            &fault.expected,
        ])?;
    }
    Ok(())
}

/// The columns of [`read`], in its order.
pub(super) const COLUMNS: &str = "id, decision_id, rule, occurrence, revision, due_on, latest_on, \
                                  live, near_on, overdue_on, next_on, told_level";

/// A record from a row of [`COLUMNS`].
pub(super) fn read(row: &Row<'_>) -> rusqlite::Result<Record> {
    Ok(Record {
        id: row.get(0)?,
        key: ObligationKey {
            decision: DecisionId(row.get(1)?),
            rule: RuleId(row.get(2)?),
            occurrence: row.get(3)?,
        },
        revision: row.get(4)?,
        due_on: row.get(5)?,
        latest_on: row.get(6)?,
        live: row.get(7)?,
        near_on: row.get(8)?,
        overdue_on: row.get(9)?,
        next_on: row.get(10)?,
        told_level: row.get(11)?,
    })
}
