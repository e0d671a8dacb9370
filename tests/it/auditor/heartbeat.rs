//! The real program and a watchman outside: beats follow clean rounds and nothing else.

use std::time::{Duration, Instant};

use chrono::{DateTime, Datelike, SecondsFormat, TimeDelta, Utc};
use duban::channels::heartbeat::{Heartbeat, Settings};
use duban::clock::Clock;

use crate::config::load;
use crate::support::http::{Answer, Receiver};
use crate::support::process::Process;
use crate::support::world::World;

/// A city on the day it is, with a watchman; the year is covered whichever it is.
fn watched(world: &mut World, watchman: &Receiver) {
    world.close();
    world.keep_calendars();
    let year = Clock::System.today().year();
    let notice =
        include_str!("../../../config/calendar/2026.json").replace("2026", &year.to_string());
    if year != 2026 {
        std::fs::write(world.at(&format!("calendar/{year}.json")), notice).unwrap();
    }
    let file = world.at("duban.toml");
    let settings = std::fs::read_to_string(&file).unwrap();
    let heartbeat = format!(
        "[heartbeat]\nurl = \"http://127.0.0.1:{}/ping/token-in-path\"\nevery_secs = 1\n",
        watchman.port
    );
    std::fs::write(file, settings + &heartbeat).unwrap();
}

/// Rounds until `holds`: each says where things stand, and waits until systemd has heard it.
fn rounds_until(process: &mut Process, what: &str, holds: impl Fn(&Process) -> bool) {
    for _ in 0..100 {
        if holds(process) {
            return;
        }
        process.hears("STATUS=");
    }
    panic!("never {what}:\n{}", process.log());
}

/// Waits until the watchman hears more than it did.
fn beats(process: &mut Process, watchman: &Receiver) {
    let before = watchman.requests().len();
    rounds_until(process, "heard", |_| watchman.requests().len() > before);
}

/// Whether the watchman hears nothing for two of its seconds and more.
fn is_silent(process: &mut Process, watchman: &Receiver) -> bool {
    // One may be on its way.
    process.hears("STATUS=");
    let (before, begun) = (watchman.requests().len(), Instant::now());
    while begun.elapsed() < Duration::from_millis(2500) {
        process.hears("STATUS=");
    }
    watchman.requests().len() == before
}

fn change(world: &World, sql: &str) {
    let ledger = rusqlite::Connection::open(world.at("ledger.db")).unwrap();
    ledger.execute_batch(sql).unwrap();
}

/// Six decisions to one endpoint, which hangs: four messages are on their way, and the others
/// wait for two hours already.
fn late_messages(process: &mut Process, world: &World) {
    for _ in 0..4 {
        world.receiver.next(Answer::Silence);
    }
    for n in 1..=6 {
        world.decision(&format!("2026-00{n}"));
    }
    world.change(&format!(
        "update decision set planned_on = '{}'",
        Clock::System.today()
    ));
    let posts = "select key from message where channel = 'webhook'";
    rounds_until(process, "planned", |_| world.rows(posts).len() >= 6);
    let since = stamp(Clock::System.now() - TimeDelta::hours(2));
    let late = "update message set next_at = '{}' where state = 'pending'";
    change(world, &late.replace("{}", &since));
}

fn stamp(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Millis, true)
}

#[test]
fn a_planted_fault_is_found_within_a_round_and_the_heartbeat_stops_until_it_is_gone() {
    let mut world = World::new(&Clock::System.today().to_string());
    let watchman = world.runtime.block_on(Receiver::start());
    watched(&mut world, &watchman);
    let mut process = Process::ready(&world.at(""));
    beats(&mut process, &watchman);
    beats(&mut process, &watchman);
    let request = &watchman.requests()[0];
    assert_eq!(request.method, "GET");

    let rung = format!(
        "insert into obligation (id, decision_id, rule, occurrence, revision, due_on, latest_on, live)
         values (900, '2026-900', 'arc-18', '', 1, '2099-01-01', '2099-01-01', 0);
         insert into rung (obligation_id, revision, level, name, on_date, fate, at)
         values (900, 1, 0, '-7d', '2026-01-01', 'told', '{}');",
        stamp(Clock::System.now())
    );
    let stuck_lease = "insert into message (key, channel, destination, recipient, state, made_at,
                                            next_at, lease_until)
         values ('leased', 'mail', 'mail', '{}', 'leased', 'x', 'x', '2099-01-01T00:00:00.000Z');"
        .to_owned();
    let plants = [
        (
            rung,
            "rung_not_told",
            "delete from rung; delete from obligation",
        ),
        (
            stuck_lease,
            "lease_stuck",
            "delete from message where key = 'leased'",
        ),
    ];
    for (plant, code, cure) in plants {
        change(&world, &plant);
        process.hears(code);
        assert!(process.log().contains(code), "{}", process.log());
        assert!(
            is_silent(&mut process, &watchman),
            "{code}:\n{}",
            process.log()
        );
        change(&world, cure);
        beats(&mut process, &watchman);
    }
    assert!(
        process.log().matches("rung_not_told").count() == 2,
        "{}",
        process.log()
    );
    assert!(!process.log().contains("token-in-path"));

    late_messages(&mut process, &world);
    process.hears("messages_late");
    assert!(is_silent(&mut process, &watchman), "{}", process.log());
}

