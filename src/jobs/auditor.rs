//! The auditor: each round ends with an inspection of what must hold.
//!
//! Owns gathering the numbers, and that a finding is told once when it begins and once when
//! it ends, over restarts too. Refuses to judge (`domain::health`) and to put anything right:
//! an alarm that mends what it sees hides it.

use chrono::{DateTime, TimeDelta, Utc};
use tracing::{error, info, warn};

use super::{Context, Library};
use crate::clock::civil;
use crate::domain::health::{self, Finding, Group, Inspected, Pass, Severity};
use crate::domain::timekeeping::Jump;
use crate::store::StoreError;
use crate::store::catalog::{Catalog, Mark};
use crate::store::ledger::findings::{self, Open};
use crate::store::ledger::{Reader, reader};

/// An inspection that found what the last one did is written down this often, so that
/// `duban health` can tell a daemon at rest from one that is gone.
const WRITE_EVERY_MIN: i64 = 5;

/// Of the rungs told last, so many are looked at each round, four microseconds each: more
/// would show in what an idle daemon costs after the first plan of a large city. The first
/// inspection of a process looks at all of the last days.
const TOLD_AT_MOST: u32 = 2_000;

/// What an inspection is made on.
#[derive(Debug, Clone, Copy)]
pub struct Scene<'a> {
    /// Where it is remembered, and how long a lease is.
    pub context: &'a Context,
    /// What the ledger remembers.
    pub reader: &'a Reader,
    /// Calendar and directory in force.
    pub library: &'a Library,
    /// The catalogue, where it could be opened.
    pub catalog: Option<&'a Catalog>,
    /// After how many minutes a message is late.
    pub late_min: u32,
    /// The moment to believe.
    pub now: DateTime<Utc>,
    /// Why the wall clock is not believed.
    pub jump: Option<Jump>,
}

/// How a pass over the catalogue ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ended {
    /// It looked at everything that needed a look.
    Complete,
    /// It failed, with these words.
    Failed(String),
    /// None was made: the clock is not believed.
    Withheld,
}

/// What an inspection came to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Health {
    /// Everything that is not as it should be.
    pub findings: Vec<Finding>,
}

impl Health {
    /// Whether every promise holds; a warning breaks none.
    #[must_use]
    pub fn is_clean(&self) -> bool {
        let grave = |finding: &Finding| finding.code.severity() == Severity::Critical;
        !self.findings.iter().any(grave)
    }

    /// Whether a new process would do better.
    #[must_use]
    pub fn wants_restart(&self) -> bool {
        let curable = |finding: &Finding| finding.code.is_cured_by_restart();
        self.findings.iter().any(curable)
    }
}

/// What the auditor remembers from round to round.
#[derive(Debug, Default)]
pub struct Auditor {
    /// When its first inspection was: a process is not blamed for what was before it.
    up_since: Option<DateTime<Utc>>,
    /// When a pass was last complete.
    last_pass: Option<DateTime<Utc>>,
    /// When an inspection was last written down.
    written: Option<DateTime<Utc>>,
    /// Units nobody knows, of the catalogue and directory they were looked up in.
    strangers: Option<(Mark, String, Group)>,
}

impl Auditor {
    /// Inspects everything, and tells what began and what ended.
    ///
    /// # Errors
    /// Whatever a database says.
    pub fn inspect(&mut self, scene: &Scene<'_>, ended: &Ended) -> Result<Health, StoreError> {
        let now = scene.now;
        let told_at_most = self.up_since.map_or(u32::MAX, |_| TOLD_AT_MOST);
        // Where a clock was set back on a person's word, what was noted before lies ahead.
        let up_since = self.up_since.map_or(now, |at| at.min(now));
        self.up_since = Some(up_since);
        let pass = self.pass(ended, up_since, now);
        let strangers = self.strangers(scene)?;
        let measure = reader::Measure {
            now,
            today: civil(now).date(),
            late_min: scene.late_min,
            lease_secs: scene.context.limits.lease_secs,
            told_at_most,
            centre: &scene.library.directory.centre().name,
        };
        let ask = "measure what an inspection needs";
        let ledger = scene.reader.ask(ask, |c| reader::measures(c, &measure))?;
        let findings = health::judge(&Inspected {
            now,
            today: measure.today,
            up_since,
            late_min: scene.late_min,
            jump: scene.jump,
            lacks_mib: scene.context.gate.lacks_mib(),
            pass: &pass,
            ledger: &ledger,
            calendar: &scene.library.calendar,
            directory: &scene.library.directory,
            strangers: &strangers,
        });
        let must_try = *ended == Ended::Complete && scene.context.ledger.refuses();
        self.keep(scene, &findings, must_try)?;
        Ok(Health { findings })
    }

