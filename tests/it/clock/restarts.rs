//! What the ledger remembers of the clock, and a person's word on it.

use chrono::TimeDelta;
use duban::store::ledger::{by_hand, timekeeping};

use crate::support::rounds::Rounds;
use crate::support::world::at;

fn city() -> Rounds {
    let rounds = Rounds::in_city("2026-09-02");
    rounds.world.decision("2026-001");
    rounds
        .world
        .event("2026-001", "execution_completed", "2026-08-10");
    rounds
}

fn confirmed(rounds: &Rounds) {
    let reading = duban::jobs::watch::read(&rounds.world.clock);
    let confirm = |c: &rusqlite::Connection| timekeeping::confirm(c, &reading, "looked at it");
    by_hand(&rounds.world.at("ledger.db"), "confirm the clock", confirm).unwrap();
}

fn what(rounds: &Rounds) -> Vec<String> {
    let audit = rounds.world.audit("clock");
    audit.into_iter().map(|entry| entry.what).collect()
}

#[test]
fn a_jump_is_told_once_over_restarts_and_its_end_too() {
    let mut rounds = city();
    rounds.turn();
    rounds.world.clock.jump_to(at("2026-09-12", "08:30"));
    for _ in 0..3 {
        rounds.restart();
        rounds.tick();
        assert_eq!(rounds.found(), ["clock_jumped"]);
    }
    assert_eq!(what(&rounds), ["clock jumped"]);
    rounds.world.clock.jump_to(at("2026-09-02", "08:40"));
    rounds.restart();
    assert_eq!(rounds.found(), [""; 0]);
    assert_eq!(what(&rounds), ["clock jumped", "clock is back"]);
    assert_eq!(rounds.world.rows("select destination from hold"), [""; 0]);
}

#[test]
fn a_person_confirms_a_clock_that_was_wrong_before() {
    let mut rounds = city();
    rounds.turn();
    rounds.world.clock.jump_to(at("2026-09-04", "08:30"));
    rounds.turn();
    assert_eq!(rounds.world.rungs("arc-18"), ["2026-09-02 -7d told"]);
    confirmed(&rounds);
    let sent = rounds.turn();
    assert!(sent.delivered > 0);
    let rungs = rounds.world.rungs("arc-18");
    assert_eq!(rungs, ["2026-09-02 -7d told", "2026-09-04 -3d told"]);
    assert_eq!(what(&rounds), ["clock jumped", "clock confirmed"]);
    assert_eq!(rounds.found(), [""; 0]);
}

#[test]
fn a_host_that_rested_is_no_jump_and_one_that_woke_in_the_past_is() {
    let mut rounds = city();
    rounds.turn();
    rounds.world.clock.boot_at(at("1970-01-01", "08:00"));
    rounds.restart();
    assert_eq!(rounds.found(), ["clock_jumped"]);
    // Time synchronisation sets it right: nobody has to say anything.
    rounds.world.clock.jump_to(at("2026-09-04", "08:30"));
    assert_eq!(rounds.found(), [""; 0]);
    rounds.deliver();
    rounds.world.clock.boot_at(at("2026-09-08", "08:30"));
    rounds.restart();
    assert_eq!(rounds.found(), [""; 0]);
    rounds.deliver();
    assert_eq!(rounds.world.rungs("arc-18").len(), 3);
}

#[test]
fn what_a_false_future_put_off_for_years_is_brought_back_by_the_persons_word() {
    let mut rounds = city();
    rounds.world.clock.jump_to(at("2026-09-02", "08:31"));
    rounds.tick();
    // Booted in a false future, which nothing tells from a long rest.
    rounds.world.clock.boot_at(at("2036-09-02", "08:30"));
    rounds.restart();
    rounds.tick();
    let put_off = "update message set next_at = '2036-09-03T00:00:00.000Z' where state = 'pending'";
    rounds.change(put_off);
    rounds.world.clock.jump_to(at("2026-09-02", "08:40"));
    assert!(rounds.found().contains(&"clock_jumped".to_owned()));
    confirmed(&rounds);
    rounds.turn();
    assert_eq!(rounds.world.messages("pending"), 0);
}

#[test]
fn the_hold_of_a_clock_neither_replaces_nor_ends_another_one() {
    let mut rounds = city();
    rounds.turn();
    rounds.change(
        "insert into hold (destination, since, cause, reason)
         values ('everything', '2026-09-02T00:00:00.000Z', 'restored', 'a copy')",
    );
    rounds.world.clock.jump_to(at("2026-09-12", "08:30"));
    rounds.tick();
    rounds.tick();
    let held = "select destination, cause from hold";
    assert_eq!(rounds.world.rows(held), ["everything restored"]);
    assert_eq!(what(&rounds), ["clock jumped"]);
    rounds.world.clock.jump_to(at("2026-09-02", "08:40"));
    rounds.tick();
    assert_eq!(rounds.world.rows(held), ["everything restored"]);
    confirmed(&rounds);
    assert_eq!(rounds.world.rows(held), ["everything restored"]);
}

#[test]
fn an_idle_clock_is_written_down_every_five_minutes_and_not_more() {
    let mut rounds = city();
    rounds.tick();
    let reading = "select value from setting where name = 'clock'";
    let first = rounds.world.rows(reading);
    let mut now = rounds.now();
    for _ in 0..4 {
        now += TimeDelta::minutes(1);
        rounds.world.clock.move_to(now);
        rounds.tick();
    }
    assert_eq!(rounds.world.rows(reading), first);
    rounds.world.clock.move_to(now + TimeDelta::minutes(1));
    rounds.tick();
    assert_ne!(rounds.world.rows(reading), first);
}
