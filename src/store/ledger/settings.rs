//! Single values kept between runs.
//!
//! Owns the watermark of the catalogue and the fingerprint of the books in force.
//! Refuses anything that has rows of its own.

use rusqlite::{Connection, OptionalExtension};

/// How far the catalogue has been read: the newest change that was planned for.
pub const CATALOG_SEQ: &str = "catalog_seq";

/// What pack, calendar and directory the obligations were worked out with.
pub const BOOKS: &str = "books";

/// The day of the last digest.
pub const DIGEST_ON: &str = "digest_on";

/// The value of `name`, if it was ever set.
///
/// # Errors
/// What the engine said.
pub fn get(connection: &Connection, name: &str) -> rusqlite::Result<Option<String>> {
    let mut statement = connection.prepare_cached("select value from setting where name = $1")?;
    statement.query_row([name], |row| row.get(0)).optional()
}

/// How far the last complete pass had read the catalogue, and with which books.
///
/// # Errors
/// What the engine said.
pub fn watermark(connection: &Connection) -> rusqlite::Result<Option<(i64, String)>> {
    let seq = get(connection, CATALOG_SEQ)?.and_then(|seq| seq.parse().ok());
    Ok(seq.zip(get(connection, BOOKS)?))
}

/// Sets `name`.
///
/// # Errors
/// What the engine said.
pub fn set(connection: &Connection, name: &str, value: &str) -> rusqlite::Result<()> {
    let mut statement = connection.prepare_cached(
        "insert into setting (name, value) values ($1, $2)
         on conflict (name) do update set value = excluded.value",
    )?;
    statement.execute([name, value])?;
    Ok(())
}
