//! Whom else to tell what could not be delivered: the unit's other people and channels, then
//! the supervision centre.
//!
//! Owns the two steps of failing upward and every way out of them. Refuses to know how a
//! message failed (`delivery`) and to store anything.

use chrono::{DateTime, Duration, Utc};

use super::address::{Draft, everybody, notice_key};
use super::directory::{Directory, Unit};
use super::notice::{Facts, Recipient, Rerouted};
use super::pack::Audience;

/// How far a message has failed upward.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// Not yet.
    Tried,
    /// To the unit's other people and channels.
    Unit,
    /// As far as it goes: to the centre, or the unit was reached another way.
    Done,
}

impl Level {
    /// Its number in the ledger.
    #[must_use]
    pub const fn number(self) -> u8 {
        match self {
            Self::Tried => 0,
            Self::Unit => 1,
            Self::Done => 2,
        }
    }

    /// The level of that number; whatever is not known needs nothing more.
    #[must_use]
    pub const fn of(number: u8) -> Self {
        match number {
            0 => Self::Tried,
            1 => Self::Unit,
            _ => Self::Done,
        }
    }
}

/// A message that could not be delivered for long enough, or was given up.
#[derive(Debug, Clone, PartialEq)]
pub struct Failing {
    /// For whom it is.
    pub recipient: Recipient,
    /// How far it has failed upward.
    pub level: Level,
    /// What was last heard of it.
    pub word: String,
    /// It is still tried, and its way failed before it was heard for whom it is: whoever
    /// shares that way is not reached any better.
    pub is_way_down: bool,
    /// It was told itself that nobody but a person can mend its way: the centre is told at once,
    /// for the term does not wait.
    pub is_alarm: bool,
    /// What it still has to say.
    pub notices: Vec<Unsaid>,
}

/// A notice that has not arrived, and who else was addressed for the same obligation,
/// revision and rung.
#[derive(Debug, Clone, PartialEq)]
pub struct Unsaid {
    /// What it says.
    pub facts: Facts,
    /// The others.
    pub others: Vec<Other>,
}

/// Somebody else who was addressed.
#[derive(Debug, Clone, PartialEq)]
pub struct Other {
    /// Who.
    pub recipient: Recipient,
    /// How far the message came.
    pub fate: Fate,
    /// When the notice was made.
    pub made_at: DateTime<Utc>,
}

/// How far somebody else's message came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// It has arrived.
    Delivered,
    /// It is on its way and has not failed for long.
    UnderWay,
    /// It fails as well, or waits for something.
    Failing,
    /// Nothing will come of it.
    Over,
}

/// What a message's failing asks for.
#[derive(Debug, Clone, PartialEq)]
pub struct Step {
    /// How far it has then failed upward.
    pub level: Level,
    /// What is said to whom instead.
    pub drafts: Vec<Draft>,
    /// Nobody of the unit was reached and nobody is left who could be told.
    pub is_lost: bool,
}

/// What a step is made with.
#[derive(Debug, Clone, Copy)]
pub struct Books<'a> {
    /// Who is who.
    pub directory: &'a Directory,
    /// Destinations to which nothing goes now.
    pub held: &'a [String],
    /// How long the unit's other people have before the centre is told.
    pub patience: Duration,
    /// The present moment.
    pub now: DateTime<Utc>,
}

/// What one of a message's notices asks for.
enum Next {
    /// Somebody of the unit knows, or everybody who can be told was.
    Enough,
    /// These are told now, of the unit or of the centre.
    Tell(Level, Vec<Recipient>),
    /// Somebody of the unit may still be reached.
    Wait,
    /// There is somebody above, but no way to them now.
    NoWay,
    /// Nobody is above.
    Lost,
}

/// What follows for a failing message; none as long as it can only wait.
#[must_use]
pub fn step(failing: &Failing, books: Books<'_>) -> Option<Step> {
    let mut step = Step {
        level: Level::Done,
        drafts: Vec::new(),
        is_lost: false,
    };
    for unsaid in &failing.notices {
        match next(failing, unsaid, books) {
            Next::Enough => {}
            Next::Tell(level, recipients) => {
                step.level = step.level.min(level);
                let drafts = recipients.into_iter();
                step.drafts
                    .extend(drafts.map(|to| draft(failing, &unsaid.facts, to)));
            }
            Next::Wait => step.level = step.level.min(Level::Unit),
            // As it stands, so that the next round looks again.
            Next::NoWay => step.level = step.level.min(failing.level),
            Next::Lost => step.is_lost = true,
        }
    }
    let is_news = step.level > failing.level || !step.drafts.is_empty();
    is_news.then_some(step)
}

/// Whoever else of the recipient's unit a digest could go to: it has no duty and no rung,
/// and there is nobody above the centre.
#[must_use]
pub fn instead(recipient: &Recipient, books: Books<'_>) -> Vec<Recipient> {
    let unit = books.directory.unit(&recipient.unit);
    let mut others = unit.map_or_else(Vec::new, of_unit);
    others.retain(|other| other != recipient && is_open(other, books));
    others
}

