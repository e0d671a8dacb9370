//! The units that decisions name.
//!
//! Owns listing them, each once, without reading the decisions whole. Refuses to know which
//! of them anybody knows.

use std::collections::BTreeSet;

use crate::store::StoreError;

use super::reader::Catalog;

impl Catalog {
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
