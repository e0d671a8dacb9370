//! How many lines a cell of the workbook takes.
//!
//! Owns that guess, which is rather one too many: what has no room is not printed. Refuses to know
//! the font.

use super::form::Cell;
use crate::cli::text::width;

/// How many lines a cell takes in a column that wide. A column's unit is a digit at 11 points and
/// the text has 10, so a line holds a little more than its number; that makes up for lines that
/// end early because a word does not part.
pub(super) fn lines(cell: &Cell, room: f64) -> f64 {
    let (Cell::Text(text) | Cell::Lit { text, .. }) = cell else {
        return 1.0;
    };
    let filled = (wide(text) / room).ceil();
    if text.is_ascii() {
        filled.max(parted(text, room))
    } else {
        filled
    }
}

/// The same for text that parts only after blanks and hyphens, such as the name of a rule.
fn parted(text: &str, room: f64) -> f64 {
    let (mut lines, mut used) = (1.0, 0.0);
    for word in text.split_inclusive(['-', ' ']) {
        if used > 0.0 && used + wide(word) > room {
            (lines, used) = (lines + 1.0, 0.0);
        }
        used += wide(word);
        while used > room {
            (lines, used) = (lines + 1.0, used - room);
        }
    }
    lines
}

fn wide(text: &str) -> f64 {
    f64::from(u32::try_from(width(text)).unwrap_or(u32::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_fills_its_lines_and_a_rule_parts_after_hyphens_only() {
        assert!((lines(&Cell::text("八个字的一段文字"), 8.0) - 2.0).abs() < f64::EPSILON);
        assert!((lines(&Cell::Empty, 8.0) - 1.0).abs() < f64::EPSILON);
        // `arc-`, `18.comple`, `tion`.
        assert!((lines(&Cell::text("arc-18.completion"), 9.0) - 3.0).abs() < f64::EPSILON);
    }
}
