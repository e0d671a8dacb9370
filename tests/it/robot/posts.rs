//! What is posted: shapes, bounds, signatures, keywords.

use duban::domain::decision::DecisionId;
use duban::domain::delivery::Class;
use duban::domain::delivery::robot::Vendor::{self, Dingtalk, Feishu, Wecom};
use duban::domain::notice::{Facts, Kind};
use duban::domain::obligation::State;

use super::vendor::{Guards, TOKEN};
use super::{SECRET, Setup};
use crate::support::messages::facts;

#[tokio::test]
async fn each_vendor_takes_the_full_shape_at_the_first_post() {
    let shapes = [
        (Wecom, "/msgtype", "markdown"),
        (Dingtalk, "/msgtype", "markdown"),
        (Feishu, "/msg_type", "interactive"),
    ];
    for (vendor, place, shape) in shapes {
        let (robot, setup) = Setup::with(vendor, Guards::default()).await;
        let outcome = setup.tell().await;
        assert_eq!(outcome.class, Class::Accepted, "{outcome:?}");
        let post = robot.taken();
        assert_eq!(post.method, "POST");
        assert!(
            post.content_type.starts_with("application/json"),
            "{post:#?}"
        );
        assert_eq!(post.body.pointer(place).unwrap(), shape);
        assert!(post.body.to_string().contains("【督办提醒】"), "{post:#?}");
        assert!(post.words().contains("书面通知当事人"), "{post:#?}");
    }
}

#[tokio::test]
async fn nineteen_notices_are_one_message_within_every_bound() {
    for vendor in Vendor::ALL {
        let (robot, setup) = Setup::with(vendor, Guards::default()).await;
        let outcome = setup.send(&setup.message(nineteen())).await;
        assert_eq!(outcome.class, Class::Accepted, "{vendor:?}: {outcome:?}");
        let post = robot.taken();
        assert!(post.words().contains("19"), "{vendor:?}: {}", post.words());
    }
}

#[tokio::test]
async fn the_gravest_notice_colours_the_head_of_a_card() {
    let mut overdue = facts();
    overdue.kind = Kind::Overdue;
    overdue.state = State::Overdue;
    for (notices, colour) in [(vec![facts(), overdue], "red"), (vec![facts()], "orange")] {
        let (robot, setup) = Setup::with(Feishu, Guards::default()).await;
        setup.send(&setup.message(notices)).await;
        assert_eq!(robot.taken().body["card"]["header"]["template"], colour);
    }
}

#[tokio::test]
async fn dingtalk_and_feishu_find_their_signature_right() {
    for vendor in [Dingtalk, Feishu] {
        let guards = Guards {
            secret: Some(SECRET),
            ..Guards::default()
        };
        let (robot, setup) = Setup::with(vendor, guards).await;
        let outcome = setup.tell().await;
        assert_eq!(outcome.class, Class::Accepted, "{outcome:?}");
        robot.taken();
    }
}

#[tokio::test]
async fn a_signature_is_encoded_once_and_no_post_makes_the_url_longer() {
    let guards = Guards {
        secret: Some(SECRET),
        ..Guards::default()
    };
    let (robot, setup) = Setup::with(Dingtalk, guards).await;
    let channels = setup.open().ok().unwrap();
    let message = setup.message(vec![facts()]);
    for minutes in 0..50 {
        let now = crate::support::messages::now() + chrono::TimeDelta::minutes(minutes);
        let outcome = channels.send(&message, now).await;
        assert_eq!(outcome.class, Class::Accepted, "{outcome:?}");
    }
    for post in robot.posts() {
        assert!(!post.query.contains("%25"), "encoded twice: {}", post.query);
        assert!(post.query.ends_with("%3D"), "not encoded: {}", post.query);
        let names = post
            .query
            .split('&')
            .filter_map(|pair| pair.split('=').next());
        assert!(
            names.eq(["access_token", "timestamp", "sign"]),
            "{}",
            post.query
        );
    }
}

#[tokio::test]
async fn wecom_is_posted_to_as_configured_and_never_signed() {
    let (robot, setup) = Setup::with(Wecom, Guards::default()).await;
    setup.tell().await;
    let post = robot.taken();
    assert_eq!(post.query, format!("key={TOKEN}"));
    assert!(post.body.get("sign").is_none() && post.body.get("timestamp").is_none());
}

#[tokio::test]
async fn a_keyword_stands_in_every_shape() {
    for vendor in [Dingtalk, Feishu] {
        for (keyword, plain_only) in [("督办提醒", false), ("重大决策", false), ("重大决策", true)]
        {
            let guards = Guards {
                keyword: Some(keyword),
                plain_only,
                ..Guards::default()
            };
            let (robot, mut setup) = Setup::with(vendor, guards).await;
            setup.robot.keyword = Some(keyword.to_owned());
            let outcome = setup.send(&setup.message(nineteen())).await;
            assert_eq!(outcome.class, Class::Accepted, "{outcome:?}");
            let posts = robot.posts();
            let words = posts.last().unwrap().words();
            let times = words.matches(keyword).count();
            assert!(times >= 1, "{words}");
            assert_eq!(keyword == "重大决策", words.ends_with(keyword), "{words}");
        }
    }
}

/// What a unit with much to do is told one morning, each with long texts.
fn nineteen() -> Vec<Facts> {
    let one = |n: usize| {
        let mut facts = facts();
        facts.obligation.decision = DecisionId(format!("2026-{n:03}"));
        facts.title = Some(format!("\"{}\"", "洮南市国土空间总体规划".repeat(20)));
        facts.prepare = vec!["合法性审查意见书".to_owned(); 5];
        facts
    };
    (1..=19).map(one).collect()
}
