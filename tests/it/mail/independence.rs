//! Twenty recipients of one relay: what befalls one of them is nothing to the others.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::{Duration, Instant};

use duban::channels::Channels;
use duban::channels::mail::{Deadlines, SmtpSettings};
use duban::domain::delivery::{Class, Outcome, Scope};
use duban::domain::notice::Message;
use tokio::task::JoinSet;

use super::{channels, keyed, plain};
use crate::support::messages::now;
use crate::support::smtp::Act::{Drop, Say, Silence};
use crate::support::smtp::{Act, Relay, Stage, Tls};

const ALL: usize = 20;

fn address(n: usize) -> String {
    format!("unit{n}@example.gov.cn")
}

fn message(n: usize) -> Message {
    let mut message = keyed(&format!("notice-{n}"));
    message.recipient.address = address(n);
    message
}

/// Deadlines that nothing reaches but a stall.
fn patient() -> Deadlines {
    Deadlines {
        reply: Duration::from_mins(1),
        ..Deadlines::default()
    }
}

fn over(relay: &Relay, connections: usize, deadlines: Deadlines) -> Arc<Channels> {
    Arc::new(channels(SmtpSettings {
        connections,
        deadlines,
        ..plain(relay)
    }))
}

/// All at once; each ends with its number.
fn send_all(channels: &Arc<Channels>) -> JoinSet<(usize, Outcome)> {
    let mut sends = JoinSet::new();
    for n in 0..ALL {
        let channels = Arc::clone(channels);
        sends.spawn(async move { (n, channels.send(&message(n), now()).await) });
    }
    sends
}

#[tokio::test]
async fn nineteen_arrive_while_one_stalls() {
    for stage in [Stage::Rcpt, Stage::Data, Stage::Dot] {
        let relay = Relay::start(Tls::None);
        relay.for_recipient(&address(0), stage, Silence);
        let channels = over(&relay, 2, patient());
        let mut sends = send_all(&channels);
        let begun = Instant::now();
        for _ in 1..ALL {
            let next = tokio::time::timeout(Duration::from_secs(20), sends.join_next());
            let (n, outcome) = next.await.unwrap().unwrap().unwrap();
            assert_eq!(outcome.class, Class::Accepted, "{n}: {outcome:?}");
        }
        println!("{stage:?}: 19 arrived in {:?}", begun.elapsed());
        let still_talking = sends.try_join_next().is_none() && sends.len() == 1;
        assert!(still_talking, "the stalled one was to be still under way");
        assert_eq!(relay.taken().len(), ALL - 1, "{stage:?}");
    }
}

/// What befalls one, and what it means for that one; by turns the first, the middle and the
/// last of twenty.
const FATES: [(Stage, Act, Class); 12] = [
    (Stage::Rcpt, REFUSED, Class::Rejected),
    (Stage::Rcpt, REFUSED, Class::Rejected),
    (Stage::Rcpt, REFUSED, Class::Rejected),
    (Stage::Rcpt, Say("450 4.7.1 later"), Class::Deferred),
    (Stage::Rcpt, Say("421 closing"), Class::Deferred),
    (Stage::Rcpt, Silence, Class::Deferred),
    (Stage::Rcpt, Drop, Class::Deferred),
    (Stage::Data, Say("451 later"), Class::Deferred),
    (Stage::Data, Drop, Class::Deferred),
    (Stage::Dot, Say("552 mailbox full"), Class::Deferred),
    (Stage::Dot, Say("554 refused"), Class::Rejected),
    (Stage::Dot, Drop, Class::Unknown),
];

const REFUSED: Act = Say("550 5.1.1 no such user");

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_befalls_the_first_the_middle_or_the_last_changes_nothing_for_the_rest() {
    let places = [(0, 1), (ALL / 2, 4), (ALL - 1, 2)];
    for ((stage, act, class), (unlucky, connections)) in FATES.into_iter().zip(places.repeat(4)) {
        let case = format!("{stage:?} {act:?}, {unlucky} over {connections}");
        let relay = Relay::start(Tls::None);
        relay.for_recipient(&address(unlucky), stage, act);
        let deadlines = Deadlines {
            command: Duration::from_secs(1),
            ..patient()
        };
        let mut sends = send_all(&over(&relay, connections, deadlines));
        while let Some(sent) = sends.join_next().await {
            let (n, outcome) = sent.unwrap();
            let expected = if n == unlucky { class } else { Class::Accepted };
            let found = (outcome.class, outcome.scope);
            assert_eq!(found, (expected, Scope::Message), "{case}: {outcome:?}");
        }
        assert_eq!(arrived(&relay), all_but(unlucky), "{case}");
    }
}

/// Who got a mail. Each of them one, in an envelope of its own.
fn arrived(relay: &Relay) -> BTreeSet<String> {
    let taken = relay.taken();
    let mut arrived = BTreeSet::new();
    for mail in &taken {
        assert_eq!(mail.to.len(), 1, "{:?}", mail.to);
        assert!(arrived.insert(mail.to[0].clone()), "{} twice", mail.to[0]);
    }
    arrived
}

fn all_but(unlucky: usize) -> BTreeSet<String> {
    let others = (0..ALL).filter(|n| *n != unlucky);
    others.map(address).collect()
}
