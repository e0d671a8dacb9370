//! One attempt to say something to a group: one post, and what its answer asks for besides.
//!
//! Owns the order of an attempt's posts, and that they are no more than their pace counts on. Refuses to judge an answer, which
//! the domain does, and to ask what time it is: a stamp is as old as the attempt.

use chrono::{DateTime, TimeDelta, Utc};
use reqwest::Client;
use reqwest::header::{CONTENT_TYPE, USER_AGENT};
use serde_json::Value;
use tokio::time::{Duration, Instant};

use super::payload::{Shape, payload};
use super::people::Handle;
use super::settings::Ready;
use super::sign;
use crate::channels::http::{OURSELVES, Target, exchange};
use crate::channels::wording::robot::RobotText;
use crate::domain::delivery::robot::{self, Treatment, Vendor};
use crate::domain::delivery::{Class, Outcome, http};

/// `DingTalk` holds a link for unsafe: the plain shape goes without (`430101`, see the domain's
/// table).
const UNSAFE_LINK: i64 = 430_101;

/// How a post ended; no treatment where nothing was answered.
type Heard = (Outcome, Option<Treatment>);

/// One attempt under way.
pub(super) struct Attempt<'a> {
    pub(super) client: &'a Client,
    pub(super) robot: &'a Ready,
    pub(super) text: &'a RobotText,
    pub(super) called: &'a [&'a Handle],
    /// For each post.
    pub(super) timeout: Duration,
    /// The moment of the attempt, and when that was by a clock that nobody can set.
    pub(super) now: DateTime<Utc>,
    pub(super) begun: Instant,
}

impl Attempt<'_> {
    /// Makes it.
    pub(super) async fn make(&self) -> Outcome {
        let (full, treatment) = self.post(Shape::Full).await;
        match treatment {
            Some(Treatment::Afresh) => self.anew().await,
            Some(Treatment::Reshape) => self.plainly(&full).await,
            Some(Treatment::Taken) if self.calls_apart() => self.call(full).await,
            _ => full,
        }
    }

    /// The full shape once more, with a fresh stamp. An attempt has one repair, for each post
    /// counts at the vendor (`Vendor::posts_a_message`): what would need another waits for the
    /// next attempt, whose stamp is fresh from the start.
    async fn anew(&self) -> Outcome {
        let (mut outcome, treatment) = self.post(Shape::Full).await;
        if treatment == Some(Treatment::Reshape) {
            outcome.class = Class::Deferred;
        }
        outcome
    }

    /// The plain shape, after the full one was refused; what is refused in both shapes needs
    /// a person.
    async fn plainly(&self, full: &Outcome) -> Outcome {
        let shape = match full.vendor_code {
            Some(UNSAFE_LINK) => Shape::Bare,
            _ => Shape::Plain,
        };
        let (mut outcome, treatment) = self.post(shape).await;
        let before = full.words();
        outcome.detail = match treatment {
            Some(Treatment::Taken) => format!("{}, as plain text after {before}", outcome.detail),
            _ => format!("{}; in its full shape {before}", outcome.detail),
        };
        if treatment == Some(Treatment::Reshape) {
            outcome.class = Class::Rejected;
        }
        outcome
    }

    /// WeCom calls people in `text` only. The message itself has arrived: it is delivered,
    /// whatever comes of the call.
    async fn call(&self, mut full: Outcome) -> Outcome {
        let (call, treatment) = self.post(Shape::Call).await;
        if treatment != Some(Treatment::Taken) {
            full.detail = format!("{}; nobody was mentioned: {}", full.detail, call.words());
        }
        full
    }

    fn calls_apart(&self) -> bool {
        self.robot.vendor == Vendor::Wecom && !self.called.is_empty()
    }

    async fn post(&self, shape: Shape) -> Heard {
        let passed = TimeDelta::from_std(self.begun.elapsed()).unwrap_or_default();
        let at = self.now + passed;
        let body = payload(self.robot.vendor, shape, self.text, self.called);
        let (target, body) = self.signed(body, at);
        let request = self
            .client
            .post(target.url.clone())
            .header(CONTENT_TYPE, "application/json; charset=utf-8")
            .header(USER_AGENT, OURSELVES)
            .body(body.to_string());
        let deadline = Instant::now() + self.timeout;
        let judge = |answer: &http::Answer<'_>| {
            let read = robot::read(answer, self.robot.vendor, at);
            (read.outcome, read.treatment)
        };
        match exchange(request, &target, deadline, judge).await {
            (outcome, None) => (robot::unanswered(outcome), None),
            heard => heard,
        }
    }

    /// The post as of `at`, from the URL as it was configured.
    fn signed(&self, body: Value, at: DateTime<Utc>) -> (Target, Value) {
        let url = &self.robot.url;
        let (url, body) = match (self.robot.vendor, &self.robot.secret) {
            (Vendor::Dingtalk, Some(secret)) => (sign::in_query(url, secret.expose(), at), body),
            (Vendor::Feishu, Some(secret)) => {
                (url.clone(), sign::in_body(body, secret.expose(), at))
            }
            (Vendor::Wecom | Vendor::Dingtalk | Vendor::Feishu, _) => (url.clone(), body),
        };
        let called = self.called.iter().map(|handle| handle.expose().to_owned());
        let secret = self
            .robot
            .secret
            .iter()
            .map(|secret| secret.expose().to_owned());
        let unsaid = called.chain(secret).collect();
        (Target { url, unsaid }, body)
    }
}
