//! The judge: what must hold after each step of a year, whatever happened.
//!
//! Owns the comparison of the plan with its own model, and of the ledger with what the
//! peers saw. Its promises about retries are in `letters`. Refuses to correct anything: the
//! first thing that does not hold ends the year.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, NaiveDate, NaiveTime, SecondsFormat, Utc};
use duban::clock::civil;
use duban::domain::decision::DecisionId;
use duban::jobs::auditor::Health;
use duban::store::catalog::Catalog;
use rusqlite::Connection;

use super::alarms;
use super::books::Edition;
use super::letters::Letters;
use super::model::{Duties, Expected, Known, Rungs, expect};
use super::peers::Sent;
use super::signing::Signed;
use super::upward::Upward;

/// What holds, or the name of the promise and how it was broken.
pub(crate) type Judged = Result<(), String>;

/// From this hour on a working day has its digest.
const DIGEST_AT: NaiveTime = NaiveTime::from_hms_opt(8, 30, 0).unwrap();

/// The judge of one year.
#[derive(Debug, Default)]
pub(crate) struct Oracle {
    pub(crate) model: BTreeMap<String, Duties>,
    pub(crate) letters: Letters,
    /// Who has signed for what.
    pub(crate) signed: Signed,
    upward: Upward,
    /// Days on which duban was up after the hour of the digest, and the days of digests.
    up: BTreeSet<NaiveDate>,
    made: BTreeMap<NaiveDate, BTreeSet<String>>,
    /// Messages up to this one were looked through for digests.
    digest_seen: i64,
    /// The duties in the ledger as they were last read.
    read: BTreeMap<String, Duties>,
    /// The day of the last whole round that brought nothing.
    quiet_on: Option<NaiveDate>,
    /// The audit log as it was: how many entries, and the text of the last one.
    audit: (i64, String),
}

impl Oracle {
    /// Holds the ledger to the model after a round of planning that brought so many records
    /// and notices, if it came to its end; else of each decision all is planned or nothing.
    pub(crate) fn planned(
        &mut self,
        (applied, changed): (Option<(u64, u64)>, bool),
        (catalog, ledger): (&Catalog, &Connection),
        edition: &Edition,
        now: DateTime<Utc>,
    ) -> Judged {
        let today = civil(now).date();
        let quiet = applied == Some((0, 0));
        if quiet && !changed && self.quiet_on == Some(today) {
            return Ok(());
        }
        self.quiet_on = Some(today).filter(|_| quiet);
        if !quiet {
            self.read = stored(ledger);
        }
        let mut actual = self.read.clone();
        let page = catalog.page(None, 64).unwrap();
        let mut decisions: BTreeMap<DecisionId, _> = page
            .readings
            .into_iter()
            .map(|reading| (reading.id, reading.decision))
            .collect();
        for gone in self.model.keys() {
            decisions.entry(DecisionId(gone.clone())).or_default();
        }
        for (id, decision) in decisions {
            let before = self.model.remove(&id.0).unwrap_or_default();
            let expected = expect(decision.as_ref(), &before, edition, today);
            let found = actual.remove(&id.0).unwrap_or_default();
            let after = if agree(&expected.duties, &found) {
                self.consequences(&expected, ledger)?;
                expected.duties
            } else if applied.is_none() && agree(&before, &found) {
                before
            } else {
                return Err(differ(&id.0, &expected.duties, &found));
            };
            self.model.insert(id.0, after);
        }
        match actual.keys().next() {
            None => Ok(()),
            Some(stray) => Err(format!("plan: the ledger has duties of {stray}, unknown")),
        }
    }

