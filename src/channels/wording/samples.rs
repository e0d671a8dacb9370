//! Sample messages: one of every kind of thing that is ever said.
//!
//! Owns their variety, made from one plausible notice and digest in `sample.json`. Refuses to
//! be sent: what is shown and checked with them never touches the ledger.

use chrono::{Days, NaiveDate};
use serde::Deserialize;

use crate::domain::counting::Step;
use crate::domain::notice::{
    Content, Delivery, Digest, Ended, Facts, Kind, Lacking, Message, Recipient, Rerouted, Waiting,
};
use crate::domain::obligation::{Candidate, Done, Excuse, State};
use crate::domain::pack::{Relation, Strength};

/// So many items no group's message has room for.
const CROWD: usize = 150;

/// A title by which somebody tries to mention everybody, to link and to break markup.
pub(super) const HOSTILE: &str =
    "<at user_id=\"all\">x</at> @all <@all> [x](http://x.example) <script>x</script> **x** </font>";

/// A message to show or to try the templates with.
#[derive(Debug, Clone, PartialEq)]
pub struct Sample {
    /// What it shows, such as `overdue-must-by`.
    pub name: String,
    /// It.
    pub message: Message,
}

/// What the samples are made from.
#[derive(Debug, Deserialize)]
struct Stock {
    recipient: Recipient,
    notice: Facts,
    digest: Digest,
    rerouted: Vec<Rerouted>,
    excuses: Vec<Excuse>,
    evidence: String,
    prepare: Vec<String>,
    every_step: Vec<Step>,
    lacking: Vec<Lacking>,
    candidates: Vec<Candidate>,
}

/// Every sample.
///
/// # Errors
/// The stock does not have the shape of what it stands for: a fault of the program.
pub fn samples() -> Result<Vec<Sample>, serde_json::Error> {
    let stock: Stock = serde_json::from_str(include_str!("sample.json"))?;
    let mut samples = stock.by_kind();
    samples.extend(stock.endings());
    samples.extend(stock.circumstances());
    samples.extend(stock.crowds());
    samples.extend(stock.digests());
    Ok(samples)
}

const KINDS: [(Kind, &str); 7] = [
    (Kind::Reminder, "reminder"),
    (Kind::DueToday, "due-today"),
    (Kind::Overdue, "overdue"),
    (Kind::TooShort, "too-short"),
    (Kind::Opened, "opened"),
    (Kind::Changed, "changed"),
    (Kind::Test, "test"),
];

const STRENGTHS: [(Strength, &str); 3] = [
    (Strength::Must, "must"),
    (Strength::Should, "should"),
    (Strength::Advisory, "advisory"),
];

const RELATIONS: [(Relation, &str); 4] = [
    (Relation::By, "by"),
    (Relation::NotBefore, "not-before"),
    (Relation::Gate, "gate"),
    (Relation::Trigger, "trigger"),
];

impl Stock {
    /// Every kind, strength and relation.
    fn by_kind(&self) -> Vec<Sample> {
        let mut samples = Vec::new();
        for (kind, kind_name) in KINDS {
            for (strength, strength_name) in STRENGTHS {
                for (relation, relation_name) in RELATIONS {
                    let facts = Facts {
                        relation,
                        strength,
                        ..self.of_kind(kind)
                    };
                    let name = format!("{kind_name}-{strength_name}-{relation_name}");
                    samples.push(self.one(name, facts));
                }
            }
        }
        samples
    }

    /// A notice of that kind, with what such a notice has.
    fn of_kind(&self, kind: Kind) -> Facts {
        let base = self.notice.clone();
        let facts = Facts { kind, ..base };
        match kind {
            Kind::DueToday => Facts {
                working_days_left: 0,
                ..facts
            },
            Kind::Overdue => Facts {
                state: State::Overdue,
                working_days_left: -3,
                ..facts
            },
            Kind::TooShort => Facts {
                state: State::Overdue,
                closes_on: facts.due_on.pred_opt(),
                ..facts
            },
            Kind::Opened => Facts {
                prepare: self.prepare.clone(),
                ..facts
            },
            Kind::Changed => Facts {
                was_due_on: later(facts.due_on, 3),
                ..facts
            },
            Kind::Reminder | Kind::Cleared | Kind::Waived | Kind::Withdrawn | Kind::Test => facts,
        }
    }

