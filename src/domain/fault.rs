//! A fault in something people wrote: where it is, what was found, what was expected.
//!
//! Owns the shape of such reports. Refuses to decide what happens next: a pack
//! with faults is refused, a catalogue row with faults is reported and the rest
//! goes on.

use std::fmt;

use serde::{Deserialize, Serialize};

/// One thing that is wrong, with its place, so that all of them can be shown at once.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Fault {
    /// File and line, table and row, or key: whatever lets a person go there.
    pub place: String,
    /// What stands there now.
    pub found: String,
    /// What should stand there.
    pub expected: String,
}

impl Fault {
    /// A fault at `place`, in the words the reader will see, each on one line: a log, a
    /// mail and a terminal show them, and what was found is what somebody typed.
    pub fn new(
        place: impl Into<String>,
        found: impl Into<String>,
        expected: impl Into<String>,
    ) -> Self {
        Self {
            place: one_line(place.into()),
            found: one_line(found.into()),
            expected: one_line(expected.into()),
        }
    }
}

/// `text` with a space for each character that could end its line or steer a terminal.
fn one_line(text: String) -> String {
    let breaks = |letter: char| letter.is_control() || matches!(letter, '\u{2028}' | '\u{2029}');
    if text.contains(breaks) {
        text.replace(breaks, " ")
    } else {
        text
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{}: found {}, expected {}",
            self.place, self.found, self.expected
        )
    }
}
