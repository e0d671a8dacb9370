//! A full disk: nothing is sent that could not be written down first, and it heals itself.
//!
//! The log lies on the same disk.

use std::time::{Duration, Instant};

use super::{city, due_today, noticed, settled};
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
