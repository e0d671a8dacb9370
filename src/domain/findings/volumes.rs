//! The numbering of a decision's archive volumes (档案 Art. 19 and section 3 of its guide).
//!
//! Owns what the numbers of one decision must be among themselves: its number in the year's
//! catalogue, and the 案卷号, 正卷 and 副卷, 档号 and retention of its volumes. Refuses to
//! compare decisions with each other, and to judge what lies in a volume.

use super::{at, name};
use crate::domain::decision::{Decision, Event};
use crate::domain::fault::Fault;

/// A volume (案卷) that was filed: `value` is its 案卷号, `note` begins with 正卷 or 副卷
/// and may go on with `；` and a retention, `evidence` is its 档号. A kind that packs declare.
const VOLUME_FILED: &str = "volume_filed";

/// 正卷: what is open.
const MAIN: &str = "正卷";
/// 副卷: what is secret or private.
const SIDE: &str = "副卷";
/// 永久: the only retention these files have (guide section 3, the cover).
const PERMANENT: &str = "永久";

/// Characters that are shown of what somebody typed: a 档号 has fewer.
const SHOWN: usize = 40;

/// A volume whose 案卷号 can be used.
#[derive(Clone, Copy)]
struct Volume<'d> {
    event: &'d Event,
    number: u32,
}

/// The fault of a decision whose key names another place than the one it has in the year's
/// catalogue: 一个决策事项编制一个顺序号 (档案 Art. 19(二)). Only keys that end like
/// `2026-003` name a place; a place that could not be read is reported already.
pub(super) fn number(decision: &Decision) -> Vec<Fault> {
    let named = decision.id.0.rsplit_once('-').map(|(_, tail)| tail);
    let named = named.filter(|tail| tail.len() == 3 && is_digits(tail));
    let named = named.and_then(|tail| tail.parse::<i64>().ok());
    let differs = |named: &i64| decision.seq > 0 && *named != decision.seq;
    let fault = |named: i64| {
        Fault::new(
            format!("decision {}, seq", decision.id),
            decision.seq.to_string(),
            format!("{named}, as its id says: a decision has one number"),
        )
    };
    named.filter(differs).map(fault).into_iter().collect()
}

/// Everything in which the volumes of `decision` are numbered otherwise than they must be.
pub(super) fn misnumbered(decision: &Decision) -> Vec<Fault> {
    let filed: Vec<&Event> = decision.standing(VOLUME_FILED).collect();
    let mut faults: Vec<Fault> = filed
        .iter()
        .flat_map(|event| alone(decision, event))
        .collect();
    let mut volumes: Vec<Volume<'_>> = filed.iter().filter_map(|event| volume(event)).collect();
    volumes.sort_by_key(|volume| (volume.number, volume.event.id));
    faults.extend(repeated(decision, &volumes));
    faults.extend(gaps(decision, &volumes));
    faults.extend(sides(decision, &filed, &volumes));
    faults
}

/// The volume of an event, if its value is a 案卷号: a whole number from 1.
fn volume(event: &Event) -> Option<Volume<'_>> {
    let value = event.value.filter(|value| value.fract() == 0.0)?;
    // A whole number prints as its digits, and only those of a u32 are read.
    let number = value
        .to_string()
        .parse()
        .ok()
        .filter(|number| *number > 0)?;
    Some(Volume { event, number })
}

/// What is wrong with a volume by itself.
fn alone(decision: &Decision, event: &Event) -> Vec<Fault> {
    let mut wrong: Vec<(String, String)> = Vec::new();
    let numbered = volume(event);
    if numbered.is_none() {
        let found = event.value.map_or_else(
            || "no 案卷号 in its value".to_owned(),
            |value| format!("案卷号 {value}"),
        );
        wrong.push((found, "a 案卷号: a whole number from 1".to_owned()));
    }
    if ![MAIN, SIDE].iter().any(|word| is_of(event, word)) {
        let expected = format!("a note that begins with {MAIN} or {SIDE}");
        wrong.push((typed(decision, "note", event.first_word()), expected));
    }
    if let Some(expected) = file_number_wanted(event, numbered) {
        let text = event.evidence.as_deref().unwrap_or_default();
        wrong.push((typed(decision, "档号", text), expected));
    }
    if let Some(retention) = other_retention(event) {
        let expected = format!("{PERMANENT}: these files are kept for good");
        wrong.push((typed(decision, "retention", retention), expected));
    }
    let place = at(decision, event);
    let fault = |(found, expected)| Fault::new(&place, found, expected);
    wrong.into_iter().map(fault).collect()
}

