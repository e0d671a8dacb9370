//! How far a large import has come.
//!
//! Owns one line on stderr. Refuses to show it where nobody looks, and for files that are done
//! before it could be read.

use std::io::{self, IsTerminal as _};

use crate::store::catalog::Step;

/// Fewer rows than this take no time worth telling.
const FEW: usize = 5_000;

/// How many rows pass between two tellings: some twenty a second.
const STRIDE: usize = 2_000;

/// One line on stderr while a person looks.
#[derive(Debug)]
pub(super) struct Progress {
    is_shown: bool,
    is_dirty: bool,
}

impl Default for Progress {
    fn default() -> Self {
        Self {
            is_shown: io::stderr().is_terminal(),
            is_dirty: false,
        }
    }
}

impl Progress {
    /// All rows of the file are read.
    pub(super) fn read(&mut self, rows: usize) {
        self.tell(rows, &format!("read {rows} rows"));
    }

    /// `done` rows of `all` have taken `step`.
    pub(super) fn show(&mut self, step: Step, done: usize, all: usize) {
        if done.is_multiple_of(STRIDE) || done == all {
            let word = match step {
                Step::Judged => "judged",
                Step::Written => "written",
            };
            self.tell(all, &format!("{word} {done} of {all} rows"));
        }
    }

    fn tell(&mut self, rows: usize, line: &str) {
        if self.is_shown && rows >= FEW {
            eprint!("\r{line:40}");
            self.is_dirty = true;
        }
    }

    /// Takes the line off the screen.
    pub(super) fn clear(&mut self) {
        if self.is_dirty {
            eprint!("\r{:40}\r", "");
            self.is_dirty = false;
        }
    }
}
