//! The notices of a register: who was told, how, and what came of it.
//!
//! Owns which notices belong to the duties that are listed, and their rows. Refuses words of its
//! own, and every foreign word about a confidential decision.

use std::collections::{BTreeSet, HashSet};

use chrono::{DateTime, Days, NaiveDate, Utc};
use serde_json::json;

use super::form::Cell;
use super::gathered::Gathered;
use crate::channels::wording::WordingError;
use crate::channels::wording::register::RegisterWords;
use crate::clock::{instant, written_to_minute};
use crate::domain::decision::DecisionId;
use crate::domain::obligation::ObligationKey;
use crate::domain::pack::RuleId;
use crate::store::ledger::Reader;
use crate::store::ledger::acknowledgements::How;
use crate::store::ledger::reader::{Entry, Listed, notices_before};

/// Notices that are read at a time.
const PAGE: u32 = 1000;

/// Which notices belong to a register.
pub(super) struct Told<'g> {
    confidential: &'g BTreeSet<String>,
    keys: Option<&'g HashSet<String>>,
    until: DateTime<Utc>,
}

impl<'g> Told<'g> {
    /// Those about the duties that were gathered, made up to the end of `on`.
    pub(super) fn of(gathered: &'g Gathered, on: NaiveDate) -> Self {
        let next = on.checked_add_days(Days::new(1)).unwrap_or(on);
        Self {
            confidential: &gathered.seen.confidential,
            keys: gathered.keys.as_ref(),
            until: instant(next.and_time(chrono::NaiveTime::MIN)),
        }
    }

    /// Hands each to `visit`, newest first.
    ///
    /// # Errors
    /// The ledger's, and those of `visit`.
    pub(super) fn each(
        &self,
        ledger: &Reader,
        visit: &mut dyn FnMut(Entry) -> anyhow::Result<()>,
    ) -> anyhow::Result<()> {
        let mut before = None;
        loop {
            let page = ledger.ask("list the notices", |connection| {
                notices_before(connection, self.until, before, PAGE)
            })?;
            let Some(last) = page.last() else {
                return Ok(());
            };
            before = Some(last.id);
            for mut entry in page {
                if !self.wants(&entry.listed) {
                    continue;
                }
                if entry.is_confidential || self.confidential.contains(&entry.listed.decision) {
                    discreet(&mut entry);
                }
                visit(entry)?;
            }
        }
    }

    fn wants(&self, listed: &Listed) -> bool {
        let key = || ObligationKey {
            decision: DecisionId(listed.decision.clone()),
            rule: RuleId(listed.rule.clone()),
            occurrence: listed.occurrence.clone(),
        };
        self.keys
            .is_none_or(|keys| keys.contains(&key().to_string()))
    }
}

/// Of a confidential decision only the kind of an answer is told: a peer may repeat what a title
/// said before it was one.
fn discreet(entry: &mut Entry) {
    let listed = &mut entry.listed;
    for word in [&mut listed.last_word, &mut listed.held_because] {
        *word = word.take().map(|word| kind_of_answer(&word));
    }
    if let Some(acknowledged) = &mut listed.acknowledged {
        acknowledged.note = None;
    }
    entry.is_confidential = true;
}

/// The first word, which is ours: the step of a delivery, or why a notice was cancelled.
fn kind_of_answer(word: &str) -> String {
    let first = word.split(|c: char| !c.is_ascii_alphabetic()).next();
    first.unwrap_or_default().to_owned()
}

/// The row of 通知.
///
/// # Errors
/// The templates do not fit the facts.
pub(super) fn row(words: &mut RegisterWords<'_>, entry: &Entry) -> Result<Vec<Cell>, WordingError> {
    let (listed, said) = (&entry.listed, &entry.said);
    let to = &listed.recipient;
    let message = json!({
        "state": listed.state,
        "attempts": listed.attempts,
        "held": listed.held_since.is_some(),
    });
    let outcome = Cell::Lit {
        lamp: words.say("outcome_light", &message)?,
        text: words.say("outcome", &message)?,
    };
    let mut kind = json!(said);
    kind["stale"] = json!(false);
    let person = format!("{}{}", to.name, words.say("audience", &to.audience)?);
    let rule = match listed.occurrence.as_str() {
        "" => listed.rule.clone(),
        occurrence => format!("{}/{occurrence}", listed.rule),
    };
    let acknowledged = listed.acknowledged.as_ref();
    Ok(vec![
        Cell::text(written_to_minute(&listed.made_at)),
        Cell::text(&listed.decision),
        Cell::text(rule),
        Cell::text(&said.duty),
        Cell::text(&to.unit),
        Cell::text(if to.name.is_empty() {
            String::new()
        } else {
            person
        }),
        Cell::text(words.say("channel", &to.channel)?),
        Cell::text(words.say("rung", &listed.rung)?),
        Cell::text(words.say("kind", &kind)?),
        Cell::Number(listed.attempts.into()),
        outcome,
        Cell::text(acknowledged.map(|one| one.by.clone()).unwrap_or_default()),
        Cell::text(
            acknowledged
                .map(|one| written_to_minute(&one.at))
                .unwrap_or_default(),
        ),
        Cell::text(note(words, listed)?),
    ])
}

/// Why it did not arrive, who was told instead, and who recorded that it was received.
fn note(words: &mut RegisterWords<'_>, listed: &Listed) -> Result<String, WordingError> {
    let mut parts = Vec::new();
    let held = listed.held_because.as_ref();
    let word = held.or(listed.last_word.as_ref());
    if let Some(word) = word.filter(|_| listed.state != "delivered") {
        let facts = json!({ "state": listed.state, "word": word });
        parts.push(words.say("reason", &facts)?);
    }
    if listed.upward > 0 && matches!(listed.state.as_str(), "failed" | "pending" | "leased") {
        parts.push(words.say("upward", &listed.upward)?);
    }
    let by_centre = |how: &str| how == How::Centre.name();
    if listed
        .acknowledged
        .as_ref()
        .is_some_and(|one| by_centre(&one.how))
    {
        parts.push(words.name("by_centre")?);
    }
    parts.retain(|part| !part.is_empty());
    Ok(parts.join("；"))
}
