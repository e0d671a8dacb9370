//! The words of the register (台账) that people print and hand round.
//!
//! Owns asking `register.txt` for one of its words, and remembering the answer: a register of
//! a large city says the same few thousand things a million times. Refuses to lay out a table.

use std::collections::{BTreeMap, HashMap};

use minijinja::value::Serde;
use minijinja::{Captured, Value};
use serde::Serialize;
use serde_json::Value as Json;

use super::{Wording, WordingError};

/// The template.
pub(super) const TEMPLATE: &str = "register.txt";

/// Answers that are remembered. Most are about a rule, a state or a number of days; what is
/// said of one duty alone would otherwise fill memory.
const REMEMBERED: usize = 4096;

/// Everything that the register asks for, once each way: macro by macro, a list of facts.
const ASKED: &str = include_str!("register.json");

/// Words that say nothing of some.
const MAY_BE_SILENT: [&str; 2] = ["audience", "reason"];

/// Each word with facts that it is asked about.
pub(super) fn asked() -> Result<Vec<(String, Json)>, serde_json::Error> {
    let asked: BTreeMap<String, Vec<Json>> = serde_json::from_str(ASKED)?;
    let each = asked.into_iter();
    let each = each.flat_map(|(word, facts)| facts.into_iter().map(move |one| (word.clone(), one)));
    Ok(each.collect())
}

/// Whether nobody could read the register where `word` says nothing.
pub(super) fn must_speak(word: &str) -> bool {
    !MAY_BE_SILENT.contains(&word)
}

/// The words of the register, ready to be asked for.
#[derive(Debug)]
pub struct RegisterWords<'w> {
    template: Captured<'w>,
    said: HashMap<String, String>,
}

impl Wording {
    /// The words of the register.
    ///
    /// # Errors
    /// The template does not fit together with the others.
    pub fn register(&self) -> Result<RegisterWords<'_>, WordingError> {
        let template = self.templates.get_template(TEMPLATE)?;
        Ok(RegisterWords {
            template: template.render_captured(())?,
            said: HashMap::new(),
        })
    }
}

impl RegisterWords<'_> {
    /// What the macro `word` says of `facts`.
    ///
    /// # Errors
    /// There is no such macro, or it does not fit the facts.
    pub fn say(&mut self, word: &str, facts: &impl Serialize) -> Result<String, WordingError> {
        let facts = serde_json::to_value(facts)?;
        let key = format!("{word} {facts}");
        if let Some(said) = self.said.get(&key) {
            return Ok(said.clone());
        }
        let facts = Value::from(Serde(facts));
        let said = self
            .template
            .with_state_mut(|state| state.call_macro(word, &[facts]))?;
        if self.said.len() >= REMEMBERED {
            self.said.clear();
        }
        self.said.insert(key, said.clone());
        Ok(said)
    }

    /// A word that is said of nothing in particular.
    ///
    /// # Errors
    /// There is no such macro.
    pub fn name(&mut self, word: &str) -> Result<String, WordingError> {
        self.say(word, &())
    }
}
