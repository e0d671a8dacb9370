//! The judge of failing upward: whoever cannot be reached within the hour, somebody else is
//! told instead; and where only a person can mend a way, at once.
//!
//! Owns the promise that of one obligation, revision and rung the unit's others hear, then
//! the centre, and the centre at once of a way that needs a person; that nobody hears it for
//! nothing, of a duty that ended, or that it ended. That nobody hears it twice is in
//! `letters`. Refuses `domain::upward` and the levels stored.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, TimeDelta, Utc};
use duban::domain::directory::{Directory, Unit};
use duban::domain::notice::{Channel, Facts, Kind, Rerouted};
use duban::domain::pack::Audience;
use rusqlite::{Connection, Row};

use super::letters::Letters;
use super::oracle::Judged;

/// For so long a message may fail, and the unit's others have as long.
const PATIENCE: TimeDelta = TimeDelta::hours(1);

/// Rounds that may look at what is owed before it is done: a step is waiting, then telling.
const ROUNDS: u32 = 2;

/// What cannot be delivered, by its notice.
#[derive(Debug, Default)]
pub(crate) struct Upward {
    failing: BTreeMap<i64, Failing>,
    /// Of these somebody knows who has to.
    settled: BTreeSet<i64>,
    /// Notices up to this one were looked through.
    seen: i64,
}

#[derive(Debug, Clone, Copy)]
struct Failing {
    /// When a round first found it.
    since: DateTime<Utc>,
    /// Rounds in which the centre has been owed it.
    owed: u32,
}

/// A notice that has not arrived.
struct Unsaid {
    notice: String,
    id: i64,
    message: String,
    state: String,
    unit: String,
    place: String,
    next_at: DateTime<Utc>,
    hold: Option<(DateTime<Utc>, Option<DateTime<Utc>>)>,
    group: (i64, u32, String),
    /// Its way.
    way: String,
    /// It is still tried, and the last try ended before anybody heard for whom it is.
    is_way_down: bool,
}

/// Ends of an attempt that say nothing of the mailbox: whoever shares the way is no better off.
const BEFORE_RECIPIENT: [&str; 5] = ["connect", "tls", "greeting", "auth", "mail"];

/// Who else was addressed: unit and place, whether it arrived, when it was made.
struct Other {
    unit: String,
    place: String,
    is_there: bool,
    /// It is on its way, and that is open.
    is_under_way: bool,
    made_at: DateTime<Utc>,
}

const UNSAID: &str = "
    select notice.key, notice.id, message.key, message.state,
           json_extract(message.recipient, '$.unit'),
           message.channel || ':' || json_extract(message.recipient, '$.address'),
           message.next_at, hold.since, hold.probe_at,
           notice.obligation_id, notice.revision, notice.rung, message.destination,
           case when message.state = 'pending' then
             (select json_extract(outcome, '$.phase') from attempt
              where message_id = message.id and number = message.attempts) end
    from message
    join notice on notice.message_id = message.id and notice.state = 'standing'
    left join hold on hold.destination = message.destination
    where notice.id = $1";

const STANDING: &str = "
    select notice.id from message
    join notice on notice.message_id = message.id and notice.state = 'standing'
    where message.state in ('pending', 'failed')
      and notice.kind not in ('cleared', 'waived', 'withdrawn')";

const OF_GROUP: &str = "
    select notice.id from notice join message on message.id = notice.message_id
    where notice.obligation_id = $1 and notice.revision = $2 and notice.rung = $3
      and notice.state = 'standing' and message.state in ('pending', 'failed')";

const OTHERS: &str = "
    select json_extract(message.recipient, '$.unit'),
           message.channel || ':' || json_extract(message.recipient, '$.address'),
           message.state = 'delivered',
           message.state in ('pending', 'leased')
           and not exists (select 1 from hold where destination = message.destination),
           notice.made_at
    from notice join message on message.id = notice.message_id
    where notice.obligation_id = $1 and notice.revision = $2 and notice.rung = $3
      and notice.id <> $4";

impl Unsaid {
    fn read(row: &Row<'_>) -> rusqlite::Result<Self> {
        let since: Option<DateTime<Utc>> = row.get(7)?;
        let probe_at = row.get(8)?;
        let phase: Option<String> = row.get(13)?;
        Ok(Self {
            notice: row.get(0)?,
            id: row.get(1)?,
            message: row.get(2)?,
            state: row.get(3)?,
            unit: row.get(4)?,
            place: row.get(5)?,
            next_at: row.get(6)?,
            hold: since.map(|since| (since, probe_at)),
            group: (row.get(9)?, row.get(10)?, row.get(11)?),
            way: row.get(12)?,
            is_way_down: phase.is_some_and(|phase| BEFORE_RECIPIENT.contains(&phase.as_str())),
        })
    }

