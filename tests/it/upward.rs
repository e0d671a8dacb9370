//! What cannot be delivered fails upward: the unit's other people and channels after an hour,
//! the centre after two, each with the reason; and every way out of it.

use crate::support::http::{Answer, Request};
use crate::support::smtp::{Act, Stage};
use crate::support::world::{Sent, World};

const DAY: &str = "2026-09-02";
const FULL: Option<&str> = Some("450 4.2.2 mailbox full");
const NOBODY: Option<&str> = Some("550 5.1.1 no such user");

/// 市交通局 has a contact, a head and a leader, and no endpoint: its contact alone is told.
fn to_a_unit_without_endpoint() -> World {
    to(World::new(DAY), "市交通局")
}

fn to(world: World, unit: &str) -> World {
    world.decision("2026-001");
    world.event("2026-001", "execution_completed", "2026-08-10");
    let units = format!("update decision set drafting_unit = '{unit}', executing_unit = '{unit}'");
    world.change(&units);
    world
}

/// The centre can be posted to as well; 市住建局's endpoint is taken from it.
fn with_a_centre_that_has_an_endpoint() -> World {
    let mut world = World::new(DAY);
    world.close();
    let file = world.at("units.toml");
    let units = std::fs::read_to_string(&file).unwrap();
    let endpoint = units
        .lines()
        .find(|line| line.starts_with("webhook"))
        .unwrap();
    let units = units.replace(endpoint, "");
    let centre = "name = \"市督查指挥中心\"";
    std::fs::write(
        file,
        units.replace(centre, &format!("{centre}\n{endpoint}")),
    )
    .unwrap();
    world.open();
    world
}

/// Two rounds at that time: what is due for another try is tried before it fails upward.
fn at(world: &World, time: &str) -> Sent {
    world.at_time(DAY, time);
    let (mut sent, again) = (world.work(), world.work());
    sent.mails.extend(again.mails);
    sent.posts.extend(again.posts);
    sent
}

fn upward(world: &World) -> Vec<String> {
    world.rows(
        "select json_extract(recipient, '$.address'), state, upward from message
         where digest is null order by id",
    )
}

fn entries(world: &World, address: &str) -> Vec<duban::store::ledger::audit::Entry> {
    let key = world.rows(&format!(
        "select key from message where json_extract(recipient, '$.address') = '{address}'
           and digest is null"
    ));
    let mut entries = world.audit(&key[0]);
    entries.retain(|entry| entry.what == "failed upward");
    entries
}

#[test]
fn after_an_hour_the_units_others_are_told_and_after_two_the_centre_each_with_the_reason() {
    let world = to_a_unit_without_endpoint();
    world
        .relay
        .refuse("contact@jtj", FULL)
        .refuse("head@jtj", FULL);
    assert!(world.day(DAY).is_silent());
    assert!(at(&world, "09:29").is_silent());
    assert!(at(&world, "09:30").is_silent());
    assert_eq!(
        upward(&world),
        ["contact@jtj pending 1", "head@jtj pending 0"]
    );
    assert!(at(&world, "10:29").is_silent());
    let sent = at(&world, "10:31");
    assert_eq!(sent.mailed(), ["centre@dc"]);
    let text = &sent.notices()[0].text;
    let reason = "本件原发“市交通局”赵联络（邮件），未能送达（对方系统的答复：";
    assert!(text.contains(reason), "{text}");
    assert!(text.contains("mailbox full"), "{text}");
    assert!(
        text.contains("），改送市督查指挥中心，请另行通知。"),
        "{text}"
    );
    let first = entries(&world, "contact@jtj");
    assert_eq!(first[0].detail["level"], 1);
    assert_eq!(
        first[0].detail["notices"][0]["recipient"]["address"],
        "head@jtj"
    );
    assert_eq!(
        first[0].detail["notices"][0]["facts"]["rerouted"]["person"],
        "赵联络"
    );
    // Nobody is told twice, whatever else happens, and never the leader.
    for time in ["11:30", "12:30", "14:30"] {
        assert!(at(&world, time).is_silent(), "{time}");
    }
    let all = upward(&world);
    assert_eq!(all[0], "contact@jtj pending 2");
    assert!(!all.iter().any(|one| one.contains("leader")), "{all:?}");
}

