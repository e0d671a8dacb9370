//! Acknowledging (签收) by a link: opening it shows a page, sending its form is on record.
//!
//! Owns that only a POST with a name changes anything: mail gateways, chat clients and
//! browsers open links by themselves. A second POST shows who was first. Refuses to log a
//! name, and to tell a link that was guessed from one that was made with another key.

use std::sync::{Arc, PoisonError};

use axum::body::Bytes;
use axum::extract::rejection::{BytesRejection, PathRejection};
use axum::extract::{Path, State};
use axum::http::header::RETRY_AFTER;
use axum::http::{HeaderValue, StatusCode};
use axum::response::Response;
use serde_json::{Value as Json, json};
use tracing::{error, info};

use super::page;
use super::server::Pages;
use crate::clock::civil;
use crate::domain::acknowledgement::{LONGEST_NAME, Refused, Unfit, name};
use crate::store::StoreError;
use crate::store::ledger::acknowledgements::{self, Asked, How, Recorded, Word};

/// The field of the form.
const FIELD: &str = "name";

/// Seconds until a page that could not be made is worth another try.
const TRY_AGAIN_SECS: u16 = 60;

type Link = Result<Path<(String, String, String)>, PathRejection>;
type Answer = Result<Response, Refusal>;

/// A page that only says why there is nothing else.
#[derive(Debug, Clone, Copy)]
struct Refusal {
    status: StatusCode,
    what: &'static str,
}

const VOID: Refusal = Refusal {
    status: StatusCode::NOT_FOUND,
    what: "void",
};
const EXPIRED: Refusal = Refusal {
    status: StatusCode::GONE,
    what: "expired",
};
const UNKNOWN: Refusal = Refusal {
    status: StatusCode::NOT_FOUND,
    what: "unknown",
};
const WRONG_METHOD: Refusal = Refusal {
    status: StatusCode::METHOD_NOT_ALLOWED,
    what: "method",
};
const FAILED: Refusal = Refusal {
    status: StatusCode::SERVICE_UNAVAILABLE,
    what: "failed",
};

/// GET and HEAD: the page of a message. Changes nothing.
pub(super) async fn show(State(pages): State<Arc<Pages>>, link: Link) -> Response {
    let shown = async {
        let message = pages.message(link)?;
        let asked = pages.asked(&message).await?;
        Ok(pages.shown(StatusCode::OK, &asked, &Json::Null))
    };
    let shown: Answer = shown.await;
    shown.unwrap_or_else(|refusal| pages.refuse(refusal))
}

/// POST: records who acknowledges, and shows the page again.
pub(super) async fn take(
    State(pages): State<Arc<Pages>>,
    link: Link,
    body: Result<Bytes, BytesRejection>,
) -> Response {
    let taken = async {
        let message = pages.message(link)?;
        let body = body.map_err(|rejection| unread(&rejection))?;
        let typed = field(&body);
        let by = match name(&typed) {
            Ok(by) => by,
            Err(unfit) => {
                let asked = pages.asked(&message).await?;
                let wrong = json!({ "what": word(unfit), "most": LONGEST_NAME });
                return Ok(pages.shown(StatusCode::UNPROCESSABLE_ENTITY, &asked, &wrong));
            }
        };
        pages.record(&message, by).await?;
        let asked = pages.asked(&message).await?;
        Ok(pages.shown(StatusCode::OK, &asked, &Json::Null))
    };
    let taken: Answer = taken.await;
    taken.unwrap_or_else(|refusal| pages.refuse(refusal))
}

/// Any other address.
pub(super) async fn unknown(State(pages): State<Arc<Pages>>) -> Response {
    pages.refuse(UNKNOWN)
}

/// Any other method; OPTIONS among them, for no other site has a say here.
pub(super) async fn wrong_method(State(pages): State<Arc<Pages>>) -> Response {
    pages.refuse(WRONG_METHOD)
}

/// What was typed into the form; nothing where there is no such field.
fn field(body: &[u8]) -> String {
    let mut fields = form_urlencoded::parse(body);
    let found = fields.find(|(name, _)| name == FIELD);
    found.map_or_else(String::new, |(_, value)| value.into_owned())
}

const fn word(unfit: Unfit) -> &'static str {
    match unfit {
        Unfit::Empty => "empty",
        Unfit::TooLong => "long",
        Unfit::NotOneLine => "odd",
    }
}

/// A form that could not be read: too large, or cut off.
fn unread(rejection: &BytesRejection) -> Refusal {
    let status = rejection.status();
    let is_large = status == StatusCode::PAYLOAD_TOO_LARGE;
    let what = if is_large { "large" } else { "failed" };
    Refusal { status, what }
}

fn failed(error: &StoreError) -> Refusal {
    error!(%error, "a page could not be made, or an acknowledgement not be recorded");
    FAILED
}

impl Pages {
    /// The message whose link this is, if it is ours and still good.
    fn message(&self, link: Link) -> Result<String, Refusal> {
        let Path((message, day, mac)) = link.map_err(|_| VOID)?;
        let links = self.around.links().ok_or(VOID)?;
        let today = civil(self.around.now()).date();
        match links.read(&message, &day, &mac, today) {
            Ok(()) => Ok(message),
            Err(Refused::Forged) => Err(VOID),
            Err(Refused::Expired) => Err(EXPIRED),
        }
    }

    /// What the ledger knows of a message. Reading may wait for the disk, so it is done where
    /// that stops nobody else.
    async fn asked(self: &Arc<Self>, message: &str) -> Result<Asked, Refusal> {
        let (pages, key) = (Arc::clone(self), message.to_owned());
        let read = move || {
            let reader = pages.reader.lock().unwrap_or_else(PoisonError::into_inner);
            reader.ask("read a message for its page", |c| {
                acknowledgements::asked(c, &key)
            })
        };
        match tokio::task::spawn_blocking(read).await {
            // A restored ledger does not know what was sent since.
            Ok(Ok(None)) => Err(VOID),
            Ok(Ok(Some(asked))) => Ok(asked),
            Ok(Err(error)) => Err(failed(&error)),
            Err(panicked) => {
                error!(%panicked, "a page could not be made");
                Err(FAILED)
            }
        }
    }

    /// Puts it on record; durable once this returns.
    async fn record(&self, message: &str, by: String) -> Result<(), Refusal> {
        let (key, now) = (message.to_owned(), self.around.now());
        let word = Word {
            by,
            how: How::Link,
            note: None,
        };
        let write = self.ledger.write("record an acknowledgement", move |c| {
            acknowledgements::record(c, &key, &word, now)
        });
        let recorded = write.await.map_err(|error| failed(&error))?;
        if recorded.notices > 0 {
            let Recorded { notices, quieted } = recorded;
            info!(message, notices, quieted, "acknowledged by its link");
        }
        Ok(())
    }

    /// The page of a message, with what is wrong with the form that was sent, if anything.
    fn shown(&self, status: StatusCode, asked: &Asked, wrong: &Json) -> Response {
        let mut values = page::values(asked, civil(self.around.now()).date());
        values["wrong"] = wrong.clone();
        values["centre"] = json!(self.around.centre());
        self.templates.page(status, "message.html", values)
    }

    fn refuse(&self, Refusal { status, what }: Refusal) -> Response {
        let values = json!({ "what": what, "centre": self.around.centre() });
        let mut response = self.templates.page(status, "word.html", values);
        if status == StatusCode::SERVICE_UNAVAILABLE {
            let later = HeaderValue::from(TRY_AGAIN_SECS);
            response.headers_mut().insert(RETRY_AFTER, later);
        }
        response
    }
}