    /// Given up, or it has failed for the hour, or no hour would help.
    fn fails(&self, letters: &Letters, now: DateTime<Utc>) -> bool {
        let hour_ago = now - PATIENCE;
        let is_due = || letters.first_tried(&self.message).is_some() || self.next_at <= now;
        if letters.ways.needs_person(&self.way) && is_due() {
            return true;
        }
        let behind = || {
            let closed = self.hold.is_some_and(|(since, _)| since <= hour_ago);
            closed && self.next_at <= hour_ago
        };
        self.state == "failed"
            || letters
                .first_tried(&self.message)
                .map_or_else(behind, |first| first <= hour_ago)
    }

    /// It is not tried just now.
    fn waits(&self, now: DateTime<Utc>) -> bool {
        let probe = self.hold.and_then(|(_, probe_at)| probe_at);
        let is_tried = self.next_at <= now && probe.is_none_or(|at| at <= now);
        self.state == "failed" || !is_tried
    }

    fn others(&self, ledger: &Connection) -> Vec<Other> {
        let mut statement = ledger.prepare_cached(OTHERS).unwrap();
        let (obligation, revision, rung) = &self.group;
        let others = statement.query_map((obligation, revision, rung, self.id), |row| {
            Ok(Other {
                unit: row.get(0)?,
                place: row.get(1)?,
                is_there: row.get(2)?,
                is_under_way: row.get(3)?,
                made_at: row.get(4)?,
            })
        });
        others.unwrap().map(Result::unwrap).collect()
    }
}

fn read(ledger: &Connection, id: i64) -> Unsaid {
    let mut statement = ledger.prepare_cached(UNSAID).unwrap();
    statement.query_row([id], Unsaid::read).unwrap()
}

impl Upward {
    /// Holds a whole round to what it owes.
    pub(crate) fn round_made(
        &mut self,
        ledger: &Connection,
        (letters, directory): (&Letters, &Directory),
        now: DateTime<Utc>,
        stands: impl Fn(&str, u32) -> bool,
    ) -> Judged {
        let mut standing = ledger.prepare_cached(STANDING).unwrap();
        let ids = standing.query_map([], |row| row.get(0)).unwrap();
        let ids: BTreeSet<i64> = ids.map(Result::unwrap).collect();
        self.failing.retain(|id, _| ids.contains(id));
        self.nothing_for_nothing(ledger, letters, now, stands)?;
        for id in ids.difference(&self.settled.clone()) {
            let one = read(ledger, *id);
            if one.fails(letters, now) && one.waits(now) {
                self.is_told(&one, &one.others(ledger), (letters, directory), now)?;
            }
        }
        Ok(())
    }

    fn is_told(
        &mut self,
        one: &Unsaid,
        others: &[Other],
        (letters, directory): (&Letters, &Directory),
        now: DateTime<Utc>,
    ) -> Judged {
        let is_news = !self.failing.contains_key(&one.id);
        let fresh = Failing {
            since: now,
            owed: 0,
        };
        let failing = self.failing.entry(one.id).or_insert(fresh);
        let of_unit = || others.iter().filter(|other| other.unit == one.unit);
        let centre = directory.centre();
        let missing = |unit: &Unit| {
            let mut places = places(unit, unit.name == centre.name).into_iter();
            let missing = places.find(|(place, way)| {
                let is_known = others.iter().any(|other| other.place == *place);
                let is_open = !letters.ways.is_closed(way);
                let is_down = one.is_way_down && *way == one.way;
                *place != one.place && !is_known && is_open && !is_down
            });
            missing.map(|(place, _)| place)
        };
        let is_alarm = letters.ways.needs_person(&one.way) && letters.ways.was_told(&one.message);
        if is_news
            && is_alarm
            && one.unit != centre.name
            && let Some(place) = missing(centre)
        {
            return Err(format!(
                "upward: {} needs a person, and {place} of the centre is not told",
                one.notice
            ));
        }
        if of_unit().any(|other| other.is_there) {
            self.settled.insert(one.id);
            return Ok(());
        }
        let is_owed_now = is_news && !(is_alarm && is_about_to_know(one, others));
        if is_owed_now && let Some(place) = directory.unit(&one.unit).and_then(missing) {
            return Err(format!(
                "upward: {} fails, and {place} of the unit is not told",
                one.notice
            ));
        }
        let asked = of_unit().map(|other| other.made_at).max();
        let asked = asked.map_or(failing.since, |at| at.max(failing.since));
        // Once any of the centre was told, the centre knows.
        let is_owed = one.unit != centre.name && asked + PATIENCE <= now;
        let knows = others.iter().any(|other| other.unit == centre.name);
        if one.unit == centre.name || knows {
            self.settled.insert(one.id);
        }
        let owed = is_owed && !knows;
        let Some(place) = missing(centre).filter(|_| owed) else {
            failing.owed = 0;
            return Ok(());
        };
        failing.owed += 1;
        if failing.owed > ROUNDS {
            let (notice, since) = (&one.notice, failing.since);
            return Err(format!(
                "upward: {notice} fails since {since}, and {place} of the centre is not told"
            ));
        }
        Ok(())
    }

