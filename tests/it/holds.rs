//! A channel that waits as a whole: one message probes it, and nobody else waits for it.

use chrono::{DateTime, TimeDelta, Utc};
use duban::daemon::start_writer;
use duban::domain::delivery::{Class, Outcome, Verdict};
use duban::domain::hold::{Cause, Relief};
use duban::domain::lanes::{Bounds, Lanes};
use duban::store::ledger::outbox::{self, Claim, Lease};
use duban::store::ledger::{self, Ledger, holds};
use tempfile::TempDir;

use crate::support::certificates::Authority;
use crate::support::messages;
use crate::support::smtp::{Act, Relay, Stage, Tls};
use crate::support::world::World;

/// More mails than one claim could look at one by one.
const MAILS: i64 = 1_500;

fn now() -> DateTime<Utc> {
    "2026-05-08T02:00:00Z".parse().unwrap()
}

/// A ledger with many mails waiting, one post behind them, and mail held until `probe_at`.
fn held(folder: &TempDir, probe_at: &'static str) -> Ledger {
    let (ledger, writer) = ledger::open(&folder.path().join("ledger.db")).unwrap();
    start_writer(writer).unwrap();
    let fill = move |connection: &rusqlite::Connection| {
        let recipient = |channel: &str| {
            format!(
                r#"{{"unit":"市水利局","audience":"contact","name":"","address":"a@example.gov.cn","channel":"{channel}"}}"#
            )
        };
        let mut insert = connection.prepare(
            "insert into message (key, channel, destination, recipient, state, made_at, next_at)
             values ($1, $2, $3, $4, 'pending', $5, $5)",
        )?;
        for n in 0..MAILS {
            let early = "2026-05-08T00:00:00.000Z";
            insert.execute((format!("m{n}"), "mail", "mail", recipient("mail"), early))?;
        }
        let late = "2026-05-08T01:00:00.000Z";
        let to = "webhook:市水利局";
        insert.execute(("post", "webhook", to, recipient("webhook"), late))?;
        connection.execute(
            "insert into hold (destination, since, probe_at, cause, reason)
             values ('mail', $1, $2, 'fault', '535')",
            ("2026-05-08T00:00:00.000Z", probe_at),
        )?;
        Ok(())
    };
    ledger.write_blocking("fill the outbox", fill).unwrap();
    ledger
}

/// The keys a claim takes while so many are in flight.
fn claimed(ledger: &Ledger, in_flight: &[(&str, usize)]) -> Vec<String> {
    let mut lanes = Lanes::new(Bounds {
        in_flight: 64,
        per_destination: 4,
        per_relay: 32,
        ..Bounds::default()
    });
    for (destination, n) in in_flight {
        (0..*n).for_each(|_| lanes.begin(destination, 1, now()));
    }
    let lease = Lease {
        holder: "test".to_owned(),
        until: now() + TimeDelta::hours(1),
    };
    let claim = move |c: &rusqlite::Connection| outbox::claim(c, &lanes, &lease, now());
    let claimed = ledger.write_blocking("claim messages", claim).unwrap();
    claimed
        .claims
        .into_iter()
        .map(|claim| claim.message.key)
        .collect()
}

#[test]
fn a_long_queue_for_a_held_relay_hides_nobody_elses_messages() {
    let folder = TempDir::new().unwrap();
    let ledger = held(&folder, "2026-05-08T03:00:00.000Z");
    assert_eq!(claimed(&ledger, &[]), ["post"]);
}

#[test]
fn one_message_probes_a_held_channel_and_no_other_while_it_is_under_way() {
    let folder = TempDir::new().unwrap();
    let ledger = held(&folder, "2026-05-08T01:30:00.000Z");
    assert_eq!(claimed(&ledger, &[("mail", 1)]), ["post"]);
    assert_eq!(claimed(&ledger, &[]), ["m0"]);
}

/// A relay that wants a login over TLS, on the settings of `world`.
fn with_login(world: &mut World, authority: &Authority) -> Relay {
    world.close();
    let guard = world.runtime.enter();
    let relay = Relay::start(Tls::Implicit(authority.acceptor()));
    drop(guard);
    let password = authority.folder().join("password");
    std::fs::write(&password, "wrong\n").unwrap();
    let file = world.at("duban.toml");
    let settings = std::fs::read_to_string(&file).unwrap();
    let (before, _) = settings.split_once("host =").unwrap();
    let mail = format!(
        "host = \"127.0.0.1\"\nport = {}\ntls = \"implicit\"\nhello = \"duban.dc\"\nuser = \"ducha\"\n\
         password = {{ file = \"{}\" }}\nca_file = \"{}\"\nper_minute = 0\n",
        relay.port,
        password.display(),
        authority.file().display()
    );
    std::fs::write(&file, format!("{before}{mail}")).unwrap();
    world.open();
    relay
}

/// Five hundred mails that may go out now, each to somebody else.
fn five_hundred_mails(world: &World) {
    let made_at = "2026-09-02T00:00:00.000Z";
    let fill = move |connection: &rusqlite::Connection| {
        let mut insert = connection.prepare(
            "insert into message (key, channel, destination, recipient, digest, state, made_at,
                                  next_at)
             values ($1, 'mail', 'mail', $2, $3, 'pending', $4, $4)",
        )?;
        let digest = serde_json::to_string(&messages::digest()).unwrap();
        for n in 0..500 {
            let recipient = format!(
                r#"{{"unit":"市水利局","audience":"contact","name":"","address":"a{n}@example.gov.cn","channel":"mail"}}"#
            );
            insert.execute((format!("msg_{n}"), recipient, &digest, made_at))?;
        }
        Ok(())
    };
    world
        .ledger()
        .write_blocking("fill the outbox", fill)
        .unwrap();
}

