//! Worked examples that must come out exactly, each through the rule of the shipped pack.

use chrono::NaiveDate;
use duban::domain::calendar::Calendar;
use duban::domain::counting::{Count, HalfBy, count, half_term};
use duban::domain::pack::{Offset, Pack, Strength};
use duban::domain::shipped;
use serde::Deserialize;

/// A worked example: `other_reading` names the reading that was not followed, or
/// `delivery` for the day on which the message about a rest day goes out.
#[derive(Deserialize)]
struct Row {
    case: String,
    rule: String,
    from: NaiveDate,
    to: Option<NaiveDate>,
    due_on: NaiveDate,
    other_reading: String,
    other_on: Option<NaiveDate>,
    status: String,
}

fn rows() -> Vec<Row> {
    let mut reader = csv::Reader::from_reader(include_str!("../golden/deadlines.csv").as_bytes());
    reader.deserialize().map(Result::unwrap).collect()
}

fn counted(pack: &Pack, calendar: &Calendar, row: &Row) -> Count {
    let rule = pack.rule(&row.rule).expect(&row.rule);
    match rule.offset {
        Offset::Span(span) => count(calendar, row.from, span, rule.convention),
        Offset::HalfTerm => half_term(
            calendar,
            row.from,
            row.to.expect("a term has an end"),
            HalfBy::Earlier,
        ),
    }
}

/// The other date of a row: a reading's, or the day the trigger's message goes out.
fn other(calendar: &Calendar, row: &Row, count: &Count) -> (String, Option<NaiveDate>) {
    if row.other_reading == "delivery" {
        assert!(
            count.other.is_none(),
            "{}: a trigger has one reading",
            row.case
        );
        let sent_on = calendar.working_on_or_after(count.due_on);
        return ("delivery".to_owned(), Some(sent_on));
    }
    count.other.map_or_else(
        || (String::new(), None),
        |(reading, on)| {
            let name = serde_json::to_value(reading).unwrap();
            (name.as_str().unwrap().to_owned(), Some(on))
        },
    )
}

/// Every example with the date it comes to, a line each.
pub(crate) fn computed() -> Vec<String> {
    let (pack, calendar) = (shipped::pack().unwrap(), shipped::calendar().unwrap());
    let line = |row: &Row| {
        let count = counted(&pack, &calendar, row);
        format!(
            "{} {} {:?} {:?}",
            row.case, count.due_on, count.other, count.trail
        )
    };
    rows().iter().map(line).collect()
}

#[test]
fn every_worked_example_comes_out_exactly() {
    let (pack, calendar) = (shipped::pack().unwrap(), shipped::calendar().unwrap());
    let rows = rows();
    assert!(rows.len() >= 24);
    for row in rows {
        let count = counted(&pack, &calendar, &row);
        let (other_reading, other_on) = other(&calendar, &row, &count);
        let status = if count.provisional {
            "provisional"
        } else {
            "final"
        };
        let came_out = (count.due_on, other_reading.as_str(), other_on, status);
        let expected = (
            row.due_on,
            row.other_reading.as_str(),
            row.other_on,
            row.status.as_str(),
        );
        assert_eq!(
            came_out, expected,
            "{} ({}): {:#?}",
            row.case, row.rule, count.trail
        );
    }
}

#[test]
fn a_week_with_a_make_up_sunday_makes_the_higher_law_the_earlier_one() {
    let (pack, calendar) = (shipped::pack().unwrap(), shipped::calendar().unwrap());
    let on = |rule: &str| {
        let rows = rows();
        let row = rows
            .iter()
            .find(|row| row.rule == rule && row.from == date("2026-09-24"));
        counted(&pack, &calendar, row.unwrap()).due_on
    };
    assert!(on("h-16") < on("pub-10"));
    assert_eq!(
        pack.rule("h-16").unwrap().floor_of.as_ref().unwrap().0,
        "pub-10"
    );
}

#[test]
fn a_number_that_is_not_in_the_text_is_advisory() {
    let pack = shipped::pack().unwrap();
    let ids = [
        "cat-2", "pub-11", "col-6c", "col-6h", "dis-5e", "arc-8", "eva-15a", "eva-15b",
    ];
    let evaluation = [
        "eva-11",
        "eva-15e",
        "eva-15c.start",
        "eva-15c.finish",
        "eva-15d.start",
    ];
    for id in ids.iter().chain(&evaluation) {
        assert_eq!(pack.rule(id).unwrap().strength, Strength::Advisory, "{id}");
    }
}

#[test]
fn the_trigger_ladder_sends_on_the_next_working_day() {
    let pack = shipped::pack().unwrap();
    let ladder = pack.ladder(&pack.rule("eva-15c").unwrap().ladder).unwrap();
    let on_the_day = ladder.rungs.iter().find(|rung| rung.at.count == 0);
    assert!(on_the_day.unwrap().later);
}

fn date(text: &str) -> NaiveDate {
    text.parse().unwrap()
}
