//! Steps of the clock before, between and inside the ticks of a city at work.

use std::collections::BTreeSet;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use duban::jobs::deliver;

use crate::support::rounds::Rounds;
use crate::support::smtp::{Act, Stage};
use crate::support::world::at;

/// Days on which a rung of the archive's duty is reached.
const DAYS: [&str; 4] = ["2026-09-02", "2026-09-04", "2026-09-08", "2026-09-09"];

/// When the clock is set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Moment {
    /// Before the round of the day.
    Before,
    /// After the round, before anything is taken up.
    Between,
    /// While the relay has the first message and has not answered.
    Inside,
}

fn city() -> Rounds {
    let rounds = Rounds::in_city(DAYS[0]);
    rounds.world.decision("2026-001");
    rounds
        .world
        .event("2026-001", "execution_completed", "2026-08-10");
    rounds
}

/// Every notice that arrived, digests too: who, and what about. Whatever came twice fails.
fn arrived(rounds: &Rounds) -> BTreeSet<(String, String)> {
    let mails = rounds.world.mails();
    let ids: BTreeSet<&str> = mails.iter().map(|mail| mail.id.as_str()).collect();
    assert_eq!(ids.len(), mails.len(), "something was said twice");
    let said: BTreeSet<_> = mails
        .iter()
        .map(|mail| (mail.to.clone(), mail.subject.clone()))
        .collect();
    assert_eq!(said.len(), mails.len(), "something was said twice");
    said
}

/// How far the catalogue was read, and what was told.
fn watermark(rounds: &Rounds) -> (i64, usize) {
    let seq = rounds
        .world
        .rows("select value from setting where name = 'catalog_mark'");
    let seq = seq[0].rsplit(':').next().unwrap();
    (seq.parse().unwrap(), rounds.world.rungs("arc-18").len())
}

/// The whole story without a step.
fn undisturbed() -> BTreeSet<(String, String)> {
    let mut rounds = city();
    for day in DAYS {
        rounds.world.at_time(day, "08:30");
        rounds.turn();
    }
    arrived(&rounds)
}

/// Sends while the clock is set as soon as the relay has something in its hands.
fn deliver_with_a_step_inside(rounds: &Rounds, step: impl FnOnce()) {
    let before = rounds.world.relay.taken().len();
    let slow = Act::Late(Duration::from_millis(150));
    rounds.world.relay.next(Stage::Dot, slow);
    let context = rounds.world.live().context.clone();
    let (runtime, relay) = (&rounds.world.runtime, &rounds.world.relay);
    std::thread::scope(|threads| {
        let sending = threads.spawn(|| runtime.block_on(deliver::until_idle(&context)).unwrap());
        while relay.taken().len() == before {
            std::thread::sleep(Duration::from_millis(1));
        }
        step();
        sending.join().unwrap();
    });
}

/// The story with the clock set by `step` at `moment` of the second day, and right again
/// twenty minutes later.
fn disturbed(step: impl Fn(DateTime<Utc>) -> DateTime<Utc>, moment: Moment) -> Rounds {
    let mut rounds = city();
    rounds.turn();
    rounds.world.at_time(DAYS[1], "08:30");
    let right = at(DAYS[1], "08:30");
    let is_jump = (step(right) - right).abs() > TimeDelta::minutes(15);
    let clock = rounds.world.clock.clone();
    let jump = || clock.jump_to(step(clock.now()));
    match moment {
        Moment::Before => jump(),
        Moment::Between => {
            rounds.tick();
            jump();
        }
        Moment::Inside => {
            rounds.tick();
            deliver_with_a_step_inside(&rounds, jump);
        }
    }
    let (sent, marks) = (arrived(&rounds).len(), watermark(&rounds));
    for _ in 0..3 {
        // Whoever claims looks first, also before any round has seen the jump.
        rounds.deliver();
        let health = rounds.tick().health;
        assert_eq!(
            health.is_clean(),
            !is_jump,
            "{moment:?} {:?}",
            health.findings
        );
        rounds.deliver();
        clock.move_to(clock.now() + TimeDelta::minutes(6));
    }
    assert!(watermark(&rounds) >= marks, "the watermark moved back");
    if is_jump {
        assert_eq!(
            arrived(&rounds).len(),
            sent,
            "a false future released something"
        );
        assert_eq!(watermark(&rounds), marks, "a false future told something");
        let held = rounds.world.rows("select destination, cause from hold");
        assert_eq!(held, ["everything clock"]);
    }
    clock.jump_to(right + TimeDelta::minutes(18));
    for day in [DAYS[1], DAYS[2], DAYS[3]] {
        if day != DAYS[1] {
            rounds.world.at_time(day, "08:30");
        }
        rounds.turn();
    }
    rounds
}

