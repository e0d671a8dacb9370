//! The centre's daily digest: silence is never mistaken for a quiet day.

use duban::domain::decision::DecisionId;
use duban::domain::gaps::{Gap, Look};
use duban::store::ledger::{gaps, reader};

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
    // What the weekly part says of them is another matter.
    let (daily, _) = digest.text.split_once("每周核对").unwrap();
    let place = |id| daily.find(id);
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

fn look(world: &World, id: &str) -> Look {
    let id = DecisionId(id.to_owned());
    let ask = |c: &_| gaps::of(c, &id);
    world.reader().ask("read the gap", ask).unwrap()
}

fn lacks(gap: Option<&Gap>, name: &str) -> bool {
    let mut missing = gap.into_iter().flat_map(|gap| &gap.missing);
    missing.any(|names| names.iter().any(|one| one == name))
}

#[test]
fn a_gap_appears_by_the_mere_passing_of_time_and_goes_when_the_event_is_entered() {
    let world = World::new("2026-09-07");
    world.decision("2026-001");
    world.event("2026-001", "published", "2026-09-10");
    let first = world.day("2026-09-07");
    let quiet = "未发现应录未录的内容。";
    assert!(digest(&first).unwrap().text.contains(quiet));
    let ahead = look(&world, "2026-001");
    let on = "2026-09-10".parse().ok();
    assert_eq!((&ahead.gap, ahead.look_again_on), (&None, on));
    let next = world.reader().ask("ask", reader::next_day).unwrap();
    assert!(next.is_some() && next <= on, "{next:?}");

    world.day("2026-09-10");
    let then = look(&world, "2026-001");
    assert!(lacks(then.gap.as_ref(), "decided"), "{then:?}");
    assert_eq!(then.look_again_on, None);
    let second = world.day("2026-09-14");
    let text = &digest(&second).unwrap().text;
    assert!(
        text.contains("“公布决策”已于2026年9月10日（周四）发生"),
        "{text}"
    );
    assert!(text.contains("作出决策"), "{text}");
    assert!(!text.contains(quiet), "{text}");

    world.event("2026-001", "decided", "2026-09-09");
    world.day("2026-09-15");
    let entered = look(&world, "2026-001");
    assert!(!lacks(entered.gap.as_ref(), "decided"), "{entered:?}");
    world.change("delete from event");
    world.day("2026-09-16");
    assert_eq!(look(&world, "2026-001"), Look::default());
}

#[test]
fn a_decision_without_any_date_is_looked_at_again_when_its_event_ahead_has_come() {
    let world = World::new("2026-09-07");
    world.decision("2026-001");
    world.event("2026-001", "archive_transferred", "2026-09-10");
    world.plan();
    let next = world.reader().ask("ask", reader::next_day).unwrap();
    assert_eq!(next, "2026-09-10".parse().ok());
    world.day("2026-09-09");
    assert_eq!(look(&world, "2026-001").gap, None);
    world.day("2026-09-10");
    let then = look(&world, "2026-001");
    assert!(lacks(then.gap.as_ref(), "archived"), "{then:?}");
    let next = world.reader().ask("ask", reader::next_day).unwrap();
    assert_eq!(next, None);
}

#[test]
fn what_was_never_entered_stands_in_the_first_digest_of_each_week() {
    let world = World::new("2026-09-28");
    let mut days = Vec::new();
    // The first of October to the seventh are holidays; Saturday the tenth is worked.
    let september = (28..=30).map(|day| format!("2026-09-{day}"));
    let october = (1..=19).map(|day| format!("2026-10-{day:02}"));
    for day in september.chain(october) {
        let sent = world.day(&day);
        let weekly = digest(&sent).filter(|digest| digest.text.contains("每周核对"));
        days.extend(weekly.map(|_| day));
    }
    assert_eq!(
        days,
        ["2026-09-28", "2026-10-08", "2026-10-12", "2026-10-19"]
    );
}

#[test]
fn the_weekly_part_that_was_missed_on_monday_comes_with_the_next_digest() {
    let world = World::new("2026-09-11");
    world.day("2026-09-11");
    let tuesday = world.day("2026-09-15");
    assert!(digest(&tuesday).unwrap().text.contains("每周核对"));
}

#[test]
fn at_most_fifty_gaps_are_listed_and_all_are_counted() {
    let world = World::new("2026-09-07");
    for n in 1..=51 {
        let id = format!("2026-{n:03}");
        world.decision(&id);
        world.event(&id, "published", "2026-09-01");
    }
    world.change("update decision set confidential = 1 where seq = 1");
    let sent = world.day("2026-09-07");
    let text = &digest(&sent).unwrap().text;
    assert!(text.contains("共51项，以上列出50项"), "{text}");
    assert!(text.contains("50. 2026-050 洮南市停车管理办法"), "{text}");
    assert!(
        text.contains("1. 2026-001 （涉密事项，不显示名称）"),
        "{text}"
    );
    assert!(!text.contains("51. 2026-051"), "{text}");
}
