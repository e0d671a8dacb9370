//! How a mail looks, as far as that can be computed: what webmail strips, what Word cannot
//! lay out, what a printer leaves out and what colour-blind people do not see.

use duban::channels::wording::{Text, Wording};

use super::samples::{every_kind, full_digest};
use crate::support::html::{self, Piece, Tag};
use crate::support::messages;

/// WCAG 2.1, 1.4.3.
const CONTRAST: f64 = 4.5;

/// 210 mm less two margins of 20 mm, at 96 pixels an inch.
const PAPER: u32 = 642;

fn mails() -> [Text; 3] {
    let wording = Wording::new().unwrap();
    let quiet = messages::of_digest(messages::digest());
    [every_kind(), messages::of_digest(full_digest()), quiet]
        .map(|message| wording.mail(&message).unwrap())
}

fn texts(mail: &Text) -> Vec<html::Run> {
    let pieces = html::read(&mail.html);
    let runs = pieces.into_iter().filter_map(|piece| match piece {
        Piece::Text(run) if !run.text.trim().is_empty() && !run.within("title") => Some(run),
        Piece::Text(_) | Piece::Tag(_) => None,
    });
    runs.collect()
}

fn tags(mail: &Text) -> Vec<Tag> {
    let pieces = html::read(&mail.html).into_iter();
    pieces
        .filter_map(|piece| match piece {
            Piece::Tag(tag) => Some(tag),
            Piece::Text(_) => None,
        })
        .collect()
}

#[test]
fn nothing_is_asked_of_a_style_sheet_or_fetched_from_anywhere() {
    for mail in mails() {
        assert!(mail.html.starts_with("<!DOCTYPE html>"), "{}", mail.html);
        assert!(mail.html.contains("<html lang=\"zh-CN\">"));
        for never in ["url(", "@media", "javascript:"] {
            assert!(!mail.html.contains(never), "{never}");
        }
        for tag in tags(&mail) {
            let name = tag.name.as_str();
            assert!(
                !["style", "script", "img", "link", "iframe", "form", "div"].contains(&name),
                "<{name}>"
            );
            for never in ["class", "id", "src", "background", "onclick"] {
                assert_eq!(tag.attribute(never), None, "{tag:?}");
            }
            // The one link there may be is that by which a notice is acknowledged.
            let link = tag.attribute("href");
            assert!(link.is_none_or(|link| link.contains("/q/")), "{tag:?}");
        }
    }
}

#[test]
fn every_word_is_large_and_dark_enough_on_screen_and_on_paper() {
    for mail in mails() {
        for run in texts(&mail) {
            assert!(run.size >= 14.0, "{run:?}");
            for ground in [run.ground, [255, 255, 255]] {
                let contrast = html::contrast(run.ink, ground);
                assert!(contrast >= CONTRAST, "{contrast:.2}: {run:?}");
            }
        }
    }
}

#[test]
fn colour_is_never_alone() {
    let signs = [
        ("✕", [0x9b, 0x1c, 0x1c]),
        ("!", [0x8a, 0x4b, 0x08]),
        ("✓", [0x1b, 0x5e, 0x20]),
        ("■", [0x3e, 0x4c, 0x59]),
    ];
    let is_word = |c: char| ('\u{4e00}'..='\u{9fff}').contains(&c);
    let mut lit = 0;
    for mail in mails() {
        for run in texts(&mail) {
            if let Some((sign, ink)) = signs.iter().find(|(sign, _)| run.text.starts_with(*sign)) {
                assert_eq!(run.ink, *ink, "{run:?}");
                assert!(run.text.contains(is_word), "{sign} without a word: {run:?}");
                lit += 1;
            }
            let is_lit = signs.iter().any(|(_, ink)| run.ink == *ink);
            let is_number = run.text.chars().all(|c| c.is_ascii_digit());
            assert!(
                !is_lit || is_number || run.text.contains(is_word),
                "colour without a word: {run:?}"
            );
        }
    }
    assert!(lit > 30, "{lit}");
}

#[test]
fn tables_say_whether_they_are_data_and_none_is_wider_than_paper() {
    for mail in mails() {
        let mut open: Vec<(Tag, u32)> = Vec::new();
        for tag in tags(&mail) {
            match (tag.name.as_str(), tag.closes) {
                ("table", false) => open.push((tag.clone(), 0)),
                ("table", true) => {
                    let (table, heads) = open.pop().unwrap();
                    let is_layout = table.attribute("role") == Some("presentation");
                    assert_eq!(is_layout, heads == 0, "{table:?}");
                }
                ("th", false) => {
                    let scope = tag.attribute("scope");
                    assert!(matches!(scope, Some("row" | "col")), "{tag:?}");
                    open.last_mut().unwrap().1 += 1;
                }
                _ => {}
            }
            let widths = [tag.attribute("width"), tag.style("width")];
            for width in widths.into_iter().flatten() {
                let pixels = width.trim_end_matches("px").parse::<u32>();
                let fits = pixels.map_or(width.ends_with('%'), |pixels| pixels <= PAPER);
                assert!(fits, "{tag:?}");
            }
        }
        assert!(open.is_empty());
        // Browsers take the width that follows the screen, Word one that it alone reads.
        assert!(mail.html.contains("width:100%;max-width:640px;"));
        let for_word = "<!--[if mso]><table role=\"presentation\" width=\"640\"";
        assert_eq!(mail.html.matches(for_word).count(), 1);
        assert_eq!(mail.html.matches("<!--").count(), 2);
    }
}

#[test]
fn the_plain_text_says_all_that_the_layout_says() {
    for mail in mails() {
        // Heads of columns are layout.
        let runs = texts(&mail);
        let runs = runs.iter().filter(|run| !run.within("th"));
        for run in runs {
            let is_apart = |c: char| c.is_whitespace() || "【】（）：，。；:·✕✓■!—※".contains(c);
            for piece in run.text.split(is_apart) {
                assert!(
                    mail.plain.contains(piece),
                    "{piece} not in:\n{}",
                    mail.plain
                );
            }
        }
    }
}