    /// Every recipient of a rung has a notice, and whoever heard of another date is told.
    fn consequences(&self, expected: &Expected, ledger: &Connection) -> Judged {
        let known = "select coalesce(json_extract(facts, '$.rerouted.because'), '') from notice
                     where key = $1";
        let mut known = ledger.prepare_cached(known).unwrap();
        for owed in &expected.notices {
            let why: rusqlite::Result<String> = known.query_row([&owed.key], |row| row.get(0));
            let is_quiet = self.signed.has_signed(&owed.group, &owed.same);
            if why.is_err() && !is_quiet {
                return Err(format!(
                    "nothing lost: the notice {} was never made",
                    owed.key
                ));
            }
            // It may have been made because somebody else could not be reached.
            if why.is_ok_and(|why| why != "undelivered") && is_quiet {
                return Err(format!("signed: {} says the same once more", owed.key));
            }
        }
        let like = "select 1 from notice where key like $1";
        let mut like = ledger.prepare_cached(like).unwrap();
        for (obligation, revision) in &expected.moved {
            let stem = format!("{obligation}#{revision}@");
            for (address, _) in self.letters.heard_of(obligation) {
                if !like.exists([format!("{stem}%>{address}")]).unwrap() {
                    return Err(format!(
                        "change told: {address} knows an older date of {obligation} and is \
                         not told of revision {revision}"
                    ));
                }
            }
        }
        self.endings(expected, ledger)
    }

    /// Holds a round to what it owes besides the plan: nobody is lost, the digest is there,
    /// the inspection tells of nothing that the year does not explain.
    pub(crate) fn round_made(
        &mut self,
        (ledger, health): (&Connection, &Health),
        edition: &Edition,
        now: DateTime<Utc>,
        is_start: bool,
    ) -> Judged {
        let model = &self.model;
        let stands = |obligation: &str, revision: u32| {
            let decision = obligation.split('/').next().unwrap_or_default();
            let duty = model
                .get(decision)
                .and_then(|duties| duties.get(obligation));
            duty.is_some_and(|duty| duty.live && duty.revision == revision)
        };
        let (letters, directory) = (&self.letters, &edition.library.directory);
        self.upward
            .round_made(ledger, (letters, directory), now, stands)?;
        alarms::explained(health, &letters.ways, directory, is_start)?;
        self.digests(ledger, edition, now)
    }

    /// Holds what the peers saw to the promises about letters and to the model.
    pub(crate) fn heard(&mut self, sent: &[Sent]) -> Judged {
        for one in sent {
            for said in &one.said {
                if said.is_ending() {
                    self.is_over(one, said)?;
                    continue;
                }
                let decision = said.obligation.split('/').next().unwrap_or_default();
                let duties = self.model.get(decision);
                let duty = duties.and_then(|duties| duties.get(&said.obligation));
                let Some(duty) = duty.filter(|duty| duty.live) else {
                    return Err(format!(
                        "truth at sending: {} is told of {}, which is not to be done any more",
                        one.address, said.obligation
                    ));
                };
                if duty.revision != said.revision {
                    return Err(format!(
                        "truth at sending: {} is told revision {} of {}, which stands at {}",
                        one.address, said.revision, said.obligation, duty.revision
                    ));
                }
            }
            self.letters.add(one)?;
        }
        Ok(())
    }

    /// Holds the outbox to what the peers saw, and nothing may be stuck in it.
    pub(crate) fn outbox(
        &mut self,
        ledger: &Connection,
        swept_at: DateTime<Utc>,
        now: DateTime<Utc>,
    ) -> Judged {
        self.audit_grows(ledger)?;
        nothing_stuck(ledger, swept_at, now)?;
        self.letters.agree_with(ledger)
    }

    /// The whole ledger at the end, or after a stretch of the year.
    pub(crate) fn everything(&self, ledger: &Connection) -> Judged {
        if let Some(day) = self.up.iter().find(|day| !self.made.contains_key(day)) {
            return Err(format!("digest: none on {day}"));
        }
        no_orphans(ledger)?;
        self.letters.all_accounted_for(ledger)
    }

