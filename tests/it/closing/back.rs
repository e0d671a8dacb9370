//! What is to be done after all, and ends again.

use super::{CONTACTS, ID, done, due_on_the_ninth, facts, said, undone};
use crate::support::world::World;

#[test]
fn whoever_heard_that_it_was_done_hears_that_it_is_not() {
    let world = due_on_the_ninth("2026-09-02");
    world.days("2026-09-02", "2026-09-10");
    done(&world, "2026-09-10");
    world.day("2026-09-11");
    undone(&world);
    // The rung of that day is the leader's, the centre's and 市住建局's; the head and the
    // contact of 市交通局 heard that it was over.
    let sent = world.day("2026-09-16");
    let all = [
        "centre@dc",
        "contact@jtj",
        "contact@zjj",
        "head@jtj",
        "leader@jtj",
    ];
    assert_eq!(sent.mailed(), all);
    assert_eq!(said(&world, &sent), ["+5wd overdue", "reopened overdue"]);
}

#[test]
fn what_ends_again_is_told_again() {
    let world = due_on_the_ninth("2026-09-02");
    world.work();
    done(&world, "2026-09-02");
    assert_eq!(world.day("2026-09-03").mailed(), CONTACTS);
    undone(&world);
    assert_eq!(world.day("2026-09-04").mailed(), CONTACTS);
    done(&world, "2026-09-04");
    assert_eq!(world.day("2026-09-07").mailed(), CONTACTS);
    let cleared = "select revision, count(*) from notice where rung = 'closed' group by 1";
    assert_eq!(world.rows(cleared), ["1 3", "2 3"]);
    assert!(world.day("2026-09-09").is_silent());
}

#[test]
fn an_all_clear_that_still_waits_is_not_sent_once_it_is_wrong() {
    let world = due_on_the_ninth("2026-09-02");
    world.work();
    done(&world, "2026-09-02");
    world.at_time("2026-09-02", "20:00");
    world.plan();
    undone(&world);
    let sent = world.day("2026-09-03");
    // The ladder begins anew, and nobody hears that it was over.
    assert_eq!(sent.mailed(), CONTACTS);
    assert_eq!(said(&world, &sent), ["-7d reminder"]);
    let waited = "select distinct state, reason from notice where rung = 'closed'";
    assert_eq!(world.rows(waited), ["cancelled it is to be done after all"]);
}

#[test]
fn a_date_that_moves_after_the_end_does_not_take_the_all_clear_back() {
    let world = due_on_the_ninth("2026-09-02");
    world.work();
    done(&world, "2026-09-02");
    world.at_time("2026-09-02", "20:00");
    world.plan();
    world.change("update event set on_date = '2026-08-11' where kind = 'execution_completed'");
    let sent = world.day("2026-09-03");
    assert_eq!(sent.mailed(), CONTACTS);
    assert_eq!(said(&world, &sent), ["closed cleared"]);
    assert!(world.day("2026-09-04").is_silent());
}

#[test]
fn a_window_that_is_lengthened_is_told_to_whoever_heard_that_it_is_too_short() {
    let world = World::new("2026-08-03");
    world.decision(ID);
    let opened = world.event(ID, "comment_opened", "2026-08-01");
    world.answer(ID, "comment_closes", "2026-08-20", opened);
    let alarmed = world.day("2026-08-03");
    assert!(alarmed.mailed().contains(&"centre@dc"));
    world.change("update event set on_date = '2026-08-31' where kind = 'comment_closes'");
    world.day("2026-08-04");
    let of = |rung: &str| {
        let sql = format!(
            "select distinct json_extract(message.recipient, '$.address')
             from notice join message on message.id = message_id
                         join obligation on obligation.id = obligation_id
             where rule = 'pub-5a' and rung = '{rung}' order by 1"
        );
        world.rows(&sql)
    };
    assert_eq!(of("long_enough"), of("cut_short"));
    assert_eq!(facts(&world, "long_enough", "kind"), ["cleared"]);
}
