//! Dates as people write them into catalogues.
//!
//! Owns the strict form of the contract and the simple shapes of published
//! catalogues. Refuses to guess: what can be read in two ways is not read.

use std::ops::RangeInclusive;

use chrono::NaiveDate;

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

/// The last day of a planned time as catalogues publish it: `2025年12月`, `2024.05`,
/// `第三季度`, `2025-06-30`, `6月底前`.
///
/// `year` is the catalogue's year, for times that name none. `None` where the text
/// is empty or can be read in more than one way.
#[must_use]
pub fn planned_day(text: &str, year: Option<i32>) -> Option<NaiveDate> {
    let folded = folded(text);
    let (time, is_before) = without_before(&folded);
    let ended = time.strip_suffix(['底', '末']);
    let time = ended.unwrap_or(time);
    let (last, precision) = by_numbers(time, year).or_else(|| by_part_of_year(time, year))?;
    // "Before June" may mean the last of May or of June; "before 30 June" and "before the end of
    // June" can be read in one way only.
    let is_clear = !is_before || ended.is_some() || precision == Precision::Day;
    is_clear.then_some(last)
}

/// The day written in any of the forms that name year, month and day.
#[must_use]
pub fn full_day(text: &str) -> Option<NaiveDate> {
    match by_numbers(&folded(text), None)? {
        (day, Precision::Day) => Some(day),
        (_, Precision::Longer) => None,
    }
}

/// How exact a time is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Precision {
    Day,
    Longer,
}

fn without_before(text: &str) -> (&str, bool) {
    for ending in ["之前", "以前", "前"] {
        if let Some(rest) = text.strip_suffix(ending) {
            return (rest, true);
        }
    }
    (text, false)
}

/// Times made of numbers and separators.
fn by_numbers(time: &str, year: Option<i32>) -> Option<(NaiveDate, Precision)> {
    let (numbers, separators) = taken_apart(time)?;
    let last = match (separators.as_str(), numbers.as_slice()) {
        ("年月日" | "年月" | "--" | "//" | "..", [year, month, day]) => {
            return Some((written(*year, *month, *day)?, Precision::Day));
        }
        ("月日", [month, day]) => {
            return Some((written(named(year)?, *month, *day)?, Precision::Day));
        }
        // A spreadsheet turns 2021.10 into the number 2021.1, so this is January or October.
        (".", [_, _]) if time.ends_with(".1") => return None,
        ("年月" | "-" | "/" | ".", [year, month]) => month_end(*year, *month),
        ("月", [month]) => month_end(named(year)?, *month),
        ("年", [year]) => written(*year, 12, 31),
        _ => None,
    };
    Some((last?, Precision::Longer))
}

/// The numbers of `time` and the separators between and after them; `None` where
/// anything else stands in it.
fn taken_apart(time: &str) -> Option<(Vec<u32>, String)> {
    let mut numbers = Vec::new();
    let mut separators = String::new();
    for piece in time.split_inclusive(['年', '月', '日', '.', '-', '/']) {
        let digits = piece.trim_end_matches(|letter: char| !letter.is_ascii_digit());
        numbers.push(digits.parse().ok()?);
        separators.push_str(&piece[digits.len()..]);
    }
    Some((numbers, separators))
}

/// Quarters and halves of a year.
fn by_part_of_year(time: &str, year: Option<i32>) -> Option<(NaiveDate, Precision)> {
    let (year, part) = match time.split_once('年') {
        Some((digits, part)) if digits.len() == 4 && !part.is_empty() => {
            (digits.parse().ok()?, part)
        }
        _ => (named(year)?, time),
    };
    let month = match part.trim_start_matches('第') {
        "一季度" | "1季度" | "Q1" => 3,
        "二季度" | "2季度" | "Q2" | "上半年" => 6,
        "三季度" | "3季度" | "Q3" => 9,
        "四季度" | "4季度" | "Q4" | "下半年" => 12,
        _ => return None,
    };
    Some((month_end(year, month)?, Precision::Longer))
}

fn named(year: Option<i32>) -> Option<u32> {
    year.and_then(|year| u32::try_from(year).ok())
}

fn month_end(year: u32, month: u32) -> Option<NaiveDate> {
    let first = written(year, month, 1)?;
    first
        .checked_add_months(chrono::Months::new(1))
        .and_then(|next| next.pred_opt())
}

fn written(year: u32, month: u32, day: u32) -> Option<NaiveDate> {
    // Years of two digits are never completed.
    (1949..=9999)
        .contains(&year)
        .then(|| NaiveDate::from_ymd_opt(i32::try_from(year).ok()?, month, day))?
}

#[cfg(test)]
mod tests {
    use super::*;

    fn planned(text: &str) -> Option<String> {
        planned_day(text, Some(2025)).map(|day| day.to_string())
    }

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
    fn published_times_end_on_their_last_day() {
        for (text, last) in [
            ("2025年12月", "2025-12-31"),
            ("2024.05", "2024-05-31"),
            ("2021.6", "2021-06-30"),
            ("2021.12", "2021-12-31"),
            ("2025年", "2025-12-31"),
            ("2024年 2月", "2024-02-29"),
            ("第三季度", "2025-09-30"),
            ("2024年第二季度", "2024-06-30"),
            ("2025-06-30", "2025-06-30"),
            ("２０２５／６／３０", "2025-06-30"),
            ("2022年12月31日前", "2022-12-31"),
            ("6月底前", "2025-06-30"),
            ("下半年", "2025-12-31"),
        ] {
            assert_eq!(planned(text).as_deref(), Some(last), "{text}");
        }
    }

    #[test]
    fn what_can_be_read_in_two_ways_is_not_read() {
        for text in [
            "2021.1",
            "6月前",
            "2025年前",
            "25.12",
            "2025",
            "2025.13",
            "2025年2月30日",
            "2025.12—2026.01",
            "1.2022年10月完成公众参与; 2.2022年10月完成专家",
            "适时",
            "",
        ] {
            assert_eq!(planned(text), None, "{text}");
        }
    }

    #[test]
    fn a_quarter_needs_a_year() {
        assert_eq!(planned_day("第三季度", None), None);
    }
}
