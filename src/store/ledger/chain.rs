//! The chain that the audit log is: each entry's hash covers the one before it.
//!
//! An entry's hash is the SHA-256, in lower-case hex, of six netstrings (djb, 1997:
//! length in bytes, `:`, bytes, `,`) one after another: the previous entry's hash (64
//! zeros before the first), then `seq` in decimal, `at`, `what`, `subject` and `detail` as
//! they stand in the table, in UTF-8. Whoever has the file can check it without duban:
//!
//! ```python
//! import hashlib, sqlite3
//! log = sqlite3.connect("ledger.db")
//! previous = "0" * 64
//! for *fields, stands in log.execute(
//!         "select seq, at, what, subject, detail, hash from audit order by seq"):
//!     parts = [str(part).encode() for part in (previous, *fields)]
//!     data = b"".join(b"%d:%s," % (len(part), part) for part in parts)
//!     previous = hashlib.sha256(data).hexdigest()
//!     assert previous == stands, fields[0]
//! print(fields[0], previous)
//! ```
//!
//! Owns that form, the newest entry's hash, and taking over a log from before there was a
//! chain. Refuses to keep the head in memory: more than one process writes, so it is read
//! in the transaction that adds to it.

use std::fmt::{self, Write as _};
use std::str::FromStr;

use rusqlite::{Connection, OptionalExtension as _};
use sha2::{Digest as _, Sha256};

/// What the first entry's hash covers in the place of an earlier one's.
pub(super) const BEFORE_THE_FIRST: &str =
    "0000000000000000000000000000000000000000000000000000000000000000";

/// The newest entry of a log, by which the whole of it is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Head {
    /// Its number; 0 where there is none yet.
    pub seq: i64,
    /// Its hash.
    pub hash: String,
}

impl fmt::Display for Head {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.seq, self.hash)
    }
}

impl FromStr for Head {
    type Err = String;

    /// Reads `SEQ:HASH`; the hash may be its beginning only, as the digest prints it.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let is_hash = |hash: &str| {
            (16..=64).contains(&hash.len())
                && hash.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'))
        };
        let parts = text.trim().split_once(':');
        let read = parts.and_then(|(seq, hash)| Some((seq.parse().ok()?, hash)));
        match read {
            Some((seq, hash)) if seq >= 0 && is_hash(hash) => Ok(Self {
                seq,
                hash: hash.to_owned(),
            }),
            _ => Err("expected SEQ:HASH, with 16 to 64 hexadecimal digits".to_owned()),
        }
    }
}

/// The log's newest entry.
///
/// # Errors
/// What the engine said.
pub fn head(connection: &Connection) -> rusqlite::Result<Head> {
    let mut statement = connection.prepare_cached("select seq, hash from chain")?;
    statement.query_row([], |row| {
        Ok(Head {
            seq: row.get(0)?,
            hash: row.get(1)?,
        })
    })
}

/// The hash that the log has at `seq`, if it reaches so far.
///
/// # Errors
/// What the engine said.
pub fn hash_at(connection: &Connection, seq: i64) -> rusqlite::Result<Option<String>> {
    if seq == 0 {
        return Ok(Some(BEFORE_THE_FIRST.to_owned()));
    }
    let mut statement = connection.prepare_cached("select hash from audit where seq = $1")?;
    statement.query_row([seq], |row| row.get(0)).optional()
}

/// An entry's hash: its fields are `at`, `what`, `subject` and `detail`.
pub(super) fn hash(previous: &[u8], seq: i64, fields: [&[u8]; 4]) -> String {
    let mut hash = Sha256::new();
    netstring(&mut hash, previous);
    netstring(&mut hash, seq.to_string().as_bytes());
    for field in fields {
        netstring(&mut hash, field);
    }
    let bytes = hash.finalize();
    bytes.iter().fold(String::new(), |mut hex, byte| {
        // Writing to a string cannot fail.
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}

fn netstring(hash: &mut Sha256, part: &[u8]) {
    hash.update(part.len().to_string());
    hash.update(b":");
    hash.update(part);
    hash.update(b",");
}

/// Adds an entry whose fields are `at`, `what`, `subject` and `detail`.
pub(super) fn append(connection: &Connection, fields: [&str; 4]) -> rusqlite::Result<()> {
    let before = head(connection)?;
    let seq = before.seq + 1;
    let hash = hash(before.hash.as_bytes(), seq, fields.map(str::as_bytes));
    let [at, what, subject, detail] = fields;
    let mut statement = connection.prepare_cached(
        "insert into audit (seq, at, what, subject, detail, hash)
         values ($1, $2, $3, $4, $5, $6)",
    )?;
    statement.execute((seq, at, what, subject, detail, hash))?;
    Ok(())
}

/// Takes over what a log held before it was a chain, as it stands.
pub(super) fn adopt(connection: &Connection) -> rusqlite::Result<()> {
    let mut older = connection
        .prepare("select seq, at, what, subject, detail from audit_unchained order by seq")?;
    let mut rows = older.query([])?;
    while let Some(row) = rows.next()? {
        let seq: i64 = row.get(0)?;
        if seq != head(connection)?.seq + 1 {
            return Err(missing(seq));
        }
        let fields: [String; 4] = [row.get(1)?, row.get(2)?, row.get(3)?, row.get(4)?];
        append(connection, fields.each_ref().map(String::as_str))?;
    }
    drop(rows);
    drop(older);
    connection.execute_batch("drop table audit_unchained")?;
    let begun = "exists (select 1 from audit) or exists (select 1 from message)
                 or exists (select 1 from rung)";
    let has_begun: bool = connection.query_row(&format!("select {begun}"), [], |row| row.get(0))?;
    if has_begun {
        // What was logged before does not hold all that was written.
        connection.execute_batch("update chain set whole = 0")?;
    }
    Ok(())
}

fn missing(before: i64) -> rusqlite::Error {
    let reason = format!("the audit log has no entry before {before}: it was shortened by hand");
    rusqlite::Error::ToSqlConversionFailure(reason.into())
}
