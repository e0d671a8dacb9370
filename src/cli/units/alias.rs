//! `units alias`: another name for a unit, given or taken away.
//!
//! Owns what may be a name, and refusing one that leads elsewhere, with where. Refuses to touch
//! anything else in the file.

use std::io::{self, Write as _};

use anyhow::{anyhow, bail};

use super::{AliasArgs, Directory, tell_of_reload};
use crate::cli::library::Books;
use crate::cli::text::harmless;
use crate::config::units::edit::Edit;

/// No unit's name is longer; a whole cell of a table is no name.
const LONGEST: usize = 60;

/// Answers `units alias`.
///
/// # Errors
/// The name leads elsewhere or nowhere, or the file cannot be written.
pub(super) fn alias(books: &Books, args: &AliasArgs) -> anyhow::Result<()> {
    let directory = Directory::of(books)?;
    let (edit, words) = match &args.unit {
        Some(unit) => added(&directory, &args.name, unit)?,
        None => removed(&directory, &args.name)?,
    };
    let mut out = io::stdout().lock();
    let Some(edit) = edit else {
        return Ok(writeln!(out, "{words}; nothing changes")?);
    };
    if args.dry_run {
        directory.edited(&[edit])?;
        return Ok(writeln!(out, "would be noted: {words}")?);
    }
    let path = directory.write(&[edit])?;
    writeln!(out, "{words}")?;
    Ok(tell_of_reload(&path)?)
}

/// What gives `unit` the name; nothing where it has it.
fn added(directory: &Directory, name: &str, unit: &str) -> anyhow::Result<(Option<Edit>, String)> {
    let name = sound(name)?;
    let unit = directory.unit(unit)?;
    let words = harmless(&format!("{name} leads to {}", unit.name));
    match directory.roster.unit(&name) {
        Some(owner) if owner.name == unit.name => Ok((None, words)),
        Some(owner) => {
            let place = owner.aliases.iter().find(|(alias, _)| *alias == name);
            let place = place.map_or(&owner.place, |(_, place)| place);
            let words = format!("{name} leads to {} already ({place})", owner.name);
            Err(anyhow!("{}", harmless(&words)))
        }
        None => {
            let edit = Edit::Aliases {
                unit: unit.name.clone(),
                aliases: vec![name],
            };
            Ok((Some(edit), words))
        }
    }
}

fn removed(directory: &Directory, name: &str) -> anyhow::Result<(Option<Edit>, String)> {
    let name = name.trim();
    let unit = directory.unit(name)?;
    if unit.name == name {
        let words = format!("{name} is the unit's own name ({})", unit.place);
        bail!("{}; only other names are taken away", harmless(&words));
    }
    let words = harmless(&format!("{name} leads to {} no more", unit.name));
    let edit = Edit::NoAlias {
        unit: unit.name.clone(),
        alias: name.to_owned(),
    };
    Ok((Some(edit), words))
}

/// A name that may stand in the file.
pub(super) fn sound(name: &str) -> anyhow::Result<String> {
    let name = name.trim();
    if name.is_empty() {
        bail!("an empty name leads nowhere");
    }
    if name.chars().any(char::is_control) {
        bail!("a name stands on one line");
    }
    if name.chars().count() > LONGEST {
        bail!("a name has at most {LONGEST} characters");
    }
    Ok(name.to_owned())
}
