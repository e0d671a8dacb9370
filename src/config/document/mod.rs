//! One TOML file, read section by section so that all its faults are told at once.
//!
//! Owns the places of faults (file, line, key), the refusal of unknown keys and
//! sections, and the one rule about paths: whatever stands under `file`, `folder`
//! or another of [`PATH_KEYS`] and is relative starts at the folder of the file that says it.
//! Refuses to know what any section means.

mod removal;
mod words;

use std::borrow::Cow;
use std::ops::Range;
use std::path::Path;

use serde::de::DeserializeOwned;
use toml::Spanned;
use toml::de::{DeTable, DeValue, Deserializer};

use crate::domain::fault::Fault;

use removal::{Removed, remove_at};
use words::in_words;

/// The keys that hold paths, in every section of every file.
const PATH_KEYS: [&str; 5] = ["file", "folder", "ca_file", "client_cert", "client_key"];

/// The keys whose values are never repeated: people write secrets where only the place of
/// one belongs, and what somebody can be called by is nobody else's business.
const SECRET_KEYS: [&str; 8] = [
    "password", "secret", "secrets", "url", "mobile", "wecom", "dingtalk", "feishu",
];

/// The place of a section that the file does not have.
const NOWHERE: Range<usize> = 0..0;

/// A file that is being read.
pub(super) struct Document<'i> {
    name: String,
    text: &'i str,
    root: DeTable<'i>,
    known: Vec<&'static str>,
    faults: Vec<Fault>,
}

impl<'i> Document<'i> {
    /// Reads `text` as far as it is TOML; `path` names the file in faults and anchors
    /// its relative paths.
    pub(super) fn read(path: &Path, text: &'i str) -> Self {
        let (root, errors) = DeTable::parse_recoverable(text);
        let mut document = Self {
            name: path.display().to_string(),
            text,
            root: root.into_inner(),
            known: Vec::new(),
            faults: Vec::new(),
        };
        for error in errors {
            let place = document.place(error.span());
            let fault = Fault::new(place, error.message(), "a file in TOML");
            document.faults.push(fault);
        }
        anchor_paths(&mut document.root, path.parent().unwrap_or(Path::new("")));
        document
    }

    /// Whether the file has a section of that name.
    pub(super) fn has(&mut self, section: &'static str) -> bool {
        self.know(section);
        self.root.contains_key(section)
    }

    /// Takes a text out of a section that is read afterwards, because it says how. A
    /// value of another type is returned as its type's name.
    pub(super) fn take_text(&mut self, section: &str, key: &str) -> Option<String> {
        let DeValue::Table(table) = self.root.get_mut(section)?.get_mut() else {
            return None;
        };
        let value = table.remove(key)?.into_inner();
        let text = value.as_str().unwrap_or(value.type_str());
        Some(text.to_owned())
    }

    /// The section of that name; one that is absent is read as an empty one. `None` if
    /// it lacks something that has no default.
    pub(super) fn section<T: DeserializeOwned>(&mut self, name: &'static str) -> Option<T> {
        self.know(name);
        let empty = || Spanned::new(NOWHERE, DeValue::Table(DeTable::new()));
        let value = self.root.get(name).cloned().unwrap_or_else(empty);
        self.value(name, value)
    }

    /// Every `[[name]]`, in the order of the file; one with faults is left out.
    pub(super) fn each<T: DeserializeOwned>(&mut self, name: &'static str) -> Vec<T> {
        self.know(name);
        let Some(value) = self.root.get(name).cloned() else {
            return Vec::new();
        };
        let DeValue::Array(items) = value.get_ref() else {
            let place = self.place(Some(value.span()));
            self.refuse(place, "something else", format!("[[{name}]] tables"));
            return Vec::new();
        };
        let read = |item: &Spanned<DeValue<'i>>| self.value(name, item.clone());
        items.iter().filter_map(read).collect()
    }

