//! How much is under way to whom: places, slow start, turns and tokens.
//!
//! Owns that no destination takes what others wait for. Each begins with one place and
//! gets one more for each success, as in Postfix's queue manager; those that give no answer
//! share half of all places; turns go round; a rate is kept by tokens; in a vendor's quiet
//! minutes nothing is begun. Refuses to know what is sent, and the time: every moment is an
//! argument. Over a restart it only learns which tokens are spent; each destination has to
//! prove itself again.

mod bounds;
mod heard;
mod lane;
mod rate;

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};

use bounds::Places;
use lane::Lane;

pub use bounds::Bounds;
pub use heard::Heard;
pub use rate::{BURST, Rate};

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
    /// How many at a time, before the next has its turn.
    at_a_time: usize,
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
            .filter(|one| one.due <= now && rate::loud_from(&one.destination, now) == now)
            .map(|one| (self.lane(&one.destination), one))
            .collect();
        due.sort_by_key(|(lane, one)| (lane.map_or(0, |lane| lane.turn), one.due));
        let turns = due.into_iter().map(|(lane, one)| Turn {
            destination: one.destination.clone(),
            room: self.room(one, now),
            at_a_time: self.bounds.at_first(&one.destination),
            standing: Self::standing(lane, one.tried, now),
        });
        turns.filter(|turn| turn.room > 0).collect()
    }

    /// The next moment at which one of these may be served although nothing is heard until
    /// then: it comes due, gets a token, or its quiet minute is over.
    #[must_use]
    pub fn next(&self, waiting: &[Waiting], now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let next = waiting.iter().filter_map(|one| {
            let token = self.lane(&one.destination).map_or(now, |lane| {
                lane.next_token(self.bounds.rate(&one.destination), now)
            });
            let at = rate::loud_from(&one.destination, one.due.max(token));
            Some(at).filter(|at| *at > now)
        });
        next.min()
    }

    /// Deals the places round: one to each turn, or to the relay, which stands for many, one
    /// for each connection; then again, while everybody's shares allow. `hand` gives what a turn has waiting and is asked once, when it is needed.
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
                for card in held.by_ref().take(turn.at_a_time) {
                    places.take(turn.standing);
                    dealt.push((card, turn.destination.clone()));
                    if !places.has_one_for(turn.standing) {
                        break;
                    }
                }
            }
            if dealt.len() == before {
                return Ok(dealt);
            }
        }
    }

    /// A message is under way from `now` on, for the `attempt`th time.
    pub fn begin(&mut self, destination: &str, attempt: u32, now: DateTime<Utc>) {
        self.turns += 1;
        let rate = self.bounds.rate(destination);
        let lane = self.known.entry(destination.to_owned()).or_default();
        lane.begin(rate, attempt > 1, now);
        lane.turn = self.turns;
    }

    /// A process before this one began a message at `at`: its token is spent, and nothing else
    /// is known of the destination. The earliest comes first.
    pub fn recall(&mut self, destination: &str, at: DateTime<Utc>) {
        let rate = self.bounds.rate(destination);
        let lane = self.known.entry(destination.to_owned()).or_default();
        lane.spend(rate, at);
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
        let rate = self.bounds.rate(destination);
        if let Some(lane) = self.known.get_mut(destination) {
            if heard == Heard::NotAsked {
                lane.give_token_back(rate);
            }
            lane.end(begun, heard, at_once.saturating_sub(at_first), now);
        }
    }

    fn lane(&self, destination: &str) -> Option<&Lane> {
        self.known.get(destination)
    }

    /// How many more this destination may have by itself.
    fn room(&self, one: &Waiting, now: DateTime<Utc>) -> usize {
        let rate = self.bounds.rate(&one.destination);
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
        let mut places = self.bounds.places();
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
