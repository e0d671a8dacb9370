//! The little city: what its desks enter, correct and take back in the course of a year.
//!
//! Owns the catalogue, a real file, and the script of deeds that a seed writes in advance.
//! Refuses to know that anybody reads it.

use std::path::Path;

use chrono::{DateTime, Days, NaiveDate, NaiveTime, TimeDelta, Utc};
use duban::clock::instant;
use duban::store::catalog;
use rusqlite::Connection;

use super::dice::Dice;

/// What a desk does.
#[derive(Debug, Clone)]
pub(crate) enum Deed {
    /// A statement, and the values it takes.
    Write(&'static str, Vec<Value>),
    /// Another edition of the books comes into force.
    Books(usize),
}

pub(crate) type Value = rusqlite::types::Value;

const REGISTER: &str = "insert into decision (id, organ, year, seq, title, drafting_unit,
    executing_unit, planned_on, confidential)
    values ($1, '洮南市人民政府', 2026, $2, '洮南市停车管理办法', $3, $4, $5, $6)";
const ENTER: &str = "insert into event (id, decision_id, kind, on_date, ref, note)
    values ($1, $2, $3, $4, $5, $6)";
const CORRECT: &str = "update event set on_date = $2 where id = $1";
const REMOVE: &str = "delete from event where id = $1";
const STATUS: &str = "update decision set status = $2 where id = $1";
const RENAME: &str = "update decision set drafting_unit = $2 where id = $1";

/// The steps of a decision's life: what is entered, after how many days at least and at
/// most, how far ahead its day lies, and whether it answers the step of that name.
struct Stage {
    kind: &'static str,
    after: (i64, i64),
    ahead: (i64, i64),
    answers: Option<&'static str>,
}

const fn stage(
    kind: &'static str,
    after: (i64, i64),
    ahead: (i64, i64),
    answers: Option<&'static str>,
) -> Stage {
    Stage {
        kind,
        after,
        ahead,
        answers,
    }
}

const LIFE: &[Stage] = &[
    stage("comment_opened", (0, 5), (0, 0), None),
    stage("comment_closes", (0, 10), (12, 35), Some("comment_opened")),
    stage("hearing_requested", (2, 12), (-1, 0), None),
    stage(
        "hearing_replied",
        (8, 40),
        (0, 0),
        Some("hearing_requested"),
    ),
    stage("hearing_on", (1, 5), (6, 30), None),
    stage(
        "hearing_list_published",
        (1, 12),
        (0, 0),
        Some("hearing_on"),
    ),
    stage("hearing_notice_served", (0, 4), (-2, 0), Some("hearing_on")),
    stage("legality_requested", (3, 20), (0, 0), None),
    stage("executive_meeting_on", (0, 8), (3, 25), None),
    stage("legality_opinion", (3, 12), (0, 0), None),
    stage("consulted", (0, 3), (0, 0), None),
    stage("participation_report", (0, 4), (0, 0), None),
    stage(
        "meeting_notice_sent",
        (0, 6),
        (0, 0),
        Some("executive_meeting_on"),
    ),
    stage("minutes_signed", (3, 20), (0, 0), None),
    stage("decided", (0, 9), (-3, 0), None),
    stage("document_issued", (0, 9), (0, 0), None),
    stage("parties_notified", (2, 12), (0, 0), None),
    stage("published", (4, 40), (0, 0), None),
    stage("execution_completed", (5, 40), (0, 0), None),
    stage("execution_material_filed", (5, 50), (0, 0), None),
    stage("accountability_decided", (1, 20), (0, 0), None),
    stage(
        "accountability_served",
        (1, 9),
        (0, 0),
        Some("accountability_decided"),
    ),
];

/// Rules that somebody may waive.
const WAIVED: &[&str] = &["pub-9", "pub-6b", "dis-5d", "arc-18", "h-25", "dis-5e"];

/// The city.
#[derive(Debug)]
pub(crate) struct City {
    catalog: Connection,
    /// Deeds to come, the next one last.
    script: Vec<(DateTime<Utc>, Deed)>,
}

impl City {
    /// A city without decisions yet, and everything that will happen in it.
    pub(crate) fn found(file: &Path, first: NaiveDate, days: i64, dice: &mut Dice) -> Self {
        catalog::init(file).unwrap();
        let catalog = Connection::open(file).unwrap();
        // The city's disk is not what is tested, and its software may be careless.
        catalog.pragma_update(None, "synchronous", "off").unwrap();
        catalog.pragma_update(None, "foreign_keys", false).unwrap();
        let mut writing = Writing {
            dice,
            first,
            next_event: 1,
            script: Vec::new(),
        };
        for number in 1..=writing.dice.between(2, 4) {
            writing.decision(number, days);
        }
        for _ in 0..writing.dice.between(0, 3) {
            let (day, edition) = (writing.dice.between(5, days), writing.dice.between(0, 2));
            writing.at(day, Deed::Books(usize::try_from(edition).unwrap()));
        }
        let mut script = writing.script;
        // Stable: what is done in the same minute is done in the order it was written.
        script.sort_by_key(|(at, _)| *at);
        script.reverse();
        Self { catalog, script }
    }

    /// When the next deed is done.
    pub(crate) fn next_at(&self) -> Option<DateTime<Utc>> {
        self.script.last().map(|(at, _)| *at)
    }

