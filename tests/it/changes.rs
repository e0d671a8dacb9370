//! What a digest says of the time since the last one.

use duban::domain::decision::DecisionId;
use duban::domain::notice::{Happened, Happening, Net, Turn, net};
use duban::domain::obligation::{ObligationKey, State};
use duban::domain::pack::RuleId;
use duban::store::ledger::audit;
use serde_json::json;

use crate::support::mailbox::Mail;
use crate::support::messages::day;
use crate::support::world::{Sent, World};

fn text(sent: &Sent) -> &str {
    let mut digests = sent.mails.iter().filter(|mail| mail.is_digest());
    &digests.next().unwrap().text
}

/// The line that counts, without what it begins with.
fn counted(sent: &Sent) -> Option<String> {
    let line = text(sent)
        .lines()
        .find(|line| line.contains("以来的变化"))?;
    Some(line.trim_end().split_once("的变化：").unwrap().1.to_owned())
}

#[test]
fn the_first_digest_says_nothing_of_yesterday_and_the_next_says_that_nothing_changed() {
    let world = World::new("2026-09-02");
    assert_eq!(counted(&world.day("2026-09-02")), None);
    let second = world.day("2026-09-03");
    assert!(text(&second).contains("自9月2日（周三）汇总以来的变化：无。"));
}

#[test]
fn what_is_dated_moves_is_late_and_is_done_stands_in_the_next_digest_once() {
    let world = World::new("2026-09-02");
    world.day("2026-09-02");
    world.decision("2026-001");
    let event = world.event("2026-001", "execution_completed", "2026-08-10");
    let dated = world.day("2026-09-03");
    assert!(
        counted(&dated).unwrap().contains("新定期限"),
        "{}",
        text(&dated)
    );
    assert!(text(&dated).contains("新定期限："), "{}", text(&dated));

    world.change(&format!(
        "update event set on_date = '2026-08-11' where id = {event}"
    ));
    let moved = world.day("2026-09-04");
    let counts = counted(&moved).unwrap();
    assert!(
        counts.contains("期限变更") && !counts.contains("新定期限"),
        "{counts}"
    );
    assert!(text(&moved).contains(" → "), "{}", text(&moved));
    let quiet = world.day("2026-09-07");
    assert_eq!(counted(&quiet).unwrap(), "无。", "{}", text(&quiet));

    let mut late = Vec::new();
    for on in 8..=18 {
        let sent = world.day(&format!("2026-09-{on:02}"));
        let counts = sent
            .mails
            .iter()
            .any(Mail::is_digest)
            .then(|| counted(&sent).unwrap());
        late.extend(
            counts
                .filter(|counts| counts.contains("新超期"))
                .map(|_| on),
        );
    }
    assert_eq!(late.len(), 1, "{late:?}");

    world.event("2026-001", "execution_material_filed", "2026-09-18");
    let ended = world.day("2026-09-20");
    assert_eq!(counted(&ended).unwrap(), "办结1项。", "{}", text(&ended));
}

#[test]
fn what_a_digest_said_that_never_arrived_is_said_again() {
    let world = World::new("2026-09-02");
    world.day("2026-09-02");
    world.decision("2026-001");
    world.event("2026-001", "execution_completed", "2026-08-10");
    world.at_time("2026-09-03", "08:30");
    world.plan();
    world.ledger().write_blocking("give it up", |c| {
        c.execute("update message set state = 'failed' where digest is not null and state = 'pending'", [])
            .map(drop)
    })
    .unwrap();
    let next = world.day("2026-09-04");
    assert!(
        text(&next).contains("自9月2日（周三）汇总以来"),
        "{}",
        text(&next)
    );
    assert!(counted(&next).unwrap().contains("新定期限"));
}

#[test]
fn a_confidential_decision_is_listed_by_its_number() {
    let world = World::new("2026-09-02");
    world.day("2026-09-02");
    world.decision("2026-001");
    world.change("update decision set confidential = 1");
    world.event("2026-001", "execution_completed", "2026-08-10");
    let sent = world.day("2026-09-03");
    assert!(
        text(&sent).contains(" · 2026-001 （涉密事项，不显示名称）"),
        "{}",
        text(&sent)
    );
    assert!(!text(&sent).contains("停车管理"), "{}", text(&sent));
}

