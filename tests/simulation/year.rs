//! A year of the city: from one moment of interest to the next, with what may go wrong.
//!
//! Owns virtual time and the incidents: kills between and within transactions, a full disk,
//! days of standing still, small steps of the clock, restarts, other books. Every step runs
//! the daemon's own code. Refuses to judge; after each step the judge looks.

use std::sync::Arc;

use chrono::{DateTime, Days, NaiveDate, NaiveTime, TimeDelta, Utc};
use duban::clock::{Clock, civil, instant};
use duban::domain::delivery::Class;
use duban::domain::health::Code;
use duban::jobs::deliver;
use duban::jobs::round::Occasion;
use tempfile::TempDir;
use tokio::runtime::{Builder, Runtime};

use super::books::{Books, Edition};
use super::city::City;
use super::dice::Dice;
use super::end;
use super::incident::{Incident, next_in_ledger};
use super::life::{Life, Round, shelf};
use super::oracle::{Judged, Oracle};
use super::peers::{Peers, Trap};
use super::signing;
use super::trace::Trace;

/// The hour of the digest, on which every working day is looked at.
const MORNING: NaiveTime = NaiveTime::from_hms_opt(8, 30, 0).unwrap();

/// What a year came to.
#[derive(Debug)]
pub(crate) struct Outcome {
    pub(crate) hash: u64,
    pub(crate) attempts: u64,
    pub(crate) incidents: u64,
}

/// The year.
struct Year<'a> {
    books: &'a Books,
    edition: usize,
    clock: Clock,
    end: DateTime<Utc>,
    dice: Dice,
    signers: Dice,
    city: City,
    peers: Arc<Peers>,
    oracle: Oracle,
    trace: Trace,
    runtime: Runtime,
    life: Option<Life>,
    lives: u32,
    /// The process has just started.
    fresh: bool,
    /// Other books came into force while it runs.
    reloaded: bool,
    /// A round that is due although nothing happens: the daemon makes one every minute.
    again_at: Option<DateTime<Utc>>,
    /// The city or the books changed since the last whole round.
    changed: bool,
    /// When leases were last looked through.
    swept_at: DateTime<Utc>,
    attempts: u64,
    incidents: u64,
    folder: TempDir,
}

/// Lives through the year of `seed`.
///
/// # Errors
/// The seed, the moment, the promise that was broken, and the last lines of the trace.
pub(crate) fn live(seed: u64, days: i64, books: &Books) -> Result<Outcome, String> {
    let mut year = Year::begin(seed, days, books);
    let ended = year.run();
    let now = civil(year.clock.now());
    year.close();
    match ended {
        Ok(()) => Ok(Outcome {
            hash: year.trace.hash(),
            attempts: year.attempts,
            incidents: year.incidents,
        }),
        Err(broken) => Err(format!(
            "seed {seed}, at {now}: {broken}\n  {}\nonly this one: DUBAN_SEED={seed} \
             DUBAN_DAYS={days} cargo test --test simulation every_promise",
            year.trace.tail()
        )),
    }
}

impl<'a> Year<'a> {
    fn begin(seed: u64, days: i64, books: &'a Books) -> Self {
        let root = Dice::new(seed);
        let mut dice = root.fork(1);
        let first: NaiveDate = "2026-01-01".parse().unwrap();
        let first = first + TimeDelta::days(dice.between(0, 358));
        let folder = shelf();
        let city = City::found(
            &folder.path().join("catalog.db"),
            first,
            days,
            &mut root.fork(2),
        );
        let start = instant(first.and_hms_opt(6, 0, 0).unwrap());
        let clock = Clock::set_at(start);
        let mut year = Self {
            books,
            edition: 0,
            end: start + TimeDelta::days(days),
            peers: Peers::new(clock.clone(), root.fork(3), books.wording.clone()),
            clock,
            dice,
            signers: root.fork(4),
            city,
            oracle: Oracle::default(),
            trace: Trace::new(),
            runtime: Builder::new_current_thread().enable_all().build().unwrap(),
            life: None,
            lives: 0,
            changed: true,
            fresh: true,
            reloaded: false,
            again_at: None,
            swept_at: start,
            attempts: 0,
            incidents: 0,
            folder,
        };
        year.open();
        year
    }

    fn run(&mut self) -> Judged {
        while let Some(next) = self.next_moment() {
            self.clock.move_to(next);
            self.changes();
            let incident = self.incident();
            self.moment(incident)?;
        }
        self.oracle.everything(&self.life().look)?;
        end::holds(&self.life().reader(), &self.life().look)
    }

