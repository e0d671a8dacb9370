//! Faults planted into a ledger by hand: each is found within one round.

use chrono::TimeDelta;
use duban::store::ledger::findings;

use crate::support::rounds::Rounds;
use crate::support::smtp::{Act, Stage};

const NONE: [&str; 0] = [];

fn city() -> Rounds {
    let mut rounds = Rounds::in_city("2026-09-02");
    rounds.world.decision("2026-001");
    rounds
        .world
        .event("2026-001", "execution_completed", "2026-08-10");
    assert_eq!(rounds.found(), NONE);
    rounds
}

/// A message that waits since that moment.
fn pending(since: &str) -> String {
    format!(
        r#"insert into message (key, channel, destination, recipient, state, made_at, next_at)
           values ('planted', 'webhook', 'webhook:市住建局',
                   '{{"unit":"市住建局","audience":"contact","name":"","address":"市住建局","channel":"webhook"}}',
                   'pending', '{since}', '{since}')"#
    )
}

#[test]
fn an_old_message_that_nobody_takes_up_is_found() {
    let mut rounds = city();
    rounds.change(&pending("2026-09-01T23:59:59.000Z"));
    assert_eq!(rounds.found(), ["messages_late"]);
    rounds.deliver();
    assert_eq!(rounds.found(), NONE);
}

#[test]
fn what_a_person_or_a_broken_way_holds_is_not_late() {
    let mut rounds = city();
    rounds.change(&pending("2026-09-01T20:00:00.000Z"));
    rounds.change("update message set held_since = 'x', held_because = 'y' where key = 'planted'");
    assert_eq!(rounds.found(), NONE);
    rounds.change("update message set held_since = null where key = 'planted'");
    rounds.change(
        "insert into hold (destination, since, cause, reason)
         values ('webhook:市住建局', '2026-09-01T20:00:00.000Z', 'fault', 'HTTP 410')",
    );
    assert_eq!(rounds.found(), ["destination_held webhook:市住建局"]);
}

#[test]
fn a_told_rung_whose_notices_are_gone_is_found() {
    let mut rounds = city();
    rounds.change("delete from notice");
    assert_eq!(rounds.found(), ["rung_not_told"]);
}

#[test]
fn a_duty_that_stays_due_after_a_complete_pass_is_found() {
    let mut rounds = city();
    rounds.change(
        "insert into obligation (decision_id, rule, occurrence, revision, due_on, latest_on, live,
                                 next_on)
         values ('2026-999', 'arc-18', '', 1, '2026-09-01', '2026-09-01', 1, '2026-09-01')",
    );
    // Its decision is not in the catalogue, so a pass strikes it off by itself: what a pass
    // does not cure is what is found.
    assert_eq!(rounds.found(), NONE);
    let reader = rounds.world.reader();
    let measure = duban::store::ledger::reader::Measure {
        now: rounds.now(),
        today: rounds.world.clock.today() + TimeDelta::days(400),
        late_min: 30,
        lease_secs: 1800,
        told_at_most: 10,
        centre: "市督查指挥中心",
    };
    let ask = |c: &rusqlite::Connection| duban::store::ledger::reader::measures(c, &measure);
    let unplanned = reader.ask("measure", ask).unwrap().unplanned;
    assert_eq!(
        (unplanned.count, unplanned.first.as_str()),
        (1, "2026-001 arc-18")
    );
}

#[test]
fn a_lease_that_ran_out_is_returned_and_one_that_never_ends_is_found() {
    let mut rounds = city();
    rounds.change(&pending("2026-09-02T00:00:00.000Z"));
    for (until, found) in [
        ("'2026-09-01T00:00:00.000Z'", &NONE[..]),
        ("null", &NONE),
        ("'2036-09-01T00:00:00.000Z'", &["lease_stuck"]),
    ] {
        rounds.change(&format!(
            "update message set state = 'leased', lease_until = {until} where key = 'planted'"
        ));
        assert_eq!(rounds.found(), found, "{until}");
        let returned = rounds
            .world
            .rows("select state, maybe_repeat from message where key = 'planted'");
        // It carries nothing, so that it does not even wait.
        let is_returned = returned == ["cancelled 1"];
        assert_eq!(is_returned, found.is_empty(), "{until}: {returned:?}");
    }
    assert!(rounds.tick().health.wants_restart());
    rounds.restart();
    assert_eq!(rounds.found(), NONE);
}

