//! From a message and its wording to the bytes of one mail to one person.
//!
//! Owns the headers and the shape of the parts. Refuses wording (templates) and
//! more than one recipient per envelope.

use chrono::{DateTime, Utc};
use lettre::address::Envelope;
use lettre::message::header::{
    ContentDisposition, ContentTransferEncoding, ContentType, ContentTypeErr, HeaderName,
    HeaderValue,
};
use lettre::message::{Mailbox, MultiPart, MultiPartKind, SinglePart};
use lettre::{Address, Message as Letter};

use crate::channels::calendar_file::CalendarFile;
use crate::channels::plain;
use crate::channels::wording::Text;
use crate::domain::delivery::{Class, Outcome};
use crate::domain::notice::{Content, Message};

/// Longest display name, in characters; a unit's full title stays below it.
const MAX_NAME_CHARS: usize = 60;

/// A mail ready to be sent.
pub(super) struct Composed {
    pub(super) envelope: Envelope,
    pub(super) bytes: Vec<u8>,
}

/// Puts the mail together as of `now`.
///
/// # Errors
/// The outcome of a message that cannot become a mail.
pub(super) fn compose(
    message: &Message,
    text: Text,
    file: Option<CalendarFile>,
    from: &Mailbox,
    now: DateTime<Utc>,
) -> Result<Composed, Outcome> {
    let to: Address = message.recipient.address.parse().map_err(|_| {
        Outcome::new(
            Class::Rejected,
            "address",
            "the recipient has no usable e-mail address",
        )
    })?;
    let domain = from.email.domain();
    let mut letter = Letter::builder()
        .date(now.into())
        .from(from.clone())
        .to(Mailbox::new(display_name(&message.recipient.name), to))
        .subject(text.subject)
        .message_id(Some(format!("<{}@{domain}>", plain::stem(&message.key))));
    if let Some(roots) = roots(&message.content, domain) {
        letter = letter.references(roots);
    }
    // RFC 3834: no out-of-office replies, please; the second header says it to Exchange.
    letter = letter
        .raw_header(raw(
            HeaderName::new_from_ascii_str("Auto-Submitted"),
            "auto-generated",
        ))
        .raw_header(raw(
            HeaderName::new_from_ascii_str("X-Auto-Response-Suppress"),
            "All",
        ));
    // No List-Unsubscribe: nobody may unsubscribe from a statutory notice by a click, nor may
    // a mail gateway that follows links do so for them. A wrong contact is corrected by the
    // centre, as the mail says.
    if let Some(list) = list_id(domain) {
        letter = letter.raw_header(raw(HeaderName::new_from_ascii_str("List-Id"), &list));
    }
    if message.maybe_repeat {
        let attempt = message.attempt.to_string();
        letter = letter.raw_header(raw(
            HeaderName::new_from_ascii_str("X-Duban-Attempt"),
            &attempt,
        ));
    }
    let parts = parts(&message.key, text.plain, text.html);
    let parts = match file {
        Some(file) => with_file(&message.key, parts, file).map_err(|error| unfit(&error))?,
        None => parts,
    };
    let letter = letter.multipart(parts).map_err(|error| unfit(&error))?;
    Ok(Composed {
        envelope: letter.envelope().clone(),
        bytes: letter.formatted(),
    })
}

/// One root per decision, so that a mail program shows a decision's mails as one thread.
fn roots(content: &Content, domain: &str) -> Option<String> {
    let Content::Notices { notices } = content else {
        return None;
    };
    let mut roots: Vec<String> = Vec::new();
    for notice in notices {
        let decision = plain::stem(&notice.obligation.decision.0);
        let root = format!("<decision-{decision}@{domain}>");
        if !roots.contains(&root) {
            roots.push(root);
        }
    }
    (!roots.is_empty()).then(|| roots.join(" "))
}

/// Base64 for both parts: old relays in provincial networks break 8-bit text.
fn parts(key: &str, plain_text: String, html: String) -> MultiPart {
    let part = |kind: ContentType, body: String| {
        SinglePart::builder()
            .header(kind)
            .header(ContentTransferEncoding::Base64)
            .body(body)
    };
    // Fixed, so that the same message is the same mail.
    let boundary = format!("duban-{}", plain::stem(key));
    MultiPart::builder()
        .kind(MultiPartKind::Alternative)
        .boundary(boundary)
        .singlepart(part(ContentType::TEXT_PLAIN, plain_text))
        .singlepart(part(ContentType::TEXT_HTML, html))
}

/// `parts`, with a calendar file beside them. RFC 6047 asks for the method in the type, too;
/// PUBLISH asks its reader for nothing.
fn with_file(key: &str, parts: MultiPart, file: CalendarFile) -> Result<MultiPart, ContentTypeErr> {
    let kind = ContentType::parse("text/calendar; charset=utf-8; method=PUBLISH")?;
    let attachment = SinglePart::builder()
        .header(kind)
        .header(ContentDisposition::attachment(&file.name))
        .header(ContentTransferEncoding::Base64)
        .body(file.text);
    // No longer than the 70 characters of RFC 2046 with the longest stem.
    let boundary = format!("mixed-{}", plain::stem(key));
    Ok(MultiPart::builder()
        .kind(MultiPartKind::Mixed)
        .boundary(boundary)
        .multipart(parts)
        .singlepart(attachment))
}

/// A handle for filters (RFC 2919): stable for all that duban sends. Its namespace must be
/// a domain, which an address in brackets is not.
fn list_id(domain: &str) -> Option<String> {
    (!domain.starts_with('[')).then(|| format!("<duban.{domain}>"))
}

fn unfit(error: &impl ToString) -> Outcome {
    Outcome::new(Class::Rejected, "compose", error.to_string())
}

/// The name without control characters, on which lettre panics.
fn display_name(name: &str) -> Option<String> {
    let name = plain::one_line(name, MAX_NAME_CHARS);
    (!name.is_empty()).then_some(name)
}

fn raw(name: HeaderName, value: &str) -> HeaderValue {
    HeaderValue::new(name, value.to_owned())
}
