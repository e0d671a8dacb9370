//! The name that was probably meant, and the title that was only worded anew.
//!
//! Owns the suggestion at the end of a fault, and how far a title may differ and still be the same
//! one. Refuses to correct anything by itself: a name is right or it is reported.

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
#[must_use]
pub fn edits(left: &str, right: &str) -> usize {
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

/// Whether one title is the other with letters put in, at most a third of it. A letter in place
/// of another is another thing (供热, 供水), and so is another number (第一批, 第二批).
#[must_use]
pub fn is_reworded(before: &str, after: &str) -> bool {
    let (before, after) = (letters(before), letters(after));
    let (short, long) = if before.len() <= after.len() {
        (before, after)
    } else {
        (after, before)
    };
    let put_in = long.len() - short.len();
    let mut rest = long.iter();
    put_in <= long.len() / 3
        && numerals(&short).eq(numerals(&long))
        && short.iter().all(|letter| rest.any(|other| other == letter))
}

/// What of a title is neither a mark nor a blank.
fn letters(title: &str) -> Vec<char> {
    title.chars().filter(|c| c.is_alphanumeric()).collect()
}

fn numerals(letters: &[char]) -> impl Iterator<Item = &char> {
    letters
        .iter()
        .filter(|c| c.is_numeric() || "〇零一二三四五六七八九十百".contains(**c))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_title_is_worded_anew_by_letters_put_in_and_not_by_others_in_their_place() {
        let before = "供热专项规划";
        assert!(is_reworded(before, "《供热专项规划》"));
        assert!(is_reworded(before, "城市供热专项规划"));
        assert!(is_reworded("城市供热专项规划", before));
        for other in ["供水专项规划", "供热专项规划二", "供热", "规划专项供热", ""]
        {
            assert!(!is_reworded(before, other), "{other}");
        }
        assert!(!is_reworded("改造（第一批）", "改造（第二批）"));
    }
}
