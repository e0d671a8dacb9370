//! What was true when it was planned and is not any more: a date moves, a duty ends.
//!
//! arc-18 gives 30 days after the execution is completed.

use duban::store::ledger::outbox::{self, Whom, Wish};
use serde_json::json;

use crate::support::smtp::{Act, Stage};
use crate::support::world::World;

const KEY: &str = "2026-001/arc-18";

/// A world in which arc-18 is due on Wednesday 9 September.
fn due_on_the_ninth(today: &str) -> World {
    let world = World::new(today);
    world.decision("2026-001");
    world.event("2026-001", "execution_completed", "2026-08-10");
    world
}

/// Moves the day it was completed, and with it the date, by correcting the event.
fn correct(world: &World, completed: &str) {
    world.change(&format!(
        "update event set on_date = '{completed}' where kind = 'execution_completed'"
    ));
}

#[test]
fn planning_twice_inserts_nothing() {
    let world = due_on_the_ninth("2026-09-02");
    let first = world.plan();
    assert_eq!((first.obligations, first.notices), (1, 3));
    let second = world.plan();
    assert_eq!((second.obligations, second.notices), (0, 0));
    // Even when every decision is looked at again.
    world.change("update decision set note = 'looked at'");
    assert_eq!(world.plan().notices, 0);
    assert_eq!(world.notices("arc-18").len(), 3);
}

#[test]
fn a_date_that_moves_is_the_same_obligation_with_a_higher_revision() {
    let world = due_on_the_ninth("2026-09-02");
    world.work();
    correct(&world, "2026-08-14");
    world.work();
    let obligations = "select rule, revision, due_on from obligation";
    assert_eq!(world.rows(obligations), ["arc-18 2 2026-09-14"]);
}

#[test]
fn both_dates_stay_in_the_audit_log() {
    let world = due_on_the_ninth("2026-09-02");
    world.work();
    correct(&world, "2026-08-14");
    world.work();
    let audit = world.audit(KEY);
    let what: Vec<&str> = audit.iter().map(|entry| entry.what.as_str()).collect();
    assert_eq!(what, ["told", "date moved"]);
    let moved = &audit[1].detail;
    let both = json!({
        "revision": 2,
        "was": { "due_on": "2026-09-09", "latest_on": "2026-09-09" },
        "is": { "due_on": "2026-09-14", "latest_on": "2026-09-14" },
    });
    for (name, value) in both.as_object().unwrap() {
        assert_eq!(&moved[name], value);
    }
}

#[test]
fn who_was_told_the_old_date_is_told_of_the_change() {
    let world = due_on_the_ninth("2026-09-02");
    assert_eq!(world.work().mailed(), ["contact@jtj", "contact@zjj"]);
    correct(&world, "2026-08-20");
    let sent = world.day("2026-09-03");
    assert_eq!(sent.mailed(), ["contact@jtj", "contact@zjj"]);
    for mail in sent.notices() {
        assert!(mail.subject.contains("期限变更"), "{mail:?}");
        assert!(mail.text.contains("原定2026年9月9日"), "{mail:?}");
        assert!(mail.text.contains("现改为2026年9月20日"), "{mail:?}");
    }
    assert_eq!(sent.posts.len(), 1);
    let body = sent.posts[0].json();
    assert_eq!(body["type"], "duban.notice.changed");
    assert_eq!(body["data"]["was_due_on"], "2026-09-09");
    assert_eq!(body["data"]["due_on"], "2026-09-20");
}

#[test]
fn a_date_that_moves_again_is_told_again_to_who_knows_an_older_one() {
    let world = due_on_the_ninth("2026-09-02");
    world.work();
    correct(&world, "2026-08-20");
    world.day("2026-09-03");
    correct(&world, "2026-08-25");
    let sent = world.day("2026-09-04");
    assert_eq!(sent.mailed(), ["contact@jtj", "contact@zjj"]);
    assert!(sent.notices()[0].text.contains("原定2026年9月20日"));
}

