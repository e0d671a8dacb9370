//! Killed anywhere between the catalogue and the receipt: nothing is lost, and nothing is
//! said twice without saying so.

use std::time::Duration;

use chrono::TimeDelta;
use duban::domain::delivery::{Class, Outcome, Verdict};
use duban::domain::lanes::{Bounds, Lanes};
use duban::store::ledger::outbox::{self, Claim, Lease};

use crate::support::http::Answer;
use crate::support::mailbox::Mail;
use crate::support::smtp::{Act, Stage};
use crate::support::world::World;

/// A day on which one unit's contact gets a mail, and another's a mail and a webhook.
const DAY: &str = "2026-09-02";

fn planned() -> World {
    let world = World::new(DAY);
    world.decision("2026-001");
    world.event("2026-001", "execution_completed", "2026-08-10");
    world.plan();
    world
}

/// Transaction 2, and nothing after it.
fn claim_all(world: &World) -> Vec<Claim> {
    let now = world.clock.now();
    let lanes = Lanes::new(Bounds {
        in_flight: 64,
        per_destination: 64,
        per_relay: 64,
        relay_start: 64,
        ..Bounds::default()
    });
    let lease = Lease {
        holder: "killed".to_owned(),
        until: now + TimeDelta::minutes(30),
    };
    let claim = move |c: &_| outbox::claim(c, &lanes, &lease, now);
    let claimed = world.ledger().write_blocking("claim", claim).unwrap();
    claimed.claims
}

fn notices(world: &World) -> Vec<Mail> {
    let mails = world.mails().into_iter();
    mails.filter(|mail| !mail.is_digest()).collect()
}

#[test]
fn after_the_first_transaction_everything_planned_is_sent_once() {
    let mut world = planned();
    world.crash_and_reopen();
    let sent = world.work();
    assert_eq!(sent.mailed(), ["contact@jtj", "contact@zjj"]);
    assert_eq!(sent.posts.len(), 1);
    assert!(!sent.mails.iter().any(Mail::is_marked_as_repeat));
    assert_eq!(sent.posts[0].header("duban-maybe-repeat"), "");
    assert!(world.work().is_silent());
}

#[test]
fn after_the_second_transaction_everything_returns_at_once_as_a_marked_repeat() {
    let mut world = planned();
    let claims = claim_all(&world);
    assert_eq!(claims.len(), 4, "{claims:?}");
    assert!(world.mails().is_empty() && world.posts().is_empty());
    world.crash_and_reopen();
    let sent = world.work();
    assert_eq!(sent.mails.len(), 3);
    assert!(sent.mails.iter().all(Mail::is_marked_as_repeat));
    assert_eq!(sent.posts[0].header("duban-maybe-repeat"), "true");
    assert_eq!(sent.posts[0].header("duban-attempt"), "2");
    for claim in &claims {
        let audit = world.audit(&claim.message.key);
        let what = audit.iter().map(|entry| entry.what.as_str());
        let what: Vec<&str> = what.filter(|what| *what != "digest").collect();
        assert_eq!(what, ["returned", "delivered"]);
    }
}

#[test]
fn between_sending_and_settling_the_repeat_has_the_same_id_and_says_that_it_is_one() {
    let mut world = planned();
    for _ in 0..3 {
        let never = Duration::from_hours(1);
        world.relay.next(Stage::Dot, Act::Late(never));
    }
    world.receiver.next(Answer::Silence);
    world.killed_when_arrived(4);
    let first = (world.mails(), world.posts());
    assert_eq!((first.0.len(), first.1.len()), (3, 1));
    assert!(!first.0.iter().any(Mail::is_marked_as_repeat));

    let again = world.work();
    for mail in &first.0 {
        let same: Vec<&Mail> = again.mails.iter().filter(|m| m.id == mail.id).collect();
        let [repeat] = same.as_slice() else {
            panic!("{mail:?} was repeated {} times", same.len());
        };
        assert!(repeat.is_marked_as_repeat());
        assert_eq!(repeat.to, mail.to);
        assert_eq!(repeat.subject, mail.subject);
    }
    let (before, repeat) = (&first.1[0], &again.posts[0]);
    assert_eq!(repeat.header("webhook-id"), before.header("webhook-id"));
    assert_eq!(repeat.header("duban-maybe-repeat"), "true");
    assert_eq!(repeat.body, before.body);
    assert!(world.work().is_silent());
}

#[test]
fn after_the_third_transaction_nothing_is_sent_again() {
    let mut world = planned();
    world.deliver();
    world.crash_and_reopen();
    assert!(world.work().is_silent());
    assert_eq!(world.messages("delivered"), 4);
}

