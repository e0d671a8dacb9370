//! The ladder: each rung once, on a working day, in office hours, and never a flood.
//!
//! arc-18 gives 30 days after the execution is completed; completed on 10 August 2026, its
//! date is Wednesday 9 September.

use chrono::NaiveDate;
use duban::domain::ladder::Step;
use duban::domain::plan::Change;
use duban::jobs::plan::{self, Desk};
use duban::store::catalog::Catalog;
use duban::store::ledger::Reader;

use crate::support::world::World;

/// A world in which arc-18 is due on 9 September.
fn due_on_the_ninth(today: &str) -> World {
    let world = World::new(today);
    world.decision("2026-001");
    world.event("2026-001", "execution_completed", "2026-08-10");
    world
}

#[test]
fn every_rung_is_told_on_its_day_and_repeats_every_five_working_days() {
    let world = due_on_the_ninth("2026-08-31");
    world.days("2026-08-31", "2026-10-13");
    assert_eq!(
        world.rungs("arc-18"),
        [
            "2026-09-02 -7d told",
            // The sixth is a Sunday; the rung moves to the Friday before.
            "2026-09-04 -3d told",
            "2026-09-08 -1d told",
            "2026-09-09 +0d told",
            "2026-09-10 +1wd told",
            "2026-09-16 +5wd told",
            // Sunday the twentieth is worked in exchange for the holidays.
            "2026-09-22 +10wd told",
            // Mid-autumn, 25 to 27 September, is passed over.
            "2026-09-30 +15wd told",
            // National day, 1 to 7 October; Saturday the tenth is worked.
            "2026-10-13 +20wd told",
        ]
    );
}

#[test]
fn each_rung_goes_to_its_people() {
    let world = due_on_the_ninth("2026-08-31");
    let units = ["contact@jtj", "contact@zjj"];
    assert_eq!(world.day("2026-09-02").mailed(), units);
    assert_eq!(world.day("2026-09-09").mailed(), units);
    let next_working_day = world.day("2026-09-10");
    assert_eq!(
        next_working_day.mailed(),
        ["centre@dc", "contact@zjj", "head@jtj"]
    );
    assert_eq!(next_working_day.posts.len(), 1);
    let fifth = ["centre@dc", "contact@zjj", "leader@jtj"];
    assert_eq!(world.day("2026-09-16").mailed(), fifth);
    assert_eq!(world.day("2026-09-22").mailed(), fifth);
}

#[test]
fn nothing_is_said_between_two_rungs() {
    let world = due_on_the_ninth("2026-08-31");
    for quiet in ["2026-08-31", "2026-09-01"] {
        assert!(world.day(quiet).is_silent(), "{quiet}");
    }
    assert!(!world.day("2026-09-02").is_silent());
    for quiet in ["2026-09-02", "2026-09-03"] {
        assert!(world.day(quiet).is_silent(), "{quiet}");
    }
}

#[test]
fn after_any_downtime_each_obligation_gives_one_notice_for_its_highest_rung() {
    // Last day at work, first day back, the rung that speaks, rungs it speaks for.
    let gaps = [
        ("2026-09-08", "2026-09-09", "+0d", 0),
        ("2026-09-02", "2026-09-03", "-7d", 0),
        ("2026-09-02", "2026-09-07", "-3d", 0),
        ("2026-09-02", "2026-09-10", "+1wd", 3),
        ("2026-09-02", "2026-10-09", "+15wd", 6),
        ("2026-08-31", "2027-10-11", "+270wd", 58),
    ];
    for (last, back, rung, spoken_for) in gaps {
        let mut world = due_on_the_ninth(last);
        world.days("2026-08-31", last);
        let before = world.rungs("arc-18").len();
        world.crash_and_reopen();
        let sent = world.day(back);
        let rungs = world.rungs("arc-18");
        let told = rungs.last().unwrap();
        assert!(
            told.ends_with(&format!(" {rung} told")),
            "{back}: {rungs:?}"
        );
        let superseded = rungs.iter().filter(|rung| rung.ends_with("superseded"));
        assert_eq!(superseded.count(), spoken_for, "{back}: {rungs:?}");
        let mailed = sent.mailed();
        if rungs.len() == before {
            assert!(sent.is_silent(), "{back}: {mailed:?}");
        } else {
            assert_eq!(mailed.len(), if rung.ends_with("wd") { 3 } else { 2 });
            assert_eq!(sent.posts.len(), 1, "{back}");
        }
    }
}

#[test]
fn catching_up_on_an_overdue_date_says_so_first() {
    let world = due_on_the_ninth("2026-10-09");
    let sent = world.day("2026-10-09");
    for mail in sent.notices() {
        assert!(mail.subject.starts_with("【督办提醒】超期"), "{mail:?}");
    }
}

