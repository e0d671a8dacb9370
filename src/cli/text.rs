//! Text as a terminal shows it: how wide it is, cut to fit, and made harmless.
//!
//! Owns the measure of a character and the list of those that must not reach a
//! terminal. Refuses to know what the text is about.

use unicode_width::UnicodeWidthChar;

/// Stands for a character that must not reach a terminal.
const HARMLESS: char = '\u{fffd}';

/// How many cells `text` takes on a terminal.
#[must_use]
pub fn width(text: &str) -> usize {
    text.chars().map(cells).sum()
}

fn cells(character: char) -> usize {
    character.width().unwrap_or(0)
}

/// `text` in at most `room` cells; what does not fit gives way to `…`. A double-width
/// character is kept whole or left out.
#[must_use]
pub fn cut(text: &str, room: usize) -> String {
    if width(text) <= room {
        return text.to_owned();
    }
    let mut kept = String::new();
    let mut used = cells('…');
    for character in text.chars() {
        used += cells(character);
        if used > room {
            break;
        }
        kept.push(character);
    }
    kept.push('…');
    kept
}

/// `text` with everything a terminal would obey, or that would hide or reorder its
/// neighbours, made visible; line breaks and tabs become spaces.
#[must_use]
pub fn harmless(text: &str) -> String {
    let shown = |character: char| match character {
        '\n' | '\r' | '\t' => ' ',
        character if character.is_control() || is_invisible(character) => HARMLESS,
        character => character,
    };
    text.chars().map(shown).collect()
}

/// Zero-width marks and the controls of writing direction (Unicode 16, chapter 23).
const fn is_invisible(character: char) -> bool {
    matches!(
        character,
        '\u{ad}' | '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{e0000}'..='\u{e007f}'
    )
}
