//! The tables follow from the audit log: made again from it they are the same, row by row,
//! and the log that comes of it is the same to the byte.

use std::path::Path;

use chrono::TimeDelta;
use duban::domain::hold::Cause;
use duban::store::ledger::outbox::{self, Whom, Wish};
use duban::store::ledger::rebuild::{Difference, compare, rebuild_into};
use duban::store::ledger::{chain, holds};
use rusqlite::Connection;

use crate::support::http::Answer;
use crate::support::smtp::{Act, Stage};
use crate::support::world::World;

/// Three decisions from August to October 2026, and everything that can go wrong with them.
fn story() -> World {
    let mut world = World::new("2026-08-03");
    for id in ["2026-001", "2026-002", "2026-003"] {
        world.decision(id);
    }
    let opened = world.event("2026-001", "comment_opened", "2026-08-01");
    world.answer("2026-001", "comment_closes", "2026-08-31", opened);
    world.event("2026-002", "execution_completed", "2026-08-10");
    world.days("2026-08-03", "2026-08-20");
    refused(&world);
    jumped(&world);
    moved(&world);
    killed(&mut world);
    held(&world);
    world.days("2026-09-08", "2026-09-30");
    world.change("update decision set status = 'closed' where id = '2026-003'");
    world.days("2026-10-01", "2026-10-20");
    world
}

/// Busy, refused, silent, given up on, and sent again by hand.
fn refused(world: &World) {
    world.event("2026-003", "execution_completed", "2026-08-20");
    world.relay.next(Stage::Rcpt, Act::Say("450 4.2.0 busy"));
    world.relay.next(Stage::Dot, Act::TakeAndDrop);
    world.relay.next(Stage::Rcpt, Act::Say("550 5.1.1 nobody"));
    world.receiver.next(Answer::Status(503, Vec::new()));
    world.day("2026-08-21");
    world.event("2026-001", "hearing_requested", "2026-08-31");
    for _ in 0..2 {
        world.relay.next(Stage::Rcpt, Act::Say("550 5.1.1 nobody"));
    }
    world.day("2026-08-31");
    // The round that finds them tells somebody else.
    world.plan();
    let failed = world.rows("select key from message where state = 'failed'");
    by_hand(world, Wish::Retry, Whom::Messages(failed));
    let first = || world.rows("select key from message where state = 'pending' limit 1");
    by_hand(world, Wish::Hold, Whom::Messages(first()));
    world.work();
    by_hand(world, Wish::Release, Whom::Everything);
    world.work();
}

/// What a person does with messages or destinations.
fn by_hand(world: &World, wish: Wish, whom: Whom) {
    let now = world.clock.now();
    let at_hand = move |c: &_| outbox::at_hand(c, wish, &whom, Some("信箱已恢复"), now);
    let touched = world.ledger().write_blocking("by hand", at_hand).unwrap();
    assert!(!touched.unwrap().is_empty());
}

/// A clock that jumps, and comes back.
fn jumped(world: &World) {
    let now = world.clock.now();
    world.clock.jump_to(now + TimeDelta::days(3650));
    world.plan();
    world.clock.jump_to(now);
    world.work();
}

/// A date that moves while notices wait, an act that is taken back, a person's waiver.
fn moved(world: &World) {
    world.at_time("2026-09-02", "06:00");
    world.plan();
    world.change(
        "update event set on_date = '2026-08-14'
         where decision_id = '2026-002' and kind = 'execution_completed'",
    );
    world.day("2026-09-02");
    // Entered a day ahead: nothing happens yet but that there is a day to look again.
    world.event("2026-002", "execution_material_filed", "2026-09-03");
    world.work();
    world.day("2026-09-03");
    world.change("delete from event where kind = 'execution_material_filed'");
    world.day("2026-09-04");
    world.change(
        "insert into event (decision_id, kind, on_date, note)
         values ('2026-002', 'waived', '2026-09-05', 'arc-18；张三；并入另案')",
    );
    world.day("2026-09-05");
}

/// Killed with messages under way.
fn killed(world: &mut World) {
    world.at_time("2026-09-07", "08:30");
    world.plan();
    assert!(!world.claimed().is_empty());
    world.crash_and_reopen();
    world.work();
}

