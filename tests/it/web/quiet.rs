//! What an acknowledgement quiets: the same rung to the same unit, and nothing that says more.

use chrono::TimeDelta;
use duban::domain::acknowledgement::{leave_out, quiets};
use duban::domain::address::Draft;
use duban::domain::delivery::{Class, Outcome, Verdict};
use duban::domain::ladder::Step;
use duban::domain::notice::{Channel, Kind};
use duban::domain::pack::Strength;
use duban::domain::record::Heard;
use duban::jobs::auditor::Auditor;
use duban::store::ledger::acknowledgements::How;
use duban::store::ledger::outbox::{self, Abandoned};

use super::{DAY, Site, acknowledge, assert_rebuilds, city, message, path};
use crate::support::http::Answer;
use crate::support::messages;
use crate::support::rounds::Rounds;
use crate::support::smtp::{Act, Stage};
use crate::support::world::World;

#[test]
fn only_a_breach_a_short_window_and_what_has_ended_are_never_quieted() {
    use Kind::{
        Changed, Cleared, DueToday, Opened, Overdue, Reminder, Test, TooShort, Waived, Withdrawn,
    };
    for strength in [Strength::Must, Strength::Should, Strength::Advisory] {
        for kind in [Reminder, DueToday, Opened, Changed] {
            assert!(quiets(kind, strength), "{kind:?}");
        }
        for kind in [TooShort, Cleared, Waived, Withdrawn, Test] {
            assert!(!quiets(kind, strength), "{kind:?}");
        }
        assert_eq!(quiets(Overdue, strength), strength == Strength::Advisory);
    }
}

/// Which units are left out of a step of that kind and level on a ladder of three rungs, when
/// 甲 has acknowledged the rung of `heard` in revision 1 and 乙 nothing.
fn left_out(kind: Kind, strength: Strength, level: u32, heard: u32) -> (Vec<String>, usize) {
    let step = Step {
        level,
        name: "here".to_owned(),
        on: messages::day(DAY),
        to: Vec::new(),
        kind,
    };
    let draft = |unit: &str, rung: &str, revision| {
        let mut draft = Draft {
            key: String::new(),
            recipient: messages::recipient(Channel::Mail),
            facts: messages::facts(),
        };
        unit.clone_into(&mut draft.recipient.unit);
        rung.clone_into(&mut draft.facts.rung);
        draft.facts.revision = revision;
        draft
    };
    let heard = [Heard {
        revision: 1,
        unit: "甲".to_owned(),
        level: heard,
    }];
    let mut drafts = vec![
        draft("甲", "here", 1),
        draft("乙", "here", 1),
        draft("甲", "changed", 1),
        draft("甲", "here", 2),
    ];
    let units = leave_out(&mut drafts, &step, (3, strength), &heard);
    (units, drafts.len())
}

#[test]
fn a_repeat_is_left_out_for_who_has_acknowledged_the_last_rung_or_a_repeat() {
    let quiet = (vec!["甲".to_owned()], 3);
    let told = (Vec::new(), 4);
    for (kind, strength) in [
        (Kind::Opened, Strength::Must),
        (Kind::Overdue, Strength::Advisory),
    ] {
        assert_eq!(left_out(kind, strength, 3, 2), quiet, "the last rung");
        assert_eq!(left_out(kind, strength, 7, 5), quiet, "a repeat");
        assert_eq!(left_out(kind, strength, 3, 1), told, "an earlier rung");
        assert_eq!(left_out(kind, strength, 2, 1), told, "the next rung");
    }
    assert_eq!(left_out(Kind::Overdue, Strength::Must, 3, 2), told);
    assert_eq!(left_out(Kind::Overdue, Strength::Should, 3, 2), told);
    assert_eq!(left_out(Kind::TooShort, Strength::Must, 3, 2), told);
}

#[test]
fn the_same_rung_is_not_sent_to_the_unit_by_another_way_any_more() {
    let world = city(DAY);
    world.relay.refuse("contact@zjj", Some("450 4.2.0 busy"));
    world.relay.refuse("contact@jtj", Some("450 4.2.0 busy"));
    world.work();
    let recorded = acknowledge(
        &world,
        &message(&world, "webhook", "市住建局"),
        "王联络",
        How::Link,
    );
    assert_eq!((recorded.notices, recorded.quieted), (1, 1));
    let states = world.notices("arc-18");
    let of = |address: &str| states.iter().find(|one| one.contains(address)).unwrap();
    assert!(of("contact@zjj").ends_with("cancelled"), "{states:?}");
    assert!(of("contact@jtj").ends_with("pending"), "another unit");
    let reasons = world.rows("select distinct reason from notice where reason is not null");
    assert_eq!(reasons, ["acknowledged by 王联络"]);
    world.relay.refuse("contact@zjj", None);
    world.at_time(DAY, "12:00");
    let sent = world.work();
    assert_eq!(
        sent.mailed(),
        [""; 0],
        "jtj is still busy, zjj needs nothing"
    );
    world.at_time(DAY, "16:00");
    world.plan();
    assert!(
        !world
            .audit(&message(&world, "mail", "contact@zjj"))
            .iter()
            .any(|one| one.what == "failed upward"),
        "what was acknowledged does not fail upward"
    );
    assert_rebuilds(&world);
}

