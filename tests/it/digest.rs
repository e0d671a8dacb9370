//! The centre's daily digest: silence is never mistaken for a quiet day.

use crate::support::mailbox::Mail;
use crate::support::smtp::{Act, Stage};
use crate::support::world::{Sent, World};

fn digest(sent: &Sent) -> Option<&Mail> {
    let mut digests = sent.mails.iter().filter(|mail| mail.is_digest());
    let digest = digests.next();
    assert_eq!(digests.next(), None);
    digest
}

#[test]
fn a_quiet_day_has_its_digest_too() {
    let world = World::new("2026-09-02");
    let sent = world.day("2026-09-02");
    let digest = digest(&sent).unwrap();
    assert_eq!(digest.to, "centre@dc");
    assert_eq!(
        digest.subject,
        "【督办提醒】今日无到期事项 · 每日汇总 9月2日"
    );
    assert!(sent.is_silent());
}

#[test]
fn there_is_one_digest_on_each_working_day_whatever_happens() {
    let mut world = World::new("2026-09-18");
    let mut days = Vec::new();
    // Sunday the twentieth is worked; Friday the twenty-fifth begins the holidays.
    for day in 18..=28 {
        let day = format!("2026-09-{day}");
        world.at_time(&day, "08:00");
        assert_eq!(digest(&world.work()), None, "{day}: before its hour");
        for time in ["08:30", "12:00", "16:00"] {
            world.at_time(&day, time);
            if digest(&world.work()).is_some() {
                days.push(day.clone());
            }
        }
        world.crash_and_reopen();
    }
    let worked = ["18", "20", "21", "22", "23", "24", "28"];
    assert_eq!(days, worked.map(|day| format!("2026-09-{day}")));
}

#[test]
fn a_digest_that_was_missed_in_the_morning_comes_when_duban_is_back() {
    let world = World::new("2026-09-02");
    world.at_time("2026-09-02", "16:30");
    assert!(digest(&world.work()).is_some());
}

#[test]
fn the_digest_counts_and_lists_what_is_overdue_due_and_near() {
    let world = World::new("2026-09-09");
    for (id, completed) in [
        ("2026-001", "2026-08-03"),
        ("2026-002", "2026-08-10"),
        ("2026-003", "2026-08-14"),
        ("2026-004", "2026-09-01"),
    ] {
        world.decision(id);
        world.event(id, "execution_completed", completed);
    }
    let sent = world.day("2026-09-09");
    let digest = digest(&sent).unwrap();
    assert!(
        digest.subject.contains("超期1项 今日到期1项 临期1项"),
        "{}",
        digest.subject
    );
    let place = |id| digest.text.find(id);
    assert!(place("2026-001") < place("2026-002"));
    assert!(place("2026-002") < place("2026-003"));
    assert_eq!(place("2026-004"), None);
}

#[test]
fn what_could_not_be_delivered_stands_in_the_next_digest() {
    let world = World::new("2026-09-02");
    world.decision("2026-001");
    world.event("2026-001", "execution_completed", "2026-08-10");
    world.change("update decision set drafting_unit = '市交通局'");
    world.at_time("2026-09-02", "06:00");
    world.plan();
    world
        .relay
        .next(Stage::Rcpt, Act::Say("550 5.1.1 no such user"));
    world.at_time("2026-09-02", "08:30");
    world.deliver();
    assert_eq!(world.messages("failed"), 1);
    let sent = world.day("2026-09-03");
    let digest = digest(&sent).unwrap();
    assert!(digest.subject.contains("未送达1件"), "{}", digest.subject);
    assert!(digest.text.contains("no such user"), "{}", digest.text);
    assert!(digest.text.contains("市交通局"));
}

#[test]
fn a_row_that_cannot_be_read_stands_in_the_digest_until_it_is_mended() {
    let world = World::new("2026-09-02");
    world.decision("2026-001");
    world.event("2026-001", "execution_completed", "2026-13-45");
    let first = world.day("2026-09-02");
    assert!(digest(&first).unwrap().text.contains("2026-13-45"));
    world.change("update event set on_date = '2026-09-01'");
    let second = world.day("2026-09-03");
    assert!(!digest(&second).unwrap().text.contains("2026-13-45"));
}

#[test]
fn from_november_on_the_digest_misses_the_coming_years_calendar() {
    let world = World::new("2026-10-30");
    let october = world.day("2026-10-30");
    assert!(!digest(&october).unwrap().text.contains("2027年"));
    let november = world.day("2026-11-02");
    assert!(digest(&november).unwrap().text.contains("2027年"));
}
