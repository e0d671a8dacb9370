//! From facts to sentences: the templates, and the texts they make.
//!
//! Owns the template engine, built once, and the texts of a mail. Refuses sentences of its
//! own: every word a unit reads stands in `templates/`.

mod escape;
mod facts;
pub mod robot;

use chrono::{Datelike, NaiveDate};
use minijinja::syntax::SyntaxConfig;
use minijinja::value::Serde;
use minijinja::{Environment, Error, ErrorKind, UndefinedBehavior, Value, context};
use serde_json::{Value as Json, json};

use super::plain;
use super::rule;
use crate::domain::acknowledgement::Links;
use crate::domain::delivery::{Class, Outcome};
use crate::domain::fault::Fault;
use crate::domain::notice::{Content, Message};
use crate::domain::pack::{Pack, Rule};
use facts::facts;

/// Longest subject, in characters: more is cut by mail programs on any screen.
const MAX_SUBJECT_CHARS: usize = 100;

/// Every template, compiled in; what it shows is escaped by the ending of its name.
const TEMPLATES: &[(&str, &str)] = &[
    ("words.txt", include_str!("../templates/words.txt")),
    ("endings.txt", include_str!("../templates/endings.txt")),
    ("trail.txt", include_str!("../templates/trail.txt")),
    ("gaps.txt", include_str!("../templates/gaps.txt")),
    ("delivery.txt", include_str!("../templates/delivery.txt")),
    ("subject.txt", include_str!("../templates/subject.txt")),
    ("notices.txt", include_str!("../templates/notices.txt")),
    ("notices.html", include_str!("../templates/notices.html")),
    ("digest.txt", include_str!("../templates/digest.txt")),
    ("digest.html", include_str!("../templates/digest.html")),
    ("group.wecom", include_str!("../templates/group.wecom")),
    (
        "group.dingtalk",
        include_str!("../templates/group.dingtalk"),
    ),
    ("group.lark", include_str!("../templates/group.lark")),
    ("group.text", include_str!("../templates/group.text")),
    (
        "group-items.text",
        include_str!("../templates/group-items.text"),
    ),
    (
        "group-rest.text",
        include_str!("../templates/group-rest.text"),
    ),
    (
        "group-short.text",
        include_str!("../templates/group-short.text"),
    ),
    ("rule.txt", include_str!("../templates/rule.txt")),
    ("page.html", include_str!("../templates/page.html")),
];

/// The templates, ready to render.
pub struct Wording {
    templates: Environment<'static>,
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
    /// Compiles every template.
    ///
    /// # Errors
    /// The template that is not well formed, with its line.
    pub fn new() -> Result<Self, Fault> {
        let unfit = |error: Error| {
            let place = error.name().unwrap_or("templates").to_owned();
            Fault::new(place, format!("{error:#}"), "a template that compiles")
        };
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
            .build()
            .map_err(unfit)?;
        templates.set_syntax(syntax);
        templates.add_filter("civil", civil);
        for (name, source) in TEMPLATES {
            templates.add_template(name, source).map_err(unfit)?;
        }
        Ok(Self {
            templates,
            links: None,
        })
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
        context! { link => link.map(Value::from_safe_string), ..Value::from(Serde(facts.clone())) }
    }

    fn subject(&self, facts: &Value) -> Result<String, WordingError> {
        let subject = self.render("subject.txt", facts)?;
        Ok(plain::one_line(&subject, MAX_SUBJECT_CHARS))
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
