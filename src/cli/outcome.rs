//! How a command ends: the exit code and the words on stderr.
//!
//! Owns the contract of exit codes. Refuses to let a reader that went away look like
//! a failure: a closed pipe ends a command well.

use std::fmt;
use std::io::{self, Write as _};
use std::process::ExitCode;

use super::text::harmless;
use crate::domain::fault::Fault;
use crate::store::StoreError;

/// What the parser of the command line ends with.
const WRONG_USAGE: u8 = 2;
/// sysexits.h `EX_TEMPFAIL`: the same command may succeed later.
const TRY_AGAIN: u8 = 75;
/// sysexits.h `EX_CONFIG`: something people wrote must be changed first.
const CONFIGURATION: u8 = 78;

/// Faults in something people wrote: configuration, rules, catalogue.
#[derive(Debug)]
pub struct Faulty(Vec<Fault>);

impl fmt::Display for Faulty {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(faults) = self;
        write!(f, "{} found:{}", count(faults.len()), listed(faults))
    }
}

impl std::error::Error for Faulty {}

/// `faults` as an error that ends a command with 78.
#[must_use]
pub fn faulty(faults: Vec<Fault>) -> anyhow::Error {
    Faulty(faults).into()
}

/// What was typed cannot be meant: an error that ends a command with 2, as one of the parser's
/// does.
#[derive(Debug)]
pub struct Usage(String);

impl fmt::Display for Usage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Usage {}

/// `words` as an error that ends a command with 2.
#[must_use]
pub fn usage(words: &str) -> anyhow::Error {
    Usage(words.to_owned()).into()
}

/// What was asked for and, because of `faults`, not done: an error that ends a command with 1.
#[must_use]
pub fn undone(words: &str, faults: &[Fault]) -> anyhow::Error {
    anyhow::anyhow!("{words}:{}", listed(faults))
}

/// Each on a line of its own.
fn listed(faults: &[Fault]) -> String {
    let lines = faults.iter().map(|fault| harmless(&fault.to_string()));
    lines.fold(String::new(), |listed, line| format!("{listed}\n  {line}"))
}

fn count(faults: usize) -> String {
    match faults {
        1 => "1 fault".to_owned(),
        faults => format!("{faults} faults"),
    }
}

/// The exit code of a command, its error told on stderr.
#[must_use]
pub fn exit(ended: anyhow::Result<()>) -> ExitCode {
    let Err(error) = ended else {
        return ExitCode::SUCCESS;
    };
    if is_closed_pipe(&error) {
        return ExitCode::SUCCESS;
    }
    for line in told(&error).lines() {
        // On a full disk there may be no room for the words; the code is still an answer.
        let _ = writeln!(io::stderr(), "{}", harmless(line));
    }
    code(&error)
}

/// An error in words; those of the store complete "failed to …".
fn told(error: &anyhow::Error) -> String {
    if error.is::<StoreError>() {
        format!("error: failed to {error:#}")
    } else {
        format!("error: {error:#}")
    }
}

fn code(error: &anyhow::Error) -> ExitCode {
    let store = error.downcast_ref::<StoreError>();
    if store.is_some_and(StoreError::is_temporary) {
        ExitCode::from(TRY_AGAIN)
    } else if error.is::<Usage>() {
        ExitCode::from(WRONG_USAGE)
    } else if error.is::<Faulty>() || store.is_some_and(is_misnamed) {
        ExitCode::from(CONFIGURATION)
    } else {
        ExitCode::FAILURE
    }
}

/// The file that was named is not there, or is another kind of file.
const fn is_misnamed(error: &StoreError) -> bool {
    matches!(error, StoreError::Missing { .. } | StoreError::Open { .. })
}

fn is_closed_pipe(error: &anyhow::Error) -> bool {
    let kinds = error.chain().filter_map(|cause| {
        let io = cause.downcast_ref::<io::Error>().map(io::Error::kind);
        io.or_else(|| cause.downcast_ref::<serde_json::Error>()?.io_error_kind())
    });
    kinds
        .into_iter()
        .any(|kind| kind == io::ErrorKind::BrokenPipe)
}
