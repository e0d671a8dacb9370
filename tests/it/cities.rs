//! Two cities, one program: the same decision under both packs gives each city's own dates.

use chrono::NaiveDate;
use duban::domain::decision::{Decision, Event, Flag, Flags};
use duban::domain::obligation::State;
use duban::domain::pack::{self, Pack};
use duban::domain::rules::obligations;
use duban::domain::shipped;

use crate::support::decisions;

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn other() -> Pack {
    let text = include_str!("../../config/rules/example-other-city.toml");
    pack::read("example-other-city.toml", text).unwrap_or_else(|faults| panic!("{faults:#?}"))
}

fn decision(events: &[(i64, &str, &str, Option<f64>)]) -> Decision {
    let event = |(id, kind, on, value): &(i64, &str, &str, Option<f64>)| Event {
        id: *id,
        kind: (*kind).to_owned(),
        on_date: day(on),
        answers: None,
        value: *value,
        note: None,
        evidence: None,
    };
    let flags = [Flag::Professional, Flag::MajorReform, Flag::PlanOrPolicy];
    let said = |flags: Flags, flag| flags.with(flag, Some(true));
    Decision {
        organ: "某市人民政府".to_owned(),
        title: "供热管网改造方案".to_owned(),
        drafting_unit: None,
        executing_unit: None,
        term_start: Some(day("2026-01-01")),
        term_end: Some(day("2030-12-31")),
        flags: flags.into_iter().fold(Flags::default(), said),
        events: events.iter().map(event).collect(),
        ..decisions::blank()
    }
}

/// The date of `rule` (or `rule/occurrence`) under Taonan's pack and under the other city's.
fn dates(decision: &Decision, rule: &str) -> [String; 2] {
    let calendar = shipped::calendar().unwrap();
    [shipped::pack().unwrap(), other()].map(|pack| {
        let all = obligations(decision, &pack, &calendar);
        let (id, of) = rule.split_once('/').unwrap_or((rule, ""));
        let found = all
            .iter()
            .find(|one| one.key.rule.0 == id && one.key.occurrence == of);
        let dates = found.unwrap_or_else(|| panic!("no {rule}")).dates;
        dates
            .unwrap_or_else(|| panic!("{rule} waits"))
            .due_on
            .to_string()
    })
}

#[test]
fn one_decision_has_each_city_s_own_dates() {
    let decision = decision(&[
        (1, "comment_opened", "2026-07-01", None),
        (2, "hearing_on", "2026-09-24", None),
        (3, "decided", "2026-10-12", None),
        (4, "execution_started", "2026-11-02", None),
    ]);
    // Thirty days, against twenty working days.
    assert_eq!(dates(&decision, "pub-5a/1"), ["2026-07-31", "2026-07-29"]);
    // Five working days and seven days clear, against ten days with the tenth allowed.
    assert_eq!(dates(&decision, "pub-10/2"), ["2026-09-16", "2026-09-14"]);
    // Twenty working days, against twenty days.
    assert_eq!(dates(&decision, "dis-5d"), ["2026-11-09", "2026-11-01"]);
    // Three months against six (which a holiday's day of rest moves on there), one year against two.
    assert_eq!(dates(&decision, "dis-7/4"), ["2027-02-02", "2027-05-03"]);
    assert_eq!(dates(&decision, "eva-15c"), ["2027-11-02", "2028-11-02"]);
    // Half of sixty months, against half of 1826 days.
    assert_eq!(dates(&decision, "eva-15d"), ["2028-07-01", "2028-07-02"]);
}

#[test]
fn an_odd_number_of_experts_is_asked_for_where_the_pack_says_so() {
    let calendar = shipped::calendar().unwrap();
    let state = |pack: &Pack, experts: f64| {
        let decision = decision(&[(1, "expert_review_on", "2026-05-11", Some(experts))]);
        let all = obligations(&decision, pack, &calendar);
        let quorum = all.iter().find(|one| one.key.rule.0 == "exp-8a").unwrap();
        quorum.state(day("2026-06-01"))
    };
    let (taonan, other) = (shipped::pack().unwrap(), other());
    let expected = [
        (3.0, State::Overdue, State::Done),
        (4.0, State::Overdue, State::Overdue),
        (5.0, State::Done, State::Done),
        (6.0, State::Done, State::Overdue),
    ];
    for (experts, here, there) in expected {
        let found = (state(&taonan, experts), state(&other, experts));
        assert_eq!(found, (here, there), "{experts} experts");
    }
}

#[test]
fn a_flag_nobody_has_said_is_asked_in_one_city_and_applies_in_the_other() {
    let mut decision = decision(&[(1, "execution_started", "2026-11-02", None)]);
    decision.flags = Flags::default();
    let calendar = shipped::calendar().unwrap();
    let taonan = shipped::pack().unwrap();
    let asked = obligations(&decision, &taonan, &calendar);
    let asked = asked
        .iter()
        .find(|one| one.key.rule.0 == "eva-15c")
        .unwrap();
    assert_eq!((asked.dates, asked.missing.len()), (None, 3));
    let there = other();
    let applied = obligations(&decision, &there, &calendar);
    let applied = applied
        .iter()
        .find(|one| one.key.rule.0 == "eva-15c")
        .unwrap();
    assert_eq!(applied.dates.unwrap().due_on, day("2028-11-02"));
}