#[test]
fn a_unit_that_was_reached_another_way_is_enough_and_the_failure_stands_in_the_digest() {
    let world = to_a_unit_without_endpoint();
    world.relay.refuse("contact@jtj", NOBODY);
    world.day(DAY);
    // Given up: at once, with the next round.
    let sent = at(&world, "08:31");
    assert_eq!(sent.mailed(), ["head@jtj"]);
    let text = &sent.notices()[0].text;
    assert!(
        text.contains("本件原发本单位赵联络（邮件），未能送达（对方系统的答复：rcpt 550"),
        "{text}"
    );
    for time in ["09:31", "10:31", "16:00"] {
        assert!(at(&world, time).is_silent(), "{time}");
    }
    assert_eq!(
        upward(&world),
        ["contact@jtj failed 2", "head@jtj delivered 0"]
    );
    let next = world.day("2026-09-03");
    let digest = next.mails.iter().find(|mail| mail.is_digest()).unwrap();
    assert!(
        digest
            .text
            .contains("未送达1件，超过一小时未送到、仍在重试0件"),
        "{}",
        digest.text
    );
    assert!(digest.text.contains("no such user"), "{}", digest.text);
}

#[test]
fn an_endpoint_that_has_it_is_enough_for_its_unit() {
    let world = to(World::new(DAY), "市住建局");
    world.relay.refuse("contact@zjj", NOBODY);
    assert_eq!(world.day(DAY).posts.len(), 1);
    for time in ["08:31", "09:31", "10:31"] {
        assert!(at(&world, time).is_silent(), "{time}");
    }
    assert!(upward(&world).contains(&"contact@zjj failed 2".to_owned()));
}

#[test]
fn a_unit_of_which_everybody_was_given_up_goes_to_the_centre_at_once() {
    let world = to_a_unit_without_endpoint();
    world
        .relay
        .refuse("contact@jtj", NOBODY)
        .refuse("head@jtj", NOBODY);
    world.day(DAY);
    assert_eq!(at(&world, "08:31").mailed(), ["centre@dc"]);
    assert!(at(&world, "08:33").is_silent());
}

#[test]
fn where_nobody_else_is_in_the_unit_the_centre_is_told_at_once() {
    let world = to(World::new(DAY), "市司法局");
    world.relay.refuse("contact@sfj", FULL);
    world.day(DAY);
    assert!(at(&world, "09:29").is_silent());
    let sent = at(&world, "09:30");
    assert_eq!(sent.mailed(), ["centre@dc"]);
    assert!(sent.notices()[0].text.contains("“市司法局”冯联络"));
}

#[test]
fn what_arrives_after_all_leaves_what_was_made_upward_standing() {
    let world = to_a_unit_without_endpoint();
    world.relay.refuse("contact@jtj", FULL);
    world.day(DAY);
    assert_eq!(at(&world, "09:30").mailed(), ["head@jtj"]);
    world.relay.refuse("contact@jtj", None);
    world.at_time(DAY, "12:00");
    assert_eq!(world.work().mailed(), ["contact@jtj"]);
    assert_eq!(
        upward(&world),
        ["contact@jtj delivered 1", "head@jtj delivered 0"]
    );
}

#[test]
fn a_duty_that_is_done_takes_back_what_was_made_upward_too() {
    let world = to_a_unit_without_endpoint();
    world
        .relay
        .refuse("contact@jtj", FULL)
        .refuse("head@jtj", FULL);
    world.day(DAY);
    at(&world, "09:30");
    world.event("2026-001", "execution_material_filed", DAY);
    assert!(at(&world, "12:00").is_silent());
    let states = world.rows("select distinct state from message where digest is null");
    assert_eq!(states, ["cancelled"]);
}

