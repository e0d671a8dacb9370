//! What people call the kinds of events, and which kind they mean by a name.
//!
//! Owns the list of names and looking in it both ways. Refuses to guess: a name leads to one
//! kind or to none.

use super::spelling::nearest;

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

/// Those of `kinds` that `word` may mean, in their order: it stands in the kind or its name,
/// or else is nearly one of them. None of them is taken for it.
#[must_use]
pub fn near<'k>(word: &str, kinds: &[&'k str]) -> Vec<&'k str> {
    let is_in = |kind: &&str| kind.contains(word) || name_of(kind).contains(word);
    let kinds_with = kinds.iter().copied().filter(is_in);
    let found: Vec<&str> = kinds_with.filter(|_| !word.is_empty()).collect();
    if !found.is_empty() {
        return found;
    }
    let written = nearest(word, kinds.iter().copied());
    let named = || {
        let name = nearest(word, kinds.iter().map(|kind| name_of(kind)))?;
        kinds.iter().copied().find(|kind| name_of(kind) == name)
    };
    written.or_else(named).into_iter().collect()
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

    #[test]
    fn a_part_of_a_name_and_a_slip_of_the_pen_are_near_and_never_taken_for_it() {
        let near = |word| near(word, EVENT_KINDS);
        assert_eq!(kind_of("公布"), None);
        assert_eq!(near("公布"), ["hearing_list_published", "published"]);
        assert_eq!(near("公布决定"), ["published"]);
        assert_eq!(near("hearing_repied"), ["hearing_replied"]);
        assert_eq!(near("comment"), ["comment_opened", "comment_closes"]);
        assert!(near("天气").is_empty() && near("").is_empty());
    }
}
