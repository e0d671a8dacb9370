//! What can be known wrong, and what looks wrong, in one notice by itself.
//!
//! Owns the statutory days (全国年节及纪念日放假办法 Art. 2) and the sums that must come out.
//! Refuses to know where in a file a day stands.

use std::collections::BTreeMap;

use chrono::{Datelike, NaiveDate, Weekday};

use super::super::calendar::{Notice, NoticeDay};
use super::super::fault::Fault;

/// Something wrong in a notice.
pub(super) struct Finding {
    /// The day it is about, if it is about one.
    pub(super) on: Option<NaiveDate>,
    /// What stands there.
    pub(super) found: String,
    /// What should.
    pub(super) expected: String,
}

/// A festival of Art. 2, with its statutory days.
struct Festival {
    /// Its name in the notices.
    name: &'static str,
    /// What a day's name contains if it belongs to it; joined holidays bear both names.
    stems: &'static [&'static str],
    /// Month and day of its first statutory day, where the solar calendar fixes it.
    from: Option<(u32, u32)>,
    /// Its days from 2025 on (the revision of 2024-11-10, Art. 2), and before.
    days: [u32; 2],
}

/// 除夕 and 2 May were added by the revision of 2024; the other days stand since 2008.
const FESTIVALS: [Festival; 7] = [
    festival("元旦", &["元旦"], Some((1, 1)), [1, 1]),
    festival("春节", &["春节", "除夕"], None, [4, 3]),
    festival("清明节", &["清明"], None, [1, 1]),
    festival("劳动节", &["劳动"], Some((5, 1)), [2, 1]),
    festival("端午节", &["端午"], None, [1, 1]),
    festival("中秋节", &["中秋"], None, [1, 1]),
    festival("国庆节", &["国庆"], Some((10, 1)), [3, 3]),
];

/// The one other kind of day off the State Council has granted: 3 September 2015, 抗战胜利70周年.
const COMMEMORATION: &str = "纪念日";

/// The first year of the festivals as they are; before it 劳动节 had three days and 清明, 端午
/// and 中秋 none.
const FIRST_YEAR: i32 = 2008;

const fn festival(
    name: &'static str,
    stems: &'static [&'static str],
    from: Option<(u32, u32)>,
    days: [u32; 2],
) -> Festival {
    Festival {
        name,
        stems,
        from,
        days,
    }
}

impl Festival {
    const fn days_in(&self, year: i32) -> u32 {
        let [now, before] = self.days;
        if year >= 2025 { now } else { before }
    }

    fn owns(&self, day: &NoticeDay) -> bool {
        self.stems.iter().any(|stem| day.name.contains(stem))
    }
}

/// What is wrong with single days.
pub(super) fn days(notice: &Notice) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut seen: BTreeMap<NaiveDate, bool> = BTreeMap::new();
    for day in &notice.days {
        let on = day.date;
        let mut find = |found: &str, expected: &str| {
            findings.push(Finding {
                on: Some(on),
                found: format!("{on} {}, {found}", on.weekday()),
                expected: expected.to_owned(),
            });
        };
        if !day.is_off_day && !is_weekend(on) {
            find("a make-up day on a weekday", "a Saturday or Sunday");
        }
        if day.name.trim().is_empty() {
            find("without a name", "the holiday's name");
        } else if day.is_off_day && !is_weekend(on) && !is_of_a_holiday(day) {
            let found = format!("a weekday off for {}", day.name);
            let expected = "one of the holidays (元旦、春节、清明节、劳动节、端午节、中秋节、国庆节); \
                            days the locality decided belong in local.toml";
            find(&found, expected);
        }
        if !is_in_reach(on, notice.year) {
            let expected = "a day of the notice's year or of the December before it";
            find(&format!("in the notice of {}", notice.year), expected);
        }
        match seen.insert(on, day.is_off_day) {
            Some(is_off_day) if is_off_day != day.is_off_day => {
                find("both an off day and a make-up day", "one of the two");
            }
            Some(_) => find("twice", "each day once"),
            None => {}
        }
    }
    findings
}

fn is_weekend(on: NaiveDate) -> bool {
    matches!(on.weekday(), Weekday::Sat | Weekday::Sun)
}

fn is_of_a_holiday(day: &NoticeDay) -> bool {
    day.name.contains(COMMEMORATION) || FESTIVALS.iter().any(|festival| festival.owns(day))
}

fn is_in_reach(on: NaiveDate, year: i32) -> bool {
    on.year() == year || (on.year() == year - 1 && on.month() == 12)
}

/// The statutory days that the notice does not have: those of the solar calendar by date,
/// those of the lunar one by name and number.
pub(super) fn absent(notice: &Notice) -> Vec<Finding> {
    if notice.year < FIRST_YEAR {
        return Vec::new();
    }
    let absent = FESTIVALS.iter().filter_map(|festival| {
        let found = match festival.from {
            Some((month, first)) => not_off(notice, month, first, festival)?,
            None => too_few(notice, festival)?,
        };
        let days = festival.days_in(notice.year);
        let plural = if days == 1 { "" } else { "s" };
        Some(Finding {
            on: None,
            found,
            expected: format!(
                "{}: {days} statutory day{plural} off (放假办法 Art. 2)",
                festival.name
            ),
        })
    });
    absent.collect()
}

fn not_off(notice: &Notice, month: u32, first: u32, festival: &Festival) -> Option<String> {
    let last = first + festival.days_in(notice.year) - 1;
    let dates = (first..=last).filter_map(|day| NaiveDate::from_ymd_opt(notice.year, month, day));
    let is_off = |on: &NaiveDate| {
        let mut days = notice.days.iter();
        days.any(|day| day.date == *on && day.is_off_day)
    };
    let missing: Vec<String> = dates
        .filter(|on| !is_off(on))
        .map(|on| on.to_string())
        .collect();
    (!missing.is_empty()).then(|| format!("no day off on {}", missing.join(", ")))
}

fn too_few(notice: &Notice, festival: &Festival) -> Option<String> {
    let off = notice.days.iter().filter(|day| day.is_off_day);
    let own = off.filter(|day| festival.owns(day)).count();
    let wanted = usize::try_from(festival.days_in(notice.year)).unwrap_or(usize::MAX);
    (own < wanted).then(|| match own {
        0 => format!("no day off for {}", festival.name),
        1 => format!("1 day off for {}", festival.name),
        own => format!("{own} days off for {}", festival.name),
    })
}

/// What looks wrong in a notice that can still be right; to be shown, not refused.
#[must_use]
pub fn doubts(file: &str, notice: &Notice) -> Vec<Fault> {
    if notice.provisional || notice.days.is_empty() {
        return Vec::new();
    }
    let mut doubts = Vec::new();
    if notice.papers.is_empty() && notice.notice_no.is_none() {
        let expected = "where the notice was published, or its document number";
        doubts.push(Fault::new(file, "no paper", expected));
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

/// 放假办法 Art. 2: thirteen days since the revision of 2024, eleven before. Each is a free
/// weekday in the end, because what falls on a weekend is made up for (Art. 6).
fn statutory_days(year: i32) -> usize {
    let days = FESTIVALS.iter().map(|festival| festival.days_in(year));
    usize::try_from(days.sum::<u32>()).unwrap_or(usize::MAX)
}

fn weekdays_off(notice: &Notice) -> usize {
    let off = notice.days.iter().filter(|day| day.is_off_day);
    off.filter(|day| !is_weekend(day.date)).count()
}

fn make_up_days(notice: &Notice) -> usize {
    notice.days.iter().filter(|day| !day.is_off_day).count()
}
