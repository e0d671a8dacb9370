//! How much is under way to whom: places, slow start, turns and tokens.
//!
//! Owns that no destination takes what others wait for. Each begins with one place and
//! gets one more for each success, as in Postfix's queue manager; those that give no answer
//! share half of all places; turns go round; a rate is kept by tokens. Refuses to know
//! what is sent, and the time: every moment is an argument. It remembers nothing over a
//! restart, where each destination has to prove itself again.

mod lane;

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};

use super::delivery::{Class, Outcome, Scope};
use super::notice::Channel;
use lane::Lane;

/// Those that answered nothing lately may together have this share of the places, ...
const SILENT_SHARE: (usize, usize) = (1, 2);

/// ... and with those nobody knows yet, this one: the rest is kept for whoever answers.
const UNPROVEN_SHARE: (usize, usize) = (3, 4);

/// RFC 5321, 3.8: the relay closes, which says nothing about one recipient.
const RELAY_CLOSES: u16 = 421;

/// How much may be under way.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Bounds {
    /// In all: what a crash can leave uncertain is bounded by it.
    pub in_flight: usize,
    /// To one endpoint.
    pub per_destination: usize,
    /// To the mail relay, which stands for many mailboxes.
    pub per_relay: usize,
    /// To the relay before anything is known of it: one mail that it keeps for minutes must
    /// not hold up the others.
    pub relay_start: usize,
    /// Messages a minute, by channel or destination; none, or 0, where there is no limit.
    pub per_minute: BTreeMap<String, u32>,
}

impl Bounds {
    fn at_once(&self, destination: &str) -> usize {
        if is_shared(destination) {
            self.per_relay
        } else {
            self.per_destination
        }
    }

    fn at_first(&self, destination: &str) -> usize {
        if is_shared(destination) {
            self.relay_start.clamp(1, self.per_relay.max(1))
        } else {
            1
        }
    }

    /// The destination's own rate, or that of its channel.
    fn per_minute(&self, destination: &str) -> u32 {
        let channel = destination.split(':').next().unwrap_or_default();
        let found = [destination, channel]
            .into_iter()
            .find_map(|name| self.per_minute.get(name));
        found.copied().unwrap_or_default()
    }

    fn share(&self, (part, whole): (usize, usize)) -> usize {
        (self.in_flight * part / whole).max(self.in_flight.min(1))
    }
}

/// Whether many mailboxes lie behind a destination.
fn is_shared(destination: &str) -> bool {
    destination == Channel::Mail.name()
}

/// A destination for which messages wait.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Waiting {
    /// Where they go.
    pub destination: String,
    /// When the first of them is due.
    pub due: DateTime<Utc>,
    /// That one was tried before.
    pub tried: bool,
    /// The destination is held, and one message may probe it.
    pub is_probe: bool,
}

/// How many messages a destination may have taken now, before others have their turn.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Turn {
    /// Where they go.
    pub destination: String,
    /// At most so many.
    pub room: usize,
    standing: Standing,
}

/// What is known of a destination.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Standing {
    /// It answered lately.
    Proven,
    /// Nothing is known yet.
    Fresh,
    /// It did not answer when it was last asked, or does not answer now.
    Silent,
}

/// What a destination gave to hear.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Heard {
    /// It took the message.
    Success,
    /// It answered about this one message.
    Answer,
    /// It answered that it wants less.
    Reluctance,
    /// No answer at all.
    Silence,
    /// It was not asked.
    NotAsked,
}

impl Heard {
    /// What an attempt's outcome says about its destination.
    #[must_use]
    pub fn of(outcome: &Outcome, destination: &str) -> Self {
        let about_one = outcome.scope == Scope::Message
            && is_shared(destination)
            && outcome.code != Some(RELAY_CLOSES);
        match (outcome.class, outcome.code) {
            (Class::Accepted, _) => Self::Success,
            (Class::Rejected, _) => Self::Answer,
            (Class::Unknown, _) | (Class::Deferred, None) => Self::Silence,
            (Class::Deferred, Some(_)) if about_one => Self::Answer,
            (Class::Deferred, Some(_)) => Self::Reluctance,
        }
    }
}

/// The places as they are held.
struct Places {
    free: usize,
    /// By silent destinations.
    silent: usize,
    /// By those, and those nobody knows yet.
    unproven: usize,
    silent_share: usize,
    unproven_share: usize,
}

impl Places {
    const fn has_one_for(&self, standing: Standing) -> bool {
        let is_open = self.unproven < self.unproven_share;
        self.free > 0
            && match standing {
                Standing::Proven => true,
                Standing::Fresh => is_open,
                Standing::Silent => is_open && self.silent < self.silent_share,
            }
    }

    fn take(&mut self, standing: Standing) {
        self.free = self.free.saturating_sub(1);
        self.silent += usize::from(standing == Standing::Silent);
        self.unproven += usize::from(standing != Standing::Proven);
    }
}

/// Everything under way, by destination.
#[derive(Debug, Clone, Default)]
pub struct Lanes {
    bounds: Bounds,
    known: BTreeMap<String, Lane>,
    turns: u64,
}

impl Lanes {
    /// Nothing under way, nobody known.
    #[must_use]
    pub const fn new(bounds: Bounds) -> Self {
        Self {
            bounds,
            known: BTreeMap::new(),
            turns: 0,
        }
    }

    /// The same lanes within other bounds.
    pub fn keep_within(&mut self, bounds: Bounds) {
        self.bounds = bounds;
    }

    /// How many messages are under way.
    #[must_use]
    pub fn under_way(&self) -> usize {
        self.known.values().map(Lane::under_way).sum()
    }

