//! Mail over TLS, and refusing to go without it.

use duban::channels::mail::TlsMode;
use duban::domain::delivery::{Class, Scope};

use super::{channels, secured};
use crate::support::certificates::Authority;
use crate::support::messages::{self, now};
use crate::support::smtp::{Act, Relay, Stage, Tls};

#[tokio::test]
async fn implicit_tls_trusts_the_citys_own_authority_and_logs_in() {
    let authority = Authority::new();
    let relay = Relay::start(Tls::Implicit(authority.acceptor()));
    let outcome = channels(secured(&relay, TlsMode::Implicit, &authority))
        .send(&messages::mail(), now())
        .await;
    assert_eq!(outcome.class, Class::Accepted, "{outcome:?}");
    let taken = &relay.taken()[0];
    assert!(taken.encrypted);
    assert_eq!(taken.login.as_deref(), Some("ducha correct-horse"));
}

#[tokio::test]
async fn starttls_is_done_before_anything_else_is_said() {
    let authority = Authority::new();
    let relay = Relay::start(Tls::Starttls(authority.acceptor()));
    let outcome = channels(secured(&relay, TlsMode::Starttls, &authority))
        .send(&messages::mail(), now())
        .await;
    assert_eq!(outcome.class, Class::Accepted, "{outcome:?}");
    assert!(relay.taken()[0].encrypted);
    let commands = relay.commands();
    assert_eq!(commands[..2], ["EHLO duban.example.gov.cn", "STARTTLS"]);
    assert!(commands[2].starts_with("EHLO"), "{commands:?}");
}

#[tokio::test]
async fn a_relay_without_starttls_gets_no_password_and_no_mail() {
    let authority = Authority::new();
    let relay = Relay::start(Tls::None);
    let outcome = channels(secured(&relay, TlsMode::Starttls, &authority))
        .send(&messages::mail(), now())
        .await;
    assert_eq!(
        (outcome.class, outcome.scope),
        (Class::Deferred, Scope::Channel),
        "{outcome:?}"
    );
    assert_eq!(outcome.phase, "tls");
    assert!(outcome.detail.contains("STARTTLS"), "{outcome:?}");
    assert_eq!(relay.commands(), ["EHLO duban.example.gov.cn"]);
}

#[tokio::test]
async fn a_reply_slipped_in_before_the_handshake_is_refused() {
    let authority = Authority::new();
    let relay = Relay::start(Tls::Starttls(authority.acceptor()));
    relay.next(Stage::Starttls, Act::Say("220 go\r\n250 injected"));
    let outcome = channels(secured(&relay, TlsMode::Starttls, &authority))
        .send(&messages::mail(), now())
        .await;
    assert_eq!(
        (outcome.class, outcome.scope),
        (Class::Deferred, Scope::Channel),
        "{outcome:?}"
    );
    assert!(
        outcome.detail.contains("ahead of the TLS handshake"),
        "{outcome:?}"
    );
}

#[tokio::test]
async fn a_refused_login_holds_the_channel_and_not_the_mail() {
    let authority = Authority::new();
    let relay = Relay::start(Tls::Implicit(authority.acceptor()));
    relay.next(
        Stage::Auth,
        Act::Say("535 5.7.8 Error: authentication failed"),
    );
    let outcome = channels(secured(&relay, TlsMode::Implicit, &authority))
        .send(&messages::mail(), now())
        .await;
    assert_eq!(
        (outcome.class, outcome.scope),
        (Class::Deferred, Scope::Channel),
        "{outcome:?}"
    );
    assert_eq!((outcome.phase.as_str(), outcome.code), ("auth", Some(535)));
    assert!(!outcome.detail.contains("correct-horse"));
}
