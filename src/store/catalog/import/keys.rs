//! Keys for decisions that only have a number in a published catalogue.
//!
//! Owns the custom `YEAR-SEQ` (`2026-003`) and what happens where bodies of one city number alike.
//! Refuses to move a key: what once is in the catalogue keeps it, because events hang on it.

use std::collections::{HashMap, HashSet};

use rusqlite::Connection;

use crate::store::catalog::stored;

/// Makes keys that neither the file nor the catalogue has.
pub(super) struct Keys<'c> {
    catalogue: &'c Connection,
    taken: HashSet<String>,
    /// What was tried last where the customary key was taken.
    last: HashMap<String, u32>,
}

impl<'c> Keys<'c> {
    /// Beside the keys in `taken` and those of `catalogue`.
    pub(super) fn beside(catalogue: &'c Connection, taken: HashSet<String>) -> Self {
        Self {
            catalogue,
            taken,
            last: HashMap::new(),
        }
    }

    /// The customary key for that number, or the first free one after it where another body of
    /// the city has it; with the customary one.
    pub(super) fn make(&mut self, year: i64, seq: i64) -> rusqlite::Result<(String, String)> {
        let customary = format!("{year}-{seq:03}");
        let mut key = customary.clone();
        while self.taken.contains(&key) || stored::has_decision(self.catalogue, &key)? {
            let last = self.last.entry(customary.clone()).or_insert(1);
            *last += 1;
            key = format!("{customary}-{last}");
        }
        self.taken.insert(key.clone());
        Ok((key, customary))
    }
}
