//! From what is known of a message to a page.
//!
//! Owns the template engine of the pages and the values templates see. Refuses sentences of
//! its own: every word stands in `templates/`, and everything shown is escaped.

use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Response};
use chrono::{Datelike, NaiveDate};
use minijinja::syntax::SyntaxConfig;
use minijinja::value::Serde;
use minijinja::{AutoEscape, Environment, Error, UndefinedBehavior, Value};
use serde_json::{Value as Json, json};
use tracing::error;

use crate::clock::written_to_minute;
use crate::domain::acknowledgement::asks;
use crate::domain::fault::Fault;
use crate::domain::pack::{Relation, Strength};
use crate::store::ledger::acknowledgements::{Acknowledged, Asked, Seen};

/// Every template, compiled in.
const TEMPLATES: &[(&str, &str)] = &[
    ("layout.html", include_str!("templates/layout.html")),
    ("message.html", include_str!("templates/message.html")),
    ("word.html", include_str!("templates/word.html")),
];

/// The pages' templates, ready to render.
pub(super) struct Templates {
    templates: Environment<'static>,
}

impl Templates {
    /// Compiles every template.
    pub(super) fn new() -> Result<Self, Fault> {
        let unfit = |error: Error| {
            let place = error.name().unwrap_or("templates").to_owned();
            Fault::new(place, format!("{error:#}"), "a template that compiles")
        };
        let mut templates = Environment::new();
        // An error must not carry what it was about into a log.
        templates.set_debug(false);
        templates.set_undefined_behavior(UndefinedBehavior::Strict);
        templates.set_auto_escape_callback(|_| AutoEscape::Html);
        let syntax = SyntaxConfig::builder()
            .trim_blocks(true)
            .lstrip_blocks(true)
            .build()
            .map_err(unfit)?;
        templates.set_syntax(syntax);
        for (name, source) in TEMPLATES {
            templates.add_template(name, source).map_err(unfit)?;
        }
        Ok(Self { templates })
    }

    /// A page with that status. One that cannot be rendered is a fault of ours.
    pub(super) fn page(&self, status: StatusCode, name: &str, values: Json) -> Response {
        let template = self.templates.get_template(name);
        match template.and_then(|template| template.render(Value::from(Serde(values)))) {
            Ok(page) => (status, Html(page)).into_response(),
            Err(error) => {
                error!(%error, page = name, "a page does not fit what it shows");
                StatusCode::INTERNAL_SERVER_ERROR.into_response()
            }
        }
    }
}

/// What `message.html` sees of a message, as it stands on `today`.
pub(super) fn values(asked: &Asked, today: NaiveDate) -> Json {
    let is_open =
        |seen: &Seen| !seen.is_cancelled && seen.acknowledged.is_none() && asks(seen.facts.kind);
    let notices = asked.notices.iter().map(|seen| notice(seen, today));
    json!({
        "unit": asked.recipient.unit,
        "name": asked.recipient.name,
        "notices": notices.collect::<Vec<Json>>(),
        "is_open": asked.notices.iter().any(is_open),
        "given": first(asked).map(given),
    })
}

/// The first word on any of the notices.
fn first(asked: &Asked) -> Option<&Acknowledged> {
    let given = asked
        .notices
        .iter()
        .filter_map(|seen| seen.acknowledged.as_ref());
    given.min_by(|one, other| one.at.cmp(&other.at))
}

fn given(one: &Acknowledged) -> Json {
    json!({ "by": one.by, "at": written_to_minute(&one.at), "how": one.how })
}

fn notice(seen: &Seen, today: NaiveDate) -> Json {
    let facts = &seen.facts;
    json!({
        "decision": facts.obligation.decision.0,
        "organ": facts.organ,
        "year": facts.year,
        "seq": facts.seq,
        "title": facts.title,
        "duty": facts.duty,
        "relation": facts.relation,
        "due_on": civil(facts.due_on),
        "now_due_on": civil(seen.due_on),
        "standing": standing(seen, today),
        "given": seen.acknowledged.as_ref().map(given),
    })
}

/// How a notice's duty stands on `today`, as far as the ledger knows.
fn standing(seen: &Seen, today: NaiveDate) -> &'static str {
    let facts = &seen.facts;
    if !seen.is_live {
        return "ended";
    }
    if seen.revision > facts.revision {
        return "moved";
    }
    let is_act = matches!(facts.relation, Relation::By | Relation::Gate);
    match facts.strength {
        _ if !is_act => "open",
        Strength::Advisory if today > seen.latest_on => "past",
        Strength::Should if today > seen.latest_on => "beyond",
        Strength::Must if today > seen.latest_on => "overdue",
        Strength::Advisory if today >= seen.due_on => "advised",
        _ if today >= seen.due_on => "due",
        _ => "open",
    }
}

/// A date as people write it.
fn civil(day: NaiveDate) -> Json {
    json!({ "year": day.year(), "month": day.month(), "day": day.day() })
}
