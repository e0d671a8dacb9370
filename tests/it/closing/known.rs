//! Who may have heard: what waits, was cancelled before it was sent or was refused told
//! nobody; what nobody knows the end of may have.

use super::{CONTACTS, done, due_on_the_ninth, facts, no_ending, undone};
use crate::support::smtp::{Act, Stage};

#[test]
fn who_heard_of_an_older_date_hears_that_it_is_done() {
    let world = due_on_the_ninth("2026-09-02");
    world.work();
    world.at_time("2026-09-02", "20:00");
    world.change("update event set on_date = '2026-08-20' where kind = 'execution_completed'");
    world.plan();
    done(&world, "2026-09-02");
    // The change that waited is not sent any more.
    let sent = world.day("2026-09-03");
    assert_eq!(sent.mailed(), CONTACTS);
    assert!(facts(&world, "closed", "was_due_on") == ["nothing"]);
    assert_eq!(world.messages("cancelled"), 3);
}

#[test]
fn who_was_to_be_told_and_was_not_hears_nothing() {
    let world = due_on_the_ninth("2026-09-02");
    world.at_time("2026-09-02", "06:00");
    world.plan();
    done(&world, "2026-09-02");
    assert!(world.day("2026-09-02").is_silent());
    assert!(no_ending(&world));
}

#[test]
fn a_mail_that_went_out_without_a_cancelled_notice_told_nobody_of_it() {
    let world = due_on_the_ninth("2026-09-02");
    world.decision("2026-002");
    world.event("2026-002", "execution_completed", "2026-08-10");
    world.at_time("2026-09-02", "18:00");
    world.plan();
    done(&world, "2026-09-02");
    // The mail goes out with the other decision alone.
    assert_eq!(world.day("2026-09-03").mailed(), CONTACTS);
    undone(&world);
    world.at_time("2026-09-03", "18:00");
    world.plan();
    done(&world, "2026-09-03");
    assert!(world.day("2026-09-04").mailed() == CONTACTS, "the other");
    assert!(no_ending(&world));
}

#[test]
fn who_refused_the_notice_hears_nothing_and_who_was_told_instead_does() {
    let world = due_on_the_ninth("2026-09-02");
    // The contact of 市交通局 has no mailbox any more; the head is told instead.
    world.relay.next(Stage::Rcpt, Act::Say("550 5.1.1 nobody"));
    world.work();
    world.at_time("2026-09-02", "08:35");
    world.work();
    done(&world, "2026-09-02");
    let sent = world.day("2026-09-03");
    let refused = world.rows(
        "select json_extract(recipient, '$.address') from message
         where last_word like '%550%' and digest is null",
    );
    assert_eq!(refused.len(), 1);
    assert!(!sent.mailed().contains(&refused[0].as_str()));
    let to = sent.mailed();
    let head = refused[0].replace("contact", "head");
    assert!(to.contains(&head.as_str()), "{to:?}");
    assert_eq!(to.len(), 2);
}

#[test]
fn a_notice_of_which_nobody_knows_whether_it_arrived_may_have_been_heard() {
    let world = due_on_the_ninth("2026-09-02");
    world.relay.next(Stage::Dot, Act::TakeAndDrop);
    world.relay.next(Stage::Dot, Act::TakeAndDrop);
    world.work();
    done(&world, "2026-09-02");
    assert_eq!(world.day("2026-09-03").mailed(), CONTACTS);
}

#[test]
fn that_it_is_over_does_not_fail_upward() {
    let world = due_on_the_ninth("2026-09-02");
    world.work();
    done(&world, "2026-09-02");
    for _ in 0..2 {
        world.relay.next(Stage::Rcpt, Act::Say("550 5.1.1 nobody"));
    }
    world.day("2026-09-03");
    let before = world.rows("select key from notice").len();
    world.at_time("2026-09-03", "12:00");
    assert!(world.work().is_silent());
    assert_eq!(world.rows("select key from notice").len(), before);
    let open = "select 1 from message where state = 'failed' and upward < 2 and digest is null";
    assert!(world.rows(open).is_empty());
}

#[test]
fn a_notice_says_whether_its_date_is_new_to_whoever_reads_it() {
    let world = due_on_the_ninth("2026-09-02");
    world.days("2026-09-02", "2026-09-04");
    assert_eq!(facts(&world, "-7d", "date_is_new"), ["1"]);
    assert_eq!(facts(&world, "-3d", "date_is_new"), ["0"]);
    world.change("update event set on_date = '2026-08-20' where kind = 'execution_completed'");
    world.day("2026-09-07");
    assert_eq!(facts(&world, "changed", "date_is_new"), ["1"]);
    assert_eq!(facts(&world, "changed", "calls"), [r#"["contact"]"#]);
    assert_eq!(facts(&world, "changed", "was_due_on"), ["2026-09-09"]);
}

#[test]
fn an_overdue_notice_chases_from_the_second_on() {
    let world = due_on_the_ninth("2026-09-02");
    world.days("2026-09-02", "2026-09-22");
    for (rung, is_chase) in [
        ("-7d", "0"),
        ("+0d", "0"),
        ("+1wd", "0"),
        ("+5wd", "1"),
        ("+10wd", "1"),
    ] {
        assert_eq!(facts(&world, rung, "is_chase"), [is_chase], "{rung}");
    }
    // A date of its own begins anew.
    world.change("update event set on_date = '2026-08-14' where kind = 'execution_completed'");
    world.day("2026-09-23");
    let last = "select is_chase from (select json_extract(facts, '$.is_chase') as is_chase, id
                from notice where revision = 2) order by id limit 1";
    assert_eq!(world.rows(last), ["0"]);
}
