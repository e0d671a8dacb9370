//! Other software at work in the catalogue while the daemon runs: locks for seconds, imports that
//! are half written, a vacuum, a copy in the place of the file. Nothing is lost, nothing is
//! misread.

use std::collections::BTreeSet;
use std::path::Path;
use std::time::{Duration, Instant};

use duban::store::ledger::rebuild::compare;
use rusqlite::{Connection, TransactionBehavior};

use super::{city, due_today, noticed, settled, today};
use crate::support::process::Process;
use crate::support::world::World;

/// Long enough for several rounds, which are made every 200 ms here.
const SOME_ROUNDS: Duration = Duration::from_millis(1200);

/// The city's software, on whatever lies there now.
fn software(world: &World) -> Connection {
    let software = Connection::open(world.at("catalog.db")).unwrap();
    software.busy_timeout(Duration::from_secs(10)).unwrap();
    software
}

/// A decision of 市交通局, which has no endpoint: one mail where its planned day is today.
fn decision(software: &Connection, seq: u32, planned_on: &str) {
    software
        .execute(
            "insert into decision (id, organ, year, seq, title, drafting_unit, planned_on)
             values ($1, '洮南市人民政府', 2026, $2, '公交票价调整', '市交通局', $3)",
            (format!("2026-{seq:03}"), seq, planned_on),
        )
        .unwrap();
}

fn plan_for(software: &Connection, seq: u32, day: &str) {
    let changed = software.execute(
        "update decision set planned_on = $1 where seq = $2",
        (day, seq),
    );
    assert_eq!(changed.unwrap(), 1);
}

/// Time goes by; what the daemon says meanwhile is heard.
fn pass(process: &mut Process, time: Duration) {
    let end = Instant::now() + time;
    while Instant::now() < end {
        process.listen();
        std::thread::sleep(Duration::from_millis(50));
    }
}

/// Waits until `holds`, hearing what the daemon says.
fn until(process: &mut Process, what: &str, holds: impl Fn() -> bool) {
    for _ in 0..400 {
        if holds() {
            return;
        }
        pass(process, Duration::from_millis(50));
    }
    panic!("never {what}:\n{}", process.log());
}

/// The decisions that somebody was told of.
fn told(world: &World) -> BTreeSet<String> {
    world
        .rows("select distinct decision_id from notice join obligation on obligation.id = obligation_id")
        .into_iter()
        .collect()
}

/// The days that the ledger has for the decisions, as the catalogue gives them.
fn dates(world: &World) -> BTreeSet<String> {
    let sql = "select decision_id || ' ' || due_on from obligation where rule = 'cat-2'";
    world.rows(sql).into_iter().collect()
}

/// The tables follow from the log, whatever was written meanwhile.
fn assert_sound(world: &World) {
    let compared = compare(&world.reader(), 20, &mut |_, _| {}).unwrap();
    assert_eq!(compared.unwrap(), []);
}

#[test]
fn an_import_that_takes_seconds_is_seen_whole_or_not_at_all() {
    let world = city();
    let mut process = settled(&world);
    for is_kept in [false, true] {
        let mut software = software(&world);
        let import = software
            .transaction_with_behavior(TransactionBehavior::Immediate)
            .unwrap();
        for seq in 1..=3 {
            decision(&import, seq, &today());
            // Half written, and nobody else may write meanwhile.
            pass(&mut process, SOME_ROUNDS);
            assert!(told(&world).is_empty());
        }
        if is_kept {
            import.commit().unwrap();
        } else {
            import.rollback().unwrap();
            pass(&mut process, SOME_ROUNDS);
            assert!(told(&world).is_empty(), "what was taken back was read");
        }
    }
    until(&mut process, "told", || told(&world).len() == 3);
    until(&mut process, "sent", || {
        world.messages("pending") + world.messages("leased") == 0
    });
    assert_sound(&world);
}

#[test]
fn a_lock_that_lasts_for_seconds_holds_back_what_is_due_and_loses_nothing() {
    let world = city();
    let mut process = settled(&world);
    let mut software = software(&world);
    let lock = software
        .transaction_with_behavior(TransactionBehavior::Exclusive)
        .unwrap();
    decision(&lock, 1, &today());
    pass(&mut process, Duration::from_secs(9));
    let log = process.log();
    assert!(
        log.contains("another program keeps the database locked"),
        "{log}"
    );
    lock.commit().unwrap();
    until(&mut process, "sent", || noticed(&world) == 1);
    assert_sound(&world);
}