    /// Does everything up to `now`; gives the edition of the books that came into force.
    pub(crate) fn live_until(&mut self, now: DateTime<Utc>) -> Option<usize> {
        let mut books = None;
        while let Some((_, deed)) = self.script.pop_if(|(at, _)| *at <= now) {
            match deed {
                Deed::Books(edition) => books = Some(edition),
                Deed::Write(sql, values) => {
                    let mut statement = self.catalog.prepare_cached(sql).unwrap();
                    statement
                        .execute(rusqlite::params_from_iter(values))
                        .unwrap();
                }
            }
        }
        books
    }
}

/// A script while it is written.
struct Writing<'a> {
    dice: &'a mut Dice,
    first: NaiveDate,
    next_event: i64,
    script: Vec<(DateTime<Utc>, Deed)>,
}

fn text(text: impl Into<String>) -> Value {
    Value::Text(text.into())
}

impl Writing<'_> {
    fn day(&self, number: i64) -> NaiveDate {
        self.first + TimeDelta::days(number)
    }

    /// Some minute of the working hours, or a little beside them.
    fn at(&mut self, day: i64, deed: Deed) {
        let minute = u32::try_from(self.dice.between(7 * 60, 19 * 60)).unwrap();
        let time = NaiveTime::from_hms_opt(minute / 60, minute % 60, 0).unwrap();
        self.script
            .push((instant(self.day(day).and_time(time)), deed));
    }

    fn write(&mut self, day: i64, sql: &'static str, values: Vec<Value>) {
        self.at(day, Deed::Write(sql, values));
    }

    fn decision(&mut self, number: i64, days: i64) {
        let id = format!("2026-{number:03}");
        let mut day = self.dice.between(0, days * 2 / 3);
        let units = ["市住建局", "市交通局", "市无名局"];
        let executing = self.dice.pick(&["市交通局", "市住建局"]);
        let plan = day + self.dice.between(20, 200);
        let planned = self.day(plan);
        let row = vec![
            text(&id),
            Value::Integer(number),
            text(*self.dice.pick(&units[..2])),
            text(*executing),
            text(planned.to_string()),
            Value::Integer(i64::from(self.dice.in_thousand(80))),
        ];
        self.write(day, REGISTER, row);
        let from = usize::try_from(self.dice.between(0, 16)).unwrap();
        let mut entered: Vec<(&str, i64)> = Vec::new();
        for stage in &LIFE[from..] {
            day += self.dice.between(stage.after.0, stage.after.1);
            if day > days {
                break;
            }
            if self.dice.in_thousand(180) {
                continue;
            }
            let answered = stage.answers.and_then(|kind| {
                let found = entered.iter().rev().find(|(known, _)| *known == kind);
                found.map(|(_, event)| *event)
            });
            let on = day + self.dice.between(stage.ahead.0, stage.ahead.1);
            let event = self.enter(&id, stage.kind, (day, on), answered, None);
            entered.push((stage.kind, event));
            self.second_thoughts(&id, stage.kind, (day, on), event);
        }
        if self.dice.in_thousand(150) {
            let gone = self.dice.between(20.min(days), days);
            self.write(gone, STATUS, vec![text(&id), text("withdrawn")]);
            if self.dice.in_thousand(700) {
                let back = gone + self.dice.between(1, 40);
                self.write(back, STATUS, vec![text(&id), text("active")]);
            }
        }
        if self.dice.in_thousand(150) {
            let (when, unit) = (
                self.dice.between(20.min(days), days),
                *self.dice.pick(&units),
            );
            self.write(when, RENAME, vec![text(&id), text(unit)]);
        }
    }

    fn enter(
        &mut self,
        decision: &str,
        kind: &str,
        (day, on): (i64, i64),
        answers: Option<i64>,
        note: Option<String>,
    ) -> i64 {
        let event = self.next_event;
        self.next_event += 1;
        let unreadable = self.dice.in_thousand(15);
        let on_date = if unreadable {
            "2026-13-45".to_owned()
        } else {
            self.day(on).to_string()
        };
        if unreadable {
            let mended = vec![Value::Integer(event), text(self.day(on).to_string())];
            let later = day + self.dice.between(1, 9);
            self.write(later, CORRECT, mended);
        }
        let row = vec![
            Value::Integer(event),
            text(decision),
            text(kind),
            text(on_date),
            answers.map_or(Value::Null, Value::Integer),
            note.map_or(Value::Null, Value::Text),
        ];
        self.write(day, ENTER, row);
        event
    }

    /// Corrected, put off, taken back, or a duty waived.
    fn second_thoughts(&mut self, id: &str, kind: &str, (day, on): (i64, i64), event: i64) {
        let later = day + self.dice.between(0, 15);
        if self.dice.in_thousand(150) {
            let moved = on + self.dice.between(-6, 14);
            let moved = self.day(moved).to_string();
            self.write(later, CORRECT, vec![Value::Integer(event), text(moved)]);
        }
        if kind.ends_with("_on") && self.dice.in_thousand(250) {
            let new = on + self.dice.between(3, 20);
            self.enter(id, kind, (later, new), Some(event), None);
        }
        if self.dice.in_thousand(40) {
            self.write(later, REMOVE, vec![Value::Integer(event)]);
        }
        if self.dice.in_thousand(60) {
            let rule = *self.dice.pick(WAIVED);
            let until = self.first + Days::new(u64::try_from(later + 20).unwrap());
            let until = if self.dice.in_thousand(500) {
                format!("；until {until}")
            } else {
                String::new()
            };
            let note = format!("{rule}；张三；急件{until}");
            self.enter(id, "waived", (later, later), None, Some(note));
        }
    }
}
