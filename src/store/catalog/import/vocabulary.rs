//! The words of tables: which heading is which column, and which rows are no items.
//!
//! Owns looking in the list of words, and what a heading is without its ornaments. Refuses a
//! heading that is only similar to a known one.

use std::sync::LazyLock;

use crate::store::catalog::columns::Table;
use crate::store::text::folded;

/// The words, as data: the first of a column is what duban itself writes over it.
const WORDS: &str = include_str!("headers.txt");

/// A name and the words for it, in the order of the file.
type Line = (&'static str, Vec<&'static str>);

static LINES: LazyLock<Vec<Line>> = LazyLock::new(|| {
    let lines = WORDS.lines().filter(|line| !line.starts_with('#'));
    lines
        .filter_map(|line| line.split_once(':'))
        .map(|(name, words)| (name, words.split_whitespace().collect()))
        .collect()
});

/// The column of `table` that `heading` names; a remark in brackets behind it does not count.
pub(super) fn column(table: Table, heading: &str) -> Option<usize> {
    forms(heading).find_map(|heading| {
        table.place_of(&heading).or_else(|| {
            LINES.iter().find_map(|(name, words)| {
                let column = name.strip_prefix(table.name())?.strip_prefix('.')?;
                let is_meant = words.contains(&heading.as_str());
                is_meant.then(|| table.place_of(column))?
            })
        })
    })
}

/// Whether `heading` stands over steps of the procedure.
pub(super) fn is_procedure(heading: &str) -> bool {
    forms(heading).any(|heading| words("procedure").any(|word| word == heading))
}

/// Whether `text` says that there is nothing.
pub(super) fn says_empty(text: &str) -> bool {
    let text = text.trim_end_matches(['。', '.']);
    words("empty").any(|word| word == text)
}

/// Whether `text` begins as what stands below a table.
pub(super) fn is_foot(text: &str) -> bool {
    begins("foot", text)
}

/// Whether `text` begins as a sum.
pub(super) fn is_total(text: &str) -> bool {
    begins("total", text)
}

/// Whether `text` begins with one of the words `name`, and the word ends there: `总计` and not `总计划`.
fn begins(name: &'static str, text: &str) -> bool {
    words(name).any(|word| {
        let is_label = word.ends_with(['：', ':']);
        let ends = |rest: &str| is_label || !rest.starts_with(char::is_alphabetic);
        text.strip_prefix(word).is_some_and(ends)
    })
}

/// What duban itself writes over the column `name` of `table`.
pub(in crate::store::catalog) fn heading(table: Table, name: &str) -> &'static str {
    let column = LINES.iter().find(|(known, _)| {
        let column = known.strip_prefix(table.name());
        column.and_then(|column| column.strip_prefix('.')) == Some(name)
    });
    column
        .and_then(|(_, words)| words.first())
        .copied()
        .unwrap_or("")
}

/// Every heading of a published catalogue, for a suggestion.
pub(super) fn headings() -> Vec<&'static str> {
    let columns = LINES
        .iter()
        .filter(|(name, _)| name.starts_with("decision."));
    columns
        .flat_map(|(_, words)| words.iter().copied())
        .collect()
}

/// A heading without its blanks and line breaks, in small letters.
pub(super) fn bare(heading: &str) -> String {
    let letters = heading.chars().filter(|letter| !letter.is_whitespace());
    letters.flat_map(char::to_lowercase).collect()
}

/// `heading` bare, and without the remark in brackets and the mark it ends with.
fn forms(heading: &str) -> impl Iterator<Item = String> {
    let whole = bare(heading);
    let plain = folded(&whole);
    let cut = plain.split('(').next().unwrap_or_default();
    let cut = cut.trim_end_matches([':', '*', '.']).to_owned();
    [whole, plain, cut]
        .into_iter()
        .filter(|form| !form.is_empty())
}

fn words(name: &'static str) -> impl Iterator<Item = &'static str> {
    let lines = LINES.iter().filter(move |(known, _)| *known == name);
    lines.flat_map(|(_, words)| words.iter().copied())
}
