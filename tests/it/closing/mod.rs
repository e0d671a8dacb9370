//! That something is over: who hears it, once, and who does not.
//!
//! arc-18 gives 30 days after the execution is completed; completed on 10 August 2026, its
//! date is Wednesday 9 September. From the second on its contacts are told, from the tenth on
//! the head of 市交通局 and the centre.

mod back;
mod ended;
mod known;
mod random;

use crate::support::world::{Sent, World};

const ID: &str = "2026-001";

const CONTACTS: [&str; 2] = ["contact@jtj", "contact@zjj"];

/// A world in which arc-18 is due on 9 September.
fn due_on_the_ninth(today: &str) -> World {
    let world = World::new(today);
    world.decision(ID);
    world.event(ID, "execution_completed", "2026-08-10");
    world
}

/// What ends arc-18.
fn done(world: &World, on: &str) -> i64 {
    world.event(ID, "execution_material_filed", on)
}

/// What was recorded by mistake is taken out again.
fn undone(world: &World) {
    world.change("delete from event where kind = 'execution_material_filed'");
}

/// Each notice that went out by mail, as the rung and the kind it was made for.
fn said(world: &World, sent: &Sent) -> Vec<String> {
    assert!(!sent.notices().is_empty(), "nothing went out");
    let last = "select distinct notice.rung, notice.kind from notice
                where made_at = (select max(made_at) from notice) order by 1";
    world.rows(last)
}

/// What is in the facts of every notice of that rung.
fn facts(world: &World, rung: &str, path: &str) -> Vec<String> {
    world.rows(&format!(
        "select distinct coalesce(json_extract(facts, '$.{path}'), 'nothing') from notice
         where rung = '{rung}' order by 1"
    ))
}

/// Nobody was told that anything ended.
fn no_ending(world: &World) -> bool {
    let endings = "select 1 from notice where kind in ('cleared', 'waived', 'withdrawn')";
    world.rows(endings).is_empty()
}