#[test]
fn who_was_not_told_the_old_date_hears_only_the_new_one() {
    let world = due_on_the_ninth("2026-09-02");
    // Planned after hours, so it waits.
    world.at_time("2026-09-02", "18:00");
    assert!(world.work().is_silent());
    correct(&world, "2026-08-11");
    world.plan();
    let old = &world.notices("arc-18")[..3];
    assert!(old.iter().all(|notice| notice.ends_with(" cancelled")));
    let sent = world.day("2026-09-03");
    assert_eq!(sent.mailed(), ["contact@jtj", "contact@zjj"]);
    for mail in sent.notices() {
        assert!(mail.text.contains("不晚于2026年9月10日"), "{mail:?}");
        assert!(!mail.text.contains("2026年9月9日（周三）（含"), "{mail:?}");
        assert!(!mail.text.contains("原定"), "{mail:?}");
    }
}

#[test]
fn a_date_that_moves_ahead_climbs_its_ladder_anew() {
    let world = due_on_the_ninth("2026-09-02");
    world.days("2026-09-02", "2026-09-08");
    correct(&world, "2026-09-01");
    world.days("2026-09-09", "2026-10-08");
    assert_eq!(
        world.rungs("arc-18"),
        [
            "2026-09-02 -7d told",
            "2026-09-04 -3d told",
            "2026-09-08 -1d told",
            // 1 October and the week after it are holidays: the date rolls to the eighth.
            "2026-09-30 -7d superseded",
            "2026-09-30 -3d superseded",
            "2026-09-30 -1d told",
            "2026-10-08 +0d told",
        ]
    );
}

