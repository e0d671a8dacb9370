//! The name that was probably meant.
//!
//! Owns the suggestion at the end of a fault. Refuses to correct anything by itself:
//! a name is right or it is reported.

/// The end of a fault's sentence that names the nearest of `known`; nothing where none is
/// near enough.
#[must_use]
pub fn perhaps(word: &str, known: &[&str]) -> String {
    let near = nearest(word, known.iter().copied());
    near.map_or_else(String::new, |name| format!("; perhaps `{name}`"))
}

/// The nearest of `known`, where one is near enough.
#[must_use]
pub fn nearest<'k>(word: &str, known: impl IntoIterator<Item = &'k str>) -> Option<&'k str> {
    // A third of the letters may be wrong: beyond that a suggestion is a guess.
    let allowed = (word.chars().count() / 3).max(1);
    let near = known
        .into_iter()
        .map(|name| (edits(word, name), name))
        .filter(|(edits, _)| *edits <= allowed)
        .min_by_key(|(edits, _)| *edits);
    near.map(|(_, name)| name)
}

/// How many letters must be put in, taken out or changed to make `left` into `right`.
fn edits(left: &str, right: &str) -> usize {
    let right: Vec<char> = right.chars().collect();
    let mut row: Vec<usize> = (0..=right.len()).collect();
    for (i, from) in left.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, to) in right.iter().enumerate() {
            let changed = diagonal + usize::from(from != *to);
            diagonal = row[j + 1];
            row[j + 1] = changed.min(diagonal + 1).min(row[j] + 1);
        }
    }
    row[right.len()]
}
