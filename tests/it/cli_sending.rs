//! `test-send`: what a unit's ways truly answer, by the road a notice takes, with relays and
//! receivers that take, refuse and fall silent.

use std::time::Duration;

use duban::domain::delivery::robot::{self, Vendor};
use serde_json::Value;

use crate::support::city::SECRET;
use crate::support::command::{self, Desk, Said};
use crate::support::http::Answer;
use crate::support::smtp::{Act, Stage};
use crate::support::world::World;

/// A city in which duban runs: its ledger is held by another process' writer all the while.
fn city() -> World {
    World::new("2026-09-02")
}

fn test_send(world: &World, arguments: &[&str]) -> Said {
    let config = world.at("duban.toml").display().to_string();
    let all = [&["test-send"], arguments, &["--config", &config]].concat();
    command::duban(&world.at(""), &all)
}

/// The row of the answer by that channel, to that person.
fn row<'j>(json: &'j Value, channel: &str, name: &str) -> &'j Value {
    let rows = json.as_array().unwrap().iter();
    let mut rows = rows.filter(|row| row["channel"] == channel && row["name"] == name);
    rows.next().unwrap()
}

#[test]
fn a_test_goes_to_everybody_of_a_unit_as_a_real_notice_does_and_says_that_it_is_one() {
    let world = city();
    let said = test_send(&world, &["市住建局"]);
    let out = said.ok();
    assert_eq!(out.matches("■ accepted").count(), 4, "{out}");
    assert!(out.contains("市住建局 李局长 (head) by mail"), "{out}");
    assert!(out.contains("said"), "{out}");
    for secret in ["token-in", "127.0.0.1", "contact@zjj", SECRET] {
        assert!(!out.contains(secret), "{secret} in {out}");
    }

    let mails = world.mails();
    let mut to: Vec<&str> = mails.iter().map(|mail| mail.to.as_str()).collect();
    to.sort_unstable();
    assert_eq!(to, ["contact@zjj", "head@zjj", "leader@zjj"]);
    for mail in &mails {
        assert!(
            mail.subject.starts_with("【督办提醒】测试"),
            "{}",
            mail.subject
        );
        assert!(mail.text.contains("无须办理"), "{}", mail.text);
        assert!(!mail.text.contains("涉密"), "{}", mail.text);
    }
    let posts = world.posts();
    assert_eq!(posts.len(), 1);
    assert!(posts[0].is_signed_with(SECRET));
    assert_eq!(posts[0].json()["type"], "duban.notice.test");
    // A second one is no repeat of the first.
    test_send(&world, &["市住建局", "--to", "王联络"]).ok();
    assert_eq!(world.mails().len(), 4);
    assert_ne!(world.mails()[3].id, mails[0].id);
}

#[test]
fn a_refused_recipient_shows_the_relays_own_words_what_they_mean_and_what_to_do() {
    let world = city();
    let refusal = "550 5.1.1 <head@zjj>: no such user here";
    world
        .relay
        .for_recipient("head@zjj", Stage::Rcpt, Act::Say(refusal));
    let said = test_send(&world, &["市住建局", "--channel", "mail"]);
    assert!(
        said.out
            .contains("✕ rejected  市住建局 李局长 (head) by mail"),
        "{said:?}"
    );
    assert!(said.out.contains("where  rcpt 550 after"), "{said:?}");
    assert!(
        said.out
            .contains("said   5.1.1 <address> no such user here"),
        "{said:?}"
    );
    assert!(said.out.contains("no such address"), "{said:?}");
    assert!(
        said.out
            .contains("next   check the person's address in units.toml"),
        "{said:?}"
    );
    assert!(!said.out.contains("head@zjj"), "{said:?}");
    assert_eq!(said.out.matches("■ accepted").count(), 2);
    assert_eq!(said.refused(1), "error: 1 of 3 did not take it\n");
}

#[test]
fn an_answer_of_200_that_says_no_shows_its_code_and_is_no_yes() {
    let world = city();
    let refusal = r#"{"errcode":93000,"errmsg":"invalid webhook url"}"#;
    world.receiver.next(Answer::Body(200, refusal));
    let said = test_send(&world, &["市住建局", "--channel", "webhook", "--json"]);
    let json = said.json();
    let row = row(&json, "webhook", "");
    assert_eq!(
        (&row["class"], &row["code"]),
        (&"deferred".into(), &200.into())
    );
    let words = row["said"].as_str().unwrap();
    // A part of the endpoint's own URL is taken out of its words.
    assert!(words.contains("errcode 93000: invalid"), "{words}");
    assert!(
        row["means"].as_str().unwrap().contains("nothing was taken"),
        "{row}"
    );
    said.refused(1);
}

/// Gives 市司法局, the last of the units, a WeCom robot at the receiver.
fn with_robot(world: &World) {
    let file = world.at("units.toml");
    let units = std::fs::read_to_string(&file).unwrap();
    let url = world.receiver.url();
    let robot = format!("\n[[unit.webhook]]\nkind = \"wecom\"\nurl = \"{url}\"\n");
    std::fs::write(file, units + &robot).unwrap();
}

