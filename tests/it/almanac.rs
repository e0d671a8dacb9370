//! Yearly notices and local days as files: what is sound, and what is told of what is not.

use chrono::{Days, NaiveDate};
use duban::domain::almanac::{self, Kind, LOCAL, kind};
use duban::domain::calendar::{Calendar, Coverage, Day, LocalDay, Notice};
use duban::domain::counting::{Convention, Direction, Reading, Roll, Span, Unit, count};
use duban::domain::fault::Fault;
use duban::domain::shipped;
use proptest::prelude::*;

const TYPED: &str = include_str!("../../config/calendar/2026.toml.example");
const DECIDED: &str = include_str!("../../config/calendar/local.toml.example");

fn date(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

/// The notice as typed, with `from` replaced by `to`.
fn typed(from: &str, to: &str) -> Result<Notice, Vec<Fault>> {
    assert!(TYPED.contains(from), "{from}");
    almanac::read("2026.toml", &TYPED.replace(from, to))
}

fn told(faults: &[Fault]) -> Vec<String> {
    faults.iter().map(Fault::to_string).collect()
}

/// The line of the example on which `text` stands first.
fn line(text: &str) -> usize {
    let before = &TYPED[..TYPED.find(text).unwrap()];
    before.matches('\n').count() + 1
}

#[test]
fn a_file_is_what_its_name_says() {
    assert!(matches!(kind("2027.json"), Some(Kind::Notice(_))));
    assert!(matches!(kind("国办通知.toml"), Some(Kind::Notice(_))));
    assert_eq!(kind(LOCAL), Some(Kind::Local));
    for other in [
        ".2027.json.new",
        ".hidden.json",
        "local.toml.example",
        "README",
        "2027.toml~",
    ] {
        assert_eq!(kind(other), None, "{other}");
    }
}

#[test]
fn a_typed_notice_has_its_number_and_its_days_in_order() {
    let numbered = TYPED.replace("#: notice_no = ", "notice_no = ");
    let notice = almanac::read("2026.toml", &numbered).unwrap();
    assert!(notice.notice_no.unwrap().starts_with("国办发明电"));
    assert_eq!(notice.days.len(), shipped::notices().unwrap()[3].days.len());
    assert!(notice.days.is_sorted_by_key(|day| day.date));
}

#[test]
fn every_fault_of_a_typed_notice_is_told_with_its_line() {
    let text = TYPED
        .replace("work = 2026-01-04", "work = 2026-01-05")
        .replace("to = 2026-02-23", "till = 2026-02-23")
        .replace("to = 2026-04-06", "to = 2026-03-06")
        .replace("from = 2026-06-19", "from = \"2026-06-19\"");
    let faults = almanac::read("2026.toml", &text).unwrap_err();
    assert_eq!(
        told(&faults),
        [
            format!(
                "2026.toml:{}: found 2026-01-05 Mon, a make-up day on a weekday, expected a Saturday or Sunday",
                line("work = 2026-01-04")
            ),
            format!(
                "2026.toml:{}: found the unknown key `till`, expected one of from, name, to, work",
                line("to = 2026-02-23")
            ),
            format!(
                "2026.toml:{}: found 2026-03-06, before 2026-04-04, expected the last day off",
                line("to = 2026-04-06")
            ),
            format!(
                "2026.toml:{}: found from = \"2026-06-19\", expected a date like 2023-08-25, without quotes",
                line("from = 2026-06-19")
            ),
        ]
    );
}

#[test]
fn a_statutory_day_that_is_missing_is_refused() {
    for (from, to, found) in [
        (
            "from = 2026-01-01",
            "from = 2026-01-02",
            "no day off on 2026-01-01",
        ),
        (
            "from = 2026-02-15\nto = 2026-02-23",
            "from = 2026-02-16\nto = 2026-02-18",
            "3 days off for 春节",
        ),
        (
            "from = 2026-05-01\nto = 2026-05-05",
            "from = 2026-05-01",
            "no day off on 2026-05-02",
        ),
        (
            "name = \"清明节\"",
            "name = \"劳动节\"",
            "no day off for 清明节",
        ),
        (
            "name = \"端午节\"",
            "name = \"中秋节\"",
            "no day off for 端午节",
        ),
        (
            "to = 2026-10-07",
            "to = 2026-10-02",
            "no day off on 2026-10-03",
        ),
    ] {
        let faults = told(&typed(from, to).unwrap_err());
        assert_eq!(faults.len(), 1, "{faults:?}");
        assert!(faults[0].contains(found), "{faults:?}");
        assert!(faults[0].contains("Art. 2"), "{faults:?}");
    }
}

#[test]
fn a_joined_holiday_has_the_days_of_both() {
    let joined = typed(
        "name = \"中秋节\"\nfrom = 2026-09-25\nto = 2026-09-27",
        "name = \"国庆节、中秋节\"\nfrom = 2026-10-08",
    );
    assert!(joined.is_ok(), "{joined:?}");
}

#[test]
fn before_2025_there_were_eleven_days_and_before_2008_others() {
    let mut notice = shipped::notices().unwrap().remove(1);
    assert_eq!(notice.year, 2024);
    // 2 May was no statutory day, and three days of 春节 were enough.
    notice.days.retain(|day| day.date != date("2024-05-02"));
    let springs = [
        "2024-02-13",
        "2024-02-14",
        "2024-02-15",
        "2024-02-16",
        "2024-02-17",
    ];
    notice
        .days
        .retain(|day| !springs.contains(&day.date.to_string().as_str()));
    let read = |notice: &Notice| almanac::read("n.json", &serde_json::to_string(notice).unwrap());
    assert!(read(&notice).is_ok());
    notice.days.retain(|day| day.date != date("2024-02-12"));
    assert!(read(&notice).is_err());
    let old =
        r#"{"year": 2007, "days": [{"name": "劳动节", "date": "2007-05-07", "isOffDay": true}]}"#;
    assert!(almanac::read("2007.json", old).is_ok());
}

#[test]
fn a_weekday_off_for_no_holiday_is_refused_where_it_stands() {
    let mut notice = shipped::notices().unwrap().remove(3);
    let mut stray = notice.days[0].clone();
    (stray.date, stray.name) = (date("2026-12-14"), "停工".to_owned());
    notice.days.push(stray);
    let text = serde_json::to_string_pretty(&notice).unwrap();
    let faults = told(&almanac::read("2026.json", &text).unwrap_err());
    assert_eq!(faults.len(), 1, "{faults:?}");
    let at = text.lines().position(|line| line.contains("2026-12-14"));
    let place = format!("2026.json:{}: found 2026-12-14 Mon", at.unwrap() + 1);
    assert!(faults[0].starts_with(&place), "{faults:?}");
    assert!(faults[0].contains("local.toml"), "{faults:?}");
    // The State Council's own extra day, in 2015, belongs to a named one.
    let named = text.replace("停工", "抗战胜利70周年纪念日");
    assert!(almanac::read("2026.json", &named).is_ok());
}

#[test]
fn a_notice_reaches_back_into_december_and_no_further() {
    let reach = |to| typed("work = [2026-02-14, 2026-02-28]", to);
    assert!(reach("work = [2025-12-28, 2026-02-28]").is_ok());
    let faults = told(&reach("work = [2025-11-30, 2027-02-28]").unwrap_err());
    assert_eq!(faults.len(), 1, "{faults:?}");
    assert!(faults[0].contains("2025-11-30 Sun, in the notice of 2026"));
    assert!(faults[0].contains("2027-02-28 Sun, in the notice of 2026"));
}

#[test]
fn the_example_of_local_days_is_sound() {
    let days = almanac::read_local(LOCAL, DECIDED).unwrap();
    let days: Vec<(String, bool)> = days
        .iter()
        .map(|day| (day.date.to_string(), day.is_off_day))
        .collect();
    let expected = [
        ("2026-12-14", true),
        ("2026-12-15", true),
        ("2026-12-19", false),
    ];
    let expected = expected.map(|(on, is_off_day)| (on.to_owned(), is_off_day));
    assert_eq!(days, expected);
    assert!(
        almanac::read_local(LOCAL, "# nothing yet\n")
            .unwrap()
            .is_empty()
    );
}

#[test]
fn local_days_that_contradict_themselves_or_have_no_authority_are_refused_by_line() {
    let text = "[[local]]\nname = \"泼水节\"\nauthority = \"甲\"\nfrom = 2026-04-14\nwork = 2026-04-14\n\
                [[local]]\nname = \"停工\"\nfrom = 2026-12-14\nto = 2026-12-15\n\
                [[local]]\nname = \"停工\"\nauthority = \"乙\"\nfrom = 2026-12-15\n\
                [[local]]\nauthority = \"丙\"\nname = \"停工\"\n\
                [[local]]\nauthority = \"丁\"\nname = \"停工\"\nfrom = 2026-01-01\nto = 2027-01-01\n";
    let faults = told(&almanac::read_local(LOCAL, text).unwrap_err());
    let starts = [
        "local.toml:5: found 2026-04-14 Tue, both a day off and a day worked",
        "local.toml:6: found no `authority`",
        "local.toml:13: found 2026-12-15 Tue, twice",
        "local.toml:14: found no `from`",
        "local.toml:21: found 2027-01-01, more than 62 days after 2026-01-01",
    ];
    assert_eq!(faults.len(), starts.len(), "{faults:#?}");
    for (fault, start) in faults.iter().zip(starts) {
        assert!(fault.starts_with(start), "{fault}\n{start}");
    }
}

#[test]
fn a_local_day_goes_before_the_notice_and_leaves_the_year_as_well_known_as_it_is() {
    let local = |on: &str, is_off_day| LocalDay {
        name: "抢险".to_owned(),
        authority: "甲".to_owned(),
        date: date(on),
        is_off_day,
    };
    let days = [
        local("2026-10-08", true),
        local("2026-10-02", false),
        local("2029-03-01", true),
    ];
    let calendar = shipped::calendar().unwrap().with_local(&days);
    let named = "抢险（甲）".to_owned();
    assert_eq!(
        calendar.day(date("2026-10-08")),
        Day::Holiday(named.clone())
    );
    assert_eq!(calendar.day(date("2026-10-02")), Day::MakeUp(named));
    assert_eq!(calendar.coverage(2026), Coverage::Confirmed);
    assert_eq!(calendar.coverage(2027), Coverage::Provisional);
    assert_eq!(calendar.coverage(2029), Coverage::Missing);
    assert_eq!(calendar.unconfirmed_year(date("2029-03-01")), Some(2029));
}

fn any_day() -> impl Strategy<Value = NaiveDate> {
    (0_u64..4 * 365).prop_map(|days| date("2023-06-01") + Days::new(days))
}

fn any_local_days() -> impl Strategy<Value = Vec<LocalDay>> {
    let day = |date| LocalDay {
        name: "停工".to_owned(),
        authority: "甲".to_owned(),
        date,
        is_off_day: true,
    };
    prop::collection::btree_set(any_day(), 0..200)
        .prop_map(move |days| days.into_iter().map(day).collect())
}

fn any_span() -> impl Strategy<Value = Span> {
    let parts = (
        1_u32..60,
        prop::sample::select(vec![Unit::Days, Unit::WorkingDays, Unit::Months]),
        prop::sample::select(vec![Direction::Forward, Direction::Backward]),
    );
    parts.prop_map(|(count, unit, direction)| Span {
        count,
        unit,
        direction,
    })
}

fn rolled(direction: Direction) -> Convention {
    Convention {
        reading: Reading::Inclusive,
        roll: match direction {
            Direction::Forward => Roll::Forward,
            Direction::Backward => Roll::Backward,
        },
    }
}

fn counted(calendar: &Calendar, from: NaiveDate, span: Span) -> duban::domain::counting::Count {
    count(calendar, from, span, rolled(span.direction))
}

proptest! {
    #[test]
    fn a_local_layer_of_no_days_changes_nothing(from in any_day(), span in any_span()) {
        let (bare, layered) = (shipped::calendar().unwrap(), shipped::calendar().unwrap().with_local(&[]));
        prop_assert_eq!(counted(&bare, from, span), counted(&layered, from, span));
        prop_assert_eq!(bare.version(), layered.version());
    }

    #[test]
    fn no_date_that_rolls_lands_on_a_local_day_off(from in any_day(), span in any_span(), days in any_local_days()) {
        let calendar = shipped::calendar().unwrap().with_local(&days);
        let due_on = counted(&calendar, from, span).due_on;
        prop_assert!(days.iter().all(|day| day.date != due_on), "{due_on}");
    }

    #[test]
    fn local_days_off_never_make_a_date_ahead_earlier(from in any_day(), span in any_span(), days in any_local_days()) {
        let span = Span { direction: Direction::Forward, ..span };
        let bare = shipped::calendar().unwrap();
        let before = counted(&bare, from, span).due_on;
        prop_assert!(before <= counted(&bare.with_local(&days), from, span).due_on);
    }
}
