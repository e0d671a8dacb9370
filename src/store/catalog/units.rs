//! The units that decisions name.
//!
//! Owns listing them, each once, without reading the decisions whole. Refuses to know which
//! of them anybody knows.

use std::collections::{BTreeMap, BTreeSet};

use crate::store::StoreError;

use super::reader::Catalog;

/// So many of the decisions that name a unit are remembered by their ids.
const SOME: usize = 3;

/// How the decisions that are still pursued name a unit.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Mentions {
    /// As the unit that drafts.
    pub drafting: u64,
    /// As the unit that executes.
    pub executing: u64,
    /// As one that cooperates.
    pub cooperating: u64,
    /// The ids of the first few.
    pub some: Vec<String>,
}

impl Mentions {
    /// In whichever role.
    #[must_use]
    pub const fn all(&self) -> u64 {
        self.drafting + self.executing + self.cooperating
    }

    /// Takes in those of another name of the same unit.
    pub fn add(&mut self, other: &Self) {
        self.drafting += other.drafting;
        self.executing += other.executing;
        self.cooperating += other.cooperating;
        for id in &other.some {
            self.remember(id);
        }
    }

    fn remember(&mut self, id: &str) {
        if self.some.len() < SOME && !self.some.iter().any(|one| one == id) {
            self.some.push(id.to_owned());
        }
    }
}

impl Catalog {
    /// Every name of a unit in decisions that are still pursued, as it is written there, with
    /// how often and where.
    ///
    /// # Errors
    /// Whatever the engine says.
    pub fn mentions(&self) -> Result<BTreeMap<String, Mentions>, StoreError> {
        let read = || -> rusqlite::Result<BTreeMap<String, Mentions>> {
            let mut statement = self.connection.prepare_cached(
                "select cast(id as text), drafting_unit, executing_unit, cooperating_units
                 from decision where status = 'active' order by rowid",
            )?;
            let mut rows = statement.query([])?;
            let mut all = BTreeMap::new();
            while let Some(row) = rows.next()? {
                let id: String = row.get(0)?;
                // What is no text cannot be read as a name, and is a fault of its decision.
                let text = |column| row.get::<_, Option<String>>(column).ok().flatten();
                let listed = text(3).unwrap_or_default();
                let listed: Vec<String> = serde_json::from_str(&listed).unwrap_or_default();
                note(&mut all, &id, text(1), |one| &mut one.drafting);
                note(&mut all, &id, text(2), |one| &mut one.executing);
                for name in listed {
                    note(&mut all, &id, Some(name), |one| &mut one.cooperating);
                }
            }
            Ok(all)
        };
        read().map_err(StoreError::sql("count the units that decisions name"))
    }

    /// Every unit that a decision which is still pursued names, as it is written there. What
    /// cannot be read as a name is a fault of its decision, and told as one.
    ///
    /// # Errors
    /// Whatever the engine says.
    pub fn named_units(&self) -> Result<BTreeSet<String>, StoreError> {
        let read = || -> rusqlite::Result<BTreeSet<String>> {
            let mut statement = self.connection.prepare_cached(
                "select distinct 0, drafting_unit from decision
                 where status = 'active' and typeof(drafting_unit) = 'text'
                 union
                 select distinct 0, executing_unit from decision
                 where status = 'active' and typeof(executing_unit) = 'text'
                 union
                 select distinct 1, cooperating_units from decision
                 where status = 'active' and typeof(cooperating_units) = 'text'",
            )?;
            let mut rows = statement.query([])?;
            let mut names = BTreeSet::new();
            while let Some(row) = rows.next()? {
                let is_list: bool = row.get(0)?;
                let bytes = row.get_ref(1)?.as_bytes_or_null()?.unwrap_or_default();
                let text = String::from_utf8_lossy(bytes).into_owned();
                if is_list {
                    let listed: Vec<String> = serde_json::from_str(&text).unwrap_or_default();
                    names.extend(listed);
                } else {
                    names.insert(text);
                }
            }
            names.retain(|name| !name.trim().is_empty());
            Ok(names)
        };
        read().map_err(StoreError::sql("list the units that decisions name"))
    }
}

/// Counts that the decision `id` names a unit.
fn note(
    all: &mut BTreeMap<String, Mentions>,
    id: &str,
    name: Option<String>,
    counter: impl FnOnce(&mut Mentions) -> &mut u64,
) {
    let name = name.filter(|name| !name.trim().is_empty());
    let Some(name) = name else {
        return;
    };
    let mentions = all.entry(name.trim().to_owned()).or_default();
    *counter(mentions) += 1;
    mentions.remember(id);
}
