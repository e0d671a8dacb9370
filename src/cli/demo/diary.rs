//! The demo's diary: day by day what was recorded and what went to whom under which
//! article, then a summary.
//!
//! Owns the lines and the sums. Refuses to know more than the ledger does: what it
//! prints was read back from there.

use std::collections::BTreeMap;
use std::io::{self, Write};

use chrono::{DateTime, NaiveDate, Utc};

use super::script::Entry;
use crate::cli::notices::recipient;
use crate::cli::planned::word;
use crate::cli::table::{Cell, Fit, Ink, Screen, Table};
use crate::cli::text::{cut, harmless};
use crate::cli::trail::date;
use crate::domain::notice::{Channel, Content, Facts, Kind};
use crate::domain::pack::Pack;
use crate::jobs::deliver::Tally;
use crate::store::StoreError;
use crate::store::ledger::Reader;
use crate::store::ledger::reader::{self, Filter, Listed};

/// The diary so far.
pub(super) struct Diary {
    screen: Screen,
    waiting: Vec<Listed>,
    tally: Tally,
    units: BTreeMap<String, Sums>,
}

/// What one unit was told.
#[derive(Default)]
struct Sums {
    mail: u64,
    webhook: u64,
    robot: u64,
    ahead: u64,
    late: u64,
    ended: u64,
}

/// What was said about one obligation on one day, and to whom.
struct Said {
    facts: Facts,
    to: Vec<String>,
}

impl Diary {
    pub(super) fn new(screen: Screen) -> Self {
        Self {
            screen,
            waiting: Vec::new(),
            tally: Tally::default(),
            units: BTreeMap::new(),
        }
    }

    /// Notes the `count` notices that were just made; some go out on a later day.
    pub(super) fn planned(&mut self, count: u64, reader: &Reader) -> Result<(), StoreError> {
        if count == 0 {
            return Ok(());
        }
        let filter = Filter {
            limit: u32::try_from(count).unwrap_or(u32::MAX),
            ..Filter::default()
        };
        let mut made = reader.ask("read what was planned", |c| reader::notices(c, &filter))?;
        made.reverse();
        self.waiting.extend(made);
        Ok(())
    }

    /// Adds what a run of deliveries came to.
    pub(super) const fn delivered(&mut self, tally: Tally) {
        self.tally.delivered += tally.delivered;
        self.tally.deferred += tally.deferred;
        self.tally.given_up += tally.given_up;
    }

    /// Writes what was recorded and what went out up to `now`.
    pub(super) fn write(
        &mut self,
        out: &mut dyn Write,
        now: (NaiveDate, DateTime<Utc>),
        entries: &[Entry],
        reader: &Reader,
        pack: &Pack,
    ) -> anyhow::Result<()> {
        let (day, now) = now;
        let said = self.said(now, reader)?;
        if entries.is_empty() && said.is_empty() {
            return Ok(());
        }
        writeln!(out, "{}", Ink::Bold.paint(&date(day), self.screen))?;
        for entry in entries {
            writeln!(out, "  + {}", harmless(&entry.said))?;
        }
        for said in said {
            self.write_said(out, &said, pack)?;
        }
        Ok(())
    }

    /// What went out up to `now`, one entry for each obligation and rung.
    fn said(&mut self, now: DateTime<Utc>, reader: &Reader) -> anyhow::Result<Vec<Said>> {
        let is_out = |notice: &Listed| {
            DateTime::parse_from_rfc3339(&notice.next_at).is_ok_and(|next_at| next_at <= now)
        };
        let (out, waiting) = std::mem::take(&mut self.waiting)
            .into_iter()
            .partition(is_out);
        self.waiting = waiting;
        let mut said: Vec<Said> = Vec::new();
        let mut contents: BTreeMap<String, Vec<Facts>> = BTreeMap::new();
        let out: Vec<Listed> = out;
        for notice in out {
            if !contents.contains_key(&notice.message) {
                contents.insert(notice.message.clone(), facts(reader, &notice.message)?);
            }
            let facts = contents.get(&notice.message).into_iter().flatten();
            let about = |facts: &&Facts| is_about(facts, &notice);
            let Some(facts) = facts.into_iter().find(about) else {
                // It was cancelled before it went out.
                continue;
            };
            self.count(&notice, facts.kind);
            let to = to(&notice);
            match said.iter_mut().find(|said| said.facts == *facts) {
                Some(said) => said.to.push(to),
                None => said.push(Said {
                    facts: facts.clone(),
                    to: vec![to],
                }),
            }
        }
        Ok(said)
    }

