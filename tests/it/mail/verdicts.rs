//! What an outcome says besides the table in `conversations`.

use duban::domain::delivery::Class::{Deferred, Rejected};
use duban::domain::delivery::Outcome;
use duban::domain::notice::Channel;

use super::{channels, plain};
use crate::support::messages::{self, now};
use crate::support::smtp::{Act, Relay, Stage, Tls};

/// The outcome of one mail to a plain relay that does `act` at `stage`.
async fn meeting(stage: Stage, act: Act) -> Outcome {
    let relay = Relay::start(Tls::None);
    relay.next(stage, act);
    channels(plain(&relay)).send(&messages::mail(), now()).await
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
            (Rejected, "address"),
            "{outcome:?}"
        );
        assert!(address.is_empty() || !outcome.detail.contains(address));
    }
    assert_eq!(relay.sessions(), 0);
}
