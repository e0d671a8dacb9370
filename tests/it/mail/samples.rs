//! Mails that have everything a mail can have.

use duban::domain::fault::Fault;
use duban::domain::notice::{
    ChangeRow, Changes, Channel, Delivery, Digest, Facts, Kind, Lacking, LogHead, Message,
    Rerouted, Turn, TurnCount, Undelivered, Waiting,
};
use duban::domain::obligation::State;
use duban::domain::pack::{Relation, Strength};

use crate::support::messages::{self, day, facts, gap, held, row};

const KINDS: [Kind; 10] = [
    Kind::Reminder,
    Kind::DueToday,
    Kind::Overdue,
    Kind::TooShort,
    Kind::Opened,
    Kind::Changed,
    Kind::Cleared,
    Kind::Waived,
    Kind::Withdrawn,
    Kind::Test,
];

const TURNS: [Turn; 8] = [
    Turn::Overdue,
    Turn::Moved,
    Turn::Dated,
    Turn::Reopened,
    Turn::Done,
    Turn::Waived,
    Turn::Withdrawn,
    Turn::Acknowledged,
];

/// Every kind, of every strength, in one mail that may be a repeat.
pub(super) fn every_kind() -> Message {
    let strengths = [Strength::Must, Strength::Should, Strength::Advisory];
    let kinds = KINDS.into_iter();
    let notices = kinds.flat_map(|kind| strengths.map(|strength| notice(kind, strength)));
    Message {
        attempt: 2,
        maybe_repeat: true,
        sent_on: Some(day("2026-05-12")),
        ..messages::message(Channel::Mail, notices.collect())
    }
}

fn notice(kind: Kind, strength: Strength) -> Facts {
    let mut notice = facts();
    (notice.kind, notice.strength) = (kind, strength);
    notice.ended = messages::ended(kind);
    if kind == Kind::Overdue {
        (notice.state, notice.working_days_left) = (State::Overdue, -2);
    }
    if kind == Kind::Changed {
        notice.was_due_on = Some(day("2026-05-11"));
    }
    match strength {
        Strength::Must => {
            notice.prepare = vec!["通知书".to_owned(), "送达回证".to_owned()];
            notice.provisional = true;
        }
        Strength::Should => {
            notice.latest_on = day("2026-05-11");
            notice.lacking = vec![Lacking {
                rule: notice.obligation.rule.clone(),
                duty: "合法性审查意见书".to_owned(),
                basis: notice.basis.clone(),
                strength: Strength::Must,
                unsaid: vec!["wide_impact".to_owned()],
            }];
        }
        Strength::Advisory => {
            notice.rerouted = Some(Rerouted::Undelivered {
                name: "市水利局".to_owned(),
                person: "李明".to_owned(),
                channel: Channel::Mail,
                word: "550 no such user".to_owned(),
            });
        }
    }
    notice
}

/// A digest on a day on which everything happens.
pub(crate) fn full_digest() -> Digest {
    let mut provisional = row(State::Near, 4, Strength::Should);
    provisional.provisional = true;
    let mut secret = row(State::Near, 2, Strength::Must);
    secret.title = None;
    let mut opened = row(State::Near, -3, Strength::Must);
    opened.relation = Relation::Trigger;
    Digest {
        rows: vec![
            row(State::Overdue, -2, Strength::Must),
            row(State::Overdue, -1, Strength::Advisory),
            row(State::Near, 0, Strength::Must),
            secret,
            provisional,
            opened,
        ],
        overdue: 1,
        due_today: 1,
        near: 12,
        past: 2,
        undelivered: vec![Undelivered {
            unit: "市水利局".to_owned(),
            channel: Channel::Webhook,
            reason: "http 410: Gone".to_owned(),
            about: vec!["2026-003 dis-5e".to_owned(), "2026-004 pub-6b".to_owned()],
        }],
        delivery: Delivery {
            given_up: 51,
            failing: 4,
            held: 2,
        },
        holds: vec![held()],
        faults: vec![Fault::new("decision 12, planned_on", "明年", "YYYY-MM-DD")],
        calendar_missing: Some(2027),
        gaps: vec![gap()],
        gaps_in_all: Some(60),
        changes: Some(changes()),
        waiting: Some(Waiting {
            gaps: 60,
            provisional: 1,
        }),
        dated: Some(314),
        log: Some(LogHead {
            seq: 1234,
            hash: "0123456789abcdef".to_owned(),
        }),
        alarms: vec!["destination_held".to_owned()],
        ..messages::digest()
    }
}

fn changes() -> Changes {
    let row = |turn: Turn| ChangeRow {
        obligation: facts().obligation,
        title: facts().title,
        duty: facts().duty,
        turn,
        due_on: matches!(turn, Turn::Overdue | Turn::Moved | Turn::Dated)
            .then(|| day("2026-05-20")),
        was_due_on: (turn == Turn::Moved).then(|| day("2026-05-11")),
    };
    Changes {
        since: day("2026-05-07"),
        counts: TURNS.map(|turn| TurnCount { turn, in_all: 3 }).to_vec(),
        rows: TURNS.map(row).to_vec(),
        unread: 480_000,
    }
}
