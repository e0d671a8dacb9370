//! The judge's own planner: what must stand in the ledger, worked out the plain way.
//!
//! Owns a simple model of records, revisions and rungs, with rung days counted on the
//! fingers over its own table of working days. What the law asks of a decision it takes
//! from `domain::rules`, which worked cases hold to the law. Refuses `domain::plan`,
//! `domain::ladder` and everything stored.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{Days, NaiveDate};
use duban::domain::address::{Reminder, address};
use duban::domain::counting::{Direction, Span, Unit};
use duban::domain::decision::Decision;
use duban::domain::ladder::Step;
use duban::domain::notice::Kind;
use duban::domain::obligation::{Dates, Obligation, State};
use duban::domain::pack::{Audience, Relation, Strength};
use duban::domain::rules::obligations;

use super::books::{Edition, Table};

/// Rungs by revision and level: told or superseded.
pub(crate) type Rungs = BTreeMap<(u32, u32), &'static str>;

/// What is known of one obligation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Known {
    pub(crate) revision: u32,
    pub(crate) due_on: NaiveDate,
    pub(crate) latest_on: NaiveDate,
    pub(crate) live: bool,
    pub(crate) told: Option<u32>,
    pub(crate) rungs: Rungs,
    /// A window that was cut short when it was last looked at; not in the ledger as such.
    pub(crate) short: bool,
    /// The revision it had when it ended, while it is not to be done; not in the ledger either.
    pub(crate) ended: Option<u32>,
}

impl Known {
    /// Whether the ledger says the same.
    pub(crate) fn agrees(&self, other: &Self) -> bool {
        let plain = |known: &Self| Self {
            short: false,
            ended: None,
            ..known.clone()
        };
        plain(self) == plain(other)
    }

    /// As the ledger has it.
    pub(crate) fn stored(
        (revision, due_on, latest_on): (u32, NaiveDate, NaiveDate),
        live: bool,
        told: Option<u32>,
        rungs: Rungs,
    ) -> Self {
        Self {
            revision,
            due_on,
            latest_on,
            live,
            told,
            rungs,
            short: false,
            ended: None,
        }
    }
}

/// One decision's obligations, by their keys.
pub(crate) type Duties = BTreeMap<String, Known>;

/// What planning one decision must bring.
#[derive(Debug, Clone, Default)]
pub(crate) struct Expected {
    pub(crate) duties: Duties,
    /// Keys of notices that must be there.
    pub(crate) notices: Vec<Owed>,
    /// Obligations whose date moved while they were to be done, with the new revision.
    pub(crate) moved: Vec<(String, u32)>,
    /// What ended, or is not so any more.
    pub(crate) over: Vec<Over>,
    /// Obligations that are to be done after all, with the new revision.
    pub(crate) back: Vec<(String, u32)>,
}

/// A notice that must be there.
#[derive(Debug, Clone)]
pub(crate) struct Owed {
    pub(crate) key: String,
    /// Obligation, revision and unit.
    pub(crate) group: (String, u32, String),
    /// It says nothing new to who has signed for one of these rungs, and is no breach.
    pub(crate) same: BTreeSet<String>,
}

/// Something of which those must hear that it is over who heard that it was so.
#[derive(Debug, Clone)]
pub(crate) struct Over {
    pub(crate) obligation: String,
    pub(crate) revision: u32,
    /// What stands in a rung's place.
    pub(crate) rung: &'static str,
    pub(crate) whom: Whom,
}

/// Who must hear that something is over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Whom {
    /// Whoever heard last that it is to be done.
    Reminded,
    /// Whoever heard last that a window is too short.
    Alarmed,
    /// Nobody: a day passed by itself.
    Nobody,
}

