//! What the ledger says: of a running program, or of files that one left behind.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use rusqlite::{Connection, OpenFlags, Row};

/// An attempt of which nothing is written but that it was begun.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Open {
    pub(crate) key: String,
    pub(crate) holder: String,
}

/// A ledger, open.
pub(crate) struct Books(Connection);

impl Books {
    /// The ledger of a running program, which is disturbed by nothing.
    pub(crate) fn look(path: &Path) -> rusqlite::Result<Self> {
        Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY).map(Self)
    }

    /// Files that nobody uses; they are recovered as the program would.
    pub(crate) fn recover(path: &Path) -> rusqlite::Result<Self> {
        let books = Self(Connection::open(path)?);
        books.0.pragma_update(None, "synchronous", "off")?;
        Ok(books)
    }

    /// The files as they lie there, copied into `to` and recovered there.
    pub(crate) fn autopsy(from: &Path, to: &Path) -> rusqlite::Result<Self> {
        std::fs::create_dir_all(to).unwrap();
        for rest in ["", "-wal", "-journal", "-shm"] {
            let name = |path: &Path| {
                let mut name = path.as_os_str().to_owned();
                name.push(rest);
                name
            };
            let copy = name(&to.join("ledger.db"));
            let _ = std::fs::remove_file(&copy);
            // The shared memory is made anew, and a file that is not there is not copied.
            if rest != "-shm" {
                let _ = std::fs::copy(name(from), copy);
            }
        }
        Self::recover(&to.join("ledger.db"))
    }

    /// The first column of every row.
    pub(crate) fn column(&self, question: &str) -> rusqlite::Result<Vec<String>> {
        let mut statement = self.0.prepare(question)?;
        let rows = statement.query_map([], |row| row.get(0))?;
        rows.collect()
    }

    pub(crate) fn set(&self, question: &str) -> rusqlite::Result<BTreeSet<String>> {
        Ok(self.column(question)?.into_iter().collect())
    }

    /// Everything that the engine finds wrong with the file.
    pub(crate) fn damage(&self) -> Vec<String> {
        let sound = self.column("select * from pragma_integrity_check");
        let foreign = self.column("select \"table\" from pragma_foreign_key_check");
        match (sound, foreign) {
            (Ok(mut found), Ok(loose)) => {
                found.retain(|line| line != "ok");
                found.extend(loose);
                found
            }
            (sound, foreign) => [sound.err(), foreign.err()]
                .into_iter()
                .flatten()
                .map(|error| error.to_string())
                .collect(),
        }
    }

    /// Decisions with an obligation.
    pub(crate) fn planned(&self) -> rusqlite::Result<BTreeSet<String>> {
        self.set("select decision_id from obligation")
    }

    /// Whether there is something that waits or is under way.
    pub(crate) fn is_busy(&self) -> rusqlite::Result<bool> {
        let busy = "select key from message where state in ('pending', 'leased') limit 1";
        Ok(!self.column(busy)?.is_empty())
    }

    /// Attempts that have no outcome.
    pub(crate) fn open(&self) -> rusqlite::Result<Vec<Open>> {
        let question = "select message.key, attempt.holder
                        from attempt join message on message.id = attempt.message_id
                        where attempt.outcome is null";
        let mut statement = self.0.prepare(question)?;
        let rows = statement.query_map([], |row| {
            Ok(Open {
                key: row.get(0)?,
                holder: row.get(1)?,
            })
        })?;
        rows.collect()
    }

    /// Whether there is such a message.
    pub(crate) fn has(&self, key: &str) -> rusqlite::Result<bool> {
        let mut statement = self.0.prepare("select 1 from message where key = $1")?;
        statement.exists([key])
    }

    /// How many attempts of `holder` have an outcome.
    pub(crate) fn settled(&self, holder: &str) -> rusqlite::Result<usize> {
        let question = "select count(*) from attempt where holder = $1 and outcome is not null";
        self.0.query_row(question, [holder], |row| count(row, 0))
    }

    /// How many attempts `key` has; how many of them nobody knows the end of; and whether the
    /// message is marked as a repeat.
    pub(crate) fn attempts(&self, key: &str) -> rusqlite::Result<(usize, usize, bool)> {
        let question = "select count(*),
                               count(case json_extract(outcome, '$.class') when 'unknown' then 1 end),
                               max(maybe_repeat)
                        from attempt join message on message.id = attempt.message_id
                        where message.key = $1";
        self.0.query_row(question, [key], |row| {
            Ok((
                count(row, 0)?,
                count(row, 1)?,
                row.get::<_, Option<bool>>(2)?.unwrap_or_default(),
            ))
        })
    }

    /// How many attempts of each message were begun.
    pub(crate) fn claims(&self) -> rusqlite::Result<BTreeMap<String, usize>> {
        let question = "select message.key, count(*)
                        from attempt join message on message.id = attempt.message_id
                        group by message.key";
        let mut statement = self.0.prepare(question)?;
        let rows = statement.query_map([], |row| Ok((row.get(0)?, count(row, 1)?)))?;
        rows.collect()
    }

    /// Where the notice of `decision` for `address` stands.
    pub(crate) fn states(&self, decision: &str, address: &str) -> rusqlite::Result<Vec<String>> {
        let question = "select case notice.state when 'standing' then message.state
                                                 else notice.state end
                        from notice join message on message.id = notice.message_id
                                    join obligation on obligation.id = notice.obligation_id
                        where obligation.decision_id = $1
                          and json_extract(message.recipient, '$.address') = $2";
        let mut statement = self.0.prepare(question)?;
        let rows = statement.query_map([decision, address], |row| row.get(0))?;
        rows.collect()
    }
}

fn count(row: &Row<'_>, column: usize) -> rusqlite::Result<usize> {
    Ok(usize::try_from(row.get::<_, u32>(column)?).unwrap())
}
