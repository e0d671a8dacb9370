//! Where a change goes in the text of the file.
//!
//! Owns the places, taken from a parser that keeps them, and what is written there: in the
//! style of its neighbours, a line of its own where they have one. Refuses to write anything
//! but at those places.

use std::fmt::Write as _;
use std::ops::Range;

use toml_edit::{Document, Item, Value};

use super::spot::Spot;
use super::{Edit, EditError, Fields, quoted};

/// `text` with all of `edits` made.
///
/// # Errors
/// There is no such unit or person, or it is written in a way that is not known.
pub(super) fn spliced(text: &str, edits: &[Edit]) -> Result<String, EditError> {
    let document = Document::parse(text).map_err(|_| EditError::Shape)?;
    let mut draft = Draft {
        text,
        newline: newline(text),
        splices: Vec::new(),
    };
    // What is put at the same place stands in this order: lines of a unit, its people, new units.
    let mut edits: Vec<&Edit> = edits.iter().collect();
    edits.sort_by_key(|edit| match edit {
        Edit::Unit { .. } => 2,
        Edit::People { .. } => 1,
        _ => 0,
    });
    for edit in edits {
        draft.make(&document, edit)?;
    }
    draft.finish()
}

/// A unit as it is written at the end of a file.
pub(super) fn unit_block(name: &str, aliases: &[String], people: &[Fields], nl: &str) -> String {
    let mut block = format!("{nl}[[unit]]{nl}name = {}{nl}", quoted(name));
    if !aliases.is_empty() {
        // Writing to a string cannot fail.
        let _ = write!(block, "aliases = [{}]{nl}", listed(aliases));
    }
    let people = people.iter().map(|one| person_block("unit", one, nl));
    people.fold(block, |block, person| block + &person)
}

/// A person under a header, below a unit or the centre.
pub(super) fn person_block(above: &str, fields: &Fields, nl: &str) -> String {
    let header = format!("{nl}[[{above}.contact]]{nl}");
    let lines = fields.iter();
    let lines = lines.map(|(key, value)| format!("{key} = {}{nl}", quoted(value)));
    lines.fold(header, |block, line| block + &line)
}

fn person_inline(fields: &Fields) -> String {
    let pairs = fields.iter();
    let pairs: Vec<String> = pairs
        .map(|(key, value)| format!("{key} = {}", quoted(value)))
        .collect();
    format!("{{ {} }}", pairs.join(", "))
}

fn listed(texts: &[String]) -> String {
    let texts: Vec<String> = texts.iter().map(|text| quoted(text)).collect();
    texts.join(", ")
}

fn newline(text: &str) -> &'static str {
    let first = text.find('\n').unwrap_or_default();
    if text[..first].ends_with('\r') {
        "\r\n"
    } else {
        "\n"
    }
}

/// A text in which places are to be replaced.
pub(super) struct Draft<'t> {
    pub(super) text: &'t str,
    pub(super) newline: &'static str,
    pub(super) splices: Vec<(Range<usize>, String)>,
}

