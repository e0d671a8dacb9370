//! What an HTTP answer means for the message.
//!
//! Owns the table of status codes and the reading of `Retry-After`. Refuses to read
//! the answer's body: 2xx alone is success.

use chrono::{DateTime, Duration, NaiveDateTime, Utc};
use reqwest::StatusCode;
use reqwest::header::{HeaderMap, RETRY_AFTER};

use crate::domain::delivery::{Class, Outcome};

/// A receiver that asks for more is asked again after this long: a wrong clock there
/// must not silence a statutory date here.
const LONGEST_WAIT: Duration = Duration::hours(24);

/// What the answer means at `now`.
pub(super) fn outcome(status: StatusCode, headers: &HeaderMap, now: DateTime<Utc>) -> Outcome {
    let class = class(status.as_u16());
    let detail = status.canonical_reason().unwrap_or("no name").to_owned();
    let mut outcome = Outcome::new(class, "http", detail).with_code(Some(status.as_u16()));
    if class == Class::Deferred {
        outcome.retry_after = retry_after(headers, now);
    }
    outcome
}

const fn class(status: u16) -> Class {
    match status {
        // Standard Webhooks: any 2xx, and nothing else.
        200..=299 => Class::Accepted,
        // 401 and 403: a rotated key or a gateway's rule, which somebody puts right within
        // the days that are tried; only this endpoint waits for it. The others say that the
        // same request may pass later (RFC 9110 15.5.9, RFC 8470 5.2, RFC 6585 4).
        401 | 403 | 408 | 425 | 429 => Class::Deferred,
        // Redirects are not followed (a signed body goes where it was configured to go);
        // 410 means stop; any other 4xx refuses this very request.
        300..=499 => Class::Rejected,
        // 5xx, and codes nobody has defined.
        _ => Class::Deferred,
    }
}

/// `Retry-After` as seconds or as any of the three dates of RFC 9110 5.6.7; a moment
/// that has passed, or nonsense, is none.
fn retry_after(headers: &HeaderMap, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
    let text = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    let is_number = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let at = if is_number {
        // Digits beyond an i64 are a wait beyond the longest.
        let seconds = text.parse().unwrap_or(i64::MAX);
        now + Duration::try_seconds(seconds).map_or(LONGEST_WAIT, |wait| wait.min(LONGEST_WAIT))
    } else {
        http_date(text)?
    };
    (at > now).then(|| at.min(now + LONGEST_WAIT))
}

fn http_date(text: &str) -> Option<DateTime<Utc>> {
    [
        "%a, %d %b %Y %H:%M:%S GMT",
        "%A, %d-%b-%y %H:%M:%S GMT",
        "%a %b %e %H:%M:%S %Y",
    ]
    .iter()
    .find_map(|form| NaiveDateTime::parse_from_str(text, form).ok())
    .map(|at| at.and_utc())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn now() -> DateTime<Utc> {
        "1994-11-06T08:49:00Z".parse().unwrap()
    }

    fn asked(value: &str) -> Option<i64> {
        let mut headers = HeaderMap::new();
        headers.insert(RETRY_AFTER, value.parse().unwrap());
        retry_after(&headers, now()).map(|at| (at - now()).num_seconds())
    }

    #[test]
    fn retry_after_is_read_in_every_form_and_nonsense_is_none() {
        assert_eq!(asked("120"), Some(120));
        for date in [
            "Sun, 06 Nov 1994 08:49:37 GMT",
            "Sunday, 06-Nov-94 08:49:37 GMT",
            "Sun Nov  6 08:49:37 1994",
        ] {
            assert_eq!(asked(date), Some(37), "{date}");
        }
        for nonsense in ["", "0", "-5", "soon", "Sun, 06 Nov 1994 08:48:00 GMT"] {
            assert_eq!(asked(nonsense), None, "{nonsense}");
        }
    }

    #[test]
    fn no_receiver_can_ask_for_more_than_a_day() {
        for huge in [
            "86401",
            "99999999999999999999999",
            "Sat, 06 Nov 2094 08:49:37 GMT",
        ] {
            assert_eq!(asked(huge), Some(86_400), "{huge}");
        }
    }
}
