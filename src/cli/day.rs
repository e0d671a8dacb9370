//! A day as it is typed on the command line.
//!
//! Owns its one form, `YYYY-MM-DD`, and saying what is wrong with another. Refuses to
//! guess: `2026-9-3` could be a slip of the pen.

use chrono::NaiveDate;

/// Reads a day.
///
/// # Errors
/// It has another form, or the calendar has no such day.
pub(super) fn day(text: &str) -> Result<NaiveDate, String> {
    let shaped = text.len() == 10
        && text.bytes().enumerate().all(|(place, byte)| match place {
            4 | 7 => byte == b'-',
            _ => byte.is_ascii_digit(),
        });
    if !shaped {
        return Err("expected a day as YYYY-MM-DD".to_owned());
    }
    text.parse()
        .map_err(|_| "the calendar has no such day".to_owned())
}
