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
use super::table::{Fit, Screen, Table};
use super::text::harmless;
use crate::daemon::live;
use crate::domain::pack::{Anchor, Basis, Condition, Offset, Pack, Relation, Rule, Strength, When};

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
pub(super) fn rules(books: &Books, command: &RulesCommand) -> anyhow::Result<()> {
    let pack = &books.library.pack;
    let mut out = BufWriter::new(io::stdout().lock());
    match command {
        RulesCommand::List(args) if args.json => {
            write_json(&mut out, pack.rules.iter().map(Listed::from))?;
        }
        RulesCommand::List(_) => list(&mut out, pack)?,
        RulesCommand::Show { rule } => match pack.rule(rule) {
            Some(rule) => show_rule(&mut out, pack, rule)?,
            None => bail!(
                "there is no rule {}; `duban rules list` has them",
                harmless(rule)
            ),
        },
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

fn show_rule(out: &mut dyn Write, pack: &Pack, rule: &Rule) -> io::Result<()> {
    writeln!(out, "{}  {}", rule.id, harmless(&rule.title))?;
    for basis in &rule.basis {
        let title = pack.system_title(&basis.system);
        writeln!(out, "  {:<12} 《{title}》 Art. {}", "basis", basis.article)?;
    }
    let listed = Listed::from(rule);
    let each = rule.each.join(" or ");
    let each = if each.is_empty() {
        each
    } else {
        format!(", for each {each}")
    };
    let from = format!("{}{each}", listed.from.join(" | "));
    let done_by = rule
        .done_by
        .events
        .join(if rule.done_by.all { " and " } else { " or " });
    let facts = [
        ("from", from),
        ("offset", listed.offset),
        ("relation", format!("{:?}", rule.relation).to_lowercase()),
        ("strength", strength(rule.strength).to_owned()),
        ("done by", done_by),
        ("applies", applies(&rule.when)),
        (
            "exempt",
            rule.exempt_when.as_ref().map(applies).unwrap_or_default(),
        ),
        ("responsible", listed.responsible.to_owned()),
        ("tells", tells(rule)),
        ("stricter", stricter(pack, rule)),
        ("ladder", rule.ladder.clone()),
        ("prepare", rule.prepare.join("；")),
    ];
    for (label, fact) in facts.iter().filter(|(_, fact)| !fact.is_empty()) {
        writeln!(out, "  {label:<12} {}", harmless(fact))?;
    }
    Ok(())
}

/// When a rule applies; nothing where it always does.
fn applies(when: &When) -> String {
    let names = |conditions: &[Condition], word: &str| {
        let names = conditions.iter().map(|condition| condition.name());
        names.collect::<Vec<_>>().join(word)
    };
    let term = when.term_years_min;
    let term = term.map(|years| format!("a term of {years} years or more"));
    let parts = [names(&when.all, " and "), names(&when.any, " or ")];
    let parts = parts.into_iter().chain(term);
    let parts: Vec<String> = parts.filter(|part| !part.is_empty()).collect();
    parts.join("; ")
}

fn tells(rule: &Rule) -> String {
    let roles = rule.tell.iter().map(|role| role.name());
    roles.collect::<Vec<_>>().join(", ")
}

/// The rules of higher law that govern `rule` where they are earlier.
fn stricter(pack: &Pack, rule: &Rule) -> String {
    let floors = pack
        .rules
        .iter()
        .filter(|other| other.floor_of.as_ref() == Some(&rule.id));
    let named = floors.map(|floor| format!("{} {}", floor.id, offset(floor)));
    named.collect::<Vec<_>>().join(", ")
}

fn offset(rule: &Rule) -> String {
    match rule.offset {
        Offset::Span(span) => span.to_string(),
        Offset::HalfTerm => "half_term".to_owned(),
    }
}

const fn strength(strength: Strength) -> &'static str {
    match strength {
        Strength::Must => "must",
        Strength::Should => "should",
        Strength::Advisory => "advisory",
    }
}
