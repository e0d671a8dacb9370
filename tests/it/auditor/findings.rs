//! From numbers to findings.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};
use duban::domain::calendar::{Calendar, Notice};
use duban::domain::directory::{Directory, Unit};
use duban::domain::health::{Backlog, Code, Group, Inspected, Numbers, Pass, Severity, judge};
use duban::domain::hold::{Hold, Relief};
use duban::domain::notice::Channel;
use duban::domain::shipped;
use duban::domain::timekeeping::Jump;

fn now() -> DateTime<Utc> {
    "2026-05-08T02:00:00Z".parse().unwrap()
}

fn one(first: &str) -> Group {
    Group {
        count: 1,
        first: first.to_owned(),
    }
}

/// A city in which nothing is wrong, until something is made so.
struct City {
    now: DateTime<Utc>,
    up_for: TimeDelta,
    jump: Option<Jump>,
    lacks_mib: Option<u64>,
    pass: Pass,
    ledger: Numbers,
    calendar: Calendar,
    directory: Directory,
    strangers: Group,
}

impl City {
    fn new() -> Self {
        let centre = Unit {
            name: "中心".to_owned(),
            endpoints: vec![Channel::Webhook],
            ..Unit::default()
        };
        Self {
            now: now(),
            up_for: TimeDelta::hours(5),
            jump: None,
            lacks_mib: None,
            pass: Pass::Complete,
            ledger: Numbers::default(),
            calendar: shipped::calendar().unwrap(),
            directory: Directory::new(centre, Vec::new(), BTreeMap::new()),
            strangers: Group::default(),
        }
    }

    fn found(&self) -> Vec<String> {
        let findings = judge(&Inspected {
            now: self.now,
            today: duban::clock::civil(self.now).date(),
            up_since: self.now - self.up_for,
            late_min: 30,
            jump: self.jump,
            lacks_mib: self.lacks_mib,
            pass: &self.pass,
            ledger: &self.ledger,
            calendar: &self.calendar,
            directory: &self.directory,
            strangers: &self.strangers,
        });
        let shown = findings.iter().map(|one| {
            let line = format!("{} {}", one.code.name(), one.subject);
            line.trim_end().to_owned()
        });
        shown.collect()
    }

    fn with(change: impl FnOnce(&mut Self)) -> Vec<String> {
        let mut city = Self::new();
        change(&mut city);
        city.found()
    }
}

#[test]
fn where_everything_holds_nothing_is_found() {
    assert_eq!(City::new().found(), [""; 0]);
}

#[test]
fn each_broken_promise_has_a_code_of_its_own() {
    type Break = fn(&mut City);
    let cases: [(Break, &str); 11] = [
        (|c| c.jump = Some(Jump::BeforeRelease), "clock_jumped"),
        (|c| c.lacks_mib = Some(64), "disk_nearly_full"),
        (
            |c| c.ledger.unplanned = one("2026-001 pub-9"),
            "due_not_planned",
        ),
        (
            |c| c.ledger.untold = one("2026-001 pub-9 at -7d"),
            "rung_not_told",
        ),
        (|c| c.ledger.stranded = one("msg_1"), "message_stranded"),
        (|c| c.ledger.leases = one("msg_1"), "lease_stuck"),
        (
            |c| c.ledger.centre_failed = one("msg_1"),
            "centre_not_reached",
        ),
        (|c| c.ledger.not_raised = one("msg_1"), "failure_not_raised"),
        (|c| c.strangers = one("市文旅局"), "unit_unknown"),
        (
            |c| c.now = "2030-05-08T02:00:00Z".parse().unwrap(),
            "calendar_missing 2030",
        ),
        (
            |c| {
                let unit = Unit {
                    name: "市水利局".to_owned(),
                    ..Unit::default()
                };
                let centre = c.directory.centre().clone();
                c.directory = Directory::new(centre, vec![unit], BTreeMap::new());
            },
            "unit_unreachable 市水利局",
        ),
    ];
    for (broken, code) in cases {
        assert_eq!(City::with(broken), [code]);
    }
}

#[test]
fn a_restart_makes_no_room_on_a_disk_so_a_queue_that_waits_for_it_is_late_and_not_stuck() {
    let waits = |city: &mut City| {
        let oldest = city.now - TimeDelta::hours(2);
        city.ledger.late = Some(Backlog { count: 9, oldest });
    };
    assert_eq!(City::with(waits), ["messages_late", "delivery_stuck"]);
    let full = City::with(|city| {
        waits(city);
        city.lacks_mib = Some(64);
    });
    assert_eq!(full, ["disk_nearly_full", "messages_late"]);
}

#[test]
fn a_queue_that_moves_is_late_and_one_that_does_not_is_stuck() {
    let late = |last_attempt_min: i64, up_for: TimeDelta| {
        City::with(|city| {
            city.up_for = up_for;
            city.ledger.late = Some(Backlog {
                count: 9,
                oldest: now() - TimeDelta::hours(2),
            });
            city.ledger.last_attempt = Some(now() - TimeDelta::minutes(last_attempt_min));
        })
    };
    assert_eq!(late(1, TimeDelta::hours(5)), ["messages_late"]);
    let stuck = ["messages_late", "delivery_stuck"];
    assert_eq!(late(30, TimeDelta::hours(5)), stuck);
    // A process that has just begun is not blamed, or it would be restarted in circles.
    assert_eq!(late(300, TimeDelta::minutes(29)), ["messages_late"]);
}

#[test]
fn a_hold_is_a_finding_and_that_of_a_clock_goes_with_the_clock() {
    let held = |destination: &str, cause: &str| {
        let hold = Hold {
            destination: destination.to_owned(),
            since: "2026-05-08T00:00:00.000Z".to_owned(),
            probe_at: None,
            cause: cause.to_owned(),
            reason: "535".to_owned(),
            relief: Relief::Try,
        };
        City::with(|city| city.ledger.holds = vec![hold])
    };
    assert_eq!(held("mail", "fault"), ["destination_held mail"]);
    assert_eq!(held("everything", "restored"), ["everything_held restored"]);
    assert_eq!(held("everything", "clock"), [""; 0]);
}

#[test]
fn a_pass_that_fails_is_missed_after_ten_minutes() {
    let failing = |minutes| {
        City::with(|city| {
            city.pass = Pass::Failed {
                last: now() - TimeDelta::minutes(minutes),
                why: "failed to open the catalogue".to_owned(),
            };
            // What a failed pass has not looked at is no finding of its own.
            city.ledger.unplanned = one("2026-001 pub-9");
        })
    };
    assert_eq!(failing(10), [""; 0]);
    assert_eq!(failing(11), ["pass_overdue"]);
}

#[test]
fn the_coming_years_notice_is_missed_from_november_as_a_warning() {
    let on = |day: &str| {
        City::with(|city| {
            city.now = format!("{day}T02:00:00Z").parse().unwrap();
        })
    };
    assert_eq!(on("2026-10-31"), [""; 0]);
    assert_eq!(on("2026-11-01"), ["next_calendar_missing 2027"]);
    assert_eq!(Code::NextCalendarMissing.severity(), Severity::Warning);
    assert_eq!(Code::CalendarMissing.severity(), Severity::Critical);
    let nothing = City::with(|city| {
        city.calendar = Calendar::from_notices(&[] as &[Notice], "none").unwrap();
    });
    assert_eq!(nothing, ["calendar_missing 2026"]);
}
