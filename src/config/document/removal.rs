//! Taking out of a TOML value what was refused, so that the rest can still be read.
//!
//! Owns finding the deepest key or item at a byte range. Refuses to judge: the
//! reader of the value says what is wrong with it.

use std::ops::Range;

use toml::Spanned;
use toml::de::{DeArray, DeTable, DeValue};

/// What has been taken out so far. A later complaint that exactly this is missing is
/// our own doing and not a fault of the file.
#[derive(Default)]
pub(super) struct Removed {
    keys: Vec<String>,
}

impl Removed {
    /// Remembers the last step of a path that was taken out.
    pub(super) fn note(&mut self, path: Vec<String>) {
        self.keys.extend(path.into_iter().next_back());
    }

    /// Whether the complaint is about something that was taken out; each removal
    /// explains one complaint.
    pub(super) fn explains(&mut self, message: &str) -> bool {
        let missing = |key: &String| message == format!("missing field `{key}`");
        let found = self.keys.iter().position(missing);
        found.map(|index| self.keys.swap_remove(index)).is_some()
    }
}

/// Takes the deepest key or item at `span` out of `value` and returns the names on the way to
/// it.
pub(super) fn remove_at(value: &mut DeValue<'_>, span: &Range<usize>) -> Option<Vec<String>> {
    match value {
        DeValue::Table(table) => remove_key(table, span),
        DeValue::Array(items) => {
            let index = items.iter().position(|item| holds(item, span))?;
            let item = items.get_mut(index);
            let deeper = item.and_then(|item| remove_at(item.get_mut(), span));
            if deeper.is_none() {
                *items = without(items, index);
            }
            // Items have no name, and their numbers change as others are taken out.
            Some(deeper.unwrap_or_default())
        }
        _ => None,
    }
}

fn without<'i>(items: &DeArray<'i>, index: usize) -> DeArray<'i> {
    let others = items.iter().enumerate().filter(|(at, _)| *at != index);
    others.map(|(_, item)| item.clone()).collect()
}

fn remove_key(table: &mut DeTable<'_>, span: &Range<usize>) -> Option<Vec<String>> {
    let at_span = |(key, value): &(&Spanned<_>, &Spanned<DeValue<'_>>)| {
        covers(&key.span(), span) || holds(value, span)
    };
    let name = table.iter().find(at_span)?.0.get_ref().to_string();
    let deeper = table
        .get_mut(name.as_str())
        .and_then(|value| remove_at(value.get_mut(), span));
    if deeper.is_none() {
        table.remove(name.as_str());
    }
    let deeper = deeper.into_iter().flatten();
    Some(std::iter::once(name).chain(deeper).collect())
}

/// Whether `span` lies in the value or anywhere below it: the span of a table that is
/// opened by a header is its header, and its keys lie after that.
fn holds(value: &Spanned<DeValue<'_>>, span: &Range<usize>) -> bool {
    if covers(&value.span(), span) {
        return true;
    }
    match value.get_ref() {
        DeValue::Table(table) => table
            .iter()
            .any(|(key, value)| covers(&key.span(), span) || holds(value, span)),
        DeValue::Array(items) => items.iter().any(|item| holds(item, span)),
        _ => false,
    }
}

fn covers(outer: &Range<usize>, inner: &Range<usize>) -> bool {
    outer.start <= inner.start && inner.end <= outer.end && !outer.is_empty()
}
