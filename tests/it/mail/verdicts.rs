//! What each answer of a relay means for the mail.

use std::time::{Duration, Instant};

use duban::domain::delivery::Class::{self, Accepted, Deferred, Rejected, Unknown};
use duban::domain::delivery::{Outcome, Scope};
use duban::domain::notice::Channel;

use tokio::task::JoinSet;

use super::{channels, plain};
use crate::support::messages::{self, now};
use crate::support::smtp::{Act, Relay, Stage, Tls};

/// The outcome of one mail to a plain relay that does `act` at `stage`.
async fn meeting(stage: Stage, act: Act) -> Outcome {
    let relay = Relay::start(Tls::None);
    relay.next(stage, act);
    channels(plain(&relay)).send(&messages::mail(), now()).await
}

/// What speaks about one mail.
const OF_THE_MAIL: &[(Stage, Act, Class)] = &[
    (Stage::Greeting, Act::Say("421 too busy"), Deferred),
    (Stage::Greeting, Act::Say("554 no service"), Deferred),
    (Stage::Greeting, Act::Silence, Deferred),
    (Stage::Greeting, Act::Drop, Deferred),
    (Stage::Mail, Act::Say("452 out of space"), Deferred),
    (Stage::Mail, Act::Silence, Deferred),
    (Stage::Rcpt, Act::Say("450 greylisted"), Deferred),
    (Stage::Rcpt, Act::Say("550 5.1.1 no such user"), Rejected),
    (Stage::Rcpt, Act::Say("550 Mailbox unavailable"), Rejected),
    (Stage::Rcpt, Act::Say("550 Ip frequency limited"), Deferred),
    (Stage::Rcpt, Act::Say("421 closing"), Deferred),
    (Stage::Data, Act::Say("451 later"), Deferred),
    (Stage::Data, Act::Say("554 no valid recipients"), Rejected),
    (Stage::Data, Act::Say("250 strange"), Deferred),
    (Stage::Data, Act::Silence, Deferred),
    (Stage::Dot, Act::Say("451 later"), Deferred),
    (Stage::Dot, Act::Say("554 DT:SPM content"), Rejected),
    (Stage::Dot, Act::Say("554 refused"), Rejected),
    (Stage::Dot, Act::Say("552 too large"), Rejected),
    (Stage::Dot, Act::Silence, Unknown),
    (Stage::Dot, Act::Drop, Unknown),
    (Stage::Dot, Act::TakeAndDrop, Unknown),
    (Stage::Dot, Act::Say("354 still here"), Unknown),
    (Stage::Dot, Act::Say("what is this"), Unknown),
    (Stage::Dot, Act::Say("250-one\r\n250 two"), Accepted),
    (Stage::Dot, Act::Late(Duration::from_millis(600)), Accepted),
];

/// What every other mail would meet as well.
const OF_THE_CHANNEL: &[(Stage, Act)] = &[
    (
        Stage::Mail,
        Act::Say("553 Mail from must equal authorized user"),
    ),
    (Stage::Mail, Act::Say("552 no room for this sender")),
    (Stage::Mail, Act::Say("530 authentication required")),
    (Stage::Rcpt, Act::Say("530 authentication required")),
];

#[tokio::test]
async fn each_reply_is_judged_by_where_it_came() {
    let of_the_mail = OF_THE_MAIL
        .iter()
        .map(|(stage, act, class)| (*stage, *act, *class, Scope::Message));
    let of_the_channel = OF_THE_CHANNEL
        .iter()
        .map(|(stage, act)| (*stage, *act, Deferred, Scope::Channel));
    let mut meetings = JoinSet::new();
    for (stage, act, class, scope) in of_the_mail.chain(of_the_channel) {
        meetings.spawn(async move {
            let outcome = meeting(stage, act).await;
            let found = (outcome.class, outcome.scope);
            assert_eq!(found, (class, scope), "{stage:?} {act:?}: {outcome:?}");
        });
    }
    while let Some(met) = meetings.join_next().await {
        met.unwrap();
    }
}

#[tokio::test]
async fn a_relay_that_stops_reading_before_the_dot_cannot_have_the_mail() {
    let relay = Relay::start(Tls::None);
    relay.next(Stage::Data, Act::Deaf);
    // Five megabytes: more than the sockets of both sides hold.
    let long = messages::message(Channel::Mail, vec![messages::facts(); 1000]);
    let outcome = channels(plain(&relay)).send(&long, now()).await;
    let found = (outcome.class, outcome.phase.as_str());
    assert_eq!(found, (Deferred, "body"), "{outcome:?}");
}

#[tokio::test]
async fn throttling_asks_for_a_quarter_of_an_hour() {
    let outcome = meeting(Stage::Rcpt, Act::Say("550 Domain frequency limited")).await;
    assert_eq!(
        outcome.retry_after,
        Some(now() + chrono::Duration::minutes(15))
    );
}

#[tokio::test]
async fn nobody_listening_is_deferred() {
    let relay = Relay::start(Tls::None);
    let settings = plain(&relay);
    drop(relay);
    tokio::task::yield_now().await;
    let outcome = channels(settings).send(&messages::mail(), now()).await;
    assert_eq!(
        (outcome.class, outcome.scope),
        (Class::Deferred, Scope::Message),
        "{outcome:?}"
    );
    assert_eq!(outcome.phase, "connect");
}

#[tokio::test]
async fn a_stalled_server_ends_at_its_deadline() {
    for stage in [
        Stage::Greeting,
        Stage::Mail,
        Stage::Rcpt,
        Stage::Data,
        Stage::Dot,
    ] {
        let begun = Instant::now();
        let outcome = meeting(stage, Act::Silence).await;
        assert_eq!(outcome.detail, "no answer in time");
        assert!(
            begun.elapsed() < Duration::from_secs(3),
            "{stage:?} took {:?}",
            begun.elapsed()
        );
    }
}

#[tokio::test]
async fn a_relay_that_repeats_the_address_does_not_bring_it_into_the_log() {
    let outcome = meeting(
        Stage::Rcpt,
        Act::Say("550 <wang@zrzy.example.gov.cn>: see https://relay.example/why?t=secret\x07"),
    )
    .await;
    assert_eq!(outcome.detail, "<address> see <url>");
}

#[tokio::test]
async fn an_address_that_is_none_is_refused_without_repeating_it() {
    let relay = Relay::start(Tls::None);
    let channels = channels(plain(&relay));
    for address in ["nobody", "a@b\r\nRCPT TO:<c@d>", ""] {
        let mut message = messages::mail();
        message.recipient.address = address.to_owned();
        let outcome = channels.send(&message, now()).await;
        assert_eq!(
            (outcome.class, outcome.phase.as_str()),
            (Class::Rejected, "address"),
            "{outcome:?}"
        );
        assert!(address.is_empty() || !outcome.detail.contains(address));
    }
    assert_eq!(relay.sessions(), 0);
}

#[tokio::test]
async fn an_address_beyond_ascii_is_refused_where_the_relay_cannot_take_it() {
    let mut message = messages::mail();
    message.recipient.address = "用户@例子.中国".to_owned();
    let relay = Relay::start(Tls::None);
    let outcome = channels(plain(&relay)).send(&message, now()).await;
    assert_eq!(
        (outcome.class, outcome.scope),
        (Class::Rejected, Scope::Message),
        "{outcome:?}"
    );
    let relay = Relay::with_extensions(Tls::None, &["SMTPUTF8"]);
    let outcome = channels(plain(&relay)).send(&message, now()).await;
    assert_eq!(outcome.class, Class::Accepted, "{outcome:?}");
}