    fn pass(&mut self, ended: &Ended, up_since: DateTime<Utc>, now: DateTime<Utc>) -> Pass {
        match ended {
            Ended::Complete => {
                self.last_pass = Some(now);
                Pass::Complete
            }
            Ended::Failed(why) => Pass::Failed {
                last: self.last_pass.unwrap_or(up_since),
                why: why.clone(),
            },
            Ended::Withheld => Pass::Withheld,
        }
    }

    /// Looked up again when the catalogue or the books changed: a round costs what is new.
    fn strangers(&mut self, scene: &Scene<'_>) -> Result<Group, StoreError> {
        let known = self.strangers.as_ref();
        let Some(catalog) = scene.catalog else {
            return Ok(known.map(|known| known.2.clone()).unwrap_or_default());
        };
        let (mark, books) = (catalog.newest()?, &scene.library.fingerprint);
        if let Some((at, with, group)) = known
            && *at == mark
            && with == books
        {
            return Ok(group.clone());
        }
        let directory = &scene.library.directory;
        let mut names = catalog.named_units()?;
        names.retain(|name| directory.unit(name).is_none());
        let group = Group {
            count: u32::try_from(names.len()).unwrap_or(u32::MAX),
            first: names.into_iter().next().unwrap_or_default(),
        };
        self.strangers = Some((mark, books.clone(), group.clone()));
        Ok(group)
    }

    /// What began and what ended goes into the log, what is into the ledger.
    ///
    /// While the ledger refuses, each round has to try it: one that had nothing to write would
    /// otherwise be a clean one, and nobody would hear of the disk.
    fn keep(
        &mut self,
        scene: &Scene<'_>,
        found: &[Finding],
        must_try: bool,
    ) -> Result<(), StoreError> {
        let before = scene.reader.ask("read the open findings", findings::list)?;
        for finding in found {
            if !before.iter().any(|open| open.is_of(finding)) {
                began(finding);
            }
        }
        let ended = |open: &&Open| !found.iter().any(|finding| open.is_of(finding));
        for open in before.iter().filter(ended) {
            info!(
                code = open.code,
                subject = open.subject,
                since = open.since,
                "over"
            );
        }
        let is_due = must_try
            || self
                .written
                .is_none_or(|at| (scene.now - at).abs() >= TimeDelta::minutes(WRITE_EVERY_MIN));
        if is_due || !is_same(&before, found) {
            let (found, now) = (found.to_vec(), scene.now);
            let keep = move |c: &_| findings::keep(c, &before, &found, now);
            scene
                .context
                .ledger
                .write_blocking("keep the findings", keep)?;
            self.written = Some(scene.now);
        }
        Ok(())
    }
}

fn began(finding: &Finding) {
    let (code, subject) = (finding.code.name(), &finding.subject);
    match finding.code.severity() {
        Severity::Critical => error!(code, subject, "{}", finding.words),
        Severity::Warning => warn!(code, subject, "{}", finding.words),
    }
}

fn is_same(before: &[Open], found: &[Finding]) -> bool {
    let kept = |finding: &Finding| {
        let same = |open: &Open| open.is_of(finding) && open.words == finding.words;
        before.iter().any(same)
    };
    before.len() == found.len() && found.iter().all(kept)
}
