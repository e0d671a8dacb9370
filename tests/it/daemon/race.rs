//! Clerks at work in the catalogue while many messages are on their way: whatever they
//! commit, nothing is claimed afterwards that it made untrue.

use std::collections::BTreeSet;
use std::time::Duration;

use chrono::SecondsFormat;
use duban::clock::Clock;

use super::{city, due_today};
use crate::support::http::Answer;
use crate::support::process::Process;
use crate::support::world::World;

const DECISIONS: usize = 80;

/// Rounds by itself a minute apart: only the claim's own look can know in time.
const WATCHDOG_MS: u32 = 600_000;

fn id(n: usize) -> String {
    format!("2026-{n:03}")
}

/// What a clerk does to decision `n`, which ends its duty, or moves its date.
fn change(world: &World, n: usize) {
    let (id, today) = (id(n), super::today());
    match n % 5 {
        0 => world.change(&format!(
            "update decision set status = 'withdrawn' where id = '{id}'"
        )),
        1 => {
            world.event(&id, "decided", &today);
        }
        2 => world.change(&format!(
            "insert into event (decision_id, kind, on_date, note)
             values ('{id}', 'waived', '{today}', 'cat-2；王某某；不再列入')"
        )),
        3 => world.change(&format!(
            "update decision set planned_on = date('{today}', '+90 days') where id = '{id}'"
        )),
        _ => world.change(&format!("delete from decision where id = '{id}'")),
    }
}

/// The notices that were taken.
fn posted(world: &World) -> BTreeSet<String> {
    let posts = world.posts().into_iter();
    posts
        .map(|post| post.header("webhook-id").to_owned())
        .collect()
}

#[test]
fn nothing_is_claimed_for_what_was_withdrawn_done_waived_moved_or_deleted_since() {
    let world = city();
    for n in 1..=DECISIONS {
        due_today(&world, &id(n));
        world
            .receiver
            .next(Answer::Late(Duration::from_millis(60), 204));
    }
    let mut process = Process::start(&world.at(""), WATCHDOG_MS);
    process.hears("READY=1");
    process.until("posting", || world.posts().len() >= 4);
    let mut commits = Vec::new();
    // Every second decision is left as it is: it is told all the same.
    for n in (7..=DECISIONS).step_by(2) {
        change(&world, n);
        let after = Clock::System
            .now()
            .to_rfc3339_opts(SecondsFormat::Millis, true);
        commits.push((id(n), after));
        std::thread::sleep(Duration::from_millis(15));
    }
    // That something is over may wait for the morning.
    let open = "select 1 from message
                where state in ('pending', 'leased')
                  and not exists (select 1 from notice where message_id = message.id
                                  and kind in ('cleared', 'waived', 'withdrawn'))";
    process.until("settled", || world.rows(open).is_empty());
    let mut untrue = Vec::new();
    for (id, after) in &commits {
        untrue.extend(world.rows(&format!(
            "select '{id}', attempt.started_at, '{after}' from attempt
             join notice on notice.message_id = attempt.message_id
             join message on message.id = attempt.message_id
             join obligation on obligation.id = notice.obligation_id
             where obligation.decision_id = '{id}' and obligation.rule = 'cat-2'
               and message.channel = 'webhook'
               and notice.kind not in ('cleared', 'waived', 'withdrawn')
               and notice.revision = 1 and attempt.started_at > '{after}'"
        )));
    }
    assert_eq!(untrue, [""; 0], "claimed after the commit");
    let stopped = world
        .rows("select count(*) from message where channel = 'webhook' and state = 'cancelled'");
    println!(
        "{} commits beside {DECISIONS} messages: {} stopped, {} of them at the last look",
        commits.len(),
        stopped[0],
        world.rows("select count(*) from audit where what = 'not asked'")[0],
    );
    assert!(stopped[0].parse::<usize>().unwrap() > 10, "{stopped:?}");
    assert!(
        posted(&world).len() >= DECISIONS / 2,
        "what is true was told"
    );
}

#[test]
fn what_waits_for_a_token_goes_out_when_it_comes_and_not_at_the_next_round() {
    let world = city();
    let file = world.at("duban.toml");
    let settings = std::fs::read_to_string(&file).unwrap();
    // One a second, after the first ten.
    std::fs::write(&file, format!("[webhook]\nper_minute = 60\n{settings}")).unwrap();
    for n in 1..=13 {
        due_today(&world, &id(n));
    }
    let mut process = Process::start(&world.at(""), WATCHDOG_MS);
    process.hears("READY=1");
    process.until("posted", || world.posts().len() == 13);
    let apart = world.rows(
        "select count(*) from attempt a join message on message.id = a.message_id
         where channel = 'webhook'
           and unixepoch(started_at, 'subsec') > (
             select min(unixepoch(started_at, 'subsec')) from attempt) + 2.9",
    );
    assert_eq!(
        apart,
        ["1"],
        "the thirteenth has its token after three seconds"
    );
}
