//! The judge's file of every message: what its recipient saw, and what must follow.
//!
//! Owns the promises about retries, keys and repeats, with numbers of its own: what the
//! configuration's defaults promise (config/duban.toml). Refuses `domain::delivery`.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, TimeDelta, Utc};
use duban::domain::delivery::{Class, Scope};
use rusqlite::Connection;

use super::oracle::Judged;
use super::peers::{Said, Sent};

/// Pauses in minutes after the first, second … attempt; the last repeats.
const PAUSES: [i64; 5] = [1, 5, 15, 30, 60];
/// No pause is stretched by more than this share of itself.
const STRETCH_PERCENT: i64 = 20;
/// After so many hours nothing is tried any more.
const HORIZON: TimeDelta = TimeDelta::hours(120);
/// So long nothing goes to a destination whose way was found closed.
const HOLD: TimeDelta = TimeDelta::minutes(15);

/// Every attempt, by message.
#[derive(Debug, Default)]
pub(crate) struct Letters {
    attempts: BTreeMap<String, Vec<Sent>>,
    /// Which message speaks of which rung to whom.
    spoken: BTreeMap<(String, Said), String>,
    /// Who may have heard of which obligation.
    heard: BTreeMap<String, BTreeSet<String>>,
    /// Destinations whose way was found closed, and until when they are left alone.
    closed: BTreeMap<String, DateTime<Utc>>,
    /// Messages of the latest attempts, not compared with the ledger yet.
    fresh: BTreeSet<String>,
}

impl Letters {
    /// Who may have heard of the obligation.
    pub(crate) fn heard_of(&self, obligation: &str) -> impl Iterator<Item = &String> {
        self.heard.get(obligation).into_iter().flatten()
    }

    /// Takes an attempt into the file, if it keeps every promise.
    pub(crate) fn add(&mut self, sent: &Sent) -> Judged {
        let before = self.attempts.entry(sent.key.clone()).or_default();
        let key = &sent.key;
        if let Some(last) = before.last() {
            follows(last, sent)?;
            let horizon = before[0].at + HORIZON;
            if last.scope == Scope::Message && !last.unheard && last.ended > horizon {
                return Err(format!("horizon: {key} is tried again after {HORIZON}"));
            }
        }
        if sent.number != u32::try_from(before.len()).unwrap() + 1 {
            let tries = before.len();
            return Err(format!("attempts: {key} has {tries}, then {}", sent.number));
        }
        let unsure = before.iter().any(Sent::is_unsure);
        if unsure != sent.marked {
            return Err(format!(
                "repeat marked: {key} may have arrived before: {unsure}, marked: {}",
                sent.marked
            ));
        }
        if let Some(until) = self.closed.get(&sent.destination)
            && sent.at < *until
        {
            return Err(format!("hold: {key} goes to a closed way before {until}"));
        }
        self.speaks(sent)?;
        match (sent.scope, sent.unheard) {
            (Scope::Channel, false) => {
                let until = sent.ended + HOLD;
                self.closed.insert(sent.destination.clone(), until);
            }
            _ => drop(self.closed.remove(&sent.destination)),
        }
        self.fresh.insert(key.clone());
        let attempts = self.attempts.entry(key.clone()).or_default();
        attempts.push(sent.clone());
        Ok(())
    }

    /// One rung reaches one recipient under one key, for ever.
    fn speaks(&mut self, sent: &Sent) -> Judged {
        for said in &sent.said {
            let place = (sent.address.clone(), said.clone());
            let key = self.spoken.entry(place).or_insert_with(|| sent.key.clone());
            if *key != sent.key {
                return Err(format!(
                    "one key: {} hears {said:?} under {key} and under {}",
                    sent.address, sent.key
                ));
            }
            let heard = self.heard.entry(said.obligation.clone()).or_default();
            heard.insert(sent.address.clone());
        }
        Ok(())
    }

    /// The ledger's word on messages that were just tried.
    pub(crate) fn agree_with(&mut self, ledger: &Connection, now: DateTime<Utc>) -> Judged {
        for key in std::mem::take(&mut self.fresh) {
            self.agrees(ledger, &key)?;
            self.pause_is_kept(ledger, &key, now)?;
        }
        Ok(())
    }

