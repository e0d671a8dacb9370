//! The catalogue's schema: made once by `init`, compared at every start by `check`.
//!
//! Owns the comparison of a city's database with the contract. Refuses to repair:
//! the database belongs to the city, so a difference is reported and left alone.

use std::collections::BTreeMap;
use std::path::Path;

use rusqlite::Connection;

use crate::domain::fault::Fault;
use crate::store::StoreError;

/// The contract, in the words the engine runs.
const SCHEMA: &str = include_str!("schema.sql");

/// Makes an empty catalogue at `path`.
///
/// # Errors
/// A file that is not empty is never touched ([`StoreError::Exists`]); otherwise
/// whatever the system or the engine says.
pub fn init(path: &Path) -> Result<(), StoreError> {
    let taken = std::fs::metadata(path).is_ok_and(|found| !found.is_file() || found.len() > 0);
    if taken {
        return Err(StoreError::Exists {
            path: path.to_owned(),
        });
    }
    let open = |source| StoreError::Open {
        path: path.to_owned(),
        hint: "the file cannot be created there; does the folder exist, and may it be written?"
            .to_owned(),
        source,
    };
    let mut fresh = Connection::open(path).map_err(open)?;
    let doing = "create the catalogue's tables";
    let transaction = fresh
        .transaction_with_behavior(rusqlite::TransactionBehavior::Exclusive)
        .map_err(StoreError::sql(doing))?;
    transaction
        .execute_batch(SCHEMA)
        .map_err(StoreError::sql(doing))?;
    transaction.commit().map_err(StoreError::sql(doing))
}

/// Everything in which the database differs from the contract, all at once.
///
/// Further tables, columns, indexes and triggers are the city's own business.
///
/// # Errors
/// Only where the database cannot be read at all.
pub fn check(catalogue: &Connection) -> Result<Vec<Fault>, StoreError> {
    let doing = "compare the catalogue's schema with the contract";
    let contract = Connection::open_in_memory().map_err(StoreError::sql(doing))?;
    contract
        .execute_batch(SCHEMA)
        .map_err(StoreError::sql(doing))?;
    let wanted = Shape::of(&contract).map_err(StoreError::sql(doing))?;
    let found = Shape::of(catalogue).map_err(StoreError::sql(doing))?;
    let mut faults = Vec::new();
    for (table, columns) in &wanted.tables {
        match found.tables.get(table) {
            Some(present) => compare_columns(table, columns, present, &mut faults),
            None => faults.push(Fault::new(
                format!("table {table}"),
                "no such table",
                "a table as `duban catalog init` makes it",
            )),
        }
    }
    compare_attachments(&wanted, &found, &mut faults);
    Ok(faults)
}

/// A database's tables with their columns, and what hangs on them.
struct Shape {
    tables: BTreeMap<String, BTreeMap<String, Column>>,
    attachments: BTreeMap<String, Attachment>,
}

/// A column as the engine describes it.
struct Column {
    declared: String,
    is_key: bool,
    is_required: bool,
}

/// An index or a trigger.
struct Attachment {
    sort: String,
    table: String,
    text: String,
}

impl Shape {
    fn of(database: &Connection) -> rusqlite::Result<Self> {
        Ok(Self {
            tables: columns_by_table(database)?,
            attachments: attachments_by_name(database)?,
        })
    }
}

fn columns_by_table(
    database: &Connection,
) -> rusqlite::Result<BTreeMap<String, BTreeMap<String, Column>>> {
    let mut statement = database.prepare(
        "select lower(m.name), lower(c.name), lower(c.type), c.pk, c.\"notnull\" \
         from sqlite_master m join pragma_table_info(m.name) c \
         where m.type in ('table', 'view') and m.name not like 'sqlite\\_%' escape '\\'",
    )?;
    let mut rows = statement.query([])?;
    let mut tables: BTreeMap<String, BTreeMap<String, Column>> = BTreeMap::new();
    while let Some(row) = rows.next()? {
        let column = Column {
            declared: row.get(2)?,
            is_key: row.get::<_, i64>(3)? > 0,
            is_required: row.get(4)?,
        };
        let columns = tables.entry(row.get(0)?).or_default();
        columns.insert(row.get(1)?, column);
    }
    Ok(tables)
}

fn attachments_by_name(database: &Connection) -> rusqlite::Result<BTreeMap<String, Attachment>> {
    let mut statement = database.prepare(
        "select lower(name), type, lower(tbl_name), sql from sqlite_master \
         where type in ('index', 'trigger') and sql is not null",
    )?;
    let found = statement.query_map([], |row| {
        let attachment = Attachment {
            sort: row.get(1)?,
            table: row.get(2)?,
            text: squeezed(&row.get::<_, String>(3)?),
        };
        Ok((row.get(0)?, attachment))
    })?;
    found.collect()
}

/// The statement without its layout, so that only its meaning is compared.
fn squeezed(statement: &str) -> String {
    let words: Vec<&str> = statement.split_whitespace().collect();
    words.join(" ").to_lowercase()
}

fn compare_columns(
    table: &str,
    wanted: &BTreeMap<String, Column>,
    found: &BTreeMap<String, Column>,
    faults: &mut Vec<Fault>,
) {
    for (name, want) in wanted {
        let place = format!("table {table}, column {name}");
        let Some(have) = found.get(name) else {
            faults.push(Fault::new(place, "no such column", &want.declared));
            continue;
        };
        if have.declared != want.declared {
            let declared = match have.declared.as_str() {
                "" => "no declared type",
                other => other,
            };
            faults.push(Fault::new(place, declared, &want.declared));
        } else if want.is_key && !have.is_key {
            faults.push(Fault::new(place, "not the primary key", "primary key"));
        } else if want.is_required && !have.is_required {
            faults.push(Fault::new(place, "may be null", "not null"));
        }
    }
}

fn compare_attachments(wanted: &Shape, found: &Shape, faults: &mut Vec<Fault>) {
    for (name, want) in &wanted.attachments {
        // A missing table is one fault; what would hang on it is not worth four more.
        if !found.tables.contains_key(&want.table) {
            continue;
        }
        let place = format!("{} {name} on {}", want.sort, want.table);
        match found.attachments.get(name) {
            None => faults.push(Fault::new(
                place,
                format!("no such {}", want.sort),
                "the one `duban catalog init` makes",
            )),
            Some(have) if have.text != want.text => {
                faults.push(Fault::new(place, have.text.clone(), want.text.clone()));
            }
            Some(_) => {}
        }
    }
}