#[test]
fn a_vacuum_changes_nothing() {
    let world = city();
    for seq in 1..=3 {
        due_today(&world, &format!("2026-{seq:03}"));
    }
    world.change("delete from decision where seq = 2");
    let mut process = settled(&world);
    let before = (told(&world), world.rows("select max(seq) from chain"));
    let software = software(&world);
    // Back from WAL mode needs the database alone, which no reader lets anybody have.
    for mode in ["vacuum", "pragma journal_mode = wal; vacuum"] {
        software.execute_batch(mode).unwrap();
        pass(&mut process, SOME_ROUNDS);
    }
    assert_eq!(
        (told(&world), world.rows("select max(seq) from chain")),
        before,
        "{}",
        process.log()
    );
    decision(&software, 9, &today());
    until(&mut process, "told", || told(&world).contains("2026-009"));
    assert_sound(&world);
}

/// A copy of the catalogue as `vacuum into` makes it, edited so that its changes are counted up
/// to the same number as those of the original, and other decisions are behind the number.
fn rival(world: &World, name: &str) -> std::path::PathBuf {
    let original = software(world);
    let copy = world.at(name);
    let made = original.execute("vacuum into $1", [copy.to_str().unwrap()]);
    made.unwrap();
    plan_for(&original, 1, "2099-06-01");
    let rival = Connection::open(&copy).unwrap();
    plan_for(&rival, 2, "2099-07-01");
    let newest = |of: &Connection| -> i64 {
        let sql = "select max(seq) from change";
        of.query_row(sql, [], |row| row.get(0)).unwrap()
    };
    assert_eq!(newest(&original), newest(&rival));
    copy
}

/// Two decisions whose planned days are known to the daemon.
fn two_planned(world: &World) -> Process {
    let software = software(world);
    decision(&software, 1, "2099-01-05");
    decision(&software, 2, "2099-02-05");
    settled(world)
}

fn dated(first: &str, second: &str) -> BTreeSet<String> {
    [format!("2026-001 {first}"), format!("2026-002 {second}")].into()
}

#[test]
fn a_copy_in_the_place_of_the_file_is_read_whole_though_it_counts_alike() {
    let world = city();
    let mut process = two_planned(&world);
    assert_eq!(dates(&world), dated("2099-01-05", "2099-02-05"));
    let copy = rival(&world, "copy.db");
    until(&mut process, "moved", || {
        dates(&world) == dated("2099-06-01", "2099-02-05")
    });
    std::fs::rename(&copy, world.at("catalog.db")).unwrap();
    until(&mut process, "read", || {
        dates(&world) == dated("2099-01-05", "2099-07-01")
    });
    assert_sound(&world);
}

#[test]
fn what_was_copied_over_the_file_in_its_place_is_read_on_the_next_day_at_the_latest() {
    let world = World::new("2026-09-02");
    decision(&software(&world), 1, "2099-01-05");
    decision(&software(&world), 2, "2099-02-05");
    world.plan();
    let copy = rival(&world, "copy.db");
    world.plan();
    assert_eq!(dates(&world), dated("2099-06-01", "2099-02-05"));
    overwrite(&copy, &world.at("catalog.db"));
    world.day("2026-09-03");
    assert_eq!(dates(&world), dated("2099-01-05", "2099-07-01"));
    assert_sound(&world);
}

/// As `cp` does it: the same file, other contents.
fn overwrite(from: &Path, to: &Path) {
    std::fs::write(to, std::fs::read(from).unwrap()).unwrap();
}

#[test]
fn what_a_copy_does_not_have_is_taken_back() {
    let world = World::new("2026-09-02");
    decision(&software(&world), 1, "2099-01-05");
    let copy = world.at("copy.db");
    let made = software(&world).execute("vacuum into $1", [copy.to_str().unwrap()]);
    made.unwrap();
    decision(&software(&world), 2, "2099-02-05");
    world.plan();
    assert_eq!(dates(&world), dated("2099-01-05", "2099-02-05"));
    std::fs::rename(&copy, world.at("catalog.db")).unwrap();
    world.plan();
    let live = "select decision_id from obligation where live = 1";
    assert_eq!(world.rows(live), ["2026-001"]);
    assert_sound(&world);
}
