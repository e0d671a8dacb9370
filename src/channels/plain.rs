//! Text from elsewhere, made fit for a header, a log line, a name or a page.
//!
//! Owns the bounds on foreign text: no control characters, no endless strings, no
//! address or URL in what is logged. Refuses to escape markup; that is the
//! templates' part.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::Value;
use sha2::{Digest, Sha256};

/// Longest text of one field in a message, in characters. Titles in published
/// catalogues stay below 100.
pub(super) const MAX_FIELD_CHARS: usize = 300;

/// Longest quotation of a peer's words, in characters.
const MAX_PEER_CHARS: usize = 300;

/// The text on one line, at most `max` characters: control characters, line and
/// paragraph separators and marks that turn the writing direction become a space.
pub(super) fn one_line(text: &str, max: usize) -> String {
    let spaced: String = text
        .chars()
        .map(|c| if is_unfit(c) { ' ' } else { c })
        .collect();
    let words: Vec<&str> = spaced.split(' ').filter(|word| !word.is_empty()).collect();
    shorten(&words.join(" "), max)
}

/// What a peer or the system said, for a log: one line, without addresses and URLs,
/// which servers like to repeat.
pub(super) fn peer_words(text: &str) -> String {
    let masked: Vec<&str> = text
        .split(|c: char| c.is_whitespace() || c.is_control())
        .filter(|word| !word.is_empty())
        .map(mask)
        .collect();
    one_line(&masked.join(" "), MAX_PEER_CHARS)
}

/// A name for `key` that may stand in a `Message-ID`, a `webhook-id` and a file
/// name: itself where it is plain, else its hash.
pub(super) fn stem(key: &str) -> String {
    let fits = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    if (1..=64).contains(&key.len()) && key.chars().all(fits) {
        return key.to_owned();
    }
    let digest = Sha256::digest(key.as_bytes());
    URL_SAFE_NO_PAD.encode(digest)
}

/// Every text in `value` on one line and of bounded length.
pub(super) fn bound(value: &mut Value) {
    match value {
        Value::String(text) => *text = one_line(text, MAX_FIELD_CHARS),
        Value::Array(items) => items.iter_mut().for_each(bound),
        Value::Object(fields) => fields.values_mut().for_each(bound),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

fn shorten(text: &str, max: usize) -> String {
    if text.chars().count() <= max {
        return text.to_owned();
    }
    let kept: String = text.chars().take(max.saturating_sub(1)).collect();
    format!("{}…", kept.trim_end())
}

fn mask(word: &str) -> &str {
    if word.contains("://") {
        "<url>"
    } else if word.contains('@') {
        "<address>"
    } else {
        word
    }
}

fn is_unfit(c: char) -> bool {
    let separator = matches!(c, '\u{2028}' | '\u{2029}' | '\u{feff}');
    let turns = matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    c.is_control() || separator || turns
}
