//! One time, as a word says it: `2025年12月`, `6月底前`, `第三季度`, `12月下旬`.
//!
//! Owns which words name a year, a part of it, a month, a part of that, or a day, and the last
//! day of each. Refuses texts with anything else in them, and a doubtful time with its reason.

use chrono::{Months, NaiveDate};

use crate::store::catalog::dates::YEARS;

/// A time that was understood.
#[derive(Debug, Clone, Copy)]
pub(super) struct Span {
    /// Its last day.
    pub(super) last: NaiveDate,
    /// How that day follows from it.
    pub(super) rule: &'static str,
    /// Whether the text names the year; else it is the catalogue's.
    pub(super) says_year: bool,
    part: Part,
}

/// Why there is no time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Unread {
    /// It is none, or stands among other words.
    Unknown,
    /// It is one that has no certain last day.
    Doubtful(&'static str),
}

/// What a time names within its year.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    Year,
    Half(u32),
    Quarter(u32),
    Month(u32),
    /// The first ten days of a month, or the second.
    Tenth(u32, u32),
    Day(u32, u32),
}

/// What a time names, and whether it names the end of it.
type Named = (Part, bool);

const NO_LAST_DAY: Unread =
    Unread::Doubtful("the beginning or the middle of a time has no last day");
const NO_END: Unread = Unread::Doubtful("it goes on without an end");
const NO_SUCH_DAY: Unread = Unread::Doubtful("the calendar has no such day");
const NO_YEAR: Unread = Unread::Doubtful("it names no year, and the table has none: give --year");
const BEFORE: Unread = Unread::Doubtful(
    "`前` after a month, a quarter or a year may mean before it begins or before it ends",
);

/// Words that only say that a time is planned, or that it ends something.
const AROUND: ([&str; 7], [&str; 3]) = (
    ["拟于", "拟", "预计", "计划", "力争", "争取", "于"],
    ["完成", "办结", "内"],
);

/// The time that `text` is, without blanks and in ASCII digits; `year` is the catalogue's.
pub(super) fn one(text: &str, year: Option<i32>) -> Result<Span, Unread> {
    let (time, is_before) = without_before(without_words(text));
    let (said, (part, is_end)) = named(time)?;
    // "Before June" may mean the last of May or of June; "before 30 June" and "before the end of
    // June" can be read in one way only.
    if is_before && !is_end && !matches!(part, Part::Day(..)) {
        return Err(BEFORE);
    }
    let year = said.or(year).ok_or(NO_YEAR)?;
    Ok(Span {
        last: last(year, part).ok_or(NO_SUCH_DAY)?,
        rule: rule(part, is_before),
        says_year: said.is_some(),
        part,
    })
}

impl Span {
    /// Whether it is a day.
    pub(super) const fn is_day(&self) -> bool {
        matches!(self.part, Part::Day(..))
    }
}

fn without_words(text: &str) -> &str {
    let (before, after) = AROUND;
    let mut time = text.trim_matches(['。', '.', ';', ',', '、']);
    for word in before {
        time = time.strip_prefix(word).unwrap_or(time);
    }
    for word in after {
        time = time.strip_suffix(word).unwrap_or(time);
    }
    time
}

fn without_before(text: &str) -> (&str, bool) {
    for ending in ["之前", "以前", "前"] {
        if let Some(rest) = text.strip_suffix(ending) {
            return (rest, true);
        }
    }
    (text, false)
}

/// The year that `time` says, and what it names in it.
fn named(time: &str) -> Result<(Option<i32>, Named), Unread> {
    for own in ["本年度", "本年", "当年"] {
        if let Some(rest) = time.strip_prefix(own) {
            return Ok((None, part(rest, true)?));
        }
    }
    let (digits, rest) = number(time);
    let Some(year) = digits.filter(|_| time.len() - rest.len() == 4) else {
        return Ok((None, part(time, false)?));
    };
    let year = i32::try_from(year).map_err(|_| Unread::Unknown)?;
    if let Some(rest) = rest.strip_prefix('年') {
        let rest = rest.strip_prefix('度').unwrap_or(rest);
        return Ok((Some(year), part(rest, true)?));
    }
    let mark = rest.chars().next().filter(|mark| ".-/".contains(*mark));
    let mark = mark.ok_or(Unread::Unknown)?;
    Ok((Some(year), by_marks(&rest[1..], mark)?))
}

/// What stands after `2025.`: a month, or a month and a day.
fn by_marks(text: &str, mark: char) -> Result<Named, Unread> {
    let (month, rest) = number(text);
    let month = month.ok_or(Unread::Unknown)?;
    if let Some(rest) = rest.strip_prefix(mark) {
        let (day, rest) = number(rest);
        let is_whole = rest.is_empty() || rest == "日";
        let day = day.filter(|_| is_whole).ok_or(Unread::Unknown)?;
        return Ok((Part::Day(month, day), false));
    }
    within_month(month, rest.strip_prefix('月').unwrap_or(rest))
}

