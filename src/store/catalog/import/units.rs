//! A cell that names units, parted into the one that leads and those that help.
//!
//! Owns the marks between names, the words that say who leads, and which names the directory
//! knows. Refuses to part a name that the directory knows, and text that is no list of names.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use super::items::unwrapped;
use crate::domain::spelling::perhaps;

/// The words of such cells, as data.
const WORDS: &str = include_str!("units.txt");

/// Names longer than this are sentences; real units have some twenty characters at most.
const LONGEST_NAME_CHARS: usize = 30;

/// More names than this in one cell are no list of units; the longest seen has some twenty.
const MOST_NAMES: usize = 60;

/// So many parts at most are tried as one known name: a name has few marks in it.
const MOST_PARTS: usize = 4;

/// What a cell names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Parted {
    /// The unit that leads.
    pub(super) lead: String,
    /// The others, in the order of the cell.
    pub(super) others: Vec<String>,
    /// How it was found who leads; `None` where the cell names one unit.
    pub(super) rule: Option<&'static str>,
}

/// What a name is said to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    Leads,
    Helps,
    Unsaid,
}

static LINES: LazyLock<Vec<(&str, Vec<&str>)>> = LazyLock::new(|| {
    let lines = WORDS.lines().filter(|line| !line.starts_with('#'));
    lines
        .filter_map(|line| line.split_once(':'))
        .map(|(name, words)| (name, words.split_whitespace().collect()))
        .collect()
});

/// The directory's names, and what was found out about others.
pub(super) struct Names<'a> {
    known: &'a BTreeSet<String>,
    list: Vec<&'a str>,
    /// What is said of each unknown name, found once.
    said: BTreeMap<String, String>,
}

impl<'a> Names<'a> {
    pub(super) fn new(known: &'a BTreeSet<String>) -> Self {
        Self {
            known,
            list: known.iter().map(String::as_str).collect(),
            said: BTreeMap::new(),
        }
    }

    /// Whether the directory finds a unit by `name`; `None` where there is no directory.
    pub(super) fn judge(&mut self, name: &str) -> Option<(bool, String)> {
        if self.known.is_empty() {
            return None;
        }
        if self.known.contains(name) {
            return Some((true, "known to the directory".to_owned()));
        }
        let list = &self.list;
        let said = self.said.entry(name.to_owned());
        let said =
            said.or_insert_with(|| format!("unknown to the directory{}", perhaps(name, list)));
        Some((false, said.clone()))
    }

    /// What the cell `text` names; `None` where it lists something else than units.
    pub(super) fn parted(&self, text: &str) -> Option<Parted> {
        let whole = unwrapped(text);
        if self.known.contains(&whole) {
            return Some(one(whole));
        }
        if at_marks(&whole).len() > MOST_NAMES {
            return None;
        }
        let said = self.said_names(text);
        let is_name =
            |name: &String| !name.is_empty() && name.chars().count() <= LONGEST_NAME_CHARS;
        if !said.iter().all(|(name, _)| is_name(name)) {
            return None;
        }
        match said.as_slice() {
            [] | [(_, Part::Helps)] => None,
            [(name, _)] => Some(Parted {
                rule: (*name != whole).then_some("the word for its part was taken off"),
                ..one(name.clone())
            }),
            _ => led(&said),
        }
    }

    /// The names in `text`, in its order.
    pub(super) fn listed(&self, text: &str) -> Vec<String> {
        let names = self.said_names(text).into_iter().map(|(name, _)| name);
        names.filter(|name| !name.is_empty()).collect()
    }

