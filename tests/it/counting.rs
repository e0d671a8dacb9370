//! Counting holds its laws for every date, offset and calendar, and for the host's clock not at all.

use std::process::Command;

use chrono::{Datelike, Days, Months, NaiveDate};
use duban::domain::calendar::{Calendar, Coverage, Notice, NoticeDay};
use duban::domain::counting::{
    Convention, Count, Direction, HalfBy, Reading, Roll, Span, Step, Unit, count, half_term,
    whole_months,
};
use duban::domain::{almanac, shipped};
use proptest::prelude::*;

use crate::golden;

fn date(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn any_day() -> impl Strategy<Value = NaiveDate> {
    (0_u64..6 * 365).prop_map(|days| date("2022-06-01") + Days::new(days))
}

fn any_span() -> impl Strategy<Value = Span> {
    let units = [Unit::Days, Unit::WorkingDays, Unit::Months, Unit::Years];
    let directions = [Direction::Forward, Direction::Backward];
    let parts = (
        0_u32..60,
        prop::sample::select(units.to_vec()),
        prop::sample::select(directions.to_vec()),
    );
    parts.prop_map(|(count, unit, direction)| Span {
        count,
        unit,
        direction,
    })
}

fn any_convention() -> impl Strategy<Value = Convention> {
    let readings = [Reading::Inclusive, Reading::Clear];
    let rolls = [Roll::None, Roll::Forward, Roll::Backward];
    let parts = (
        prop::sample::select(readings.to_vec()),
        prop::sample::select(rolls.to_vec()),
    );
    parts.prop_map(|(reading, roll)| Convention { reading, roll })
}

fn step_on(on: NaiveDate, direction: Direction) -> NaiveDate {
    match direction {
        Direction::Forward => on + Days::new(1),
        Direction::Backward => on - Days::new(1),
    }
}

/// Walks the trail from `from` without any calendar, and says where it leads.
fn retrace(from: NaiveDate, span: Span, count: &Count) -> NaiveDate {
    let mut at = from;
    let mut numbers = 1..;
    for step in &count.trail {
        match step {
            Step::Counted { n, on, day } => {
                assert_eq!(Some(*n), numbers.next());
                assert_eq!(*on, step_on(at, span.direction));
                assert!(span.unit == Unit::Days || day.is_working());
                at = *on;
            }
            Step::Skipped { on, day } => {
                assert_eq!(*on, step_on(at, span.direction));
                assert!(span.unit == Unit::WorkingDays && !day.is_working());
                at = *on;
            }
            Step::Clear { on } => {
                assert_eq!(*on, step_on(at, span.direction));
                at = *on;
            }
            Step::Corresponding { on, .. } => at = *on,
            Step::Rolled { from, day, to } => {
                assert_eq!(*from, at);
                assert!(!day.is_working());
                at = *to;
            }
            Step::Other { on, .. } => assert_ne!(*on, count.due_on),
            Step::Unconfirmed { .. } => assert!(count.provisional),
            other => panic!("{other:?} is no step of a plain count"),
        }
    }
    let whole = matches!(span.unit, Unit::Days | Unit::WorkingDays);
    assert!(!whole || numbers.next() == Some(span.count + 1));
    at
}

proptest! {
    #[test]
    fn a_date_counted_in_working_days_is_a_working_day(from in any_day(), n in 1_u32..60, convention in any_convention(), back: bool) {
        let calendar = shipped::calendar().unwrap();
        let direction = if back { Direction::Backward } else { Direction::Forward };
        let span = Span { count: n, unit: Unit::WorkingDays, direction };
        prop_assert!(calendar.is_working(count(&calendar, from, span, convention).due_on));
    }

    #[test]
    fn the_trail_leads_to_the_date(from in any_day(), span in any_span(), convention in any_convention()) {
        let calendar = shipped::calendar().unwrap();
        let count = count(&calendar, from, span, convention);
        prop_assert_eq!(retrace(from, span, &count), count.due_on);
    }

    #[test]
    fn a_later_start_never_gives_an_earlier_date(from in any_day(), later in 0_u64..400, span in any_span(), convention in any_convention()) {
        let calendar = shipped::calendar().unwrap();
        let on = |from| count(&calendar, from, span, convention).due_on;
        prop_assert!(on(from) <= on(from + Days::new(later)));
    }

    #[test]
    fn whole_days_in_between_never_bring_an_act_nearer_to_its_event(from in any_day(), span in any_span(), roll in any_convention()) {
        let calendar = shipped::calendar().unwrap();
        let span = Span { direction: Direction::Backward, ..span };
        let on = |reading| count(&calendar, from, span, Convention { reading, ..roll }).due_on;
        prop_assert!(on(Reading::Clear) <= on(Reading::Inclusive));
    }

    #[test]
    fn one_more_off_day_never_makes_a_date_ahead_earlier(from in any_day(), off in any_day(), n in 0_u32..60, working: bool) {
        let unit = if working { Unit::WorkingDays } else { Unit::Days };
        let span = Span { count: n, unit, direction: Direction::Forward };
        let convention = Convention { reading: Reading::Inclusive, roll: Roll::Forward };
        let before = count(&shipped::calendar().unwrap(), from, span, convention).due_on;
        let after = count(&with_off_day(off), from, span, convention).due_on;
        prop_assert!(before <= after);
    }

    #[test]
    fn the_latest_reading_is_never_before_the_earliest(from in any_day(), span in any_span(), convention in any_convention()) {
        let count = count(&shipped::calendar().unwrap(), from, span, convention);
        prop_assert!(count.earliest_on() <= count.due_on && count.due_on <= count.latest_on());
    }

    #[test]
    fn half_of_a_term_lies_inside_it(start in any_day(), days in 1_u64..4000) {
        let end = start + Days::new(days);
        let count = half_term(&shipped::calendar().unwrap(), start, end, HalfBy::Earlier);
        prop_assert!(start < count.due_on && count.due_on <= end);
    }

    #[test]
    fn a_term_of_whole_years_has_twelve_months_each(start in any_day(), years in 1_u32..12) {
        let end = start.checked_add_months(Months::new(12 * years)).unwrap() - Days::new(1);
        prop_assert_eq!(whole_months(start, end), Some(12 * years));
    }
}

#[test]
fn five_years_from_29_february_are_five_whole_years() {
    let months = whole_months(date("2024-02-29"), date("2029-02-27"));
    assert_eq!(months, Some(60));
}

/// The shipped calendar with one more off day.
fn with_off_day(off: NaiveDate) -> Calendar {
    let mut notices = shipped::notices().unwrap();
    for notice in &mut notices {
        notice.days.retain(|day| day.date != off);
    }
    let day = NoticeDay {
        name: "加放".to_owned(),
        date: off,
        is_off_day: true,
    };
    match notices.iter_mut().find(|notice| notice.year == off.year()) {
        Some(notice) => notice.days.push(day),
        None => notices.push(Notice {
            year: off.year(),
            papers: vec![],
            notice_no: None,
            provisional: true,
            days: vec![day],
        }),
    }
    Calendar::from_notices(&notices, "one more off day").unwrap()
}

#[test]
fn the_host_s_time_zone_does_not_matter() {
    // The same test binary prints its dates under another zone, and must print the same.
    const PRINT: &str = "DUBAN_TEST_PRINT_DATES";
    if std::env::var_os(PRINT).is_some() {
        for line in golden::computed() {
            println!("date: {line}");
        }
        return;
    }
    let expected: Vec<String> = golden::computed()
        .iter()
        .map(|line| format!("date: {line}"))
        .collect();
    for zone in [
        "UTC",
        "Asia/Shanghai",
        "America/Los_Angeles",
        "Pacific/Kiritimati",
    ] {
        let mut again = Command::new(std::env::current_exe().unwrap());
        let name = "counting::the_host_s_time_zone_does_not_matter";
        again
            .args(["--exact", name, "--nocapture"])
            .env("TZ", zone)
            .env(PRINT, "1");
        let output = String::from_utf8(again.output().unwrap().stdout).unwrap();
        let printed: Vec<&str> = output
            .lines()
            .filter_map(|line| line.find("date: ").map(|at| &line[at..]))
            .collect();
        assert_eq!(printed, expected, "under {zone}");
    }
}

#[test]
fn a_year_has_as_many_working_days_as_its_notice_leaves() {
    let calendar = shipped::calendar().unwrap();
    for (year, expected) in [(2023, 249), (2024, 251), (2025, 248), (2026, 248)] {
        let first = NaiveDate::from_ymd_opt(year, 1, 1).unwrap();
        let days = first.iter_days().take_while(|day| day.year() == year);
        assert_eq!(
            days.filter(|day| calendar.is_working(*day)).count(),
            expected,
            "{year}"
        );
    }
}

#[test]
fn the_shipped_notices_raise_no_doubt() {
    for ((file, _), notice) in shipped::NOTICES.iter().zip(shipped::notices().unwrap()) {
        assert_eq!(almanac::doubts(file, &notice), [], "{file}");
        assert_eq!(notice.provisional, notice.year == 2027);
        assert_eq!(notice.papers.is_empty(), notice.provisional);
    }
}

#[test]
fn a_forgotten_make_up_day_is_doubted_and_not_refused() {
    let mut notice = shipped::notices().unwrap().remove(3);
    notice.days.retain(|day| day.date != date("2026-09-20"));
    let doubts = almanac::doubts("2026.json", &notice);
    assert_eq!(doubts.len(), 1);
    assert_eq!(doubts[0].found, "19 weekdays off and 5 make-up days");
    assert!(Calendar::from_notices(&[notice], "doubtful").is_ok());
}

#[test]
fn the_last_days_of_december_wait_for_the_next_year_s_notice() {
    let calendar = shipped::calendar().unwrap();
    assert_eq!(calendar.unconfirmed_year(date("2026-12-28")), None);
    assert_eq!(calendar.unconfirmed_year(date("2026-12-29")), Some(2027));
    assert_eq!(calendar.unconfirmed_year(date("2026-12-31")), Some(2027));
    assert_eq!(calendar.unconfirmed_year(date("2025-12-31")), None);
    assert_eq!(calendar.coverage(2027), Coverage::Provisional);
}

#[test]
fn a_year_without_a_notice_is_unknown_and_never_without_holidays() {
    let calendar = shipped::calendar().unwrap();
    let span = "+5wd".parse().unwrap();
    let convention = Convention {
        reading: Reading::Inclusive,
        roll: Roll::None,
    };
    let count = count(&calendar, date("2029-05-01"), span, convention);
    assert!(count.provisional);
    let unknown = Step::Unconfirmed {
        year: 2029,
        coverage: Coverage::Missing,
    };
    assert!(count.trail.contains(&unknown));
}

#[test]
fn natural_days_that_end_on_a_weekday_of_an_unknown_year_may_still_move() {
    let calendar = shipped::calendar().unwrap();
    let convention = Convention {
        reading: Reading::Inclusive,
        roll: Roll::Forward,
    };
    let on = |roll| {
        count(
            &calendar,
            date("2029-05-01"),
            "+30d".parse().unwrap(),
            Convention { roll, ..convention },
        )
    };
    assert!(on(Roll::Forward).provisional);
    assert!(!on(Roll::None).provisional);
}

#[test]
fn an_empty_notice_confirms_nothing() {
    // The form in which an upstream file stands before the notice is out.
    let empty = almanac::read("2028.json", r#"{"year":2028,"papers":[],"days":[]}"#).unwrap();
    let calendar = Calendar::from_notices(&[empty], "empty").unwrap();
    assert_eq!(calendar.coverage(2028), Coverage::Missing);
}

#[test]
fn a_notice_that_cannot_be_read_is_placed_by_line() {
    let text = "{\n  \"year\": 2028,\n  \"days\": [{\"name\": \"元旦\", \"date\": \"2028-13-01\", \"isOffDay\": true}]\n}";
    let faults = almanac::read("2028.json", text).unwrap_err();
    assert_eq!(faults.len(), 1);
    assert!(faults[0].place.starts_with("2028.json:3:"), "{}", faults[0]);
}
