//! Trying the ways: one message to each recipient, each asked once.
//!
//! Owns the order and the pace: destinations beside each other, the mails of one relay one
//! after the other. Refuses to repeat anything and to write anything down.

use std::collections::BTreeMap;
use std::time::Duration;

use chrono::TimeDelta;
use futures_util::Stream;
use futures_util::stream::{self, StreamExt as _};

use super::Carrier;
use crate::clock::Clock;
use crate::domain::delivery::Outcome;
use crate::domain::lanes::BURST;
use crate::domain::notice::{Channel, Message};

/// Destinations asked at the same time, as many as a small host has sockets to spare.
const AT_ONCE: usize = 16;

/// What came of one message.
#[derive(Debug, Clone, PartialEq)]
pub struct Answered {
    /// What was sent.
    pub message: Message,
    /// The answer.
    pub outcome: Outcome,
    /// How long it took.
    pub took: TimeDelta,
}

/// Sends each of `messages` once and gives each answer as it comes; `mails_a_minute` is the
/// relay's rate, 0 where it has none.
pub fn run<'a>(
    carrier: &'a dyn Carrier,
    clock: &'a Clock,
    messages: Vec<Message>,
    mails_a_minute: u32,
) -> impl Stream<Item = Answered> + 'a {
    let mut lanes: BTreeMap<String, Vec<Message>> = BTreeMap::new();
    for message in messages {
        let lane = lanes.entry(message.recipient.destination()).or_default();
        lane.push(message);
    }
    let lanes = lanes.into_values().map(move |lane| {
        let numbered = stream::iter((0..).zip(lane));
        let asked = numbered.then(move |(number, message)| async move {
            tokio::time::sleep(pause(&message, number, mails_a_minute)).await;
            ask(carrier, clock, message).await
        });
        Box::pin(asked)
    });
    stream::iter(lanes).flatten_unordered(AT_ONCE)
}

async fn ask(carrier: &dyn Carrier, clock: &Clock, message: Message) -> Answered {
    let begun = clock.now();
    let outcome = carrier.carry(&message, begun).await;
    Answered {
        message,
        outcome,
        took: clock.now() - begun,
    }
}

/// How long a message waits after the one before it: so many mails go without a pause as a
/// deliverer's do after a rest.
fn pause(message: &Message, number: u32, mails_a_minute: u32) -> Duration {
    let is_paced = message.recipient.channel == Channel::Mail && number >= BURST;
    let minute = Duration::from_mins(1);
    let every = minute.checked_div(mails_a_minute).filter(|_| is_paced);
    every.unwrap_or_default()
}