    fn count(&mut self, notice: &Listed, kind: Kind) {
        let sums = self.units.entry(notice.recipient.unit.clone()).or_default();
        match notice.recipient.channel {
            Channel::Mail => sums.mail += 1,
            Channel::Webhook => sums.webhook += 1,
            Channel::Wecom | Channel::Dingtalk | Channel::Feishu => sums.robot += 1,
        }
        match kind {
            Kind::Overdue | Kind::TooShort => sums.late += 1,
            Kind::Reminder | Kind::DueToday | Kind::Opened | Kind::Changed => sums.ahead += 1,
            Kind::Cleared | Kind::Waived | Kind::Withdrawn | Kind::Test => sums.ended += 1,
        }
    }

    fn write_said(&self, out: &mut dyn Write, said: &Said, pack: &Pack) -> io::Result<()> {
        let Said { facts, to } = said;
        let (word, ink) = word(facts.kind);
        let key = &facts.obligation;
        let basis = pack.rule(&key.rule.0).and_then(|rule| rule.basis.first());
        let basis = basis.map_or_else(String::new, |basis| {
            format!("{} {}", basis.system, basis.article)
        });
        let head = format!("{word:<13}");
        let due = facts.due_on;
        let rest = format!(
            "{} {:<12} due {due}  [{basis}] {}",
            key.decision, key.rule.0, facts.duty
        );
        let room = self.screen.width.saturating_sub(16);
        let rest = cut(&harmless(&rest), room);
        writeln!(out, "  {} {rest}", ink.paint(&head, self.screen))?;
        writeln!(out, "      to {}", harmless(&to.join(", ")))
    }

    /// Writes what every unit was told, and how things stand on `today`.
    pub(super) fn sum_up(
        &self,
        out: &mut dyn Write,
        today: NaiveDate,
        reader: &Reader,
    ) -> anyhow::Result<()> {
        let columns = [
            ("UNIT", Fit::Cut),
            ("MAIL", Fit::Keep),
            ("WEBHOOK", Fit::Keep),
            ("ROBOT", Fit::Keep),
            ("AHEAD", Fit::Keep),
            ("LATE", Fit::Keep),
            ("ENDED", Fit::Keep),
        ];
        let mut table = Table::new(&columns);
        for (unit, sums) in &self.units {
            let late = if sums.late > 0 { Ink::Red } else { Ink::Plain };
            table.push([
                unit.as_str().into(),
                sums.mail.to_string().into(),
                sums.webhook.to_string().into(),
                sums.robot.to_string().into(),
                sums.ahead.to_string().into(),
                Cell::new(&sums.late.to_string(), late),
                sums.ended.to_string().into(),
            ]);
        }
        writeln!(out)?;
        table.write(out, self.screen)?;
        let counts = reader.ask("count what is due", |c| reader::counts(c, today))?;
        let Tally {
            delivered,
            deferred,
            given_up,
            ..
        } = self.tally;
        writeln!(out)?;
        writeln!(
            out,
            "messages   {delivered} delivered, {deferred} deferred, {given_up} given up (the centre's daily digests among them)"
        )?;
        writeln!(
            out,
            "duties     {} overdue, {} due today, {} near, {} past a date the law gives no number for, on {today}",
            counts.overdue, counts.due_today, counts.near, counts.past
        )?;
        Ok(())
    }
}

fn facts(reader: &Reader, message: &str) -> Result<Vec<Facts>, StoreError> {
    let content = reader.ask("read what was said", |c| reader::content(c, message))?;
    Ok(match content {
        Some(Content::Notices { notices }) => notices,
        Some(Content::Digest { .. }) | None => Vec::new(),
    })
}

fn is_about(facts: &Facts, notice: &Listed) -> bool {
    let key = &facts.obligation;
    (
        key.decision.0.as_str(),
        key.rule.0.as_str(),
        key.occurrence.as_str(),
    ) == (
        notice.decision.as_str(),
        notice.rule.as_str(),
        notice.occurrence.as_str(),
    ) && facts.rung == notice.rung
}

fn to(notice: &Listed) -> String {
    let to = recipient(&notice.recipient);
    match notice.recipient.channel {
        Channel::Mail => to,
        channel => format!("{to} ({channel})"),
    }
}
