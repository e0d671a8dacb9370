//! A TOML table read key by key, every fault kept with its line.
//!
//! Owns typed getters, unknown keys with the nearest known one, and the order in
//! which faults are shown. Refuses to know what a key means, and never stops at the
//! first fault: a getter that finds one reports it and gives nothing, so that
//! reading goes on; the file as a whole is then refused.

mod source;

use std::cell::RefCell;
use std::collections::BTreeSet;

use chrono::NaiveDate;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::fault::Fault;
use super::spelling::perhaps;
use source::{Source, shown, spelled};

/// Parses `text`, lets `build` read it, and gives what it built.
///
/// # Errors
/// The one syntax error with line and column, or else every fault that `build`
/// came upon, in order of line.
pub fn read<T>(file: &str, text: &str, build: impl FnOnce(&Table) -> T) -> Result<T, Vec<Fault>> {
    let source = Source::new(file, text);
    let root = DeTable::parse(text).map_err(|error| vec![source.syntax(&error)])?;
    let whole = build(&Table::new(&source, root.get_ref(), 0));
    let faults = source.into_faults();
    if faults.is_empty() {
        Ok(whole)
    } else {
        Err(faults)
    }
}

/// One table of the file. Keys are known once they are asked for.
pub struct Table<'d> {
    source: &'d Source<'d>,
    entries: &'d DeTable<'d>,
    at: usize,
    known: RefCell<BTreeSet<String>>,
    faulty: RefCell<BTreeSet<String>>,
}

impl<'d> Table<'d> {
    const fn new(source: &'d Source<'d>, entries: &'d DeTable<'d>, at: usize) -> Self {
        Self {
            source,
            entries,
            at,
            known: RefCell::new(BTreeSet::new()),
            faulty: RefCell::new(BTreeSet::new()),
        }
    }

    /// Reports every key of `keys` that is not there.
    pub fn needs(&self, keys: &[&str]) {
        for key in keys {
            if !self.has(key) {
                self.report(self.at, key, format!("no `{key}`"), format!("`{key} = …`"));
            }
        }
    }

    /// Reports every key that was never asked for, with the nearest one that was.
    pub fn finish(&self) {
        let known = self.known.borrow();
        for key in self.entries.keys() {
            let name: &str = key.get_ref();
            if !known.contains(name) {
                let names: Vec<&str> = known.iter().map(String::as_str).collect();
                let expected = format!("one of {}{}", names.join(", "), perhaps(name, &names));
                let found = format!("the unknown key `{name}`");
                self.source.report(key.span().start, found, expected);
            }
        }
    }

    /// Reports what is wrong with `key` in the light of other keys or tables, unless
    /// the key already has a fault of its own that explains it.
    pub fn doubt(&self, key: &str, found: impl Into<String>, expected: impl Into<String>) {
        if !self.faulty.borrow().contains(key) {
            let at = self.entries.get_key_value(key);
            let at = at.map_or(self.at, |(key, _)| key.span().start);
            self.report(at, key, found.into(), expected.into());
        }
    }

    /// Whether `key` stands in the file, faulty or not.
    #[must_use]
    pub fn has(&self, key: &str) -> bool {
        self.get(key).is_some()
    }

    /// Whether `key` has been asked for, and so may stand in such a table.
    #[must_use]
    pub fn knows(&self, key: &str) -> bool {
        self.known.borrow().contains(key)
    }

    /// What is written under `key`, as it would be shown in a fault.
    #[must_use]
    pub fn written(&self, key: &str) -> Option<String> {
        self.get(key).map(|value| spelled(value.get_ref()))
    }

    /// Whether a fault was found under any of the keys that were read so far.
    #[must_use]
    pub fn is_faulty(&self) -> bool {
        !self.faulty.borrow().is_empty()
    }

    /// A string with something in it.
    pub fn string(&self, key: &str) -> Option<String> {
        self.one(key, some_text)
    }

    /// A string, or a list of strings; nothing there is an empty list.
    pub fn strings(&self, key: &str) -> Vec<String> {
        self.list(key, some_text)
    }

    /// `true` or `false`.
    pub fn bool(&self, key: &str) -> Option<bool> {
        self.value(key, "true or false", |value| match value {
            DeValue::Boolean(yes) => Some(*yes),
            _ => None,
        })
    }

    /// A whole number, zero or more.
    pub fn u32(&self, key: &str) -> Option<u32> {
        self.value(key, "a whole number, zero or more", |value| match value {
            DeValue::Integer(digits) => u32::from_str_radix(digits.as_str(), digits.radix()).ok(),
            _ => None,
        })
    }

    /// A finite number, whole or not.
    pub fn f64(&self, key: &str) -> Option<f64> {
        let number = |value: &DeValue| match value {
            DeValue::Float(digits) => digits.as_str().parse().ok(),
            DeValue::Integer(digits) => digits.to_string().parse().ok(),
            _ => None,
        };
        self.value(key, "a number", |value| {
            number(value).filter(|n: &f64| n.is_finite())
        })
    }