impl Draft<'_> {
    fn make(&mut self, document: &Document<&str>, edit: &Edit) -> Result<(), EditError> {
        let unit = |name: &str| {
            let root = document.as_table();
            let centre = Spot::all(root.get("centre"), "centre").into_iter();
            let mut all = centre.chain(Spot::all(root.get("unit"), "unit"));
            let own = |spot: &Spot<'_>| {
                let own = spot.keys.get("name").and_then(Item::as_str);
                own.map(str::trim) == Some(name)
            };
            let unit = all.find(own);
            unit.ok_or_else(|| EditError::NoUnit(name.to_owned()))
        };
        match edit {
            Edit::Aliases {
                unit: name,
                aliases,
            } => self.aliases(unit(name)?, aliases),
            Edit::NoAlias { unit: name, alias } => {
                let array = unit(name)?.keys.get("aliases").and_then(Item::as_array);
                let array = array.ok_or(EditError::Shape)?;
                let is_it = |one: &Value| one.as_str().map(str::trim) == Some(alias);
                let at = array.iter().position(is_it).ok_or(EditError::Shape)?;
                self.take_out(array, at)
            }
            Edit::Unit {
                name,
                aliases,
                people,
            } => {
                let block = unit_block(name, aliases, people, self.newline);
                self.lines(self.text.len(), &block);
                Ok(())
            }
            Edit::People { unit: name, people } => self.people(unit(name)?, people),
            Edit::Person {
                unit: name,
                person,
                fields,
            } => {
                let person = unit(name)?.person(*person)?;
                let mut fields = fields.iter();
                fields.try_for_each(|(key, value)| match value {
                    Some(value) => self.set(person, key, &quoted(value)),
                    None => self.clear(person, key),
                })
            }
            Edit::NoPerson { unit: name, person } => self.no_person(unit(name)?, *person),
        }
    }

    /// The text with everything replaced.
    fn finish(mut self) -> Result<String, EditError> {
        self.splices
            .sort_by_key(|(range, _)| (range.start, range.end));
        let mut new = String::with_capacity(self.text.len());
        let mut at = 0;
        for (range, words) in &self.splices {
            let kept = self.text.get(at..range.start).ok_or(EditError::Shape)?;
            new.push_str(kept);
            new.push_str(words);
            at = range.end;
        }
        new.push_str(self.text.get(at..).ok_or(EditError::Shape)?);
        Ok(new)
    }

    pub(super) fn replace(&mut self, range: Range<usize>, words: impl Into<String>) {
        self.splices.push((range, words.into()));
    }

    pub(super) fn insert(&mut self, at: usize, words: impl Into<String>) {
        self.replace(at..at, words);
    }

    /// Whole lines, below the line in which something ends.
    fn lines(&mut self, end: usize, lines: &str) {
        let at = self.after_line(end);
        let is_open = at == self.text.len() && !self.text.is_empty() && !self.text.ends_with('\n');
        let open = if is_open { self.newline } else { "" };
        self.insert(at, format!("{open}{lines}"));
    }

    pub(super) fn after_line(&self, at: usize) -> usize {
        let rest = self.text[at..].find('\n');
        rest.map_or(self.text.len(), |end| at + end + 1)
    }

    pub(super) fn line_start(&self, at: usize) -> usize {
        self.text[..at].rfind('\n').map_or(0, |end| end + 1)
    }

    fn aliases(&mut self, unit: Spot<'_>, aliases: &[String]) -> Result<(), EditError> {
        let texts: Vec<String> = aliases.iter().map(|one| quoted(one)).collect();
        match unit.keys.get("aliases") {
            Some(Item::Value(Value::Array(array))) => self.add(array, &texts),
            Some(_) => Err(EditError::Shape),
            None => {
                let name = unit.pairs().into_iter().find(|(key, _)| *key == "name");
                let end = name.ok_or(EditError::Shape)?.1.end;
                let pair = format!("aliases = [{}]", texts.join(", "));
                if unit.is_block {
                    self.lines(end, &format!("{pair}{}", self.newline));
                } else {
                    self.insert(end, format!(", {pair}"));
                }
                Ok(())
            }
        }
    }

    fn people(&mut self, unit: Spot<'_>, people: &[Fields]) -> Result<(), EditError> {
        let inline: Vec<String> = people.iter().map(person_inline).collect();
        let end = match unit.keys.get("contact") {
            Some(Item::Value(Value::Array(array))) => return self.add(array, &inline),
            Some(_) => unit.people().last().ok_or(EditError::Shape)?.end()?,
            None => unit.end()?,
        };
        if unit.is_block {
            let nl = self.newline;
            let blocks = people.iter();
            let blocks = blocks.map(|one| person_block(unit.above, one, nl));
            let blocks: String = blocks.collect();
            self.lines(end, &blocks);
        } else {
            self.insert(end, format!(", contact = [{}]", inline.join(", ")));
        }
        Ok(())
    }

    fn set(&mut self, spot: Spot<'_>, key: &str, value: &str) -> Result<(), EditError> {
        if let Some(span) = spot.keys.get(key).and_then(Item::span) {
            self.replace(span, value);
            return Ok(());
        }
        let end = spot.end()?;
        if spot.is_block {
            self.lines(end, &format!("{key} = {value}{}", self.newline));
        } else {
            self.insert(end, format!(", {key} = {value}"));
        }
        Ok(())
    }

    fn clear(&mut self, spot: Spot<'_>, key: &str) -> Result<(), EditError> {
        let pairs = spot.pairs();
        let at = pairs.iter().position(|(own, _)| *own == key);
        let at = at.ok_or(EditError::Shape)?;
        let own = &pairs[at].1;
        let range = if spot.is_block {
            self.line_start(own.start)..self.after_line(own.end)
        } else if at > 0 {
            pairs[at - 1].1.end..own.end
        } else {
            let next = pairs.get(1).ok_or(EditError::Shape)?;
            own.start..next.1.start
        };
        self.replace(range, "");
        Ok(())
    }

    fn no_person(&mut self, unit: Spot<'_>, number: usize) -> Result<(), EditError> {
        if let Some(Item::Value(Value::Array(array))) = unit.keys.get("contact") {
            return self.take_out(array, number);
        }
        let person = unit.person(number)?;
        let start = self.line_start(person.start);
        // The blank line above goes with it; a comment above is somebody's, and stays.
        let blank = self.text[..start].strip_suffix(self.newline);
        let blank = blank.filter(|above| above.is_empty() || above.ends_with('\n'));
        let start = blank.map_or(start, str::len);
        let end = self.after_line(person.end()?);
        self.replace(start..end, "");
        Ok(())
    }
}
