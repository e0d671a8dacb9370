//! The ladder: on which day which rung of an obligation is reached.
//!
//! Owns rung dates, catch-up (one notice at the highest rung, the lower ones
//! superseded) and the hours in which messages go out. Refuses to know who is
//! behind an audience; that is `address`.

use chrono::{Days, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta};
use serde::{Deserialize, Serialize};

use super::calendar::Calendar;
use super::counting::{Direction, Span, Unit, shift};
use super::notice::Kind;
use super::obligation::{Dates, Obligation};
use super::pack::{Audience, Ladder, Relation, Rung};

/// A rung with its day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Step {
    /// Its place on the ladder, from 0; repeats go on counting.
    pub level: u32,
    /// Its name, such as `-3d` or `+10wd`.
    pub name: String,
    /// The working day it is reached on.
    pub on: NaiveDate,
    /// Who is told.
    pub to: Vec<Audience>,
    /// What they are told.
    pub kind: Kind,
}

/// Where an obligation stands on its ladder.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Climb {
    /// The highest rung reached and not told yet.
    pub reached: Option<Step>,
    /// Lower rungs that were passed without being told: recorded, not sent.
    pub superseded: Vec<Step>,
    /// The next day something may happen to this obligation by the mere passing of time.
    pub next_on: Option<NaiveDate>,
}

/// Where `obligation` stands on `today`, when the rungs up to `told` have been told.
#[must_use]
pub fn climb(
    obligation: &Obligation<'_>,
    ladder: &Ladder,
    calendar: &Calendar,
    told: Option<u32>,
    today: NaiveDate,
) -> Climb {
    let Some(dates) = obligation
        .dates
        .filter(|_| obligation.state(today).is_live())
    else {
        return Climb::default();
    };
    let mut climb = Climb {
        next_on: obligation.settles_on(today),
        ..Climb::default()
    };
    if obligation.is_silent() {
        return climb;
    }
    for step in steps(obligation, &dates, ladder, calendar) {
        if step.on > today {
            climb.next_on = climb.next_on.into_iter().chain([step.on]).min();
            break;
        }
        if told.is_none_or(|told| step.level > told) {
            climb.superseded.extend(climb.reached.replace(step));
        }
    }
    climb
}

/// Rungs of one ladder that are looked through: more than any pack has, and a few repeats.
const LOOKED_AT: usize = 64;

/// The first rung that says `kind`, or that there is, told or not.
#[must_use]
pub fn first(
    obligation: &Obligation<'_>,
    ladder: &Ladder,
    calendar: &Calendar,
    kind: Option<Kind>,
) -> Option<Step> {
    let dates = obligation.dates?;
    let mut steps = steps(obligation, &dates, ladder, calendar).take(LOOKED_AT);
    steps.find(|step| kind.is_none_or(|kind| step.kind == kind))
}

/// The rungs in order of time; without end where the ladder repeats.
fn steps<'a>(
    obligation: &'a Obligation<'_>,
    dates: &'a Dates,
    ladder: &'a Ladder,
    calendar: &'a Calendar,
) -> Box<dyn Iterator<Item = Step> + 'a> {
    if obligation.is_cut_short() {
        return Box::new(std::iter::once(cut_short(dates, ladder)));
    }
    let placed = move |(level, rung): (usize, &Rung)| Step {
        level: u32::try_from(level).unwrap_or(u32::MAX),
        name: rung.at.to_string(),
        on: day_of(rung, dates, calendar),
        to: rung.to.clone(),
        kind: kind_of(obligation.rule.relation, rung.at),
    };
    let fixed = ladder.rungs.iter().enumerate();
    if obligation.rule.relation == Relation::NotBefore {
        // A closing day that is fixed, and lawful, needs no reminding of the earliest one.
        let unfixed = move |_: &_| obligation.done.is_none();
        return Box::new(
            fixed
                .filter(|(_, rung)| !is_after(rung.at))
                .filter(unfixed)
                .map(placed),
        );
    }
    Box::new(
        fixed
            .map(placed)
            .chain(repeats(obligation, dates, ladder, calendar)),
    )
}

/// The rungs beyond the last one, to the same people, without end.
fn repeats<'a>(
    obligation: &'a Obligation<'_>,
    dates: &'a Dates,
    ladder: &'a Ladder,
    calendar: &'a Calendar,
) -> impl Iterator<Item = Step> + 'a {
    let every = ladder.then_every.zip(ladder.rungs.last());
    let first = u32::try_from(ladder.rungs.len()).unwrap_or(u32::MAX);
    every.into_iter().flat_map(move |(every, last)| {
        let start = Span {
            count: last.at.count,
            ..every
        };
        // From repeat to repeat: counted from the date each time, a duty that is years
        // overdue would cost the square of them.
        let mut day = moved(dates.latest_on, start, calendar);
        (1..).map(move |n: u32| {
            let at = Span {
                count: last.at.count.saturating_add(every.count.saturating_mul(n)),
                ..every
            };
            day = moved(day, every, calendar);
            Step {
                level: first.saturating_add(n - 1),
                name: at.to_string(),
                on: calendar.working_on_or_after(day),
                to: last.to.clone(),
                kind: kind_of(obligation.rule.relation, at),
            }
        })
    })
}

