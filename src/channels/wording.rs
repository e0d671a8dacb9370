//! From facts to sentences: the templates, and the values they are given.
//!
//! Owns the template engine, built once, and the shape of what templates see.
//! Refuses sentences of its own: every word a unit reads stands in `templates/`.

use chrono::{Datelike, NaiveDate};
use minijinja::syntax::SyntaxConfig;
use minijinja::value::Serde;
use minijinja::{AutoEscape, Environment, Error, ErrorKind, UndefinedBehavior, Value, context};
use serde_json::{Value as Json, json};

use super::plain;
use super::rule;
use super::trail;
use crate::domain::delivery::{Class, Outcome};
use crate::domain::fault::Fault;
use crate::domain::notice::{Content, Digest, DigestRow, Facts, Message};
use crate::domain::obligation::State;
use crate::domain::pack::{Pack, Relation, Rule, Strength};

/// Longest subject, in characters: more is cut by mail programs on any screen.
const MAX_SUBJECT_CHARS: usize = 100;

/// Every template, compiled in; the ones whose names end in `.html` escape what they show.
const TEMPLATES: &[(&str, &str)] = &[
    ("words.txt", include_str!("templates/words.txt")),
    ("trail.txt", include_str!("templates/trail.txt")),
    ("gaps.txt", include_str!("templates/gaps.txt")),
    ("delivery.txt", include_str!("templates/delivery.txt")),
    ("subject.txt", include_str!("templates/subject.txt")),
    ("notices.txt", include_str!("templates/notices.txt")),
    ("notices.html", include_str!("templates/notices.html")),
    ("digest.txt", include_str!("templates/digest.txt")),
    ("digest.html", include_str!("templates/digest.html")),
    ("rule.txt", include_str!("templates/rule.txt")),
    ("page.html", include_str!("templates/page.html")),
];

/// The templates, ready to render.
pub struct Wording {
    templates: Environment<'static>,
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
        templates.set_auto_escape_callback(|name| {
            if name.rsplit('.').next() == Some("html") {
                AutoEscape::Html
            } else {
                AutoEscape::None
            }
        });
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
        Ok(Self { templates })
    }

    /// The words of `message` as a mail.
    ///
    /// # Errors
    /// The templates do not fit the facts.
    pub fn mail(&self, message: &Message) -> Result<Text, WordingError> {
        let facts = Value::from(Serde(facts(message)?));
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
        self.subject(&Value::from(Serde(facts(&undated)?)))
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

/// What templates see: the message's own fields, every text on one line and bounded,
/// trails in runs, digest rows with the group they stand in.
fn facts(message: &Message) -> Result<Json, serde_json::Error> {
    let mut facts = serde_json::to_value(&message.content)?;
    match &message.content {
        Content::Notices { notices } => {
            with_trails(&mut facts, notices)?;
            with_delays(&mut facts, notices, message.sent_on);
        }
        Content::Digest { digest } => with_groups(&mut facts, digest),
    }
    facts["recipient"] = serde_json::to_value(&message.recipient)?;
    facts["attempt"] = json!(message.attempt);
    facts["maybe_repeat"] = json!(message.maybe_repeat);
    plain::bound(&mut facts);
    Ok(facts)
}

fn with_trails(facts: &mut Json, notices: &[Facts]) -> Result<(), serde_json::Error> {
    for (index, notice) in notices.iter().enumerate() {
        facts["notices"][index]["trail"] = serde_json::to_value(trail::compact(&notice.trail))?;
    }
    Ok(())
}

/// Whether what is said was so on an earlier day, and whether it is said too late.
fn with_delays(facts: &mut Json, notices: &[Facts], sent_on: Option<NaiveDate>) {
    for (index, notice) in notices.iter().enumerate() {
        let is_after = |day: Option<NaiveDate>| sent_on.zip(day).is_some_and(|(on, day)| on > day);
        facts["notices"][index]["stale"] = json!(is_after(Some(notice.as_of)));
        facts["notices"][index]["late"] = json!(is_after(notice.useful_on()));
    }
}

fn with_groups(facts: &mut Json, digest: &Digest) {
    for (index, row) in digest.rows.iter().enumerate() {
        facts["digest"]["rows"][index]["group"] = json!(group(row, digest.on));
    }
}

/// Where a digest shows a row. A number the law does not give is never overdue, nor is
/// what a date only opened.
fn group(row: &DigestRow, on: NaiveDate) -> &'static str {
    match (row.state, row.strength) {
        (State::Overdue, Strength::Advisory) => "past",
        (State::Overdue, Strength::Must | Strength::Should) => "overdue",
        _ if row.relation == Relation::Trigger && row.due_on < on => "past",
        _ if row.due_on <= on => "due_today",
        _ => "near",
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
