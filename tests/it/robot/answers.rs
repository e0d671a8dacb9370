//! What a robot's answers make of an attempt: how many posts, and what is said in the end.

use chrono::TimeDelta;
use duban::domain::delivery::robot::Vendor::{self, Dingtalk, Feishu, Wecom};
use duban::domain::delivery::{Class, Scope};

use super::vendor::Guards;
use super::{SECRET, Setup, mobile};
use crate::support::http::{Answer, Receiver};
use crate::support::messages::now;
use duban::domain::pack::Audience;

#[tokio::test]
async fn a_yes_is_a_yes_only_where_the_vendor_says_it() {
    let no_yes = [
        "",
        "{}",
        "[]",
        "ok",
        "<html><body>200 OK, please log in</body></html>",
        "{\"errmsg\":\"ok\"}",
        "{\"errcode\":null}",
        "{\"errcode\":\"0\",\"code\":\"0\"}",
        "{\"success\":true}",
    ];
    for vendor in Vendor::ALL {
        let (robot, setup) = Setup::with(vendor, Guards::default()).await;
        for body in no_yes {
            robot.next(200, body);
            let outcome = setup.tell().await;
            assert_ne!(
                outcome.class,
                Class::Accepted,
                "{vendor:?} {body}: {outcome:?}"
            );
        }
        assert_eq!(
            robot.posts().len(),
            no_yes.len(),
            "{vendor:?}: one post each"
        );
        assert_eq!(setup.tell().await.class, Class::Accepted, "{vendor:?}");
    }
}

#[tokio::test]
async fn an_error_under_status_200_is_no_delivery() {
    let refusals = [
        (
            Wecom,
            "{\"errcode\":93000,\"errmsg\":\"invalid webhook url\"}",
        ),
        (
            Dingtalk,
            "{\"errcode\":400101,\"errmsg\":\"access_token is not exist\"}",
        ),
        (
            Feishu,
            "{\"code\":19001,\"msg\":\"param invalid\",\"data\":{}}",
        ),
    ];
    for (vendor, body) in refusals {
        let (robot, setup) = Setup::with(vendor, Guards::default()).await;
        robot.next(200, body);
        let outcome = setup.tell().await;
        // It needs a person, and until then everything to this robot waits.
        let found = (outcome.class, outcome.scope);
        assert_eq!(found, (Class::Rejected, Scope::Channel), "{outcome:?}");
        assert_eq!(robot.posts().len(), 1, "{vendor:?}: tried again in vain");
    }
}

#[tokio::test]
async fn a_vendor_that_is_asked_too_often_is_left_alone_for_as_long_as_it_says() {
    let pace = [
        (
            Wecom,
            200,
            "{\"errcode\":45009,\"errmsg\":\"api freq out of limit\"}",
            60,
        ),
        (
            Dingtalk,
            200,
            "{\"errcode\":410100,\"errmsg\":\"send too fast\"}",
            600,
        ),
        (
            Feishu,
            400,
            "{\"code\":9499,\"msg\":\"too many request\",\"data\":{}}",
            60,
        ),
        (
            Feishu,
            200,
            "{\"code\":11232,\"msg\":\"frequency limited\"}",
            120,
        ),
    ];
    for (vendor, status, body, seconds) in pace {
        let (robot, setup) = Setup::with(vendor, Guards::default()).await;
        robot.next(status, body);
        let outcome = setup.tell().await;
        let found = (outcome.class, outcome.scope);
        assert_eq!(
            found,
            (Class::Deferred, Scope::Channel),
            "{body}: {outcome:?}"
        );
        let wait = outcome.retry_after.map(|at| (at - now()).num_seconds());
        assert!(wait >= Some(seconds), "{body}: {outcome:?}");
        assert_eq!(robot.posts().len(), 1, "{body}");
    }
}

#[tokio::test]
async fn a_refused_shape_is_posted_once_more_as_plain_text() {
    for vendor in Vendor::ALL {
        let guards = Guards {
            plain_only: true,
            ..Guards::default()
        };
        let (robot, setup) = Setup::with(vendor, guards).await;
        let setup = setup.person(Audience::Contact, mobile("13800000000"));
        let outcome = setup.tell().await;
        assert_eq!(outcome.class, Class::Accepted, "{vendor:?}: {outcome:?}");
        assert!(
            outcome.detail.contains("as plain text after"),
            "{outcome:?}"
        );
        let posts = robot.posts();
        assert_eq!(posts.len(), 2, "{posts:#?}");
        assert!(!posts[0].is_taken() && posts[1].is_taken(), "{posts:#?}");
        assert!(posts[1].words().contains("【督办提醒】"), "{posts:#?}");
    }
}

#[tokio::test]
async fn what_is_refused_in_both_shapes_needs_a_person_and_no_third_post() {
    let refusals = [
        (
            Wecom,
            "{\"errcode\":40058,\"errmsg\":\"exceed max length 4096\"}",
        ),
        (Dingtalk, "{\"errcode\":430102,\"errmsg\":\"unsuitable\"}"),
        (Feishu, "{\"code\":19002,\"msg\":\"params error\"}"),
    ];
    for (vendor, body) in refusals {
        let (robot, setup) = Setup::with(vendor, Guards::default()).await;
        robot.next(200, body).next(200, body);
        let outcome = setup.tell().await;
        assert_eq!(outcome.class, Class::Rejected, "{outcome:?}");
        assert!(outcome.detail.contains("in its full shape"), "{outcome:?}");
        assert_eq!(robot.posts().len(), 2, "{vendor:?}");
    }
}