/// A destination that waits, by verdict and by hand.
fn held(world: &World) {
    let now = world.clock.now();
    let begin = move |c: &Connection| {
        holds::begin(c, "mail", (Cause::Hand, "搬迁"), None, now)?;
        holds::begin(c, "mail", (Cause::Hand, "搬迁，至周二"), None, now)
    };
    world.ledger().write_blocking("hold", begin).unwrap();
    world.at_time("2026-09-07", "10:00");
    world.work();
    let end = move |c: &Connection| holds::end(c, "mail", now);
    let ended = world.ledger().write_blocking("free", end).unwrap();
    assert!(ended.is_some());
    by_hand(
        world,
        Wish::Hold,
        Whom::Ways(vec!["webhook:市住建局".to_owned()]),
    );
    by_hand(world, Wish::Release, Whom::Everything);
    world.receiver.next(Answer::Status(401, Vec::new()));
    world.work();
}

fn compared(world: &World) -> Vec<Difference> {
    compare(&world.reader(), 20, &mut |_, _| {})
        .unwrap()
        .unwrap()
}

fn head(path: &Path) -> chain::Head {
    chain::head(&Connection::open(path).unwrap()).unwrap()
}

#[test]
fn the_tables_and_the_log_follow_from_the_log() {
    let world = story();
    let words = world.rows("select distinct what from audit order by what");
    for word in [
        "told",
        "noted",
        "date moved",
        "closed",
        "reopened",
        "cancelled",
        "claimed",
        "delivered",
        "retry",
        "given up",
        "returned",
        "held by hand",
        "released by hand",
        "retried by hand",
        "failed upward",
        "clock jumped",
        "clock is back",
        "waits for its destination",
        "digest",
        "hold begun",
        "hold renewed",
        "hold ended",
    ] {
        assert!(words.iter().any(|is| is == word), "{word}: {words:?}");
    }
    assert_eq!(compared(&world), []);
    let rebuilt = world.at("rebuilt.db");
    let made = rebuild_into(&world.reader(), &rebuilt, &mut |_, _| {}).unwrap();
    assert_eq!(made.unwrap(), head(&world.at("ledger.db")));
    assert_eq!(head(&rebuilt), head(&world.at("ledger.db")));
    let said = world.duban(&["audit", "verify", "--tables"]);
    assert!(said.contains("the tables are what the log says"), "{said}");
}

#[test]
fn a_quiet_obligation_is_in_no_entry_until_something_happens_to_it() {
    let world = World::new("2026-08-03");
    world.decision("2026-001");
    world.event("2026-001", "execution_completed", "2026-07-31");
    world.plan();
    let quiet = "select rule from obligation where history = 0";
    assert!(!world.rows(quiet).is_empty());
    let told = "select 1 from audit where what <> 'digest'";
    assert_eq!(world.rows(told), [""; 0]);
    // It has nothing that anybody could miss: neither rung nor notice.
    for table in ["rung", "notice"] {
        let of_quiet = format!(
            "select 1 from {table} join obligation on obligation.id = obligation_id
             where history = 0"
        );
        assert_eq!(world.rows(&of_quiet), [""; 0]);
    }
    world.days("2026-08-04", "2026-09-15");
    assert_eq!(compared(&world), []);
}

#[test]
fn a_row_that_was_changed_put_in_or_taken_away_by_hand_is_listed() {
    let world = World::new("2026-09-02");
    world.decision("2026-001");
    world.event("2026-001", "execution_completed", "2026-08-10");
    world.work();
    assert_eq!(compared(&world), []);
    for (forgery, table, what) in [
        (
            "update message set state = 'cancelled' where channel = 'webhook'",
            "message",
            "state is",
        ),
        (
            "update notice set facts = replace(facts, '2026', '2025') where id = 1",
            "notice",
            "facts is",
        ),
        (
            "update obligation set due_on = '2026-12-31'",
            "obligation",
            "due_on is",
        ),
        ("delete from attempt where id = 1", "attempt", "is gone"),
        (
            "insert into hold values ('mail', 'x', null, 'hand', 'y', 'try')",
            "hold",
            "no entry",
        ),
        ("update rung set at = 'x'", "rung", "at is"),
    ] {
        let forged = Connection::open(world.at("ledger.db")).unwrap();
        let folder = tempfile::tempdir().unwrap();
        let copy = folder.path().join("copy.db");
        forged
            .execute("vacuum into $1", [copy.to_str().unwrap()])
            .unwrap();
        Connection::open(&copy)
            .unwrap()
            .execute_batch(forgery)
            .unwrap();
        let reader = duban::store::ledger::Reader::open(&copy).unwrap();
        let found = compare(&reader, 20, &mut |_, _| {}).unwrap().unwrap();
        assert_eq!(found[0].table, table, "{forgery}: {found:?}");
        assert!(found[0].what.contains(what), "{forgery}: {found:?}");
    }
}
