//! Messages to send: one plausible notice, and ways to vary it.

use chrono::{DateTime, NaiveDate, Utc};
use duban::domain::calendar::{Coverage, Day};
use duban::domain::counting::{OtherReading, Step};
use duban::domain::decision::DecisionId;
use duban::domain::notice::{
    Channel, Content, Delivery, Digest, DigestRow, Ended, Facts, GapRow, HeldRow, Kind, Message,
    Recipient,
};
use duban::domain::obligation::{Done, Excuse, ObligationKey, State};
use duban::domain::pack::{Audience, Basis, Relation, RuleId, Strength};

pub(crate) fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

/// 10:00 in Shanghai on the day the sample notice is about.
pub(crate) fn now() -> DateTime<Utc> {
    "2026-05-08T02:00:00Z".parse().unwrap()
}

pub(crate) fn key() -> ObligationKey {
    ObligationKey {
        decision: DecisionId("2026-003".to_owned()),
        rule: RuleId("dis-5e".to_owned()),
        occurrence: String::new(),
    }
}

/// Five working days from 29 April 2026: Labour Day is passed over, and the Saturday after it
/// is a make-up day that counts.
pub(crate) fn facts() -> Facts {
    Facts {
        obligation: key(),
        revision: 1,
        rung: "-1wd".to_owned(),
        kind: Kind::Reminder,
        as_of: day("2026-05-08"),
        organ: "洮南市人民政府".to_owned(),
        year: 2026,
        seq: 3,
        title: Some("洮南市国土空间总体规划（2026—2035年）".to_owned()),
        duty: "书面通知当事人".to_owned(),
        relation: Relation::By,
        basis: vec![Basis {
            system: "洮南市重大行政决策公开制度".to_owned(),
            article: "5(四)".to_owned(),
        }],
        strength: Strength::Must,
        state: State::Near,
        anchor_on: day("2026-04-29"),
        due_on: day("2026-05-09"),
        latest_on: day("2026-05-09"),
        working_days_left: 1,
        was_due_on: None,
        provisional: false,
        trail: trail(),
        versions: "taonan 2026.1 · 国办发明电〔2025〕".to_owned(),
        responsible: "市自然资源局".to_owned(),
        prepare: Vec::new(),
        closes_on: None,
        lacking: Vec::new(),
        candidates: Vec::new(),
        rerouted: None,
        calls: vec![Audience::Contact],
        date_is_new: false,
        is_chase: false,
        ended: None,
    }
}

/// What ended a duty, where a notice of that kind says that it has ended.
pub(crate) fn ended(kind: Kind) -> Option<Ended> {
    let on = day("2026-05-08");
    match kind {
        Kind::Cleared => Some(Ended::Done(Done {
            on,
            event: "parties_notified".to_owned(),
            evidence: Some("洮资告〔2026〕3号".to_owned()),
        })),
        Kind::Waived => Some(Ended::Excused(Excuse::Waived {
            by: "李局长".to_owned(),
            reason: "防汛应急".to_owned(),
            on,
            until: None,
        })),
        Kind::Withdrawn => Some(Ended::Lost),
        _ => None,
    }
}

fn trail() -> Vec<Step> {
    let counted = |n, on: &str, day_kind: Day| Step::Counted {
        n,
        on: day(on),
        day: day_kind,
    };
    let mut trail = vec![
        Step::Anchor {
            on: day("2026-04-29"),
            from: "decided".to_owned(),
        },
        counted(1, "2026-04-30", Day::Weekday),
    ];
    trail.extend((1..=5).map(|n| Step::Skipped {
        on: day(&format!("2026-05-0{n}")),
        day: Day::Holiday("劳动节".to_owned()),
    }));
    trail.extend([
        counted(2, "2026-05-06", Day::Weekday),
        counted(3, "2026-05-07", Day::Weekday),
        counted(4, "2026-05-08", Day::Weekday),
        counted(5, "2026-05-09", Day::MakeUp("劳动节".to_owned())),
    ]);
    trail
}