/// The statutory days of 2027, as a notice.
const NOTICE_OF_2027: &str = "\
year = 2027
papers = [\"https://example.gov.cn/1\"]
[[holiday]]
name = \"元旦\"
from = 2027-01-01
[[holiday]]
name = \"春节\"
from = 2027-02-05
to = 2027-02-08
[[holiday]]
name = \"清明节\"
from = 2027-04-05
[[holiday]]
name = \"劳动节\"
from = 2027-05-01
to = 2027-05-02
[[holiday]]
name = \"端午节\"
from = 2027-06-09
[[holiday]]
name = \"中秋节\"
from = 2027-09-15
[[holiday]]
name = \"国庆节\"
from = 2027-10-01
to = 2027-10-03
";

#[test]
fn a_closure_for_snow_moves_the_date_and_every_mail_says_who_decided_it() {
    let mut world = due_on_the_ninth("2026-09-02");
    world.work();
    world.keep_calendars();
    let local = "[[local]]\nname = \"洪涝停工\"\nauthority = \"洮政办发〔2026〕3号\"\n\
                 from = 2026-09-09\nto = 2026-09-10\n";
    let file = world.at("local.toml");
    std::fs::write(&file, local).unwrap();
    world.duban(&["calendar", "load", file.to_str().unwrap(), "--yes"]);
    world.crash_and_reopen();
    let sent = world.day("2026-09-03");
    assert_eq!(sent.mailed(), ["contact@jtj", "contact@zjj"]);
    for mail in sent.notices() {
        assert!(mail.text.contains("现改为2026年9月11日"), "{mail:?}");
        let why = "2026年9月9日（周三）为洪涝停工（洮政办发〔2026〕3号）放假，顺延至2026年9月11日";
        assert!(mail.text.contains(why), "{mail:?}");
        assert!(mail.text.contains("2027* +local:2"), "{mail:?}");
    }
}

#[test]
fn a_new_holiday_table_moves_the_date_and_who_was_told_hears_of_it() {
    let mut world = World::new("2027-03-01");
    world.decision("2026-001");
    // Wednesday 10 March 2027, a working day as far as is known.
    world.event("2026-001", "execution_completed", "2027-02-08");
    let sent = world.day("2027-03-03");
    let provisional = "放假安排尚未确认";
    assert!(sent.notices()[0].text.contains(provisional));
    // The notice, by chance, joins the day of the date to 清明节.
    let notice = NOTICE_OF_2027.replace(
        "from = 2027-04-05",
        "from = 2027-03-10\n[[holiday]]\nname = \"清明节\"\nfrom = 2027-04-05",
    );
    let file = world.at("国办通知.toml");
    std::fs::write(&file, notice).unwrap();
    world.keep_calendars();
    let said = world.duban(&["calendar", "load", file.to_str().unwrap(), "--yes"]);
    let moved = "~ moved  2027-03-10?  2027-03-11";
    assert!(said.contains(moved), "{said}");
    world.crash_and_reopen();
    let sent = world.day("2027-03-04");
    assert_eq!(sent.mailed(), ["contact@jtj", "contact@zjj"]);
    assert!(sent.notices()[0].text.contains("现改为2027年3月11日"));
    assert!(!sent.notices()[0].text.contains(provisional));
}

/// What may end a duty, as a change of the catalogue.
const ENDINGS: [(&str, &str); 5] = [
    (
        "done",
        "insert into event (decision_id, kind, on_date)
         values ('2026-001', 'execution_material_filed', '2026-09-02')",
    ),
    (
        "waived",
        "insert into event (decision_id, kind, on_date, note)
         values ('2026-001', 'waived', '2026-09-02', 'arc-18；张三；并入另案')",
    ),
    ("exempt", "update decision set status = 'closed'"),
    (
        "anchor no longer recorded",
        "delete from event where kind = 'execution_completed'",
    ),
    ("anchor no longer recorded", "delete from decision"),
];

#[test]
fn what_is_no_longer_owed_is_not_sent_and_the_audit_log_says_why() {
    for (state, change) in ENDINGS {
        let world = due_on_the_ninth("2026-09-02");
        world.at_time("2026-09-02", "06:00");
        world.plan();
        assert_eq!(world.messages("pending"), 3, "{state}");
        world.change(change);
        let sent = world.day("2026-09-02");
        assert!(sent.is_silent(), "{state}");
        assert_eq!(world.messages("cancelled"), 3, "{state}");
        let closed = world.audit(KEY).pop().unwrap();
        assert_eq!(closed.what, "closed", "{state}");
        let why = match state {
            "waived" => Some("waived by 张三: 并入另案"),
            "exempt" => Some("the decision is closed"),
            _ => None,
        };
        assert_eq!(closed.detail["state"], state);
        assert_eq!(closed.detail.get("why").and_then(|why| why.as_str()), why);
        assert!(world.day("2026-10-09").is_silent(), "{state}");
    }
}

#[test]
fn what_is_done_is_not_tried_again() {
    let world = due_on_the_ninth("2026-09-02");
    for _ in 0..3 {
        world.relay.next(Stage::Rcpt, Act::Say("450 4.2.0 busy"));
    }
    assert!(world.work().mails.is_empty());
    world.change(ENDINGS[0].1);
    world.at_time("2026-09-02", "12:00");
    assert_eq!(world.work().mailed(), [""; 0]);
    // The endpoint alone was told, and hears that it is done.
    let standing = "select channel || ' ' || rung from notice
                    join message on message.id = message_id where notice.state = 'standing'";
    assert_eq!(world.rows(standing), ["webhook -7d", "webhook closed"]);
}

#[test]
fn what_was_given_up_on_and_is_done_since_is_neither_listed_nor_sent_by_hand() {
    let world = due_on_the_ninth("2026-09-02");
    for _ in 0..3 {
        world.relay.next(Stage::Rcpt, Act::Say("550 5.1.1 nobody"));
    }
    assert!(world.work().mails.is_empty());
    let given_up = world.rows("select key from message where state = 'failed' and digest is null");
    assert_eq!(given_up.len(), 2);
    world.change(ENDINGS[0].1);
    world.plan();
    let now = world.clock.now();
    for key in given_up {
        let retry = move |c: &_| {
            outbox::at_hand(
                c,
                Wish::Retry,
                &Whom::Messages(vec![key]),
                Some("asked for"),
                now,
            )
        };
        let asked = world.ledger().write_blocking("retry", retry);
        assert!(asked.unwrap().is_err());
    }
    let sent = world.work();
    assert_eq!(sent.mailed(), [""; 0]);
    assert_eq!(
        sent.posts.len(),
        1,
        "the endpoint was told, and hears of it"
    );
    assert_eq!(world.messages("failed"), 1, "the digest alone");
}

#[test]
fn a_duty_that_is_to_be_done_after_all_goes_on_where_it_was() {
    let world = due_on_the_ninth("2026-09-02");
    world.work();
    world.change(ENDINGS[0].1);
    world.day("2026-09-04");
    world.change("delete from event where kind = 'execution_material_filed'");
    let sent = world.day("2026-09-08");
    assert_eq!(sent.mailed(), ["contact@jtj", "contact@zjj"]);
    let what: Vec<String> = world.audit(KEY).into_iter().map(|e| e.what).collect();
    assert_eq!(what, ["told", "closed", "reopened", "told"]);
}
