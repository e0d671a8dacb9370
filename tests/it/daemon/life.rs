//! Starting, being watched, stopping and being killed.

use std::time::Duration;

use super::{city, due_today, noticed, settled};
use crate::support::http::Answer;
use crate::support::process::Process;
use crate::support::smtp::{Act, Stage};

#[test]
fn ready_is_said_after_the_first_plan_and_the_status_names_the_next_date() {
    let world = city();
    world.decision("2026-001");
    // Reminders begin a week ahead of ten years after that, and it is a working day before.
    let archived = "insert into event (decision_id, kind, on_date)
                    values ('2026-001', 'archived', date('now', '-3 years'))";
    world.change(archived);
    let process = Process::ready(&world.at(""));
    let obligations = world.rows("select rule, next_on from obligation");
    let [obligation] = obligations.as_slice() else {
        panic!("{obligations:?}");
    };
    let next = obligation.trim_start_matches("arc-21 ");
    let heard = process.heard.join("\n");
    let status = heard.find(&format!("STATUS=next date {next}"));
    assert!(status.is_some(), "{heard}");
    assert!(status < heard.find("READY=1"), "{heard}");
}

#[test]
fn the_watchdog_is_fed_by_every_round() {
    let world = city();
    let mut process = Process::ready(&world.at(""));
    for _ in 0..5 {
        process.hears("WATCHDOG=1");
    }
}

#[test]
fn what_the_city_enters_while_it_runs_is_planned_and_sent() {
    let world = city();
    let process = settled(&world);
    due_today(&world, "2026-001");
    process.until("told", || noticed(&world) == 1 && world.posts().len() == 1);
}

#[test]
fn told_to_stop_it_finishes_what_is_under_way() {
    let world = city();
    due_today(&world, "2026-001");
    let slow = Act::Late(Duration::from_millis(300));
    world.relay.next(Stage::Dot, slow).next(Stage::Dot, slow);
    let mut process = Process::ready(&world.at(""));
    process.until("taken", || noticed(&world) == 1);
    process.signal("TERM");
    process.hears("STOPPING=1");
    let (code, log) = process.ends();
    assert_eq!(code, Some(0), "{log}");
    assert_eq!(world.messages("leased"), 0);
    let marked = "select key from message where maybe_repeat = 1 or attempts > 1";
    assert_eq!(world.rows(marked), [""; 0]);
    let settled = "select count(*) from attempt where outcome is null";
    assert_eq!(world.rows(settled), ["0"]);
    let said = world.relay.commands();
    assert_eq!(said.last().map(String::as_str), Some("QUIT"), "{said:?}");
}

#[test]
fn killed_before_the_answer_it_repeats_under_the_same_id_and_says_so() {
    let world = city();
    due_today(&world, "2026-001");
    let never = Act::Late(Duration::from_hours(1));
    world.relay.next(Stage::Dot, never).next(Stage::Dot, never);
    world.receiver.next(Answer::Silence);
    let process = Process::ready(&world.at(""));
    // The digest too, so that nobody is late any more after the next start.
    process.until("sent", || {
        world.mails().len() == 2 && world.posts().len() == 1
    });
    process.kill();
    settled(&world);
    let mails: Vec<_> = world
        .mails()
        .into_iter()
        .filter(|mail| !mail.is_digest())
        .collect();
    let [first, second] = mails.as_slice() else {
        panic!("{mails:?}");
    };
    assert_eq!(first.id, second.id);
    assert_eq!(
        (first.is_marked_as_repeat(), second.is_marked_as_repeat()),
        (false, true)
    );
    let posts = world.posts();
    assert_eq!(posts.len(), 2);
    assert_eq!(posts[0].header("webhook-id"), posts[1].header("webhook-id"));
    assert_eq!(posts[1].header("duban-maybe-repeat"), "true");
}

#[test]
fn killed_at_any_moment_it_loses_nothing_and_repeats_nothing_unmarked() {
    let world = city();
    for seq in 1..=20 {
        due_today(&world, &format!("2026-{seq:03}"));
    }
    let mut pause = Duration::from_millis(3);
    while world.posts().len() < 20 {
        let process = Process::start(&world.at(""), 600);
        let before = world.posts().len();
        // Killed a little later each time, counted from its first post.
        process.until("posted", || world.posts().len() > before);
        std::thread::sleep(pause);
        pause += Duration::from_millis(2);
        process.kill();
    }
    settled(&world);
    let mut seen = std::collections::BTreeSet::new();
    for post in world.posts() {
        let is_new = seen.insert(post.header("webhook-id").to_owned());
        let is_marked = post.header("duban-maybe-repeat") == "true";
        assert!(
            is_new || is_marked,
            "{} came unmarked again",
            post.header("webhook-id")
        );
    }
    assert_eq!(seen.len(), 20);
}

#[test]
fn a_second_daemon_on_the_same_ledger_ends_at_once_and_says_why() {
    let world = city();
    let first = settled(&world);
    let (code, log) = Process::start(&world.at(""), 600).ends();
    assert_eq!(code, Some(75), "{log}");
    assert!(log.contains("another duban is running"), "{log}");
    drop(first);
    settled(&world);
}

#[test]
fn wrong_settings_and_a_foreign_catalogue_are_refused_at_the_start() {
    let world = city();
    world.change("insert into event (decision_id, kind, on_date) values ('x', 'decided', '')");
    let spoiled = "alter table decision rename column title to name";
    rusqlite::Connection::open(world.at("catalog.db"))
        .unwrap()
        .execute_batch(spoiled)
        .unwrap();
    let (code, log) = Process::start(&world.at(""), 600).ends();
    assert_eq!(code, Some(78), "{log}");
    assert!(log.contains("title"), "{log}");
}