    /// A civil date, written without quotes.
    pub fn date(&self, key: &str) -> Option<NaiveDate> {
        self.value(key, A_DATE, civil_date)
    }

    /// A civil date, or a list of them; nothing there is an empty list.
    pub fn dates(&self, key: &str) -> Vec<NaiveDate> {
        let items = self.items(key).into_iter();
        let read = |value: &Spanned<DeValue>| {
            let date = civil_date(value.get_ref());
            if date.is_none() {
                self.misread(key, value, A_DATE);
            }
            date
        };
        items.filter_map(read).collect()
    }

    /// A string that `read` understands, or says what it expected instead.
    pub fn one<T>(&self, key: &str, read: impl Fn(&str) -> Result<T, String>) -> Option<T> {
        self.word(key, self.get(key)?, &read)
    }

    /// A string or a list of strings, each of which `read` understands.
    pub fn list<T>(&self, key: &str, read: impl Fn(&str) -> Result<T, String>) -> Vec<T> {
        let items = self.items(key).into_iter();
        items
            .filter_map(|value| self.word(key, value, &read))
            .collect()
    }

    /// One of a closed set of names.
    pub fn choice<T: Copy>(&self, key: &str, names: &[(T, &str)]) -> Option<T> {
        self.one(key, |text| named(names, text))
    }

    /// Any of a closed set of names: one string or a list.
    pub fn choices<T: Copy>(&self, key: &str, names: &[(T, &str)]) -> Vec<T> {
        self.list(key, |text| named(names, text))
    }

    /// A table below this one.
    pub fn table(&self, key: &str) -> Option<Table<'d>> {
        self.below(key, self.get(key)?)
    }

    /// A list of tables below this one; nothing there is an empty list.
    pub fn tables(&self, key: &str) -> Vec<Table<'d>> {
        let items = self.items(key).into_iter();
        items.filter_map(|value| self.below(key, value)).collect()
    }

    fn items(&self, key: &str) -> Vec<&'d Spanned<DeValue<'d>>> {
        let Some(value) = self.get(key) else {
            return Vec::new();
        };
        match value.get_ref() {
            DeValue::Array(values) => values.iter().collect(),
            _ => vec![value],
        }
    }

    fn get(&self, key: &str) -> Option<&'d Spanned<DeValue<'d>>> {
        self.known.borrow_mut().insert(key.to_owned());
        self.entries.get(key)
    }

    fn value<T>(
        &self,
        key: &str,
        expected: &str,
        read: impl Fn(&DeValue) -> Option<T>,
    ) -> Option<T> {
        let value = self.get(key)?;
        let understood = read(value.get_ref());
        if understood.is_none() {
            self.misread(key, value, expected);
        }
        understood
    }

    fn word<T>(
        &self,
        key: &str,
        value: &Spanned<DeValue>,
        read: &impl Fn(&str) -> Result<T, String>,
    ) -> Option<T> {
        let understood = match value.get_ref() {
            DeValue::String(text) => read(text),
            _ => Err("text in quotes".to_owned()),
        };
        understood
            .map_err(|expected| self.misread(key, value, &expected))
            .ok()
    }

    fn below(&self, key: &str, value: &'d Spanned<DeValue<'d>>) -> Option<Table<'d>> {
        let DeValue::Table(entries) = value.get_ref() else {
            self.misread(key, value, "a table");
            return None;
        };
        Some(Table::new(self.source, entries, value.span().start))
    }

    fn misread(&self, key: &str, value: &Spanned<DeValue>, expected: &str) {
        let found = format!("{key} = {}", shown(value.get_ref()));
        self.report(value.span().start, key, found, expected.to_owned());
    }

    fn report(&self, at: usize, key: &str, found: String, expected: String) {
        self.faulty.borrow_mut().insert(key.to_owned());
        self.source.report(at, found, expected);
    }
}

/// What a date that could not be read should have been.
const A_DATE: &str = "a date like 2023-08-25, without quotes";

fn civil_date(value: &DeValue) -> Option<NaiveDate> {
    let DeValue::Datetime(written) = value else {
        return None;
    };
    let date = written.date.filter(|_| written.time.is_none())?;
    NaiveDate::from_ymd_opt(date.year.into(), date.month.into(), date.day.into())
}

fn some_text(text: &str) -> Result<String, String> {
    if text.trim().is_empty() {
        Err("some text".to_owned())
    } else {
        Ok(text.to_owned())
    }
}

fn named<T: Copy>(names: &[(T, &str)], text: &str) -> Result<T, String> {
    let found = names.iter().find(|(_, name)| *name == text);
    found.map(|(value, _)| *value).ok_or_else(|| {
        let known: Vec<&str> = names.iter().map(|(_, name)| *name).collect();
        format!("one of {}{}", known.join(", "), perhaps(text, &known))
    })
}
