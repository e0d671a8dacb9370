//! What people call the kinds of events, and which kind they mean by a name.
//!
//! Owns the list of names and looking in it both ways. Refuses to guess: a name leads to one
//! kind or to none.

/// A kind and its name on each line.
const NAMES: &str = include_str!("event_names.txt");

/// Every kind that has a name, with it, in the order of the procedure.
pub fn names() -> impl Iterator<Item = (&'static str, &'static str)> {
    let lines = NAMES.lines().filter(|line| !line.starts_with('#'));
    lines.filter_map(|line| line.split_once(' '))
}

/// What people call events of `kind`; the kind itself where it has no name.
#[must_use]
pub fn name_of(kind: &str) -> &str {
    let mut names = names();
    names
        .find(|(known, _)| *known == kind)
        .map_or(kind, |(_, name)| name)
}

/// The kind that is called `name`, or that is written so.
#[must_use]
pub fn kind_of(name: &str) -> Option<&'static str> {
    let mut names = names();
    let found = names.find(|(kind, known)| *kind == name || *known == name);
    found.map(|(kind, _)| kind)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::domain::decision::EVENT_KINDS;

    #[test]
    fn every_kind_of_the_contract_has_a_name_of_its_own() {
        for kind in EVENT_KINDS {
            assert_eq!(kind_of(name_of(kind)), Some(*kind));
            assert_ne!(name_of(kind), *kind);
        }
        let distinct: BTreeSet<&str> = names().map(|(_, name)| name).collect();
        assert_eq!(distinct.len(), names().count());
    }
}
