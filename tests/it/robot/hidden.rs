//! What nobody may see: the URL, the secret, and by what people are called.

use duban::domain::delivery::robot::Vendor;
use duban::domain::pack::Audience;

use super::vendor::{Guards, TOKEN};
use super::{SECRET, Setup, mobile, user};
use crate::support::http::{Answer, Receiver};

const NUMBER: &str = "13800000001";
const USER: &str = "lilianluo";

#[tokio::test]
async fn a_vendor_that_repeats_what_it_was_told_is_not_quoted_with_it() {
    for vendor in Vendor::ALL {
        let guards = Guards {
            secret: Some(SECRET),
            ..Guards::default()
        };
        let (robot, setup) = Setup::with(vendor, guards).await;
        let setup = setup
            .person(Audience::Contact, mobile(NUMBER))
            .person(Audience::Contact, user(USER));
        let words = format!(
            "no {NUMBER}, {USER} or {TOKEN} at {} with {SECRET}",
            robot.url()
        );
        for code in [93000, 310_000, 19001, 77, 40058, 9499] {
            let body =
                serde_json::json!({ "errcode": code, "code": code, "errmsg": words, "msg": words });
            robot
                .next(200, body.to_string())
                .next(200, body.to_string());
            let shown = format!("{:?}", setup.tell().await);
            for secret in [NUMBER, USER, TOKEN, SECRET, "127.0.0.1"] {
                assert!(!shown.contains(secret), "{vendor:?}: {shown}");
            }
        }
    }
}

#[tokio::test]
async fn no_cut_leaves_half_of_what_may_not_be_shown() {
    // A number that lies across any of the bounds at which words are cut.
    for before in (180..=300).step_by(5) {
        let (robot, setup) = Setup::with(Vendor::Dingtalk, Guards::default()).await;
        let setup = setup.person(Audience::Contact, mobile(NUMBER));
        let words = format!("{}{NUMBER}", "字".repeat(before));
        robot.next(
            200,
            serde_json::json!({ "errcode": 77, "errmsg": words }).to_string(),
        );
        let shown = format!("{:?}", setup.tell().await);
        assert!(!shown.contains(&NUMBER[..4]), "{before}: {shown}");
    }
}

#[tokio::test]
async fn the_words_of_an_error_are_left_standing() {
    let (robot, setup) = Setup::with(Vendor::Wecom, Guards::default()).await;
    robot.next(
        200,
        "{\"errcode\":93000,\"errmsg\":\"invalid webhook url\"}",
    );
    let outcome = setup.tell().await;
    assert!(
        outcome.detail.contains("invalid webhook url"),
        "{outcome:?}"
    );
}

#[tokio::test]
async fn no_break_of_the_connection_shows_the_url() {
    let receiver = Receiver::start().await;
    for (vendor, answer) in [
        (Vendor::Wecom, Answer::Drop),
        (
            Vendor::Dingtalk,
            Answer::Status(302, vec![("location", receiver.url())]),
        ),
        (Vendor::Feishu, Answer::Status(500, Vec::new())),
    ] {
        receiver.next(answer);
        let shown = format!("{:?}", Setup::new(vendor, &receiver.url()).tell().await);
        assert!(!shown.contains("token-in-"), "{shown}");
    }
    assert_eq!(receiver.requests().len(), 3, "a redirect was followed");
}

#[test]
fn a_robot_is_shown_without_what_it_is_reached_by() {
    let mut setup = Setup::new(
        Vendor::Dingtalk,
        "https://im.example.gov.cn/robot/send?access_token=tok",
    );
    setup.sign_with(SECRET);
    let setup = setup
        .person(Audience::Contact, mobile(NUMBER))
        .person(Audience::Head, user(USER));
    let shown = format!("{:?}", setup.robot);
    for secret in [NUMBER, USER, "tok", "im.example", SECRET] {
        assert!(!shown.contains(secret), "{shown}");
    }
}
