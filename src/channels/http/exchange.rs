//! One exchange over the network: the request goes out, the answer is read, or something
//! breaks.
//!
//! Owns the one deadline and the bound on what is read, and which side of the request a
//! break lies on. Refuses to judge an answer; the domain has the table for that.

use std::error::Error;
use std::io;

use reqwest::header::{HeaderName, RETRY_AFTER};
use reqwest::{RequestBuilder, Response};
use rustls::AlertDescription;
use tokio::time::{Instant, timeout_at};

use super::target::Target;
use crate::channels::egress::Refused;
use crate::domain::delivery::http::{Answer, Body};
use crate::domain::delivery::{Class, Outcome};

/// More of an answer than this is not read (64 KiB); no receiver needs it to say yes.
const MAX_ANSWER_BYTES: usize = 64 * 1024;

/// Feishu says so when it may be asked again, in seconds (飞书 频控策略).
const RATE_LIMIT_RESET: HeaderName = HeaderName::from_static("x-ogw-ratelimit-reset");

/// Sends `request` and lets `judge` read its answer, all of it by `deadline`. What the judge
/// says besides the outcome is none where there was no answer.
pub(in crate::channels) async fn exchange<T>(
    request: RequestBuilder,
    target: &Target,
    deadline: Instant,
    judge: impl FnOnce(&Answer<'_>) -> (Outcome, T),
) -> (Outcome, Option<T>) {
    let (mut outcome, said) = match timeout_at(deadline, request.send()).await {
        Ok(Ok(response)) => {
            let (outcome, said) = answered(response, deadline, judge).await;
            (outcome, Some(said))
        }
        Ok(Err(error)) => (broken(&error.without_url()), None),
        Err(_) => (
            Outcome::new(Class::Unknown, "http", "no answer in time"),
            None,
        ),
    };
    outcome.detail = target.hide(&outcome.detail);
    (outcome, said)
}

async fn answered<T>(
    mut response: Response,
    deadline: Instant,
    judge: impl FnOnce(&Answer<'_>) -> (Outcome, T),
) -> (Outcome, T) {
    let mut bytes = Vec::new();
    let end = timeout_at(deadline, read(&mut response, &mut bytes)).await;
    let body = match end {
        Ok(Ok(true)) => Body::Whole(&bytes),
        Ok(Ok(false)) => Body::TooLong,
        Ok(Err(_)) | Err(_) => Body::Lost,
    };
    let headers = response.headers();
    let retry_after = headers.get(RETRY_AFTER);
    let retry_after = retry_after.or_else(|| headers.get(RATE_LIMIT_RESET));
    let answer = Answer {
        status: response.status().as_u16(),
        retry_after: retry_after.and_then(|value| value.to_str().ok()),
        body,
    };
    judge(&answer)
}

/// Reads the answer as it comes, without unpacking anything; whether its end was reached
/// within the bound.
async fn read(response: &mut Response, bytes: &mut Vec<u8>) -> reqwest::Result<bool> {
    while let Some(chunk) = response.chunk().await? {
        if bytes.len() + chunk.len() > MAX_ANSWER_BYTES {
            return Ok(false);
        }
        bytes.extend_from_slice(&chunk);
    }
    Ok(true)
}

/// Before there is a connection nothing was sent; afterwards nobody knows. What the rules
/// of egress or the certificates refuse is refused to every message.
fn broken(error: &reqwest::Error) -> Outcome {
    if let Some(rule) = cause::<Refused>(error) {
        return Outcome::new(Class::Deferred, "egress", rule.to_string()).of_channel();
    }
    if let Some(tls) = cause::<rustls::Error>(error)
        && (error.is_connect() || refuses_us(tls))
    {
        return Outcome::new(Class::Deferred, "tls", tls.to_string()).of_channel();
    }
    let words = last_words(error);
    if error.is_connect() || error.is_builder() {
        Outcome::new(Class::Deferred, "connect", words)
    } else {
        Outcome::new(Class::Unknown, "http", words)
    }
}

/// Whether a server ended the handshake because of our certificate. In TLS 1.3 that comes
/// after our request was sent, which such a server does not read (RFC 8446 4.4.2.4, 6.2).
const fn refuses_us(error: &rustls::Error) -> bool {
    matches!(
        error,
        rustls::Error::AlertReceived(
            AlertDescription::CertificateRequired
                | AlertDescription::BadCertificate
                | AlertDescription::UnsupportedCertificate
                | AlertDescription::CertificateRevoked
                | AlertDescription::CertificateExpired
                | AlertDescription::CertificateUnknown
                | AlertDescription::UnknownCA
                | AlertDescription::AccessDenied
                | AlertDescription::HandshakeFailure
        )
    )
}

/// The cause of that kind, however deep it lies.
fn cause<'e, T: Error + 'static>(error: &'e (dyn Error + 'static)) -> Option<&'e T> {
    causes(error).find_map(<dyn Error>::downcast_ref::<T>)
}

/// The error and what caused it. An I/O error does not name what it wraps as its source.
fn causes<'e>(error: &'e (dyn Error + 'static)) -> impl Iterator<Item = &'e (dyn Error + 'static)> {
    std::iter::successors(Some(error), |error: &&'e (dyn Error + 'static)| {
        let error: &'e (dyn Error + 'static) = *error;
        let io = error.downcast_ref::<io::Error>();
        match io.and_then(io::Error::get_ref) {
            Some(wrapped) => Some(wrapped),
            None => error.source(),
        }
    })
}

fn last_words(error: &reqwest::Error) -> String {
    let last = causes(error).last();
    last.map(ToString::to_string).unwrap_or_default()
}