#[test]
fn a_stuck_lease_starves_the_watchdog_and_what_only_people_cure_does_not() {
    let mut world = World::new(&Clock::System.today().to_string());
    world.close();
    let mut process = Process::ready(&world.at(""));
    change(
        &world,
        "insert into hold (destination, since, cause, reason)
         values ('webhook:x', '2026-01-01T00:00:00.000Z', 'hand', 'looked at')",
    );
    process.hears("destination_held");
    for _ in 0..3 {
        process.hears("WATCHDOG=1");
    }
    change(
        &world,
        r#"insert into message (key, channel, destination, recipient, state, made_at, next_at,
                               lease_until)
           values ('leased', 'webhook', 'webhook:x',
                   '{"unit":"x","audience":"contact","name":"","address":"x","channel":"webhook"}',
                   'leased', '2026-01-01T00:00:00.000Z', '2026-01-01T00:00:00.000Z',
                   '2099-01-01T00:00:00.000Z')"#,
    );
    process.hears("lease_stuck");
    let said = process.heard.len();
    for _ in 0..4 {
        process.hears("lease_stuck");
    }
    let fed = process.heard[said..]
        .iter()
        .filter(|one| one.contains("WATCHDOG=1"));
    assert_eq!(fed.count(), 0, "{:?}", process.heard);
    // What systemd then does.
    process.kill();
    let mut process = Process::ready(&world.at(""));
    process.hears("WATCHDOG=1");
}

#[test]
fn a_watchman_who_does_not_answer_delays_nothing_and_is_told_once() {
    let mut world = World::new(&Clock::System.today().to_string());
    let watchman = world.runtime.block_on(Receiver::start());
    watched(&mut world, &watchman);
    let elsewhere = vec![("location", format!("http://127.0.0.1:{}/", watchman.port))];
    watchman
        .next(Answer::Status(500, Vec::new()))
        .next(Answer::Status(302, elsewhere))
        .next(Answer::Drop);
    let mut process = Process::ready(&world.at(""));
    rounds_until(&mut process, "told", |process| {
        process.log().contains("heard again")
    });
    let log = process.log();
    assert_eq!(log.matches("heartbeat is not heard").count(), 1, "{log}");
    assert!(log.contains("answered 500"), "{log}");
    watchman.next(Answer::Silence);
    let asked = watchman.requests().len();
    rounds_until(&mut process, "asked", |_| watchman.requests().len() > asked);
    for _ in 0..5 {
        process.hears("WATCHDOG=1");
    }
    process.signal("TERM");
    assert_eq!(process.ends().0, Some(0));
}

#[test]
fn wrong_settings_of_the_heartbeat_are_told_with_their_line_and_without_the_url() {
    let faults = |heartbeat: &str| {
        let duban = format!("[heartbeat]\n{heartbeat}\n");
        load(&duban, crate::config::CENTRE).unwrap_err()
    };
    assert_eq!(
        faults("url = \"ftp://h/secret\"\nevery_secs = 0"),
        [
            "duban.toml:2, heartbeat.url: found another scheme, expected https",
            "duban.toml:3, heartbeat.every_secs: found 0, expected a number from 1 to 3600",
        ]
    );
    assert_eq!(
        faults("url = \"http://hc.example.gov.cn/secret\""),
        [
            "duban.toml:2, heartbeat.url: found plain HTTP, expected https, or `webhook.allow_http = true`"
        ]
    );
    assert_eq!(
        faults("every_secs = 60"),
        ["duban.toml:1, heartbeat: found nothing, expected the key `url`"]
    );
    let settings = Settings {
        url: "https://hc.example.gov.cn/secret".to_owned(),
        every_secs: 60,
        ca_file: None,
    };
    let heartbeat = Heartbeat::new(&settings, false).unwrap();
    assert!(!format!("{settings:?} {heartbeat:?}").contains("secret"));
    assert_eq!(
        load("[auditor]\nlate_min = 0\n", crate::config::CENTRE).unwrap_err(),
        ["duban.toml:2, auditor.late_min: found 0, expected a number from 1 to 1440"]
    );
}