    fn life(&self) -> &Life {
        self.life.as_ref().unwrap()
    }

    fn edition(&self) -> &'a Edition {
        &self.books.editions[self.edition]
    }

    fn note(&mut self, what: &str) {
        self.trace.note(self.clock.now(), what);
    }

    /// The next moment at which anything may happen; none after the end of the year.
    fn next_moment(&self) -> Option<DateTime<Utc>> {
        let now = self.clock.now();
        let today = civil(now).date();
        let mornings = (0..).map(|days| today + Days::new(days));
        let morning = mornings
            .filter(|day| self.edition().table.is_working(*day) || day.to_string().ends_with('7'))
            .map(|day| instant(day.and_time(MORNING)))
            .find(|at| *at > now);
        let waiting = next_in_ledger(&self.life().look, now);
        let deed = self.city.next_at();
        let again = self.again_at.filter(|at| *at > now);
        let next = [morning, waiting, deed, again]
            .into_iter()
            .flatten()
            .min()?;
        // Two things at once, or a lease that ends just now, still let time go on.
        let next = next.max(now + TimeDelta::milliseconds(1));
        (next < self.end).then_some(next)
    }

    /// The city works, and somebody may bring other books.
    fn changes(&mut self) {
        self.changed |= self.city.next_at().is_some_and(|at| at <= self.clock.now());
        if let Some(edition) = self.city.live_until(self.clock.now()) {
            self.edition = edition;
            self.reloaded = true;
            let edition_now = self.edition();
            if let Some(life) = &mut self.life {
                life.reload(edition_now);
            }
            self.note(&format!("books: edition {edition}"));
        }
    }

    fn incident(&mut self) -> Incident {
        let incident = Incident::befalls(&mut self.dice, self.changed);
        if incident == Incident::None {
            return incident;
        }
        self.incidents += 1;
        self.note(&format!("incident: {incident:?}"));
        incident
    }

    fn moment(&mut self, incident: Incident) -> Judged {
        match incident {
            Incident::Down => {
                self.close();
                let back = self.clock.now() + TimeDelta::minutes(self.dice.between(60, 17_000));
                let back = back.min(self.end);
                if self.dice.in_thousand(300) {
                    self.clock.boot_at(back);
                } else {
                    self.clock.move_to(back);
                }
                self.changes();
                self.open();
            }
            Incident::Restart => {
                self.close();
                self.open();
            }
            Incident::ClockStep => self.step_the_clock(),
            Incident::ClockJump => self.jump()?,
            _ => {}
        }
        self.plan(incident)?;
        if incident == Incident::Twice {
            self.plan_changes_nothing()?;
        }
        self.deliver(incident)
    }

    /// A few minutes, never over midnight: the day is what planning goes by.
    fn step_the_clock(&mut self) {
        let now = self.clock.now();
        let to = now + TimeDelta::seconds(self.dice.between(-540, 540));
        if civil(to).date() == civil(now).date() {
            self.clock.jump_to(to);
        }
    }

    /// The clock jumps by hours or weeks: everything is held, nothing is planned or sent, and
    /// it goes on when the clock is put right.
    fn jump(&mut self) -> Judged {
        self.plan(Incident::None)?;
        let (now, by) = (self.clock.now(), self.dice.between(20, 60_000));
        let by = TimeDelta::minutes(if self.dice.in_thousand(500) { by } else { -by });
        self.clock.jump_to(now + by);
        let law = (self.books, self.edition());
        let (brought, health) = self.life.as_mut().unwrap().round(Occasion::Wake, law)?;
        if brought != (0, 0) || !health.findings.iter().any(|f| f.code == Code::ClockJumped) {
            return Err(format!(
                "clock: it jumped by {by} and a round brought {brought:?}"
            ));
        }
        let context = self.life().context.clone();
        let ended = self.runtime.block_on(deliver::until_idle(&context));
        ended.map_err(|error| error.to_string())?;
        drop(context);
        if let Some(sent) = self.peers.take().0.first() {
            return Err(format!(
                "clock: it jumped by {by} and {} was sent",
                sent.key
            ));
        }
        self.oracle.letters.begin_anew();
        self.clock.jump_to(now);
        Ok(())
    }

    /// One round of the planner, as the daemon makes it.
    fn plan(&mut self, incident: Incident) -> Judged {
        let (now, edition) = (self.clock.now(), self.edition());
        let law = (self.books, edition);
        let reloaded = std::mem::take(&mut self.reloaded);
        let occasion = match (std::mem::take(&mut self.fresh), reloaded) {
            (true, _) => Occasion::Start,
            (false, true) => Occasion::Reload,
            (false, false) => Occasion::Wake,
        };
        self.swept_at = now;
        self.again_at = None;
        let pages = self.dice.between(1, 2);
        let life = self.life.as_mut().unwrap();
        let made = match incident {
            Incident::KilledPlanning => life.killed_round(pages, occasion, law),
            Incident::DiskFull => life.cramped_round(pages == 1, occasion, law),
            _ => Some(life.round(occasion, law)?),
        };
        if occasion == Occasion::Start && made.is_some() && life.leased() > 0 {
            return Err("returned at once: a lease outlives its process".to_owned());
        }
        self.judge(made.as_ref(), occasion)?;
        if made.is_some() {
            return Ok(());
        }
        self.changed = true;
        // What was broken off is made again at once, as by a daemon that is restarted.
        self.close();
        self.open();
        self.plan(Incident::None)
    }

    /// The judge looks at a round, whole or broken off.
    fn judge(&mut self, made: Option<&Round>, occasion: Occasion) -> Judged {
        let (now, edition) = (self.clock.now(), self.edition());
        let brought = made.map(|(brought, _)| *brought);
        if let Some(brought) = brought.filter(|brought| *brought != (0, 0)) {
            self.note(&format!("planned {brought:?}"));
        }
        let changed = std::mem::take(&mut self.changed);
        let life = self.life.as_ref().unwrap();
        let files = (&life.catalog, &life.look);
        self.oracle
            .planned((brought, changed), files, edition, now)?;
        let Some((_, health)) = made else {
            return Ok(());
        };
        if occasion != Occasion::Wake {
            self.oracle.letters.ways.probe_all(now);
        }
        let (seen, is_start) = ((&life.look, health), occasion == Occasion::Start);
        self.oracle.round_made(seen, edition, now, is_start)
    }

    fn plan_changes_nothing(&mut self) -> Judged {
        let law = (self.books, self.edition());
        let life = self.life.as_mut().unwrap();
        let before = life.entries();
        let (again, _) = life.round(Occasion::Wake, law)?;
        if again == (0, 0) && self.life().entries() == before {
            return Ok(());
        }
        Err(format!("planned twice: the second round brought {again:?}"))
    }

    /// Everything that may go out goes, unless the process is killed meanwhile.
    fn deliver(&mut self, incident: Incident) -> Judged {
        let trap = matches!(incident, Incident::KilledSending | Incident::LetGo).then(|| Trap {
            after: u32::try_from(self.dice.between(0, 2)).unwrap(),
            taken: self.dice.in_thousand(500),
        });
        self.peers.set(trap);
        let (peers, context) = (Arc::clone(&self.peers), self.life().context.clone());
        let ended = self.runtime.block_on(async {
            tokio::select! {
                biased;
                () = peers.sprung.notified() => None,
                ended = deliver::until_idle(&context) => Some(ended),
            }
        });
        drop(context);
        self.peers.set(None);
        let killed = ended.is_none();
        if let Some(Err(error)) = ended {
            return Err(error.to_string());
        }
        self.heard()?;
        if killed && incident == Incident::KilledSending {
            self.close();
            self.open();
            return self
                .plan(Incident::None)
                .and_then(|()| self.deliver(Incident::None));
        }
        if killed {
            return self.deliver(Incident::None);
        }
        let (now, life) = (self.clock.now(), self.life.as_ref().unwrap());
        self.oracle.outbox(&life.look, self.swept_at, now)
    }

    /// The judge hears what the peers saw.
    fn heard(&mut self) -> Judged {
        let (sent, complaint) = self.peers.take();
        for one in &sent {
            self.attempts += 1;
            if one.unheard || one.class != Class::Accepted {
                self.again_at = Some(self.clock.now() + TimeDelta::minutes(1));
            }
            self.trace.note(one.at, &one.line());
        }
        complaint.map_or(Ok(()), Err)?;
        self.oracle.heard(&sent)?;
        let at = (self.life.as_ref().unwrap(), self.clock.now());
        signing::sign(&mut self.signers, at, &sent, &mut self.oracle)
    }

    /// The process starts.
    fn open(&mut self) {
        self.lives += 1;
        self.fresh = true;
        let (process, law) = ((self.lives, &self.clock), (self.books, self.edition()));
        self.life = Some(Life::begin(self.folder.path(), process, law, &self.peers));
    }

    /// The process ends, however.
    fn close(&mut self) {
        self.peers.look_into(None);
        if let Some(life) = self.life.take() {
            life.end();
        }
    }
}