#[test]
fn a_robot_that_answers_200_and_refuses_shows_the_vendors_code_and_what_it_means() {
    let world = city();
    with_robot(&world);
    let refusal = r#"{"errcode":93000,"errmsg":"invalid webhook url"}"#;
    world.receiver.next(Answer::Body(200, refusal));
    let said = test_send(&world, &["市司法局", "--channel", "wecom"]);
    assert!(
        said.out.contains("✕ rejected  市司法局 by wecom"),
        "{said:?}"
    );
    assert!(
        said.out.contains("http 200, the vendor's 93000"),
        "{said:?}"
    );
    assert!(
        said.out.contains("about everything that goes this way"),
        "{said:?}"
    );
    let known = robot::row_of(Vendor::Wecom, 93000, "invalid webhook url").unwrap();
    let means = format!("means  {} ({}) [", known.meaning, known.meaning_zh);
    assert!(said.out.contains(&means), "{said:?}");
    assert!(said.out.contains("put the robot right"), "{said:?}");
    assert!(!said.out.contains("token-in"), "{said:?}");
    said.refused(1);
    let yes = r#"{"errcode":0,"errmsg":"ok"}"#;
    world.receiver.next(Answer::Body(200, yes));
    test_send(&world, &["市司法局", "--channel", "wecom"]).ok();
    let posts = world.posts();
    let said = posts[1].json()["markdown"]["content"].to_string();
    assert!(
        said.contains("【督办提醒】测试") && said.contains("无须办理"),
        "{said}"
    );
}

#[test]
fn whatever_a_robot_answers_is_not_told_as_if_it_were_a_system_of_the_units() {
    let world = city();
    with_robot(&world);
    let refusal = r#"{"errcode":40058,"errmsg":"a parameter"}"#;
    for (status, answers, means, next) in [
        (
            200,
            vec![r#"{"errcode":777,"errmsg":"odd"}"#],
            "not known here",
            "test later",
        ),
        (200, vec!["{}"], "no robot's yes", "it may be there"),
        (
            503,
            vec![r#"{"errcode":0}"#],
            "no robot's yes",
            "it may be there",
        ),
        (
            200,
            vec![refusal, refusal],
            "a parameter is refused",
            "refuses the text",
        ),
    ] {
        for answer in &answers {
            world.receiver.next(Answer::Body(status, answer));
        }
        let said = test_send(&world, &["市司法局", "--channel", "wecom"]);
        assert!(said.out.contains(means), "{answers:?}: {said:?}");
        assert!(said.out.contains(next), "{answers:?}: {said:?}");
        assert!(!said.out.contains("Standard Webhooks"), "{said:?}");
        said.refused(1);
    }
}

#[test]
fn silence_is_an_answer_too_and_is_told_while_it_lasts() {
    let world = city();
    let settings = std::fs::read_to_string(world.at("duban.toml")).unwrap();
    let settings = format!("{settings}[webhook]\ntimeout_secs = 4\nconnect_timeout_secs = 4\n");
    std::fs::write(world.at("duban.toml"), settings).unwrap();
    world
        .receiver
        .next(Answer::Late(Duration::from_secs(20), 204));
    let said = test_send(&world, &["市住建局", "--channel", "webhook", "--json"]);
    let json = said.json();
    let row = row(&json, "webhook", "");
    assert_eq!(
        (&row["class"], &row["phase"]),
        (&"unknown".into(), &"http".into())
    );
    assert!(row["took_ms"].as_i64().unwrap() >= 4000, "{row}");
    assert!(
        said.err.contains("waiting for 市住建局 by webhook, 3 s"),
        "{}",
        said.err
    );
    said.refused(1);
}

#[test]
fn a_plan_names_everybody_once_and_sends_nothing() {
    let world = city();
    let all = test_send(&world, &["--all-channels", "--dry-run"]).ok();
    assert!(all.contains("市督查指挥中心 值班员"), "{all}");
    assert!(
        all.ends_with("12 would be asked; nothing was sent\n"),
        "{all}"
    );
    let json = test_send(&world, &["市住建局", "--dry-run", "--json"]).json();
    assert_eq!(json.as_array().unwrap().len(), 4);
    assert!(world.mails().is_empty() && world.posts().is_empty());
    assert!(world.audit("test").is_empty());
}

#[test]
fn whom_the_directory_does_not_have_is_not_asked() {
    let world = city();
    let refused = |arguments: &[&str]| test_send(&world, arguments).refused(1);
    assert!(refused(&["市水利局"]).contains("there is no unit 市水利局"));
    let told = refused(&["市交通局", "--channel", "webhook"]);
    assert!(
        told.contains("市交通局 has no webhook in units.toml: it has mail"),
        "{told}"
    );
    let told = refused(&["市交通局", "--to", "王联络"]);
    assert!(
        told.contains("its people are 赵联络, 钱局长, 孙副市长"),
        "{told}"
    );
    assert!(world.mails().is_empty());
}

#[test]
fn a_test_leaves_a_remark_in_the_log_and_nothing_in_the_tables() {
    let world = city();
    world
        .relay
        .refuse("contact@jtj", Some("452 4.2.2 try later"));
    test_send(&world, &["市交通局", "--channel", "mail"]).refused(1);
    let entries = world.audit("test");
    let what: Vec<&str> = entries.iter().map(|entry| entry.what.as_str()).collect();
    assert_eq!(what, ["test begun", "test answered"]);
    assert_eq!(entries[0].detail["to"][0]["unit"], "市交通局");
    let answers = entries[1].detail["answers"].to_string();
    assert!(
        answers.contains("4.2.2 try later") && !answers.contains('@'),
        "{answers}"
    );
    assert!(
        world
            .duban(&["audit", "verify", "--tables"])
            .contains("the tables")
    );
    assert_eq!(world.messages("pending") + world.messages("failed"), 0);
}

#[test]
fn a_test_works_where_no_ledger_was_ever_made() {
    let desk = Desk::new();
    let said = desk.duban(&["test-send", "市住建局"]);
    assert_eq!(said.err, "");
    assert!(said.ok().contains("transport = \"smtp\""));
    let mails = std::fs::read_dir(desk.at("mail")).unwrap().count();
    assert_eq!(mails, 1);
    assert!(!desk.at("ledger.db").exists());
}
