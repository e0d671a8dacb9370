//! Recipients who sign (签收) for what they received, and the judge of what that quiets.
//!
//! Owns who signs, and the promise that a word quiets the same rung to the same unit and
//! what says nothing new, never the next rung, never a breach and never another unit.
//! Refuses `domain::acknowledgement`.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use duban::domain::notice::{Facts, Kind};
use duban::domain::pack::Strength;
use duban::store::ledger::acknowledgements::{self, How, Word};
use rusqlite::{Connection, Row};

use super::dice::Dice;
use super::life::Life;
use super::oracle::{Judged, Oracle};
use super::peers::{Said, Sent};

/// Of a thousand messages that arrived so many are signed for.
const SIGNED: i64 = 150;

const BY: &str = "某人";

/// Obligation, revision and unit.
type Group = (String, u32, String);

/// Whose people have signed for which rungs.
#[derive(Debug, Default)]
pub(crate) struct Signed {
    rungs: BTreeMap<Group, BTreeSet<String>>,
    /// Entries of the log up to this one were looked through.
    seen: i64,
}

/// A notice of the ledger, as this judge needs it.
struct Notice {
    group: Group,
    rung: String,
    kind: Kind,
    strength: Strength,
}

const NOTICE: &str = "
    select notice.facts, json_extract(message.recipient, '$.unit'), notice.rung
    from notice join message on message.id = notice.message_id";

impl Notice {
    fn read(row: &Row<'_>) -> rusqlite::Result<Self> {
        let facts: String = row.get(0)?;
        let facts: Facts = serde_json::from_str(&facts).unwrap();
        Ok(Self {
            group: (facts.obligation.to_string(), facts.revision, row.get(1)?),
            rung: row.get(2)?,
            kind: facts.kind,
            strength: facts.strength,
        })
    }

    /// It tells of a breach, or that something is over: everybody it is for hears it.
    fn is_for_everybody(&self) -> bool {
        match self.kind {
            Kind::Overdue => self.strength != Strength::Advisory,
            Kind::TooShort => true,
            kind => kind.is_ending(),
        }
    }
}

/// Some of those who have just received something sign for it, by its link.
pub(crate) fn sign(
    dice: &mut Dice,
    (life, now): (&Life, DateTime<Utc>),
    sent: &[Sent],
    oracle: &mut Oracle,
) -> Judged {
    for one in sent {
        let asks = !one.said.iter().all(Said::is_ending);
        if !one.taken || !asks || !dice.in_thousand(SIGNED) {
            continue;
        }
        let (key, word) = (
            one.key.clone(),
            Word {
                by: BY.to_owned(),
                how: How::Link,
                note: None,
            },
        );
        let record = move |c: &_| acknowledgements::record(c, &key, &word, now);
        let recorded = life.context.ledger.write_blocking("sign", record);
        let recorded = recorded.map_err(|error| error.to_string())?;
        if recorded.notices > 0 {
            oracle.letters.signed.insert(one.key.clone());
            oracle.signed.note(&life.look, &one.key);
            oracle.signed.quiets_what_it_may(&life.look)?;
        }
    }
    Ok(())
}

impl Signed {
    fn note(&mut self, ledger: &Connection, message: &str) {
        let sql = format!(
            "{NOTICE} join acknowledgement on acknowledgement.notice_id = notice.id
             where message.key = $1"
        );
        let mut statement = ledger.prepare_cached(&sql).unwrap();
        let notices = statement.query_map([message], Notice::read).unwrap();
        for notice in notices.map(Result::unwrap) {
            let rungs = self.rungs.entry(notice.group).or_default();
            rungs.insert(notice.rung);
        }
    }

    fn is_signed(&self, group: &Group, rung: &str) -> bool {
        let rungs = self.rungs.get(group);
        rungs.is_some_and(|rungs| rungs.contains(rung))
    }

    /// Whether that unit has signed for one of these rungs.
    pub(crate) fn has_signed(&self, group: &Group, rungs: &BTreeSet<String>) -> bool {
        let mut rungs = rungs.iter();
        rungs.any(|rung| self.is_signed(group, rung))
    }

    /// What was taken back because of a word is what was signed for, to the same unit's people,
    /// and no breach.
    fn quiets_what_it_may(&mut self, ledger: &Connection) -> Judged {
        let sql = "select seq, subject from audit
                   where seq > $1 and what = 'cancelled'
                     and json_extract(detail, '$.reason') = 'acknowledged by ' || $2";
        let mut statement = ledger.prepare_cached(sql).unwrap();
        let entries = statement.query_map((self.seen, BY), |row| {
            Ok((row.get::<_, i64>(0)?, row.get::<_, String>(1)?))
        });
        let entries: Vec<(i64, String)> = entries.unwrap().map(Result::unwrap).collect();
        let mut find = ledger
            .prepare_cached(&format!("{NOTICE} where notice.key = $1"))
            .unwrap();
        for (seq, key) in entries {
            self.seen = seq;
            let notice = find.query_row([&key], Notice::read).unwrap();
            let is_for_a_system = key.contains(">webhook:");
            let is_for_everybody = notice.is_for_everybody() || is_for_a_system;
            if is_for_everybody || !self.is_signed(&notice.group, &notice.rung) {
                return Err(format!("signed: {key} is taken back by a word"));
            }
        }
        Ok(())
    }
}
