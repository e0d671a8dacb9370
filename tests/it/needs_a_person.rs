//! A way that nobody but a person can mend: the centre is told in the very next round, and
//! nobody waits for an hour; and a way that names the moment at which it opens again.

use std::time::{Duration, Instant};

use chrono::{DateTime, TimeDelta, Utc};
use duban::domain::delivery::http::{Answer, Body};
use duban::domain::delivery::robot::{self, Vendor};
use duban::domain::delivery::{Outcome, RetryPolicy, Verdict, verdict};
use duban::domain::hold::Relief;
use duban::domain::lanes::{Bounds, Lanes};
use duban::store::ledger::holds;
use duban::store::ledger::outbox::{self, Claim, Lease};

use crate::daemon;
use crate::support::http;
use crate::support::mailbox::Mail;
use crate::support::process::Process;
use crate::support::world::{Sent, World};

const DAY: &str = "2026-09-02";

const REMOVED: &str = r#"{"errcode":93000,"errmsg":"invalid webhook url, hint: [1617676]"}"#;
const TOO_FAST: &str = r#"{"errcode":410100,"errmsg":"send too fast"}"#;

/// One duty of `unit`, told on the morning of that day.
fn duty_of(unit: &str) -> World {
    let world = World::new(DAY);
    duty(&world, "2026-001", unit);
    world
}

fn duty(world: &World, id: &str, unit: &str) {
    world.decision(id);
    world.event(id, "execution_completed", "2026-08-10");
    world.change(&format!(
        "update decision set drafting_unit = '{unit}', executing_unit = '{unit}' where id = '{id}'"
    ));
}

fn round_at(world: &World, time: &str) -> Sent {
    world.at_time(DAY, time);
    world.work()
}

/// What was planned for the unit's endpoint is for its robot.
fn to_the_robot(world: &World, channel: &'static str) {
    let change = move |c: &rusqlite::Connection| {
        c.execute(
            "update message set channel = $1, destination = $1 || ':' || json_extract(recipient, '$.unit'),
                                recipient = json_set(recipient, '$.channel', $1)
             where channel = 'webhook'",
            [channel],
        )
    };
    assert!(
        world
            .ledger()
            .write_blocking("give it a robot", change)
            .unwrap()
            > 0
    );
}

fn now(world: &World) -> DateTime<Utc> {
    world.live().context.clock.now()
}

/// Claims what may go to the robots now.
fn claimed(world: &World, now: DateTime<Utc>) -> Vec<Claim> {
    let claim = move |c: &rusqlite::Connection| {
        let lanes = Lanes::new(Bounds {
            in_flight: 8,
            per_destination: 4,
            // None of them is a mail.
            per_relay: 0,
            ..Bounds::default()
        });
        let lease = Lease {
            holder: "test".to_owned(),
            until: now + TimeDelta::hours(1),
        };
        outbox::claim(c, &lanes, &lease, now)
    };
    world
        .ledger()
        .write_blocking("claim", claim)
        .unwrap()
        .claims
}

/// The robot gives that answer to the message; what follows.
fn answered(world: &World, claim: Claim, body: &'static str, vendor: Vendor) -> (Outcome, Verdict) {
    let now = now(world);
    let answer = Answer {
        status: 200,
        retry_after: None,
        body: Body::Whole(body.as_bytes()),
    };
    let outcome = robot::read(&answer, vendor, now).outcome;
    let verdict = verdict(&outcome, &claim.attempt, now, &RetryPolicy::default());
    let both = (outcome.clone(), verdict.clone());
    let settle = move |c: &_| outbox::settle(c, &claim, &outcome, &verdict, now);
    world.ledger().write_blocking("settle", settle).unwrap();
    both
}

fn holds(world: &World) -> Vec<duban::domain::hold::Hold> {
    world.reader().ask("read the holds", holds::list).unwrap()
}

#[test]
fn an_endpoint_that_is_gone_alarms_the_centre_in_the_next_round_and_once() {
    let world = duty_of("市住建局");
    for _ in 0..5 {
        world.receiver.next(http::Answer::Status(410, Vec::new()));
    }
    // The contact's mail arrives, and the endpoint is gone.
    assert_eq!(world.day(DAY).mailed(), ["contact@zjj"]);
    let sent = round_at(&world, "08:31");
    assert_eq!(sent.mailed(), ["centre@dc"]);
    let text = &sent.notices()[0].text;
    assert!(
        text.contains("410: the endpoint is gone for good"),
        "{text}"
    );
    for time in ["08:32", "09:31", "10:31", "12:31"] {
        assert!(round_at(&world, time).mailed().is_empty(), "{time}");
    }
    assert_eq!(holds(&world)[0].relief, Relief::Person);
    // The log alone says so too.
    world.duban(&["audit", "verify", "--tables"]);
}

