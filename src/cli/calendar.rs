//! `calendar show`: which working days are known, and from where.
//!
//! Owns how yearly notices are shown. Refuses to change them; that is `loading`.

use std::collections::BTreeMap;
use std::io::{self, Write};

use chrono::{Datelike, Days, Months, NaiveDate};
use serde::Serialize;

use super::table::{Cell, Fit, Ink, Screen, Table};
use super::text::harmless;
use crate::domain::calendar::{Calendar, Coverage, LocalDay, Notice, NoticeDay};

/// A year in `calendar show --json`.
#[derive(Debug, Serialize)]
pub struct Year<'a> {
    /// The year.
    pub year: i32,
    /// How well it is known.
    pub status: Coverage,
    /// Where its notice was published.
    pub papers: &'a [String],
    /// Its notice's document number.
    pub notice_no: Option<&'a str>,
    /// Its off days and make-up days.
    pub days: &'a [NoticeDay],
    /// The days in it that the locality decided; they go before those of the notice.
    pub local: Vec<&'a LocalDay>,
}

impl<'a> From<&'a Notice> for Year<'a> {
    fn from(notice: &'a Notice) -> Self {
        Self {
            year: notice.year,
            status: coverage(notice),
            papers: &notice.papers,
            notice_no: notice.notice_no.as_deref(),
            days: &notice.days,
            local: Vec::new(),
        }
    }
}

/// Every year with a notice or a local day, in order; only `one` of them, where it is given.
#[must_use]
pub fn years<'a>(notices: &'a [Notice], local: &'a [LocalDay], one: Option<i32>) -> Vec<Year<'a>> {
    let with_notice = notices
        .iter()
        .map(|notice| (notice.year, Year::from(notice)));
    let mut years: BTreeMap<i32, Year<'a>> = with_notice.collect();
    for day in local {
        let year = day.date.year();
        let unknown = || Year {
            year,
            status: Coverage::Missing,
            papers: &[],
            notice_no: None,
            days: &[],
            local: Vec::new(),
        };
        years.entry(year).or_insert_with(unknown).local.push(day);
    }
    let wanted = |year: &Year<'_>| one.is_none_or(|one| year.year == one);
    years.into_values().filter(wanted).collect()
}

/// How well a notice makes its year known.
fn coverage(notice: &Notice) -> Coverage {
    match (notice.provisional, notice.days.is_empty()) {
        (true, _) => Coverage::Provisional,
        (false, true) => Coverage::Missing,
        (false, false) => Coverage::Confirmed,
    }
}

const fn coverage_cell(coverage: Coverage) -> (&'static str, Ink) {
    match coverage {
        Coverage::Confirmed => ("■ confirmed", Ink::Green),
        Coverage::Provisional => ("! provisional: statutory days only", Ink::Yellow),
        Coverage::Missing => ("✕ missing: its notice is not loaded", Ink::Red),
    }
}

/// Writes one line per year: how well it is known and how many days its notice moves.
///
/// # Errors
/// Those of `out`.
pub fn write_years(out: &mut dyn Write, notices: &[Notice], screen: Screen) -> io::Result<()> {
    let columns = [
        ("YEAR", Fit::Keep),
        ("OFF", Fit::Keep),
        ("MAKE-UP", Fit::Keep),
        ("STATUS", Fit::Keep),
        ("SOURCE", Fit::Cut),
    ];
    let mut table = Table::new(&columns);
    for notice in notices {
        let off = notice.days.iter().filter(|day| day.is_off_day).count();
        let (status, ink) = coverage_cell(coverage(notice));
        table.push([
            notice.year.to_string().into(),
            off.to_string().into(),
            (notice.days.len() - off).to_string().into(),
            Cell::new(status, ink),
            source(notice).join(" ").into(),
        ]);
    }
    table.write(out, screen)
}

/// The notice's number and where it was published.
fn source(notice: &Notice) -> Vec<&str> {
    let number = notice.notice_no.iter();
    number.chain(&notice.papers).map(String::as_str).collect()
}

/// Writes the local days of `years`, each with who decided it; nothing where there are none.
///
/// # Errors
/// Those of `out`.
pub fn write_local(out: &mut dyn Write, years: &[Year<'_>], screen: Screen) -> io::Result<()> {
    let columns = [
        ("LOCAL", Fit::Keep),
        ("KIND", Fit::Keep),
        ("NAME", Fit::Cut),
        ("AUTHORITY", Fit::Cut),
    ];
    let mut table = Table::new(&columns);
    for day in years.iter().flat_map(|year| &year.local) {
        let kind = if day.is_off_day { "off" } else { "working" };
        table.push([
            format!("{} {}", day.date, day.date.weekday()).into(),
            kind.into(),
            day.name.as_str().into(),
            day.authority.as_str().into(),
        ]);
    }
    if table.is_empty() {
        return Ok(());
    }
    writeln!(out)?;
    table.write(out, screen)
}

/// Writes `year` month by month: how many working days, which days are off, which are
/// made up for.
///
/// # Errors
/// Those of `out`.
pub fn write_year(
    out: &mut dyn Write,
    year: i32,
    notices: &[Notice],
    calendar: &Calendar,
    screen: Screen,
) -> io::Result<()> {
    let (status, ink) = coverage_cell(calendar.coverage(year));
    writeln!(out, "{year}  {}", ink.paint(status, screen))?;
    let of_year = notices.iter().filter(|notice| notice.year == year);
    for paper in of_year.flat_map(source) {
        writeln!(out, "{}", harmless(paper))?;
    }
    writeln!(out)?;
    let columns = [
        ("MONTH", Fit::Keep),
        ("WORKING", Fit::Keep),
        ("OFF", Fit::Cut),
        ("MAKE-UP", Fit::Keep),
    ];
    let mut table = Table::new(&columns);
    for month in 1..=12 {
        if let Some(first) = NaiveDate::from_ymd_opt(year, month, 1) {
            table.push(month_cells(first, calendar));
        }
    }
    table.write(out, screen)
}

fn month_cells(first: NaiveDate, calendar: &Calendar) -> [Cell; 4] {
    let next = first + Months::new(1);
    let working = first.iter_days().take_while(|day| *day < next);
    let working = working.filter(|day| calendar.is_working(*day)).count();
    let listed: Vec<&NoticeDay> = calendar
        .listed()
        .filter(|day| day.date >= first && day.date < next)
        .collect();
    let make_up = listed.iter().filter(|day| !day.is_off_day);
    let make_up: Vec<String> = make_up
        .map(|day| format!("{} {}", day.date.day(), day.date.weekday()))
        .collect();
    [
        first.format("%Y-%m").to_string().into(),
        working.to_string().into(),
        off_ranges(&listed).join(", ").into(),
        make_up.join(", ").into(),
    ]
}

/// Off days as `1–7 国庆节`, neighbours of one name together.
fn off_ranges(listed: &[&NoticeDay]) -> Vec<String> {
    let mut ranges: Vec<(NaiveDate, NaiveDate, &str)> = Vec::new();
    for day in listed.iter().filter(|day| day.is_off_day) {
        match ranges.last_mut() {
            Some((_, last, name)) if *name == day.name && *last + Days::new(1) == day.date => {
                *last = day.date;
            }
            _ => ranges.push((day.date, day.date, &day.name)),
        }
    }
    let written = ranges.into_iter().map(|(first, last, name)| {
        if first == last {
            format!("{} {name}", first.day())
        } else {
            format!("{}–{} {name}", first.day(), last.day())
        }
    });
    written.collect()
}