#[test]
fn a_morning_without_duban_is_no_failure_of_the_mailbox() {
    let world = to_a_unit_without_endpoint();
    world.relay.refuse("contact@jtj", FULL);
    world.day(DAY);
    world.relay.refuse("contact@jtj", None);
    assert_eq!(at(&world, "13:00").mailed(), ["contact@jtj"]);
    assert_eq!(upward(&world), ["contact@jtj delivered 0"]);
}

#[test]
fn a_held_relay_is_not_asked_to_carry_the_news_of_itself() {
    let world = to_a_unit_without_endpoint();
    let broken = Act::Say("530 5.7.0 authentication required");
    for _ in 0..20 {
        world.relay.next(Stage::Mail, broken);
    }
    world.day(DAY);
    for time in ["09:31", "10:31", "11:31"] {
        at(&world, time);
    }
    // Nobody but mail could tell anybody: it waits, and nothing is made that nobody needs.
    assert_eq!(upward(&world), ["contact@jtj pending 0"]);
}

#[test]
fn what_is_new_does_not_join_a_mail_that_has_failed_upward_already() {
    let world = with_a_centre_that_has_an_endpoint();
    for _ in 0..60 {
        let broken = Act::Say("530 5.7.0 authentication required");
        world.relay.next(Stage::Mail, broken);
    }
    // The relay is held before the first notice: none of the notices is ever tried.
    world.day("2026-09-01");
    let world = to(world, "市交通局");
    let told_of = |decision: &str| {
        let posts = world.posts();
        let bodies = posts.iter().map(|post| post.json().to_string());
        bodies
            .filter(|body| body.contains("\"rerouted\":{") && body.contains(decision))
            .count()
    };
    world.day(DAY);
    at(&world, "09:31");
    assert_eq!((told_of("2026-001"), told_of("2026-002")), (1, 0));
    world.decision("2026-002");
    world.event("2026-002", "execution_completed", "2026-08-10");
    let units = "update decision set drafting_unit = '市交通局', executing_unit = '市交通局'";
    world.change(units);
    at(&world, "10:00");
    at(&world, "11:01");
    assert_eq!((told_of("2026-001"), told_of("2026-002")), (1, 1));
}

/// The relay turns everybody away before it hears for whom a mail is.
const DOWN: Act = Act::Say("421 4.3.2 shutting down");

#[test]
fn a_relay_that_is_down_is_not_asked_to_carry_the_news_of_itself_either() {
    let world = to_a_unit_without_endpoint();
    for _ in 0..20 {
        world.relay.next(Stage::Greeting, DOWN);
    }
    world.day(DAY);
    for time in ["08:32", "08:40", "09:31", "10:31"] {
        at(&world, time);
    }
    assert_eq!(upward(&world), ["contact@jtj pending 0"]);
    // Once it speaks again, and of this mailbox, others are told.
    world.relay.forget(Stage::Greeting);
    world.relay.refuse("contact@jtj", FULL);
    at(&world, "12:31");
    assert_eq!(
        upward(&world),
        ["contact@jtj pending 1", "head@jtj delivered 0"]
    );
}

#[test]
fn a_centre_with_an_endpoint_hears_of_a_mail_that_a_dead_relay_keeps() {
    let world = to(with_a_centre_that_has_an_endpoint(), "市交通局");
    for _ in 0..20 {
        world.relay.next(Stage::Greeting, DOWN);
    }
    world.day(DAY);
    for time in ["08:32", "08:40", "09:31"] {
        at(&world, time);
    }
    let told = world.posts();
    let told = told
        .iter()
        .filter(|post| post.json()["type"] != "duban.digest");
    assert_eq!(told.count(), 1);
}

