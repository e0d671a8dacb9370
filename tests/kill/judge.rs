//! What a lap is judged by: nothing lost, nothing repeated without saying so.

use std::collections::{BTreeMap, BTreeSet};

use crate::kit::books::Books;
use crate::kit::city::Due;
use crate::kit::delivery::{self, Delivery};
use crate::lap::{Kill, Lap};
use crate::scenes::OLD_KEY;

/// Everything that is wrong with what a lap left behind.
pub(crate) fn judge(lap: &mut Lap<'_>) -> Vec<String> {
    let deliveries = delivery::all(&lap.city);
    let books = Books::recover(&lap.city.at("ledger.db")).unwrap();
    let mut faults = books.damage();
    lap.report.due = lap.city.due.len();
    lap.report.deliveries = deliveries.len();
    let mut ids: BTreeMap<&Due, BTreeSet<&str>> = BTreeMap::new();
    for delivery in &deliveries {
        for due in &delivery.carried {
            ids.entry(due).or_default().insert(&delivery.id);
        }
    }
    for due in &lap.city.due {
        match ids.remove(due) {
            Some(ids) if ids.len() == 1 => {}
            Some(ids) => faults.push(format!("{due:?} came under {ids:?}")),
            None if is_in_the_open(&books, due) => lap.report.waiting += 1,
            None => faults.push(format!("{due:?} is lost")),
        }
    }
    faults.extend(ids.keys().map(|due| format!("nobody was owed {due:?}")));
    if lap.has_old_message && !books.has(OLD_KEY).unwrap() {
        faults.push("what an older version wrote is gone".to_owned());
    }
    let mut of_message: BTreeMap<&str, Vec<&Delivery>> = BTreeMap::new();
    for delivery in &deliveries {
        of_message.entry(&delivery.id).or_default().push(delivery);
    }
    for (id, deliveries) in of_message {
        faults.extend(repeated(lap, &books, id, &deliveries));
    }
    faults
}

/// A notice that did not arrive must be seen in the ledger: it waits, or was given up on.
fn is_in_the_open(books: &Books, due: &Due) -> bool {
    let states = books.states(&due.decision, &due.to).unwrap();
    states.iter().any(|state| state != "delivered")
}

/// What is wrong with the second and further deliveries of one message.
fn repeated(lap: &mut Lap<'_>, books: &Books, id: &str, all: &[&Delivery]) -> Vec<String> {
    let mut faults = Vec::new();
    let repeats = all.len() - 1;
    if repeats == 0 {
        return faults;
    }
    let is_plain = |delivery: &&Delivery| !delivery.is_marked || delivery.attempt < 2;
    if all[1..].iter().any(is_plain) {
        faults.push(format!("{id} came again unmarked"));
    }
    let (attempts, unknown, is_marked) = books.attempts(id).unwrap();
    if attempts <= repeats || unknown < repeats || !is_marked {
        faults.push(format!(
            "the ledger does not show {repeats} repeats of {id}: {attempts} attempts, {unknown} of unknown end"
        ));
    }
    // Only a kill between its last byte and its committed result may repeat a message.
    let between = |kill: &&Kill| kill.unsettled.contains(id);
    let points: Vec<&str> = lap
        .report
        .kills
        .iter()
        .filter(between)
        .map(|kill| kill.point.name)
        .collect();
    if points.len() < repeats {
        faults.push(format!(
            "{id} came {repeats} times again, for kills {points:?}"
        ));
    }
    lap.report.repeats.extend(points.into_iter().take(repeats));
    faults
}
