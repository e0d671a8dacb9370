//! The robots of chat groups: WeCom (企业微信), DingTalk (钉钉) and Feishu (飞书).
//!
//! Owns how each is spoken to: its JSON, its signature, and calling people by name. Refuses to
//! say what an answer means (`domain::delivery::robot`), to word (`channels::wording`), and to
//! call everybody.

mod attempt;
mod payload;
mod people;
mod settings;
mod sign;

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use chrono::{DateTime, Utc};
use reqwest::Client;
use tokio::time::Instant;

use super::http::{Clients, Settings};
use super::wording::Wording;
use super::wording::robot::{RobotBounds, RobotText};
use crate::domain::delivery::robot::Vendor;
use crate::domain::delivery::{Class, Outcome};
use crate::domain::fault::Fault;
use crate::domain::notice::{Channel, Message};
use attempt::Attempt;
use payload::{Shape, call};
pub use people::{Handle, Person};
use settings::Ready;
pub use settings::Robot;

/// More than this is not said in plain text, in bytes: it is for a robot that found the full
/// shape too long, too.
const MAX_PLAIN_BYTES: usize = 5_000;

/// The longest one attempt can take: each of its posts has the deadline of one.
#[must_use]
pub fn longest_attempt(settings: &Settings) -> Duration {
    let posts = Vendor::ALL.map(Vendor::posts_a_message);
    let most = posts.into_iter().max().unwrap_or(1);
    settings.timeout().saturating_mul(most)
}

/// Every robot the directory has.
pub(super) struct Robots {
    all: BTreeMap<(String, Channel), (Client, Ready)>,
    timeout: Duration,
    /// What is allowed but unwise.
    pub(super) warnings: Vec<Fault>,
}

impl Robots {
    /// Builds everything once: secrets read, one client for each way.
    pub(super) fn new(
        robots: &[Robot],
        clients: &mut Clients<'_>,
        credentials: Option<&Path>,
    ) -> Result<Self, Vec<Fault>> {
        let (mut faults, mut warnings) = (Vec::new(), Vec::new());
        let mut all = BTreeMap::new();
        for robot in robots {
            let ready = robot.read(clients, credentials, &mut warnings);
            match clients.leading_to(&robot.site(), ready, |ready| &ready.url) {
                Ok(led) => {
                    let key = (robot.unit.clone(), robot.vendor.channel());
                    all.insert(key, led);
                }
                Err(more) => faults.extend(more),
            }
        }
        if !faults.is_empty() {
            return Err(faults);
        }
        Ok(Self {
            all,
            timeout: clients.settings.timeout(),
            warnings,
        })
    }

    /// Makes one attempt to send `message` as of `now`, of which each post's stamp is made.
    pub(super) async fn send(
        &self,
        message: &Message,
        wording: &Wording,
        now: DateTime<Utc>,
    ) -> Outcome {
        let begun = Instant::now();
        let key = (message.recipient.unit.clone(), message.recipient.channel);
        let Some((client, robot)) = self.all.get(&key) else {
            let why = "the unit has no such robot any more";
            return Outcome::new(Class::Rejected, "address", why);
        };
        let called = people::called(message, &robot.people);
        let voice = (robot.vendor, robot.keyword.as_deref());
        let text = match words(voice, message, wording, &called) {
            Ok(text) => text,
            Err(outcome) => return outcome,
        };
        let attempt = Attempt {
            client,
            robot,
            text: &text,
            called: &called,
            timeout: self.timeout,
            now,
            begun,
        };
        attempt.make().await
    }
}

/// What the group of `robot` sees of `message` and how many people it calls, or what a group
/// without guard and people would, at the vendor of the message's channel.
///
/// # Errors
/// The outcome of a message that cannot be put into words.
pub(super) fn look(
    robot: Option<&Robot>,
    vendor: Vendor,
    message: &Message,
    wording: &Wording,
) -> Result<(RobotText, usize), Outcome> {
    let people = robot.map_or(&[][..], |robot| &robot.people);
    let keyword = robot.and_then(|robot| robot.keyword.as_deref());
    let called = people::called(message, people);
    let text = words((vendor, keyword), message, wording, &called)?;
    Ok((text, called.len()))
}

/// The words of `message`, with room for whom it calls and the group's keyword in each.
fn words(
    (vendor, keyword): (Vendor, Option<&str>),
    message: &Message,
    wording: &Wording,
    called: &[&Handle],
) -> Result<RobotText, Outcome> {
    let bounds = RobotBounds::of(vendor);
    let guarded = keyword.map_or(0, |word| "\n".len() + word.len());
    let calls = called.iter().map(|handle| {
        let calls = [Shape::Full, Shape::Plain];
        let longest = calls.map(|shape| call(vendor, shape, handle).len());
        longest.into_iter().max().unwrap_or_default() + "\n\n".len()
    });
    let taken = guarded + calls.sum::<usize>();
    let bounds = RobotBounds {
        body: bounds.body.saturating_sub(taken),
        plain: bounds.plain.min(MAX_PLAIN_BYTES).saturating_sub(taken),
    };
    let worded = wording.robot(message, vendor, &bounds);
    let mut text = worded.map_err(|error| error.outcome())?;
    if let Some(keyword) = keyword {
        for part in [&mut text.body, &mut text.plain, &mut text.short] {
            guard(part, keyword);
        }
    }
    Ok(text)
}

/// A robot that asks for a word drops whatever has it not.
fn guard(text: &mut String, keyword: &str) {
    if !text.contains(keyword) {
        text.push('\n');
        text.push_str(keyword);
    }
}
