//! What the notes of events say to rules.
//!
//! Owns the form of a waiver's note and the words notes begin with. Refuses free text:
//! what has no known form says nothing.

use chrono::NaiveDate;

use crate::domain::decision::Event;

/// What a waiver or an extension says of itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WaiverNote<'a> {
    /// The rule it is about.
    pub rule: &'a str,
    /// Who decided it.
    pub by: &'a str,
    /// Why.
    pub reason: &'a str,
    /// The last day it holds, where it says one.
    pub until: Option<NaiveDate>,
}

/// Rule, person and reason of a waiver's note, separated by `;` or `；`, and perhaps
/// `until 2026-12-31` (or `至2026-12-31`) as a last part. A note that lacks one of the
/// three waives nothing.
#[must_use]
pub fn waiver_note(note: &str) -> Option<WaiverNote<'_>> {
    let mut parts = note.splitn(3, [';', '；']).map(str::trim);
    let (rule, by, rest) = (parts.next()?, parts.next()?, parts.next()?);
    let (reason, until) = with_until(rest);
    let complete = !rule.is_empty() && !by.is_empty() && !reason.is_empty();
    complete.then_some(WaiverNote {
        rule,
        by,
        reason,
        until,
    })
}

fn with_until(text: &str) -> (&str, Option<NaiveDate>) {
    let Some((reason, last)) = text.rsplit_once([';', '；']) else {
        return (text, None);
    };
    let last = last.trim();
    let date = last.strip_prefix("until").or(last.strip_prefix('至'));
    match date.and_then(|date| date.trim().parse().ok()) {
        Some(until) => (reason.trim(), Some(until)),
        None => (text, None),
    }
}

/// Whether the event's note begins with one of `words`; always where there are none.
pub(super) fn begins(event: &Event, words: &[String]) -> bool {
    let note = event.note.as_deref().unwrap_or_default().trim_start();
    words.is_empty() || words.iter().any(|word| note.starts_with(word.as_str()))
}
