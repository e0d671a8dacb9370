//! Rows of a table of flags, put to their decisions.
//!
//! Owns finding the decision of each. Refuses to take them as a list of decisions: a table of
//! flags leaves nothing out and adds nothing.

use std::collections::HashMap;

use rusqlite::Connection;

use crate::domain::fault::Fault;
use crate::store::catalog::stored;
use crate::store::text::shown;

use super::draft::Draft;
use super::entry::Entry;
use super::plan::ImportPlan;

/// Puts rows of flags to their decisions, by key or by title; what is not in the file itself
/// is in the catalogue.
pub(super) fn join<'d>(
    catalogue: &Connection,
    entries: &mut Vec<Entry<'d>>,
    flags: &'d [Draft],
    plan: &mut ImportPlan,
) -> rusqlite::Result<()> {
    let places = |name: fn(&Entry<'d>) -> Option<String>| -> HashMap<String, usize> {
        let all = entries.iter().enumerate();
        all.filter_map(|(at, entry)| Some((name(entry)?, at)))
            .collect()
    };
    let by_id = places(|entry| entry.id.clone());
    let by_title = places(|entry| entry.draft.text("title").map(str::to_owned));
    for draft in flags {
        let (id, title) = (draft.text("id"), draft.text("title"));
        let place = match (id, title) {
            (Some(id), _) => by_id.get(id),
            (None, title) => title.and_then(|title| by_title.get(title)),
        };
        let is_stored = |id| stored::has_decision(catalogue, id);
        let refused = match (place, id) {
            (Some(at), _) if entries[*at].flags.is_some() => Some("a decision once"),
            (Some(at), _) => {
                entries[*at].flags = Some(draft);
                None
            }
            (None, Some(id)) if is_stored(id)? => {
                entries.push(Entry::new(draft, Some(id.to_owned()), false));
                None
            }
            _ => Some("a decision of the file or of the catalogue"),
        };
        if let Some(expected) = refused {
            let found = shown(id.or(title).unwrap_or_default());
            let place = format!("{}, id", draft.at);
            plan.faults.push(Fault::new(place, found, expected));
        }
    }
    Ok(())
}
