//! Text as it may leave the catalogue: one line, no control characters.
//!
//! Owns that cleaning and how a found value is quoted in a report. Refuses to
//! shorten what a decision is called: a title of 10,000 characters stays whole.

use std::borrow::Cow;

use rusqlite::types::ValueRef;

/// How much of a found value a report shows, in characters: enough to find the
/// cell again, short enough that one bad cell does not fill a log.
const SHOWN_CHARS: usize = 60;

/// `raw` on one line: each run of control characters becomes one space, and the
/// ends are trimmed. Mail headers, log lines and terminals depend on this.
pub(in crate::store) fn one_line(raw: &str) -> Cow<'_, str> {
    let trimmed = raw.trim_matches(|letter: char| letter.is_whitespace() || breaks(letter));
    if !trimmed.contains(breaks) {
        return Cow::Borrowed(trimmed);
    }
    let mut line = String::with_capacity(trimmed.len());
    let mut in_run = false;
    for letter in trimmed.chars() {
        if !breaks(letter) {
            line.push(letter);
        } else if !in_run {
            line.push(' ');
        }
        in_run = breaks(letter);
    }
    Cow::Owned(line)
}

/// Whether `raw` holds control characters that no spreadsheet puts into a cell
/// by itself: everything but line breaks and tabs.
pub(in crate::store) fn has_strange_control(raw: &str) -> bool {
    raw.chars()
        .any(|letter| letter.is_control() && !matches!(letter, '\r' | '\n' | '\t'))
}

/// Whether every spreadsheet keeps `letter` in a cell when it saves: control characters and the two
/// that Unicode sets aside are lost in some.
pub(in crate::store) fn is_kept_in_cells(letter: char) -> bool {
    match letter {
        '\n' | '\t' => true,
        '\u{fffe}' | '\u{ffff}' => false,
        other => !other.is_control(),
    }
}

/// `raw` as a report shows it: quoted, on one line, cut.
pub(in crate::store) fn shown(raw: &str) -> String {
    let line = one_line(raw);
    match line.char_indices().nth(SHOWN_CHARS) {
        Some((end, _)) => format!("`{}…`", &line[..end]),
        None => format!("`{line}`"),
    }
}

/// A value as a report shows it.
pub(in crate::store) fn describe(value: ValueRef<'_>) -> String {
    match value {
        ValueRef::Null => "nothing".to_owned(),
        ValueRef::Integer(number) => number.to_string(),
        ValueRef::Real(number) => number.to_string(),
        ValueRef::Text(b"") => "an empty text".to_owned(),
        ValueRef::Text(bytes) => shown(&String::from_utf8_lossy(bytes)),
        ValueRef::Blob(bytes) => format!("{} bytes that are no text", bytes.len()),
    }
}

/// Full-width digits, letters and signs as their ASCII twins, without any blanks.
pub(in crate::store) fn folded(raw: &str) -> String {
    raw.chars()
        .filter(|letter| !letter.is_whitespace())
        .map(|letter| match letter {
            // U+FF01..U+FF5E mirror ASCII's ! to ~ at this distance.
            '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(letter) - 0xfee0).unwrap_or(letter),
            other => other,
        })
        .collect()
}

/// Control characters and the two Unicode line ends, which some readers also break at.
fn breaks(letter: char) -> bool {
    letter.is_control() || matches!(letter, '\u{2028}' | '\u{2029}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_break_becomes_one_space() {
        assert_eq!(one_line(" 甲\r\n乙\u{0}\u{2028}丙\n"), "甲 乙 丙");
    }

    #[test]
    fn a_report_shows_the_beginning_of_a_long_value() {
        assert_eq!(shown(&"长".repeat(10_000)).chars().count(), SHOWN_CHARS + 3);
    }

    #[test]
    fn full_width_digits_are_digits() {
        assert_eq!(folded("２０２５ 年．"), "2025年.");
    }
}
