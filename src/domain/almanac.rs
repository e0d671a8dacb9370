//! One year's holiday notice as a file: read it, and doubt it.
//!
//! Owns the `holiday-cn` JSON form and what makes a table look incomplete. Refuses
//! to turn a doubt into an error: a notice may be out of the ordinary, as in 2020,
//! when the Spring Festival was lengthened in mid-course.

use std::collections::BTreeMap;

use chrono::{Datelike, Weekday};

use super::calendar::{Calendar, Notice};
use super::fault::Fault;

/// Reads one notice; `file` is its name in faults.
///
/// # Errors
/// The place where the text stops being such a notice.
pub fn read(file: &str, text: &str) -> Result<Notice, Vec<Fault>> {
    serde_json::from_str(text).map_err(|error| {
        let place = format!("{file}:{}:{}", error.line(), error.column());
        let expected = "a notice: year, papers, days of name, date and isOffDay";
        vec![Fault::new(place, error.to_string(), expected)]
    })
}

/// The calendar of `notices`, a later one for a year replacing an earlier; its version
/// names the years and marks with an asterisk those whose notice is not out.
///
/// # Errors
/// Every contradiction in the tables.
pub fn calendar(notices: &[Notice]) -> Result<Calendar, Vec<Fault>> {
    let marked = |notice: &Notice| {
        let mark = if notice.provisional { "*" } else { "" };
        (notice.year, format!("{}{mark}", notice.year))
    };
    let years: BTreeMap<i32, String> = notices.iter().map(marked).collect();
    let names: Vec<String> = years.into_values().collect();
    Calendar::from_notices(notices, names.join(" "))
}

/// What looks wrong in a notice that can still be right; to be shown, not refused.
#[must_use]
pub fn doubts(file: &str, notice: &Notice) -> Vec<Fault> {
    if notice.provisional || notice.days.is_empty() {
        return Vec::new();
    }
    let mut doubts = Vec::new();
    if notice.papers.is_empty() {
        doubts.push(Fault::new(
            file,
            "no paper",
            "where the notice was published",
        ));
    }
    let (off, made_up) = (weekdays_off(notice), make_up_days(notice));
    let granted = statutory_days(notice.year);
    if off != made_up + granted {
        let found = format!("{off} weekdays off and {made_up} make-up days");
        let expected = format!("{granted} more of the former, the statutory days");
        doubts.push(Fault::new(file, found, expected));
    }
    doubts
}

/// 全国年节及纪念日放假办法 Art. 2: thirteen days since the revision of 2024, eleven before.
/// Each is a free weekday in the end, because weekends that are moved are made up.
const fn statutory_days(year: i32) -> usize {
    if year >= 2025 { 13 } else { 11 }
}

fn weekdays_off(notice: &Notice) -> usize {
    let off = notice.days.iter().filter(|day| day.is_off_day);
    off.filter(|day| !matches!(day.date.weekday(), Weekday::Sat | Weekday::Sun))
        .count()
}

fn make_up_days(notice: &Notice) -> usize {
    notice.days.iter().filter(|day| !day.is_off_day).count()
}
