//! Single values kept between runs.
//!
//! Owns the watermark of the catalogue, the fingerprint of the books in force, what is known
//! of a copy that was put in the ledger's place, the clock's last reading and the moment of
//! the last inspection.
//! Refuses anything that has rows of its own.

use rusqlite::{Connection, OptionalExtension};

/// How far the catalogue has been read: its file and the newest change that was planned for.
pub const CATALOG_MARK: &str = "catalog_mark";

/// The civil day on which the whole catalogue was last read.
pub const READ_WHOLE_ON: &str = "read_whole_on";

/// What pack, calendar and directory the obligations were worked out with.
pub const BOOKS: &str = "books";

/// The day of the last digest.
pub const DIGEST_ON: &str = "digest_on";

/// In a copy that `backup` made: when it was made.
pub const COPIED_AT: &str = "copied_at";

/// Set once the head of the log is kept in a file beside the ledger.
pub const HEAD_KEPT: &str = "head_kept";

/// While an older ledger is held: up to when it knows what was sent.
pub const RESTORED: &str = "restored";

/// While an older ledger is held: when a whole round was first planned on it.
pub const RESTORED_PLANNED: &str = "restored_planned";

/// The last reading of the clocks that was accepted, as JSON.
pub const CLOCK: &str = "clock";

/// When an inspection was last written down; later ones that found the same are not.
pub const INSPECTED_AT: &str = "inspected_at";

/// The value of `name`, if it was ever set.
///
/// # Errors
/// What the engine said.
pub fn get(connection: &Connection, name: &str) -> rusqlite::Result<Option<String>> {
    let mut statement = connection.prepare_cached("select value from setting where name = $1")?;
    statement.query_row([name], |row| row.get(0)).optional()
}

/// How far the last complete pass had read the catalogue (the mark as it was written), and
/// with which books.
///
/// # Errors
/// What the engine said.
pub fn watermark(connection: &Connection) -> rusqlite::Result<Option<(String, String)>> {
    Ok(get(connection, CATALOG_MARK)?.zip(get(connection, BOOKS)?))
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

/// Forgets `name`.
///
/// # Errors
/// What the engine said.
pub fn forget(connection: &Connection, name: &str) -> rusqlite::Result<()> {
    let mut statement = connection.prepare_cached("delete from setting where name = $1")?;
    statement.execute([name])?;
    Ok(())
}
