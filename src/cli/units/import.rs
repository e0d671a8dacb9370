//! `units import`: people and addresses from a table into `units.toml`, seen before it is
//! written.
//!
//! Owns showing what changes, and asking. Refuses a table of which one cell is not certain.

use std::fmt::Write as _;
use std::fs;
use std::io::{self, BufWriter, Write as _};

use anyhow::Context as _;

use super::show::word;
use super::{Directory, ImportArgs, tell_of_reload};
use crate::cli::asked::is_wanted;
use crate::cli::library::Books;
use crate::cli::outcome::faulty;
use crate::cli::text::harmless;
use crate::config::units::table;
use crate::config::units::table::compare::compare;
use crate::config::units::table::plan::{Change, Field, Plan};
use crate::store::sheets::{Book, Workbooks};

/// Answers `units import`.
///
/// # Errors
/// The files or the terminal; faults of the table end the command with 78.
pub(super) fn import(books: &Books, args: &ImportArgs) -> anyhow::Result<()> {
    let directory = Directory::of(books)?;
    let name = args.file.display().to_string();
    let bytes = fs::read(&args.file).with_context(|| format!("failed to read {name}"))?;
    let book = Book::read(&name, &bytes, &Workbooks::by_this_program()).map_err(faulty)?;
    for warning in &book.warnings {
        eprintln!("warning: {}", harmless(&warning.to_string()));
    }
    let people = table::read(&book).map_err(faulty)?;
    let replaced = args.replace.iter().cloned().collect();
    let plan = compare(&people, &directory.roster, &replaced).map_err(faulty)?;
    // What cannot be written is told before anybody is asked.
    directory.edited(&plan.edits)?;
    let mut out = BufWriter::new(io::stdout().lock());
    if args.json {
        serde_json::to_writer(&mut out, &plan)?;
        writeln!(out)?;
    } else {
        write(&mut out, &plan)?;
    }
    out.flush()?;
    drop(out);
    if plan.edits.is_empty() || args.dry_run {
        return Ok(());
    }
    let question = format!("write this into {}?", directory.path.display());
    if !args.yes && !is_wanted(&harmless(&question))? {
        return Ok(writeln!(io::stderr(), "nothing was written")?);
    }
    let path = directory.write(&plan.edits)?;
    Ok(tell_of_reload(&path)?)
}

fn write(out: &mut dyn io::Write, plan: &Plan) -> io::Result<()> {
    for change in &plan.changes {
        writeln!(out, "{}", harmless(&line(change)))?;
    }
    if !plan.unread.is_empty() {
        writeln!(out, "not read: {}", harmless(&plan.unread.join(", ")))?;
    }
    let count = |what| {
        let changes = plan.changes.iter();
        changes.filter(|change| change.what == what).count()
    };
    let (added, changed, removed) = (count("added"), count("changed"), count("removed"));
    writeln!(out, "{added} added, {changed} changed, {removed} removed")
}

fn line(change: &Change) -> String {
    let sign = match change.what {
        "added" => '+',
        "changed" => '~',
        _ => '-',
    };
    // Writing to a string cannot fail.
    let mut line = format!("{sign} {}", change.unit);
    if let (Some(person), Some(audience)) = (&change.person, change.audience) {
        let _ = write!(line, ", {person} ({})", word(audience));
    }
    let fields: Vec<String> = change.fields.iter().map(field).collect();
    if !fields.is_empty() {
        let _ = write!(line, ": {}", fields.join(", "));
    }
    if let Some(perhaps) = &change.perhaps {
        let _ = write!(
            line,
            "  ! a new unit; if it is `{perhaps}`, write that name"
        );
    }
    line
}

fn field(field: &Field) -> String {
    let Field { key, before, after } = field;
    match (before, after) {
        (Some(before), Some(after)) if before == after => {
            format!("{key} {before} → {after} (what is hidden differs)")
        }
        (Some(before), Some(after)) => format!("{key} {before} → {after}"),
        (Some(before), None) => format!("{key} {before} → none"),
        (None, Some(after)) => format!("{key} {after}"),
        (None, None) => (*key).to_owned(),
    }
}
