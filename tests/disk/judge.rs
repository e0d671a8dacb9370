//! What a lap is judged by: nothing lost, nothing repeated, nothing sent without a durable
//! claim, and whole books.

use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

use crate::kit::books::Books;
use crate::kit::city::Due;
use crate::kit::delivery;
use crate::kit::seed::Seed;
use crate::kit::{shim, trace};
use crate::lap::Lap;
use crate::replay::{self, Fate};

/// Everything that is wrong with what a lap left behind.
pub(crate) fn judge(lap: &mut Lap<'_>, is_start: bool) -> Vec<String> {
    let mut faults = arrivals(lap, is_start);
    if lap.is_traced {
        faults.extend(unclaimed(lap));
    }
    match Books::recover(&lap.city.at("ledger.db")) {
        Ok(books) => faults.extend(books.damage()),
        Err(error) => faults.push(format!("the ledger cannot be opened: {error}")),
    }
    let verified = Command::new(shim::duban())
        .args(["audit", "verify", "--tables", "--config"])
        .arg(lap.city.at("duban.toml"))
        .output()
        .unwrap();
    // A ledger that the first version began cannot be made again from its log.
    let said = String::from_utf8_lossy(&verified.stderr).into_owned();
    let is_excused = is_start && said.contains("0.1");
    if !(verified.status.success() || is_excused) {
        faults.push(format!("audit verify: {said}"));
    }
    faults
}

fn arrivals(lap: &mut Lap<'_>, is_start: bool) -> Vec<String> {
    let (deliveries, mut faults) = (delivery::all(&lap.city), Vec::new());
    lap.report.due = lap.city.due.len();
    lap.report.deliveries = deliveries.len();
    let mut ids: BTreeMap<&Due, BTreeSet<&str>> = BTreeMap::new();
    let mut seen = BTreeSet::new();
    for delivery in &deliveries {
        for due in &delivery.carried {
            ids.entry(due).or_default().insert(&delivery.id);
        }
        if !seen.insert(&delivery.id) {
            lap.report.repeats += 1;
            // A process that goes on knows what it has sent.
            if !delivery.is_marked || !is_start {
                faults.push(format!("{} came again", delivery.id));
            }
        }
    }
    for due in &lap.city.due.clone() {
        match ids.remove(due) {
            Some(ids) if ids.len() == 1 => {}
            Some(ids) => faults.push(format!("{due:?} came under {ids:?}")),
            None if waits(lap, due) => lap.report.waiting += 1,
            None => faults.push(format!("{due:?} is lost")),
        }
    }
    faults.extend(ids.keys().map(|due| format!("nobody was owed {due:?}")));
    faults
}

/// A mail that was to be a file and waits for the next probe.
fn waits(lap: &Lap<'_>, due: &Due) -> bool {
    let books = Books::recover(&lap.city.at("ledger.db"));
    let states = books.and_then(|books| books.states(&due.decision, &due.to));
    let is_waiting = states.is_ok_and(|states| states.iter().any(|state| state == "pending"));
    lap.city.at("mail").exists() && is_waiting
}

/// At the first byte of each message the power goes, and what no sync has covered is lost: the
/// claim must still be there.
fn unclaimed(lap: &mut Lap<'_>) -> Vec<String> {
    let records = trace::read(&lap.city.at("trace"));
    let sendings = trace::sendings(&records);
    let ledger = lap.city.at("cut.db");
    let (mut times, mut faults): (BTreeMap<&str, usize>, _) = (BTreeMap::new(), Vec::new());
    for sending in &sendings {
        let sent = times.entry(&sending.key).or_default();
        *sent += 1;
        let cut = sending.first + 1;
        let (files, _) = replay::after_cut(&records, cut, Fate::Dropped, &mut Seed(0));
        replay::lay_down(&files, &ledger);
        let claims = Books::recover(&ledger).and_then(|books| books.claims());
        let claims = claims.unwrap_or_default();
        if claims.get(&sending.key).is_none_or(|claims| claims < sent) {
            faults.push(format!("{} was sent without a durable claim", sending.key));
        }
    }
    lap.report.firsts = sendings.len();
    faults
}
