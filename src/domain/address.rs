//! From a reached rung to one notice per recipient and channel.
//!
//! Owns who is told: the responsible unit's people of the rung, the other units the
//! rule names, the supervision centre, and the centre instead of anybody who cannot
//! be reached, saying why. Refuses to send or to word.

use std::fmt::Write as _;

use chrono::NaiveDate;
use sha2::{Digest as _, Sha256};

use super::calendar::Calendar;
use super::decision::Decision;
use super::directory::{Contact, Directory, NotFound, Unit};
use super::ladder;
use super::notice::{Channel, Ended, Facts, Kind, Lacking, Recipient, Rerouted};
use super::obligation::{Candidate, Dates, Obligation, ObligationKey};
use super::pack::{Audience, Basis, Pack, Role};
use super::record::Told;

/// A notice before it is in the ledger.
#[derive(Debug, Clone, PartialEq)]
pub struct Draft {
    /// Obligation, revision, rung, recipient and channel: planning twice inserts nothing.
    pub key: String,
    /// To whom.
    pub recipient: Recipient,
    /// What it says.
    pub facts: Facts,
}

/// A rung that has been reached, and everything a notice says about it.
#[derive(Debug, Clone, Copy)]
pub struct Reminder<'a> {
    /// The obligation.
    pub obligation: &'a Obligation<'a>,
    /// Its dates.
    pub dates: &'a Dates,
    /// Its decision.
    pub decision: &'a Decision,
    /// The rung.
    pub step: &'a ladder::Step,
    /// The obligation's revision.
    pub revision: u32,
    /// Who was told of it before.
    pub told: &'a [Told],
    /// A rung past the date was told before.
    pub chases: bool,
    /// The day.
    pub today: NaiveDate,
}

/// The pack, calendar and directory that notices are made with.
#[derive(Debug, Clone, Copy)]
pub struct Books<'a> {
    /// The law.
    pub pack: &'a Pack,
    /// Working days.
    pub calendar: &'a Calendar,
    /// Who is who.
    pub directory: &'a Directory,
}

/// One notice for each recipient and channel of `reminder`.
#[must_use]
pub fn address(reminder: &Reminder<'_>, books: Books<'_>) -> Vec<Draft> {
    let (rule, step) = (reminder.obligation.rule, reminder.step);
    let mut told: Vec<(Role, &[Audience])> = vec![(rule.responsible, &step.to)];
    let others = rule.tell.iter().copied();
    let others = others.filter(|role| !is_told_anyway(*role, reminder));
    told.extend(others.map(|role| (role, CONTACT)));
    if step.to.contains(&Audience::Office) {
        told.push((Role::Office, CONTACT));
    }
    let mut addressed = Vec::new();
    for (role, audiences) in told {
        for found in books.directory.filling(role, reminder.decision) {
            addressed.extend(reach(found, books.directory, audiences));
        }
    }
    if tells_centre(reminder) {
        addressed.extend(to_centre(books.directory, None));
    }
    let place = |one: &Addressed<'_>| (one.to.address.clone(), one.to.channel);
    addressed.sort_by_key(place);
    addressed.dedup_by_key(|one| place(one));
    let drafted = addressed.into_iter().map(|one| draft(reminder, books, one));
    drafted.collect()
}

/// A notice to somebody who was told before and whom no rung names: what became of it.
#[must_use]
pub fn tell(
    reminder: &Reminder<'_>,
    books: Books<'_>,
    recipient: &Recipient,
    ended: Option<Ended>,
) -> Draft {
    let addressed = Addressed {
        to: recipient.clone(),
        why: None,
        calls: &reminder.step.to,
    };
    let mut draft = draft(reminder, books, addressed);
    draft.facts.ended = ended;
    draft
}

/// The key of a notice: the same recipient is told of one rung of one revision once.
#[must_use]
pub fn notice_key(
    obligation: &ObligationKey,
    revision: u32,
    rung: &str,
    recipient: &Recipient,
) -> String {
    let Recipient {
        channel, address, ..
    } = recipient;
    format!("{obligation}#{revision}@{rung}>{channel}:{address}")
}

/// The stable key of the message that `first_key` opens for `recipient`; it holds no
/// dot, as Standard Webhooks asks of ids.
#[must_use]
pub fn message_key(recipient: &Recipient, first_key: &str) -> String {
    let mut hash = Sha256::new();
    hash.update(recipient.channel.name());
    hash.update([0]);
    hash.update(&recipient.address);
    hash.update([0]);
    hash.update(first_key);
    let bytes = hash.finalize();
    let half = bytes.iter().take(16);
    half.fold("msg_".to_owned(), |mut key, byte| {
        // Writing to a string cannot fail.
        let _ = write!(key, "{byte:02x}");
        key
    })
}