fn next(failing: &Failing, unsaid: &Unsaid, books: Books<'_>) -> Next {
    // That something is over asks nobody for anything. Whoever does not hear it goes on being
    // careful, and the next digest has one row less; a stranger would hear of a duty for the
    // first time, as of one that is over.
    if unsaid.facts.kind.is_ending() {
        return Next::Enough;
    }
    let centre = books.directory.centre();
    let name = &failing.recipient.unit;
    if failing.is_alarm && failing.level == Level::Tried && *name != centre.name {
        let told = alarm(centre, unsaid, failing, books);
        if !told.is_empty() {
            return Next::Tell(Level::Done, told);
        }
    }
    let of_unit = || unsaid.others.iter().filter(|o| o.recipient.unit == *name);
    if of_unit().any(|other| other.fate == Fate::Delivered) {
        return Next::Enough;
    }
    if failing.level == Level::Tried {
        let fresh = fresh(books.directory.unit(name), unsaid, failing, books);
        if !fresh.is_empty() {
            return Next::Tell(Level::Unit, fresh);
        }
    }
    let latest = of_unit().map(|other| other.made_at).max();
    let may_be_reached = of_unit().any(|other| other.fate == Fate::UnderWay);
    let is_asked_lately = latest.is_some_and(|at| at + books.patience > books.now);
    let all_over = of_unit().all(|other| other.fate == Fate::Over);
    let waits = match failing.level {
        Level::Tried => may_be_reached,
        Level::Unit | Level::Done => is_asked_lately && !all_over && !failing.is_alarm,
    };
    if waits {
        return Next::Wait;
    }
    if *name == centre.name {
        return Next::Lost;
    }
    to_centre(centre, unsaid, failing, books)
}

/// Whom an alarm goes to: the centre, so that somebody has the way mended, and the unit's others
/// where nobody of it has the notice or is about to. Nobody, as long as the centre is there to be
/// told and no way leads to it.
fn alarm(centre: &Unit, unsaid: &Unsaid, failing: &Failing, books: Books<'_>) -> Vec<Recipient> {
    let name = &failing.recipient.unit;
    let mut told = fresh(Some(centre), unsaid, failing, books);
    let knows = || {
        everybody(centre)
            .iter()
            .any(|one| is_addressed(one, unsaid))
    };
    if told.is_empty() && !knows() {
        return told;
    }
    let mut of_unit = unsaid.others.iter().filter(|o| o.recipient.unit == *name);
    if !of_unit.any(|other| matches!(other.fate, Fate::Delivered | Fate::UnderWay)) {
        told.extend(fresh(books.directory.unit(name), unsaid, failing, books));
    }
    told
}

fn to_centre(centre: &Unit, unsaid: &Unsaid, failing: &Failing, books: Books<'_>) -> Next {
    let fresh = fresh(Some(centre), unsaid, failing, books);
    if !fresh.is_empty() {
        return Next::Tell(Level::Done, fresh);
    }
    // What the centre was addressed for by the rung itself, it has.
    if everybody(centre)
        .iter()
        .all(|one| is_addressed(one, unsaid))
    {
        Next::Enough
    } else {
        Next::NoWay
    }
}

/// Those of `unit` who have not been addressed yet and can be.
fn fresh(
    unit: Option<&Unit>,
    unsaid: &Unsaid,
    failing: &Failing,
    books: Books<'_>,
) -> Vec<Recipient> {
    let mut people = match unit {
        Some(unit) if unit.name == books.directory.centre().name => everybody(unit),
        Some(unit) => of_unit(unit),
        None => Vec::new(),
    };
    people.retain(|one| {
        let shares_the_way = one.destination() == failing.recipient.destination();
        let is_no_better = failing.is_way_down && shares_the_way;
        let is_new = !one.is_at_the_place_of(&failing.recipient) && !is_addressed(one, unsaid);
        is_new && !is_no_better && is_open(one, books)
    });
    people
}

/// The unit's endpoint, contacts and heads. A broken mailbox is no reason to write to the
/// leader in charge; the ladder says when that is done.
fn of_unit(unit: &Unit) -> Vec<Recipient> {
    let mut people = everybody(unit);
    people.retain(|one| one.audience != Audience::Leader);
    people
}

fn is_addressed(one: &Recipient, unsaid: &Unsaid) -> bool {
    let mut others = unsaid.others.iter();
    others.any(|other| other.recipient.is_at_the_place_of(one))
}

fn is_open(one: &Recipient, books: Books<'_>) -> bool {
    !books.held.contains(&one.destination())
}

/// The same facts, and why they come to somebody else.
fn draft(failing: &Failing, facts: &Facts, recipient: Recipient) -> Draft {
    let meant = &failing.recipient;
    let rerouted = Rerouted::Undelivered {
        name: meant.unit.clone(),
        person: meant.name.clone(),
        channel: meant.channel,
        word: failing.word.clone(),
    };
    // Whom of its unit the rung speaks to says nothing about another.
    let calls = if recipient.unit == meant.unit {
        facts.calls.clone()
    } else {
        vec![Audience::Contact]
    };
    Draft {
        key: notice_key(&facts.obligation, facts.revision, &facts.rung, &recipient),
        recipient,
        facts: Facts {
            rerouted: Some(rerouted),
            calls,
            ..facts.clone()
        },
    }
}