#[test]
fn a_message_that_waits_for_another_decade_is_found() {
    let mut rounds = city();
    rounds.change(&pending("2036-09-01T00:00:00.000Z"));
    assert_eq!(rounds.found(), ["message_stranded"]);
}

#[test]
fn the_centre_that_is_not_reached_and_a_failure_nobody_hears_of_are_found() {
    let mut rounds = city();
    for _ in 0..3 {
        let refused = Act::Say("550 5.1.1 no such user");
        rounds.world.relay.next(Stage::Rcpt, refused);
    }
    rounds.turn();
    // No news can go where the news is broken itself: nobody hears of the unit's failure.
    rounds.change(
        "insert into hold (destination, since, probe_at, cause, reason)
         values ('mail', '2026-09-02T00:30:00.000Z', '2026-09-03T00:00:00.000Z', 'fault', '535')",
    );
    let held = ["destination_held mail", "centre_not_reached"];
    assert_eq!(rounds.found(), held);
    // What fails upward within an hour is no finding; after two it is.
    let now = rounds.now() + TimeDelta::hours(2);
    rounds.world.clock.move_to(now);
    let unheard = [held[0], held[1], "failure_not_raised"];
    assert_eq!(rounds.found(), unheard);
    rounds.change("delete from hold");
    rounds.turn();
    assert_eq!(
        rounds.found(),
        ["centre_not_reached"],
        "somebody else was told"
    );
    rounds.change("update message set state = 'delivered'");
    assert_eq!(rounds.found(), NONE);
}

#[test]
fn a_digest_that_was_given_up_is_no_alarm_any_more_once_a_later_one_has_arrived() {
    let mut rounds = city();
    let refused = Act::Say("550 5.1.1 no such user");
    for _ in 0..3 {
        rounds.world.relay.next(Stage::Rcpt, refused);
    }
    rounds.turn();
    rounds.change("update message set state = 'delivered' where digest is null");
    assert_eq!(rounds.found(), ["centre_not_reached"]);
    let now = rounds.now() + TimeDelta::days(1);
    rounds.world.clock.move_to(now);
    rounds.turn();
    assert_eq!(rounds.found(), NONE);
}

#[test]
fn a_unit_that_a_decision_names_and_nobody_knows_is_found_until_it_is_known() {
    let mut rounds = city();
    rounds
        .world
        .change("update decision set cooperating_units = '[\"市住房和城乡建设局\", \"市文旅局\"]'");
    assert_eq!(rounds.found(), ["unit_unknown"]);
    rounds
        .world
        .change("update decision set status = 'withdrawn'");
    assert_eq!(rounds.found(), NONE);
}

#[test]
fn a_catalogue_that_cannot_be_read_is_found_and_the_ledger_goes_on() {
    let mut rounds = city();
    let (there, away) = (rounds.world.at("catalog.db"), rounds.world.at("away.db"));
    std::fs::rename(&there, &away).unwrap();
    let made = rounds.tick();
    assert!(made.failed.is_some());
    assert_eq!(rounds.deliver().delivered, 0, "it may be true no more");
    let now = rounds.now() + TimeDelta::minutes(16);
    rounds.world.clock.move_to(now);
    assert_eq!(rounds.found(), ["pass_overdue"]);
    assert!(rounds.deliver().delivered > 0, "what is planned goes out");
    std::fs::rename(&away, &there).unwrap();
    assert_eq!(rounds.found(), NONE);
}

#[test]
fn a_finding_keeps_the_moment_it_began_over_restarts() {
    let mut rounds = city();
    rounds.change("delete from notice");
    rounds.tick();
    let open = |rounds: &Rounds| {
        let ask = |c: &rusqlite::Connection| findings::list(c);
        rounds.world.reader().ask("read", ask).unwrap()
    };
    let first = open(&rounds);
    assert_eq!(first.len(), 1);
    let now = rounds.now() + TimeDelta::minutes(7);
    rounds.world.clock.move_to(now);
    rounds.restart();
    rounds.tick();
    assert_eq!(open(&rounds), first);
}
