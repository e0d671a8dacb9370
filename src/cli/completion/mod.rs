//! What the shell suggests while a command is typed, and the line that switches it on.
//!
//! Owns which arguments have suggestions. Refuses to say anything on an error: a suggestion
//! that fails is none, and never a message in the middle of somebody's line.

mod answers;
mod words;

use std::io::{self, Write as _};

use clap::ValueEnum;
use clap_complete::engine::ArgValueCompleter;

/// A shell that can ask for suggestions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Shell {
    /// For ~/.bashrc.
    Bash,
    /// For ~/.zshrc.
    Zsh,
    /// For ~/.config/fish/completions/duban.fish.
    Fish,
}

/// Answers `completions`: the line to source. It asks this program, so that an update of it
/// needs no new line.
///
/// # Errors
/// Those of stdout.
pub(super) fn run(shell: Shell) -> anyhow::Result<()> {
    let line = match shell {
        Shell::Bash => "source <(COMPLETE=bash duban)",
        Shell::Zsh => "source <(COMPLETE=zsh duban)",
        Shell::Fish => "COMPLETE=fish duban | source",
    };
    Ok(writeln!(io::stdout(), "{line}")?)
}

/// Decisions by id, with their titles.
pub(super) fn decisions() -> ArgValueCompleter {
    ArgValueCompleter::new(answers::decisions)
}

/// Kinds of events by either name.
pub(super) fn kinds() -> ArgValueCompleter {
    ArgValueCompleter::new(answers::kinds)
}

/// Events by id: of the decision on the line, where there is one.
pub(super) fn events() -> ArgValueCompleter {
    ArgValueCompleter::new(answers::events)
}

/// Units by name.
pub(super) fn units() -> ArgValueCompleter {
    ArgValueCompleter::new(answers::units)
}

/// Rules by id.
pub(super) fn rules() -> ArgValueCompleter {
    ArgValueCompleter::new(answers::rules)
}