fn held_to_the_undisturbed(name: &str, step: impl Fn(DateTime<Utc>) -> DateTime<Utc>) {
    let expected = undisturbed();
    for moment in [Moment::Before, Moment::Between, Moment::Inside] {
        let rounds = disturbed(&step, moment);
        assert_eq!(arrived(&rounds), expected, "{name}, {moment:?}");
        assert_eq!(rounds.world.rows("select destination from hold"), [""; 0]);
        let open = "select key from message where state not in ('delivered', 'cancelled')";
        assert_eq!(rounds.world.rows(open), [""; 0], "{name}, {moment:?}");
        assert_eq!(
            rounds.world.rungs("arc-18"),
            [
                "2026-09-02 -7d told",
                "2026-09-04 -3d told",
                "2026-09-08 -1d told",
                "2026-09-09 +0d told"
            ]
        );
    }
}

fn by(step: TimeDelta) {
    held_to_the_undisturbed(&step.to_string(), move |now| now + step);
}

#[test]
fn steps_of_a_second_lose_and_repeat_nothing() {
    by(TimeDelta::seconds(1));
    by(TimeDelta::seconds(-1));
}

#[test]
fn steps_of_an_hour_lose_and_repeat_nothing() {
    by(TimeDelta::hours(1));
    by(TimeDelta::hours(-1));
}

#[test]
fn steps_of_a_day_lose_and_repeat_nothing() {
    by(TimeDelta::days(1));
    by(TimeDelta::days(-1));
}

#[test]
fn steps_of_a_month_lose_and_repeat_nothing() {
    by(TimeDelta::days(30));
    by(TimeDelta::days(-30));
}

#[test]
fn a_step_of_ten_years_loses_and_repeats_nothing() {
    by(TimeDelta::days(3653));
}

#[test]
fn a_clock_at_1970_loses_and_repeats_nothing() {
    held_to_the_undisturbed("1970", |_| at("1970-01-01", "08:00"));
}

#[test]
fn a_host_that_slept_goes_on_at_once() {
    let mut rounds = city();
    rounds.turn();
    // Wall clock and boot time advance together; what sleeps by CLOCK_MONOTONIC does not
    // matter, because a round compares the ledger with the clock.
    rounds.world.at_time(DAYS[2], "08:30");
    assert!(rounds.tick().health.is_clean());
    assert!(rounds.deliver().delivered > 0);
    assert_eq!(
        rounds.world.rungs("arc-18").last().unwrap(),
        "2026-09-08 -1d told"
    );
}

#[test]
fn a_message_that_is_put_off_while_the_clock_is_wrong_is_not_put_off_for_years() {
    let mut rounds = city();
    rounds.tick();
    let clock = rounds.world.clock.clone();
    let deferred = Act::Say("451 4.3.0 busy");
    for _ in 0..3 {
        rounds.world.relay.next(Stage::Rcpt, deferred);
    }
    let slow = Act::Late(Duration::from_millis(150));
    rounds.world.relay.next(Stage::Mail, slow);
    let context = rounds.world.live().context.clone();
    let runtime = &rounds.world.runtime;
    std::thread::scope(|threads| {
        let sending = threads.spawn(|| runtime.block_on(deliver::until_idle(&context)).unwrap());
        while rounds.world.messages("leased") == 0 {
            std::thread::sleep(Duration::from_millis(1));
        }
        clock.jump_to(at("2036-09-02", "08:30"));
        sending.join().unwrap();
    });
    let ahead = "select key from message where next_at > '2026-09-03'";
    assert_eq!(rounds.world.rows(ahead), [""; 0]);
    let false_future = "select what from audit where at > '2026-09-03'";
    assert_eq!(rounds.world.rows(false_future), [""; 0]);
    // Those that were not asked for while the clock was wrong are refused by nobody now.
    rounds.world.relay.forget(Stage::Rcpt);
    clock.jump_to(at(DAYS[0], "08:35"));
    rounds.turn();
    assert_eq!(rounds.world.messages("pending"), 0);
}

#[test]
fn small_corrections_never_add_up_to_a_jump() {
    let mut rounds = city();
    rounds.turn();
    for minute in 0..6 {
        let now = rounds.now() + TimeDelta::minutes(1);
        rounds.world.clock.move_to(now);
        rounds.world.clock.jump_to(now + TimeDelta::minutes(10));
        assert!(rounds.tick().health.is_clean(), "minute {minute}");
    }
}
