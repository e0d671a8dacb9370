//! Rows of the catalogue as they are stored: looked up for a comparison, and written.
//!
//! Owns the statements of the editing side. Refuses to judge a value; whoever calls
//! has done that.

use rusqlite::types::Value;
use rusqlite::{Connection, OptionalExtension, Row};

use super::columns::Table;
use super::import::draft::Draft;

/// A row as it will stand in the catalogue.
pub(super) struct Write {
    pub(super) values: Vec<Value>,
    pub(super) is_new: bool,
}

/// The row of `table` with the key `id`.
pub(super) fn row(
    catalogue: &Connection,
    table: Table,
    id: Option<&Value>,
) -> rusqlite::Result<Option<Vec<Value>>> {
    let Some(id) = id else { return Ok(None) };
    let sql = format!(
        "select {} from {} where id = $1",
        table.list(),
        table.name()
    );
    let mut statement = catalogue.prepare_cached(&sql)?;
    statement
        .query_row([id], |row| values(row, table))
        .optional()
}

/// The event with the draft's key; without a key, the one of `decision` that says the same.
pub(super) fn event(
    catalogue: &Connection,
    draft: &Draft,
    decision: Option<&str>,
) -> rusqlite::Result<Option<Vec<Value>>> {
    if draft.get("id").is_some() {
        return row(catalogue, draft.table, draft.get("id"));
    }
    let sql = format!(
        "select {} from event where decision_id is $1 and kind is $2 and on_date is $3 \
         and ref is $4 and value is $5 and note is $6 and evidence is $7",
        draft.table.list()
    );
    let mut statement = catalogue.prepare_cached(&sql)?;
    let said = draft.values()[2..8].iter();
    let said = said.map(|value| value.clone().unwrap_or(Value::Null));
    let decision = decision.map_or(Value::Null, |id| Value::Text(id.to_owned()));
    let said = std::iter::once(decision).chain(said);
    statement
        .query_row(rusqlite::params_from_iter(said), |row| {
            values(row, draft.table)
        })
        .optional()
}

/// The other decision that already has the body, year and place of `row`.
pub(super) fn owner_of_place(
    catalogue: &Connection,
    row: &[Value],
) -> rusqlite::Result<Option<String>> {
    let sql = "select id from decision where id <> $1 and organ = $2 and year = $3 and seq = $4";
    let mut statement = catalogue.prepare_cached(sql)?;
    statement
        .query_row(rusqlite::params_from_iter(&row[..4]), |row| row.get(0))
        .optional()
}

/// Body, year and number of the decision `id`; `None` where there is none, or where another program
/// wrote something else there.
pub(super) fn place(
    catalogue: &Connection,
    id: &str,
) -> rusqlite::Result<Option<(String, i64, i64)>> {
    let sql = "select organ, year, seq from decision where id = $1";
    let mut statement = catalogue.prepare_cached(sql)?;
    let found = statement.query_row([id], |row| {
        let organ = row.get_ref(0)?.as_str().ok().map(str::to_owned);
        let number = |column| row.get_ref(column).map(|value| value.as_i64().ok());
        let (year, seq) = (number(1)?, number(2)?);
        Ok(organ
            .zip(year)
            .zip(seq)
            .map(|((organ, year), seq)| (organ, year, seq)))
    });
    Ok(found.optional()?.flatten())
}

/// Marks the decision `id` as withdrawn; it is never deleted, for its dates and messages stay.
pub(super) fn withdraw(catalogue: &Connection, id: &str) -> rusqlite::Result<()> {
    let sql = "update decision set status = 'withdrawn' where id = $1";
    catalogue.prepare_cached(sql)?.execute([id])?;
    Ok(())
}

/// Whether the catalogue has the decision `id`.
pub(super) fn has_decision(catalogue: &Connection, id: &str) -> rusqlite::Result<bool> {
    catalogue
        .prepare_cached("select 1 from decision where id = $1")?
        .exists([id])
}

/// Whether the decision has the event `id`.
pub(super) fn has_event(catalogue: &Connection, id: i64, decision: &str) -> rusqlite::Result<bool> {
    catalogue
        .prepare_cached("select 1 from event where id = $1 and decision_id = $2")?
        .exists(rusqlite::params![id, decision])
}

/// Takes one event away.
pub(super) fn remove_event(catalogue: &Connection, id: i64) -> rusqlite::Result<()> {
    catalogue
        .prepare_cached("delete from event where id = $1")?
        .execute([id])?;
    Ok(())
}

/// Writes one row; a row without changes never comes here, so no trigger fires in vain.
pub(super) fn write(catalogue: &Connection, table: Table, row: &Write) -> rusqlite::Result<()> {
    let sql = if row.is_new {
        insertion(table)
    } else {
        update(table)
    };
    let mut statement = catalogue.prepare_cached(&sql)?;
    statement.execute(rusqlite::params_from_iter(&row.values))?;
    Ok(())
}

fn insertion(table: Table) -> String {
    let marks: Vec<String> = (1..=table.columns().len())
        .map(|n| format!("${n}"))
        .collect();
    let marks = marks.join(", ");
    format!(
        "insert into {} ({}) values ({marks})",
        table.name(),
        table.list()
    )
}

/// SQLite numbers `$1`, `$2` by where they first stand and not by their digits, so the
/// key, which is the first value, must also stand first.
fn update(table: Table) -> String {
    let columns = table.columns().iter().enumerate();
    let set: Vec<String> = columns
        .map(|(place, column)| format!("{} = ${}", column.name, place + 1))
        .collect();
    format!(
        "update {} set {} where id = $1",
        table.name(),
        set.join(", ")
    )
}

fn values(row: &Row<'_>, table: Table) -> rusqlite::Result<Vec<Value>> {
    (0..table.columns().len())
        .map(|column| row.get(column))
        .collect()
}
