//! What people write for the contract's values: 是 for 1, 进行中 for `active`, 听证会 for `hearing_on`.
//!
//! Owns the list of words and looking in it both ways, so that what is written out is what is read
//! back. Refuses to guess: a word leads to one value or to none.

use crate::domain::decision::Flag;
use crate::domain::naming::{kind_of, name_of};

use super::columns::Table;

/// A value and its words on each line.
const WORDS: &str = include_str!("words.txt");

/// What people write for `value` in the column `column`; the value itself where there is no word.
pub(super) fn written<'v>(table: Table, column: &str, value: &'v str) -> &'v str {
    match values(table, column) {
        Some(Values::Kinds) => name_of(value),
        Some(Values::Listed(list)) => listed(list)
            .find(|(known, _)| *known == value)
            .and_then(|(_, mut words)| words.next())
            .unwrap_or(value),
        None => value,
    }
}

/// The value that `text` means in the column `column`; `text` itself where it is no known word.
pub(super) fn meant<'t>(table: Table, column: &str, text: &'t str) -> &'t str {
    let word = text.trim();
    match values(table, column) {
        Some(Values::Kinds) => kind_of(word).unwrap_or(text),
        Some(Values::Listed(list)) => listed(list)
            .find(|(_, words)| words.clone().any(|known| known == word))
            .map_or(text, |(value, _)| value),
        None => text,
    }
}

/// The words to choose from in the column `column`; none where they are not few.
pub(super) fn choices(table: Table, column: &str) -> Vec<&'static str> {
    match values(table, column) {
        Some(Values::Listed(list)) => listed(list)
            .filter_map(|(_, mut words)| words.next())
            .collect(),
        _ => Vec::new(),
    }
}

/// Which values a column has words for.
enum Values {
    /// Those of a list of this name.
    Listed(&'static str),
    /// The kinds of events.
    Kinds,
}

fn values(table: Table, column: &str) -> Option<Values> {
    match (table, column) {
        (Table::Event, "kind") => Some(Values::Kinds),
        (Table::Decision, "status") => Some(Values::Listed("status")),
        (Table::Decision, "confidential") => Some(Values::Listed("flag")),
        (Table::Decision, name) if Flag::named(name).is_some() => Some(Values::Listed("flag")),
        _ => None,
    }
}

/// Each value of the list `name` with its words.
fn listed(
    name: &'static str,
) -> impl Iterator<Item = (&'static str, std::str::SplitWhitespace<'static>)> {
    let lines = WORDS.lines().filter(|line| !line.starts_with('#'));
    lines.filter_map(move |line| {
        let (value, words) = line.split_once(':')?;
        let value = value.strip_prefix(name)?.strip_prefix(' ')?;
        Some((value, words.split_whitespace()))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_leads_to_the_value_it_is_written_for() {
        for (table, column, value) in [
            (Table::Decision, "professional", "0"),
            (Table::Decision, "confidential", "1"),
            (Table::Decision, "status", "active"),
            (Table::Decision, "status", "withdrawn"),
            (Table::Decision, "status", "closed"),
            (Table::Event, "kind", "hearing_on"),
        ] {
            let word = written(table, column, value);
            assert_ne!(word, value);
            assert_eq!(meant(table, column, word), value);
        }
        assert_eq!(choices(Table::Decision, "status").len(), 3);
    }

    #[test]
    fn what_is_no_word_stays_as_it_is() {
        for text in ["1", "也许", "", " 是的"] {
            assert_eq!(meant(Table::Decision, "complex", text), text);
        }
        assert_eq!(meant(Table::Decision, "title", "是"), "是");
        assert_eq!(written(Table::Event, "kind", "trial_run"), "trial_run");
    }
}
