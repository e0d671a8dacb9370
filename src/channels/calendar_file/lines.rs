//! Content lines of RFC 5545: `NAME:value`, escaped, folded, ended by CRLF.
//!
//! Owns those three. Refuses to know which properties there are. Not a library's: both that
//! were looked at (icalendar 0.17, ics 0.5) can write lines of 76 octets.

/// The longest line, its CRLF not counted (RFC 5545 3.1).
const MAX_OCTETS: usize = 75;

/// Lines written so far.
#[derive(Default)]
pub(super) struct Lines {
    text: String,
}

impl Lines {
    /// Adds a property whose value is not text: a date, a number, a word of the RFC.
    pub(super) fn line(&mut self, name: &str, value: &str) {
        let mut octets = 0;
        for c in name.chars().chain([':']).chain(value.chars()) {
            if octets + c.len_utf8() > MAX_OCTETS {
                // The blank that marks the rest of a line is its first octet.
                self.text.push_str("\r\n ");
                octets = 1;
            }
            self.text.push(c);
            octets += c.len_utf8();
        }
        self.text.push_str("\r\n");
    }

    /// Adds a property whose value is TEXT (RFC 5545 3.3.11).
    pub(super) fn text(&mut self, name: &str, value: &str) {
        let mut escaped = String::with_capacity(value.len());
        for c in value.chars() {
            match c {
                '\\' | ';' | ',' => escaped.extend(['\\', c]),
                '\n' => escaped.push_str("\\n"),
                // No other control character may stand in a value.
                c if c.is_control() => {}
                c => escaped.push(c),
            }
        }
        self.line(name, &escaped);
    }

    /// Everything.
    pub(super) fn into_text(self) -> String {
        self.text
    }
}
