//! A message that was claimed and for which nobody was asked, when something was said of it
//! meanwhile.

use duban::store::ledger::acknowledgements::How;
use duban::store::ledger::outbox::{self, Claim};

use super::{DAY, acknowledge, assert_rebuilds, city, message};
use crate::support::smtp::{Act, Stage};
use crate::support::world::World;

/// Takes what is due by mail, and does nothing with it yet.
fn claimed(world: &World) -> Vec<Claim> {
    let mut claims = world.claimed();
    claims.retain(|one| one.destination == "mail");
    claims
}

fn put_back(world: &World, claims: Vec<Claim>) {
    let now = world.clock.now();
    let put_back = move |c: &_| {
        let mut all = claims.iter();
        all.try_for_each(|one| outbox::put_back(c, one, "the catalogue changed", now))
    };
    world.ledger().write_blocking("put back", put_back).unwrap();
}

#[test]
fn a_message_whose_link_was_used_while_it_was_claimed_again_is_not_sent_again() {
    let world = city(DAY);
    let reader = "contact@jtj";
    world
        .relay
        .for_recipient(reader, Stage::Dot, Act::TakeAndDrop);
    world.work();
    let key = message(&world, "mail", reader);
    world.at_time(DAY, "12:00");
    let claims = claimed(&world);
    assert_eq!(claims[0].message.key, key);
    acknowledge(&world, &key, "某人", How::Link);
    put_back(&world, claims);
    let state = format!("select state from message where key = '{key}'");
    assert_eq!(world.rows(&state), ["delivered"]);
    assert_rebuilds(&world);
}

#[test]
fn what_was_cancelled_while_nobody_was_asked_told_nobody() {
    let world = city(DAY);
    world.decision("2026-002");
    world.event("2026-002", "execution_completed", "2026-08-10");
    world.plan();
    let claims = claimed(&world);
    world.change(
        "insert into event (decision_id, kind, on_date)
         values ('2026-001', 'execution_material_filed', '2026-09-04')",
    );
    world.plan();
    put_back(&world, claims);
    let attempts = "select distinct cancelled_after from notice
                    join message on message.id = notice.message_id
                    where notice.state = 'cancelled' and channel = 'mail'";
    assert_eq!(world.rows(attempts), ["0"]);
    // The mail goes out with the other decision alone.
    world.work();
    let before = world.rows("select key from notice where rung = 'reopened'");
    world.change("delete from event where kind = 'execution_material_filed'");
    world.day("2026-09-07");
    let sql = "select key from notice where rung = 'reopened' and key like '%>mail:%'";
    assert_eq!(before, world.rows(sql));
    assert_rebuilds(&world);
}