    /// Notes a fault.
    pub(super) fn refuse(
        &mut self,
        place: String,
        found: impl Into<String>,
        expected: impl Into<String>,
    ) {
        self.faults.push(Fault::new(place, found, expected));
    }

    /// File, line and name of a key, such as `schedule.wake`.
    pub(super) fn place_of(&self, section: &str, key: &str) -> String {
        let table = self.root.get(section).map(Spanned::get_ref);
        let entry = table.and_then(DeValue::as_table);
        let span = entry.and_then(|table| table.get_key_value(key));
        let span = span.map(|(key, _)| key.span());
        format!("{}, {section}.{key}", self.place(span))
    }

    /// File and line of a byte range; the file alone where the range is not known.
    pub(super) fn place(&self, span: Option<Range<usize>>) -> String {
        match span.filter(|span| *span != NOWHERE) {
            None => self.name.clone(),
            Some(span) => {
                let before = self.text.get(..span.start).unwrap_or(self.text);
                let line = before.bytes().filter(|byte| *byte == b'\n').count() + 1;
                format!("{}:{line}", self.name)
            }
        }
    }

    fn know(&mut self, section: &'static str) {
        if !self.known.contains(&section) {
            self.known.push(section);
        }
    }

    /// Every fault, once all sections have been asked for: what is left over is unknown.
    pub(super) fn finish(mut self) -> Vec<Fault> {
        for key in self.root.keys() {
            if !self.known.contains(&key.get_ref().as_ref()) {
                let found = format!("unknown section `{}`", key.get_ref());
                let place = self.place(Some(key.span()));
                let expected = format!("one of {}", self.known.join(", "));
                self.faults.push(Fault::new(place, found, expected));
            }
        }
        self.faults
    }

    /// Reads a value; each time something in it is refused, that is noted and taken out
    /// and the rest is read again. Ends because every round takes something out.
    fn value<T: DeserializeOwned>(
        &mut self,
        name: &str,
        mut value: Spanned<DeValue<'i>>,
    ) -> Option<T> {
        let mut removed = Removed::default();
        loop {
            let DeValue::Table(table) = value.get_ref().clone() else {
                let place = self.place(Some(value.span()));
                self.refuse(place, value.get_ref().type_str(), format!("[{name}]"));
                return None;
            };
            let table = Spanned::new(value.span(), table);
            let error = match T::deserialize(Deserializer::from(table)) {
                Ok(read) => return Some(read),
                Err(error) => error,
            };
            let culprit = error
                .span()
                .and_then(|span| remove_at(value.get_mut(), &span));
            if !removed.explains(error.message()) {
                let mut place = format!("{}, {name}", self.place(error.span()));
                for step in culprit.iter().flatten() {
                    place = format!("{place}.{step}");
                }
                let mut fault = in_words(place, error.message());
                let steps = culprit.iter().flatten();
                if steps
                    .into_iter()
                    .any(|step| SECRET_KEYS.contains(&step.as_str()))
                {
                    "something else".clone_into(&mut fault.found);
                }
                self.faults.push(fault);
            }
            removed.note(culprit?);
        }
    }
}

fn anchor_paths(table: &mut DeTable<'_>, folder: &Path) {
    for (key, value) in table.iter_mut() {
        let is_path = PATH_KEYS.contains(&key.get_ref().as_ref());
        anchor_value(value.get_mut(), is_path, folder);
    }
}

fn anchor_value(value: &mut DeValue<'_>, is_path: bool, folder: &Path) {
    match value {
        DeValue::String(text) if is_path && !text.is_empty() => {
            *text = Cow::Owned(folder.join(text.as_ref()).to_string_lossy().into_owned());
        }
        DeValue::Table(table) => anchor_paths(table, folder),
        DeValue::Array(items) => {
            for item in items.iter_mut() {
                anchor_value(item.get_mut(), is_path, folder);
            }
        }
        _ => {}
    }
}