    /// One digest on each working day on which duban was up after its hour, and no other.
    fn digests(&mut self, ledger: &Connection, edition: &Edition, now: DateTime<Utc>) -> Judged {
        let local = civil(now);
        if edition.table.is_working(local.date()) && local.time() >= DIGEST_AT {
            self.up.insert(local.date());
        }
        let sql = "select id, json_extract(digest, '$.on'), recipient from message
                   where digest is not null and id > $1 order by id";
        let mut statement = ledger.prepare_cached(sql).unwrap();
        let mut rows = statement.query([self.digest_seen]).unwrap();
        while let Some(row) = rows.next().unwrap() {
            self.digest_seen = row.get(0).unwrap();
            let day: NaiveDate = row.get(1).unwrap();
            // One that fails goes to the centre's others, as it is.
            let made = self.made.entry(day).or_default();
            if made.is_empty() {
                failures_shown(ledger, self.digest_seen, day)?;
            }
            let to: String = row.get(2).unwrap();
            if !made.insert(to.clone()) {
                return Err(format!("digest: a second one on {day} for {to}"));
            }
        }
        let (last_up, last_made) = (self.up.last(), self.made.last_key_value());
        match (last_up, last_made) {
            (Some(day), _) if !self.made.contains_key(day) => Err(format!("digest: none on {day}")),
            (_, Some((day, _))) if !self.up.contains(day) => {
                Err(format!("digest: one on {day}, for nothing"))
            }
            _ => Ok(()),
        }
    }

    fn audit_grows(&mut self, ledger: &Connection) -> Judged {
        let text = "select seq || at || what || subject || detail from audit where seq = $1";
        let mut text = ledger.prepare_cached(text).unwrap();
        let (count, last) = &self.audit;
        if *count > 0 {
            let now: String = text
                .query_row([count], |row| row.get(0))
                .unwrap_or_default();
            if now != *last {
                return Err(format!("audit: entry {count} was `{last}` and is `{now}`"));
            }
        }
        let newest = "select coalesce(max(seq), 0), count(*) from audit";
        let mut newest = ledger.prepare_cached(newest).unwrap();
        let (seq, rows): (i64, i64) = newest
            .query_row([], |row| Ok((row.get(0)?, row.get(1)?)))
            .unwrap();
        if seq != rows || seq < *count {
            return Err(format!("audit: {rows} entries up to {seq}, {count} before"));
        }
        if seq > *count {
            let last = text.query_row([seq], |row| row.get(0)).unwrap();
            self.audit = (seq, last);
        }
        Ok(())
    }
}

/// Given up on means: the digest names it.
fn failures_shown(ledger: &Connection, digest: i64, day: NaiveDate) -> Judged {
    let sql = "select json_array_length(digest, '$.undelivered'),
                      (select count(*) from message where state = 'failed' and digest is null)
               from message where id = $1";
    let mut statement = ledger.prepare_cached(sql).unwrap();
    let (shown, failed): (i64, i64) = statement
        .query_row([digest], |row| Ok((row.get(0)?, row.get(1)?)))
        .unwrap();
    if shown < failed.min(50) {
        return Err(format!(
            "given up, visible: the digest of {day} names {shown} messages of {failed}"
        ));
    }
    Ok(())
}

/// Whatever may go out now has gone, or its destination waits.
fn nothing_stuck(ledger: &Connection, swept_at: DateTime<Utc>, now: DateTime<Utc>) -> Judged {
    let sql = "select message.key, message.state, message.next_at, hold.probe_at
               from message left join hold on hold.destination = message.destination
               where (message.state = 'pending' and message.held_since is null
                      and message.next_at <= $1
                      and (hold.destination is null or hold.probe_at <= $1))
                  or (message.state = 'leased' and message.lease_until <= $2)
               limit 1";
    let text = |at: DateTime<Utc>| at.to_rfc3339_opts(SecondsFormat::Millis, true);
    let (swept_at, now) = (text(swept_at), text(now));
    let mut statement = ledger.prepare_cached(sql).unwrap();
    let stuck = statement.query_row([&now, &swept_at], |row| {
        let probe: Option<String> = row.get(3)?;
        let (key, state): (String, String) = (row.get(0)?, row.get(1)?);
        let next: String = row.get(2)?;
        Ok(format!(
            "nothing stuck: {key} is {state}, due {next}, probe {probe:?}, at {now}"
        ))
    });
    match stuck {
        Ok(stuck) => Err(stuck),
        Err(rusqlite::Error::QueryReturnedNoRows) => Ok(()),
        Err(error) => Err(error.to_string()),
    }
}

