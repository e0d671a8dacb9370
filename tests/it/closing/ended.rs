//! Done, waived, put off, withdrawn, gone: those who were told hear it, and nobody else.

use super::{CONTACTS, ID, done, due_on_the_ninth, facts, no_ending, said};
use crate::support::world::World;

#[test]
fn who_was_told_of_a_duty_hears_that_it_is_done_and_nobody_else_does() {
    let world = due_on_the_ninth("2026-09-02");
    assert_eq!(world.work().mailed(), CONTACTS);
    done(&world, "2026-09-03");
    let sent = world.day("2026-09-03");
    assert_eq!(sent.mailed(), CONTACTS);
    assert_eq!(said(&world, &sent), ["closed cleared"]);
    assert_eq!(sent.posts.len(), 1);
    let body = sent.posts[0].json();
    assert_eq!(body["type"], "duban.notice.cleared");
    assert_eq!(body["data"]["ended"]["ended"], "done");
    assert_eq!(body["data"]["ended"]["on"], "2026-09-03");
    assert_eq!(facts(&world, "closed", "state"), ["done"]);
    assert_eq!(facts(&world, "closed", "calls"), [r#"["contact"]"#]);
    assert_eq!(facts(&world, "closed", "date_is_new"), ["0"]);
    for day in ["2026-09-04", "2026-09-10", "2026-10-09"] {
        assert!(world.day(day).is_silent(), "{day}");
    }
}

#[test]
fn whoever_a_duty_climbed_to_hears_that_it_is_done() {
    let world = due_on_the_ninth("2026-09-02");
    world.days("2026-09-02", "2026-09-10");
    done(&world, "2026-09-10");
    let all = ["centre@dc", "contact@jtj", "contact@zjj", "head@jtj"];
    assert_eq!(world.day("2026-09-11").mailed(), all);
}

#[test]
fn it_is_said_once_whatever_is_looked_at_again_and_over_a_restart() {
    let mut world = due_on_the_ninth("2026-09-02");
    world.work();
    done(&world, "2026-09-03");
    world.at_time("2026-09-03", "08:30");
    assert_eq!(world.plan().notices, 3);
    world.crash_and_reopen();
    world.change("update decision set note = 'looked at'");
    assert_eq!(world.plan().notices, 0);
    assert_eq!(world.work().mailed(), CONTACTS);
    world.change("update decision set note = 'looked at again'");
    assert!(world.day("2026-09-04").is_silent());
    let said = world.duban(&["audit", "verify", "--tables"]);
    assert!(said.contains("the tables are what the log says"), "{said}");
}

#[test]
fn a_waiver_is_told_with_its_name_and_reason() {
    let world = due_on_the_ninth("2026-09-02");
    world.work();
    world.change(
        "insert into event (decision_id, kind, on_date, note)
         values ('2026-001', 'waived', '2026-09-03', 'arc-18；张三；并入另案')",
    );
    let sent = world.day("2026-09-03");
    assert_eq!(sent.mailed(), CONTACTS);
    assert_eq!(said(&world, &sent), ["closed waived"]);
    assert_eq!(facts(&world, "closed", "ended.ended"), ["excused"]);
    assert_eq!(facts(&world, "closed", "ended.excuse"), ["waived"]);
    assert_eq!(facts(&world, "closed", "ended.by"), ["张三"]);
    assert_eq!(facts(&world, "closed", "ended.reason"), ["并入另案"]);
}

#[test]
fn who_heard_of_a_decision_hears_that_it_is_no_longer_pursued() {
    let world = due_on_the_ninth("2026-09-02");
    world.work();
    world.change("update decision set status = 'closed'");
    let sent = world.day("2026-09-03");
    assert_eq!(sent.mailed(), CONTACTS);
    assert_eq!(facts(&world, "closed", "ended.excuse"), ["ended"]);
}

#[test]
fn what_cannot_be_derived_any_more_is_withdrawn_with_the_facts_that_were_told() {
    let gone = [
        "delete from event where kind = 'execution_completed'",
        "delete from decision",
    ];
    for change in gone {
        let world = due_on_the_ninth("2026-09-02");
        world.work();
        world.change(change);
        let sent = world.day("2026-09-03");
        assert_eq!(sent.mailed(), CONTACTS, "{change}");
        assert_eq!(said(&world, &sent), ["lost withdrawn"], "{change}");
        assert_eq!(sent.posts[0].json()["type"], "duban.notice.withdrawn");
        for path in ["title", "duty", "due_on", "organ", "basis"] {
            let told = facts(&world, "-7d", path);
            assert_eq!(facts(&world, "lost", path), told, "{change}");
        }
        assert_eq!(facts(&world, "lost", "ended.ended"), ["lost"]);
        assert!(world.day("2026-10-09").is_silent(), "{change}");
    }
}

#[test]
fn a_decision_that_has_become_confidential_is_withdrawn_by_its_number_alone() {
    let world = due_on_the_ninth("2026-09-02");
    world.work();
    world.change("update decision set confidential = 1");
    world.change("delete from event where kind = 'execution_completed'");
    world.day("2026-09-03");
    assert_eq!(facts(&world, "lost", "title"), ["nothing"]);
}

#[test]
fn what_is_done_when_it_is_first_seen_is_told_to_nobody() {
    let world = due_on_the_ninth("2026-09-02");
    done(&world, "2026-09-01");
    assert!(world.work().is_silent());
    assert!(world.day("2026-09-10").is_silent());
    assert!(no_ending(&world));
}

#[test]
fn a_window_that_stayed_open_as_long_as_it_must_is_told_to_nobody() {
    let world = World::new("2026-08-03");
    world.decision(ID);
    let opened = world.event(ID, "comment_opened", "2026-08-01");
    world.answer(ID, "comment_closes", "2026-08-31", opened);
    world.days("2026-08-03", "2026-09-30");
    let windows = "select 1 from notice join obligation on obligation.id = obligation_id
                   where rule = 'pub-5a' and kind in ('cleared', 'waived', 'withdrawn')";
    assert!(world.rows(windows).is_empty());
}

#[test]
fn that_it_is_done_is_not_said_after_hours_even_on_its_last_day() {
    let world = due_on_the_ninth("2026-09-09");
    world.work();
    done(&world, "2026-09-09");
    world.at_time("2026-09-09", "21:00");
    assert!(world.work().is_silent());
    assert_eq!(world.day("2026-09-10").mailed(), CONTACTS);
}

#[test]
fn a_dry_run_shows_who_would_hear_that_it_is_over() {
    let world = due_on_the_ninth("2026-09-02");
    world.work();
    done(&world, "2026-09-02");
    let shown = world.duban(&["plan", "--as-of", "2026-09-03"]);
    assert!(shown.contains("■ done"), "{shown}");
    assert!(shown.contains("closed"), "{shown}");
    assert!(no_ending(&world));
}
