//! Counting from a day by an offset, with every step written down.
//!
//! Owns the conventions days are counted by, and the counting itself. Refuses to know
//! any rule: numbers and conventions come from the pack, days from the calendar.
//!
//! The day of the event is never counted (民法典 Art. 201); a period in months or
//! years ends on the corresponding day, or on the month's last day if there is
//! none (Art. 202).

mod span;
mod trail;

use chrono::{Datelike, Days, Months, NaiveDate};
use serde::{Deserialize, Serialize};

use super::calendar::{Calendar, Day};
pub use span::{Direction, Span, Unit};
pub use trail::{Count, OtherReading, Step};

/// Which of two defensible readings of "N days" is followed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reading {
    /// The act may be done on the Nth day itself.
    Inclusive,
    /// N whole days lie between the act and the event.
    Clear,
}

/// What happens to a last day that is a rest day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Roll {
    /// It stays where it is.
    None,
    /// It moves to the next working day (民法典 Art. 203).
    Forward,
    /// It moves to the working day before.
    Backward,
    /// It moves to the next working day if the notice takes it off; a plain weekend day
    /// stays (法定休假日 read as public holidays only, C-4).
    ForwardFromHoliday,
}

/// Which half of a term governs where months and days give different ones (C-16).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum HalfBy {
    /// The earlier of both.
    #[default]
    Earlier,
    /// The corresponding day of half the months.
    Months,
    /// The day after half the days.
    Days,
}

/// How an offset is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Convention {
    /// Which reading governs.
    pub reading: Reading,
    /// What a rest day at the end does.
    pub roll: Roll,
}

/// Counts `span` from `from`, which is itself not counted.
#[must_use]
pub fn count(calendar: &Calendar, from: NaiveDate, span: Span, convention: Convention) -> Count {
    let mut tally = Tally::new(calendar);
    let nth = tally.walk(from, span);
    let reached = match convention.reading {
        Reading::Clear => tally.step_clear(nth, span),
        Reading::Inclusive => nth,
    };
    let due_on = tally.roll(reached, convention.roll);
    let other = other_reading(due_on, nth, reached, convention);
    tally.finish(due_on, other)
}

/// The day `span` from `from`, the Nth day itself and unrolled: for ladders and
/// comparisons, which are no statutory period.
#[must_use]
pub fn shift(calendar: &Calendar, from: NaiveDate, span: Span) -> NaiveDate {
    let convention = Convention {
        reading: Reading::Inclusive,
        roll: Roll::None,
    };
    count(calendar, from, span, convention).due_on
}

/// Half of the term from `start` to `end`, both days part of it.
///
/// A term of whole months is halved by the calendar, any other by days; both readings
/// are kept, and `governs` says which one is followed.
#[must_use]
pub fn half_term(calendar: &Calendar, start: NaiveDate, end: NaiveDate, governs: HalfBy) -> Count {
    let mut tally = Tally::new(calendar);
    let days = u32::try_from((end - start).num_days() + 1).unwrap_or(0);
    let by_days = start + Days::new(u64::from(days.div_ceil(2)));
    let months = whole_months(start, end);
    let by_months = months
        .filter(|months| months % 2 == 0)
        .and_then(|months| start.checked_add_months(Months::new(months / 2)));
    let on = by_months.map_or(by_days, |half| match governs {
        HalfBy::Earlier => half.min(by_days),
        HalfBy::Months => half,
        HalfBy::Days => by_days,
    });
    tally.trail.push(Step::Half {
        start,
        end,
        months,
        days,
        on,
    });
    let readings = by_months.map(|half| {
        [
            (OtherReading::MonthCount, half),
            (OtherReading::DayCount, by_days),
        ]
    });
    let other = readings.and_then(|both| both.into_iter().find(|(_, other)| *other != on));
    tally.finish(on, other)
}

/// How many whole months lie from `start` to `end`, both included, if they do.
///
/// Where the last month has no corresponding day, its last day is the end of the term as
/// well as the day before it: from 29 February 2024, sixty months end on 28 February 2029.
#[must_use]
pub fn whole_months(start: NaiveDate, end: NaiveDate) -> Option<u32> {
    let after = end.succ_opt()?;
    let years = after.years_since(start)?;
    let corresponding = |months: u32| start.checked_add_months(Months::new(months));
    let reached = (years * 12..=years * 12 + 12)
        .find(|months| corresponding(*months).is_some_and(|day| day >= after))?;
    if corresponding(reached)? == after {
        return Some(reached);
    }
    let before = reached.checked_sub(1)?;
    let day = corresponding(before)?;
    let is_month_end = day.day() != start.day();
    (is_month_end && day.succ_opt()? == after).then_some(before)
}