    /// What is said when a duty has ended, in each way it can.
    fn endings(&self) -> Vec<Sample> {
        let done = |evidence| {
            Some(Ended::Done(Done {
                on: self.notice.as_of,
                event: "parties_notified".to_owned(),
                evidence,
            }))
        };
        let mut endings = vec![
            ("cleared", Kind::Cleared, done(Some(self.evidence.clone()))),
            ("cleared-without-evidence", Kind::Cleared, done(None)),
            ("cleared-long-enough", Kind::Cleared, None),
            ("withdrawn", Kind::Withdrawn, Some(Ended::Lost)),
        ];
        let names = [
            "waived",
            "waived-for-a-time",
            "exempt",
            "put-off",
            "no-longer-pursued",
            "closed",
        ];
        let excuses = names.into_iter().zip(&self.excuses);
        endings.extend(
            excuses
                .map(|(name, excuse)| (name, Kind::Waived, Some(Ended::Excused(excuse.clone())))),
        );
        let samples = endings.into_iter().flat_map(|(name, kind, ended)| {
            // Only a window can end by being long enough.
            let relation = match ended {
                None => Relation::NotBefore,
                Some(_) => self.notice.relation,
            };
            STRENGTHS.map(|(strength, strength_name)| {
                let facts = Facts {
                    kind,
                    strength,
                    relation,
                    ended: ended.clone(),
                    state: State::Done,
                    candidates: self.candidates.clone(),
                    ..self.notice.clone()
                };
                self.one(format!("{name}-{strength_name}"), facts)
            })
        });
        samples.collect()
    }

    /// What can be added to any of them.
    fn circumstances(&self) -> Vec<Sample> {
        let with = |name: &str, kind: Kind, change: &dyn Fn(&mut Facts)| {
            let mut facts = self.of_kind(kind);
            change(&mut facts);
            self.one(name.to_owned(), facts)
        };
        let mut samples = vec![
            with("provisional", Kind::Reminder, &|facts| {
                facts.provisional = true;
            }),
            with("two-readings", Kind::Reminder, &|facts| {
                facts.latest_on = later(facts.due_on, 2).unwrap_or(facts.due_on);
            }),
            with("moved-and-near", Kind::Reminder, &|facts| {
                facts.was_due_on = later(facts.due_on, 3);
            }),
            with("reopened", Kind::Reminder, &|facts| {
                "reopened".clone_into(&mut facts.rung);
            }),
            with("first-notice", Kind::Reminder, &|facts| {
                facts.date_is_new = true;
            }),
            with("not-near", Kind::Reminder, &|facts| {
                facts.state = State::Open;
            }),
            with("every-step", Kind::Reminder, &|facts| {
                facts.trail.clone_from(&self.every_step);
            }),
            with("lacking", Kind::Reminder, &|facts| {
                facts.lacking.clone_from(&self.lacking);
                facts.candidates.clone_from(&self.candidates);
            }),
            with("confidential", Kind::Overdue, &|facts| {
                facts.title = None;
            }),
            with("hostile", Kind::Overdue, &|facts| {
                facts.title = Some(HOSTILE.to_owned());
                HOSTILE.clone_into(&mut facts.duty);
                HOSTILE.clone_into(&mut facts.responsible);
            }),
            with("long-texts", Kind::Overdue, &|facts| {
                facts.title = facts.title.as_ref().map(|title| title.repeat(40));
                facts.duty = facts.duty.repeat(40);
            }),
        ];
        for (strength, name) in STRENGTHS {
            samples.push(with(&format!("chase-{name}"), Kind::Overdue, &|facts| {
                facts.strength = strength;
                facts.is_chase = true;
            }));
        }
        for (number, rerouted) in self.rerouted.iter().enumerate() {
            let name = format!("rerouted-{}", number + 1);
            samples.push(with(&name, Kind::Overdue, &|facts| {
                facts.rerouted = Some(rerouted.clone());
            }));
        }
        samples.extend(self.on_the_way());
        samples
    }

