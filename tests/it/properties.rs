//! What holds for any decision whatever: the order of entry says nothing, planning twice
//! says nothing new, a withdrawal that is taken back leaves what was there, and no rung
//! that comes before a date is past it.

use std::collections::BTreeMap;

use chrono::{Days, NaiveDate};
use duban::domain::address::Books;
use duban::domain::decision::{Decision, EVENT_KINDS, Event, Flag, Flags, Status};
use duban::domain::directory::{Contact, Directory, Unit};
use duban::domain::notice::Kind;
use duban::domain::pack::{Audience, Pack};
use duban::domain::plan::{self, Change};
use duban::domain::record::Stored;
use duban::domain::rules::obligations;
use duban::domain::shipped;
use proptest::prelude::*;

use crate::support::decisions;
use crate::support::remembered::remembered;

/// A decision with up to sixteen events of a year and a half, each on a day of its own so
/// that their order is not a matter of who entered which first.
pub(crate) fn any_decision() -> impl Strategy<Value = Decision> {
    let kinds = proptest::sample::select(EVENT_KINDS);
    let events = proptest::collection::btree_map(0_u64..540, kinds, 0..16);
    let flags = proptest::collection::vec(proptest::option::of(any::<bool>()), Flag::ALL.len());
    (events, flags, any::<bool>()).prop_map(|(events, said, has_term)| {
        let first: NaiveDate = "2025-09-01".parse().unwrap();
        let event = |(id, (after, kind)): (usize, (u64, &str))| Event {
            id: i64::try_from(id).unwrap() + 1,
            kind: kind.to_owned(),
            on_date: first + Days::new(after),
            answers: None,
            value: None,
            note: None,
            evidence: None,
        };
        let flags = Flag::ALL.into_iter().zip(said);
        Decision {
            title: "供热管网改造方案".to_owned(),
            executing_unit: Some("市发改局".to_owned()),
            term_start: has_term.then(|| "2024-01-01".parse().unwrap()),
            term_end: has_term.then(|| "2029-06-30".parse().unwrap()),
            flags: flags.fold(Flags::default(), |all, (flag, said)| all.with(flag, said)),
            events: events.into_iter().enumerate().map(event).collect(),
            ..decisions::blank()
        }
    })
}

fn pack() -> Pack {
    shipped::pack().unwrap()
}

pub(crate) fn directory() -> Directory {
    let unit = |name: &str, audience, email: &str| Unit {
        name: name.to_owned(),
        contacts: vec![Contact {
            audience,
            name: "王某某".to_owned(),
            email: email.to_owned(),
        }],
        ..Unit::default()
    };
    let centre = unit("市督查指挥中心", Audience::Centre, "centre@x");
    let drafting = unit("市发改局", Audience::Contact, "contact@x");
    Directory::new(centre, vec![drafting], BTreeMap::new())
}

fn plan_on(decision: &Decision, pack: &Pack, stored: &[Stored], today: NaiveDate) -> Vec<Change> {
    let (calendar, directory) = (shipped::calendar().unwrap(), directory());
    let books = Books {
        pack,
        calendar: &calendar,
        directory: &directory,
    };
    plan::plan(&decision.id, Some(decision), stored, books, today).changes
}

/// What the ledger knows after `changes` came over `before`, in the order of its keys.
fn after(before: &[Stored], changes: &[Change]) -> Vec<Stored> {
    let mut all = remembered(before, changes);
    all.sort_by_key(|stored| stored.record.key.to_string());
    all
}

/// What is still to be done, with its dates.
fn live(stored: &[Stored]) -> Vec<String> {
    let records = stored.iter().map(|stored| &stored.record);
    let live = records.filter(|record| record.live);
    live.map(|record| format!("{} {} {}", record.key, record.due_on, record.latest_on))
        .collect()
}

/// The dates and endings of `decision`, each occurrence named by its day and not its number.
fn without_numbers(decision: &Decision) -> Vec<String> {
    let pack = pack();
    let day = |occurrence: &str| {
        let event = occurrence.parse().ok().and_then(|id| decision.event(id));
        event.map(|event| event.on_date)
    };
    let all = obligations(decision, &pack, &shipped::calendar().unwrap());
    let line = |one: &duban::domain::obligation::Obligation<'_>| {
        let of = day(&one.key.occurrence);
        let (dates, done) = (one.dates, &one.done);
        format!(
            "{} {of:?} {dates:?} {done:?} {:?}",
            one.key.rule, one.missing
        )
    };
    all.iter().map(line).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn the_order_in_which_events_were_entered_does_not_matter(decision in any_decision()) {
        // Waivers and the like reach what was known when they were given: there the number
        // of the event is what tells it.
        let mut first = decision;
        let by_number = ["waived", "evaluation_exempted", "extended"];
        first.events.retain(|event| !by_number.contains(&event.kind.as_str()));
        let mut other = first.clone();
        let last = i64::try_from(other.events.len()).unwrap() + 1;
        for event in &mut other.events {
            event.id = last - event.id;
        }
        prop_assert_eq!(without_numbers(&first), without_numbers(&other));
    }

    #[test]
    fn planning_twice_on_one_day_changes_nothing(decision in any_decision(), ahead in 0_u64..700) {
        let today = "2025-09-01".parse::<NaiveDate>().unwrap() + Days::new(ahead);
        let pack = pack();
        let first = after(&[], &plan_on(&decision, &pack, &[], today));
        let again = plan_on(&decision, &pack, &first, today);
        prop_assert!(again.is_empty(), "{:#?}", again);
    }

    #[test]
    fn a_withdrawal_that_is_taken_back_leaves_what_was_there(decision in any_decision(), ahead in 0_u64..700) {
        let today = "2025-09-01".parse::<NaiveDate>().unwrap() + Days::new(ahead);
        let pack = pack();
        let before = after(&[], &plan_on(&decision, &pack, &[], today));
        let mut withdrawn = decision.clone();
        withdrawn.status = Status::Withdrawn;
        let ended = after(&before, &plan_on(&withdrawn, &pack, &before, today));
        let stays = |key: &str| {
            let rule = key.split('/').nth(1).unwrap_or_default();
            let rule = rule.split(' ').next().unwrap_or_default();
            pack.rule(rule).is_some_and(|rule| !rule.stays_when.is_empty())
        };
        for line in live(&ended) {
            prop_assert!(stays(&line), "{} is still asked for", line);
        }
        let restored = after(&ended, &plan_on(&decision, &pack, &ended, today));
        prop_assert_eq!(live(&before), live(&restored));
    }

    #[test]
    fn no_rung_before_a_date_is_told_past_it(decision in any_decision(), ahead in 0_u64..700) {
        let today = "2025-09-01".parse::<NaiveDate>().unwrap() + Days::new(ahead);
        let pack = pack();
        for change in plan_on(&decision, &pack, &[], today) {
            let Some(step) = &change.reached else { continue };
            if matches!(step.kind, Kind::Reminder | Kind::DueToday) {
                prop_assert!(step.on <= change.record.due_on, "{:?}", change.record);
            }
            if step.kind == Kind::Overdue {
                prop_assert!(step.on > change.record.latest_on, "{:?}", change.record);
            }
        }
    }
}