    fn said_names(&self, text: &str) -> Vec<(String, Part)> {
        let mut said: Vec<(String, Part)> = Vec::new();
        let mut label = Part::Unsaid;
        for piece in self.pieces(text) {
            let (own, rest) = without_label(&piece);
            label = own.unwrap_or(label);
            let is_known = self.known.contains(rest);
            let joint = if is_known {
                None
            } else {
                rest.split_once("会同")
            };
            let names = joint.map_or(vec![rest], |(lead, other)| vec![lead, other]);
            for (place, name) in names.into_iter().enumerate() {
                let marked = self.marked(name);
                let part = match (place, joint.is_some()) {
                    (0, true) => Part::Leads,
                    (_, true) => {
                        label = Part::Helps;
                        Part::Helps
                    }
                    _ => marked.part.unwrap_or(label),
                };
                if marked.part.is_some() && !marked.is_bracketed {
                    lend(&mut said, part);
                }
                said.push((marked.name.to_owned(), part));
            }
        }
        said
    }

    /// `text` at its marks, but for names that have one and are known, and brackets.
    pub(super) fn pieces(&self, text: &str) -> Vec<String> {
        let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
        let lines: Vec<&str> = lines.collect();
        if self.are_names(&lines) {
            return lines.iter().flat_map(|line| self.of_line(line)).collect();
        }
        self.of_line(&unwrapped(text))
    }

    fn of_line(&self, line: &str) -> Vec<String> {
        let parts = at_marks(line);
        let mut pieces = Vec::new();
        let mut first = 0;
        while first < parts.len() {
            // The longest run of parts that is one known name.
            let whole = |last: &usize| line[parts[first].0..parts[*last].1].trim();
            let ends = (first..parts.len().min(first + MOST_PARTS)).rev();
            let last = ends
                .into_iter()
                .find(|last| self.known.contains(whole(last)));
            let last = last.unwrap_or(first);
            let piece = whole(&last);
            let words: Vec<&str> = piece.split_whitespace().collect();
            if self.known.contains(piece) || !self.are_names(&words) {
                pieces.push(piece.to_owned());
            } else {
                pieces.extend(words.into_iter().map(str::to_owned));
            }
            first = last + 1;
        }
        pieces
    }

    /// Whether what parts `texts` stands between names, and does not only wrap one: `市委` above
    /// `宣传部` is one name, `市教育局` above `市财政局` are two.
    fn are_names(&self, texts: &[&str]) -> bool {
        let is_of_a_level =
            |text: &str| text.starts_with(['省', '市', '县', '区', '州', '镇', '乡']);
        let are_alike = !is_of_a_level(texts.first().unwrap_or(&""))
            || texts
                .iter()
                .all(|text| is_of_a_level(without_label(text).1));
        are_alike && texts.iter().all(|text| self.is_like_a_name(text))
    }

    /// A name that the directory knows keeps its last letters: `市项目协办` helps nobody.
    fn marked<'n>(&self, name: &'n str) -> Marked<'n> {
        if self.known.contains(name.trim()) {
            return Marked {
                name: name.trim(),
                part: None,
                is_bracketed: false,
            };
        }
        without_marks(name)
    }

    fn is_like_a_name(&self, text: &str) -> bool {
        let (_, rest) = without_label(text);
        let name = rest.trim_end_matches(['、', '，', ',', '；', ';', '。']);
        let name = without_marks(name).name;
        let last = at_marks(name).last().copied();
        let name = last.map_or(name, |(start, end)| name[start..end].trim());
        self.known.contains(name) || words("ends").any(|end| name.ends_with(end))
    }
}

/// Whether `name` is a group of units, such as `各县（市、区）政府`.
pub(super) fn is_group(name: &str) -> bool {
    words("groups").any(|word| name.contains(word))
}

fn one(lead: String) -> Parted {
    Parted {
        lead,
        others: Vec::new(),
        rule: None,
    }
}