/// The responsible unit is told in any case, and the centre by the rung.
fn is_told_anyway(role: Role, reminder: &Reminder<'_>) -> bool {
    role == Role::Centre || role == reminder.obligation.rule.responsible
}

fn tells_centre(reminder: &Reminder<'_>) -> bool {
    let rule = reminder.obligation.rule;
    rule.tell.contains(&Role::Centre) && reminder.step.to.contains(&Audience::Centre)
}

/// Of a unit that is only told as well, and of the centre, nobody but the contact is called.
const CONTACT: &[Audience] = &[Audience::Contact];

/// To whom a notice goes.
struct Addressed<'a> {
    to: Recipient,
    /// Why the centre gets it instead of somebody else.
    why: Option<Rerouted>,
    /// Whom of the unit a robot calls.
    calls: &'a [Audience],
}

/// The unit's people, or the centre with the reason why not.
fn reach<'a>(
    found: Result<&Unit, NotFound>,
    directory: &Directory,
    audiences: &'a [Audience],
) -> Vec<Addressed<'a>> {
    let reached = match found {
        Ok(unit) => units_people(unit, audiences),
        Err(NotFound::NotNamed(role)) => Err(Rerouted::UnitNotNamed {
            name: role.name().to_owned(),
        }),
        Err(NotFound::Unknown(name)) => Err(Rerouted::UnitUnknown { name }),
    };
    reached.map_or_else(
        |why| to_centre(directory, Some(&why)),
        |recipients| all(recipients, None, audiences),
    )
}

fn all<'a>(
    recipients: Vec<Recipient>,
    why: Option<&Rerouted>,
    calls: &'a [Audience],
) -> Vec<Addressed<'a>> {
    let addressed = recipients.into_iter().map(|to| Addressed {
        to,
        why: why.cloned(),
        calls,
    });
    addressed.collect()
}

/// The unit's endpoints and its people of these audiences. An audience nobody fills
/// falls to the unit's contact; a unit nobody fills cannot be reached.
fn units_people(unit: &Unit, audiences: &[Audience]) -> Result<Vec<Recipient>, Rerouted> {
    let mut recipients: Vec<Recipient> = endpoints(unit).collect();
    let of_unit = |one: &&Audience| !matches!(one, Audience::Centre | Audience::Office);
    for audience in audiences.iter().filter(of_unit) {
        let named = unit.people(*audience).next().is_some();
        let audience = if named { *audience } else { Audience::Contact };
        recipients.extend(unit.people(audience).map(|contact| person(unit, contact)));
    }
    // A rung that is only for the centre or the office asks for nobody of the unit.
    let wants_people = audiences.iter().any(|one| of_unit(&one));
    if recipients.is_empty() && wants_people {
        return Err(Rerouted::NobodyToTell {
            name: unit.name.clone(),
        });
    }
    Ok(recipients)
}

fn to_centre<'a>(directory: &Directory, why: Option<&Rerouted>) -> Vec<Addressed<'a>> {
    all(everybody(directory.centre()), why, CONTACT)
}

/// Everybody of `unit`, whatever their part, and its endpoints.
#[must_use]
pub fn everybody(unit: &Unit) -> Vec<Recipient> {
    let people = unit.contacts.iter().map(|contact| person(unit, contact));
    people.chain(endpoints(unit)).collect()
}

fn endpoints(unit: &Unit) -> impl Iterator<Item = Recipient> {
    let channels = unit.endpoints.iter();
    channels.map(|channel| Recipient::endpoint(&unit.name, *channel))
}

fn person(unit: &Unit, contact: &Contact) -> Recipient {
    Recipient {
        unit: unit.name.clone(),
        audience: contact.audience,
        name: contact.name.clone(),
        address: contact.email.clone(),
        channel: Channel::Mail,
    }
}

fn draft(reminder: &Reminder<'_>, books: Books<'_>, addressed: Addressed<'_>) -> Draft {
    let recipient = addressed.to;
    let (obligation, rung) = (&reminder.obligation.key, &reminder.step.name);
    let key = notice_key(obligation, reminder.revision, rung, &recipient);
    let mut facts = facts(reminder, books, addressed.why);
    facts.calls = addressed.calls.to_vec();
    if reminder.step.kind.is_ending() {
        // There is nothing to prepare any more.
        facts.prepare.clear();
        facts.lacking.clear();
        // The ground of a waiver, where the text knows one, stays.
        if reminder.step.kind != Kind::Waived {
            facts.candidates.clear();
        }
    } else {
        let mut told = reminder.told.iter();
        let known = told.find(|told| told.recipient.is_at_the_place_of(&recipient));
        let was_due_on = known.map(|told| told.due_on);
        facts.date_is_new = was_due_on != Some(facts.due_on);
        facts.was_due_on = was_due_on.filter(|_| facts.date_is_new);
    }
    Draft {
        key,
        recipient,
        facts,
    }
}

