//! What is sent is true when it is sent: a catalogue that is ahead of the plan, cannot be
//! read or was replaced, and a disk that is nearly full.

use std::sync::Mutex;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use duban::domain::truth::{PATIENCE, Seen, Sending, sending};
use duban::jobs::deliver::{Deliveries, Step};
use duban::jobs::gate::{Gate, Reason};
use rusqlite::Connection;

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

/// The first step that is not work.
fn rests(world: &World) -> (Step, Option<DateTime<Utc>>) {
    let mut deliveries = Deliveries::new(world.live().context.clone());
    let rest = world.runtime.block_on(async {
        loop {
            match deliveries.step().await.unwrap() {
                Step::Worked => {}
                rest => return rest,
            }
        }
    });
    (rest, deliveries.next())
}

fn reason(world: &World) -> Option<Reason> {
    match rests(world).0 {
        Step::Barred(bars) => Some(bars[0].reason),
        _ => None,
    }
}

#[test]
fn a_doubt_lasts_a_quarter_of_an_hour_whatever_the_clock_does() {
    let now = "2026-05-08T00:30:00Z".parse().unwrap();
    for seen in [Seen::Ahead, Seen::Unreadable] {
        let until = now + PATIENCE;
        assert_eq!(sending(seen, now, now), Sending::Waits { until });
        let almost = until - TimeDelta::milliseconds(1);
        assert_eq!(sending(seen, now, almost), Sending::Waits { until });
        assert_eq!(sending(seen, now, until), Sending::InDoubt);
        let back = now - TimeDelta::days(1);
        let until = back + PATIENCE;
        assert_eq!(sending(seen, now, back), Sending::Waits { until });
    }
    let never = DateTime::<Utc>::MIN_UTC;
    assert_eq!(sending(Seen::Current, never, now), Sending::True);
}

#[test]
fn nothing_is_sent_of_a_duty_that_was_done_after_the_plan() {
    let world = planned();
    world.event("2026-001", "stage_filed", DAY);
    world.event("2026-001", "execution_material_filed", DAY);
    let tally = world.deliver();
    assert!(tally.is_behind);
    assert_eq!(tally.delivered, 0);
    assert!(world.mails().is_empty() && world.posts().is_empty());
    assert_eq!(reason(&world), Some(Reason::Ahead));
    let sent = world.work();
    assert!(sent.is_silent(), "{:?} {:?}", sent.mailed(), sent.posts);
}

/// One connection to the relay: whatever else is claimed waits behind the first mail.
fn with_one_connection(world: &mut World) {
    world.close();
    let file = world.at("duban.toml");
    let settings = std::fs::read_to_string(&file).unwrap();
    std::fs::write(&file, settings + "connections = 1\n").unwrap();
    world.open();
}

