//! Planned times as catalogues publish them, and the last day of each.
//!
//! Owns every shape that was seen, and the words that explain a reading. Refuses to guess: what
//! can be read in two ways is not read, and says why.

mod numerals;
mod one;
mod steps;

use std::fmt;

use chrono::{Datelike as _, NaiveDate};

use self::numerals::with_digits;
use self::one::{Span, Unread, one};
use crate::store::text::folded;

pub(super) use numerals::value as numeral;
pub use steps::Step;

/// A planned time, as it was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Planned {
    /// Its last day; `None` where it can be read in several ways, or in none.
    pub last: Option<NaiveDate>,
    /// How that day follows from the text, or why there is none, in a few words.
    pub rule: String,
    /// The steps it names, each with the last day of its time, where it names any.
    pub steps: Vec<Step>,
}

/// Marks between the two ends of a range, without blanks and full-width twins.
const RANGE: [char; 8] = ['至', '到', '—', '–', '―', '−', '~', '-'];

/// The planned time that `text` is: `2025年12月`, `2024.05`, `第三季度`, `6月底前`,
/// `2025.12—2026.01`, or one time for each step.
///
/// `year` is the catalogue's year, for times that name none.
#[must_use]
pub fn planned(text: &str, year: Option<i32>) -> Planned {
    let written = with_digits(&folded(text));
    if is_shortened(&written) {
        let rule = "a spreadsheet turns `.10` into `.1`, so this is January or October";
        return not_read(rule);
    }
    let read = one(&written, year);
    if !matches!(read, Err(Unread::Unknown)) {
        return told(read, "");
    }
    let read = range(&written, year);
    if !matches!(read, Err(Unread::Unknown)) {
        return told(read, "the end of the range: ");
    }
    match steps::steps(text, year) {
        Ok(steps) => by_steps(steps),
        Err(Unread::Doubtful(why)) => not_read(why),
        Err(Unread::Unknown) => not_read("it is no time of a known shape"),
    }
}

/// The last day of the planned time that `text` is; `None` where it has no certain one.
#[must_use]
pub fn planned_day(text: &str, year: Option<i32>) -> Option<NaiveDate> {
    planned(text, year).last
}

/// The day written in any of the forms that name year, month and day.
pub(super) fn day(written: &str) -> Option<NaiveDate> {
    let span = one(written, None).ok()?;
    let is_bare = written.ends_with(|c: char| c.is_ascii_digit() || c == '日');
    (span.is_day() && is_bare && written.starts_with(|c: char| c.is_ascii_digit()))
        .then_some(span.last)
}

/// Whether the text is all that a spreadsheet leaves of a tenth month.
fn is_shortened(written: &str) -> bool {
    let year = written.strip_suffix(".1");
    year.is_some_and(|year| year.len() == 4 && year.bytes().all(|byte| byte.is_ascii_digit()))
}

fn range(written: &str, year: Option<i32>) -> Result<Span, Unread> {
    let ends: Vec<&str> = written.split(RANGE).filter(|end| !end.is_empty()).collect();
    let [first, last] = ends.as_slice() else {
        return Err(Unread::Unknown);
    };
    let first = beginning(first, year)?;
    let last = one(last, Some(first.last.year()))?;
    if last.last < first.last {
        return Err(Unread::Doubtful("the range ends before it begins"));
    }
    Ok(last)
}

/// The time a range begins with: `6-9月` and `第二至三季度` say only once what both ends count.
fn beginning(text: &str, year: Option<i32>) -> Result<Span, Unread> {
    for counted in ["", "月", "季度", "年"] {
        let read = one(&with_digits(&format!("{text}{counted}")), year);
        if !matches!(read, Err(Unread::Unknown)) {
            return read;
        }
    }
    Err(Unread::Unknown)
}

fn told(read: Result<Span, Unread>, how: &str) -> Planned {
    match read {
        Ok(span) => Planned {
            last: Some(span.last),
            rule: format!("{how}{}", span.rule),
            steps: Vec::new(),
        },
        Err(Unread::Doubtful(why)) => not_read(why),
        Err(Unread::Unknown) => not_read("it is no time of a known shape"),
    }
}

fn by_steps(steps: Vec<Step>) -> Planned {
    let (last, rule) = match steps::decision(&steps) {
        Ok((step, rule)) => (Some(step.last), rule),
        Err(rule) => (None, rule),
    };
    Planned {
        last,
        rule: rule.to_owned(),
        steps,
    }
}

fn not_read(rule: &str) -> Planned {
    Planned {
        last: None,
        rule: rule.to_owned(),
        steps: Vec::new(),
    }
}

impl fmt::Display for Planned {
    /// The rule, and the steps it chose from.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.rule)?;
        for (number, step) in self.steps.iter().enumerate() {
            let mark = if number == 0 { " (" } else { ", " };
            write!(f, "{mark}{} {}", step.last, step.what)?;
        }
        f.write_str(if self.steps.is_empty() { "" } else { ")" })
    }
}
