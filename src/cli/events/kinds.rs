//! `event kinds`: what may be recorded, what it is called, and what it does.
//!
//! Owns showing it to clerks. Refuses to say what a rule means; `rules show` does.

use std::io::{self, BufWriter, Write};

use clap::Args;
use serde::Serialize;

use super::entering::wanted;
use super::named::{self, known};
use crate::cli::completion;
use crate::cli::due::write_json;
use crate::cli::outcome::undone;
use crate::cli::table::{Fit, Screen, Table};
use crate::cli::text::harmless;
use crate::domain::entry::wants;
use crate::domain::naming::{self, name_of};
use crate::domain::pack::{Anchor, Pack, Rule};

/// `event kinds`.
#[derive(Debug, Args)]
pub struct KindsArgs {
    /// Only kinds with this in either name; one kind alone is shown with its rules.
    #[arg(add = completion::kinds())]
    pub word: Option<String>,
    /// Answer in JSON.
    #[arg(long)]
    pub json: bool,
}

/// A kind in `event kinds --json`.
#[derive(Serialize)]
struct Row<'p> {
    kind: &'p str,
    name: &'p str,
    /// Rules that are counted from it.
    starts: Vec<&'p str>,
    /// Rules that it ends.
    ends: Vec<&'p str>,
    wants: String,
}

/// Answers `event kinds`.
///
/// # Errors
/// No kind has such a name, or stdout.
pub(super) fn kinds(pack: &Pack, args: &KindsArgs) -> anyhow::Result<()> {
    let kinds = chosen(pack, args.word.as_deref())?;
    let mut out = BufWriter::new(io::stdout().lock());
    match kinds.as_slice() {
        all if args.json => write_json(&mut out, all.iter().map(|kind| row(pack, kind)))?,
        [kind] => one(&mut out, pack, kind)?,
        all => table(all, pack).write(&mut out, Screen::of_stdout())?,
    }
    Ok(out.flush()?)
}

fn chosen<'p>(pack: &'p Pack, word: Option<&str>) -> anyhow::Result<Vec<&'p str>> {
    let Some(word) = word else {
        return Ok(known(pack));
    };
    match named::kind(pack, word) {
        Ok(kind) => Ok(known(pack).into_iter().filter(|one| *one == kind).collect()),
        Err(fault) => {
            let near = naming::near(word.trim(), &known(pack));
            if near.is_empty() {
                return Err(undone("failed to find the kind", &[fault]));
            }
            Ok(near)
        }
    }
}

fn row<'p>(pack: &'p Pack, kind: &'p str) -> Row<'p> {
    let id = |rule: &'p Rule| rule.id.0.as_str();
    Row {
        kind,
        name: name_of(kind),
        starts: starts(pack, kind).map(id).collect(),
        ends: ends(pack, kind).map(id).collect(),
        wants: wanted(&wants(kind, pack)),
    }
}

/// The rules that are counted from events of `kind`, or occur for each.
fn starts<'p>(pack: &'p Pack, kind: &str) -> impl Iterator<Item = &'p Rule> {
    pack.rules.iter().filter(move |rule| {
        let counted = rule
            .from
            .iter()
            .chain(&rule.or_from)
            .chain(&rule.latest_from);
        let mut counted = counted.filter_map(|anchor| match anchor {
            Anchor::Event(event) => Some(event),
            Anchor::Field(_) | Anchor::Rule(_) => None,
        });
        rule.each.iter().any(|one| one == kind) || counted.any(|one| one == kind)
    })
}

/// The rules that events of `kind` end or excuse.
fn ends<'p>(pack: &'p Pack, kind: &str) -> impl Iterator<Item = &'p Rule> {
    pack.rules.iter().filter(move |rule| {
        let is_excused = rule.excused_by.as_deref() == Some(kind);
        is_excused || rule.done_by.events.iter().any(|one| one == kind)
    })
}

fn table(kinds: &[&str], pack: &Pack) -> Table {
    let mut table = Table::new(&[
        ("KIND", Fit::Keep),
        ("NAME", Fit::Keep),
        ("STARTS", Fit::Cut),
        ("ENDS", Fit::Cut),
        ("WANTS", Fit::Cut),
    ]);
    for kind in kinds {
        let row = row(pack, kind);
        let (starts, ends) = (row.starts.join(" "), row.ends.join(" "));
        let cells = [
            row.kind.to_owned(),
            row.name.to_owned(),
            starts,
            ends,
            row.wants,
        ];
        table.push(cells.map(Into::into));
    }
    table
}

/// One kind, with the rules it starts and ends.
fn one(out: &mut dyn Write, pack: &Pack, kind: &str) -> io::Result<()> {
    writeln!(out, "{}  {}", harmless(kind), harmless(name_of(kind)))?;
    let wants = row(pack, kind).wants;
    for want in wants.split("; ").filter(|want| !want.is_empty()) {
        writeln!(out, "  {:<7} {}", "wants", harmless(want))?;
    }
    let starts = starts(pack, kind).map(|rule| ("starts", rule));
    let ends = ends(pack, kind).map(|rule| ("ends", rule));
    for (does, rule) in starts.chain(ends) {
        let basis = rule.basis.first();
        let basis = basis.map(|basis| format!("（{} {}）", basis.system, basis.article));
        let line = format!("{}  {}{}", rule.id, rule.title, basis.unwrap_or_default());
        writeln!(out, "  {does:<7} {}", harmless(&line))?;
    }
    Ok(())
}