#[test]
fn a_robot_that_was_removed_sends_the_notice_to_people_within_one_round_and_says_why() {
    let world = duty_of("市住建局");
    world.at_time(DAY, "08:30");
    world.plan();
    to_the_robot(&world, "wecom");
    let stop = "update message set state = 'cancelled' where channel = 'mail' and digest is null";
    let stop = |c: &rusqlite::Connection| c.execute(stop, []);
    world
        .ledger()
        .write_blocking("stop the mail", stop)
        .unwrap();
    let claims = claimed(&world, now(&world));
    assert_eq!(claims.len(), 1);
    for claim in claims {
        let (outcome, verdict) = answered(&world, claim, REMOVED, Vendor::Wecom);
        assert_eq!(outcome.vendor_code, Some(93_000));
        assert!(verdict.is_bad_news(), "{verdict:?}");
    }
    world.deliver();
    // One round: the unit's head, for the contact has no mail of it, and the centre.
    let sent = round_at(&world, "08:31");
    assert_eq!(sent.mailed(), ["centre@dc", "head@zjj"]);
    for mail in sent.notices() {
        assert!(mail.text.contains("93000"), "{}", mail.text);
        assert!(mail.text.contains("机器人已被移出群聊"), "{}", mail.text);
    }
    assert!(round_at(&world, "08:32").is_silent());
    let listed = world.duban(&["notices", "list", "--waiting"]);
    assert!(listed.contains("needs a person"), "{listed}");
    let listed = world.duban(&["notices", "list", "--waiting", "--json"]);
    assert!(listed.contains("errcode 93000"), "{listed}");
    let next = world.day("2026-09-03");
    let digest = next.mails.iter().find(|mail| mail.is_digest()).unwrap();
    assert!(digest.text.contains("须由人员处理"), "{}", digest.text);
    assert!(digest.text.contains("93000"), "{}", digest.text);
}

#[test]
fn what_comes_due_behind_a_removed_robot_waits_for_no_hour_either() {
    let world = duty_of("市住建局");
    world.at_time(DAY, "08:30");
    world.plan();
    to_the_robot(&world, "wecom");
    let claim = claimed(&world, now(&world)).remove(0);
    answered(&world, claim, REMOVED, Vendor::Wecom);
    world.deliver();
    assert_eq!(round_at(&world, "08:31").mailed(), ["centre@dc"]);
    // The next notice is never tried, and the contact's mailbox is none.
    duty(&world, "2026-002", "市住建局");
    world
        .relay
        .refuse("contact@zjj", Some("550 5.1.1 no such user"));
    world.at_time(DAY, "08:33");
    world.plan();
    to_the_robot(&world, "wecom");
    world.deliver();
    let sent = round_at(&world, "08:34");
    assert_eq!(sent.mailed(), ["head@zjj"], "the centre has had its alarm");
    assert!(sent.notices()[0].text.contains("2026-002"));
}

#[test]
fn a_pause_is_kept_to_the_moment_whoever_reads_settings_anew_and_alarms_nobody() {
    let mut world = duty_of("市住建局");
    world.at_time(DAY, "08:30");
    world.plan();
    to_the_robot(&world, "dingtalk");
    let claim = claimed(&world, now(&world)).remove(0);
    let (_, verdict) = answered(&world, claim, TOO_FAST, Vendor::Dingtalk);
    assert!(!verdict.is_bad_news(), "{verdict:?}");
    let opens = now(&world) + TimeDelta::minutes(10);
    // A restart has every other broken way probed at once.
    world.crash_and_reopen();
    let hold = holds(&world).remove(0);
    assert_eq!(hold.relief, Relief::Moment);
    assert_eq!(
        hold.probe_at.unwrap().parse::<DateTime<Utc>>().unwrap(),
        opens
    );
    assert_eq!(round_at(&world, "08:31").mailed(), ["contact@zjj"]);
    assert!(round_at(&world, "08:39").is_silent());
    let findings = world.rows("select code from finding");
    assert!(
        !findings.contains(&"destination_held".to_owned()),
        "{findings:?}"
    );
    assert!(claimed(&world, opens - TimeDelta::milliseconds(1)).is_empty());
    assert_eq!(claimed(&world, opens).len(), 1);
}

/// Rounds by itself a minute apart: only the verdict can have called for this one.
const WATCHDOG_MS: u32 = 600_000;

#[test]
fn the_daemon_makes_that_round_at_once() {
    let world = daemon::city();
    daemon::due_today(&world, "2026-001");
    for _ in 0..5 {
        world.receiver.next(http::Answer::Status(410, Vec::new()));
    }
    let mut process = Process::start(&world.at(""), WATCHDOG_MS);
    process.hears("READY=1");
    process.until("posting", || !world.posts().is_empty());
    let posted = Instant::now();
    process.until("telling the centre", || {
        let mails = world.mails();
        let is_told = |mail: &Mail| !mail.is_digest() && mail.to == "centre@dc";
        mails.iter().any(is_told)
    });
    let took = posted.elapsed();
    assert!(took < Duration::from_secs(15), "{took:?}");
}