fn logins(relay: &Relay) -> usize {
    let commands = relay.commands();
    commands
        .iter()
        .filter(|line| line.starts_with("AUTH"))
        .count()
}

/// How the hold of mail began and ended; the probes between renew it.
fn hold_entries(world: &World) -> Vec<String> {
    let entries = world.audit("mail").into_iter().map(|entry| entry.what);
    entries.filter(|what| what != "hold renewed").collect()
}

#[test]
fn a_wrong_password_with_five_hundred_mails_is_tried_once_a_probe_and_alarms_once() {
    let authority = Authority::new();
    let mut world = World::new("2026-09-02");
    let relay = with_login(&mut world, &authority);
    for _ in 0..100 {
        relay.next(Stage::Auth, Act::Say("535 5.7.8 authentication failed"));
    }
    // Planned for before the digest's hour: what goes out is known to be true.
    world.at_time("2026-09-02", "08:00");
    world.plan();
    five_hundred_mails(&world);
    let mut tried = Vec::new();
    for time in [
        "08:30", "08:44", "08:45", "09:14", "09:15", "10:14", "10:15", "14:14", "14:15",
    ] {
        world.at_time("2026-09-02", time);
        world.deliver();
        tried.push(logins(&relay));
    }
    assert_eq!(tried, [1, 1, 2, 2, 3, 3, 4, 4, 5]);
    assert_eq!(hold_entries(&world), ["hold begun"]);
    assert_eq!(world.messages("pending"), 500);
    // One for each connection when the first was refused, and one for each probe.
    let attempts = "select sum(attempts) from message";
    assert_eq!(
        world.rows(attempts),
        ["8"],
        "who waits is not counted as tried"
    );
    // Mended, and the settings read anew: probed at once, and everything follows.
    relay.forget(Stage::Auth);
    world.crash_and_reopen();
    world.deliver();
    assert_eq!(world.messages("delivered"), 500);
    assert_eq!(hold_entries(&world)[1..], ["hold ended"]);
    let freed = world.audit("mail").pop().unwrap();
    assert_eq!(freed.detail["waiting"], 499);
    let given_up = "select count(*) from audit where what = 'given up'";
    assert_eq!(world.rows(given_up), ["0"]);
}

#[test]
fn the_hours_until_a_message_is_given_up_do_not_run_while_its_way_is_held() {
    let world = World::new("2026-09-02");
    world.decision("2026-001");
    world.event("2026-001", "execution_completed", "2026-07-01");
    world.at_time("2026-09-02", "06:00");
    world.plan();
    for _ in 0..2 {
        let refusal = Act::Say("530 5.7.0 authentication required");
        world.relay.next(Stage::Mail, refusal);
    }
    world.at_time("2026-09-02", "08:30");
    world.deliver();
    assert_eq!(hold_entries(&world), ["hold begun"]);
    // Ten days later the relay is mended, and busy.
    let people = [
        "contact@jtj",
        "contact@zjj",
        "head@jtj",
        "leader@jtj",
        "centre@dc",
    ];
    for address in people {
        world.relay.refuse(address, Some("450 4.2.2 greylisted"));
    }
    world.at_time("2026-09-12", "08:30");
    world.deliver();
    let tried = "select distinct state, attempts from message where channel = 'mail'";
    assert_eq!(world.messages("failed"), 0);
    assert!(
        world.rows(tried).contains(&"pending 2".to_owned()),
        "{:?}",
        world.rows(tried)
    );
    for address in people {
        world.relay.refuse(address, None);
    }
    world.at_time("2026-09-12", "12:30");
    world.deliver();
    let waiting = "select count(*) from message where state <> 'delivered'";
    assert_eq!(world.rows(waiting), ["0"]);
}

#[test]
fn a_fault_neither_takes_over_nor_ends_what_a_person_holds() {
    let folder = TempDir::new().unwrap();
    let ledger = held(&folder, "2026-05-08T01:30:00.000Z");
    let lease = Lease {
        holder: "test".to_owned(),
        until: now() + TimeDelta::hours(1),
    };
    let causes = move |c: &rusqlite::Connection| {
        let lanes = Lanes::new(Bounds {
            in_flight: 64,
            per_destination: 1,
            per_relay: 1,
            ..Bounds::default()
        });
        let claimed = outbox::claim(c, &lanes, &lease, now())?;
        let of_mail = |claim: &Claim| claim.destination == "mail";
        let claim = claimed.claims.into_iter().find(of_mail).unwrap();
        // While the probe is under way, a person holds the relay.
        holds::begin(c, "mail", (Cause::Hand, "检修"), None, now())?;
        let refused = Outcome::new(Class::Deferred, "auth", "535").of_channel();
        let verdicts = [
            Verdict::HoldDestination {
                probe_at: now(),
                reason: "535".to_owned(),
                relief: Relief::Try,
            },
            Verdict::Done,
        ];
        let mut causes = Vec::new();
        for verdict in &verdicts {
            outbox::settle(c, &claim, &refused, verdict, now())?;
            holds::probe_now(c, now())?;
            let hold = holds::list(c)?.remove(0);
            causes.push((hold.cause, hold.probe_at));
        }
        Ok(causes)
    };
    let causes = ledger.write_blocking("settle", causes).unwrap();
    let by_hand = ("hand".to_owned(), None);
    assert_eq!(causes, [by_hand.clone(), by_hand]);
}
