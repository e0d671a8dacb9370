//! Where the law leaves a question open: each question with the settings that answer it.
//!
//! Owns the register of ambiguities (`[[ambiguity]]`) and the answers that hold for the
//! whole pack (`[readings]`). Refuses to answer for a single rule: its own keys do, and
//! the register points to them.

use super::entry::Written;
use super::{Ladder, Rule};
use crate::domain::counting::HalfBy;
use crate::domain::spelling::perhaps;
use crate::domain::table::Table;

/// What holds for every rule of the pack.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Readings {
    /// What a flag about which nobody has said anything does to a rule (C-14).
    pub unsaid_flag: Unsaid,
    /// Whether a term's last day is part of it (C-15).
    pub term_end: TermEnd,
    /// Which half of a term governs (C-16).
    pub half_term: HalfBy,
}

/// What an unsaid flag does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Unsaid {
    /// The duty waits, and somebody is asked.
    #[default]
    Ask,
    /// The duty applies until somebody says no.
    Apply,
}

/// How a term's length is measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum TermEnd {
    /// The last day is part of the term (民法典 Art. 1259: 以上 includes the number).
    #[default]
    Inclusive,
    /// The term ends as its last day begins.
    Exclusive,
}

/// A question the texts leave open, and what this pack answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ambiguity {
    /// Its number, such as `c-1`.
    pub id: String,
    /// The question, in Chinese.
    pub question: String,
    /// The answer of this pack and its reason, in Chinese.
    pub answer: String,
    /// The keys that give the answer, each with what it is set to here. Empty where the
    /// program offers one answer only.
    pub settings: Vec<Setting>,
}

/// A key of the pack, and its value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Setting {
    /// Where it stands: `counting.KEY`, `readings.KEY`, `rule.ID.KEY` or `ladder.ID`.
    pub key: String,
    /// What is written there; `None` where the key is left out and its default holds.
    pub value: Option<String>,
}

const UNSAID: &[(Unsaid, &str)] = &[(Unsaid::Ask, "ask"), (Unsaid::Apply, "apply")];
const TERM_ENDS: &[(TermEnd, &str)] = &[
    (TermEnd::Inclusive, "inclusive"),
    (TermEnd::Exclusive, "exclusive"),
];
const HALVES: &[(HalfBy, &str)] = &[
    (HalfBy::Earlier, "earlier"),
    (HalfBy::Months, "months"),
    (HalfBy::Days, "days"),
];

/// The `[readings]` table; what it leaves out has the recommended answer.
pub(super) fn readings(table: &Table) -> Readings {
    let readings = Readings {
        unsaid_flag: table.choice("unsaid_flag", UNSAID).unwrap_or_default(),
        term_end: table.choice("term_end", TERM_ENDS).unwrap_or_default(),
        half_term: table.choice("half_term", HALVES).unwrap_or_default(),
    };
    table.finish();
    readings
}

/// What an ambiguity's settings may point to.
pub(super) struct Places<'p, 'd> {
    pub(super) root: &'p Table<'d>,
    pub(super) rules: &'p [Written<'d, Rule>],
    pub(super) ladders: &'p [Written<'d, Ladder>],
}

/// An entry of the register, its settings looked up.
pub(super) fn ambiguity(table: &Table, places: &Places) -> Ambiguity {
    table.needs(&["id", "question", "answer", "settings"]);
    Ambiguity {
        id: table.one("id", super::words::name).unwrap_or_default(),
        question: table.string("question").unwrap_or_default(),
        answer: table.string("answer").unwrap_or_default(),
        settings: table.list("settings", |key| places.setting(key)),
    }
}

impl Places<'_, '_> {
    fn setting(&self, key: &str) -> Result<Setting, String> {
        let value = match key.split('.').collect::<Vec<_>>().as_slice() {
            [section @ ("counting" | "readings"), name] => {
                let table = self.root.table(section);
                table.and_then(|table| table.written(name))
            }
            ["ladder", id] => {
                let known: Vec<&str> = self.ladders.iter().map(|one| &*one.item.id).collect();
                known_name(id, &known)?;
                None
            }
            ["rule", .., name] => self.rule_key(key, name)?,
            _ => return Err("counting.KEY, readings.KEY, rule.ID.KEY or ladder.ID".to_owned()),
        };
        let key = key.to_owned();
        Ok(Setting { key, value })
    }

    fn rule_key(&self, key: &str, name: &str) -> Result<Option<String>, String> {
        let id = key.trim_start_matches("rule.");
        let id = id.trim_end_matches(name).trim_end_matches('.');
        let known: Vec<&str> = self.rules.iter().map(|one| &*one.item.id.0).collect();
        known_name(id, &known)?;
        let rule = self.rules.iter().rev().find(|one| one.item.id.0 == id);
        let Some(table) = rule.map(|rule| &rule.table) else {
            return Ok(None);
        };
        if table.knows(name) {
            Ok(table.written(name))
        } else {
            Err(format!("a key that rules have, not `{name}`"))
        }
    }
}

fn known_name(id: &str, known: &[&str]) -> Result<(), String> {
    if known.contains(&id) {
        Ok(())
    } else {
        Err(format!("the id of a rule or ladder{}", perhaps(id, known)))
    }
}
