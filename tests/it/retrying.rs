//! When the next attempt is made, and when none: what the peer asks, the law's date, and the
//! pauses of a destination that is held.

use chrono::{DateTime, TimeDelta, Utc};
use duban::channels::wording::Wording;
use duban::domain::delivery::{Attempt, Class, Outcome, RetryPolicy, Verdict, verdict};
use duban::domain::notice::{Channel, Content, Kind, Message};

use crate::support::http::Answer;
use crate::support::messages::{self, day, facts};
use crate::support::world::World;

fn now() -> DateTime<Utc> {
    "2026-09-02T00:30:00Z".parse().unwrap()
}

fn attempt(number: u32) -> Attempt {
    Attempt {
        number,
        first_due: now(),
        spread: 0,
        useful_until: None,
        held_since: None,
    }
}

fn deferred(asked: Option<TimeDelta>) -> Outcome {
    let mut outcome = Outcome::new(Class::Deferred, "http", "later");
    outcome.retry_after = asked.map(|asked| now() + asked);
    outcome
}

fn follows(outcome: &Outcome, attempt: &Attempt) -> Verdict {
    verdict(outcome, attempt, now(), &RetryPolicy::default())
}

fn minutes(verdict: Verdict) -> i64 {
    match verdict {
        Verdict::RetryAt { at } => (at - now()).num_minutes(),
        Verdict::HoldDestination { probe_at, .. } => (probe_at - now()).num_minutes(),
        other => panic!("{other:?}"),
    }
}

fn reason(verdict: Verdict) -> String {
    match verdict {
        Verdict::GiveUp { reason } => reason,
        other => panic!("{other:?}"),
    }
}

#[test]
fn what_the_peer_asks_for_is_kept_exactly_be_it_shorter_or_longer_than_the_schedule() {
    for asked in [1, 7, 90, 24 * 60] {
        let outcome = deferred(Some(TimeDelta::minutes(asked)));
        assert_eq!(minutes(follows(&outcome, &attempt(4))), asked);
    }
    let pauses = (1..=7).map(|number| minutes(follows(&deferred(None), &attempt(number))));
    assert_eq!(pauses.collect::<Vec<_>>(), [1, 5, 15, 30, 60, 60, 60]);
}

#[test]
fn who_asks_for_a_second_each_time_is_not_asked_each_second_for_days() {
    let policy = RetryPolicy::default();
    let (mut at, mut attempts) = (now(), 0);
    let horizon = now() + TimeDelta::hours(policy.give_up_after_hours.into());
    loop {
        attempts += 1;
        let mut outcome = deferred(None);
        outcome.retry_after = Some(at + TimeDelta::seconds(1));
        match verdict(&outcome, &attempt(attempts), at, &policy) {
            Verdict::RetryAt { at: next } => at = next,
            Verdict::GiveUp { reason } => {
                assert!(!reason.contains("asks to wait"), "{reason}");
                break;
            }
            other => panic!("{other:?}"),
        }
        assert!(attempts < 1000, "{attempts} attempts by {at}");
    }
    // Five at its word, and then one an hour.
    assert_eq!(attempts, 5 + 120);
    assert!(horizon - at < TimeDelta::hours(1));
    // Whoever asks for longer than the schedule is still heard.
    let long = deferred(Some(TimeDelta::hours(5)));
    assert_eq!(minutes(follows(&long, &attempt(40))), 300);
}

#[test]
fn a_wait_beyond_the_horizon_is_given_up_at_once_and_says_so() {
    let outcome = deferred(Some(TimeDelta::hours(121)));
    let reason = reason(follows(&outcome, &attempt(1)));
    assert!(
        reason.contains("not delivered within 120 h; the peer asks to wait"),
        "{reason}"
    );
}

#[test]
fn what_speaks_of_a_day_is_not_tried_beyond_it() {
    let until = Attempt {
        useful_until: Some(now() + TimeDelta::hours(10)),
        ..attempt(1)
    };
    let asked = |hours| deferred(Some(TimeDelta::hours(hours)));
    assert_eq!(minutes(follows(&asked(10), &until)), 600);
    let reason = reason(follows(&asked(11), &until));
    assert!(
        reason.contains("before the day it speaks of was over"),
        "{reason}"
    );
    // What was late before it could be tried is tried as long as anything else.
    let late = Attempt {
        useful_until: Some(now() - TimeDelta::hours(1)),
        ..attempt(1)
    };
    assert_eq!(minutes(follows(&asked(11), &late)), 660);
}

#[test]
fn each_probe_of_a_held_destination_waits_longer_than_the_one_before() {
    let refused = Outcome::new(Class::Deferred, "auth", "535").of_channel();
    let mut held = 0;
    let mut pauses = Vec::new();
    for n in 0..6 {
        let probe = Attempt {
            held_since: (n > 0).then(|| now() - TimeDelta::minutes(held)),
            ..attempt(1)
        };
        pauses.push(minutes(follows(&refused, &probe)));
        held += pauses.last().unwrap();
    }
    assert_eq!(pauses, [15, 30, 60, 240, 240, 240]);
}

