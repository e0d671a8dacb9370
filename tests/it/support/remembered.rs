//! What a ledger knows after plans of which everything arrived, for tests without one.

use duban::domain::plan::Change;
use duban::domain::record::{Stored, Told};

/// What is known when `changes` have come over `before`.
pub(crate) fn remembered(before: &[Stored], changes: &[Change]) -> Vec<Stored> {
    let mut all = before.to_vec();
    for change in changes {
        let known = all
            .iter()
            .position(|one| one.record.key == change.record.key);
        let mut stored = match known {
            Some(place) => all.remove(place),
            None => Stored {
                record: change.record.clone(),
                told: Vec::new(),
                said: None,
                heard: Vec::new(),
            },
        };
        stored.record = change.record.clone();
        for notice in &change.notices {
            let same = |told: &Told| told.recipient.is_at_the_place_of(&notice.recipient);
            stored.told.retain(|told| !same(told));
            stored.told.push(Told {
                recipient: notice.recipient.clone(),
                kind: notice.facts.kind,
                due_on: notice.facts.due_on,
            });
            stored.said = Some(notice.facts.clone());
        }
        all.push(stored);
    }
    all
}