    /// What the way adds: doubt, and delay.
    fn on_the_way(&self) -> Vec<Sample> {
        let base = self.one("repeat".to_owned(), self.of_kind(Kind::Reminder));
        let repeat = |name: &str, attempt| Sample {
            name: name.to_owned(),
            message: Message {
                attempt,
                maybe_repeat: true,
                ..base.message.clone()
            },
        };
        let sent = |name: &str, days| Sample {
            name: name.to_owned(),
            message: Message {
                sent_on: later(self.notice.as_of, days),
                ..base.message.clone()
            },
        };
        vec![
            repeat("repeat", 2),
            repeat("repeat-after-restoring", 1),
            sent("stale", 1),
            sent("late", 30),
        ]
    }

    /// Several at once: one of each kind, and more than a group's message has room for.
    fn crowds(&self) -> Vec<Sample> {
        let each: Vec<Facts> = KINDS.iter().map(|(kind, _)| self.of_kind(*kind)).collect();
        let many = each.iter().cycle().take(CROWD).cloned().collect();
        vec![
            self.message("several".to_owned(), Content::Notices { notices: each }),
            self.message("crowd".to_owned(), Content::Notices { notices: many }),
        ]
    }

    fn digests(&self) -> Vec<Sample> {
        let mut full = self.digest.clone();
        let row = full.rows.first().cloned();
        full.rows.extend(std::iter::repeat_n(row, CROWD).flatten());
        full.near += 2 * CROWD as u64;
        for count in full.changes.iter_mut().flat_map(|c| &mut c.counts) {
            count.in_all += CROWD as u64;
        }
        let mut empty = self.digest.clone();
        (empty.overdue, empty.due_today, empty.near, empty.past) = (0, 0, 0, 0);
        empty.rows.clear();
        empty.undelivered.clear();
        empty.delivery = Delivery::default();
        empty.holds.clear();
        empty.faults.clear();
        empty.alarms.clear();
        empty.calendar_missing = None;
        empty.gaps.clear();
        empty.gaps_in_all = None;
        (empty.log, empty.changes, empty.waiting) = (None, None, None);
        [
            ("digest", self.digest.clone()),
            ("digest-crowd", full),
            ("digest-empty", empty),
            ("digest-quiet", self.quiet()),
        ]
        .map(|(name, digest)| self.message(name.to_owned(), Content::Digest { digest }))
        .to_vec()
    }

    /// A day on which nothing changed, nothing is missing, and the log was too long to read.
    fn quiet(&self) -> Digest {
        let mut quiet = self.digest.clone();
        if let Some(changes) = &mut quiet.changes {
            changes.counts.clear();
            changes.rows.clear();
            changes.unread = 120;
        }
        (quiet.waiting, quiet.gaps_in_all) = (Some(Waiting::default()), Some(0));
        quiet.gaps.clear();
        quiet
    }

    fn one(&self, name: String, facts: Facts) -> Sample {
        let notices = vec![facts];
        self.message(name, Content::Notices { notices })
    }

    fn message(&self, name: String, content: Content) -> Sample {
        let message = Message {
            key: "msg_00112233445566778899aabbccddeeff".to_owned(),
            recipient: self.recipient.clone(),
            content,
            attempt: 1,
            maybe_repeat: false,
            sent_on: None,
        };
        Sample { name, message }
    }
}

fn later(day: NaiveDate, days: u64) -> Option<NaiveDate> {
    day.checked_add_days(Days::new(days))
}
