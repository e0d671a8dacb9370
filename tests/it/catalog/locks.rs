//! The city's software writes while duban reads.

use std::sync::mpsc;
use std::time::Duration;

use rusqlite::TransactionBehavior;

use super::City;

#[test]
fn a_write_lock_delays_a_read_and_does_not_break_it() {
    let city = City::new();
    city.decide("d", 1);
    let mut software = city.software();
    let (locked, is_locked) = mpsc::channel();
    let (release, released) = mpsc::channel::<()>();
    let writer = std::thread::spawn(move || {
        let lock = software
            .transaction_with_behavior(TransactionBehavior::Exclusive)
            .unwrap();
        lock.execute("update decision set title = 'x'", []).unwrap();
        locked.send(()).unwrap();
        // Nobody sends: the lock is held until the time is over, well within the reader's patience.
        assert!(released.recv_timeout(Duration::from_millis(700)).is_err());
        lock.commit().unwrap();
    });
    is_locked.recv().unwrap();
    assert_eq!(city.read("d").decision.unwrap().title, "x");
    writer.join().unwrap();
    drop(release);
}

#[test]
fn a_lock_that_never_ends_is_an_error_to_try_again() {
    let city = City::new();
    city.decide("d", 1);
    let catalogue = city.catalogue();
    let mut software = city.software();
    let lock = software
        .transaction_with_behavior(TransactionBehavior::Exclusive)
        .unwrap();
    let refused = catalogue.count().unwrap_err();
    assert!(refused.is_temporary(), "{refused}");
    lock.rollback().unwrap();
    assert_eq!(catalogue.count().unwrap(), 1);
}

#[test]
fn a_catalogue_in_wal_mode_is_read_while_it_is_written() {
    let city = City::new();
    let mut software = city.software();
    software.pragma_update(None, "journal_mode", "wal").unwrap();
    city.decide("d", 1);
    let writing = software
        .transaction_with_behavior(TransactionBehavior::Immediate)
        .unwrap();
    writing
        .execute("update decision set title = 'x'", [])
        .unwrap();
    assert_eq!(city.read("d").decision.unwrap().title, "供热专项规划");
    writing.commit().unwrap();
    assert_eq!(city.read("d").decision.unwrap().title, "x");
}

#[test]
fn a_catalogue_in_wal_mode_whose_writer_is_gone_is_read() {
    let city = City::new();
    let software = city.software();
    software.pragma_update(None, "journal_mode", "wal").unwrap();
    drop(software);
    city.decide("d", 1);
    assert_eq!(city.catalogue().count().unwrap(), 1);
}

#[test]
fn a_snapshot_does_not_see_what_is_written_meanwhile() {
    let city = City::new();
    city.write("pragma journal_mode = wal");
    city.decide("a", 1);
    let catalogue = city.catalogue();
    let counts = catalogue.snapshot(|moment| {
        let before = moment.count()?;
        city.decide("b", 2);
        let page = moment.page(None, 10)?;
        Ok((before, page.readings.len()))
    });
    assert_eq!(counts.unwrap(), (1, 1));
    assert_eq!(catalogue.count().unwrap(), 2);
}
