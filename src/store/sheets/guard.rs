//! Cells that a spreadsheet would run as formulas.
//!
//! Owns the mark that makes such a cell the text it is, put on and taken off to the letter.
//! Refuses to touch a number.

use std::borrow::Cow;

/// Cells that begin with one of these are run as formulas by spreadsheets (OWASP, CSV Injection).
const FORMULA: [char; 6] = ['=', '+', '-', '@', '\t', '\r'];

/// What makes a spreadsheet show such a cell as the text it is.
const GUARD: char = '\'';

/// `cell` so that a spreadsheet shows it and does not run it. Numbers stay numbers.
#[must_use]
pub fn guarded(cell: &str) -> Cow<'_, str> {
    if cell.trim_start_matches(GUARD).starts_with(FORMULA) && cell.parse::<f64>().is_err() {
        format!("{GUARD}{cell}").into()
    } else {
        cell.into()
    }
}

/// `cell` for a file in which a text is a text and is never run: [`unguarded`] gives it back, so it
/// is marked only where it looks as if it were already.
#[must_use]
pub fn escaped(cell: &str) -> Cow<'_, str> {
    if unguarded(cell) == cell {
        cell.into()
    } else {
        format!("{GUARD}{cell}").into()
    }
}

/// `cell` without the guard that [`guarded`] put before it.
#[must_use]
pub fn unguarded(cell: &str) -> &str {
    match cell.strip_prefix(GUARD) {
        Some(rest) if rest.trim_start_matches(GUARD).starts_with(FORMULA) => rest,
        _ => cell,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_guard_is_put_on_and_taken_off_to_the_letter() {
        for cell in ["=1+1", "'=1", "''@x", "-甲", "+1", "-5", "'甲", "", "平"] {
            assert_eq!(unguarded(&guarded(cell)), cell);
            assert_eq!(unguarded(&escaped(cell)), cell);
        }
        assert_eq!(escaped("=cmd()"), "=cmd()");
        assert_eq!(guarded("=cmd()"), "'=cmd()");
        assert_eq!(guarded("-5"), "-5");
    }
}
