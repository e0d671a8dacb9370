//! From facts to sentences: the templates, and the texts they make.
//!
//! Owns the template engine, built once, and the texts of a mail. Refuses sentences of its
//! own: every word a unit reads stands in `templates/`.

pub mod check;
mod escape;
mod facts;
pub mod folder;
mod markup;
pub mod register;
pub mod robot;
pub mod samples;

use std::collections::BTreeMap;
use std::path::Path;

use chrono::{Datelike, NaiveDate};
use minijinja::syntax::SyntaxConfig;
use minijinja::value::Serde;
use minijinja::{Environment, Error, ErrorKind, UndefinedBehavior, Value, context};
use serde_json::{Value as Json, json};

use super::plain;
use super::rule;
use crate::domain::acknowledgement::Links;
use crate::domain::delivery::{self, Class, Outcome};
use crate::domain::fault::Fault;
use crate::domain::naming;
use crate::domain::notice::{Content, Facts, Message};
use crate::domain::pack::{Pack, Rule};
use facts::facts;
use folder::{Own, TEMPLATES};

/// The word every message carries: a robot may be guarded by it and drop what lacks it.
pub const ENVELOPE: &str = "【督办提醒】";

/// Longest subject, in characters: more is cut by mail programs on any screen.
const MAX_SUBJECT_CHARS: usize = 100;

/// The templates, ready to render.
#[derive(Clone)]
pub struct Wording {
    templates: Environment<'static>,
    /// The city's own templates, where it has any.
    own: BTreeMap<&'static str, Own>,
    links: Option<Links>,
}

/// The words of one mail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Text {
    /// One line, beginning with the envelope word.
    pub subject: String,
    /// For people without HTML, and for searching.
    pub plain: String,
    /// The same in a layout.
    pub html: String,
}