#[test]
fn killed_over_and_over_nothing_is_lost() {
    let mut world = planned();
    for _ in 0..5 {
        claim_all(&world);
        world.crash_and_reopen();
    }
    world.work();
    assert_eq!(world.messages("delivered"), 4);
    let attempts = "select count(*) from attempt where outcome is null";
    assert_eq!(world.rows(attempts), ["0"]);
    assert_eq!(notices(&world).len(), 2);
}

#[test]
fn a_lease_that_runs_out_returns_its_message_as_a_marked_repeat() {
    let world = planned();
    claim_all(&world);
    world.at_time(DAY, "08:59");
    assert!(world.work().mails.is_empty(), "the lease still runs");
    world.at_time(DAY, "09:00");
    let sent = world.work();
    assert_eq!(sent.mails.len(), 3);
    assert!(sent.mails.iter().all(Mail::is_marked_as_repeat));
}

#[test]
fn an_answer_that_comes_after_its_lease_ran_out_still_counts() {
    let world = planned();
    let claims = claim_all(&world);
    world.at_time(DAY, "09:00");
    world.plan();
    let done = Outcome::new(Class::Accepted, "body", "250 queued");
    let now = world.clock.now();
    let settle = move |c: &_| {
        claims
            .iter()
            .try_for_each(|claim| outbox::settle(c, claim, &done, &Verdict::Done, now).map(drop))
    };
    world.ledger().write_blocking("settle", settle).unwrap();
    assert!(world.work().is_silent());
    assert_eq!(world.messages("delivered"), 4);
}

#[test]
fn what_was_delivered_after_all_is_not_sent_again_because_the_repeat_of_it_failed() {
    let world = planned();
    let first = claim_all(&world);
    world.at_time(DAY, "09:00");
    world.plan();
    let repeat = claim_all(&world);
    assert_eq!(repeat[0].attempt.number, 2);
    let now = world.clock.now();
    let settle = move |c: &_| {
        let done = Outcome::new(Class::Accepted, "body", "250 queued");
        let late = Outcome::new(Class::Deferred, "connect", "no route");
        for (first, repeat) in first.iter().zip(&repeat) {
            outbox::settle(c, first, &done, &Verdict::Done, now)?;
            outbox::settle(c, repeat, &late, &Verdict::RetryAt { at: now }, now)?;
        }
        Ok(())
    };
    world.ledger().write_blocking("settle", settle).unwrap();
    assert_eq!(world.messages("delivered"), 4);
    assert!(world.work().is_silent());
}

#[test]
fn a_mail_whose_answer_was_lost_is_sent_again_under_the_same_id_and_marked() {
    let world = planned();
    for _ in 0..3 {
        world.relay.next(Stage::Dot, Act::TakeAndDrop);
    }
    let first = world.work().mails;
    assert_eq!(first.len(), 3);
    world.at_time(DAY, "08:32");
    let second = world.work().mails;
    let ids = |mails: &[Mail]| {
        let mut ids: Vec<String> = mails.iter().map(|mail| mail.id.clone()).collect();
        ids.sort_unstable();
        ids
    };
    assert_eq!(ids(&first), ids(&second));
    assert!(second.iter().all(Mail::is_marked_as_repeat));
    let marks = world.rows("select distinct maybe_repeat from message where channel = 'mail'");
    assert_eq!(marks, ["1"], "the log says so too");
}

#[test]
fn a_webhook_whose_answer_was_lost_is_posted_again_under_the_same_id_and_marked() {
    let world = planned();
    world.receiver.next(Answer::Drop);
    let first = world.work().posts;
    world.at_time(DAY, "08:32");
    let second = world.work().posts;
    assert_eq!((first.len(), second.len()), (1, 1));
    assert_eq!(
        first[0].header("webhook-id"),
        second[0].header("webhook-id")
    );
    assert_eq!(second[0].header("duban-maybe-repeat"), "true");
}

#[test]
fn a_refusal_that_is_known_is_tried_again_without_a_mark() {
    let world = planned();
    for _ in 0..3 {
        world
            .relay
            .next(Stage::Rcpt, Act::Say("450 4.2.0 greylisted"));
    }
    assert!(world.work().mails.is_empty());
    // A greylist is not asked again within its five minutes.
    world.at_time(DAY, "08:35");
    assert!(world.work().mails.is_empty());
    world.at_time(DAY, "08:37");
    let sent = world.work().mails;
    assert_eq!(sent.len(), 3);
    assert!(!sent.iter().any(Mail::is_marked_as_repeat));
}