/// Who leads among several.
fn led(said: &[(String, Part)]) -> Option<Parted> {
    let place = |wanted: Part| said.iter().position(|(_, part)| *part == wanted);
    let count = |wanted: Part| said.iter().filter(|(_, part)| *part == wanted).count();
    let (lead, rule) = match (count(Part::Leads), count(Part::Unsaid), count(Part::Helps)) {
        (1, _, _) => (place(Part::Leads)?, "the cell says that it leads"),
        (0, 1, 1..) => (place(Part::Unsaid)?, "the cell says that the others help"),
        (0, 0, _) => return None,
        (0, _, _) => (
            place(Part::Unsaid)?,
            "listed first, and by custom the first leads",
        ),
        _ => (
            place(Part::Leads)?,
            "several lead, and by custom the first of them is responsible",
        ),
    };
    let mut others: Vec<String> = Vec::new();
    for (place, (name, _)) in said.iter().enumerate() {
        if place != lead && *name != said[lead].0 && !others.contains(name) {
            others.push(name.clone());
        }
    }
    Some(Parted {
        lead: said[lead].0.clone(),
        others,
        rule: Some(rule),
    })
}

/// `A、B牵头`: a word behind the last of several names is said of all of them. Who only helps, helps
/// somebody: `A、B配合` leaves A to lead.
fn lend(said: &mut [(String, Part)], part: Part) {
    let is_led = said.iter().any(|(_, part)| *part == Part::Leads);
    if part == Part::Helps && !is_led {
        return;
    }
    let before = said.iter_mut().rev();
    for (_, unsaid) in before.take_while(|(_, part)| *part == Part::Unsaid) {
        *unsaid = part;
    }
}

/// `piece` without the label it begins with, and what that says: `牵头单位：`.
fn without_label(piece: &str) -> (Option<Part>, &str) {
    let Some((label, rest)) = piece.split_once(['：', ':']) else {
        return (None, piece.trim());
    };
    let label = label.trim();
    for (name, part) in [("leads", Part::Leads), ("helps", Part::Helps)] {
        if words(name).any(|word| word == label) {
            return (Some(part), rest.trim());
        }
    }
    (None, piece.trim())
}

/// A name, and what stood behind it.
struct Marked<'n> {
    name: &'n str,
    part: Option<Part>,
    /// Whether it was said of this name only.
    is_bracketed: bool,
}

/// `name` without what says its part: `（牵头）`, `由…牵头`.
fn without_marks(name: &str) -> Marked<'_> {
    let name = name.trim().trim_end_matches('。');
    for (list, part) in [("leads", Part::Leads), ("helps", Part::Helps)] {
        for word in words(list) {
            let brackets = [format!("（{word}）"), format!("({word})")];
            let bracketed = brackets
                .iter()
                .find_map(|mark| name.strip_suffix(mark.as_str()));
            let rest = bracketed.or_else(|| name.strip_suffix(word));
            if let Some(rest) = rest.filter(|rest| !rest.is_empty()) {
                return Marked {
                    name: rest.strip_prefix('由').unwrap_or(rest).trim(),
                    part: Some(part),
                    is_bracketed: bracketed.is_some(),
                };
            }
        }
    }
    Marked {
        name,
        part: None,
        is_bracketed: false,
    }
}

/// Where the parts of `line` begin and end, parted at its marks outside brackets.
fn at_marks(line: &str) -> Vec<(usize, usize)> {
    let mut parts = Vec::new();
    let (mut depth, mut start) = (0_usize, 0);
    for (at, letter) in line.char_indices() {
        match letter {
            '（' | '(' | '《' | '“' => depth += 1,
            '）' | ')' | '》' | '”' => depth = depth.saturating_sub(1),
            '、' | '，' | ',' | '；' | ';' | '/' | '／' if depth == 0 => {
                parts.push((start, at));
                start = at + letter.len_utf8();
            }
            _ => {}
        }
    }
    parts.push((start, line.len()));
    parts.retain(|(start, end)| !line[*start..*end].trim().is_empty());
    parts
}

fn words(name: &'static str) -> impl Iterator<Item = &'static str> {
    let lines = LINES.iter().filter(move |(known, _)| *known == name);
    lines.flat_map(|(_, words)| words.iter().copied())
}
