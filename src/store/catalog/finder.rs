//! Looking a decision or an event up by what a person remembers of it.
//!
//! Owns finding them by a part of a title, the beginning of a key, or an event's key, without
//! reading decisions whole. Refuses to hand out the title of a confidential decision, and more
//! than was asked for.

use std::path::Path;
use std::time::Duration;

use rusqlite::{Connection, OpenFlags, OptionalExtension, Row, params};

use crate::domain::decision::DecisionId;
use crate::store::StoreError;
use crate::store::text::one_line;

use super::kinds::Kinds;
use super::mark::FileId;
use super::reader::Catalog;

/// A decision as people tell it from others.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Named {
    /// Its key.
    pub id: DecisionId,
    /// Its title; `None` for a confidential one.
    pub title: Option<String>,
}

/// An event as people tell it from others.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Noted {
    /// Its key.
    pub id: i64,
    /// The decision it belongs to.
    pub decision: DecisionId,
    /// What happened.
    pub kind: String,
    /// When, as it is written.
    pub on: String,
}

impl Catalog {
    /// The catalogue at `path` for a glance: where somebody writes at this moment, nothing is
    /// found, and nobody waits.
    ///
    /// # Errors
    /// Whatever the engine says.
    pub fn at_a_glance(path: &Path) -> Result<Self, StoreError> {
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let open = || -> rusqlite::Result<Connection> {
            let connection = Connection::open_with_flags(path, flags)?;
            connection.busy_timeout(Duration::ZERO)?;
            connection.pragma_update(None, "query_only", true)?;
            Ok(connection)
        };
        let file = FileId::at(path)?;
        Ok(Self {
            connection: open().map_err(StoreError::sql("glance at the catalogue"))?,
            kinds: Kinds::default(),
            file,
        })
    }

    /// At most `limit` decisions with `part` in their title, newest catalogue first. Confidential
    /// ones are found too: to leave them out could make another one look like the only one.
    ///
    /// # Errors
    /// Whatever the engine says.
    pub fn with_title(&self, part: &str, limit: usize) -> Result<Vec<Named>, StoreError> {
        self.named("instr(title, $1) > 0", part, limit)
    }

    /// At most `limit` decisions whose key begins with `start`, newest catalogue first.
    ///
    /// # Errors
    /// Whatever the engine says.
    pub fn with_key(&self, start: &str, limit: usize) -> Result<Vec<Named>, StoreError> {
        self.named("substr(id, 1, length($1)) = $1", start, limit)
    }

    fn named(&self, condition: &str, word: &str, limit: usize) -> Result<Vec<Named>, StoreError> {
        // What cannot be read as a plain no is taken as secret, as everywhere.
        let sql = format!(
            "select cast(id as text), case when confidential is 0 then cast(title as text) end
             from decision where {condition} order by year desc, seq, id limit {limit}"
        );
        let named = |row: &Row<'_>| {
            let title: Option<String> = row.get(1)?;
            Ok(Named {
                id: DecisionId(row.get(0)?),
                title: title.map(|title| one_line(&title).into_owned()),
            })
        };
        let read = || -> rusqlite::Result<Vec<Named>> {
            let mut statement = self.connection.prepare_cached(&sql)?;
            statement.query_map([word], named)?.collect()
        };
        read().map_err(StoreError::sql("find a decision of the catalogue"))
    }

    /// The decision that the event `id` belongs to.
    ///
    /// # Errors
    /// Whatever the engine says.
    pub fn owner_of_event(&self, id: i64) -> Result<Option<DecisionId>, StoreError> {
        let sql = "select cast(decision_id as text) from event where id = $1";
        let read = || {
            let mut statement = self.connection.prepare_cached(sql)?;
            statement.query_row([id], |row| row.get(0)).optional()
        };
        let owner: rusqlite::Result<Option<String>> = read();
        let owner = owner.map_err(StoreError::sql("find an event of the catalogue"))?;
        Ok(owner.map(DecisionId))
    }

    /// At most `limit` events, those entered last first: of one decision, or those whose key
    /// begins with `start`.
    ///
    /// # Errors
    /// Whatever the engine says.
    pub fn latest_events(
        &self,
        of: Option<&DecisionId>,
        start: &str,
        limit: usize,
    ) -> Result<Vec<Noted>, StoreError> {
        let sql = match of {
            None => {
                "select id, cast(decision_id as text), cast(kind as text), cast(on_date as text)
                 from event where substr(cast(id as text), 1, length($1)) = $1
                 order by id desc limit $2"
            }
            Some(_) => {
                "select id, cast(decision_id as text), cast(kind as text), cast(on_date as text)
                 from event where substr(cast(id as text), 1, length($1)) = $1
                 and decision_id = $2 order by id desc limit $3"
            }
        };
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        let noted = |row: &Row<'_>| {
            Ok(Noted {
                id: row.get(0)?,
                decision: DecisionId(row.get(1)?),
                kind: row.get(2)?,
                on: row.get(3)?,
            })
        };
        let read = || -> rusqlite::Result<Vec<Noted>> {
            let mut statement = self.connection.prepare_cached(sql)?;
            match of {
                Some(of) => statement
                    .query_map(params![start, of.0, limit], noted)?
                    .collect(),
                None => statement.query_map(params![start, limit], noted)?.collect(),
            }
        };
        read().map_err(StoreError::sql("find events of the catalogue"))
    }
}

/// The keys of the decisions with exactly this title; two are enough to know that it is not
/// the only one.
pub(super) fn titled(catalogue: &Connection, title: &str) -> rusqlite::Result<Vec<String>> {
    let sql = "select cast(id as text) from decision where trim(title) = $1 limit 2";
    let mut statement = catalogue.prepare_cached(sql)?;
    statement.query_map([title], |row| row.get(0))?.collect()
}
