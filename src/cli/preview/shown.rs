//! A message as text on a terminal.
//!
//! Owns the lines above it, which say whose it is, and making every line harmless. Refuses to
//! shorten it.

use std::io::{self, BufWriter, Write};

use super::found::Found;
use crate::channels::proof::Proof;
use crate::cli::notices::recipient;
use crate::cli::table::{Ink, Screen};
use crate::cli::text::harmless;

/// Shows it on stdout.
pub(super) fn show(found: &Found, proof: &Proof) -> anyhow::Result<()> {
    let (mut out, screen) = (BufWriter::new(io::stdout().lock()), Screen::of_stdout());
    write_head(&mut out, found, proof, screen)?;
    match proof {
        Proof::Mail { text, .. } | Proof::Group { text, .. } => write_lines(&mut out, text)?,
        Proof::Posted { body, .. } => write_lines(&mut out, &laid_out(body))?,
    }
    Ok(out.flush()?)
}

fn write_head(out: &mut dyn Write, found: &Found, proof: &Proof, screen: Screen) -> io::Result<()> {
    let to = &found.message.recipient;
    let (subject, calls) = match proof {
        Proof::Mail { subject, .. } => (subject, None),
        Proof::Group { title, calls, .. } => (title, Some(*calls)),
        Proof::Posted { headline, .. } => (headline, None),
    };
    let mut lines = vec![
        ("what", found.what.clone()),
        ("to", format!("{} by {}", recipient(to), to.channel)),
        ("subject", subject.clone()),
    ];
    lines.extend(calls.map(|calls| ("calls", format!("{calls} of the unit's people by name"))));
    for (label, text) in lines {
        let label = Ink::Dim.paint(&format!("{label:<8}"), screen);
        writeln!(out, "{label} {}", harmless(&text))?;
    }
    writeln!(out)
}

fn write_lines(out: &mut dyn Write, text: &str) -> io::Result<()> {
    for line in text.lines() {
        writeln!(out, "{}", harmless(line))?;
    }
    Ok(())
}

/// JSON with a line for each value; anything else as it is.
fn laid_out(body: &[u8]) -> String {
    let parsed: Option<serde_json::Value> = serde_json::from_slice(body).ok();
    let text = parsed.and_then(|json| serde_json::to_string_pretty(&json).ok());
    text.unwrap_or_else(|| String::from_utf8_lossy(body).into_owned())
}