#[tokio::test]
async fn a_link_that_dingtalk_holds_for_unsafe_is_left_out_of_the_plain_text() {
    let (robot, setup) = Setup::with(Dingtalk, Guards::default()).await;
    robot.next(200, "{\"errcode\":430101,\"errmsg\":\"unsafe link\"}");
    assert_eq!(setup.tell().await.class, Class::Accepted);
    let posts = robot.posts();
    assert_eq!(posts.len(), 2);
    assert!(!posts[1].words().contains("://"), "{posts:#?}");
    assert!(posts[1].words().contains("【督办提醒】"), "{posts:#?}");
}

#[tokio::test]
async fn a_stale_stamp_is_signed_anew_once_and_the_url_does_not_grow() {
    let (robot, setup) = Setup::with(Dingtalk, signed()).await;
    robot.next(200, "{\"errcode\":310000,\"errmsg\":\"invalid timestamp\"}");
    let outcome = setup.tell().await;
    assert_eq!(outcome.class, Class::Accepted, "{outcome:?}");
    let posts = robot.posts();
    assert_eq!(posts.len(), 2);
    for post in &posts {
        assert_eq!(post.query.matches("timestamp=").count(), 1, "{post:#?}");
        assert_eq!(post.query.matches("sign=").count(), 1, "{post:#?}");
    }
}

#[tokio::test]
async fn a_clock_that_is_hours_off_is_not_asked_a_third_time() {
    for vendor in [Dingtalk, Feishu] {
        let guards = Guards {
            clock: Some(now() + TimeDelta::hours(3)),
            ..signed()
        };
        let (robot, setup) = Setup::with(vendor, guards).await;
        let outcome = setup.tell().await;
        let found = (outcome.class, outcome.scope);
        assert_eq!(found, (Class::Rejected, Scope::Channel), "{outcome:?}");
        assert_eq!(robot.posts().len(), 2, "{vendor:?}");
    }
}

#[tokio::test]
async fn a_lost_answer_is_unknown_and_nothing_is_posted_after_it() {
    for vendor in Vendor::ALL {
        let receiver = Receiver::start().await;
        receiver.next(Answer::Drop);
        let setup = Setup::new(vendor, &receiver.url());
        let outcome = setup.tell().await;
        assert_eq!(outcome.class, Class::Unknown, "{outcome:?}");
        assert_eq!(receiver.requests().len(), 1, "{vendor:?}");
    }
}

#[tokio::test]
async fn a_robot_that_is_configured_no_more_is_no_fault_of_the_message() {
    let (robot, setup) = Setup::with(Wecom, Guards::default()).await;
    let mut message = setup.message(vec![crate::support::messages::facts()]);
    message.recipient.channel = Feishu.channel();
    let outcome = setup.send(&message).await;
    assert_eq!(
        (outcome.class, outcome.phase.as_str()),
        (Class::Rejected, "address")
    );
    assert!(robot.posts().is_empty());
}

fn signed() -> Guards {
    Guards {
        secret: Some(SECRET),
        ..Guards::default()
    }
}

#[tokio::test]
async fn an_attempt_repairs_one_thing_and_leaves_the_other_to_the_next() {
    let guards = Guards {
        plain_only: true,
        ..signed()
    };
    let (robot, setup) = Setup::with(Dingtalk, guards).await;
    robot.next(200, "{\"errcode\":310000,\"errmsg\":\"invalid timestamp\"}");
    let outcome = setup.tell().await;
    assert_eq!(outcome.class, Class::Deferred, "{outcome:?}");
    assert_eq!(robot.posts().len(), 2);
    assert_eq!(setup.tell().await.class, Class::Accepted);
    assert_eq!(robot.posts().len(), 4);
}

#[tokio::test]
async fn no_attempt_makes_more_posts_than_its_pace_counts_on() {
    let codes = [
        0, 93000, 40008, 310_000, 9499, 19021, 19002, 430_101, 45009, 7,
    ];
    for vendor in Vendor::ALL {
        for (first, second) in codes.iter().flat_map(|one| codes.map(|two| (one, two))) {
            let (robot, setup) = Setup::with(vendor, Guards::default()).await;
            let setup = setup.person(Audience::Contact, mobile("13800000000"));
            for code in [*first, second, 40008, 310_000] {
                let words = "invalid timestamp";
                let body = serde_json::json!({ "errcode": code, "code": code, "errmsg": words, "msg": words });
                robot.next(200, body.to_string());
            }
            setup.tell().await;
            let most = usize::try_from(vendor.posts_a_message()).unwrap();
            let posts = robot.posts().len();
            assert!(posts <= most, "{vendor:?} {first} {second}: {posts} posts");
        }
    }
}
