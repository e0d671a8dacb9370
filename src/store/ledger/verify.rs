//! Whether the audit log is what it was: every byte, every entry, none missing or added.
//!
//! Owns walking the chain once, entry by entry, at one moment of the ledger. Refuses to
//! take the word of the ledger alone where a head was noted elsewhere: whoever can write
//! the file can also make a new chain, but not one that ends in that hash.

use rusqlite::{Connection, Row};

use super::chain::{self, Head};

/// Entries between two reports of progress.
const STRIDE: i64 = 10_000;

/// What is looked at.
#[derive(Debug, Clone, Default)]
pub struct Asked {
    /// From this entry on, taking the ones before it as they stand; the first is 1.
    pub since: Option<i64>,
    /// A head that was noted earlier, elsewhere.
    pub noted: Option<Head>,
}

/// A log that holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sound {
    /// How many entries were looked at.
    pub entries: i64,
    /// The newest entry.
    pub head: Head,
}

/// The first entry that does not hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Broken {
    /// Its number.
    pub seq: i64,
    /// What is wrong with it, completing "entry N …".
    pub why: String,
}

impl Broken {
    fn new(seq: i64, why: impl Into<String>) -> Self {
        let why = why.into();
        Self { seq, why }
    }
}

/// Hears how many entries of how many were looked at.
pub type Progress<'a> = &'a mut dyn FnMut(i64, i64);

/// Walks the log, as it stands at one moment, whatever is written meanwhile.
///
/// # Errors
/// What the engine said, which on a damaged file may be before an entry could be read.
pub fn verify(
    connection: &Connection,
    asked: &Asked,
    progress: Progress<'_>,
) -> rusqlite::Result<Result<Sound, Broken>> {
    let moment = connection.unchecked_transaction()?;
    let since = asked.since.unwrap_or(1).max(1);
    let stands = match chain::head(&moment) {
        Ok(head) => head,
        Err(rusqlite::Error::QueryReturnedNoRows) => {
            return Ok(Err(Broken::new(0, "the head kept beside the log is gone")));
        }
        Err(error) => return Err(error),
    };
    let Some(before) = chain::hash_at(&moment, since - 1)? else {
        return Ok(Err(Broken::new(since - 1, "is missing")));
    };
    let walked = walk(&moment, (since, before), stands.seq, progress)?;
    let (last, hash) = match walked {
        Ok(end) => end,
        Err(broken) => return Ok(Err(broken)),
    };
    let head = Head { seq: last, hash };
    let noted = asked.noted.as_ref();
    let broken = beside(&head, &stands).or(noted
        .map(|noted| against(&moment, &head, noted))
        .transpose()?
        .flatten());
    Ok(match broken {
        Some(broken) => Err(broken),
        None => Ok(Sound {
            entries: last - since + 1,
            head,
        }),
    })
}

/// Every entry from `since` on; the last one's number and hash.
fn walk(
    connection: &Connection,
    (since, before): (i64, String),
    in_all: i64,
    progress: Progress<'_>,
) -> rusqlite::Result<Result<(i64, String), Broken>> {
    let mut statement = connection.prepare(
        "select seq, at, what, subject, detail, hash from audit
         where seq >= $1 or $1 = 1 order by seq",
    )?;
    let mut rows = statement.query([since])?;
    let (mut expected, mut previous) = (since, before);
    while let Some(row) = rows.next()? {
        let seq: i64 = row.get(0)?;
        if seq < expected {
            return Ok(Err(Broken::new(seq, "was put in: the first entry is 1")));
        }
        if seq > expected {
            return Ok(Err(Broken::new(expected, "is missing")));
        }
        match entry_hash(row, seq, &previous) {
            Ok(hash) => previous = hash,
            Err(broken) => return Ok(Err(broken)),
        }
        expected += 1;
        if seq % STRIDE == 0 {
            progress(seq, in_all);
        }
    }
    Ok(Ok((expected - 1, previous)))
}

/// The entry's hash, if it is the one that follows from its fields and `previous`.
fn entry_hash(row: &Row<'_>, seq: i64, previous: &str) -> Result<String, Broken> {
    let bytes = |column| {
        let value = row.get_ref(column).ok();
        let bytes = value.and_then(|value| value.as_bytes().ok());
        bytes.ok_or_else(|| Broken::new(seq, "is not text"))
    };
    let fields = [bytes(1)?, bytes(2)?, bytes(3)?, bytes(4)?];
    let follows = chain::hash(previous.as_bytes(), seq, fields);
    if bytes(5)? == follows.as_bytes() {
        Ok(follows)
    } else {
        let why = "is not what was written: its hash does not follow from it and the one before";
        Err(Broken::new(seq, why))
    }
}

/// The log against the head that is kept beside it.
fn beside(head: &Head, stands: &Head) -> Option<Broken> {
    if head.seq < stands.seq {
        let why = format!("is missing: the log reached {}", stands.seq);
        return Some(Broken::new(head.seq + 1, why));
    }
    if head.seq > stands.seq {
        let why = "was put in: the head kept beside the log does not reach it";
        return Some(Broken::new(stands.seq + 1, why));
    }
    let is_same = head.hash == stands.hash;
    (!is_same).then(|| {
        Broken::new(
            head.seq,
            "has another hash than the head kept beside the log",
        )
    })
}

/// The log against a head that was noted elsewhere.
fn against(connection: &Connection, head: &Head, noted: &Head) -> rusqlite::Result<Option<Broken>> {
    if noted.seq > head.seq {
        let why = format!("is missing: {} was noted", noted.seq);
        return Ok(Some(Broken::new(head.seq + 1, why)));
    }
    let stands = chain::hash_at(connection, noted.seq)?.unwrap_or_default();
    if stands.starts_with(&noted.hash) {
        return Ok(None);
    }
    let why = "has another hash than was noted: it, or an entry before it, was written anew";
    Ok(Some(Broken::new(noted.seq, why)))
}