#[test]
fn a_centre_with_an_endpoint_hears_of_a_held_relay_through_it_and_gets_the_digest_there() {
    let world = to(with_a_centre_that_has_an_endpoint(), "市交通局");
    for _ in 0..30 {
        let broken = Act::Say("530 5.7.0 authentication required");
        world.relay.next(Stage::Mail, broken);
    }
    world.day(DAY);
    at(&world, "09:00");
    assert!(world.posts().is_empty());
    at(&world, "09:31");
    let bodies: Vec<_> = world.posts().iter().map(Request::json).collect();
    let kinds: Vec<_> = bodies
        .iter()
        .map(|body| body["type"].as_str().unwrap())
        .collect();
    assert_eq!(kinds.len(), 2, "{kinds:?}");
    assert!(kinds.contains(&"duban.digest"));
    let notice = bodies
        .iter()
        .find(|body| body["type"] != "duban.digest")
        .unwrap();
    let rerouted = &notice["data"]["rerouted"];
    assert_eq!(rerouted["because"], "undelivered");
    assert_eq!(rerouted["name"], "市交通局");
    assert!(
        rerouted["word"].as_str().unwrap().contains("530"),
        "{rerouted}"
    );
}

#[test]
fn above_the_centre_there_is_nobody_and_that_stands_in_the_log() {
    let world = to(World::new(DAY), "市无名局");
    world.relay.refuse("centre@dc", NOBODY);
    world.day(DAY);
    at(&world, "08:31");
    assert_eq!(upward(&world), ["centre@dc failed 2"]);
    let entries = entries(&world, "centre@dc");
    assert_eq!(entries.len(), 1);
    assert_eq!(entries[0].detail["is_lost"], true);
    at(&world, "08:32");
    assert_eq!(self::entries(&world, "centre@dc").len(), 1, "once");
}

#[test]
fn what_a_person_holds_does_not_fail_upward() {
    let world = to_a_unit_without_endpoint();
    world.relay.refuse("contact@jtj", FULL);
    world.day(DAY);
    let key = world.rows("select key from message where state = 'pending'");
    world.duban(&["notices", "hold", &key[0], "--reason", "核实中"]);
    for time in ["09:30", "10:30", "12:30"] {
        assert!(at(&world, time).is_silent(), "{time}");
    }
    assert_eq!(upward(&world), ["contact@jtj pending 0"]);
}

#[test]
fn a_post_that_fails_goes_to_the_units_people() {
    let world = to(World::new(DAY), "市住建局");
    world.relay.refuse("contact@zjj", FULL);
    world.receiver.next(Answer::Status(404, Vec::new()));
    world.day(DAY);
    assert_eq!(at(&world, "08:31").mailed(), ["head@zjj"]);
}

#[test]
fn the_digest_lists_what_was_given_up_by_urgency_and_not_by_age() {
    let world = World::new(DAY);
    // Due on 9 September, and planned first; the other has been due since 31 July.
    for (id, completed) in [("2026-001", "2026-08-10"), ("2026-002", "2026-07-01")] {
        world.decision(id);
        world.event(id, "execution_completed", completed);
        let unit = if id == "2026-001" {
            "市交通局"
        } else {
            "市司法局"
        };
        let units = format!(
            "update decision set drafting_unit = '{unit}', executing_unit = '{unit}'
             where id = '{id}'"
        );
        world.change(&units);
    }
    for address in ["contact@jtj", "contact@sfj"] {
        world.relay.refuse(address, NOBODY);
    }
    world.day(DAY);
    let next = world.day("2026-09-03");
    let digest = next.mails.iter().find(|mail| mail.is_digest()).unwrap();
    let (_, list) = digest.text.split_once("✕ 未送达").unwrap();
    let at = |unit| list.find(unit).unwrap();
    assert!(at("市司法局（") < at("市交通局（"), "{list}");
}
