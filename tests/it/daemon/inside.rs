//! The same daemon inside the test's process, so that its clock can be moved.

use std::time::Duration;

use duban::daemon::{self, Failure, Signals};

use crate::support::world::{World, at};

/// Runs the daemon while `visit` looks on and moves the clock, then tells it to stop.
fn while_running(world: &World, visit: impl FnOnce(&Signals)) -> Result<(), Failure> {
    let signals = Signals::default();
    let path = world.at("duban.toml");
    let running = daemon::run(&path, world.clock.clone(), signals.clone());
    let runtime = &world.runtime;
    std::thread::scope(|threads| {
        let ended = threads.spawn(|| runtime.block_on(running));
        visit(&signals);
        signals.stop.cancel();
        ended.join().unwrap()
    })
}

fn until(holds: impl Fn() -> bool) {
    for _ in 0..4000 {
        if holds() {
            return;
        }
        std::thread::sleep(Duration::from_millis(5));
    }
    panic!("never");
}

fn noticed(world: &World) -> usize {
    world
        .mails()
        .iter()
        .filter(|mail| !mail.is_digest())
        .count()
}

#[test]
fn a_step_of_the_clock_in_either_direction_loses_and_repeats_nothing() {
    let mut world = World::new("2026-09-02");
    world.decision("2026-001");
    world.event("2026-001", "execution_completed", "2026-08-10");
    world.close();
    while_running(&world, |signals| {
        until(|| noticed(&world) == 2);
        let held = || world.rows("select cause from hold") == ["clock"];
        world.at_time("2026-09-04", "08:30");
        signals.reload.notify_one();
        until(|| noticed(&world) == 4);
        for day in ["2026-08-05", "1970-01-01", "2026-09-03", "2026-09-08"] {
            world.clock.jump_to(at(day, "08:30"));
            signals.reload.notify_one();
            until(held);
        }
        // Right again, it needs no word; and then the days go on.
        world.clock.jump_to(at("2026-09-04", "08:31"));
        signals.reload.notify_one();
        until(|| !held());
        assert_eq!(noticed(&world), 4);
        world.at_time("2026-09-08", "08:30");
        signals.reload.notify_one();
        until(|| noticed(&world) == 6);
    })
    .unwrap();
    assert_eq!(
        world.rungs("arc-18"),
        [
            "2026-09-02 -7d told",
            "2026-09-04 -3d told",
            "2026-09-08 -1d told"
        ]
    );
}

#[test]
fn a_faulty_configuration_ends_it_before_it_began() {
    let mut world = World::new("2026-09-02");
    world.close();
    std::fs::write(world.at("units.toml"), "[centre]\n").unwrap();
    let ended = while_running(&world, |_| {});
    assert!(matches!(ended, Err(Failure::Faults(_))), "{ended:?}");
}
