//! Alarms of delivery: once for a way that is broken, once where nobody is left to tell.

use super::{city, due_today, noticed, settled};
use crate::support::process::Process;
use crate::support::smtp::{Act, Stage};

fn said(process: &Process, text: &str) -> usize {
    process.log().matches(text).count()
}

const WAITS: &str = "ERROR everything that goes this way waits";

#[test]
fn a_broken_relay_alarms_once_and_each_reload_probes_it_at_once() {
    let world = city();
    for seq in 1..=5 {
        due_today(&world, &format!("2026-{seq:03}"));
    }
    for _ in 0..50 {
        let refusal = Act::Say("530 5.7.0 authentication required");
        world.relay.next(Stage::Mail, refusal);
    }
    let mut process = Process::ready(&world.at(""));
    process.until("held", || said(&process, WAITS) == 1);
    let before = said(&process, "this way is still held");
    for n in 1..=2 {
        process.signal("HUP");
        process.until("probed", || {
            said(&process, "this way is still held") == before + n
        });
        process.listen();
    }
    world.relay.forget(Stage::Mail);
    process.signal("HUP");
    process.until("delivered", || noticed(&world) == 1);
    process.until("free", || said(&process, "this way is free again") == 1);
    assert_eq!(said(&process, WAITS), 1, "{}", process.log());
}

#[test]
fn a_centre_that_cannot_be_reached_is_an_error_in_the_log_and_once() {
    let world = city();
    due_today(&world, "2026-001");
    world.change("update decision set drafting_unit = '市无名局'");
    world
        .relay
        .refuse("centre@dc", Some("550 5.1.1 no such user"));
    let mut process = settled(&world);
    let lost = "nobody else is left to tell";
    // The digest, and what was rerouted to the centre.
    process.until("lost", || said(&process, lost) == 2);
    for _ in 0..3 {
        process.hears("WATCHDOG=1");
    }
    assert_eq!(said(&process, lost), 2);
}
