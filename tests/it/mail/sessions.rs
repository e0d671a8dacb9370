//! What one mail leaves behind for the next on the same connection: nothing.

use std::time::{Duration, Instant};

use duban::channels::mail::Deadlines;
use duban::domain::delivery::Class;
use futures_util::future::join_all;

use super::{channels, keyed, plain};
use crate::support::messages::now;
use crate::support::smtp::{Act, Relay, Stage, Tls};

#[tokio::test]
async fn one_refusal_says_nothing_about_the_next_mail() {
    let relay = Relay::start(Tls::None);
    relay.next(Stage::Rcpt, Act::Say("550 5.1.1 no such user"));
    let channels = channels(plain(&relay));
    assert_eq!(
        channels.send(&keyed("first"), now()).await.class,
        Class::Rejected
    );
    assert_eq!(
        channels.send(&keyed("second"), now()).await.class,
        Class::Accepted
    );
    assert_eq!(
        relay.sessions(),
        1,
        "the connection was clean and could be used again"
    );
    assert!(relay.commands().contains(&"RSET".to_owned()));
}

#[tokio::test]
async fn after_a_late_reply_the_next_mails_verdict_is_its_own() {
    let relay = Relay::start(Tls::None);
    relay.next(Stage::Dot, Act::Late(Duration::from_millis(1200)));
    relay.next(Stage::Dot, Act::Say("554 refused"));
    let channels = channels(plain(&relay));
    assert_eq!(
        channels.send(&keyed("first"), now()).await.class,
        Class::Unknown
    );
    assert_eq!(
        channels.send(&keyed("second"), now()).await.class,
        Class::Rejected
    );
    assert_eq!(
        relay.sessions(),
        2,
        "the first connection must not be used again"
    );
}

#[tokio::test]
async fn a_cancelled_send_leaves_nothing_behind_for_the_next_one() {
    let relay = Relay::start(Tls::None);
    let mut settings = plain(&relay);
    settings.deadlines = Deadlines::default();
    relay.next(Stage::Dot, Act::Silence);
    relay.next(Stage::Dot, Act::Say("554 refused"));
    let channels = channels(settings);
    let first = tokio::time::timeout(
        Duration::from_millis(300),
        channels.send(&keyed("first"), now()),
    )
    .await;
    assert!(first.is_err(), "{first:?}");
    assert_eq!(
        channels.send(&keyed("second"), now()).await.class,
        Class::Rejected
    );
}

#[tokio::test]
async fn a_parked_connection_that_died_is_replaced_unnoticed() {
    let relay = Relay::start(Tls::None);
    let channels = channels(plain(&relay));
    for act in [Act::Drop, Act::Silence, Act::Say("421 idle too long")] {
        assert_eq!(
            channels.send(&keyed("warm"), now()).await.class,
            Class::Accepted
        );
        relay.next(Stage::Rset, act);
    }
    assert_eq!(
        channels.send(&keyed("last"), now()).await.class,
        Class::Accepted
    );
    assert_eq!((relay.taken().len(), relay.sessions()), (4, 4));
}

#[tokio::test]
async fn many_mails_share_few_connections_and_none_waits_for_an_acknowledgement() {
    let relay = Relay::start(Tls::None);
    let mut settings = plain(&relay);
    settings.deadlines = Deadlines::default();
    settings.connections = 2;
    let channels = channels(settings);
    let begun = Instant::now();
    for round in 0..50 {
        let keys = [
            format!("a{round}"),
            format!("b{round}"),
            format!("c{round}"),
        ];
        let [a, b, c] = keys.each_ref().map(|key| keyed(key));
        let (a, b, c) = tokio::join!(
            channels.send(&a, now()),
            channels.send(&b, now()),
            channels.send(&c, now())
        );
        assert!(
            [a, b, c]
                .iter()
                .all(|outcome| outcome.class == Class::Accepted)
        );
    }
    // Without nodelay each mail takes 40 ms: 150 mails over 2 connections three seconds.
    assert!(
        begun.elapsed() < Duration::from_secs(3),
        "{:?}",
        begun.elapsed()
    );
    assert_eq!(relay.taken().len(), 150);
    assert!(relay.sessions() <= 2, "{} connections", relay.sessions());
    channels.close().await;
    assert_eq!(
        relay
            .commands()
            .iter()
            .filter(|line| *line == "QUIT")
            .count(),
        relay.sessions()
    );
}

#[tokio::test]
async fn a_connection_is_retired_after_a_hundred_mails() {
    let relay = Relay::start(Tls::None);
    let channels = channels(plain(&relay));
    for n in 0..101 {
        assert_eq!(
            channels.send(&keyed(&n.to_string()), now()).await.class,
            Class::Accepted
        );
    }
    assert_eq!(relay.sessions(), 2);
}

#[tokio::test]
async fn a_connection_that_has_carried_enough_is_not_used_again() {
    let relay = Relay::start(Tls::None);
    let channels = channels(plain(&relay));
    assert_eq!(
        channels.send(&keyed("warm"), now()).await.class,
        Class::Accepted
    );
    relay.next(
        Stage::Mail,
        Act::Say("450 MI:DMC too much on this connection"),
    );
    assert_eq!(
        channels.send(&keyed("first"), now()).await.class,
        Class::Deferred
    );
    assert_eq!(
        channels.send(&keyed("second"), now()).await.class,
        Class::Accepted
    );
    assert_eq!(relay.sessions(), 2);
}

#[tokio::test]
async fn a_goodbye_that_is_not_answered_costs_two_seconds_however_many_there_are() {
    let relay = Relay::start(Tls::None);
    let channels = channels(plain(&relay));
    let keys = ["a", "b", "c", "d"].map(keyed);
    let sends = keys.each_ref().map(|mail| channels.send(mail, now()));
    for outcome in join_all(sends).await {
        assert_eq!(outcome.class, Class::Accepted, "{outcome:?}");
    }
    let parked = relay.sessions();
    assert!(parked > 1, "only {parked} connections");
    for _ in 0..parked {
        relay.next(Stage::Quit, Act::Silence);
    }
    let begun = Instant::now();
    channels.close().await;
    let lasted = begun.elapsed();
    assert!(lasted < Duration::from_secs(3), "{lasted:?}");
    let goodbyes = relay.commands();
    let goodbyes = goodbyes.iter().filter(|line| *line == "QUIT");
    assert_eq!(goodbyes.count(), parked);
    assert_eq!(relay.taken().len(), 4);
}

#[tokio::test]
async fn a_refusal_is_told_at_once_though_the_relay_then_falls_silent() {
    let relay = Relay::start(Tls::None);
    let mut settings = plain(&relay);
    settings.deadlines = Deadlines {
        command: Duration::from_secs(2),
        ..Deadlines::default()
    };
    let channels = channels(settings);
    relay.next(Stage::Rcpt, Act::Say("550 5.1.1 no such user"));
    relay.next(Stage::Rset, Act::Silence);
    let begun = Instant::now();
    let refused = channels.send(&keyed("first"), now()).await;
    assert_eq!(refused.class, Class::Rejected, "{refused:?}");
    assert!(begun.elapsed() < Duration::from_secs(1));
    let next = channels.send(&keyed("second"), now()).await;
    assert_eq!(next.class, Class::Accepted, "{next:?}");
    assert_eq!(relay.sessions(), 2);
}
