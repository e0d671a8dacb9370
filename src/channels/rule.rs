//! A rule as the template of its sentence sees it: plain values, and titles for ids.
//!
//! Owns which parts of a rule its sentence is made of: all that decide a date. Refuses
//! words of its own; they stand in `templates/rule.txt`.

use serde_json::{Value as Json, json};

use crate::domain::counting::{Direction, Reading, Span, Unit};
use crate::domain::decision::Status;
use crate::domain::pack::{
    Anchor, Condition, Evidence, Late, Offset, Pack, Relation, Rule, RuleId, When,
};

/// Everything the sentence of `rule` may speak of.
pub(super) fn facts(pack: &Pack, rule: &Rule) -> Json {
    let mut facts = json!({
        "title": rule.title,
        "who": rule.responsible,
        "strength": rule.strength,
        "relation": rule.relation,
        "basis": basis(pack, rule),
        "done_by": evidence(&rule.done_by),
        "prepare": rule.prepare,
    });
    let parts = [when_parts(pack, rule), date_parts(pack, rule)];
    for (key, value) in parts.into_iter().flatten() {
        facts[key] = value;
    }
    facts
}

/// For what, since when, and what takes it away again.
fn when_parts(pack: &Pack, rule: &Rule) -> Vec<(&'static str, Json)> {
    vec![
        ("when", when(&rule.when)),
        ("exempt_when", json!(rule.exempt_when.as_ref().map(when))),
        ("each", json!(rule.each)),
        ("each_note", json!(rule.each_note)),
        ("repeated_within", json!(rule.repeated_within.map(span))),
        ("excused_by", json!(rule.excused_by)),
        ("exempts", titles(pack, &rule.exempts)),
        ("unless_after", json!(rule.unless_after)),
        ("lapses_on", json!(rule.lapses_on)),
        ("stays_when", statuses(&rule.stays_when)),
        ("valid_from", json!(rule.valid.from)),
        ("valid_until", json!(rule.valid.until)),
    ]
}

/// From where to which date, and what else has a say in it.
fn date_parts(pack: &Pack, rule: &Rule) -> Vec<(&'static str, Json)> {
    let progress = rule.or_progress_over.map(number);
    let own_clock = rule.late == Late::OwnClock && !rule.each.is_empty();
    let governed: Vec<RuleId> = rule.floor_of.iter().cloned().collect();
    let all = pack.rules.iter();
    let floors = all.filter(|other| other.floor_of.as_ref() == Some(&rule.id));
    let floors: Vec<RuleId> = floors.map(|floor| floor.id.clone()).collect();
    vec![
        ("from", anchors(pack, &rule.from)),
        ("or_from", anchors(pack, &rule.or_from)),
        ("latest_from", anchors(pack, rule.latest_from.as_slice())),
        ("offset", offset(rule.offset)),
        ("or_progress_over", json!(progress)),
        ("is_clear", json!(rule.convention.reading == Reading::Clear)),
        ("roll", json!(rule.convention.roll)),
        ("counts_anchor", json!(rule.counts_anchor)),
        ("own_clock", json!(own_clock)),
        ("gathers", titles(pack, &rule.gathers)),
        ("governs", titles(pack, &governed)),
        ("governed_by", titles(pack, &floors)),
        ("is_duty", json!(rule.relation != Relation::Exemption)),
    ]
}

fn basis(pack: &Pack, rule: &Rule) -> Json {
    let places = rule.basis.iter();
    let places = places.map(|basis| {
        let system = pack.system_title(&basis.system);
        json!({ "system": system, "article": basis.article })
    });
    places.collect()
}

fn when(when: &When) -> Json {
    let names = |conditions: &[Condition]| -> Json {
        let names = conditions.iter().map(|condition| json!(condition.name()));
        names.collect()
    };
    json!({ "all": names(&when.all), "any": names(&when.any), "term_years_min": when.term_years_min })
}

fn evidence(evidence: &Evidence) -> Json {
    json!({
        "events": evidence.events,
        "all": evidence.all,
        "min_value": evidence.min_value.map(number),
        "odd": evidence.odd,
        "same_value": evidence.same_value,
        "note": evidence.note,
        "same_note": evidence.same_note,
        "document": evidence.document,
        "answers": evidence.answers,
    })
}

/// A name the template knows, or the title of the rule whose date it is.
fn anchors(pack: &Pack, anchors: &[Anchor]) -> Json {
    let named = anchors.iter().map(|anchor| match anchor {
        Anchor::Rule(rule) => json!({ "rule": title(pack, rule) }),
        Anchor::Event(_) | Anchor::Field(_) => json!({ "name": anchor.to_string() }),
    });
    named.collect()
}

fn titles(pack: &Pack, rules: &[RuleId]) -> Json {
    rules.iter().map(|rule| json!(title(pack, rule))).collect()
}

fn title<'a>(pack: &'a Pack, rule: &'a RuleId) -> &'a str {
    let known = pack.rule(&rule.0);
    known.map_or(&rule.0, |rule| &rule.title)
}

fn statuses(statuses: &[Status]) -> Json {
    statuses.iter().map(|status| json!(status)).collect()
}

/// Half of a term is no counted span.
fn offset(offset: Offset) -> Json {
    match offset {
        Offset::Span(one) => span(one),
        Offset::HalfTerm => Json::Null,
    }
}

fn span(span: Span) -> Json {
    let unit = match span.unit {
        Unit::Days => "d",
        Unit::WorkingDays => "wd",
        Unit::Months => "m",
        Unit::Years => "y",
    };
    let backward = span.direction == Direction::Backward;
    json!({ "count": span.count, "unit": unit, "backward": backward })
}

/// A whole number without its decimal point.
fn number(value: f64) -> String {
    value.to_string()
}