#[test]
fn a_units_system_is_told_whoever_has_signed() {
    let world = city(DAY);
    world.receiver.next(Answer::Status(503, Vec::new()));
    world.work();
    let mail = message(&world, "mail", "contact@zjj");
    let recorded = acknowledge(&world, &mail, "王联络", How::Link);
    assert_eq!((recorded.notices, recorded.quieted), (1, 0));
    world.at_time(DAY, "12:00");
    world.work();
    let states = world.notices("arc-18");
    let system = states.iter().find(|one| one.contains("市住建局")).unwrap();
    assert!(system.ends_with("delivered"), "{states:?}");
    assert_rebuilds(&world);
}

#[test]
fn the_next_rung_and_what_is_overdue_are_told_all_the_same() {
    let world = city("2026-09-02");
    world.work();
    for day in ["2026-09-02", "2026-09-04", "2026-09-08", "2026-09-09"] {
        world.day(day);
        for address in ["contact@jtj", "contact@zjj"] {
            acknowledge(&world, &message(&world, "mail", address), "某人", How::Link);
        }
    }
    let overdue = world.day("2026-09-10");
    assert!(
        overdue.mailed().contains(&"head@jtj"),
        "{:?}",
        overdue.mailed()
    );
    acknowledge(
        &world,
        &message(&world, "mail", "head@jtj"),
        "钱局长",
        How::Link,
    );
    // +5wd goes to the leader; from then on it repeats every five working days.
    for day in ["2026-09-16", "2026-09-23", "2026-10-09"] {
        let sent = world.day(day);
        assert!(
            sent.mailed().contains(&"leader@jtj"),
            "{day}: {:?}",
            sent.mailed()
        );
        acknowledge(
            &world,
            &message(&world, "mail", "leader@jtj"),
            "孙副市长",
            How::Link,
        );
    }
    let fates = world.rows("select distinct fate from rung");
    assert!(!fates.contains(&"quieted".to_owned()), "{fates:?}");
    assert_rebuilds(&world);
}

#[test]
fn an_overdue_notice_that_has_not_arrived_is_not_cancelled() {
    let world = city(DAY);
    for day in ["2026-09-04", "2026-09-08", "2026-09-09"] {
        world.day(day);
    }
    world.relay.refuse("contact@zjj", Some("450 4.2.0 busy"));
    world.day("2026-09-10");
    let recorded = acknowledge(
        &world,
        &message(&world, "webhook", "市住建局"),
        "王联络",
        How::Link,
    );
    assert_eq!((recorded.notices, recorded.quieted), (1, 0));
    let waiting = "select count(*) from message where state = 'pending' and attempts > 0";
    assert_eq!(world.rows(waiting), ["1"]);
}

/// A duty whose number the law does not give, told of past its date; the repeats begin later.
fn advisory() -> World {
    let world = World::new("2026-08-24");
    world.decision("2026-001");
    world.event("2026-001", "decided", "2026-08-24");
    world.days("2026-08-24", "2026-09-07");
    let told = world.rungs("dis-5e");
    assert!(told.last().unwrap().contains("+5wd told"), "{told:?}");
    world
}

