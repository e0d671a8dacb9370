//! What a receiver reads, and that it can be believed.

use duban::domain::acknowledgement::Links;
use duban::domain::delivery::Class;
use duban::domain::fault::Fault;
use duban::domain::notice::{Channel, Ended, Kind, LogHead, Message, Rerouted};
use duban::domain::obligation::State;
use duban::domain::pack::Strength;

use super::{Setup, hook, secret};
use crate::support::http::Receiver;
use crate::support::messages::{self, facts, now};

fn schema() -> jsonschema::Validator {
    let schema = include_str!("../../../src/channels/webhook/schema.json");
    jsonschema::validator_for(&serde_json::from_str(schema).unwrap()).unwrap()
}

fn assert_fits_schema(body: &serde_json::Value) {
    let faults: Vec<String> = schema()
        .iter_errors(body)
        .map(|error| format!("{}: {error}", error.instance_path()))
        .collect();
    assert!(faults.is_empty(), "{faults:#?}\n{body:#}");
}

#[tokio::test]
async fn a_notice_arrives_signed_and_as_documented() {
    let receiver = Receiver::start().await;
    let setup = Setup::new(&receiver.url());
    let outcome = setup.send(&hook()).await;
    assert_eq!(
        (outcome.class, outcome.code),
        (Class::Accepted, Some(204)),
        "{outcome:?}"
    );

    let requests = receiver.requests();
    assert_eq!(requests.len(), 1);
    let request = &requests[0];
    assert_eq!(request.method, "POST");
    assert_eq!(request.header("content-type"), "application/json");
    assert_eq!(
        request.header("webhook-id"),
        "9f8e7d6c5b4a39281706f5e4d3c2b1a0"
    );
    assert_eq!(
        request.header("webhook-timestamp"),
        now().timestamp().to_string()
    );
    assert_eq!(request.header("duban-attempt"), "1");
    assert!(request.is_signed_with(&secret(1)));
    assert!(!request.is_signed_with(&secret(2)));

    let body = request.json();
    assert_fits_schema(&body);
    assert_eq!(body["type"], "duban.notice.reminder");
    assert_eq!(body["timestamp"], "2026-05-08T00:00:00+08:00");
    assert_eq!(
        body["data"]["headline"],
        "【督办提醒】临期 2026-003 书面通知当事人 剩1个工作日"
    );
    assert_eq!(body["data"]["due_on"], "2026-05-09");
    assert_eq!(body["data"]["trail"].as_array().unwrap().len(), 5);
}

#[tokio::test]
async fn a_notice_holds_the_link_by_which_it_is_acknowledged() {
    let receiver = Receiver::start().await;
    let setup = Setup::new(&receiver.url());
    let links = Links::new("https://duban.example.gov.cn", [1; 32]);
    for (links, has_link) in [(None, false), (Some(links.clone()), true)] {
        let channels = setup.open().map_err(|_| "unfit").unwrap();
        let outcome = channels.with_links(links).send(&hook(), now()).await;
        assert_eq!(outcome.class, Class::Accepted);
        let body = receiver.requests().pop().unwrap().json();
        assert_fits_schema(&body);
        assert_eq!(body["data"]["link"].is_string(), has_link, "{body:#}");
    }
    let body = receiver.requests().pop().unwrap().json();
    assert_eq!(body["data"]["link"].as_str(), links.of(&hook()).as_deref());
}

#[tokio::test]
async fn while_keys_rotate_a_receiver_may_hold_either() {
    let receiver = Receiver::start().await;
    let mut setup = Setup::new(&receiver.url());
    setup.add_secret(&secret(2));
    setup.send(&hook()).await;
    let request = &receiver.requests()[0];
    assert!(request.is_signed_with(&secret(1)) && request.is_signed_with(&secret(2)));
    assert!(!request.is_signed_with(&secret(3)));
}

#[tokio::test]
async fn a_repeat_has_the_same_bytes_and_id_and_says_its_number_in_a_header() {
    let receiver = Receiver::start().await;
    let setup = Setup::new(&receiver.url());
    let again = Message {
        attempt: 2,
        maybe_repeat: true,
        ..hook()
    };
    setup.send(&hook()).await;
    setup.send(&again).await;
    let requests = receiver.requests();
    assert_eq!(requests[0].body, requests[1].body);
    assert_eq!(
        requests[0].header("webhook-id"),
        requests[1].header("webhook-id")
    );
    assert_eq!(requests[1].header("duban-attempt"), "2");
    assert_eq!(requests[1].header("duban-maybe-repeat"), "true");
    assert_eq!(requests[0].header("duban-maybe-repeat"), "");
}

