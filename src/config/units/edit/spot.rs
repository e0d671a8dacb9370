//! Where the keys of a unit or of a person stand.
//!
//! Owns telling tables under a header from those in braces. Refuses to change either.

use std::ops::Range;

use toml_edit::{Item, TableLike, Value};

use super::EditError;

/// The keys of a unit or a person, and how they are written.
#[derive(Clone, Copy)]
pub(super) struct Spot<'d> {
    /// Them.
    pub(super) keys: &'d dyn TableLike,
    /// Where its header or its brace begins.
    pub(super) start: usize,
    /// Under a header, a key a line; else in braces.
    pub(super) is_block: bool,
    /// What its header begins with.
    pub(super) above: &'static str,
}

impl<'d> Spot<'d> {
    /// Every table under a key, whichever way it is written.
    pub(super) fn all(item: Option<&'d Item>, above: &'static str) -> Vec<Self> {
        let spot = |keys: &'d dyn TableLike, span: Option<Range<usize>>, is_block| Self {
            keys,
            start: span.map_or(0, |span| span.start),
            is_block,
            above,
        };
        match item {
            Some(Item::Table(table)) => vec![spot(table, table.span(), true)],
            Some(Item::ArrayOfTables(tables)) => {
                let tables = tables.iter();
                tables.map(|one| spot(one, one.span(), true)).collect()
            }
            Some(Item::Value(Value::InlineTable(table))) => vec![spot(table, table.span(), false)],
            Some(Item::Value(Value::Array(array))) => {
                let tables = array.iter().filter_map(Value::as_inline_table);
                tables.map(|one| spot(one, one.span(), false)).collect()
            }
            _ => Vec::new(),
        }
    }

    /// From the beginning of each key of its own to the end of its value, in order.
    pub(super) fn pairs(&self) -> Vec<(&'d str, Range<usize>)> {
        let own = self.keys.iter().filter(|(_, item)| item.is_value());
        let span = |(key, item): (&'d str, &'d Item)| {
            let start = self.keys.key(key)?.span()?.start;
            Some((key, start..item.span()?.end))
        };
        let mut pairs: Vec<_> = own.filter_map(span).collect();
        pairs.sort_by_key(|(_, span)| span.start);
        pairs
    }

    pub(super) fn end(&self) -> Result<usize, EditError> {
        let last = self.pairs().pop().ok_or(EditError::Shape)?;
        Ok(last.1.end)
    }

    pub(super) fn people(&self) -> Vec<Self> {
        Self::all(self.keys.get("contact"), "")
    }

    pub(super) fn person(&self, number: usize) -> Result<Self, EditError> {
        self.people().get(number).copied().ok_or(EditError::Shape)
    }
}
