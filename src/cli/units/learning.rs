//! Names that nobody knows, asked for once.
//!
//! Owns the question, the order in which units are offered, and noting each answer at once, so
//! that what was answered stays though the next question is not. Refuses to take anything but an
//! answer for one.

use std::collections::BTreeSet;
use std::io::{self, BufRead, IsTerminal as _, Write};
use std::path::{Path, PathBuf};

use super::alias::sound;
use super::{Directory, tell_of_reload};
use crate::cli::library::Books;
use crate::cli::text::harmless;
use crate::config::units::Roster;
use crate::config::units::edit::Edit;
use crate::domain::unit_names::nearest;

/// So many units are offered: one digit answers.
const OFFERED: usize = 9;

/// What was answered.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Learned {
    /// Names with the units they lead to now.
    pub aliases: Vec<(String, String)>,
    /// Units that were added under their own name, with nobody to tell yet.
    pub units: Vec<String>,
    /// Names that nobody answered for.
    pub skipped: Vec<String>,
    /// The file that has the answers, where there are any.
    pub written: Option<PathBuf>,
}

impl Learned {
    /// Whether the directory knows the name now.
    #[must_use]
    pub fn knows(&self, name: &str) -> bool {
        self.aliases.iter().any(|(own, _)| own == name) || self.units.iter().any(|own| own == name)
    }
}

/// One answer.
enum Answer {
    Unit(String),
    New,
    Skip,
    /// Nobody is there any more.
    End,
}

/// Asks at the terminal which unit each of `names` is, and notes the answers in `units.toml`.
/// Without a terminal, or without a directory, nobody is asked and all are skipped.
///
/// # Errors
/// The terminal, or a file that cannot be written.
pub fn learn(books: &Books, names: &BTreeSet<String>) -> anyhow::Result<Learned> {
    let path = &books.config.directory;
    if names.is_empty() || path.as_os_str().is_empty() || !io::stdin().is_terminal() {
        return Ok(Learned {
            skipped: names.iter().cloned().collect(),
            ..Learned::default()
        });
    }
    let (mut input, mut out) = (io::stdin().lock(), io::stderr());
    let learned = learn_from(path, names, &mut input, &mut out)?;
    if let Some(path) = &learned.written {
        tell_of_reload(path)?;
    }
    Ok(learned)
}

/// The same, of whoever writes `input` and reads `out`, into the file at `path`.
///
/// # Errors
/// Those of `input` and `out`, or a file that cannot be written.
pub fn learn_from(
    path: &Path,
    names: &BTreeSet<String>,
    input: &mut dyn BufRead,
    out: &mut dyn Write,
) -> anyhow::Result<Learned> {
    let mut learned = Learned::default();
    let mut left = names.iter();
    for name in left.by_ref() {
        let directory = Directory::read(path)?;
        let edit = match ask(name, &directory.roster, input, out)? {
            Answer::Unit(unit) => {
                learned.aliases.push((name.clone(), unit.clone()));
                let aliases = vec![sound(name)?];
                Edit::Aliases { unit, aliases }
            }
            Answer::New => {
                learned.units.push(name.clone());
                Edit::Unit {
                    name: sound(name)?,
                    aliases: Vec::new(),
                    people: Vec::new(),
                }
            }
            Answer::Skip => {
                learned.skipped.push(name.clone());
                continue;
            }
            Answer::End => {
                learned.skipped.push(name.clone());
                break;
            }
        };
        learned.written = Some(directory.write(&[edit])?);
        let noted = match learned.aliases.last().filter(|(own, _)| own == name) {
            Some((_, unit)) => format!("{name} is {unit}"),
            None => format!("{name} is a unit; nobody is told there yet, add a contact"),
        };
        writeln!(out, "  noted: {}", harmless(&noted))?;
    }
    learned.skipped.extend(left.cloned());
    Ok(learned)
}

/// Asks until there is an answer.
fn ask(
    name: &str,
    roster: &Roster,
    input: &mut dyn BufRead,
    out: &mut dyn Write,
) -> io::Result<Answer> {
    let offered = offered(name, roster);
    writeln!(out, "{}: which unit is that?", harmless(name))?;
    for (number, unit) in (1..).zip(&offered) {
        writeln!(out, "  {number}  {}", harmless(unit))?;
    }
    loop {
        write!(
            out,
            "number, or a unit's name; n: a new unit; Enter: later: "
        )?;
        out.flush()?;
        let mut line = String::new();
        if input.read_line(&mut line)? == 0 {
            writeln!(out)?;
            return Ok(Answer::End);
        }
        let line = line.trim();
        let chosen = line.parse::<usize>().ok();
        let chosen = chosen.and_then(|number| offered.get(number.checked_sub(1)?));
        match (line, chosen, roster.unit(line)) {
            ("", ..) => return Ok(Answer::Skip),
            ("n" | "N", ..) => return Ok(Answer::New),
            (_, Some(unit), _) => return Ok(Answer::Unit(unit.clone())),
            (_, None, Some(unit)) => return Ok(Answer::Unit(unit.name.clone())),
            (_, None, None) => writeln!(out, "  no such unit: {}", harmless(line))?,
        }
    }
}

/// The units whose names come near, nearest first, each once.
fn offered(name: &str, roster: &Roster) -> Vec<String> {
    let mut offered: Vec<String> = Vec::new();
    for near in nearest(name, roster.names()) {
        let unit = roster.unit(near.name).map(|unit| unit.name.clone());
        if let Some(unit) = unit.filter(|unit| !offered.contains(unit)) {
            offered.push(unit);
        }
    }
    offered.truncate(OFFERED);
    offered
}