/// What must be so after planning `decision` on `today`, if `before` was so.
pub(crate) fn expect(
    decision: Option<&Decision>,
    before: &Duties,
    edition: &Edition,
    today: NaiveDate,
) -> Expected {
    let library = &edition.library;
    let derived = decision.map_or_else(Vec::new, |decision| {
        obligations(decision, &library.pack, &library.calendar)
    });
    let mut expected = Expected::default();
    for obligation in &derived {
        let key = obligation.key.to_string();
        let known = before.get(&key);
        let Some(dates) = obligation.dates else {
            lost(&key, known, &mut expected);
            continue;
        };
        let Some(decision) = decision else { continue };
        let duty = Duty {
            obligation,
            dates,
            decision,
            edition,
            today,
        };
        duty.look(&key, known, &mut expected);
    }
    for (key, known) in before {
        let gone = !expected.duties.contains_key(key);
        if gone {
            lost(key, Some(known), &mut expected);
        }
    }
    expected
}

fn lost(key: &str, known: Option<&Known>, expected: &mut Expected) {
    let Some(known) = known else { return };
    let mut now = known.clone();
    if known.live {
        (now.live, now.ended) = (false, Some(known.revision));
        expected.over.push(Over {
            obligation: key.to_owned(),
            revision: known.revision,
            rung: "lost",
            whom: Whom::Reminded,
        });
    }
    expected.duties.insert(key.to_owned(), now);
}

struct Duty<'a> {
    obligation: &'a Obligation<'a>,
    dates: Dates,
    decision: &'a Decision,
    edition: &'a Edition,
    today: NaiveDate,
}

