//! `rules …`: the rule pack in force, or a new one.
//!
//! Owns what is printed of a rule. Refuses to accept a faulty pack, and to say what a
//! rule means for a decision; `why` does.

use std::io::{self, BufWriter, Write};

use anyhow::bail;
use serde::Serialize;

use super::args::RulesCommand;
use super::due::write_json;
use super::library::Books;
use super::outcome::faulty;
use super::readings;
use super::rule_diff;
use super::rule_words::{self, offset, strength};
use super::table::{Fit, Screen, Table};
use super::text::harmless;
use crate::channels::wording::Wording;
use crate::clock::Clock;
use crate::daemon::live;
use crate::domain::pack::{Anchor, Basis, Pack, Relation, Rule, Strength};

/// A rule in `rules list --json`.
#[derive(Serialize)]
struct Listed<'p> {
    rule: &'p str,
    title: &'p str,
    basis: &'p [Basis],
    from: Vec<String>,
    offset: String,
    relation: Relation,
    strength: Strength,
    responsible: &'static str,
}

impl<'p> From<&'p Rule> for Listed<'p> {
    fn from(rule: &'p Rule) -> Self {
        Self {
            rule: &rule.id.0,
            title: &rule.title,
            basis: &rule.basis,
            from: rule.from.iter().map(Anchor::to_string).collect(),
            offset: offset(rule),
            relation: rule.relation,
            strength: rule.strength,
            responsible: rule.responsible.name(),
        }
    }
}

/// Answers `rules …`.
///
/// # Errors
/// No such rule, a faulty pack, or stdout.
pub(super) fn rules(books: &Books, command: &RulesCommand, clock: &Clock) -> anyhow::Result<()> {
    let pack = &books.library.pack;
    let mut out = BufWriter::new(io::stdout().lock());
    match command {
        RulesCommand::List(args) if args.json => {
            write_json(&mut out, pack.rules.iter().map(Listed::from))?;
        }
        RulesCommand::List(_) => list(&mut out, pack)?,
        RulesCommand::Show { rule } => show(&mut out, books, rule)?,
        RulesCommand::Readings(args) => readings::write(&mut out, pack, args.json)?,
        RulesCommand::Diff { file, json } => {
            let new = live::pack_of(Some(file)).map_err(faulty)?;
            rule_diff::write(&mut out, books, &new, *json, clock.today())?;
        }
        RulesCommand::Check { file } => {
            let pack = live::pack_of(Some(file)).map_err(faulty)?;
            let (name, version) = (harmless(&pack.name), harmless(&pack.version));
            writeln!(
                out,
                "{name} {version}: {} rules, no fault",
                pack.rules.len()
            )?;
        }
    }
    Ok(out.flush()?)
}

fn list(out: &mut dyn Write, pack: &Pack) -> io::Result<()> {
    let columns = [
        ("RULE", Fit::Keep),
        ("BASIS", Fit::Keep),
        ("FROM", Fit::Cut),
        ("OFFSET", Fit::Keep),
        ("STRENGTH", Fit::Keep),
        ("WHO", Fit::Keep),
        ("DUTY", Fit::Cut),
    ];
    let mut table = Table::new(&columns);
    for rule in &pack.rules {
        let listed = Listed::from(rule);
        let basis = rule.basis.first();
        let basis = basis.map(|basis| format!("{} {}", basis.system, basis.article));
        table.push([
            listed.rule.into(),
            basis.unwrap_or_default().into(),
            listed.from.join(" | ").into(),
            listed.offset.into(),
            strength(rule.strength).into(),
            listed.responsible.into(),
            listed.title.into(),
        ]);
    }
    table.write(out, Screen::of_stdout())
}

/// Every wording of the rule, each with its sentence and its keys.
fn show(out: &mut dyn Write, books: &Books, id: &str) -> anyhow::Result<()> {
    let pack = &books.library.pack;
    let wording = Wording::untried(books.config.wording.as_deref()).map_err(faulty)?;
    let mut wordings = pack.rules.iter().filter(|rule| rule.id.0 == id).peekable();
    if wordings.peek().is_none() {
        bail!(
            "there is no rule {}; `duban rules list` has them",
            harmless(id)
        );
    }
    for (index, rule) in wordings.enumerate() {
        if index > 0 {
            writeln!(out)?;
        }
        writeln!(out, "{}  {}", rule.id, harmless(&rule.title))?;
        writeln!(out, "  {}", harmless(&wording.rule(pack, rule)?))?;
        for (label, fact) in rule_words::facts(pack, rule) {
            writeln!(out, "  {label:<12} {}", harmless(&fact))?;
        }
    }
    Ok(())
}
