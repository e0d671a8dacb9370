//! Several times in one cell, each with the step it is planned for.
//!
//! Owns parting such a cell, and which of its steps is the decision. Refuses a cell in which one
//! piece has no time, and a decision that no step plainly is.

use chrono::{Datelike as _, NaiveDate};

use super::numerals::with_digits;
use super::one::{Span, Unread, one};
use crate::store::text::folded;

/// What a step is, as data.
const WORDS: &str = include_str!("steps.txt");

/// A time at the beginning of a step has fewer letters than this: `拟于2025年12月31日之前完成`
/// has eighteen.
const TIME_CHARS: usize = 20;

/// More pieces than this are no plan of one decision; the longest seen has five.
const MOST_STEPS: usize = 40;

/// A step and the last day of its time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// What is to be done, as it stands there.
    pub what: String,
    /// By when.
    pub last: NaiveDate,
}

/// The steps in `text`, in its order.
pub(super) fn steps(text: &str, year: Option<i32>) -> Result<Vec<Step>, Unread> {
    // Blanks and line breaks part steps in some cells, and only wrap the text in others.
    let with_blanks = parted(text, |letter| is_end(letter) || letter.is_whitespace());
    let read = all(&with_blanks, year);
    if !matches!(read, Err(Unread::Unknown)) {
        return read;
    }
    let mut pieces: Vec<String> = parted(text, is_end);
    let read = all(&pieces, year);
    if !matches!(read, Err(Unread::Unknown)) {
        return read;
    }
    pieces = parted(text, |letter| {
        is_end(letter) || matches!(letter, '，' | ',')
    });
    all(&pieces, year)
}

const fn is_end(letter: char) -> bool {
    matches!(letter, '；' | ';' | '。')
}

fn parted(text: &str, ends: impl Fn(char) -> bool) -> Vec<String> {
    let pieces = text.split(ends).map(|piece| with_digits(&folded(piece)));
    pieces.filter(|piece| !piece.is_empty()).collect()
}

fn all(pieces: &[String], year: Option<i32>) -> Result<Vec<Step>, Unread> {
    if !(1..=MOST_STEPS).contains(&pieces.len()) {
        return Err(Unread::Unknown);
    }
    let mut year = year;
    let mut steps: Vec<Step> = Vec::new();
    for piece in pieces {
        let (what, span) = step(without_number(piece), year)?;
        let is_earlier = steps.last().is_some_and(|before| span.last < before.last);
        if is_earlier && !span.says_year {
            return Err(Unread::Doubtful(
                "the year of a step is not said, and it would come before the one above it",
            ));
        }
        year = Some(span.last.year());
        steps.push(Step {
            what,
            last: span.last,
        });
    }
    Ok(steps)
}

/// `piece` without the number it begins with: `1.`, `2、`, `(3)`, `①`.
fn without_number(piece: &str) -> &str {
    if let Some(rest) = piece.strip_prefix(|c| ('①'..='⑳').contains(&c)) {
        return rest;
    }
    let inner = piece.strip_prefix('(').unwrap_or(piece);
    let rest = inner.trim_start_matches(|letter: char| letter.is_ascii_digit());
    let digits = inner.len() - rest.len();
    match rest.strip_prefix(['.', '、', ')']) {
        Some(rest) if (1..=2).contains(&digits) => rest,
        _ => piece,
    }
}

/// What is to be done, and by when, in whichever order they stand.
fn step(piece: &str, year: Option<i32>) -> Result<(String, Span), Unread> {
    if let Some((left, right)) = piece.split_once(':') {
        match (one(left, year), one(right, year)) {
            (Ok(span), Err(_)) => return told(right, span),
            (Err(_), Ok(span)) => return told(left, span),
            (Err(Unread::Doubtful(why)), _) | (_, Err(Unread::Doubtful(why))) => {
                return Err(Unread::Doubtful(why));
            }
            _ => return Err(Unread::Unknown),
        }
    }
    if let Some((what, time)) = piece.strip_suffix(')').and_then(|p| p.split_once('('))
        && let Ok(span) = one(time, year)
    {
        return told(what, span);
    }
    let ends = piece.char_indices().skip(1).map(|(at, _)| at);
    let ends: Vec<usize> = ends.take(TIME_CHARS).chain([piece.len()]).collect();
    // The longest beginning that is a time: `6月底前` and not `6月`.
    for end in ends.into_iter().rev() {
        match one(&piece[..end], year) {
            Ok(span) => return told(&piece[end..], span),
            Err(Unread::Doubtful(why)) => return Err(Unread::Doubtful(why)),
            Err(Unread::Unknown) => {}
        }
    }
    Err(Unread::Unknown)
}

/// The step `what` at `span`, unless what stands there goes on with the time.
fn told(what: &str, span: Span) -> Result<(String, Span), Unread> {
    let what = what.trim_matches([',', '，', '、', ':']);
    let goes_on = what.starts_with(|letter: char| {
        letter.is_ascii_digit() || "后左右或至到~-—–/.和及与许(".contains(letter)
    });
    let begins = what.starts_with('起') && !what.starts_with("起草");
    if goes_on || begins || has_time(what) {
        return Err(Unread::Unknown);
    }
    Ok((what.to_owned(), span))
}

/// Whether a number in `text` counts years, months or days.
fn has_time(text: &str) -> bool {
    let mut letters = text.chars().peekable();
    while let Some(letter) = letters.next() {
        let next = letters.peek().copied().unwrap_or(' ');
        if letter.is_ascii_digit() && "年月日号季".contains(next) {
            return true;
        }
    }
    false
}

/// The step among `steps` that is the planned decision, and how that was found.
pub(super) fn decision(steps: &[Step]) -> Result<(&Step, &'static str), &'static str> {
    let mut deciding = steps.iter().filter(|step| decides(&step.what));
    if let (Some(only), None) = (deciding.next(), deciding.next()) {
        return Ok((only, "the step in which the decision is taken"));
    }
    if let [only] = steps {
        return if is_other_step(&only.what) {
            Err("its only step is not plainly the decision")
        } else {
            Ok((only, "its only step"))
        };
    }
    let is_in_order = steps.windows(2).all(|pair| pair[0].last < pair[1].last);
    match steps.last() {
        Some(last) if is_in_order && (decides(&last.what) || !is_other_step(&last.what)) => {
            Ok((last, "the last of the steps, which stand in order"))
        }
        _ => Err("none of its steps is plainly the decision"),
    }
}

fn decides(what: &str) -> bool {
    let mut rest = what.to_owned();
    for word in words("other") {
        rest = rest.replace(word, "");
    }
    words("decides").any(|word| rest.contains(word))
}

/// Whether a step comes before the decision or after it, by its words.
fn is_other_step(what: &str) -> bool {
    let mut known = words("before").chain(words("after"));
    known.any(|word| what.contains(word))
}

fn words(name: &'static str) -> impl Iterator<Item = &'static str> {
    let lines = WORDS.lines().filter(|line| !line.starts_with('#'));
    lines
        .filter_map(|line| line.split_once(':'))
        .filter(move |(known, _)| *known == name)
        .flat_map(|(_, words)| words.split_whitespace())
}
