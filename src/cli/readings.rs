//! `rules readings`: where the texts leave a question open, and how the pack answers it.
//!
//! Owns how the register of ambiguities is shown. Refuses to answer a question itself.

use std::io::{self, Write};

use serde::Serialize;

use super::due::write_json;
use super::pack_words;
use super::text::harmless;
use crate::domain::pack::{Ambiguity, Pack, Setting};

/// Said of a key that the pack does not write down.
const LEFT_OUT: &str = "left out: the default holds";

/// An open question in `rules readings --json`.
#[derive(Serialize)]
struct Listed<'p> {
    id: &'p str,
    question: &'p str,
    answer: &'p str,
    settings: Vec<Set<'p>>,
}

/// A key that answers it; without a value the default holds.
#[derive(Serialize)]
struct Set<'p> {
    key: &'p str,
    value: Option<&'p str>,
}

impl<'p> From<&'p Ambiguity> for Listed<'p> {
    fn from(ambiguity: &'p Ambiguity) -> Self {
        let set = |setting: &'p Setting| Set {
            key: &setting.key,
            value: setting.value.as_deref(),
        };
        Self {
            id: &ambiguity.id,
            question: &ambiguity.question,
            answer: &ambiguity.answer,
            settings: ambiguity.settings.iter().map(set).collect(),
        }
    }
}

/// Writes every open question of `pack`.
///
/// # Errors
/// Those of `out`.
pub(super) fn write(out: &mut dyn Write, pack: &Pack, json: bool) -> io::Result<()> {
    if json {
        return write_json(out, pack.ambiguities.iter().map(Listed::from));
    }
    if pack.ambiguities.is_empty() {
        return writeln!(out, "the pack names no open question");
    }
    for ambiguity in &pack.ambiguities {
        let question = harmless(&ambiguity.question);
        writeln!(out, "{}  {question}", ambiguity.id)?;
        writeln!(out, "  {:<8} {}", "answer", harmless(&ambiguity.answer))?;
        for setting in &ambiguity.settings {
            let text = format!("{} = {}", setting.key, value(pack, setting));
            writeln!(out, "  {:<8} {}", "set by", harmless(&text))?;
        }
        if ambiguity.settings.is_empty() {
            writeln!(out, "  {:<8} the program offers this answer only", "set by")?;
        }
    }
    Ok(())
}

/// What a setting is set to here; of a ladder its rungs.
fn value(pack: &Pack, setting: &Setting) -> String {
    let ladder = setting.key.strip_prefix("ladder.");
    let ladder = ladder
        .and_then(|id| pack.ladder(id))
        .map(pack_words::ladder);
    let written = setting.value.clone().or(ladder);
    written.unwrap_or_else(|| LEFT_OUT.to_owned())
}
