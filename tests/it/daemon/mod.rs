//! The daemon: how it starts, what it listens to, how it ends; and how it dies.

mod disk;
mod holding;
mod inside;
mod life;
mod race;
mod reload;
mod two;
mod writer;

use duban::clock::Clock;

use crate::support::process::Process;
use crate::support::world::World;

/// A city on the day it is, for the real program, which reads the host's clock. Mail may go
/// out at any hour.
pub(crate) fn city() -> World {
    let mut world = World::new(&today());
    world.close();
    let file = world.at("duban.toml");
    let settings = std::fs::read_to_string(&file).unwrap();
    let hours =
        "[schedule]\nsend_from = \"00:00\"\nsend_until = \"23:59\"\ndigest_at = \"00:00\"\n";
    std::fs::write(file, format!("{hours}\n{settings}")).unwrap();
    world
}

fn today() -> String {
    Clock::System.today().to_string()
}

/// A decision that is planned for today: one mail and one webhook to its drafting unit.
pub(crate) fn due_today(world: &World, id: &str) {
    world.decision(id);
    world.change(&format!(
        "update decision set planned_on = '{}' where id = '{id}'",
        today()
    ));
}

/// How many mails about decisions were taken.
fn noticed(world: &World) -> usize {
    world
        .mails()
        .iter()
        .filter(|mail| !mail.is_digest())
        .count()
}

/// Starts the program and waits until nothing is on its way.
fn settled(world: &World) -> Process {
    let process = Process::ready(world.at("").as_path());
    process.until("settled", || {
        world.messages("pending") + world.messages("leased") == 0
    });
    process
}