    /// The ledger's word on every message, and that there is a row for each.
    pub(crate) fn all_accounted_for(&self, ledger: &Connection) -> Judged {
        for key in self.attempts.keys() {
            self.agrees(ledger, key)?;
        }
        let sql = "select key, state from message where state in ('delivered', 'failed')";
        let mut statement = ledger.prepare_cached(sql).unwrap();
        let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)));
        for row in rows.unwrap() {
            let (key, state): (String, String) = row.unwrap();
            if !self.attempts.contains_key(&key) {
                return Err(format!("nothing lost: {key} is {state}, and nobody saw it"));
            }
        }
        Ok(())
    }

    fn agrees(&self, ledger: &Connection, key: &str) -> Judged {
        let tries = &self.attempts[key];
        let Some(last) = tries.last() else {
            return Ok(());
        };
        let sql = "select state, attempts,
                          (select count(*) from attempt where message_id = message.id),
                          (select count(*) from attempt where message_id = message.id
                           and ended_at is null)
                   from message where key = $1";
        let mut statement = ledger.prepare_cached(sql).unwrap();
        let row = statement.query_row([key], |row| {
            let state: String = row.get(0)?;
            Ok((state, row.get(1)?, row.get(2)?, row.get(3)?))
        });
        let Ok((state, attempts, rows, open)) = row else {
            return Err(format!("one key: {key} was sent and is not in the ledger"));
        };
        let (attempts, rows, open): (u32, u32, u32) = (attempts, rows, open);
        let seen = u32::try_from(tries.len()).unwrap();
        if (attempts, rows) != (seen, seen) {
            return Err(format!(
                "attempts: {key} was tried {seen} times; ledger {attempts}, rows {rows}"
            ));
        }
        let may_be: &[&str] = match (last.unheard, last.class, last.scope) {
            // Under way when the process let go of it: returned, or still leased.
            (true, ..) => &["pending", "leased", "cancelled"],
            (false, Class::Accepted, _) => &["delivered"],
            (false, Class::Rejected, Scope::Message) => &["failed", "cancelled"],
            (false, _, Scope::Channel) => &["pending", "cancelled"],
            (false, ..) => &["pending", "failed", "cancelled"],
        };
        if !may_be.contains(&state.as_str()) {
            return Err(format!(
                "settled: {key} ended {last:?}; the ledger says {state}"
            ));
        }
        let on_its_way = state == "leased";
        if (open > 0) != on_its_way {
            return Err(format!(
                "settled: {key} is {state} with {open} open attempts"
            ));
        }
        Ok(())
    }

    /// A retry is neither sooner nor later than was promised; giving up only at the end.
    fn pause_is_kept(&self, ledger: &Connection, key: &str, now: DateTime<Utc>) -> Judged {
        let (first, last) = match self.attempts[key].as_slice() {
            [first, .., last] => (first, last),
            [only] => (only, only),
            [] => return Ok(()),
        };
        let waits = matches!(last.class, Class::Deferred | Class::Unknown);
        if !waits || last.unheard || last.scope == Scope::Channel {
            return Ok(());
        }
        let sql = "select state, next_at from message where key = $1";
        let mut statement = ledger.prepare_cached(sql).unwrap();
        let (state, next): (String, DateTime<Utc>) = statement
            .query_row([key], |row| Ok((row.get(0)?, row.get(1)?)))
            .map_err(|error| error.to_string())?;
        let pause = pause(last.number);
        let most = pause + pause * i32::try_from(STRETCH_PERCENT).unwrap() / 100;
        let latest = last.not_before.unwrap_or(now).max(last.ended + most);
        match state.as_str() {
            "pending" if next > latest => Err(format!(
                "pause: {key} waits until {next}, promised by {latest}"
            )),
            "failed" if latest <= first.at + HORIZON => Err(format!(
                "given up too early: {key} after {} attempts since {}",
                last.number, first.at
            )),
            _ => Ok(()),
        }
    }
}

impl Sent {
    /// The recipient may have it although the sender cannot know.
    fn is_unsure(&self) -> bool {
        self.unheard
            || self.class == Class::Unknown
            || (self.taken && self.class != Class::Accepted)
    }
}

/// What the next attempt of a message owes to the one before.
fn follows(last: &Sent, next: &Sent) -> Judged {
    let key = &next.key;
    if last.unheard {
        return Ok(());
    }
    if last.class == Class::Accepted {
        return Err(format!("no repeat: {key} was taken and is sent again"));
    }
    if last.class == Class::Rejected && last.scope == Scope::Message {
        return Err(format!(
            "refused: {key} was refused for good and is sent again"
        ));
    }
    if let Some(more) = next.said.iter().find(|said| !last.said.contains(said)) {
        return Err(format!(
            "same content: {key} said nothing of {more:?} before"
        ));
    }
    if last.scope == Scope::Message && next.at < last.ended + pause(last.number) {
        return Err(format!(
            "pause: {key} is tried at {} and at {} again, after attempt {}",
            last.ended, next.at, last.number
        ));
    }
    match last.not_before {
        Some(at) if next.at < at => Err(format!(
            "Retry-After: {key} was asked to wait until {at} and comes at {}",
            next.at
        )),
        _ => Ok(()),
    }
}

fn pause(attempt: u32) -> TimeDelta {
    let step = usize::try_from(attempt - 1).unwrap().min(PAUSES.len() - 1);
    TimeDelta::minutes(PAUSES[step])
}
