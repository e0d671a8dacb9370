//! Foreign text made harmless for the markup of chat groups.
//!
//! Owns what becomes of every character that means something in one of the dialects, and that
//! no template can forget it: a formatter that the engine calls for each value. Refuses to
//! touch markup that stands in a template.

use std::fmt::Write as _;

use minijinja::value::Value;
use minijinja::{AutoEscape, Error, Output, State, escape_formatter};

/// What the engine calls the escaping of chat groups.
const GROUP: &str = "group";

/// How far the full-width form of an ASCII character is from it (Unicode, block Halfwidth and
/// Fullwidth Forms).
const TO_FULL_WIDTH: u32 = 0xfee0;

/// How values are escaped in the template `name`, by its ending: what we send to a chat group
/// is markup in one of three dialects, or text in which a mention is read all the same.
pub(super) fn of_template(name: &str) -> AutoEscape {
    match name.rsplit('.').next() {
        Some("html") => AutoEscape::Html,
        Some("wecom" | "dingtalk" | "lark" | "text") => AutoEscape::Custom(GROUP.into()),
        _ => AutoEscape::None,
    }
}

/// Writes one value of a template. What is safe already is what our own macros made of values
/// that came through here.
pub(super) fn write(
    out: &mut Output<'_>,
    state: &mut State<'_, '_>,
    value: &Value,
) -> Result<(), Error> {
    match state.auto_escape() {
        AutoEscape::Custom(_) if value.is_safe() => Ok(out.write_str(&value.to_string())?),
        AutoEscape::Custom(_) => Ok(out.write_str(&neutral(&value.to_string()))?),
        _ => escape_formatter(out, state, value),
    }
}

/// `text` in which nothing mentions anybody, links anywhere or changes how it is shown. None of
/// the three vendors documents an escape, so what could mean something is replaced by its
/// full-width form, which people read as the same. Done twice it is as done once.
pub(super) fn neutral(text: &str) -> String {
    let text: String = text.chars().map(harmless).collect();
    widen_line_start(text)
}

/// An address of ours for any markup and page: what could end it there is written by its code
/// (RFC 3986, section 2.1).
pub(super) fn address(url: &str) -> String {
    let mut written = String::with_capacity(url.len());
    for c in url.chars() {
        if c.is_ascii_alphanumeric() || "-._~:/?=%[]".contains(c) {
            written.push(c);
            continue;
        }
        for byte in c.encode_utf8(&mut [0; 4]).bytes() {
            // Writing to a string cannot fail.
            let _ = write!(written, "%{byte:02X}");
        }
    }
    written
}

/// `:` opens an address that a program makes a link by itself, and the name of a Feishu emoji;
/// `&` an entity, which Feishu resolves.
fn harmless(c: char) -> char {
    match c {
        '*' | '_' | '<' | '>' | '[' | ']' | '(' | ')' | '@' | '#' | '`' | '~' | '|' | '\\'
        | '&' | ':' => widen(c),
        _ if c.is_control() => ' ',
        _ => c,
    }
}

/// A list, a rule or a heading begins with the first characters of a line, and a value may
/// stand there.
fn widen_line_start(text: String) -> String {
    let digits = text.chars().take_while(char::is_ascii_digit).count();
    let at = match text[digits..].chars().next() {
        Some('.') if digits > 0 => digits,
        Some('-' | '+' | '=') if digits == 0 => 0,
        _ => return text,
    };
    let (before, rest) = text.split_at(at);
    let mut letters = rest.chars();
    let widened = letters.next().map(widen);
    let rest = letters.as_str();
    before.chars().chain(widened).chain(rest.chars()).collect()
}

fn widen(c: char) -> char {
    char::from_u32(u32::from(c) + TO_FULL_WIDTH).unwrap_or(' ')
}
