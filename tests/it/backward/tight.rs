//! For meetings on any day: the latest days keep every rule, and none is a day too early.

use std::collections::BTreeSet;

use chrono::{Days, NaiveDate};
use duban::domain::backward::{Bound, EXECUTIVE, Kind, Meeting, PLENARY, Timetable, timetable};
use duban::domain::decision::Decision;
use duban::domain::obligation::{Obligation, State};
use duban::domain::pack::Relation;
use duban::domain::rules::obligations;
use duban::domain::shipped;
use proptest::prelude::*;

use super::{day, plain, record, taonan};

/// The decision with the meeting, and each step on exactly its latest day.
fn on_the_last_days(back: &Timetable<'_>) -> Decision {
    let mut decision = plain();
    for step in &back.steps {
        let bound = step.governing().unwrap();
        record(&mut decision, &step.event, bound.on);
        let mut events = decision.events.iter_mut();
        let event = events.find(|event| event.kind == step.event).unwrap();
        event.note.clone_from(&bound.rule.done_by.note);
        // As much as any rule asks for: eleven groups of material (档案 Art. 7), a document.
        event.value = Some(11.0);
        event.evidence = Some("洮政办函〔2026〕11号".to_owned());
    }
    record(&mut decision, back.meeting.kind, back.meeting.on);
    decision
}

/// The same, these steps on another day.
fn moved(decision: &Decision, steps: &BTreeSet<&str>, to: NaiveDate) -> Decision {
    let mut decision = decision.clone();
    for event in &mut decision.events {
        if steps.contains(event.kind.as_str()) {
            event.on_date = to;
        }
    }
    decision
        .events
        .sort_by_key(|event| (event.on_date, event.id));
    decision
}

fn of_rule<'o, 'p>(derived: &'o [Obligation<'p>], bound: &Bound<'_>) -> &'o Obligation<'p> {
    let mut derived = derived.iter();
    derived.find(|one| one.key.rule == bound.rule.id).unwrap()
}

/// Whether the duty was missed by its safe reading, or by every reading.
fn is_missed(obligation: &Obligation<'_>, by_every_reading: bool) -> bool {
    let dates = obligation.dates.unwrap();
    let limit = if by_every_reading {
        dates.latest_on
    } else {
        dates.due_on
    };
    let Some(done) = &obligation.done else {
        return true;
    };
    match obligation.rule.relation {
        Relation::NotBefore => done.on < limit,
        _ => done.on > limit,
    }
}

fn assert_tight(on: NaiveDate, kind: &'static str, counts_anchor: bool) {
    let (mut pack, calendar) = (taonan(), shipped::calendar().unwrap());
    for rule in &mut pack.rules {
        rule.counts_anchor = counts_anchor;
    }
    let back = timetable(&plain(), &pack, &calendar, Meeting { kind, on }, on);
    let lawful = on_the_last_days(&back);
    for one in obligations(&lawful, &pack, &calendar) {
        let state = one.state(on);
        assert!(
            state != State::Overdue && !one.is_cut_short(),
            "{on}: {}",
            one.key
        );
    }
    let mut tried = 0;
    for step in &back.steps {
        let bound = step.governing().unwrap();
        if bound.kind == Kind::LeavesTime {
            continue;
        }
        let alternatives = bound.one_of.iter().map(String::as_str);
        let steps: BTreeSet<&str> = alternatives.chain([step.event.as_str()]).collect();
        for (last, by_every_reading) in [(bound.on, false), (bound.lenient_on, true)] {
            let late = moved(&lawful, &steps, last + Days::new(1));
            let derived = obligations(&late, &pack, &calendar);
            let broken = of_rule(&derived, bound);
            assert!(
                is_missed(broken, by_every_reading),
                "{on}: {} by {}",
                step.event,
                broken.key
            );
            let kept = obligations(&moved(&lawful, &steps, last), &pack, &calendar);
            let kept = of_rule(&kept, bound);
            assert!(
                !is_missed(kept, by_every_reading),
                "{on}: {} by {}",
                step.event,
                kept.key
            );
        }
        tried += 1;
    }
    assert!(tried > 8, "{tried}");
}

proptest! {
    // Each case derives every duty some fifty times.
    #![proptest_config(ProptestConfig::with_cases(48))]

    /// A meeting is held on a working day: a gate's day on a rest day would move on.
    #[test]
    fn the_latest_day_keeps_every_rule_and_one_day_later_breaks_the_one_that_is_named(after in 0_u64..1000, plenary: bool, counts_anchor: bool) {
        let calendar = shipped::calendar().unwrap();
        let on = calendar.working_on_or_after(day("2024-03-01") + Days::new(after));
        assert_tight(on, if plenary { PLENARY } else { EXECUTIVE }, counts_anchor);
    }
}
