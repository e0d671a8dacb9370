//! Histories nobody thought of: nobody hears of an ending without having been told, and in the
//! end nobody who was told takes what is over to be open.

use std::collections::BTreeSet;

use chrono::{Days, NaiveDate};
use duban::domain::address::Books;
use duban::domain::decision::{Decision, Status};
use duban::domain::obligation::{Obligation, ObligationKey};
use duban::domain::pack::Relation;
use duban::domain::plan::{self, Change, Event};
use duban::domain::record::{Record, Stored};
use duban::domain::rules::obligations;
use duban::domain::shipped;
use proptest::prelude::*;

use crate::properties::{any_decision, directory};
use crate::support::remembered::remembered;

/// What somebody enters or takes out before a day on which it is looked at: which of the
/// events are there, how many days later it is, how the decision stands.
fn any_history() -> impl Strategy<Value = Vec<(u16, u64, Status)>> {
    let status = prop_oneof![
        4 => Just(Status::Active),
        1 => Just(Status::Withdrawn),
        1 => Just(Status::Closed),
    ];
    proptest::collection::vec((any::<u16>(), 0_u64..45, status), 2..10)
}

fn as_entered(whole: &Decision, (there, status): (u16, Status)) -> Decision {
    let mut decision = whole.clone();
    decision.status = status;
    decision
        .events
        .retain(|event| there & (1 << (event.id % 16)) != 0);
    decision
}

/// Whoever heard that it is over had heard last that it is not.
fn nobody_hears_for_nothing(before: &[Stored], changes: &[Change]) -> Result<(), TestCaseError> {
    for change in changes {
        let key = &change.record.key;
        let known = before.iter().find(|one| one.record.key == *key);
        let endings = change
            .notices
            .iter()
            .filter(|one| one.facts.kind.is_ending());
        for notice in endings {
            let mut told = known.iter().flat_map(|known| &known.told);
            let last = told.find(|told| told.recipient.is_at_the_place_of(&notice.recipient));
            prop_assert!(
                last.is_some_and(|last| !last.kind.is_ending()),
                "{}: {:?}",
                notice.key,
                last
            );
        }
    }
    Ok(())
}

/// Whether anything changes does not depend on who was told: a pass over what stays as it was
/// does not ask for it.
fn changes_whoever_was_told(
    stored: &[Stored],
    changes: &[Change],
    plan: impl Fn(&[Stored]) -> Vec<Change>,
) -> Result<(), TestCaseError> {
    let records = stored.iter().map(|one| Stored::untold(one.record.clone()));
    let untold = plan(&records.collect::<Vec<Stored>>());
    let records = |changes: &[Change]| -> Vec<Record> {
        let records = changes.iter().map(|one| one.record.clone());
        records.collect()
    };
    prop_assert_eq!(records(&untold), records(changes));
    Ok(())
}

/// Whether a duty ends without anybody's doing.
fn passes(obligation: &Obligation<'_>, today: NaiveDate) -> bool {
    let acts = obligation.done.iter().filter(|done| done.on <= today);
    obligation.rule.relation == Relation::NotBefore || acts.count() == 0
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn whoever_was_told_hears_of_the_end_and_nobody_else_does(
        whole in any_decision(),
        history in any_history(),
        first in 0_u64..500,
    ) {
        let (pack, calendar, directory) =
            (shipped::pack().unwrap(), shipped::calendar().unwrap(), directory());
        let books = Books { pack: &pack, calendar: &calendar, directory: &directory };
        let mut today = "2025-09-01".parse::<NaiveDate>().unwrap() + Days::new(first);
        let mut stored: Vec<Stored> = Vec::new();
        let mut passed: BTreeSet<ObligationKey> = BTreeSet::new();
        for (there, wait, status) in history {
            today = today + Days::new(wait);
            let decision = as_entered(&whole, (there, status));
            let plan = |stored: &[Stored]| {
                plan::plan(&whole.id, Some(&decision), stored, books, today).changes
            };
            let changes = plan(&stored);
            nobody_hears_for_nothing(&stored, &changes)?;
            changes_whoever_was_told(&stored, &changes, plan)?;
            let derived = obligations(&decision, &pack, &calendar);
            for change in &changes {
                let key = &change.record.key;
                let is_done = |event: &Event| {
                    matches!(event, Event::Closed { state, why: None } if state.name() == "done")
                };
                let of = derived.iter().find(|one| one.key == *key);
                if change.events.iter().any(is_done) && of.is_some_and(|of| passes(of, today)) {
                    passed.insert(key.clone());
                } else if change.record.live {
                    passed.remove(key);
                }
            }
            stored = remembered(&stored, &changes);
            for one in stored.iter().filter(|one| !one.record.live) {
                let takes_it_to_be_open = one.told.iter().any(|told| !told.kind.is_ending());
                let is_so = takes_it_to_be_open && !passed.contains(&one.record.key);
                prop_assert!(!is_so, "{:?}", one);
            }
        }
        let gone = plan::plan(&whole.id, None, &stored, books, today).changes;
        nobody_hears_for_nothing(&stored, &gone)?;
        for one in remembered(&stored, &gone) {
            let open = one.told.iter().any(|told| !told.kind.is_ending());
            prop_assert!(!open || passed.contains(&one.record.key), "{:?}", one);
        }
    }
}
