//! A rule's keys in the administrator's words: label and fact, a line each.
//!
//! Owns that every key of a rule that is set shows up, for `rules show` and `rules diff`
//! alike. Refuses sentences; the template of the rule's sentence has them.

use crate::domain::counting::{Convention, Reading, Roll};
use crate::domain::decision::Status;
use crate::domain::pack::{
    Anchor, Condition, Evidence, Late, Offset, Pack, Relation, Role, Rule, RuleId, Strength,
    Validity, When,
};

/// The label of a key, and what it says.
pub(super) type Fact = (&'static str, String);

/// Every key of `rule` that says something, in the order of its journey to a date.
pub(super) fn facts(pack: &Pack, rule: &Rule) -> Vec<Fact> {
    let mut facts = basis(pack, rule);
    facts.extend(counted(rule));
    facts.extend(ended(rule));
    facts.extend(applied(rule));
    facts.extend(told(pack, rule));
    facts.retain(|(_, fact)| !fact.is_empty());
    facts
}

fn basis(pack: &Pack, rule: &Rule) -> Vec<Fact> {
    let places = rule.basis.iter().map(|basis| {
        let title = pack.system_title(&basis.system);
        ("basis", format!("《{title}》 Art. {}", basis.article))
    });
    places.collect()
}

/// From where, how far and how.
fn counted(rule: &Rule) -> Vec<Fact> {
    let progress = rule.or_progress_over;
    let progress = progress.map(|percent| format!("progress over {percent} %"));
    vec![
        ("from", from(rule)),
        ("each note", rule.each_note.join(" or ")),
        ("repeated", shown(rule.repeated_within, "within ")),
        ("or from", anchors(&rule.or_from)),
        ("lenient from", anchors(rule.latest_from.as_slice())),
        ("late", late(rule.late)),
        ("offset", offset(rule)),
        ("or", progress.unwrap_or_default()),
        ("counted", manner(rule.convention)),
        ("first day", first_day(rule).to_owned()),
    ]
}

fn from(rule: &Rule) -> String {
    let each = match rule.each.join(" or ") {
        each if each.is_empty() => each,
        each => format!(", for each {each}"),
    };
    format!("{}{each}", anchors(&rule.from))
}

fn anchors(anchors: &[Anchor]) -> String {
    let named: Vec<String> = anchors.iter().map(Anchor::to_string).collect();
    named.join(" | ")
}

fn shown<T: ToString>(value: Option<T>, before: &str) -> String {
    value.map_or_else(String::new, |value| {
        format!("{before}{}", value.to_string())
    })
}

fn late(late: Late) -> String {
    match late {
        Late::Ask => String::new(),
        Late::OwnClock => "counts from its own day".to_owned(),
    }
}

/// Which day is the first that counts, where it is not the one after the anchor.
const fn first_day(rule: &Rule) -> &'static str {
    if rule.counts_anchor {
        "the anchor's own"
    } else {
        ""
    }
}

/// How days are counted and what a rest day at the end does.
pub(super) fn manner(convention: Convention) -> String {
    let reading = match convention.reading {
        Reading::Inclusive => "inclusive",
        Reading::Clear => "clear",
    };
    let roll = match convention.roll {
        Roll::None => "a rest day stays",
        Roll::Forward => "a rest day moves to the next working day",
        Roll::Backward => "a rest day moves to the working day before",
        Roll::ForwardFromHoliday => "a holiday moves to the next working day",
    };
    format!("{reading}, {roll}")
}

/// What it means and what ends it.
fn ended(rule: &Rule) -> Vec<Fact> {
    vec![
        ("relation", relation(rule.relation).to_owned()),
        ("strength", strength(rule.strength).to_owned()),
        ("done by", evidence(&rule.done_by)),
        ("gathers", ids(&rule.gathers)),
        ("exempts", ids(&rule.exempts)),
        ("unless after", rule.unless_after.join(" or ")),
        ("excused by", shown(rule.excused_by.as_ref(), "")),
        ("lapses on", rule.lapses_on.join(" or ")),
        ("stays when", statuses(&rule.stays_when)),
    ]
}