    /// How many are under way to `destination`.
    #[must_use]
    pub fn under_way_to(&self, destination: &str) -> usize {
        self.known.get(destination).map_or(0, Lane::under_way)
    }

    /// How many more may be.
    #[must_use]
    pub fn free(&self) -> usize {
        self.bounds.in_flight.saturating_sub(self.under_way())
    }

    /// Whether enough places are free for a claim to be worth its sync: at least half of
    /// those that no silent destination holds.
    #[must_use]
    pub fn is_half_free(&self, now: DateTime<Utc>) -> bool {
        let held = self.places(now).unproven;
        let others = self.under_way() - held;
        self.free() > 0 && others * 2 <= self.bounds.in_flight.saturating_sub(held)
    }

    /// Whose turn it is: those served longest ago first, and of these the one whose first
    /// message was due first.
    #[must_use]
    pub fn turns(&self, waiting: &[Waiting], now: DateTime<Utc>) -> Vec<Turn> {
        let mut due: Vec<_> = waiting
            .iter()
            .filter(|one| one.due <= now)
            .map(|one| (self.lane(&one.destination), one))
            .collect();
        due.sort_by_key(|(lane, one)| (lane.map_or(0, |lane| lane.turn), one.due));
        let turns = due.into_iter().map(|(lane, one)| Turn {
            destination: one.destination.clone(),
            room: self.room(one, now),
            standing: Self::standing(lane, one.tried, now),
        });
        turns.filter(|turn| turn.room > 0).collect()
    }

    /// The next moment at which one of these may be served although nothing is heard until
    /// then: it comes due, or gets a token.
    #[must_use]
    pub fn next(&self, waiting: &[Waiting], now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let next = waiting.iter().filter_map(|one| {
            let token = self.lane(&one.destination).map_or(now, |lane| {
                lane.next_token(self.bounds.per_minute(&one.destination), now)
            });
            Some(one.due.max(token)).filter(|at| *at > now)
        });
        next.min()
    }

    /// Deals the places round: one to each turn, then a second, while everybody's shares
    /// allow. `hand` gives what a turn has waiting and is asked once, when it is needed.
    ///
    /// # Errors
    /// What `hand` says.
    pub fn deal<T, E>(
        &self,
        turns: Vec<Turn>,
        now: DateTime<Utc>,
        mut hand: impl FnMut(&Turn) -> Result<Vec<T>, E>,
    ) -> Result<Vec<(T, String)>, E> {
        let mut places = self.places(now);
        let mut hands: Vec<_> = turns.into_iter().map(|turn| (turn, None)).collect();
        let mut dealt = Vec::new();
        loop {
            let before = dealt.len();
            for (turn, held) in &mut hands {
                if !places.has_one_for(turn.standing) {
                    continue;
                }
                let held = match held {
                    Some(held) => held,
                    None => held.insert(hand(turn)?.into_iter().take(turn.room)),
                };
                let Some(card) = held.next() else { continue };
                places.take(turn.standing);
                dealt.push((card, turn.destination.clone()));
            }
            if dealt.len() == before {
                return Ok(dealt);
            }
        }
    }

    /// A message is under way from `now` on, for the `attempt`th time.
    pub fn begin(&mut self, destination: &str, attempt: u32, now: DateTime<Utc>) {
        self.turns += 1;
        let rate = self.bounds.per_minute(destination);
        let lane = self.known.entry(destination.to_owned()).or_default();
        lane.begin(rate, attempt > 1, now);
        lane.turn = self.turns;
    }

    /// What began at `begun` has ended.
    pub fn end(
        &mut self,
        destination: &str,
        begun: DateTime<Utc>,
        heard: Heard,
        now: DateTime<Utc>,
    ) {
        let (at_first, at_once) = (
            self.bounds.at_first(destination),
            self.bounds.at_once(destination),
        );
        if let Some(lane) = self.known.get_mut(destination) {
            lane.end(begun, heard, at_once.saturating_sub(at_first), now);
        }
    }

    fn lane(&self, destination: &str) -> Option<&Lane> {
        self.known.get(destination)
    }

    /// How many more this destination may have by itself.
    fn room(&self, one: &Waiting, now: DateTime<Utc>) -> usize {
        let rate = self.bounds.per_minute(&one.destination);
        let unknown = Lane::default();
        let lane = self.lane(&one.destination).unwrap_or(&unknown);
        // While one message probes, no other does.
        let most = if one.is_probe { 1 } else { usize::MAX };
        let window = lane.window(self.bounds.at_first(&one.destination), now);
        let window = window.min(self.bounds.at_once(&one.destination)).min(most);
        window
            .saturating_sub(lane.under_way())
            .min(lane.tokens(rate, now))
    }

    fn places(&self, now: DateTime<Utc>) -> Places {
        let mut places = Places {
            free: self.bounds.in_flight,
            silent: 0,
            unproven: 0,
            silent_share: self.bounds.share(SILENT_SHARE),
            unproven_share: self.bounds.share(UNPROVEN_SHARE),
        };
        for lane in self.known.values() {
            let standing = Self::standing(Some(lane), false, now);
            for _ in 0..lane.under_way() {
                places.take(standing);
            }
        }
        places
    }

    /// After a restart nothing is known, but a message that was tried in vain says something.
    fn standing(lane: Option<&Lane>, tried: bool, now: DateTime<Utc>) -> Standing {
        match lane {
            Some(lane) if lane.is_silent(now) => Standing::Silent,
            Some(lane) if lane.is_proven(now) => Standing::Proven,
            Some(_) | None if tried => Standing::Silent,
            Some(_) | None => Standing::Fresh,
        }
    }
}
