//! What nobody has entered, as the ledger keeps it for each decision.
//!
//! Owns the rows of `gap`: written with a decision's plan, read by the digest and by the
//! next plan. Refuses to find out what is missing; that is `domain::gaps`.

use chrono::NaiveDate;
use rusqlite::{Connection, OptionalExtension, Row};

use super::{from_json, to_json};
use crate::domain::decision::DecisionId;
use crate::domain::gaps::{Gap, Look};

/// Writes `look` in the place of what stood there.
pub(super) fn replace(
    connection: &Connection,
    decision: &DecisionId,
    look: &Look,
) -> rusqlite::Result<()> {
    let mut forget = connection.prepare_cached("delete from gap where decision_id = $1")?;
    forget.execute([&decision.0])?;
    if *look == Look::default() {
        return Ok(());
    }
    let gap = look.gap.as_ref();
    let mut note = connection.prepare_cached(
        "insert into gap (decision_id, missing, although, on_date, look_again_on)
         values ($1, $2, $3, $4, $5)",
    )?;
    note.execute((
        &decision.0,
        gap.map(|gap| to_json(&gap.missing)).transpose()?,
        gap.map(|gap| &gap.although),
        gap.map(|gap| gap.on),
        look.look_again_on,
    ))?;
    Ok(())
}

/// What the ledger holds of `decision`.
///
/// # Errors
/// What the engine said.
pub fn of(connection: &Connection, decision: &DecisionId) -> rusqlite::Result<Look> {
    let mut statement = connection.prepare_cached(
        "select decision_id, missing, although, on_date, look_again_on from gap
         where decision_id = $1",
    )?;
    let look = statement.query_row([&decision.0], |row| {
        let is_missing = row.get::<_, Option<String>>(1)?.is_some();
        Ok(Look {
            gap: is_missing.then(|| read(row)).transpose()?,
            look_again_on: row.get(4)?,
        })
    });
    Ok(look.optional()?.unwrap_or_default())
}

/// Gaps, the oldest step first.
///
/// # Errors
/// What the engine said.
pub fn list(connection: &Connection, limit: u32) -> rusqlite::Result<Vec<Gap>> {
    let mut statement = connection.prepare_cached(
        "select decision_id, missing, although, on_date from gap
         where missing is not null order by on_date, decision_id limit $1",
    )?;
    let gaps = statement.query_map([limit], read)?;
    gaps.collect()
}

/// How many decisions have one.
///
/// # Errors
/// What the engine said.
pub fn count(connection: &Connection) -> rusqlite::Result<u64> {
    let mut statement =
        connection.prepare_cached("select count(*) from gap where missing is not null")?;
    statement
        .query_row([], |row| row.get::<_, u32>(0))
        .map(u64::from)
}

fn read(row: &Row<'_>) -> rusqlite::Result<Gap> {
    Ok(Gap {
        decision: DecisionId(row.get(0)?),
        missing: from_json(1, &row.get::<_, String>(1)?)?,
        although: row.get(2)?,
        on: row.get::<_, NaiveDate>(3)?,
    })
}
