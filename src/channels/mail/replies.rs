//! What a relay says, line by line, as the codec can read it.
//!
//! Owns that no reply is endless, that none is taken for the answer to a later question,
//! and that no answer is lost over its text: the codec knows UTF-8 only, and no code
//! without a text. Refuses to read what is said, and to take a bare line feed for the end
//! of a line (RFC 5321 2.3.8).

use std::io;

use tokio::io::ReadBuf;

/// No reply is longer: RFC 5321 4.5.3.1.5 bounds a line at 512 bytes, and the longest
/// answers to EHLO have some thirty. The codec itself would collect for ever.
const MAX_REPLY: usize = 32 * 1024;

/// Replies on their way to the codec.
#[derive(Debug, Default)]
pub(super) struct Replies {
    /// The line that is still coming in.
    line: Vec<u8>,
    /// Whole lines, and how much of them was given on.
    ready: Vec<u8>,
    given: usize,
    /// Bytes that came since something was last asked.
    heard: usize,
}

impl Replies {
    /// As if this had been said already.
    pub(super) fn after(said: &[u8]) -> Self {
        Self {
            ready: said.to_vec(),
            ..Self::default()
        }
    }

    /// Whatever comes now is another reply. Duban sends one command at a time: what is
    /// here already was said ahead of the question, and a `250` among it would be taken
    /// for a mail that nobody has.
    pub(super) fn asked(&mut self) -> io::Result<()> {
        self.heard = 0;
        if self.ready.is_empty() && self.line.is_empty() {
            return Ok(());
        }
        Err(io::Error::other("the relay spoke before it was asked"))
    }

    /// Takes what came from the relay.
    pub(super) fn take(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.heard += bytes.len();
        if self.heard > MAX_REPLY {
            return Err(io::Error::other("a reply without end"));
        }
        for byte in bytes {
            self.line.push(*byte);
            if self.line.ends_with(b"\r\n") {
                let line = std::mem::take(&mut self.line);
                self.ready.extend(mended(&line));
            }
        }
        Ok(())
    }

    /// Gives a line on, or as much of it as fits; whether there was one.
    pub(super) fn give(&mut self, buf: &mut ReadBuf<'_>) -> bool {
        let rest = &self.ready[self.given..];
        let Some(end) = rest.iter().position(|byte| *byte == b'\n') else {
            return false;
        };
        let now = &rest[..(end + 1).min(buf.remaining())];
        buf.put_slice(now);
        self.given += now.len();
        if self.given == self.ready.len() {
            self.ready.clear();
            self.given = 0;
        }
        true
    }
}

/// A line as the codec takes it. Old relays answer in GB18030: better a `?` for a
/// character than a 250 that was not understood, and with it a mail sent twice.
fn mended(line: &[u8]) -> Vec<u8> {
    let utf8 = std::str::from_utf8(line).is_ok();
    let plain = |byte: &u8| if utf8 || byte.is_ascii() { *byte } else { b'?' };
    let mut mended: Vec<u8> = line.iter().map(plain).collect();
    // `250` alone is a whole reply (RFC 5321 4.2: the text is optional).
    if mended.len() == 5 && mended[..3].iter().all(u8::is_ascii_digit) {
        mended.insert(3, b' ');
    }
    mended
}
