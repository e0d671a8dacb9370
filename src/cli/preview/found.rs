//! Which message is meant: one of the ledger, a rule's, or the digest.
//!
//! Owns finding it and turning it into a message that could be sent. Refuses to guess: a name
//! that is neither is told with where names are listed.

use anyhow::bail;
use chrono::{DateTime, NaiveTime, Utc};

use super::{PreviewArgs, refuse_for, rule};
use crate::cli::library::Books;
use crate::cli::text::harmless;
use crate::clock::{Clock, instant, to_minute};
use crate::domain::address::{Draft, everybody, message_key};
use crate::domain::directory::Unit;
use crate::domain::notice::{Channel, Content, Facts, Message, Recipient};
use crate::domain::pack::Rule;
use crate::jobs::digest;
use crate::jobs::plan::Desk;
use crate::store::ledger::reader::{self, Letter};

/// The word that means the digest.
const DIGEST: &str = "digest";

/// A message that was found.
pub(super) struct Found {
    /// The message.
    pub(super) message: Message,
    /// As of when it is shown.
    pub(super) at: DateTime<Utc>,
    /// What it is, for people.
    pub(super) what: String,
}

/// Finds what `args` name.
///
/// # Errors
/// There is no such thing; the databases.
pub(super) fn find(books: &Books, args: &PreviewArgs, clock: &Clock) -> anyhow::Result<Found> {
    if args.what == DIGEST {
        return todays_digest(books, args, clock);
    }
    if let Some(rule) = books.library.pack.rule(&args.what) {
        return of_rule(books, args, rule, clock);
    }
    let letter = books
        .ledger()?
        .ask("read the message", |c| reader::letter(c, &args.what))?;
    match letter {
        Some(letter) => of_ledger(args, letter, clock),
        None => bail!(
            "there is no message, notice or rule {}; `duban notices list` and `duban rules list` have them",
            harmless(&args.what)
        ),
    }
}

fn of_ledger(args: &PreviewArgs, letter: Letter, clock: &Clock) -> anyhow::Result<Found> {
    let options = [
        ("--kind", args.kind.is_some()),
        ("--decision", args.decision.is_some()),
        ("--to", args.to.is_some()),
    ];
    refuse_for("a message of the ledger, which has its own", &options)?;
    let Letter {
        mut message,
        state,
        at,
        reason,
    } = letter;
    // What waits goes out now at the earliest.
    let at = if state == "pending" {
        at.max(clock.now())
    } else {
        at
    };
    let tense = match state.as_str() {
        "pending" => "will be attempt",
        "cancelled" => "would have been attempt",
        _ => "was attempt",
    };
    let reason = reason
        .map(|reason| format!(" ({reason})"))
        .unwrap_or_default();
    let what = format!(
        "{}, {state}{reason}; this {tense} {} at {}",
        message.key,
        message.attempt,
        to_minute(at)
    );
    if let Some(channel) = args.channel() {
        readdress(&mut message.recipient, channel);
    }
    Ok(Found { message, at, what })
}

/// By another channel an endpoint of the unit stands for its people.
fn readdress(recipient: &mut Recipient, channel: Channel) {
    if recipient.channel != channel && channel != Channel::Mail {
        *recipient = Recipient::endpoint(&recipient.unit, channel);
    }
    recipient.channel = channel;
}

fn todays_digest(books: &Books, args: &PreviewArgs, clock: &Clock) -> anyhow::Result<Found> {
    let options = [
        ("--kind", args.kind.is_some()),
        ("--decision", args.decision.is_some()),
    ];
    refuse_for("the digest", &options)?;
    let (catalog, reader) = (books.catalog()?, books.ledger()?);
    let desk = Desk {
        catalog: &catalog,
        reader: &reader,
        library: &books.library,
        now: clock.now(),
    };
    let digest = digest::draft(&desk, clock.today())?;
    let centre = books.library.directory.centre();
    let unit = named(books, args)?.unwrap_or(centre);
    let recipient = somebody(unit, args.channel().unwrap_or(Channel::Mail))?;
    Ok(Found {
        message: sample(recipient, Content::Digest { digest }),
        at: desk.now,
        what: "today's digest as it stands now".to_owned(),
    })
}

fn of_rule(books: &Books, args: &PreviewArgs, rule: &Rule, clock: &Clock) -> anyhow::Result<Found> {
    let (drafts, origin) = rule::drafts(books, args, rule, clock.today())?;
    let Some(first) = drafts.first() else {
        bail!("{}", rule::never_says(rule, args.kind));
    };
    let channel = args.channel().unwrap_or(Channel::Mail);
    let of = |holds: &dyn Fn(&Draft) -> bool| drafts.iter().find(|draft| holds(draft));
    let is_responsible = |draft: &Draft| draft.recipient.unit == draft.facts.responsible;
    let is_by = |draft: &Draft| draft.recipient.channel == channel;
    let draft = of(&|draft| is_by(draft) && is_responsible(draft))
        .or_else(|| of(&is_by))
        .or_else(|| of(&is_responsible));
    let draft = draft.unwrap_or(first);
    let recipient = match named(books, args)? {
        Some(unit) => somebody(unit, channel)?,
        None if is_by(draft) => draft.recipient.clone(),
        None => Recipient::endpoint(&draft.recipient.unit, channel),
    };
    let mut facts = draft.facts.clone();
    if args.to.is_some() {
        facts.rerouted = None;
    }
    let (kind, about) = (facts.kind.name(), &facts.obligation);
    let what = format!("{kind} of {about} as of {}, {origin}", facts.as_of);
    let at = morning(&facts);
    let notices = vec![facts];
    Ok(Found {
        message: sample(recipient, Content::Notices { notices }),
        at,
        what,
    })
}

/// The unit that is named, if one is.
fn named<'b>(books: &'b Books, args: &PreviewArgs) -> anyhow::Result<Option<&'b Unit>> {
    let Some(name) = &args.to else {
        return Ok(None);
    };
    match books.library.directory.unit(name) {
        Some(unit) => Ok(Some(unit)),
        None => bail!("there is no unit {} in units.toml", harmless(name)),
    }
}

/// Who of `unit` gets what goes by `channel`: for a look, an endpoint need not be there.
fn somebody(unit: &Unit, channel: Channel) -> anyhow::Result<Recipient> {
    let found = everybody(unit)
        .into_iter()
        .find(|one| one.channel == channel);
    match (found, channel) {
        (Some(found), _) => Ok(found),
        (None, Channel::Mail) => bail!("{} has nobody with an e-mail address", unit.name),
        (None, _) => Ok(Recipient::endpoint(&unit.name, channel)),
    }
}

fn sample(recipient: Recipient, content: Content) -> Message {
    Message {
        key: message_key(&recipient, "preview"),
        recipient,
        content,
        attempt: 1,
        maybe_repeat: false,
        sent_on: None,
    }
}

/// Nine o'clock of the day a notice was made.
fn morning(facts: &Facts) -> DateTime<Utc> {
    let nine = NaiveTime::from_hms_opt(9, 0, 0).unwrap_or_default();
    instant(facts.as_of.and_time(nine))
}
