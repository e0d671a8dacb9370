//! A full disk: nothing is sent that could not be written down first, and it heals itself.
//!
//! The log lies on the same disk.

use std::time::{Duration, Instant};

use super::{city, due_today, noticed, settled};
use crate::support::command;
use crate::support::smtp::{Act, Stage};

#[test]
fn nothing_is_sent_without_a_durable_claim_and_everything_once_there_is_room_again() {
    let world = city();
    let mut process = settled(&world);
    process.disk(true);
    due_today(&world, "2026-001");
    // Trouble is not being stuck: the watchdog is fed, or a restart would follow a restart.
    for _ in 0..3 {
        process.hears("trouble: failed to write a plan");
        process.hears("WATCHDOG=1");
    }
    assert_eq!((noticed(&world), world.posts().len()), (0, 0));
    process.disk(false);
    process.until("told", || noticed(&world) == 1 && world.posts().len() == 1);
    process.until("settled", || world.messages("leased") == 0);
    assert!(
        !world
            .mails()
            .iter()
            .any(crate::support::mailbox::Mail::is_marked_as_repeat)
    );
}

#[test]
fn an_answer_that_cannot_be_written_down_is_kept_until_it_can() {
    let world = city();
    let mut process = settled(&world);
    let late = Duration::from_secs(3);
    world.relay.next(Stage::Dot, Act::Late(late));
    due_today(&world, "2026-001");
    // The mail is taken, its answer on the way; the webhook is written down.
    process.until("taken", || {
        noticed(&world) == 1 && world.posts().len() == 1 && world.messages("leased") == 1
    });
    process.disk(true);
    // Rounds in which the answer comes and finds no room.
    let answered = Instant::now() + late;
    while Instant::now() < answered {
        process.hears("WATCHDOG=1");
    }
    assert_eq!(world.messages("leased"), 1);
    process.disk(false);
    process.until("settled", || world.messages("leased") == 0);
    assert_eq!(noticed(&world), 1, "it was not sent again");
}

#[test]
fn a_disk_that_is_nearly_full_holds_everything_and_sending_resumes_unaided() {
    let mut world = city();
    world.close();
    // A file system on which nobody else writes.
    let small = tempfile::tempdir_in("/dev/shm").unwrap();
    let (ledger, moved) = (world.at("ledger.db"), small.path().join("ledger.db"));
    std::fs::copy(&ledger, &moved).unwrap();
    std::fs::remove_file(&ledger).unwrap();
    std::os::unix::fs::symlink(&moved, &ledger).unwrap();
    let free = duban::store::ledger::free_bytes(&ledger).unwrap();
    let least = free / (1024 * 1024) - 12;
    let file = world.at("duban.toml");
    let settings = std::fs::read_to_string(&file).unwrap();
    let delivery = format!("[delivery]\nmin_free_mib = {least}\n");
    std::fs::write(&file, delivery + &settings).unwrap();
    let mut process = settled(&world);
    let ballast = small.path().join("ballast");
    std::fs::write(&ballast, vec![0; 24 * 1024 * 1024]).unwrap();
    due_today(&world, "2026-001");
    process.until("planned", || world.messages("pending") == 2);
    process.hears("disk_nearly_full");
    for _ in 0..3 {
        process.hears("WATCHDOG=1");
    }
    assert_eq!((noticed(&world), world.posts().len()), (0, 0));
    let config = file.display().to_string();
    let health = command::duban(&world.at("."), &["health", "--config", &config]);
    assert_eq!(health.code, 1);
    assert!(
        health.out.contains("critical disk_nearly_full"),
        "{health:?}"
    );
    let begun = "select count(*) from attempt where message_id in
                 (select id from message where state = 'pending')";
    assert_eq!(world.rows(begun), ["0"], "nothing was claimed");
    assert!(
        process.log().contains("DiskNearlyFull"),
        "{}",
        process.log()
    );
    std::fs::remove_file(&ballast).unwrap();
    process.until("told", || noticed(&world) == 1 && world.posts().len() == 1);
}
