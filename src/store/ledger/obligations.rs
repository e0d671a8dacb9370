//! Obligations as the ledger knows them, and transaction 1: applying a plan.
//!
//! Owns writing a decision's changes whole: record, rungs, notices and audit entries
//! together, or nothing. Refuses to work a plan out; that is `domain::plan`.

use chrono::{DateTime, Utc};
use rusqlite::{Connection, Row};

use super::told;
use super::{confidential, gaps, instant, outbox};
use crate::domain::decision::DecisionId;
use crate::domain::fault::Fault;
use crate::domain::gaps::Look;
use crate::domain::obligation::ObligationKey;
use crate::domain::pack::RuleId;
use crate::domain::plan::{Change, Event};
use crate::domain::record::Record;

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
    /// Whether it is confidential; `None` where the catalogue does not say, or not any more.
    pub confidential: Option<bool>,
}

/// How much a plan brought.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Applied {
    /// Obligations written.
    pub obligations: u64,
    /// Notices made; those of an earlier planning are not made again.
    pub notices: u64,
}

impl std::ops::AddAssign for Applied {
    fn add_assign(&mut self, more: Self) {
        self.obligations += more.obligations;
        self.notices += more.notices;
    }
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
        if change.cancels_pending()
            && let Some(id) = change.record.id
        {
            outbox::cancel(connection, id, &reason(change), now)?;
        }
        applied.notices += write(connection, change, releases, now)?;
        applied.obligations += 1;
    }
    if plan.faults_known {
        replace_faults(connection, plan)?;
    }
    if let Some(look) = &plan.look {
        gaps::replace(connection, &plan.decision, look)?;
    }
    if let Some(is_confidential) = plan.confidential {
        confidential::note(connection, &plan.decision, is_confidential)?;
    }
    Ok(applied)
}

/// One obligation's record, rungs and notices, and the entry that holds them all; how many
/// notices were made. `releases` says for each notice when it may go out.
///
/// A quiet obligation is one of which nothing is known but its date. It is in no entry: it
/// can be worked out anew, nobody was told of it, and most stay so for years. From its
/// first entry on, whatever is written of it has one.
pub(super) fn write(
    connection: &Connection,
    change: &Change,
    releases: &[DateTime<Utc>],
    now: DateTime<Utc>,
) -> rusqlite::Result<u64> {
    let (id, has_history) = upsert(connection, change)?;
    record_rungs(connection, id, change, now)?;
    let mut made = 0;
    for (draft, release) in change.notices.iter().zip(releases) {
        made += u64::from(outbox::enqueue(connection, id, draft, *release, now)?);
    }
    if has_history {
        told::log(connection, change, releases, now)?;
    }
    Ok(made)
}

/// The record as it stands now; its key in the ledger, and whether it has a history.
fn upsert(connection: &Connection, change: &Change) -> rusqlite::Result<(i64, bool)> {
    let record = &change.record;
    let mut statement = connection.prepare_cached(
        "insert into obligation (decision_id, rule, occurrence, revision, due_on, latest_on,
                                 live, near_on, overdue_on, next_on, told_level,
                                 history)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
         on conflict (decision_id, rule, occurrence) do update set
           revision = excluded.revision, due_on = excluded.due_on,
           latest_on = excluded.latest_on, live = excluded.live, near_on = excluded.near_on,
           overdue_on = excluded.overdue_on, next_on = excluded.next_on,
           told_level = excluded.told_level,
           history = max(obligation.history, excluded.history)
         returning id, history",
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
            !change.is_quiet(),
        ),
        |row| Ok((row.get(0)?, row.get(1)?)),
    )
}

fn reason(change: &Change) -> String {
    let reasons = change.events.iter().filter_map(|event| match event {
        Event::Opened => None,
        Event::Reopened => Some("it is to be done after all"),
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
    let fate = told::fate(change);
    let told = change.reached.iter().map(|step| (step, fate));
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