/// Steps until so many mails have arrived.
fn until_mailed(world: &World, deliveries: &mut Deliveries, mails: usize) {
    let arrived = async {
        while world.mails().len() < mails {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    };
    world.runtime.block_on(async {
        tokio::pin!(arrived);
        loop {
            tokio::select! {
                biased;
                () = &mut arrived => break,
                step = deliveries.step() => assert_eq!(step.unwrap(), Step::Worked),
            }
        }
    });
}

fn finish(world: &World, deliveries: &mut Deliveries) {
    world
        .runtime
        .block_on(async { while deliveries.step().await.unwrap() == Step::Worked {} });
}

#[test]
fn what_changes_between_claim_and_first_byte_is_looked_at_again() {
    let mut world = planned();
    with_one_connection(&mut world);
    // The third mail waits behind the second, and the clerk is faster.
    for pause in [Duration::ZERO, Duration::from_millis(500)] {
        world.relay.next(Stage::Dot, Act::Late(pause));
    }
    let mut deliveries = Deliveries::new(world.live().context.clone());
    until_mailed(&world, &mut deliveries, 2);
    assert_eq!(world.messages("leased"), 2);
    world.event("2026-001", "execution_material_filed", DAY);
    finish(&world, &mut deliveries);
    assert_eq!(world.mails().len(), 2, "the third was claimed and not sent");
    let put_back = "select json_extract(detail, '$.why') from audit where what = 'not asked'";
    assert_eq!(
        world.rows(put_back),
        ["the catalogue changed after the claim"]
    );
    // It is as if it had not been claimed: nobody was asked.
    let untouched = "select attempts, trying_since, maybe_repeat, lease_until from message
                     where state = 'pending'";
    assert_eq!(world.rows(untouched), ["0 null 0 null"]);
    assert_eq!(world.rows("select count(*) from attempt"), ["3"]);
    let verified = world.duban(&["audit", "verify", "--tables"]);
    assert!(
        verified.contains("the tables are what the log says"),
        "{verified}"
    );
}

#[test]
fn at_a_stop_what_waits_for_a_connection_goes_back_as_if_it_had_not_been_claimed() {
    let mut world = planned();
    with_one_connection(&mut world);
    let slow = Act::Late(Duration::from_millis(500));
    world.relay.next(Stage::Dot, slow);
    let mut deliveries = Deliveries::new(world.live().context.clone());
    until_mailed(&world, &mut deliveries, 1);
    deliveries.take_no_more();
    finish(&world, &mut deliveries);
    assert_eq!(world.messages("leased"), 0);
    drop(deliveries);
    world.crash_and_reopen();
    let sent = world.work();
    assert_eq!(
        sent.mails.len(),
        2,
        "the others are left for the next start"
    );
    assert!(!sent.mails.iter().any(Mail::is_marked_as_repeat));
    assert_eq!(world.rows("select count(*) from attempt"), ["4"]);
}

#[test]
fn a_new_law_is_planned_for_before_anything_is_sent_by_the_old_one() {
    let mut world = planned();
    world.close();
    let rules = world.at("rules.toml");
    let pack = std::fs::read_to_string(&rules).unwrap();
    std::fs::write(
        &rules,
        pack.replace("offset = \"+10y\"", "offset = \"+8y\""),
    )
    .unwrap();
    world.open();
    assert!(world.deliver().is_behind);
    assert!(!world.work().is_silent());
}

#[test]
fn a_catalogue_that_cannot_be_read_holds_messages_for_a_quarter_of_an_hour() {
    let world = planned();
    let file = world.at("catalog.db");
    let clerk = Connection::open(&file).unwrap();
    clerk.execute_batch("begin exclusive").unwrap();
    for (time, expected) in [
        ("08:30", Some(Reason::Unreadable)),
        ("08:44", Some(Reason::Unreadable)),
        ("08:45", None),
    ] {
        world.at_time(DAY, time);
        assert_eq!(reason(&world), expected, "{time}");
    }
    assert_eq!(world.posts().len(), 1, "it went out in doubt");
    drop(clerk);
}

#[test]
fn a_doubt_that_nobody_looked_at_for_long_begins_anew() {
    let world = planned();
    let clerk = Connection::open(world.at("catalog.db")).unwrap();
    clerk.execute_batch("begin exclusive").unwrap();
    // Seen in doubt, then asleep for a night: who knows what it was meanwhile.
    assert_eq!(reason(&world), Some(Reason::Unreadable));
    for (time, expected) in [
        ("08:30", Some(Reason::Unreadable)),
        ("08:44", Some(Reason::Unreadable)),
        ("08:45", None),
    ] {
        world.at_time("2026-09-03", time);
        assert_eq!(reason(&world), expected, "{time}");
    }
    drop(clerk);
}

/// Whatever is logged while `what` runs on this thread.
fn logged(what: impl FnOnce()) -> String {
    let file = tempfile::NamedTempFile::new().unwrap();
    let subscriber = tracing_subscriber::fmt()
        .with_writer(Mutex::new(file.reopen().unwrap()))
        .with_ansi(false)
        .finish();
    tracing::subscriber::with_default(subscriber, what);
    std::fs::read_to_string(file.path()).unwrap()
}

#[test]
fn the_log_has_a_doubt_once_and_never_that_it_is_over_while_it_is_not() {
    let folder = tempfile::tempdir().unwrap();
    let gate = Gate::on(folder.path().join("nowhere.db"), "books".to_owned());
    let now: DateTime<Utc> = "2026-05-08T00:30:00Z".parse().unwrap();
    let log = logged(|| {
        for minutes in [0, 1, 14, 15, 16, 17, 30] {
            let at = now + TimeDelta::minutes(minutes);
            let claimed = gate.may_claim(None, at);
            assert_eq!(claimed.is_ok(), minutes >= 15, "{claimed:?}");
        }
    });
    let times = |words| log.matches(words).count();
    assert_eq!(times("nothing is sent meanwhile"), 1, "{log}");
    assert_eq!(times("goes out as it was planned"), 1, "{log}");
    assert_eq!(times("is over"), 0, "{log}");
}

#[test]
fn a_catalogue_that_is_gone_or_replaced_is_seen() {
    let world = planned();
    let (file, aside) = (world.at("catalog.db"), world.at("aside.db"));
    let copy = world.at("copy.db");
    std::fs::copy(&file, &copy).unwrap();
    // What the witness had open is not what lies there now.
    assert!(
        world
            .live()
            .context
            .gate
            .may_claim(None, world.clock.now())
            .is_err()
    );
    std::fs::rename(&file, &aside).unwrap();
    assert_eq!(reason(&world), Some(Reason::Unreadable));
    let copied = Connection::open(&copy).unwrap();
    let changed = "update decision set note = 'by another program' where id = '2026-001'";
    copied.execute(changed, []).unwrap();
    drop(copied);
    std::fs::rename(&copy, &file).unwrap();
    assert_eq!(reason(&world), Some(Reason::Ahead));
    assert!(!world.work().is_silent());
}

#[test]
fn nothing_is_claimed_on_a_disk_that_is_nearly_full_and_everything_once_there_is_room() {
    let mut world = planned();
    world.close();
    let file = world.at("duban.toml");
    let settings = std::fs::read_to_string(&file).unwrap();
    // More than any disk has.
    let full = format!("[delivery]\nmin_free_mib = 4294967295\n{settings}");
    std::fs::write(&file, full).unwrap();
    world.open();
    let (rest, next) = rests(&world);
    assert!(matches!(&rest, Step::Barred(bars) if bars[0].reason == Reason::DiskNearlyFull));
    assert!(next.unwrap() <= world.clock.now() + TimeDelta::minutes(1));
    assert_eq!(world.messages("pending"), 4);
    world.plan();
    let found = world.rows("select code from finding");
    assert_eq!(found, ["disk_nearly_full"]);
    world.close();
    std::fs::write(&file, settings).unwrap();
    world.open();
    assert!(!world.work().is_silent());
    assert_eq!(world.messages("delivered"), 4);
}

#[test]
fn what_may_go_out_later_says_when_to_the_moment() {
    let world = planned();
    let retry = Answer::Status(503, vec![("retry-after", "120".to_owned())]);
    world.receiver.next(retry);
    let (rest, next) = rests(&world);
    let at: Vec<String> = world.rows("select next_at from message where state = 'pending'");
    let [at] = at.as_slice() else {
        panic!("{at:?}")
    };
    let at: DateTime<Utc> = at.parse().unwrap();
    assert!(at >= world.clock.now() + TimeDelta::seconds(120));
    assert_eq!((rest, next), (Step::Waits(at), Some(at)));
}
