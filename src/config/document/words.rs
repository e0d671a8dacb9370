//! The reader's complaints in the words of a fault: what was found, what was expected.
//!
//! Owns the translation. Refuses to act on it: nothing depends on these words.

use crate::domain::fault::Fault;

/// The complaint as a fault at `place`.
pub(super) fn in_words(place: String, message: &str) -> Fault {
    let (found, expected) = match message.split_once(", expected ") {
        Some((found, expected)) => (found, expected),
        None => (message, ""),
    };
    if let Some(key) = message.strip_prefix("missing field ") {
        return Fault::new(place, "nothing", format!("the key {key}"));
    }
    if let Some(key) = found.strip_prefix("unknown field ") {
        let none = "no key here";
        let expected = if expected.is_empty() { none } else { expected };
        return Fault::new(place, format!("unknown key {key}"), expected);
    }
    let found = ["invalid type: ", "invalid value: ", "unknown variant "]
        .iter()
        .find_map(|prefix| found.strip_prefix(prefix))
        .unwrap_or(found);
    let expected = if expected.is_empty() {
        "a sound value"
    } else {
        expected
    };
    Fault::new(place, found, expected)
}
