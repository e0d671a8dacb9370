//! A question to the person at the terminal, before something is written.
//!
//! Owns asking, reading the answer and telling how it ended. Refuses to take silence, or the absence of a terminal,
//! for a yes.

use std::io::{self, BufRead as _, IsTerminal as _, Write as _};

use anyhow::bail;

/// Whether the person at the terminal wants what `question` asks.
///
/// # Errors
/// There is no terminal to ask on.
pub(super) fn is_wanted(question: &str) -> anyhow::Result<bool> {
    if !io::stdin().is_terminal() {
        bail!(
            "nothing was written: there is no terminal to ask on; look with --dry-run, write with --yes"
        );
    }
    let answer = answer(&format!("{question} [y/N] "))?;
    Ok(matches!(answer.as_str(), "y" | "Y" | "yes"))
}

/// What the person at the terminal types after `question`, without blanks around it.
///
/// # Errors
/// The terminal's.
pub(super) fn answer(question: &str) -> io::Result<String> {
    let mut out = io::stderr();
    write!(out, "{question}")?;
    out.flush()?;
    let mut answer = String::new();
    io::stdin().lock().read_line(&mut answer)?;
    Ok(answer.trim().to_owned())
}

/// Tells how it ended: on stdout, or on stderr where stdout is for JSON.
///
/// # Errors
/// Those of either.
pub(super) fn say(json: bool, line: &str) -> io::Result<()> {
    if json {
        writeln!(io::stderr(), "{line}")
    } else {
        writeln!(io::stdout(), "{line}")
    }
}