/// Every kind of step at once.
pub(crate) fn every_step() -> Vec<Step> {
    let (a, b) = (day("2026-10-01"), day("2026-10-08"));
    let holiday = Day::Holiday("国庆节".to_owned());
    let mut steps = trail();
    steps.extend([
        Step::Assumed {
            from: "submitted".to_owned(),
            instead_of: "field:planned_on".to_owned(),
        },
        Step::Corresponding {
            on: a,
            month_end: true,
        },
        Step::Clear { on: a },
        Step::Rolled {
            from: a,
            day: holiday,
            to: b,
        },
        Step::Half {
            start: a,
            end: b,
            months: None,
            days: 8,
            on: a,
        },
        Step::Half {
            start: a,
            end: b,
            months: Some(24),
            days: 730,
            on: a,
        },
        Step::Progress {
            on: a,
            percent: 51.5,
        },
        Step::Floor {
            rule: "pub-6b".to_owned(),
            on: a,
        },
        Step::Unconfirmed {
            year: 2027,
            coverage: Coverage::Provisional,
        },
        Step::Unconfirmed {
            year: 2028,
            coverage: Coverage::Missing,
        },
    ]);
    let readings = [
        OtherReading::NoRoll,
        OtherReading::Inclusive,
        OtherReading::DayCount,
        OtherReading::MonthCount,
        OtherReading::LaterAnchor,
    ];
    steps.extend(readings.map(|reading| Step::Other { reading, on: a }));
    steps
}

pub(crate) fn recipient(channel: Channel) -> Recipient {
    Recipient {
        unit: "市自然资源局".to_owned(),
        audience: Audience::Contact,
        name: "王联络".to_owned(),
        address: "wang@zrzy.example.gov.cn".to_owned(),
        channel,
    }
}

/// A first attempt over `channel`.
pub(crate) fn message(channel: Channel, notices: Vec<Facts>) -> Message {
    Message {
        key: "9f8e7d6c5b4a39281706f5e4d3c2b1a0".to_owned(),
        recipient: recipient(channel),
        content: Content::Notices { notices },
        attempt: 1,
        maybe_repeat: false,
        sent_on: None,
    }
}

pub(crate) fn mail() -> Message {
    message(Channel::Mail, vec![facts()])
}

pub(crate) fn digest() -> Digest {
    Digest {
        on: day("2026-05-08"),
        rows: Vec::new(),
        overdue: 0,
        due_today: 0,
        past: 0,
        near: 0,
        undelivered: Vec::new(),
        delivery: Delivery::default(),
        holds: Vec::new(),
        faults: Vec::new(),
        calendar_missing: None,
        gaps: Vec::new(),
        gaps_in_all: None,
        changes: None,
        waiting: None,
        dated: None,
        log: None,
        alarms: Vec::new(),
    }
}

pub(crate) fn row(state: State, working_days_left: i64, strength: Strength) -> DigestRow {
    let facts = facts();
    DigestRow {
        acknowledged: None,
        obligation: facts.obligation,
        title: facts.title,
        duty: facts.duty,
        responsible: facts.responsible,
        due_on: digest().on + chrono::TimeDelta::days(working_days_left),
        state,
        relation: facts.relation,
        strength,
        working_days_left,
        provisional: false,
    }
}

pub(crate) fn of_digest(digest: Digest) -> Message {
    Message {
        content: Content::Digest { digest },
        ..mail()
    }
}

pub(crate) fn held() -> HeldRow {
    HeldRow {
        destination: "webhook:市水利局".to_owned(),
        since: "2026-05-07 16:20".to_owned(),
        cause: "fault".to_owned(),
        reason: "http 410: Gone".to_owned(),
        waiting: 3,
    }
}

pub(crate) fn gap() -> GapRow {
    GapRow {
        decision: key().decision,
        title: facts().title,
        missing: vec![vec!["decided".to_owned()]],
        although: "published".to_owned(),
        on: day("2026-04-30"),
    }
}
