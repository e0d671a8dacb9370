//! Changing `units.toml` as a person would, with everything else in it left to the byte.
//!
//! Owns what can be changed, and the proof that nothing else was: the new text is read again,
//! must say what the old one says but for the change, and must have no fault. Refuses a file
//! that is written in a way it cannot change; it then says what to write by hand.

mod array;
mod expected;
mod splice;
mod spot;

use std::fmt::Write as _;
use std::path::Path;

use crate::domain::fault::Fault;

use super::Units;

/// The keys of a person with their values, in the order in which they are written.
pub type Fields = Vec<(&'static str, String)>;

/// One change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Edit {
    /// A unit gets more names.
    Aliases {
        /// Its full name.
        unit: String,
        /// The new ones.
        aliases: Vec<String>,
    },
    /// A unit loses a name.
    NoAlias {
        /// Its full name.
        unit: String,
        /// The name.
        alias: String,
    },
    /// A unit that was not there.
    Unit {
        /// Its full name.
        name: String,
        /// Its other names.
        aliases: Vec<String>,
        /// Its people.
        people: Vec<Fields>,
    },
    /// A unit gets more people.
    People {
        /// Its full name.
        unit: String,
        /// The new ones.
        people: Vec<Fields>,
    },
    /// Something about a person is set, or (`None`) taken away.
    Person {
        /// The unit's full name.
        unit: String,
        /// Which of its people, from 0 in the order of the file.
        person: usize,
        /// The keys with what they become.
        fields: Vec<(&'static str, Option<String>)>,
    },
    /// A person goes.
    NoPerson {
        /// The unit's full name.
        unit: String,
        /// Which of its people, from 0 in the order of the file.
        person: usize,
    },
}

/// Why a file is not changed.
#[derive(Debug, thiserror::Error)]
pub enum EditError {
    /// A unit is not in the file.
    #[error("the directory has no unit {0}")]
    NoUnit(String),
    /// Keys in dots, tables in tables, or whatever people think of.
    #[error("units.toml is written in a way that is not changed by a program")]
    Shape,
    /// The reader would refuse the new file.
    #[error("the new units.toml would have faults")]
    Misfit {
        /// All of them.
        faults: Vec<Fault>,
    },
}

/// `text`, the sound contents of the file at `path`, with all of `edits` made in it.
///
/// # Errors
/// See [`EditError`].
pub fn edited(path: &Path, text: &str, edits: &[Edit]) -> Result<String, EditError> {
    let new = splice::spliced(text, edits)?;
    let expected = expected::changed(text, edits)?;
    // A file that is no TOML any more is a fault as well, and the reader says where.
    if let Err(faults) = Units::read(path, &new) {
        return Err(EditError::Misfit { faults });
    }
    let says: toml::Table = toml::from_str(&new).map_err(|_| EditError::Shape)?;
    if expected::without_empty(says) == expected {
        Ok(new)
    } else {
        Err(EditError::Shape)
    }
}

impl Edit {
    /// What to write by hand instead.
    #[must_use]
    pub fn by_hand(&self) -> String {
        match self {
            Self::Aliases { unit, aliases } => {
                let aliases: Vec<String> = aliases.iter().map(|one| quoted(one)).collect();
                let aliases = aliases.join(", ");
                format!("in the entry of {unit}, into `aliases = [..]`: {aliases}")
            }
            Self::NoAlias { unit, alias } => {
                format!(
                    "in the entry of {unit}, take {} out of `aliases`",
                    quoted(alias)
                )
            }
            Self::Unit {
                name,
                aliases,
                people,
            } => splice::unit_block(name, aliases, people, "\n"),
            Self::People { unit, people } => {
                let blocks = people.iter();
                let blocks = blocks.map(|one| splice::person_block("unit", one, "\n"));
                let blocks: String = blocks.collect();
                format!("in the entry of {unit}:{}{blocks}", "\n")
            }
            Self::Person {
                unit,
                person,
                fields,
            } => {
                let mut words = format!("in contact {} of {unit}:", person + 1);
                for (key, value) in fields {
                    // Writing to a string cannot fail.
                    let _ = match value {
                        Some(value) => write!(words, "\n{key} = {}", quoted(value)),
                        None => write!(words, "\n(no {key})"),
                    };
                }
                words
            }
            Self::NoPerson { unit, person } => {
                format!("take contact {} of {unit} out", person + 1)
            }
        }
    }
}

/// A text as TOML writes it.
fn quoted(text: &str) -> String {
    toml_edit::Value::from(text).to_string()
}