/// A message that cannot be put into words: a fault of ours, not of the recipient's.
#[derive(Debug, thiserror::Error)]
pub enum WordingError {
    /// A template and the facts do not fit.
    #[error("the wording does not fit the facts: {0:#}")]
    Template(#[from] Error),
    /// The facts cannot be handed to a template.
    #[error("the facts cannot be handed to a template: {0}")]
    Facts(#[from] serde_json::Error),
}

impl WordingError {
    /// The outcome of the message: the templates may be put right, so it is tried again.
    pub(super) fn outcome(&self) -> Outcome {
        let words = plain::peer_words(&self.to_string());
        Outcome::new(Class::Deferred, "compose", words)
    }
}

impl Wording {
    /// Compiles the built-in templates.
    ///
    /// # Errors
    /// The template that is not well formed, with its line.
    pub fn new() -> Result<Self, Fault> {
        let built = Self::compiled(BTreeMap::new());
        built.map_err(|faults| {
            let first = faults.into_iter().next();
            first.unwrap_or_else(|| Fault::new("templates", "nothing", "templates"))
        })
    }

    /// Compiles the templates, those of the city's own `folder` in place of built-in ones of
    /// the same name, and tries them on every sample: what would fail when a date is near
    /// fails here.
    ///
    /// # Errors
    /// Every fault of the folder and of its templates.
    pub fn from_folder(folder: Option<&Path>) -> Result<Self, Vec<Fault>> {
        let wording = Self::untried(folder)?;
        if wording.own.is_empty() {
            return Ok(wording);
        }
        let faults = check::check(&wording).faults;
        if faults.is_empty() {
            Ok(wording)
        } else {
            Err(faults)
        }
    }

    /// The same, not tried on anything yet.
    ///
    /// # Errors
    /// What of the folder cannot be read, and what is not well formed.
    pub fn untried(folder: Option<&Path>) -> Result<Self, Vec<Fault>> {
        let mut faults = Vec::new();
        let own = folder.map(|folder| folder::read(folder, &mut faults));
        match Self::compiled(own.unwrap_or_default()) {
            Ok(wording) if faults.is_empty() => Ok(wording),
            Ok(_) => Err(faults),
            Err(more) => Err([faults, more].concat()),
        }
    }

    fn compiled(own: BTreeMap<&'static str, Own>) -> Result<Self, Vec<Fault>> {
        let mut templates = engine().map_err(|error| vec![check::of_error(&error, &own)])?;
        let mut faults = Vec::new();
        for template in &TEMPLATES {
            let source = own.get(template.name);
            let source = source.map_or(template.source, |own| &own.source);
            if let Err(error) = templates.add_template_owned(template.name, source.to_owned()) {
                faults.push(check::of_error(&error, &own));
            }
        }
        if faults.is_empty() {
            let links = None;
            Ok(Self {
                templates,
                own,
                links,
            })
        } else {
            Err(faults)
        }
    }

    /// The same, with links by which a message is acknowledged.
    #[must_use]
    pub fn with_links(self, links: Option<Links>) -> Self {
        Self { links, ..self }
    }

    /// The link by which `message` is acknowledged, where there are any.
    #[must_use]
    pub fn link(&self, message: &Message) -> Option<String> {
        self.links.as_ref()?.of(message)
    }

    /// The words of `message` as a mail.
    ///
    /// # Errors
    /// The templates do not fit the facts.
    pub fn mail(&self, message: &Message) -> Result<Text, WordingError> {
        let facts = self.values(message)?;
        let name = match message.content {
            Content::Notices { .. } => "notices",
            Content::Digest { .. } => "digest",
        };
        Ok(Text {
            subject: self.subject(&facts)?,
            plain: self.render(&format!("{name}.txt"), &facts)?,
            html: self.render(&format!("{name}.html"), &facts)?,
        })
    }

    /// `message` in one line, beginning with the envelope word; the same on whatever day it
    /// is sent.
    ///
    /// # Errors
    /// The templates do not fit the facts.
    pub fn headline(&self, message: &Message) -> Result<String, WordingError> {
        let undated = Message {
            sent_on: None,
            ..message.clone()
        };
        self.subject(&self.values(&undated)?)
    }

    /// What templates see of `message`.
    fn values(&self, message: &Message) -> Result<Value, WordingError> {
        Ok(self.with_link(message, &facts(message)?))
    }

    /// `facts`, and the link by which `message` is acknowledged, where there are any.
    fn with_link(&self, message: &Message, facts: &Json) -> Value {
        let link = self.link(message).map(|link| escape::address(&link));
        context! { link => link.map(Value::from_safe_string), ..Value::from(Serde(facts)) }
    }

    fn subject(&self, facts: &Value) -> Result<String, WordingError> {
        let subject = self.render("subject.txt", facts)?;
        Ok(plain::one_line(&subject, MAX_SUBJECT_CHARS))
    }

    /// A notice's date as a calendar shows it: its name, then what is said of it.
    ///
    /// # Errors
    /// The template does not fit the facts.
    pub fn event(&self, notice: &Facts) -> Result<(String, String), WordingError> {
        let mut facts = json!({ "n": notice });
        plain::bound(&mut facts);
        let words = self.render("event.txt", &Value::from(Serde(facts)))?;
        let (name, said) = words.split_once('\n').unwrap_or((&words, ""));
        Ok((name.to_owned(), said.trim_end().to_owned()))
    }

    /// What a rule of `pack` asks, in one sentence made from its data.
    ///
    /// # Errors
    /// The template does not fit the rule.
    pub fn rule(&self, pack: &Pack, rule: &Rule) -> Result<String, WordingError> {
        let facts = json!({ "r": rule::facts(pack, rule) });
        let sentence = self.render("rule.txt", &Value::from(Serde(facts)))?;
        // The template's own line breaks are layout.
        Ok(sentence.replace('\n', "").trim().to_owned())
    }

    fn render(&self, name: &str, facts: &Value) -> Result<String, WordingError> {
        Ok(self.templates.get_template(name)?.render(facts)?)
    }
}

/// The engine, without any template.
fn engine() -> Result<Environment<'static>, Error> {
    let mut templates = Environment::new();
    // An error must not carry the facts into a log.
    templates.set_debug(false);
    templates.set_undefined_behavior(UndefinedBehavior::Strict);
    templates.set_auto_escape_callback(escape::of_template);
    templates.set_formatter(escape::write);
    // Tags on lines of their own leave no empty lines in a mail.
    let syntax = SyntaxConfig::builder()
        .trim_blocks(true)
        .lstrip_blocks(true)
        .build()?;
    templates.set_syntax(syntax);
    templates.add_filter("civil", civil);
    templates.add_filter("event_name", |kind: &str| naming::name_of(kind).to_owned());
    templates.add_filter("in_chinese", |words: &str| delivery::in_chinese(words));
    Ok(templates)
}

/// A date in parts, for templates: year, month, day, and weekday from 0 for Monday.
fn civil(date: &str) -> Result<Value, Error> {
    let day: NaiveDate = date.parse().map_err(|_| {
        let text = format!("`{date}` is not a date");
        Error::new(ErrorKind::InvalidOperation, text)
    })?;
    Ok(context! {
        year => day.year(),
        month => day.month(),
        day => day.day(),
        weekday => day.weekday().num_days_from_monday(),
    })
}