#[test]
fn a_log_that_a_new_pack_has_filled_is_looked_at_up_to_a_limit() {
    let world = World::new("2026-09-02");
    world.day("2026-09-02");
    let moved = |n: u32| {
        let key = ObligationKey {
            decision: DecisionId(format!("2026-{n}")),
            rule: RuleId("eva-1".to_owned()),
            occurrence: String::new(),
        };
        let (was, is) = (
            json!({ "due_on": "2026-09-10" }),
            json!({ "due_on": "2026-09-11" }),
        );
        (
            key.to_string(),
            json!({ "was": was, "is": is, "about": [key] }),
        )
    };
    let now = world.clock.now();
    world
        .ledger()
        .write_blocking("fill the log", move |c| {
            (0..10_500).try_for_each(|n| {
                let (subject, detail) = moved(n);
                audit::add(c, now, "date moved", &subject, &detail)
            })
        })
        .unwrap();
    let sent = world.day("2026-09-03");
    let text = text(&sent);
    assert!(text.contains("变化太多：另有"), "{text}");
    let counts = counted(&sent).unwrap();
    let (_, moved) = counts.split_once("期限变更").unwrap();
    let moved: u32 = moved.split('项').next().unwrap().parse().unwrap();
    assert!((9_900..=10_000).contains(&moved), "{counts}");
}

#[test]
fn what_waits_for_data_is_counted_every_day() {
    let world = World::new("2026-09-07");
    world.decision("2026-001");
    world.event("2026-001", "published", "2026-09-01");
    for day in ["2026-09-07", "2026-09-08", "2026-09-09"] {
        let sent = world.day(day);
        let line = "待补数据：1个决策事项有应录未录的内容";
        assert!(text(&sent).contains(line), "{day}: {}", text(&sent));
    }
}

fn key(n: u32) -> ObligationKey {
    ObligationKey {
        decision: DecisionId(format!("2026-00{n}")),
        rule: RuleId("dis-5e".to_owned()),
        occurrence: String::new(),
    }
}

fn added_up(events: &[Happened]) -> Vec<(Turn, Option<(String, String)>)> {
    let happenings = events.iter().map(|event| Happening {
        key: key(1),
        event: *event,
    });
    let text =
        |(was, is): (chrono::NaiveDate, chrono::NaiveDate)| (was.to_string(), is.to_string());
    let net = net(happenings).into_iter();
    net.map(|Net { turn, moved, .. }| (turn, moved.map(text)))
        .collect()
}

#[test]
fn happenings_that_undo_each_other_leave_nothing() {
    let moved = |was: &str, is: &str| Happened::Moved {
        was: day(was),
        is: day(is),
    };
    let there = moved("2026-09-01", "2026-09-02");
    let back = moved("2026-09-02", "2026-09-01");
    let on = moved("2026-09-02", "2026-09-05");
    let done = Happened::Closed(State::Done);
    let dates = |was: &str, is: &str| Some((was.to_owned(), is.to_owned()));
    assert_eq!(added_up(&[there, back]), []);
    assert_eq!(
        added_up(&[there, on]),
        [(Turn::Moved, dates("2026-09-01", "2026-09-05"))]
    );
    assert_eq!(added_up(&[done, Happened::Reopened]), []);
    assert_eq!(added_up(&[Happened::Reopened]), [(Turn::Reopened, None)]);
    assert_eq!(added_up(&[Happened::Reopened, done]), [(Turn::Done, None)]);
    assert_eq!(
        added_up(&[there, Happened::Acknowledged, done]),
        [(Turn::Done, None)]
    );
    assert_eq!(added_up(&[Happened::Lost]), [(Turn::Withdrawn, None)]);
    assert_eq!(
        added_up(&[Happened::Closed(State::Exempt)]),
        [(Turn::Waived, None)]
    );
    assert_eq!(
        added_up(&[there, Happened::Acknowledged]),
        [
            (Turn::Moved, dates("2026-09-01", "2026-09-02")),
            (Turn::Acknowledged, None)
        ]
    );
}
