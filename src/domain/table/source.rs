//! The text of a file and the faults found in it.
//!
//! Owns places, and how a value is shown in a fault. Refuses to know keys.

use std::cell::RefCell;

use toml::de::DeValue;

use super::super::fault::Fault;

/// The file that is read, and what was found wrong in it so far, by byte offset.
pub(super) struct Source<'d> {
    file: &'d str,
    text: &'d str,
    faults: RefCell<Vec<(usize, Fault)>>,
}

impl<'d> Source<'d> {
    /// A file in which nothing wrong was found yet.
    pub(super) fn new(file: &'d str, text: &'d str) -> Self {
        Self {
            file,
            text,
            faults: RefCell::default(),
        }
    }

    /// What was found, in order of place.
    pub(super) fn into_faults(self) -> Vec<Fault> {
        let mut faults = self.faults.into_inner();
        faults.sort_by_key(|(at, _)| *at);
        faults.into_iter().map(|(_, fault)| fault).collect()
    }

    /// Keeps a fault at byte `at`.
    pub(super) fn report(&self, at: usize, found: String, expected: String) {
        let place = format!("{}:{}", self.file, self.line(at));
        let fault = Fault::new(place, found, expected);
        self.faults.borrow_mut().push((at, fault));
    }

    /// The fault that made the whole file unreadable.
    pub(super) fn syntax(&self, error: &toml::de::Error) -> Fault {
        let at = error.span().map_or(0, |span| span.start);
        let before = self.text.get(..at).unwrap_or(self.text);
        let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
        let column = before[line_start..].chars().count() + 1;
        let place = format!("{}:{}:{column}", self.file, self.line(at));
        Fault::new(place, error.message(), "a TOML file")
    }

    fn line(&self, at: usize) -> usize {
        let before = self.text.get(..at).unwrap_or(self.text);
        before.matches('\n').count() + 1
    }
}

/// A value as the reader of a fault should see it: what they wrote, or what kind of thing.
pub(super) fn shown(value: &DeValue) -> String {
    match value {
        DeValue::String(text) => format!("\"{text}\""),
        DeValue::Integer(digits) => digits.to_string(),
        DeValue::Float(digits) => digits.to_string(),
        DeValue::Boolean(yes) => yes.to_string(),
        DeValue::Datetime(date) => date.to_string(),
        DeValue::Array(_) => "a list".to_owned(),
        DeValue::Table(_) => "a table".to_owned(),
    }
}

/// A value whole, lists and tables included.
pub(super) fn spelled(value: &DeValue) -> String {
    match value {
        DeValue::Array(values) => {
            let values = values.iter().map(|value| spelled(value.get_ref()));
            format!("[{}]", values.collect::<Vec<_>>().join(", "))
        }
        DeValue::Table(entries) => {
            let entries = entries
                .iter()
                .map(|(key, value)| format!("{} = {}", key.get_ref(), spelled(value.get_ref())));
            format!("{{ {} }}", entries.collect::<Vec<_>>().join(", "))
        }
        other => shown(other),
    }
}