    /// Whoever is told instead is told of what stands, and of what does fail.
    fn nothing_for_nothing(
        &mut self,
        ledger: &Connection,
        letters: &Letters,
        now: DateTime<Utc>,
        stands: impl Fn(&str, u32) -> bool,
    ) -> Judged {
        let sql = "select id, key, facts, obligation_id, revision, rung from notice
                   where id > $1 order by id";
        let mut statement = ledger.prepare_cached(sql).unwrap();
        let mut rows = statement.query([self.seen]).unwrap();
        while let Some(row) = rows.next().unwrap() {
            self.seen = row.get(0).unwrap();
            let (key, facts): (String, String) = (row.get(1).unwrap(), row.get(2).unwrap());
            let facts: Facts = serde_json::from_str(&facts).unwrap();
            let Some(Rerouted::Undelivered { name, .. }) = facts.rerouted else {
                continue;
            };
            let is_over = matches!(facts.kind, Kind::Cleared | Kind::Waived | Kind::Withdrawn);
            if is_over || !stands(&facts.obligation.to_string(), facts.revision) {
                return Err(format!(
                    "upward: {key} tells of what does not stand any more"
                ));
            }
            let group: (i64, u32, String) = (
                row.get(3).unwrap(),
                row.get(4).unwrap(),
                row.get(5).unwrap(),
            );
            let mut reasons = ledger.prepare_cached(OF_GROUP).unwrap();
            let (obligation, revision, rung) = &group;
            let ids = reasons.query_map((obligation, revision, rung), |row| row.get(0));
            let mut reasons = ids.unwrap().map(|id| read(ledger, id.unwrap()));
            if !reasons.any(|one| one.unit == name && one.fails(letters, now)) {
                return Err(format!(
                    "upward: {key} is made, and nothing to {name} fails"
                ));
            }
            let excuse = |one: Unsaid| letters.ways.needs_person(&one.way);
            if reasons.any(excuse) {
                continue;
            }
            if asked_lately(ledger, self.seen, (&name, &group)) {
                return Err(format!("upward: {key} leaves {name} no hour"));
            }
        }
        Ok(())
    }
}

/// At once nobody else of the unit is told where one of it is about to have the notice.
fn is_about_to_know(one: &Unsaid, others: &[Other]) -> bool {
    let mut of_unit = others.iter().filter(|other| other.unit == one.unit);
    of_unit.any(|other| other.is_under_way)
}

/// Whether somebody else of the unit, who is not behind a closed way, was told instead within
/// the hour before the centre was.
fn asked_lately(
    ledger: &Connection,
    notice: i64,
    (unit, (obligation, revision, rung)): (&str, &(i64, u32, String)),
) -> bool {
    let sql = "
        select 1 from notice as new
        join message as to_new on to_new.id = new.message_id
        join notice on notice.obligation_id = $1 and notice.revision = $2 and notice.rung = $3
        join message on message.id = notice.message_id
        where new.id = $4 and json_extract(to_new.recipient, '$.unit') <> $5
          and json_extract(message.recipient, '$.unit') = $5
          and json_extract(notice.facts, '$.rerouted.because') = 'undelivered'
          and notice.made_at < new.made_at
          and notice.made_at > strftime('%Y-%m-%dT%H:%M:%fZ', new.made_at, '-1 hour')
          and message.state = 'pending'
          and not exists (select 1 from hold where hold.destination = message.destination)";
    let mut statement = ledger.prepare_cached(sql).unwrap();
    let found = statement.exists((obligation, revision, rung, notice, unit));
    found.unwrap()
}

/// Where a unit's people are reached, and by which way; not its leader, unless it is the
/// centre.
fn places(unit: &Unit, is_centre: bool) -> Vec<(String, String)> {
    let contacts = unit.contacts.iter();
    let people = contacts.filter(|one| is_centre || one.audience != Audience::Leader);
    let mail = Channel::Mail;
    let mut places: Vec<(String, String)> = people
        .map(|one| {
            let way = mail.destination(&unit.name);
            (format!("{mail}:{}", one.email), way)
        })
        .collect();
    for hook in &unit.endpoints {
        let way = hook.destination(&unit.name);
        places.push((format!("{hook}:{}", unit.name), way));
    }
    places
}