/// The date that the reading not followed would give, where it differs.
fn other_reading(
    due_on: NaiveDate,
    nth: NaiveDate,
    reached: NaiveDate,
    convention: Convention,
) -> Option<(OtherReading, NaiveDate)> {
    let other = match convention.reading {
        Reading::Clear => (OtherReading::Inclusive, nth),
        Reading::Inclusive => (OtherReading::NoRoll, reached),
    };
    (other.1 != due_on).then_some(other)
}

/// A count in the making: the steps so far and the years that were touched.
struct Tally<'a> {
    calendar: &'a Calendar,
    trail: Vec<Step>,
    unconfirmed: Vec<i32>,
}

impl<'a> Tally<'a> {
    const fn new(calendar: &'a Calendar) -> Self {
        Self {
            calendar,
            trail: Vec::new(),
            unconfirmed: Vec::new(),
        }
    }

    /// The Nth day from `from`, every day on the way written down.
    fn walk(&mut self, from: NaiveDate, span: Span) -> NaiveDate {
        match span.unit {
            Unit::Days => self.walk_days(from, span, |_| true),
            Unit::WorkingDays => self.walk_days(from, span, Day::is_working),
            Unit::Months => self.corresponding(from, span.count, span.direction),
            Unit::Years => self.corresponding(from, span.count * 12, span.direction),
        }
    }

    fn walk_days(&mut self, from: NaiveDate, span: Span, counts: fn(&Day) -> bool) -> NaiveDate {
        let mut on = from;
        let mut n = 0;
        while n < span.count {
            on = neighbour(on, span.direction);
            let day = self.calendar.day(on);
            if span.unit == Unit::WorkingDays {
                self.touch(on);
            }
            if counts(&day) {
                n += 1;
                self.trail.push(Step::Counted { n, on, day });
            } else {
                self.trail.push(Step::Skipped { on, day });
            }
        }
        on
    }

    fn corresponding(&mut self, from: NaiveDate, months: u32, direction: Direction) -> NaiveDate {
        let months = Months::new(months);
        let on = match direction {
            Direction::Forward => from.checked_add_months(months),
            Direction::Backward => from.checked_sub_months(months),
        }
        .unwrap_or(from);
        self.trail.push(Step::Corresponding {
            on,
            month_end: on.day() != from.day(),
        });
        on
    }

    /// The day beyond the Nth, so that N whole ones lie in between; of working days
    /// it is the next working day.
    fn step_clear(&mut self, nth: NaiveDate, span: Span) -> NaiveDate {
        let mut on = neighbour(nth, span.direction);
        while span.unit == Unit::WorkingDays && !self.is_working(on) {
            let day = self.calendar.day(on);
            self.trail.push(Step::Skipped { on, day });
            on = neighbour(on, span.direction);
        }
        self.trail.push(Step::Clear { on });
        on
    }

    fn roll(&mut self, reached: NaiveDate, roll: Roll) -> NaiveDate {
        let direction = match roll {
            Roll::None => return reached,
            Roll::ForwardFromHoliday if !self.is_holiday(reached) => return reached,
            Roll::Forward | Roll::ForwardFromHoliday => Direction::Forward,
            Roll::Backward => Direction::Backward,
        };
        let mut to = reached;
        while !self.is_working(to) {
            to = neighbour(to, direction);
        }
        if to != reached {
            self.trail.push(Step::Rolled {
                from: reached,
                day: self.calendar.day(reached),
                to,
            });
        }
        to
    }

    fn is_holiday(&mut self, on: NaiveDate) -> bool {
        self.touch(on);
        matches!(self.calendar.day(on), Day::Holiday(_))
    }

    fn is_working(&mut self, on: NaiveDate) -> bool {
        self.touch(on);
        self.calendar.is_working(on)
    }

    fn touch(&mut self, on: NaiveDate) {
        if let Some(year) = self.calendar.unconfirmed_year(on)
            && !self.unconfirmed.contains(&year)
        {
            self.unconfirmed.push(year);
        }
    }

    fn finish(mut self, due_on: NaiveDate, other: Option<(OtherReading, NaiveDate)>) -> Count {
        if let Some((reading, on)) = other {
            self.trail.push(Step::Other { reading, on });
        }
        for year in &self.unconfirmed {
            let coverage = self.calendar.coverage(*year);
            self.trail.push(Step::Unconfirmed {
                year: *year,
                coverage,
            });
        }
        Count {
            due_on,
            other,
            provisional: !self.unconfirmed.is_empty(),
            trail: self.trail,
        }
    }
}

fn neighbour(on: NaiveDate, direction: Direction) -> NaiveDate {
    match direction {
        Direction::Forward => on + Days::new(1),
        Direction::Backward => on - Days::new(1),
    }
}