const fn relation(relation: Relation) -> &'static str {
    match relation {
        Relation::By => "by",
        Relation::NotBefore => "not_before",
        Relation::Gate => "gate",
        Relation::Trigger => "trigger",
        Relation::Exemption => "exemption",
    }
}

fn evidence(evidence: &Evidence) -> String {
    let word = if evidence.all { " and " } else { " or " };
    let said = |is_set: bool, words: &str| is_set.then(|| words.to_owned());
    let parts = [
        Some(evidence.events.join(word)),
        evidence.min_value.map(|least| format!("at least {least}")),
        said(evidence.odd, "an odd number"),
        said(evidence.same_value, "the occurrence's value"),
        evidence.note.as_ref().map(|note| format!("noted {note}")),
        said(evidence.same_note, "the occurrence's note"),
        said(evidence.document, "with a document"),
        said(evidence.answers, "with its ref"),
    ];
    let parts: Vec<String> = parts.into_iter().flatten().collect();
    parts.join(", ")
}

fn ids(rules: &[RuleId]) -> String {
    let ids: Vec<&str> = rules.iter().map(|rule| rule.0.as_str()).collect();
    ids.join(", ")
}

fn statuses(statuses: &[Status]) -> String {
    let names = statuses.iter().map(|status| match status {
        Status::Active => "active",
        Status::Withdrawn => "withdrawn",
        Status::Closed => "closed",
    });
    names.collect::<Vec<_>>().join(" or ")
}

/// Which decisions, and since when.
fn applied(rule: &Rule) -> Vec<Fact> {
    let exempt = rule.exempt_when.as_ref().map(applies);
    vec![
        ("applies", applies(&rule.when)),
        ("exempt", exempt.unwrap_or_default()),
        ("valid", valid(rule.valid)),
    ]
}

/// When a rule applies; nothing where it always does.
fn applies(when: &When) -> String {
    let names = |conditions: &[Condition], word: &str| {
        let names = conditions.iter().map(|condition| condition.name());
        names.collect::<Vec<_>>().join(word)
    };
    let term = when.term_years_min;
    let term = term.map(|years| format!("a term of {years} years or more"));
    let parts = [names(&when.all, " and "), names(&when.any, " or ")];
    let parts = parts.into_iter().chain(term);
    let parts: Vec<String> = parts.filter(|part| !part.is_empty()).collect();
    parts.join("; ")
}

fn valid(valid: Validity) -> String {
    let parts = [shown(valid.from, "from "), shown(valid.until, "until ")];
    parts.join(" ").trim().to_owned()
}

/// Who, and how they hear of it.
fn told(pack: &Pack, rule: &Rule) -> Vec<Fact> {
    let roles = rule.tell.iter().map(|role| Role::name(*role));
    vec![
        ("responsible", rule.responsible.name().to_owned()),
        ("tells", roles.collect::<Vec<_>>().join(", ")),
        ("stricter", stricter(pack, rule)),
        ("governs", ids(rule.floor_of.as_slice())),
        ("opened by", ids(rule.opened_by.as_slice())),
        ("ladder", rule.ladder.clone()),
        ("prepare", rule.prepare.join("；")),
    ]
}

/// The rules of higher law that govern `rule` where they are earlier.
fn stricter(pack: &Pack, rule: &Rule) -> String {
    let all = pack.rules.iter();
    let floors = all.filter(|other| other.floor_of.as_ref() == Some(&rule.id));
    let named = floors.map(|floor| format!("{} {}", floor.id, offset(floor)));
    named.collect::<Vec<_>>().join(", ")
}

/// How far from its anchor, as packs spell it.
pub(super) fn offset(rule: &Rule) -> String {
    match rule.offset {
        Offset::Span(span) => span.to_string(),
        Offset::HalfTerm => "half_term".to_owned(),
    }
}

/// How the law words it, as packs spell it.
pub(super) const fn strength(strength: Strength) -> &'static str {
    match strength {
        Strength::Must => "must",
        Strength::Should => "should",
        Strength::Advisory => "advisory",
    }
}