#[test]
fn repeats_of_what_is_no_breach_are_not_told_to_who_has_acknowledged_the_last_rung() {
    let world = advisory();
    let before = world.notices("dis-5e").len();
    acknowledge(
        &world,
        &message(&world, "mail", "contact@zjj"),
        "王联络",
        How::Link,
    );
    world.days("2026-09-08", "2026-10-15");
    let rungs = world.rungs("dis-5e");
    let repeats: Vec<&String> = rungs
        .iter()
        .filter(|one| one.contains("+15wd") || one.contains("+25wd"))
        .collect();
    assert_eq!(repeats.len(), 2, "{rungs:?}");
    assert!(
        repeats.iter().all(|one| one.ends_with("quieted")),
        "{rungs:?}"
    );
    assert_eq!(world.notices("dis-5e").len(), before);
    let entries = world.audit("2026-001/dis-5e");
    assert_eq!(entries.last().unwrap().what, "quieted");
    assert_eq!(
        entries.last().unwrap().detail["change"]["quieted"][0],
        "市住建局"
    );
    let digests = world.mails();
    let digest = digests.iter().rfind(|mail| mail.is_digest()).unwrap();
    assert!(
        digest.text.contains("书面形式告知有关方面"),
        "the duty stays in the digest"
    );
    assert!(
        digest.text.contains("已签收（王联络，2026-09-07"),
        "{}",
        digest.text
    );
    assert_rebuilds(&world);
    let mut rounds = Rounds {
        world,
        auditor: Auditor::default(),
    };
    let found = rounds.found();
    assert!(!found.contains(&"rung_not_told".to_owned()), "{found:?}");
}

#[test]
fn a_date_that_moves_is_told_anew_to_who_had_acknowledged() {
    let world = advisory();
    acknowledge(
        &world,
        &message(&world, "mail", "contact@zjj"),
        "王联络",
        How::Link,
    );
    world.change("update event set on_date = '2026-09-04' where kind = 'decided'");
    world.day("2026-09-08");
    let before = world.notices("dis-5e").len();
    world.days("2026-09-09", "2026-09-25");
    let after = world.notices("dis-5e");
    assert!(after.len() > before, "{after:?}");
    assert!(
        !world
            .rungs("dis-5e")
            .iter()
            .any(|one| one.ends_with("quieted"))
    );
}

#[test]
fn without_a_word_repeats_go_on() {
    let world = advisory();
    let before = world.notices("dis-5e").len();
    world.days("2026-09-08", "2026-10-15");
    assert!(world.notices("dis-5e").len() >= before + 4);
    let mails = world.mails();
    let digest = mails.iter().rfind(|mail| mail.is_digest()).unwrap();
    assert!(digest.text.contains("未签收"), "{}", digest.text);
}

#[test]
fn a_message_whose_link_was_used_has_arrived_whatever_was_heard() {
    let world = city(DAY);
    // The digest goes out in the same minute, and holds nothing to acknowledge.
    let reader = "contact@jtj";
    world
        .relay
        .for_recipient(reader, Stage::Dot, Act::TakeAndDrop);
    world.work();
    let unknown = "select key from message where state = 'pending' and maybe_repeat = 1";
    let key = message(&world, "mail", reader);
    assert_eq!(world.rows(unknown), std::slice::from_ref(&key));
    acknowledge(&world, &key, "某人", How::Link);
    let state = format!("select state from message where key = '{key}'");
    assert_eq!(world.rows(&state), ["delivered"]);
    let taken = world.relay.taken().len();
    world.at_time(DAY, "12:00");
    world.work();
    assert_eq!(world.relay.taken().len(), taken, "it is not sent again");
    assert_rebuilds(&world);
}

#[test]
fn a_word_given_while_the_message_is_under_way_settles_it_too() {
    for is_lost in [false, true] {
        let world = city(DAY);
        let now = world.clock.now();
        let mut claims = world.claimed().into_iter();
        let claim = claims.find(|one| one.destination == "mail").unwrap();
        let key = claim.message.key.clone();
        acknowledge(&world, &key, "某人", How::Link);
        let state = format!("select state from message where key = '{key}'");
        assert_eq!(world.rows(&state), ["leased"]);
        let end = move |c: &_| {
            if is_lost {
                return outbox::give_back(c, Abandoned::ByEarlierProcess, now).map(drop);
            }
            let outcome = Outcome::new(Class::Unknown, "dot", "the connection broke");
            let verdict = Verdict::RetryAt {
                at: now + TimeDelta::minutes(1),
            };
            outbox::settle(c, &claim, &outcome, &verdict, now).map(drop)
        };
        world.ledger().write_blocking("settle", end).unwrap();
        assert_eq!(world.rows(&state), ["delivered"], "lost: {is_lost}");
        assert_rebuilds(&world);
    }
}

#[test]
fn a_link_that_came_another_way_does_not_stop_what_was_never_sent() {
    let world = city(DAY);
    let key = message(&world, "mail", "contact@jtj");
    let site = Site::of(&world);
    let page = site.browser.sign(&path(&world, &key), "赵联络");
    assert_eq!(page.status, 200);
    let sent = world.work();
    assert!(
        sent.mailed().contains(&"contact@jtj"),
        "{:?}",
        sent.mailed()
    );
}
