//! How far the simulated year has come.
//!
//! Owns one line on stderr. Refuses to show it where the diary itself is on the screen,
//! or where nobody looks.

use std::io::{self, IsTerminal as _};

use chrono::{Datelike as _, NaiveDate};

/// How far the year has come, on stderr while a person looks.
pub(super) struct Progress {
    days: usize,
    shown: bool,
}

impl Progress {
    pub(super) fn new(days: usize) -> Self {
        let shown = io::stderr().is_terminal() && !io::stdout().is_terminal();
        Self { days, shown }
    }

    pub(super) fn show(&self, done: usize, day: NaiveDate) {
        if self.shown && day.day() == 1 {
            let percent = done * 100 / self.days.max(1);
            eprint!("\rplaying {day} ({percent} %)");
        }
    }

    pub(super) fn clear(&self) {
        if self.shown {
            eprint!("\r{:30}\r", "");
        }
    }
}