/// A window that is cut short is told the day it is entered.
fn cut_short(dates: &Dates, ladder: &Ladder) -> Step {
    Step {
        // Above every rung: whoever was told the earliest day must hear of this.
        level: u32::try_from(ladder.rungs.len()).unwrap_or(u32::MAX),
        name: "cut_short".to_owned(),
        on: dates.anchor_on,
        to: ladder.cut_short.clone(),
        kind: Kind::TooShort,
    }
}

/// Before and on the date a rung counts from the safe reading and moves earlier over
/// rest days; after it, from the lenient one.
fn day_of(rung: &Rung, dates: &Dates, calendar: &Calendar) -> NaiveDate {
    if is_after(rung.at) {
        return after(dates.latest_on, rung.at, calendar);
    }
    let day = moved(dates.due_on, rung.at, calendar);
    if rung.later {
        calendar.working_on_or_after(day)
    } else {
        calendar.working_on_or_before(day)
    }
}

fn after(latest_on: NaiveDate, at: Span, calendar: &Calendar) -> NaiveDate {
    calendar.working_on_or_after(moved(latest_on, at, calendar))
}

fn moved(from: NaiveDate, at: Span, calendar: &Calendar) -> NaiveDate {
    match at.unit {
        // Plain days need no trail; this is the hot path of planning.
        Unit::Days => match at.direction {
            Direction::Forward => from + Days::new(u64::from(at.count)),
            Direction::Backward => from - Days::new(u64::from(at.count)),
        },
        Unit::WorkingDays | Unit::Months | Unit::Years => shift(calendar, from, at),
    }
}

/// Whether the rung of that level lies past the date, as its repeats do.
#[must_use]
pub fn is_past_the_date(ladder: &Ladder, level: u32) -> bool {
    let rung = usize::try_from(level)
        .ok()
        .and_then(|level| ladder.rungs.get(level));
    rung.map_or_else(|| ladder.then_every.is_some(), |rung| is_after(rung.at))
}

const fn is_after(at: Span) -> bool {
    at.count > 0 && matches!(at.direction, Direction::Forward)
}

const fn kind_of(relation: Relation, at: Span) -> Kind {
    match (relation, at.count, at.direction) {
        (Relation::Trigger, 0, _) | (Relation::Trigger, _, Direction::Forward) => Kind::Opened,
        (_, 0, _) => Kind::DueToday,
        (_, _, Direction::Backward) => Kind::Reminder,
        (_, _, Direction::Forward) => Kind::Overdue,
    }
}

/// The hours of a working day in which messages go out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct SendWindow {
    /// First minute.
    pub from: NaiveTime,
    /// Last minute.
    pub until: NaiveTime,
    /// What waits for the first minute goes out over so many seconds.
    pub spread_secs: u32,
}

impl SendWindow {
    /// When a notice made at `now` goes out: in the next send window, unless that
    /// would come after `latest_on`; then at once, for late hours are better than a
    /// late notice.
    #[must_use]
    pub fn release(
        &self,
        now: NaiveDateTime,
        latest_on: NaiveDate,
        calendar: &Calendar,
    ) -> NaiveDateTime {
        let today = now.date();
        if calendar.is_working(today) && now.time() <= self.until {
            return now.max(today.and_time(self.from));
        }
        let next = calendar.working_on_or_after(today + Days::new(1));
        if today <= latest_on && latest_on < next {
            return now;
        }
        next.and_time(self.from)
    }

    /// The same for one recipient: what waits for the window's first minute is spread over
    /// the seconds after it, so that not everybody is written to at once. All that one
    /// recipient is told comes at the same second, and so in one mail.
    #[must_use]
    pub fn release_to(
        &self,
        address: &str,
        now: NaiveDateTime,
        latest_on: NaiveDate,
        calendar: &Calendar,
    ) -> NaiveDateTime {
        let at = self.release(now, latest_on, calendar);
        if at == now {
            return at;
        }
        let window = (self.until - self.from).num_seconds();
        let seconds = i64::from(self.spread_secs).min(window.max(0)) + 1;
        at + TimeDelta::seconds(i64::from(hash(address)) % seconds)
    }
}

/// FNV-1a: the same for the same text, for ever, and even over short ones.
fn hash(text: &str) -> u32 {
    text.bytes().fold(0x811c_9dc5, |hash: u32, byte| {
        (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193)
    })
}