#[test]
fn a_hundred_obligations_that_were_missed_are_one_mail_to_each_person() {
    let world = World::new("2026-09-10");
    for seq in 1..=100 {
        let id = format!("2026-{seq:03}");
        world.decision(&id);
        world.event(&id, "execution_completed", "2026-08-10");
    }
    let sent = world.day("2026-09-10");
    assert_eq!(sent.mailed(), ["centre@dc", "contact@zjj", "head@jtj"]);
    assert_eq!(sent.posts.len(), 100);
    assert!(sent.notices()[0].subject.contains("超期100项"));
}

#[test]
fn what_is_planned_at_night_waits_for_the_window() {
    let world = due_on_the_ninth("2026-09-02");
    world.at_time("2026-09-02", "00:01");
    assert!(world.work().is_silent());
    world.at_time("2026-09-02", "08:29");
    assert!(world.work().is_silent());
    world.at_time("2026-09-02", "08:30");
    assert!(!world.work().is_silent());
}

#[test]
fn what_comes_up_after_hours_waits_for_the_next_working_day() {
    let world = World::new("2026-09-04");
    world.decision("2026-001");
    // Friday evening.
    world.at_time("2026-09-04", "18:00");
    world.event("2026-001", "execution_completed", "2026-08-10");
    assert!(world.work().is_silent());
    for rest_day in ["2026-09-05", "2026-09-06"] {
        assert!(world.day(rest_day).is_silent(), "{rest_day}");
    }
    assert!(!world.day("2026-09-07").is_silent());
}

#[test]
fn a_notice_that_would_come_too_late_does_not_wait_for_the_window() {
    let world = World::new("2026-09-09");
    world.decision("2026-001");
    world.at_time("2026-09-09", "18:00");
    world.event("2026-001", "execution_completed", "2026-08-10");
    assert_eq!(world.work().mailed(), ["contact@jtj", "contact@zjj"]);
}

/// What would be done about each of 200 decisions, planned for and completed on one day each.
/// A planned day may be a rest day; what follows from the completion never is.
fn every_day_of_a_year() -> (World, Vec<Change>) {
    let world = World::new("2027-02-15");
    let first: NaiveDate = "2026-01-05".parse().unwrap();
    for (seq, day) in (1..=200).zip(first.iter_days()) {
        let id = format!("2026-{seq:03}");
        world.decision(&id);
        world.event(&id, "execution_completed", &day.to_string());
        world.change(&format!(
            "update decision set planned_on = '{day}' where id = '{id}'"
        ));
    }
    let catalog = Catalog::open(&world.at("catalog.db")).unwrap();
    let reader = Reader::empty().unwrap();
    let desk = Desk {
        catalog: &catalog,
        reader: &reader,
        library: &world.live().library,
        now: world.clock.now(),
    };
    let mut changes = Vec::new();
    plan::visit(&desk, &mut |_, _| {}, &mut |plans| {
        changes.extend(plans.into_iter().flat_map(|plan| plan.changes));
        Ok(())
    })
    .unwrap();
    (world, changes)
}

#[test]
fn whatever_the_date_a_rung_is_a_working_day_and_one_before_the_date_is_never_past_it() {
    let (world, changes) = every_day_of_a_year();
    let calendar = &world.live().library.calendar;
    assert_eq!(changes.len(), 400);
    for change in changes {
        let (due_on, latest_on) = (change.record.due_on, change.record.latest_on);
        let steps: Vec<&Step> = change.superseded.iter().chain(&change.reached).collect();
        assert!(steps.len() > 3, "{steps:?}");
        for step in &steps {
            assert!(calendar.is_working(step.on), "{step:?}");
            let is_after = step.name.ends_with("wd");
            assert_eq!(step.on > latest_on, is_after, "{step:?} of {due_on}");
            let nominal = due_on - chrono::Days::new(days_before(&step.name));
            assert!(is_after || step.on <= nominal, "{step:?} of {due_on}");
            let moved_over = step
                .on
                .iter_days()
                .skip(1)
                .take_while(|day| *day <= nominal);
            let mut worked = moved_over.filter(|day| calendar.is_working(*day));
            assert!(is_after || worked.next().is_none(), "{step:?} of {due_on}");
        }
        assert!(steps.is_sorted_by_key(|step| (step.on, step.level)));
    }
}

/// Of `-7d`, 7; of anything else, 0.
fn days_before(rung: &str) -> u64 {
    let days = rung
        .strip_prefix('-')
        .and_then(|days| days.strip_suffix('d'));
    days.map_or(0, |days| days.parse().unwrap())
}
