//! The truth table of mail: what each way a conversation can go means for the mail, over
//! real sockets. The cases stand in `opening` and `transaction`; all that are wrong are
//! named at once.

mod opening;
mod peer;
mod transaction;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};
use duban::channels::mail::Deadlines;
use duban::domain::delivery::{Class, Outcome, Scope};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use crate::support::messages::now;
use crate::support::smtp::{Act, Stage};
use peer::Peer;

/// The deadline of a phase in which a case stalls.
const SHORT: Duration = Duration::from_millis(400);

/// Over its deadline an attempt may not last longer than this (B7).
const GRACE: Duration = Duration::from_secs(1);

/// Cases at once: a handshake of a debug build takes its time.
const AT_ONCE: usize = 8;

/// One way a conversation can go.
#[derive(Debug, Clone)]
struct Case {
    peer: Peer,
    script: Option<(Stage, Act)>,
    phase: &'static str,
    stalls: bool,
    means: Means,
}

/// What it means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Means {
    class: Class,
    scope: Scope,
    earliest: Earliest,
}

/// When the relay can be asked again at the earliest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Earliest {
    /// As the retry policy says.
    Policy,
    Minutes(i64),
    /// 00:10 of the next day in China.
    NextDay,
}

const ACCEPTED: Means = means(Class::Accepted, Scope::Message, Earliest::Policy);
const REJECTED: Means = means(Class::Rejected, Scope::Message, Earliest::Policy);
const DEFERRED: Means = means(Class::Deferred, Scope::Message, Earliest::Policy);
const TOMORROW: Means = means(Class::Deferred, Scope::Message, Earliest::NextDay);
const UNKNOWN: Means = means(Class::Unknown, Scope::Message, Earliest::Policy);
/// The whole channel waits.
const HELD: Means = means(Class::Deferred, Scope::Channel, Earliest::Policy);

const fn means(class: Class, scope: Scope, earliest: Earliest) -> Means {
    Means {
        class,
        scope,
        earliest,
    }
}

const fn in_minutes(minutes: i64) -> Means {
    means(Class::Deferred, Scope::Message, Earliest::Minutes(minutes))
}

/// A relay without TLS that does this at that stage.
fn on(stage: Stage, act: Act, means: Means) -> Case {
    let phase = match stage {
        Stage::Greeting | Stage::Ehlo => "greeting",
        Stage::Starttls => "tls",
        Stage::Auth => "auth",
        Stage::Mail | Stage::Rset | Stage::Quit => "mail",
        Stage::Rcpt => "rcpt",
        Stage::Data => "data",
        Stage::Dot => "reply",
    };
    Case {
        peer: Peer::Plain,
        script: Some((stage, act)),
        phase,
        stalls: false,
        means,
    }
}

/// A peer that is of itself the difficulty.
fn with(peer: Peer, phase: &'static str, means: Means) -> Case {
    Case {
        peer,
        script: None,
        phase,
        stalls: false,
        means,
    }
}

impl Case {
    /// The same over another peer.
    fn over(self, peer: Peer) -> Self {
        Self { peer, ..self }
    }

    /// The conversation ends by the deadline of its phase.
    fn stalls(self) -> Self {
        Self {
            stalls: true,
            ..self
        }
    }

    fn ending_in(self, phase: &'static str) -> Self {
        Self { phase, ..self }
    }

    /// Short in the phase that stalls, and long enough elsewhere for a busy machine.
    fn deadlines(&self) -> Deadlines {
        let long = Duration::from_secs(30);
        let of = |phases: &[&str]| {
            if self.stalls && phases.contains(&self.phase) {
                SHORT
            } else {
                long
            }
        };
        Deadlines {
            connect: of(&["connect", "tls"]),
            greeting: of(&["greeting"]),
            command: of(&["auth", "mail", "rcpt"]),
            data: of(&["data"]),
            body: long,
            reply: of(&["reply"]),
        }
    }

    /// What is wrong with how it went, if anything is.
    async fn fault(self) -> Option<String> {
        let met = peer::meet(&self).await;
        let found = Means {
            class: met.outcome.class,
            scope: met.outcome.scope,
            earliest: earliest(met.outcome.retry_after),
        };
        let mut wrong = Vec::new();
        if found != self.means {
            wrong.push(format!("means {found:?}"));
        }
        if met.outcome.phase != self.phase {
            wrong.push(format!("ended in {}", met.outcome.phase));
        }
        if self.stalls && met.lasted > SHORT + GRACE {
            wrong.push(format!("lasted {:?}", met.lasted));
        }
        let takes = match found.class {
            Class::Accepted => met.taken == 1,
            Class::Deferred | Class::Rejected => met.taken == 0,
            Class::Unknown => met.taken <= 1,
        };
        if !takes {
            wrong.push(format!("{} mails were taken", met.taken));
        }
        (!wrong.is_empty()).then(|| report(&self, &wrong, &met.outcome))
    }
}

impl fmt::Display for Case {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.script {
            // A flood is long.
            Some((stage, act)) => write!(f, "{:?}, {stage:?} {act:.60?}", self.peer),
            None => write!(f, "{:?}", self.peer),
        }
    }
}

fn report(case: &Case, wrong: &[String], outcome: &Outcome) -> String {
    let (wrong, wanted) = (wrong.join(", "), case.means);
    format!(
        "{case}: {wrong}\n    expected {wanted:?} in {}\n    {outcome:?}",
        case.phase
    )
}

fn earliest(at: Option<DateTime<Utc>>) -> Earliest {
    let next_day: DateTime<Utc> = "2026-05-08T16:10:00Z".parse().unwrap();
    match at {
        None => Earliest::Policy,
        Some(at) if at == next_day => Earliest::NextDay,
        Some(at) => Earliest::Minutes((at - now()).num_minutes()),
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_way_a_conversation_can_go_means_what_the_table_says() {
    let cases = [opening::cases(), transaction::cases()].concat();
    assert!(cases.len() >= 40, "only {} cases", cases.len());
    let (room, all) = (Arc::new(Semaphore::new(AT_ONCE)), cases.len());
    let mut meetings = JoinSet::new();
    for case in cases {
        let room = Arc::clone(&room);
        meetings.spawn(async move {
            let _place = room.acquire_owned().await.unwrap();
            case.fault().await
        });
    }
    let mut faults = Vec::new();
    while let Some(met) = meetings.join_next().await {
        faults.extend(met.unwrap());
    }
    let list = faults.join("\n");
    assert!(
        faults.is_empty(),
        "{} of {all} cases are wrong:\n{list}",
        faults.len()
    );
    println!("{all} cases, all as they should be");
}
