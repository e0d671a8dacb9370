//! The judge of endings: whoever was told of a duty hears once that it has ended, nobody
//! else does, and never before it has.
//!
//! Owns the comparison of the notices made at an ending with who may have heard of the duty,
//! by what the peers saw. Refuses `domain::closing` and what the ledger says of who was told.

use std::collections::BTreeSet;

use rusqlite::Connection;

use super::model::{Expected, Over, Whom};
use super::oracle::{Judged, Oracle};
use super::peers::{Said, Sent};

impl Oracle {
    /// Holds what was just planned to who must hear of an ending, or of its not being one.
    pub(crate) fn endings(&self, expected: &Expected, ledger: &Connection) -> Judged {
        for over in &expected.over {
            self.hears(over, ledger)?;
        }
        for (obligation, revision) in &expected.back {
            let misled = self.who_heard(obligation, Said::is_ending);
            let anew = addressed(ledger, obligation, *revision, "%");
            if let Some(address) = misled.difference(&anew).next() {
                return Err(format!(
                    "back told: {address} takes {obligation} to be over and is not told of \
                     revision {revision}"
                ));
            }
            let mut strangers = addressed(ledger, obligation, *revision, "reopened");
            strangers.retain(|address| !misled.contains(address));
            if let Some(address) = strangers.first() {
                return Err(format!(
                    "back told: {address} never heard that {obligation} was over"
                ));
            }
        }
        Ok(())
    }

    fn hears(&self, over: &Over, ledger: &Connection) -> Judged {
        let Over {
            obligation,
            revision,
            rung,
            whom,
        } = over;
        let should = match whom {
            Whom::Reminded => self.who_heard(obligation, |said| !said.is_ending()),
            Whom::Alarmed => self.who_heard(obligation, |said| said.kind == "too short"),
            Whom::Nobody => BTreeSet::new(),
        };
        let told = addressed(ledger, obligation, *revision, rung);
        if let Some(address) = told.difference(&should).next() {
            return Err(format!(
                "ending told: {address} hears that {obligation} is over and never heard of it"
            ));
        }
        // A window that is long enough after all has a ladder again, which may speak to them.
        let is_enough = match whom {
            Whom::Alarmed => addressed(ledger, obligation, *revision, "%"),
            Whom::Reminded | Whom::Nobody => told,
        };
        match should.difference(&is_enough).next() {
            None => Ok(()),
            Some(address) => Err(format!(
                "ending told: {address} heard of {obligation} and not that it is over"
            )),
        }
    }

    /// Who may have heard of it, by what they heard last.
    fn who_heard(&self, obligation: &str, last: impl Fn(&Said) -> bool) -> BTreeSet<String> {
        let heard = self.letters.heard_of(obligation);
        let wanted = heard.filter(|(_, said)| last(said));
        wanted.map(|(address, _)| address.clone()).collect()
    }

    /// What says that it is over goes out while it is.
    pub(crate) fn is_over(&self, one: &Sent, said: &Said) -> Judged {
        let decision = said.obligation.split('/').next().unwrap_or_default();
        let duties = self.model.get(decision);
        let duty = duties.and_then(|duties| duties.get(&said.obligation));
        let is_so = duty.is_some_and(|duty| {
            let of_window = said.rung == "long_enough";
            let still = !duty.short && (!duty.live || duty.revision == said.revision);
            (of_window && still) || duty.ended == Some(said.revision)
        });
        if is_so {
            return Ok(());
        }
        Err(format!(
            "truth at sending: {} is told that {} is over, which stands as {duty:?}",
            one.address, said.obligation
        ))
    }
}

/// To whom there are notices of that revision and rung.
fn addressed(ledger: &Connection, obligation: &str, revision: u32, rung: &str) -> BTreeSet<String> {
    let sql = "select key from notice where key like $1";
    let mut statement = ledger.prepare_cached(sql).unwrap();
    let keys = statement.query_map([format!("{obligation}#{revision}@{rung}>%")], |row| {
        row.get::<_, String>(0)
    });
    let keys = keys.unwrap().map(Result::unwrap);
    let address = |key: String| key.split_once('>').unwrap().1.to_owned();
    keys.map(address).collect()
}
