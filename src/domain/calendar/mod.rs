//! Working days, as the State Council's yearly notices fix them.
//!
//! Owns the table of off days and make-up days, the local days that lie over it, and
//! the answer "is this a working day, and how sure are we". Refuses to guess: a year
//! without a notice is unknown, never "no holidays", and every answer that touches it
//! says so. Refuses to judge a notice; files are judged where they are read.

mod sheet;

use std::collections::{BTreeMap, BTreeSet};

use chrono::{Datelike, Days, NaiveDate, Weekday};
use serde::{Deserialize, Serialize};

use super::fault::Fault;
pub use sheet::{LocalDay, Notice, NoticeDay};

/// From this day of December on, a day belongs to the *next* year's notice as well:
/// the notice for 2019 made 29 December 2018 a working day, and the one for 2023
/// made 31 December 2022 an off day. No notice has reached further back.
const NEXT_NOTICE_REACHES_BACK_TO: u32 = 29;

/// What kind of day a date is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", content = "name", rename_all = "snake_case")]
pub enum Day {
    /// Monday to Friday, untouched by a notice.
    Weekday,
    /// A day that the notice (调休) or the locality makes a working day.
    MakeUp(String),
    /// Saturday or Sunday.
    Weekend,
    /// An off day of the notice, or a local one.
    Holiday(String),
}

impl Day {
    /// Whether work is done on such a day.
    #[must_use]
    pub const fn is_working(&self) -> bool {
        matches!(self, Self::Weekday | Self::MakeUp(_))
    }
}

/// How well a year is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Coverage {
    /// The State Council's notice is loaded.
    Confirmed,
    /// Statutory days only, before the notice.
    Provisional,
    /// Nothing is loaded.
    Missing,
}

/// The working days of every year that is loaded.
#[derive(Debug, Clone, Default)]
pub struct Calendar {
    days: BTreeMap<NaiveDate, NoticeDay>,
    local: BTreeMap<NaiveDate, NoticeDay>,
    confirmed: BTreeSet<i32>,
    provisional: BTreeSet<i32>,
    version: String,
}

impl Calendar {
    /// Joins yearly notices into one calendar, a later notice for the same year
    /// replacing an earlier one; `version` names what was joined.
    ///
    /// # Errors
    /// Every contradiction between the tables, all at once.
    pub fn from_notices(
        notices: &[Notice],
        version: impl Into<String>,
    ) -> Result<Self, Vec<Fault>> {
        let mut by_year: BTreeMap<i32, &Notice> = BTreeMap::new();
        for notice in notices {
            by_year.insert(notice.year, notice);
        }
        let mut calendar = Self {
            version: version.into(),
            ..Self::default()
        };
        let mut faults = Vec::new();
        for notice in by_year.values() {
            calendar.add(notice, &mut faults);
        }
        if faults.is_empty() {
            Ok(calendar)
        } else {
            Err(faults)
        }
    }

    fn add(&mut self, notice: &Notice, faults: &mut Vec<Fault>) {
        if notice.provisional {
            self.provisional.insert(notice.year);
        } else if !notice.days.is_empty() {
            self.confirmed.insert(notice.year);
        }
        for day in &notice.days {
            let Some(before) = self.days.insert(day.date, day.clone()) else {
                continue;
            };
            if before.is_off_day != day.is_off_day {
                faults.push(Fault::new(
                    format!("calendar {}, {}", notice.year, day.date),
                    "both an off day and a make-up day",
                    "one of the two",
                ));
            }
        }
    }

    /// The same calendar with `local` days lying over it; how well a year is known stays as
    /// it is, for the State Council's notice is what makes it known.
    #[must_use]
    pub fn with_local(mut self, local: &[LocalDay]) -> Self {
        if !local.is_empty() {
            self.version = format!("{} +local:{}", self.version, local.len());
        }
        let listed = local.iter().map(|day| (day.date, day.listed()));
        self.local.extend(listed);
        self
    }

    /// What is said of `date` beyond the week, the locality going before the notice.
    fn said_of(&self, date: NaiveDate) -> Option<&NoticeDay> {
        self.local.get(&date).or_else(|| self.days.get(&date))
    }

    /// Names the tables this calendar was made from; shown with every date.
    #[must_use]
    pub fn version(&self) -> &str {
        &self.version
    }

    /// The kind of day `date` is, as far as local days and loaded notices say.
    #[must_use]
    pub fn day(&self, date: NaiveDate) -> Day {
        match self.said_of(date) {
            Some(day) if day.is_off_day => Day::Holiday(day.name.clone()),
            Some(day) => Day::MakeUp(day.name.clone()),
            None if matches!(date.weekday(), Weekday::Sat | Weekday::Sun) => Day::Weekend,
            None => Day::Weekday,
        }
    }

    /// Whether `date` is a working day, as far as local days and loaded notices say.
    #[must_use]
    pub fn is_working(&self, date: NaiveDate) -> bool {
        match self.said_of(date) {
            Some(day) => !day.is_off_day,
            None => !matches!(date.weekday(), Weekday::Sat | Weekday::Sun),
        }
    }

    /// How well `year` is known.
    #[must_use]
    pub fn coverage(&self, year: i32) -> Coverage {
        if self.confirmed.contains(&year) {
            Coverage::Confirmed
        } else if self.provisional.contains(&year) {
            Coverage::Provisional
        } else {
            Coverage::Missing
        }
    }

    /// The year whose missing notice could still change `date`, if there is one.
    #[must_use]
    pub fn unconfirmed_year(&self, date: NaiveDate) -> Option<i32> {
        let year = date.year();
        if self.coverage(year) != Coverage::Confirmed {
            return Some(year);
        }
        let reached_back = date.month() == 12 && date.day() >= NEXT_NOTICE_REACHES_BACK_TO;
        (reached_back && self.coverage(year + 1) != Coverage::Confirmed).then_some(year + 1)
    }

    /// The first working day on or after `date`.
    #[must_use]
    pub fn working_on_or_after(&self, date: NaiveDate) -> NaiveDate {
        self.nearest(date, |day| day + Days::new(1))
    }

    /// The last working day on or before `date`.
    #[must_use]
    pub fn working_on_or_before(&self, date: NaiveDate) -> NaiveDate {
        self.nearest(date, |day| day - Days::new(1))
    }

    fn nearest(&self, date: NaiveDate, step: fn(NaiveDate) -> NaiveDate) -> NaiveDate {
        let mut day = date;
        while !self.is_working(day) {
            day = step(day);
        }
        day
    }

    /// Working days after `from` up to and including `to`; negative where `to` lies
    /// before `from`.
    #[must_use]
    pub fn working_days_between(&self, from: NaiveDate, to: NaiveDate) -> i64 {
        let (sign, mut day, last) = if from <= to {
            (1, from, to)
        } else {
            (-1, to, from)
        };
        let mut days = 0;
        while day < last {
            day = day + Days::new(1);
            days += i64::from(self.is_working(day));
        }
        sign * days
    }

    /// Every off day and make-up day in force, in order of date.
    pub fn listed(&self) -> impl Iterator<Item = &NoticeDay> {
        let mut days: BTreeMap<NaiveDate, &NoticeDay> = BTreeMap::new();
        days.extend(self.days.iter().map(|(on, day)| (*on, day)));
        days.extend(self.local.iter().map(|(on, day)| (*on, day)));
        days.into_values()
    }
}