/// Everything cancelled has its reason and its entry; nothing stands in a message that is
/// not going anywhere.
fn no_orphans(ledger: &Connection) -> Judged {
    let sql = "select notice.key from notice join message on message.id = notice.message_id
               where (notice.state = 'cancelled'
                      and (coalesce(notice.reason, '') = ''
                           or not exists (select 1 from audit where subject = notice.key
                                          and what = 'cancelled')))
                  or (notice.state = 'standing' and message.state = 'cancelled')
               limit 1";
    match ledger.query_row(sql, [], |row| row.get::<_, String>(0)) {
        Ok(key) => Err(format!("no silent end: {key} is gone without a row")),
        Err(rusqlite::Error::QueryReturnedNoRows) => Ok(()),
        Err(error) => Err(error.to_string()),
    }
}

fn agree(expected: &Duties, found: &Duties) -> bool {
    expected.len() == found.len()
        && expected
            .iter()
            .all(|(key, known)| found.get(key).is_some_and(|found| known.agrees(found)))
}

fn differ(decision: &str, expected: &Duties, found: &Duties) -> String {
    let keys: BTreeSet<&String> = expected.keys().chain(found.keys()).collect();
    let mut differences = keys.into_iter().filter_map(|key| {
        let (expected, found) = (expected.get(key), found.get(key));
        let same = expected
            .zip(found)
            .is_some_and(|(one, other)| one.agrees(other));
        (!same).then(|| format!("{key}\n    expected {expected:?}\n    found    {found:?}"))
    });
    let first = differences.next().unwrap_or_else(|| decision.to_owned());
    format!("plan: {first}")
}

/// Every obligation in the ledger with its rungs, by decision.
fn stored(ledger: &Connection) -> BTreeMap<String, Duties> {
    let mut rungs: BTreeMap<i64, Rungs> = BTreeMap::new();
    let sql = "select obligation_id, revision, level, fate from rung";
    let mut statement = ledger.prepare_cached(sql).unwrap();
    let mut rows = statement.query([]).unwrap();
    while let Some(row) = rows.next().unwrap() {
        let place = (row.get(1).unwrap(), row.get(2).unwrap());
        // Whether a rung is rightly quiet is seen by its notices.
        let superseded = row.get_ref(3).unwrap().as_str().unwrap() == "superseded";
        let fate = if superseded { "superseded" } else { "told" };
        let of = rungs.entry(row.get(0).unwrap()).or_default();
        of.insert(place, fate);
    }
    let sql = "select id, decision_id, rule, occurrence, revision, due_on, latest_on, live,
                      told_level from obligation";
    let mut statement = ledger.prepare_cached(sql).unwrap();
    let mut rows = statement.query([]).unwrap();
    let mut all: BTreeMap<String, Duties> = BTreeMap::new();
    while let Some(row) = rows.next().unwrap() {
        let (decision, rule): (String, String) = (row.get(1).unwrap(), row.get(2).unwrap());
        let occurrence: String = row.get(3).unwrap();
        let mut key = format!("{decision}/{rule}");
        if !occurrence.is_empty() {
            key = format!("{key}/{occurrence}");
        }
        let dates = (
            row.get(4).unwrap(),
            row.get(5).unwrap(),
            row.get(6).unwrap(),
        );
        let rungs = rungs.remove(&row.get(0).unwrap()).unwrap_or_default();
        let (live, told) = (row.get(7).unwrap(), row.get(8).unwrap());
        let known = Known::stored(dates, live, told, rungs);
        all.entry(decision).or_default().insert(key, known);
    }
    all
}
