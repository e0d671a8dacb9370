//! A waiver with a last day ends by the mere passing of time: nobody enters anything then,
//! and the duty is told all the same.

use crate::support::world::World;

/// arc-18 is due on Wednesday 9 September and waived until the fourth.
fn waived(world: &World) {
    let waiver = "insert into event (decision_id, kind, on_date, note)
                  values ('2026-001', 'waived', '2026-08-20', 'arc-18；张三；盘点；until 2026-09-04')";
    world.change(waiver);
}

fn told_on(world: &World, days: [&str; 3]) -> Vec<String> {
    let told = days
        .into_iter()
        .filter(|day| !world.day(day).mailed().is_empty());
    told.map(str::to_owned).collect()
}

#[test]
fn a_duty_that_was_told_is_told_anew_when_its_waiver_lapses() {
    let world = World::new("2026-08-19");
    world.decision("2026-001");
    world.event("2026-001", "execution_completed", "2026-08-10");
    world.day("2026-08-19");
    waived(&world);
    // Of the three days the last is the first on which the waiver does not hold.
    let days = ["2026-08-20", "2026-09-04", "2026-09-07"];
    assert_eq!(told_on(&world, days), ["2026-09-07"]);
}

#[test]
fn a_duty_first_seen_while_it_was_waived_is_told_when_its_waiver_lapses() {
    let world = World::new("2026-08-20");
    world.decision("2026-001");
    world.event("2026-001", "execution_completed", "2026-08-10");
    waived(&world);
    let days = ["2026-08-20", "2026-09-04", "2026-09-07"];
    assert_eq!(told_on(&world, days), ["2026-09-07"]);
}
