//! The judge's file of every message: what its recipient saw, and what must follow.
//!
//! Owns the promises about retries, keys and repeats, with numbers of its own: what the
//! configuration's defaults promise (config/duban.toml). Refuses `domain::delivery`.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Days, NaiveTime, TimeDelta, Utc};
use duban::clock::instant;
use duban::domain::delivery::{Class, Scope};
use rusqlite::Connection;

use super::oracle::Judged;
use super::peers::{Said, Sent};
use super::ways::{Turn, Ways};

/// Pauses in minutes after the first, second … attempt; the last repeats.
const PAUSES: [i64; 5] = [1, 5, 15, 30, 60];
/// No pause is stretched by more than this share of itself.
const STRETCH_PERCENT: i64 = 20;
/// After so many hours nothing is tried any more.
const HORIZON: TimeDelta = TimeDelta::hours(120);

/// Every attempt, by message.
#[derive(Debug, Default)]
pub(crate) struct Letters {
    attempts: BTreeMap<String, Vec<Sent>>,
    /// Which message speaks of which rung to whom.
    spoken: BTreeMap<(String, Said), String>,
    /// Who may have heard of which obligation, and what they heard last.
    heard: BTreeMap<String, BTreeMap<String, Said>>,
    pub(crate) ways: Ways,
    /// Since when a message has been tried, by key, with its way: not while that is closed.
    trying: BTreeMap<String, (String, DateTime<Utc>)>,
    /// What somebody has signed for: it has arrived, whatever was heard.
    pub(crate) signed: BTreeSet<String>,
    /// Messages of the latest attempts, not compared with the ledger yet.
    fresh: BTreeSet<String>,
}

impl Letters {
    /// Who may have heard of the obligation, and what last.
    pub(crate) fn heard_of(&self, obligation: &str) -> impl Iterator<Item = (&String, &Said)> {
        self.heard.get(obligation).into_iter().flatten()
    }

    /// When it was first tried.
    pub(crate) fn first_tried(&self, key: &str) -> Option<DateTime<Utc>> {
        let first = self.attempts.get(key)?.first()?;
        Some(first.at)
    }

    /// Everything was held, or is free again: no hours have run.
    pub(crate) fn begin_anew(&mut self) {
        self.trying.clear();
    }

    /// Takes an attempt into the file, if it keeps every promise.
    pub(crate) fn add(&mut self, sent: &Sent) -> Judged {
        let before = self.attempts.entry(sent.key.clone()).or_default();
        let key = &sent.key;
        if self.signed.contains(key) {
            return Err(format!("signed: {key} is sent again"));
        }
        if let Some(last) = before.last() {
            follows(last, sent)?;
            let over = self
                .trying
                .get(key)
                .is_some_and(|(_, since)| last.ended > horizon(last, *since));
            if over && last.scope == Scope::Message && !last.unheard {
                return Err(format!("horizon: {key} is tried again after it"));
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
        self.speaks(sent)?;
        let since = (sent.destination.clone(), sent.at);
        self.trying.entry(key.clone()).or_insert(since);
        let turn = self.ways.add(sent)?;
        if turn != Turn::None {
            self.trying.retain(|_, (way, _)| *way != sent.destination);
        }
        if sent.scope == Scope::Channel && !sent.unheard {
            self.trying.remove(key);
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
            if sent.class == Class::Accepted || sent.is_unsure() {
                let heard = self.heard.entry(said.obligation.clone()).or_default();
                heard.insert(sent.address.clone(), said.clone());
            }
        }
        Ok(())
    }

    /// The ledger's word on messages that were just tried.
    pub(crate) fn agree_with(&mut self, ledger: &Connection) -> Judged {
        for key in std::mem::take(&mut self.fresh) {
            self.agrees(ledger, &key)?;
            self.pause_is_kept(ledger, &key)?;
        }
        self.ways.agree_with(ledger)
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
            _ if self.signed.contains(key) => &["delivered", "leased", "cancelled"],
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

    /// A retry is neither sooner nor later than was promised, and to the second when the peer
    /// asked; one is given up exactly where nothing may follow before the horizon.
    fn pause_is_kept(&self, ledger: &Connection, key: &str) -> Judged {
        let Some(last) = self.attempts[key].last() else {
            return Ok(());
        };
        let waits = matches!(last.class, Class::Deferred | Class::Unknown);
        let Some((_, since)) = self.trying.get(key).filter(|_| waits && !last.unheard) else {
            return Ok(());
        };
        let sql = "select state, next_at from message where key = $1";
        let mut statement = ledger.prepare_cached(sql).unwrap();
        let (state, next): (String, DateTime<Utc>) = statement
            .query_row([key], |row| Ok((row.get(0)?, row.get(1)?)))
            .map_err(|error| error.to_string())?;
        let pause = pause(last.number);
        let most = pause + pause * i32::try_from(STRETCH_PERCENT).unwrap() / 100;
        let earliest = asked_or(last, last.ended + pause);
        let latest = asked_or(last, last.ended + most);
        let horizon = horizon(last, *since);
        match state.as_str() {
            "pending" if next < earliest || next > latest => Err(format!(
                "pause: {key} waits until {next}, promised is {earliest} to {latest}"
            )),
            "pending" if next > horizon => Err(format!(
                "horizon: {key} waits until {next}, although nothing may follow {horizon}"
            )),
            "failed" if latest <= horizon => Err(format!(
                "given up too early: {key} after {} attempts since {since}, before {horizon}",
                last.number
            )),
            _ => Ok(()),
        }
    }
}

/// Nothing may follow the last of a message's hours, nor the day of which it speaks, unless
/// that was over when it was first tried.
fn horizon(last: &Sent, since: DateTime<Utc>) -> DateTime<Utc> {
    let long = since + HORIZON;
    let midnight = last
        .useful_on
        .map(|day| instant((day + Days::new(1)).and_time(NaiveTime::MIN)));
    let legal = midnight.filter(|midnight| *midnight > since);
    legal.map_or(long, |legal| legal.min(long))
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
    let pause = asked_or(last, last.ended + pause(last.number));
    if last.scope == Scope::Message && next.at < pause {
        return Err(format!(
            "pause: {key} is tried at {} and at {} again, after attempt {}",
            last.ended, next.at, last.number
        ));
    }
    Ok(())
}

/// What the peer asked for is kept to the second as often as there are pauses; a peer that
/// goes on asking is not asked oftener than the schedule would.
fn asked_or(last: &Sent, scheduled: DateTime<Utc>) -> DateTime<Utc> {
    let is_early = usize::try_from(last.number).unwrap() <= PAUSES.len();
    match last.not_before {
        Some(asked) if is_early => asked,
        Some(asked) => asked.max(scheduled),
        None => scheduled,
    }
}

fn pause(attempt: u32) -> TimeDelta {
    let step = usize::try_from(attempt - 1).unwrap().min(PAUSES.len() - 1);
    TimeDelta::minutes(PAUSES[step])
}
