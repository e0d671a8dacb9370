//! A row of a file, matched: which decision of the catalogue it is, or which new one.
//!
//! Owns putting together what several tables of the file say of one decision. Refuses to change
//! the drafts, for the same file is compared again before it is written.

use rusqlite::types::Value;

use crate::domain::fault::Fault;
use crate::store::catalog::columns::Table;

use super::draft::Draft;

/// A decision as the file has it.
#[derive(Debug)]
pub(in crate::store::catalog) struct Entry<'d> {
    pub(in crate::store::catalog) draft: &'d Draft,
    /// Its row in a table of flags.
    pub(super) flags: Option<&'d Draft>,
    /// Its key; `None` where the row does not say enough to have one.
    pub(in crate::store::catalog) id: Option<String>,
    /// Its number in the catalogue, where the file's does not hold.
    pub(super) seq: Option<i64>,
    pub(in crate::store::catalog) is_new: bool,
    pub(super) is_readmitted: bool,
}

impl<'d> Entry<'d> {
    /// A new decision, or one that its row names by its key.
    pub(super) const fn new(draft: &'d Draft, id: Option<String>, is_new: bool) -> Self {
        Self {
            draft,
            flags: None,
            id,
            seq: None,
            is_new,
            is_readmitted: false,
        }
    }

    /// The row as it will stand.
    pub(in crate::store::catalog) fn over(&self, known: Option<&[Value]>) -> Vec<Value> {
        let mut row = self.draft.over(known);
        let mut set = |name, value| {
            if let Some(place) = Table::Decision.place_of(name) {
                row[place] = value;
            }
        };
        for (name, value) in self.flags.into_iter().flat_map(flags) {
            set(name, value.clone());
        }
        if let Some(id) = &self.id {
            set("id", Value::Text(id.clone()));
        }
        if let Some(seq) = self.seq {
            set("seq", Value::Integer(seq));
        }
        if self.is_readmitted {
            set("status", Value::Text("active".to_owned()));
        }
        row
    }

    /// A fault of the decision, placed in the table that says what is wrong.
    pub(in crate::store::catalog) fn placed(&self, fault: Fault) -> Fault {
        let Some(draft) = self.flags else {
            return fault;
        };
        let column = fault.place.rsplit_once(", ").map(|(_, column)| column);
        let Some((name, _)) = flags(draft).find(|(name, _)| Some(*name) == column) else {
            return fault;
        };
        let place = format!("{}, {name}", draft.at);
        Fault { place, ..fault }
    }
}

/// What a row of a table of flags says of its decision, beside the key and the title by which
/// people find it.
fn flags(draft: &Draft) -> impl Iterator<Item = (&'static str, &Value)> {
    let columns = Table::Decision.columns().iter().zip(draft.values());
    let given = columns.filter_map(|(column, value)| Some((column, value.as_ref()?)));
    given
        .filter(|(column, value)| {
            let is_secrecy = column.name == "confidential" && **value != Value::Null;
            column.is_flag() || is_secrecy
        })
        .map(|(column, value)| (column.name, value))
}