impl Duty<'_> {
    fn look(&self, key: &str, known: Option<&Known>, expected: &mut Expected) {
        let live = self.obligation.state(self.today).is_live();
        if known.is_none() && !live {
            return;
        }
        let is_window = self.obligation.rule.relation == Relation::NotBefore;
        let is_told_short = is_window && self.obligation.rule.strength != Strength::Advisory;
        let cut = self.obligation.is_cut_short();
        let moved = known.is_some_and(|known| {
            (known.due_on, known.latest_on) != (self.dates.due_on, self.dates.latest_on)
        });
        let turned = known.is_some_and(|known| is_told_short && known.short != cut);
        let came_back = known.is_some_and(|known| !known.live && live);
        let anew = moved || turned || came_back;
        let mut now = Known {
            revision: known.map_or(1, |known| known.revision + u32::from(anew)),
            due_on: self.dates.due_on,
            latest_on: self.dates.latest_on,
            live,
            told: known.and_then(|known| known.told).filter(|_| !anew),
            rungs: known.map(|known| known.rungs.clone()).unwrap_or_default(),
            short: self.obligation.overdue_on().is_some() && is_window,
            ended: known.and_then(|known| known.ended).filter(|_| !live),
        };
        if live && !self.obligation.spoken_for {
            self.climb(&mut now, expected);
        }
        if moved && live {
            expected.moved.push((key.to_owned(), now.revision));
        }
        if came_back {
            expected.back.push((key.to_owned(), now.revision));
        }
        let ends = known.is_some_and(|known| known.live) && !live;
        now.ended = if ends { Some(now.revision) } else { now.ended };
        let (rung, whom) = match (ends, is_window && self.is_done()) {
            (true, true) => ("long_enough", Whom::Alarmed),
            (true, false) => ("closed", self.whom()),
            (false, _) if turned && !moved && !cut && live => ("long_enough", Whom::Alarmed),
            (false, _) => ("", Whom::Nobody),
        };
        if ends || !rung.is_empty() {
            expected.over.push(Over {
                obligation: key.to_owned(),
                revision: now.revision,
                rung,
                whom,
            });
        }
        expected.duties.insert(key.to_owned(), now);
    }

    fn is_done(&self) -> bool {
        self.obligation.state(self.today) == State::Done
    }

    /// Who hears that it has ended: of what is done, somebody must have done it.
    fn whom(&self) -> Whom {
        let mut acts = self.obligation.done.iter();
        if self.is_done() && !acts.any(|done| done.on <= self.today) {
            return Whom::Nobody;
        }
        Whom::Reminded
    }

    /// The highest rung whose day has come is told, what lies below it is superseded.
    fn climb(&self, now: &mut Known, expected: &mut Expected) {
        let reached: Vec<Step> = self
            .rungs()
            .into_iter()
            .filter(|step| step.on <= self.today && now.told.is_none_or(|told| step.level > told))
            .collect();
        let Some((highest, lower)) = reached.split_last() else {
            return;
        };
        for step in lower {
            now.rungs.insert((now.revision, step.level), "superseded");
        }
        now.rungs.insert((now.revision, highest.level), "told");
        now.told = Some(highest.level);
        let reminder = Reminder {
            obligation: self.obligation,
            dates: &self.dates,
            decision: self.decision,
            step: highest,
            revision: now.revision,
            told: &[],
            chases: false,
            today: self.today,
        };
        let drafts = address(&reminder, self.edition.library.books());
        let same = self.same(highest);
        let owed = drafts.into_iter().map(|draft| Owed {
            key: draft.key,
            group: (
                self.obligation.key.to_string(),
                now.revision,
                draft.recipient.unit,
            ),
            same: same.clone(),
        });
        expected.notices.extend(owed);
    }

    /// The rungs that say the same as `step`: the last of the ladder and what repeats it, where
    /// no breach is told.
    fn same(&self, step: &Step) -> BTreeSet<String> {
        let rule = self.obligation.rule;
        let ladder = self.edition.library.pack.ladder(&rule.ladder).unwrap();
        let count = u32::try_from(ladder.rungs.len()).unwrap();
        let is_breach = rule.strength != Strength::Advisory && rule.relation != Relation::Trigger;
        if step.level < count || is_breach || self.obligation.is_cut_short() {
            return BTreeSet::new();
        }
        let mut rungs = self.rungs();
        rungs.retain(|one| one.level + 1 >= count);
        rungs.into_iter().map(|one| one.name).collect()
    }

    /// Every rung up to today, in order.
    fn rungs(&self) -> Vec<Step> {
        let (rule, table) = (self.obligation.rule, &self.edition.table);
        let ladder = self.edition.library.pack.ladder(&rule.ladder).unwrap();
        let count = u32::try_from(ladder.rungs.len()).unwrap();
        let step = |level, name: String, on, to: &[Audience]| Step {
            level,
            name,
            on,
            to: to.to_vec(),
            kind: Kind::Reminder,
        };
        if self.obligation.is_cut_short() {
            let on = self.dates.anchor_on;
            return vec![step(count, "cut_short".to_owned(), on, &ladder.cut_short)];
        }
        let is_window = rule.relation == Relation::NotBefore;
        if is_window && self.obligation.done.is_some() {
            return Vec::new();
        }
        let mut steps = Vec::new();
        for (level, rung) in (0..).zip(&ladder.rungs) {
            if is_window && is_after(rung.at) {
                continue;
            }
            let on = day_of(rung.at, rung.later, &self.dates, table);
            steps.push(step(level, rung.at.to_string(), on, &rung.to));
        }
        let Some((every, last)) = ladder.then_every.zip(ladder.rungs.last()) else {
            return steps;
        };
        for n in 1..=if is_window { 0 } else { 200 } {
            let at = Span {
                count: last.at.count + every.count * n,
                ..every
            };
            let on = day_of(at, false, &self.dates, table);
            if on > self.today {
                break;
            }
            steps.push(step(count + n - 1, at.to_string(), on, &last.to));
        }
        steps
    }
}

fn is_after(at: Span) -> bool {
    at.count > 0 && at.direction == Direction::Forward
}

/// A rung's day: before and on the date from the safe reading, moved back over rest days;
/// after it so many working days past the lenient one.
fn day_of(at: Span, later: bool, dates: &Dates, table: &Table) -> NaiveDate {
    match (is_after(at), at.unit) {
        (true, Unit::WorkingDays) => table.after(dates.latest_on, at.count),
        (false, Unit::Days) => {
            let day = dates.due_on - Days::new(at.count.into());
            if later {
                table.on_or_after(day)
            } else {
                table.on_or_before(day)
            }
        }
        _ => unreachable!("no ladder of the pack has {at}"),
    }
}
