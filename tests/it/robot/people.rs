//! Whom a robot mentions, and how.

use duban::domain::delivery::Class;
use duban::domain::delivery::robot::Vendor::{self, Dingtalk, Feishu, Wecom};
use duban::domain::pack::Audience::{Centre, Contact, Head, Leader, Office};
use serde_json::json;

use super::vendor::Guards;
use super::{Setup, mobile, user};
use crate::support::messages::facts;

const CONTACT: &str = "13800000001";
const HEAD: &str = "13800000002";

#[tokio::test]
async fn wecom_mentions_in_a_short_text_after_the_message() {
    let (robot, setup) = Setup::with(Wecom, Guards::default()).await;
    let setup = setup
        .person(Contact, mobile(CONTACT))
        .person(Contact, user("lilianluo"));
    let outcome = setup.tell().await;
    assert_eq!(outcome.class, Class::Accepted, "{outcome:?}");
    let posts = robot.posts();
    assert_eq!(posts.len(), 2, "{posts:#?}");
    assert_eq!(posts[0].body["msgtype"], "markdown");
    let text = &posts[1].body["text"];
    assert_eq!(text["mentioned_mobile_list"], json!([CONTACT]));
    assert_eq!(text["mentioned_list"], json!(["lilianluo"]));
    assert!(posts[1].words().contains("【督办提醒】"), "{posts:#?}");
    assert!(
        posts.iter().all(super::vendor::Post::is_taken),
        "{posts:#?}"
    );
}

#[tokio::test]
async fn a_mention_that_fails_takes_nothing_back() {
    let (robot, setup) = Setup::with(Wecom, Guards::default()).await;
    let setup = setup.person(Contact, mobile(CONTACT));
    robot.next(200, "{\"errcode\":0,\"errmsg\":\"ok\"}").next(
        200,
        "{\"errcode\":45009,\"errmsg\":\"api freq out of limit\"}",
    );
    let outcome = setup.tell().await;
    assert_eq!(outcome.class, Class::Accepted, "{outcome:?}");
    assert!(
        outcome.detail.contains("nobody was mentioned"),
        "{outcome:?}"
    );
    assert!(outcome.detail.contains("45009"), "{outcome:?}");
}

#[tokio::test]
async fn dingtalk_mentions_in_the_text_and_beside_it() {
    for plain_only in [false, true] {
        let guards = Guards {
            plain_only,
            ..Guards::default()
        };
        let (robot, setup) = Setup::with(Dingtalk, guards).await;
        let setup = setup
            .person(Contact, mobile(CONTACT))
            .person(Contact, user("manager4220"));
        setup.tell().await;
        let posts = robot.posts();
        let post = posts.last().unwrap();
        assert!(post.is_taken(), "{post:#?}");
        let at = json!({ "atMobiles": [CONTACT], "atUserIds": ["manager4220"], "isAtAll": false });
        assert_eq!(post.body["at"], at);
        let line = post.words().lines().last().unwrap();
        assert_eq!(line, format!("@{CONTACT} @manager4220"));
    }
}

#[tokio::test]
async fn feishu_mentions_in_the_card_and_knows_nobody_by_number() {
    let (robot, setup) = Setup::with(Feishu, Guards::default()).await;
    let setup = setup
        .person(Contact, user("ou_84aad35d"))
        .person(Contact, mobile(CONTACT));
    setup.tell().await;
    let post = robot.taken();
    let line = post.words().lines().last().unwrap();
    assert_eq!(line, "<at id=ou_84aad35d></at>");
    assert!(!post.body.to_string().contains(CONTACT));
}

#[tokio::test]
async fn those_the_rung_speaks_to_are_mentioned_and_nobody_else() {
    let cases = [
        (vec![Contact], vec![CONTACT]),
        (vec![Head], vec![HEAD]),
        (vec![Contact, Head], vec![CONTACT, HEAD]),
        // Nobody fills it: as by mail, the contact is told.
        (vec![Leader], vec![CONTACT]),
        (vec![Centre, Office], vec![]),
        (vec![], vec![]),
    ];
    for (calls, mentioned) in cases {
        let (robot, setup) = Setup::with(Dingtalk, Guards::default()).await;
        let setup = setup
            .person(Contact, mobile(CONTACT))
            .person(Head, mobile(HEAD))
            .person(Head, None);
        let mut facts = facts();
        facts.calls.clone_from(&calls);
        setup.send(&setup.message(vec![facts])).await;
        let post = robot.taken();
        assert_eq!(post.body["at"]["atMobiles"], json!(mentioned), "{calls:?}");
        assert_eq!(
            post.words().contains('@'),
            !mentioned.is_empty(),
            "{calls:?}"
        );
    }
}

#[tokio::test]
async fn where_nobody_is_to_be_mentioned_wecom_is_posted_to_once() {
    let (robot, setup) = Setup::with(Wecom, Guards::default()).await;
    setup.person(Contact, None).tell().await;
    robot.taken();
}

#[tokio::test]
async fn no_title_of_a_decision_mentions_anybody() {
    let titles = [
        "@all 规划",
        "<@all> 规划",
        "<at user_id=\"all\">所有人</at>",
        "<at id=all></at>",
    ];
    for vendor in Vendor::ALL {
        for plain_only in [false, true] {
            let guards = Guards {
                plain_only,
                ..Guards::default()
            };
            let (robot, setup) = Setup::with(vendor, guards).await;
            for title in titles {
                let mut facts = facts();
                facts.title = Some(title.to_owned());
                facts.duty = title.to_owned();
                setup.send(&setup.message(vec![facts])).await;
            }
            for post in robot.posts() {
                let words = post.words();
                for call in ["@all", "<@", "<at"] {
                    assert!(!words.contains(call), "{vendor:?}: {words}");
                }
                assert_ne!(post.body["at"]["isAtAll"], true);
            }
        }
    }
}
