//! What each answer of a receiver means for the message.

use std::fmt::Write;
use std::time::{Duration, Instant};

use duban::channels::webhook::Settings;
use duban::domain::delivery::{Class, Outcome, Scope};

use super::{Setup, hook};
use crate::support::certificates::Authority;
use crate::support::http::{Answer, Receiver};
use crate::support::messages::now;

/// The outcome of one webhook that is answered so.
async fn answered(answer: Answer) -> Outcome {
    let receiver = Receiver::start().await;
    receiver.next(answer);
    Setup::new(&receiver.url()).send(&hook()).await
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let (receiver, elsewhere) = (Receiver::start().await, Receiver::start().await);
    receiver.next(Answer::Status(307, vec![("location", elsewhere.url())]));
    let outcome = Setup::new(&receiver.url()).send(&hook()).await;
    assert_eq!(outcome.class, Class::Rejected);
    assert!(elsewhere.requests().is_empty());
}

#[tokio::test]
async fn a_receiver_that_asks_for_time_gets_it() {
    let outcome = answered(Answer::Status(429, vec![("retry-after", "90".to_owned())])).await;
    assert_eq!(
        outcome.retry_after,
        Some(now() + chrono::Duration::seconds(90))
    );
    let date = "Fri, 08 May 2026 02:05:00 GMT".to_owned();
    let outcome = answered(Answer::Status(503, vec![("retry-after", date)])).await;
    assert_eq!(
        outcome.retry_after,
        Some(now() + chrono::Duration::minutes(5))
    );
    let outcome = answered(Answer::Status(200, vec![("retry-after", "90".to_owned())])).await;
    assert_eq!(outcome.retry_after, None);
}

#[tokio::test]
async fn an_answer_that_never_comes_is_unknown_at_the_deadline() {
    for answer in [Answer::Silence, Answer::Late(Duration::from_secs(5), 200)] {
        let begun = Instant::now();
        let outcome = answered(answer).await;
        assert_eq!(outcome.class, Class::Unknown, "{outcome:?}");
        assert!(
            begun.elapsed() < Duration::from_secs(3),
            "{:?}",
            begun.elapsed()
        );
    }
    assert_eq!(answered(Answer::Drop).await.class, Class::Unknown);
}

#[tokio::test]
async fn a_status_counts_even_if_its_body_stalls_and_no_body_is_read_for_ever() {
    let begun = Instant::now();
    assert_eq!(answered(Answer::Stalled(200)).await.class, Class::Accepted);
    assert_eq!(answered(Answer::Stalled(500)).await.class, Class::Deferred);
    let receiver = Receiver::start().await;
    receiver.next(Answer::Endless(200));
    let endless = Instant::now();
    let outcome = Setup::new(&receiver.url()).send(&hook()).await;
    assert_eq!(outcome.class, Class::Accepted);
    assert!(receiver.bytes_out() > 0 && endless.elapsed() < Duration::from_millis(900));
    assert!(begun.elapsed() < Duration::from_secs(5));
}

#[tokio::test]
async fn nobody_listening_is_deferred() {
    let receiver = Receiver::start().await;
    let url = receiver.url();
    drop(receiver);
    tokio::task::yield_now().await;
    let outcome = Setup::new(&url).send(&hook()).await;
    assert_eq!(
        (outcome.class, outcome.phase.as_str()),
        (Class::Deferred, "connect"),
        "{outcome:?}"
    );
}

#[tokio::test]
async fn a_unit_without_an_endpoint_is_refused() {
    let receiver = Receiver::start().await;
    let mut message = hook();
    message.recipient.unit = "市水利局".to_owned();
    let outcome = Setup::new(&receiver.url()).send(&message).await;
    assert_eq!(
        (outcome.class, outcome.phase.as_str()),
        (Class::Rejected, "address")
    );
}

#[tokio::test]
async fn neither_url_nor_keys_are_ever_shown() {
    let receiver = Receiver::start().await;
    let url = receiver.url();
    receiver.next(Answer::Drop);
    receiver.next(Answer::Silence);
    receiver.next(Answer::Body(
        404,
        "Cannot POST /hook/token-in-path?key=token-in-query",
    ));
    let setup = Setup::new(&url);
    let mut shown = format!("{:?} {:?}", setup.endpoint, hook());
    for _ in 0..3 {
        write!(shown, "{:?}", setup.send(&hook()).await).unwrap();
    }
    drop(receiver);
    tokio::task::yield_now().await;
    write!(shown, "{:?}", setup.send(&hook()).await).unwrap();
    for secret in [
        "token-in-path",
        "token-in-query",
        &setup.secrets[0],
        "127.0.0.1",
    ] {
        assert!(!shown.contains(secret), "{secret} in {shown}");
    }
}

#[tokio::test]
async fn an_own_authority_is_trusted_and_a_strangers_is_not() {
    let (authority, stranger) = (Authority::new(), Authority::new());
    let receiver = Receiver::with_tls(authority.acceptor()).await;
    let mut setup = Setup::new(&format!("https://127.0.0.1:{}/hook", receiver.port));
    setup.endpoint.ca_file = Some(authority.file());
    setup.settings = Settings::default();
    assert_eq!(setup.send(&hook()).await.class, Class::Accepted);
    setup.endpoint.ca_file = Some(stranger.file());
    let outcome = setup.send(&hook()).await;
    assert_eq!(
        (outcome.class, outcome.scope, outcome.phase.as_str()),
        (Class::Deferred, Scope::Channel, "tls"),
        "{outcome:?}"
    );
    assert_eq!(receiver.requests().len(), 1);
}
