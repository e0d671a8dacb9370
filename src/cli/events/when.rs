//! The day of an event as clerks type it.
//!
//! Owns the forms that name one day: full dates, and today and yesterday. Refuses a day
//! without its year: in January nobody can say which one is meant.

use chrono::{Days, NaiveDate};

use crate::store::catalog;

/// A day as it was typed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Day {
    /// That day.
    On(NaiveDate),
    /// So many days before today.
    Ago(u64),
}

impl Day {
    /// The day that is meant on `today`.
    #[must_use]
    pub fn on(self, today: NaiveDate) -> NaiveDate {
        match self {
            Self::On(day) => day,
            Self::Ago(days) => today - Days::new(days),
        }
    }
}

/// Reads a day: `2026-09-22`, `2026年9月22日`, `2026/9/22`, `2026.9.22`, `今天` or `today`,
/// `昨天` or `yesterday`.
///
/// # Errors
/// It has another form, no year, or the calendar has no such day.
pub(super) fn written(text: &str) -> Result<Day, String> {
    match text.trim() {
        "今天" | "今日" | "today" => return Ok(Day::Ago(0)),
        "昨天" | "昨日" | "yesterday" => return Ok(Day::Ago(1)),
        _ => {}
    }
    let day = catalog::full_day(text);
    // The contract knows years from 1949 to 2199.
    let day = day.filter(|day| catalog::day(&day.to_string()).is_some());
    day.map(Day::On).ok_or_else(|| wrong(text).to_owned())
}

fn wrong(text: &str) -> &'static str {
    let numbers = text.split(|c: char| !c.is_numeric());
    let numbers: Vec<&str> = numbers.filter(|number| !number.is_empty()).collect();
    let is_made_of_them = text
        .chars()
        .all(|c| c.is_numeric() || c.is_whitespace() || "年月日号-/.．／－".contains(c));
    let has_year = numbers
        .first()
        .is_some_and(|year| year.chars().count() == 4);
    match (is_made_of_them, numbers.len(), has_year) {
        (true, 3, true) => "the calendar has no such day between 1949 and 2199",
        (true, 3, false) => "a year has four digits, as in 2026-09-22",
        (true, 2, false) => "a day needs its year, as in 2026-09-22 or 2026年9月22日",
        _ => "expected a day, as 2026-09-22, 2026年9月22日, 2026/9/22, today or yesterday",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn today() -> NaiveDate {
        NaiveDate::from_ymd_opt(2026, 3, 1).unwrap()
    }

    #[test]
    fn a_day_is_read_in_every_form_that_names_one() {
        for text in [
            "2026-09-22",
            "2026年9月22日",
            "2026 年 9 月 22 日",
            "2026/9/22",
            "2026.09.22",
            "２０２６年９月２２日",
        ] {
            let day = written(text).map(|day| day.on(today()).to_string());
            assert_eq!(day.as_deref(), Ok("2026-09-22"), "{text}");
        }
        for (text, day) in [
            ("今天", "2026-03-01"),
            ("today", "2026-03-01"),
            ("昨天", "2026-02-28"),
            ("yesterday", "2026-02-28"),
        ] {
            assert_eq!(written(text).unwrap().on(today()).to_string(), day);
        }
    }

    #[test]
    fn what_names_no_day_says_what_is_missing() {
        for (text, said) in [
            ("9月22日", "needs its year"),
            ("9/22", "needs its year"),
            ("26年9月22日", "four digits"),
            ("2026-02-30", "no such day"),
            ("1948-12-31", "no such day"),
            ("2026年9月", "expected a day"),
            ("2026年9月22日前", "expected a day"),
            ("明天", "expected a day"),
            ("", "expected a day"),
        ] {
            assert!(written(text).unwrap_err().contains(said), "{text}");
        }
    }
}