fn facts(reminder: &Reminder<'_>, books: Books<'_>, rerouted: Option<Rerouted>) -> Facts {
    let Reminder {
        obligation,
        dates,
        decision,
        step,
        today,
        ..
    } = *reminder;
    Facts {
        obligation: obligation.key.clone(),
        revision: reminder.revision,
        rung: step.name.clone(),
        kind: step.kind,
        as_of: today,
        organ: decision.organ.clone(),
        year: decision.year,
        seq: decision.seq,
        title: decision.shown_title().map(ToOwned::to_owned),
        duty: obligation.rule.title.clone(),
        relation: obligation.rule.relation,
        basis: cited(obligation, books.pack),
        strength: obligation.rule.strength,
        state: obligation.state(today),
        anchor_on: dates.anchor_on,
        due_on: dates.due_on,
        latest_on: dates.latest_on,
        working_days_left: days_left(dates, today, books.calendar),
        was_due_on: None,
        provisional: dates.provisional,
        trail: obligation.trail.clone(),
        versions: versions(books),
        responsible: responsible(obligation, decision, books.directory),
        prepare: obligation.rule.prepare.clone(),
        closes_on: closes_on(obligation, step.kind),
        lacking: lacking(obligation, books.pack, today),
        candidates: candidates(obligation, books.pack),
        rerouted,
        calls: Vec::new(),
        date_is_new: false,
        is_chase: step.kind == Kind::Overdue && reminder.chases,
        ended: None,
    }
}

/// What a gathering gate still lacks.
fn lacking(obligation: &Obligation<'_>, pack: &Pack, today: NaiveDate) -> Vec<Lacking> {
    let lacking = obligation.lacking(today).map(|one| Lacking {
        rule: one.rule.id.clone(),
        duty: one.rule.title.clone(),
        basis: titled(&one.rule.basis, pack),
        strength: one.rule.strength,
        unsaid: one.unsaid.clone(),
    });
    lacking.collect()
}

/// Exemptions a person may confirm, the systems by their full titles.
fn candidates(obligation: &Obligation<'_>, pack: &Pack) -> Vec<Candidate> {
    let candidates = obligation.candidates.iter().cloned();
    let titled = candidates.map(|one| Candidate {
        basis: titled(&one.basis, pack),
        ..one
    });
    titled.collect()
}

/// Working days left to the safe date; past the lenient one, minus those gone since.
#[must_use]
pub fn days_left(dates: &Dates, today: NaiveDate, calendar: &Calendar) -> i64 {
    if today > dates.latest_on {
        calendar.working_days_between(today, dates.latest_on)
    } else {
        calendar.working_days_between(today, dates.due_on.max(today))
    }
}

/// Pack and calendar, as every date names them.
#[must_use]
pub fn versions(books: Books<'_>) -> String {
    format!(
        "{} {} · {}",
        books.pack.name,
        books.pack.version,
        books.calendar.version()
    )
}

/// The articles an obligation rests on, with the systems' full titles.
#[must_use]
pub fn cited(obligation: &Obligation<'_>, pack: &Pack) -> Vec<Basis> {
    let of_rules = obligation.cited.iter();
    of_rules
        .flat_map(|rule| titled(&rule.basis, pack))
        .collect()
}

fn titled(basis: &[Basis], pack: &Pack) -> Vec<Basis> {
    let titled = basis.iter().map(|basis| Basis {
        system: pack.system_title(&basis.system).to_owned(),
        article: basis.article.clone(),
    });
    titled.collect()
}

/// The responsible unit by the directory's name for it, else the catalogue's.
#[must_use]
pub fn responsible(
    obligation: &Obligation<'_>,
    decision: &Decision,
    directory: &Directory,
) -> String {
    let filling = directory.filling(obligation.rule.responsible, decision);
    let names = filling.into_iter().map(|found| match found {
        Ok(unit) => unit.name.clone(),
        Err(NotFound::Unknown(name)) => name,
        Err(NotFound::NotNamed(role)) => role.name().to_owned(),
    });
    names.collect::<Vec<String>>().join("、")
}

fn closes_on(obligation: &Obligation<'_>, kind: Kind) -> Option<NaiveDate> {
    let done = obligation.done.as_ref()?;
    (kind == Kind::TooShort).then_some(done.on)
}
