//! Dates as people write them into catalogues.
//!
//! Owns the strict form of the contract, and the forms of a day that spreadsheets make of it.
//! Refuses times that are longer than a day; those are `times`.

use std::ops::RangeInclusive;

use chrono::NaiveDate;

use super::times;
use crate::store::text::folded;

/// Years a catalogue can speak of; outside them is a slip of the pen, and a date that
/// would be reminded of for centuries, or never.
pub(super) const YEARS: RangeInclusive<i32> = 1949..=2199;

/// The day written as `YYYY-MM-DD`, exactly; anything else is `None`.
#[must_use]
pub fn day(text: &str) -> Option<NaiveDate> {
    let bytes = text.as_bytes();
    let shaped = bytes.len() == 10
        && bytes.iter().enumerate().all(|(place, byte)| match place {
            4 | 7 => *byte == b'-',
            _ => byte.is_ascii_digit(),
        });
    if !shaped {
        return None;
    }
    let year = text[..4].parse().ok().filter(|year| YEARS.contains(year))?;
    NaiveDate::from_ymd_opt(year, text[5..7].parse().ok()?, text[8..].parse().ok()?)
}

/// The day written in any of the forms that name year, month and day.
#[must_use]
pub fn full_day(text: &str) -> Option<NaiveDate> {
    times::day(&folded(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_contract_knows_one_form_of_a_day() {
        assert!(day("2026-02-28").is_some());
        for text in [
            "2026-02-30",
            "2026-2-28",
            "+026-02-28",
            " 2026-02-28",
            "2026/02/28",
            "",
        ] {
            assert_eq!(day(text), None, "{text}");
        }
    }

    #[test]
    fn a_day_that_a_spreadsheet_rewrote_is_the_same_day() {
        for text in ["2026/2/8", "2026年2月8日", "２０２６．２．８", "2026-02-08"] {
            assert_eq!(full_day(text), day("2026-02-08"), "{text}");
        }
        for text in ["2026年2月", "2月8日", "2026年2月30日", "2026年2月8日前"] {
            assert_eq!(full_day(text), None, "{text}");
        }
    }
}