/// What somebody typed, cut short. It may hold a title, so of a confidential decision it is
/// not shown.
fn typed(decision: &Decision, what: &str, text: &str) -> String {
    if decision.confidential {
        return format!("{what} (not shown)");
    }
    let text = text.trim();
    let short: String = text.chars().take(SHOWN).collect();
    let more = if short.len() < text.len() { "…" } else { "" };
    format!("{what} `{short}{more}`")
}

fn is_of(event: &Event, word: &str) -> bool {
    event.first_word() == word
}

/// What the 档号 should be, if it is not: 全宗号—目录号—案卷号 (guide section 3). One that
/// nobody has entered yet contradicts nothing.
fn file_number_wanted(event: &Event, volume: Option<Volume<'_>>) -> Option<String> {
    let text = event.evidence.as_deref()?.trim();
    let parts: Vec<&str> = text.split(['—', '-', '－']).map(str::trim).collect();
    let last = parts.last().filter(|last| is_digits(last));
    let last = last.and_then(|last| last.parse::<u32>().ok());
    let is_whole = parts.len() == 3 && parts.iter().all(|part| !part.is_empty());
    let is_its_own = volume.is_none_or(|volume| last == Some(volume.number));
    let is_right = text.is_empty() || is_whole && is_its_own;
    (!is_right).then(|| {
        let number = volume.map_or("案卷号".to_owned(), |volume| volume.number.to_string());
        format!("全宗号—目录号—{number}, three parts with —, - or － between")
    })
}

/// The retention that the note names, if it is not 永久. A part of the note names one if it says
/// 保管期限, or is a retention alone: 永久, 定期, 长期, 短期, or some years (`30年`; a number
/// of four digits is a year of the calendar).
fn other_retention(event: &Event) -> Option<&str> {
    let note = event.note.as_deref().unwrap_or_default();
    let mut parts = note.split(['；', ';', '，', ',', '、', ' ', '\u{3000}']);
    parts.find(|part| {
        let part = part.trim();
        if let Some(said) = part.strip_prefix("保管期限") {
            // What it is may stand in the next part.
            let is_next = said.is_empty() && note.contains(PERMANENT);
            return !(is_next || said.contains(PERMANENT));
        }
        let years = part.trim_start_matches("定期").strip_suffix('年');
        let is_years = years.is_some_and(|years| years.len() < 4 && is_digits(years));
        is_years || ["定期", "长期", "短期"].contains(&part)
    })
}

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// Volumes that have the 案卷号 of another: each has its own (guide section 3).
fn repeated(decision: &Decision, volumes: &[Volume<'_>]) -> Vec<Fault> {
    let pairs = volumes.windows(2).filter_map(|pair| match pair {
        [one, next] if one.number == next.number => Some((one, next)),
        _ => None,
    });
    pairs
        .map(|(one, next)| {
            let expected = format!("a number that {} does not have", name(one.event));
            let found = format!("案卷号 {}", next.number);
            Fault::new(at(decision, next.event), found, expected)
        })
        .collect()
}

/// Numbers that are left out: those of one decision run on without a break.
fn gaps(decision: &Decision, volumes: &[Volume<'_>]) -> Vec<Fault> {
    let pairs = volumes.windows(2).filter_map(|pair| match pair {
        [one, next] if next.number > one.number.saturating_add(1) => Some((one, next)),
        _ => None,
    });
    pairs
        .map(|(one, next)| {
            let found = format!("案卷号 {}, after {}", next.number, one.number);
            let expected = format!(
                "{}: the volumes of a decision are numbered without a gap",
                one.number + 1
            );
            Fault::new(at(decision, next.event), found, expected)
        })
        .collect()
}

/// 副卷 that stand before a 正卷, or without any: all 正卷 come first (guide section 3).
fn sides(decision: &Decision, filed: &[&Event], volumes: &[Volume<'_>]) -> Vec<Fault> {
    let Some(side) = filed.iter().find(|event| is_of(event, SIDE)) else {
        return Vec::new();
    };
    if !filed.iter().any(|event| is_of(event, MAIN)) {
        let expected = format!("a {MAIN} as well, numbered before it");
        let found = format!("{SIDE} without any {MAIN}");
        return vec![Fault::new(at(decision, side), found, expected)];
    }
    let mut mains = volumes.iter().rev().filter(|one| is_of(one.event, MAIN));
    let Some(last) = mains.next() else {
        return Vec::new();
    };
    let early = |one: &&Volume<'_>| is_of(one.event, SIDE) && one.number < last.number;
    let early = volumes.iter().filter(early);
    early
        .map(|one| {
            let found = format!("{SIDE} {}, before {MAIN} {}", one.number, last.number);
            let expected = format!("every {SIDE} after every {MAIN}");
            Fault::new(at(decision, one.event), found, expected)
        })
        .collect()
}