#[tokio::test]
async fn an_id_never_holds_a_dot() {
    let receiver = Receiver::start().await;
    let message = Message {
        key: "2026-003/dis-5e.1\r\nx: y".to_owned(),
        ..hook()
    };
    Setup::new(&receiver.url()).send(&message).await;
    let request = &receiver.requests()[0];
    assert!(!request.header("webhook-id").contains('.'));
    assert!(request.is_signed_with(&secret(1)));
}

#[tokio::test]
async fn a_webhook_carries_one_notice_and_says_so() {
    let receiver = Receiver::start().await;
    let two = messages::message(Channel::Webhook, vec![facts(), facts()]);
    let outcome = Setup::new(&receiver.url()).send(&two).await;
    assert_eq!(
        (outcome.class, outcome.phase.as_str()),
        (Class::Rejected, "compose")
    );
    assert!(receiver.requests().is_empty());
}

#[tokio::test]
async fn every_kind_of_body_fits_the_schema() {
    let receiver = Receiver::start().await;
    let setup = Setup::new(&receiver.url());
    let kinds = [
        Kind::Reminder,
        Kind::DueToday,
        Kind::Overdue,
        Kind::TooShort,
        Kind::Opened,
        Kind::Changed,
        Kind::Cleared,
        Kind::Waived,
        Kind::Withdrawn,
        Kind::Test,
    ];
    for kind in kinds {
        let mut facts = facts();
        facts.kind = kind;
        facts.trail = messages::every_step();
        facts.title = None;
        facts.was_due_on = Some(facts.due_on);
        facts.closes_on = Some(facts.due_on);
        facts.ended = Some(Ended::Lost);
        facts.rerouted = Some(match kind {
            Kind::Overdue => Rerouted::Undelivered {
                name: "某局".to_owned(),
                person: String::new(),
                channel: Channel::Webhook,
                word: "http 410: Gone".to_owned(),
            },
            _ => Rerouted::UnitUnknown {
                name: "某局".to_owned(),
            },
        });
        setup
            .send(&messages::message(Channel::Webhook, vec![facts]))
            .await;
    }
    let mut digest = messages::digest();
    digest.rows = vec![messages::row(State::Near, 1, Strength::Must)];
    digest.faults = vec![Fault::new("decision 1", "x", "y")];
    digest.gaps = vec![messages::gap()];
    digest.gaps_in_all = Some(1);
    digest.log = Some(LogHead {
        seq: 12,
        hash: "3f9a6c11d0e2b754".to_owned(),
    });
    digest.delivery.failing = 1;
    digest.holds = vec![messages::held()];
    let mut message = messages::of_digest(digest);
    message.recipient.channel = Channel::Webhook;
    setup.send(&message).await;
    let requests = receiver.requests();
    assert_eq!(requests.len(), kinds.len() + 1);
    for request in &requests {
        assert_fits_schema(&request.json());
    }
    assert_eq!(requests[kinds.len()].json()["type"], "duban.digest");
}

#[test]
fn the_schema_refuses_what_is_not_a_body() {
    let schema = schema();
    assert!(!schema.is_valid(&serde_json::json!({})));
    assert!(!schema.is_valid(&serde_json::json!({"type": "duban.notice.reminder", "timestamp": "2026-05-08T00:00:00+08:00", "data": {}})));
}

#[tokio::test]
async fn endless_and_nasty_facts_stay_within_twenty_thousand_bytes() {
    let receiver = Receiver::start().await;
    let mut nasty = facts();
    nasty.title = Some(format!("甲\r\n<script>\u{0}{}", "长".repeat(10_000)));
    nasty.prepare = vec!["备".repeat(10_000); 30];
    let step = nasty.trail[3].clone();
    let counted = nasty.trail[1].clone();
    nasty.trail = (0..1000)
        .flat_map(|_| [step.clone(), counted.clone()])
        .collect();
    Setup::new(&receiver.url())
        .send(&messages::message(Channel::Webhook, vec![nasty]))
        .await;
    let request = &receiver.requests()[0];
    assert!(request.body.len() <= 20_000, "{} bytes", request.body.len());
    let body = request.json();
    assert_fits_schema(&body);
    assert_eq!(body["data"]["shortened"], true);
    let title = body["data"]["title"].as_str().unwrap();
    assert!(title.starts_with("甲 <script> 长") && title.ends_with('…'));
}