#[test]
fn only_what_is_ahead_of_its_date_has_a_last_useful_day() {
    let kind = |kind, latest_on: &str| {
        let mut facts = facts();
        (facts.kind, facts.latest_on) = (kind, day(latest_on));
        facts
    };
    let useful = |notices| Content::Notices { notices }.useful_on();
    let ahead = kind(Kind::Reminder, "2026-05-20");
    let sooner = kind(Kind::DueToday, "2026-05-09");
    let over = kind(Kind::Overdue, "2026-05-01");
    assert_eq!(useful(vec![over.clone()]), None);
    let all = vec![over, ahead, sooner];
    assert_eq!(useful(all), Some(day("2026-05-09")));
    let digest = messages::digest();
    assert_eq!(
        Content::Digest { digest }.useful_on(),
        Some(day("2026-05-08"))
    );
}

#[test]
fn what_is_sent_after_its_day_says_that_it_is_late_and_what_was_so_on_which_day() {
    let sent = |on: &str| Message {
        sent_on: Some(day(on)),
        ..messages::message(Channel::Mail, vec![facts()])
    };
    let wording = Wording::new().unwrap();
    let on_its_day = wording.mail(&sent("2026-05-08")).unwrap();
    assert!(!on_its_day.plain.contains("迟"), "{}", on_its_day.plain);
    let next_day = wording.mail(&sent("2026-05-09")).unwrap();
    let then = "截至2026年5月8日（周五）：剩1个工作日。";
    assert!(next_day.plain.contains(then), "{}", next_day.plain);
    assert!(
        !next_day.subject.contains("剩1个工作日"),
        "{}",
        next_day.subject
    );
    let late = wording.mail(&sent("2026-05-10")).unwrap();
    assert!(
        late.subject.starts_with("【督办提醒】（迟到）"),
        "{}",
        late.subject
    );
    for text in [&late.plain, &late.html] {
        assert!(
            text.contains("本件未能按时送出，发出时2026年5月9日（周六）已过"),
            "{text}"
        );
    }
    let (early, late) = (sent("2026-05-08"), sent("2026-05-10"));
    let headlines = [early, late].map(|message| wording.headline(&message).unwrap());
    assert_eq!(headlines[0], headlines[1], "a webhook's bytes never change");
}

/// Due on Wednesday 9 September, told to 市住建局 by mail and webhook.
fn due_on_the_ninth(today: &str) -> World {
    let world = World::new(today);
    world.decision("2026-001");
    world.event("2026-001", "execution_completed", "2026-08-10");
    world.change("update decision set executing_unit = '市住建局'");
    world
}

#[test]
fn at_the_end_of_the_day_it_speaks_of_a_message_is_given_up_and_fails_upward_at_once() {
    let world = due_on_the_ninth("2026-09-09");
    let due = world.rows("select distinct latest_on from obligation");
    assert!(due.is_empty());
    world.relay.refuse("contact@zjj", Some("450 4.2.2 full"));
    // The endpoint never answers well either, so that nobody of the unit is reached.
    for _ in 0..40 {
        world.receiver.next(Answer::Status(503, Vec::new()));
    }
    world.relay.refuse("head@zjj", Some("450 4.2.2 full"));
    let hours = (8..24).map(|hour| format!("{hour:02}:30"));
    for time in hours.chain(["23:45".to_owned(), "23:59".to_owned()]) {
        world.at_time("2026-09-09", &time);
        world.work();
    }
    let given_up = world.rows(
        "select distinct json_extract(verdict, '$.reason') from attempt
         where json_extract(verdict, '$.verdict') = 'give_up'",
    );
    assert!(!given_up.is_empty());
    for reason in &given_up {
        assert!(
            reason.contains("before the day it speaks of was over"),
            "{given_up:?}"
        );
    }
    assert_eq!(
        world.messages("failed"),
        3,
        "{:?}",
        world.notices("eva-15c")
    );
    let to_centre = world
        .mails()
        .into_iter()
        .filter(|m| m.to == "centre@dc" && !m.is_digest());
    assert_eq!(to_centre.count(), 1);
}

#[test]
fn a_receiver_that_asks_for_longer_than_the_day_is_given_up_and_the_unit_told_otherwise() {
    let world = due_on_the_ninth("2026-09-09");
    let asked = vec![("retry-after", (20 * 3600).to_string())];
    world.receiver.next(Answer::Status(503, asked));
    world.relay.refuse("contact@zjj", Some("450 4.2.2 full"));
    world.day("2026-09-09");
    let post = "select state from message where channel = 'webhook'";
    assert_eq!(world.rows(post), ["failed"]);
    world.at_time("2026-09-09", "08:31");
    assert_eq!(world.work().mailed(), ["head@zjj"]);
}

#[test]
fn a_post_that_could_only_go_out_after_its_day_says_so_in_a_header() {
    let world = due_on_the_ninth("2026-09-09");
    world.at_time("2026-09-09", "08:30");
    world.plan();
    world.at_time("2026-09-10", "08:29");
    world.deliver();
    let posts = world.posts();
    assert_eq!(posts[0].header("duban-late"), "true");
    let mails = world.mails();
    let late = mails.iter().find(|mail| mail.to == "contact@zjj").unwrap();
    assert!(late.subject.contains("（迟到）"), "{}", late.subject);
}
