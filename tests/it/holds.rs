//! A channel that waits as a whole: one message probes it, and nobody else waits for it.

use chrono::{DateTime, TimeDelta, Utc};
use duban::daemon::start_writer;
use duban::domain::lanes::{Bounds, Lanes};
use duban::store::ledger::outbox::{self, Lease};
use duban::store::ledger::{self, Ledger};
use tempfile::TempDir;

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
