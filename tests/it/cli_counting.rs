//! `calendar count` and the English trail.

use chrono::NaiveDate;
use duban::cli::counting::{Answer, Question, answer};
use duban::cli::trail;
use duban::domain::calendar::{Calendar, Coverage, Day, Notice, NoticeDay};
use duban::domain::counting::{Convention, OtherReading, Reading, Roll, Step};
use duban::domain::pack::Counting;

pub(crate) fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

/// The autumn of 2026 as the notice has it.
pub(crate) fn autumn() -> Notice {
    let listed = |date: &str, name: &str, is_off_day| NoticeDay {
        name: name.to_owned(),
        date: day(date),
        is_off_day,
    };
    let mut days = vec![
        listed("2026-09-20", "国庆节", false),
        listed("2026-09-25", "中秋节", true),
        listed("2026-09-26", "中秋节", true),
        listed("2026-09-27", "中秋节", true),
        listed("2026-10-10", "国庆节", false),
    ];
    days.extend((1..=7).map(|on| listed(&format!("2026-10-0{on}"), "国庆节", true)));
    Notice {
        year: 2026,
        papers: vec!["https://www.gov.cn/2026".to_owned()],
        notice_no: None,
        provisional: false,
        days,
    }
}

pub(crate) fn calendar() -> Calendar {
    Calendar::from_notices(&[autumn()], "test 2026").unwrap()
}

const COUNTING: Counting = Counting {
    forward_days: convention(Reading::Inclusive, Roll::Forward),
    forward_working_days: convention(Reading::Inclusive, Roll::None),
    backward_days: convention(Reading::Clear, Roll::Backward),
    backward_working_days: convention(Reading::Clear, Roll::None),
    months_and_years: convention(Reading::Inclusive, Roll::None),
};

const fn convention(reading: Reading, roll: Roll) -> Convention {
    Convention { reading, roll }
}

fn asked(from: &str, offset: &str) -> Answer {
    let question = Question::new(day(from), offset.parse().unwrap(), &COUNTING);
    answer(&calendar(), &question)
}

#[test]
fn the_json_has_every_field_of_the_contract() {
    let json = serde_json::to_value(asked("2026-09-17", "+5wd")).unwrap();
    assert_eq!(json["from"], "2026-09-17");
    assert_eq!(json["offset"], "+5wd");
    assert_eq!(json["due_on"], "2026-09-23");
    assert_eq!(json["latest_on"], "2026-09-23");
    assert_eq!(json["status"], "final");
    let counted = [
        "2026-09-18",
        "2026-09-20",
        "2026-09-21",
        "2026-09-22",
        "2026-09-23",
    ];
    assert_eq!(json["counted"], serde_json::json!(counted));
    assert_eq!(json["skipped"], serde_json::json!(["2026-09-19"]));
}

#[test]
fn a_backward_count_keeps_clear_days_by_default_and_names_the_other_reading() {
    let hearing = asked("2026-09-24", "-5wd");
    assert_eq!(hearing.due_on, day("2026-09-17"));
    assert_eq!(hearing.latest_on, day("2026-09-18"));
    assert_eq!(
        hearing.other,
        Some((OtherReading::Inclusive, day("2026-09-18")))
    );
}

#[test]
fn for_a_window_the_lenient_reading_is_the_earlier_date() {
    let mut question = Question::new(day("2026-09-17"), "+5wd".parse().unwrap(), &COUNTING);
    question.convention.reading = Reading::Clear;
    question.not_before = true;
    let window = answer(&calendar(), &question);
    assert_eq!(window.due_on, day("2026-09-24"));
    assert_eq!(window.latest_on, day("2026-09-23"));
}

#[test]
fn a_count_into_a_year_without_a_notice_is_provisional_and_says_so() {
    let late = asked("2026-12-30", "+3wd");
    let json = serde_json::to_value(&late).unwrap();
    assert_eq!(json["status"], "provisional");
    let lines = trail::lines(&late.trail).join("\n");
    assert!(
        lines.contains("no holiday notice for 2027 is loaded"),
        "{lines}"
    );
}

#[test]
fn the_trail_reads_like_the_count_done_by_hand() {
    let lines = trail::lines(&asked("2026-09-17", "+5wd").trail);
    let expected = [
        "day 1      2026-09-18 Fri",
        "skipped    2026-09-19 Sat: weekend",
        "day 2–5    2026-09-20 Sun (make-up day, 国庆节), 2026-09-21 Mon, 2026-09-22 Tue, \
         2026-09-23 Wed",
    ];
    assert_eq!(lines, expected);
}

#[test]
fn a_long_count_is_drawn_together_and_its_roll_explained() {
    let lines = trail::lines(&asked("2026-09-01", "+30d").trail);
    let expected = [
        "day 1–30   2026-09-02 Wed … 2026-10-01 Thu",
        "moved      from 2026-10-01 Thu (国庆节) to 2026-10-08 Thu, the next working day",
        "otherwise  2026-10-01 Thu if a last day that is a rest day stayed where it is",
    ];
    assert_eq!(lines, expected);
}

#[test]
fn a_holiday_that_is_passed_over_is_named_once() {
    let lines = trail::lines(&asked("2026-09-30", "+1wd").trail);
    assert_eq!(
        lines[0],
        "skipped    2026-10-01 Thu … 2026-10-07 Wed: 国庆节"
    );
    assert_eq!(lines[1], "day 1      2026-10-08 Thu");
}

#[test]
fn no_kind_of_step_is_left_without_a_line() {
    let on = day("2026-09-21");
    let steps = [
        Step::Anchor {
            on,
            from: "published".to_owned(),
        },
        Step::Assumed {
            from: "decided".to_owned(),
            instead_of: "document_issued".to_owned(),
        },
        Step::Counted {
            n: 1,
            on,
            day: Day::Weekday,
        },
        Step::Skipped {
            on,
            day: Day::Weekend,
        },
        Step::Corresponding {
            on,
            month_end: true,
        },
        Step::Clear { on },
        Step::Rolled {
            from: on,
            day: Day::Weekend,
            to: on,
        },
        Step::Half {
            start: on,
            end: on,
            months: Some(60),
            days: 1826,
            on,
        },
        Step::Progress { on, percent: 52.0 },
        Step::Other {
            reading: OtherReading::LaterAnchor,
            on,
        },
        Step::Floor {
            rule: "h-16".to_owned(),
            on,
        },
        Step::Unconfirmed {
            year: 2027,
            coverage: Coverage::Provisional,
        },
    ];
    let lines = trail::lines(&steps);
    assert_eq!(lines.len(), steps.len());
    for line in lines {
        let (label, text) = line.split_at(11);
        assert!(
            !label.trim().is_empty() && !text.trim().is_empty(),
            "{line}"
        );
    }
}

#[test]
fn skipped_days_of_different_kinds_are_not_drawn_together() {
    let skipped = |on: &str, day: Day| Step::Skipped {
        on: self::day(on),
        day,
    };
    let festival = Day::Holiday("春节".to_owned());
    let lines = trail::lines(&[
        skipped("2026-02-14", Day::Weekend),
        skipped("2026-02-15", festival.clone()),
        skipped("2026-02-16", festival),
    ]);
    assert_eq!(lines[0], "skipped    2026-02-14 Sat: weekend");
    assert_eq!(lines[1], "skipped    2026-02-15 Sun … 2026-02-16 Mon: 春节");
}