/// What `text` names within a year; nothing is the year itself where `is_year` was said.
fn part(text: &str, is_year: bool) -> Result<Named, Unread> {
    match text {
        "" if is_year => return Ok((Part::Year, false)),
        "年" | "全年" => return Ok((Part::Year, false)),
        "底" | "末" if is_year => return Ok((Part::Year, true)),
        "年底" | "年末" => return Ok((Part::Year, true)),
        "初" | "中" if is_year => return Err(NO_LAST_DAY),
        "年初" | "年中" => return Err(NO_LAST_DAY),
        "长期" | "全年长期" | "常年" | "持续" | "持续推进" | "长期推进" => {
            return Err(NO_END);
        }
        _ => {}
    }
    let (text, is_end) = match text.strip_suffix(['底', '末']) {
        Some(rest) => (rest, true),
        None => (text, false),
    };
    if let Some(part) = half_or_quarter(text) {
        return Ok((part, is_end));
    }
    let (month, rest) = number(text);
    let month = month.ok_or(Unread::Unknown)?;
    let rest = rest.strip_prefix('月').ok_or(Unread::Unknown)?;
    let (part, _) = within_month(month, rest.strip_prefix('份').unwrap_or(rest))?;
    let is_odd_end = is_end && !matches!(part, Part::Month(_));
    if is_odd_end {
        return Err(Unread::Unknown);
    }
    Ok((part, is_end))
}

fn half_or_quarter(text: &str) -> Option<Part> {
    match text {
        "上半年" => return Some(Part::Half(1)),
        "下半年" => return Some(Part::Half(2)),
        _ => {}
    }
    let digit = if let Some(digit) = text.strip_prefix(['Q', 'q']) {
        digit
    } else {
        let counted = text.strip_suffix('度').unwrap_or(text).strip_suffix('季')?;
        counted.strip_prefix('第').unwrap_or(counted)
    };
    let quarter = digit.parse().ok().filter(|_| digit.len() == 1)?;
    (1..=4).contains(&quarter).then_some(Part::Quarter(quarter))
}

/// What `text` names within a month: nothing the month itself.
fn within_month(month: u32, text: &str) -> Result<Named, Unread> {
    match text {
        "" | "下旬" => Ok((Part::Month(month), false)),
        "底" | "末" => Ok((Part::Month(month), true)),
        "上旬" => Ok((Part::Tenth(month, 10), false)),
        "中旬" => Ok((Part::Tenth(month, 20), false)),
        "初" | "中" => Err(NO_LAST_DAY),
        _ => {
            let (day, rest) = number(text);
            let day = day.filter(|_| matches!(rest, "日" | "号"));
            Ok((Part::Day(month, day.ok_or(Unread::Unknown)?), false))
        }
    }
}

/// The number at the beginning of `text`, of four digits at most, and the rest.
fn number(text: &str) -> (Option<u32>, &str) {
    let end = text.find(|letter: char| !letter.is_ascii_digit());
    let (digits, rest) = text.split_at(end.unwrap_or(text.len()));
    let is_short = digits.len() <= 4;
    (digits.parse().ok().filter(|_| is_short), rest)
}

fn last(year: i32, part: Part) -> Option<NaiveDate> {
    if !YEARS.contains(&year) {
        return None;
    }
    match part {
        Part::Year => NaiveDate::from_ymd_opt(year, 12, 31),
        Part::Half(half) => month_end(year, half * 6),
        Part::Quarter(quarter) => month_end(year, quarter * 3),
        Part::Month(month) => month_end(year, month),
        Part::Tenth(month, day) | Part::Day(month, day) => {
            NaiveDate::from_ymd_opt(year, month, day)
        }
    }
}

fn month_end(year: i32, month: u32) -> Option<NaiveDate> {
    let first = NaiveDate::from_ymd_opt(year, month, 1)?;
    first
        .checked_add_months(Months::new(1))
        .and_then(|next| next.pred_opt())
}

const fn rule(part: Part, is_before: bool) -> &'static str {
    match part {
        Part::Year => "the last day of the year",
        Part::Half(_) => "the last day of the half-year",
        Part::Quarter(_) => "the last day of the quarter",
        Part::Month(_) => "the last day of the month",
        Part::Tenth(_, 10) => "the 10th, on which 上旬 ends",
        Part::Tenth(..) => "the 20th, on which 中旬 ends",
        Part::Day(..) if is_before => "the day that `前` names",
        Part::Day(..) => "the day itself",
    }
}
