//! One rule of a pack's file, and the items it opens.
//!
//! Owns how an entry's keys become a [`Rule`], what each key defaults to, and what
//! an opened item inherits. Refuses to compare rules with one another; that is
//! `sound`.

use super::read::Names;
use super::words::{self, ENDED, LATE, RELATIONS, STRENGTHS, anchor, event, known, name, rule_id};
use super::{
    Anchor, Basis, Evidence, Offset, Relation, Role, Rule, RuleId, Strength, Validity, When,
};
use crate::domain::counting::{Convention, Roll, Span};
use crate::domain::table::Table;

/// An item with the table it was read from, so that a later check can name its line.
pub(super) struct Written<'d, T> {
    /// What was read.
    pub(super) item: T,
    /// Where it stands.
    pub(super) table: Table<'d>,
}

/// Every rule in the order of the file, each followed by the items it opens.
pub(super) fn rules<'d>(entries: Vec<Table<'d>>, names: &Names) -> Vec<Written<'d, Rule>> {
    let mut rules = Vec::new();
    for table in entries {
        let item = rule(&table, names);
        let opens = table.tables("opens");
        table.finish();
        let opened = opens.into_iter().map(|table| Written {
            item: opened(&table, &item, names),
            table,
        });
        let opened: Vec<_> = opened.collect();
        rules.push(Written { item, table });
        rules.extend(opened);
    }
    rules
}

const REQUIRED: &[&str] = &[
    "id",
    "title",
    "basis",
    "relation",
    "responsible",
    "strength",
];

fn rule(table: &Table, names: &Names) -> Rule {
    table.needs(REQUIRED);
    let relation = table.choice("relation", RELATIONS);
    if relation != Some(Relation::Exemption) {
        table.needs(&["from"]);
    }
    let responsible = table.choice("responsible", &Role::ALL);
    let responsible = responsible.unwrap_or(Role::Centre);
    let mut rule = Rule {
        id: RuleId(table.one("id", name).unwrap_or_default()),
        basis: basis(table, names),
        when: when(table, "when").unwrap_or_default(),
        exempt_when: when(table, "exempt_when"),
        from: anchors(table, "from", names),
        each: events(table, "each", names),
        each_note: table.strings("each_note"),
        relation: relation.unwrap_or(Relation::By),
        responsible,
        tell: tell(table, responsible),
        strength: strength(table).unwrap_or(Strength::Must),
        lapses_on: events(table, "lapses_on", names),
        stays_when: table.choices("stays_when", ENDED),
        valid: validity(table),
        opened_by: None,
        ..own(table, names)
    };
    stand_on_the_day(&mut rule, table);
    rule
}

/// A gate on its anchor's own day stands on that day, rest day or not: the meeting does not
/// move, so what it needs must not be due after it.
fn stand_on_the_day(rule: &mut Rule, table: &Table) {
    let on_the_day = matches!(rule.offset, Offset::Span(span) if span.count == 0);
    if rule.relation == Relation::Gate && on_the_day && !table.has("roll") {
        rule.convention.roll = Roll::None;
    }
}

/// An item that `parent` opens: for the same decisions and people, and counted from its
/// date, unless the item says otherwise.
fn opened(table: &Table, parent: &Rule, names: &Names) -> Rule {
    table.needs(&["id", "title"]);
    let id = table.one("id", name).unwrap_or_default();
    let mut rule = Rule {
        id: RuleId(format!("{}.{id}", parent.id)),
        from: vec![Anchor::Rule(parent.id.clone())],
        relation: table.choice("relation", RELATIONS).unwrap_or(Relation::By),
        opened_by: Some(parent.id.clone()),
        ..own(table, names)
    };
    inherit(&mut rule, parent);
    if table.has("from") {
        rule.from = anchors(table, "from", names);
    } else {
        table.needs(&["offset"]);
    }
    if table.has("basis") {
        rule.basis = basis(table, names);
    }
    if table.has("each") {
        rule.each = events(table, "each", names);
    }
    if let Some(conditions) = when(table, "when") {
        rule.when = conditions;
    }
    if let Some(role) = table.choice("responsible", &Role::ALL) {
        rule.responsible = role;
        rule.tell = tell(table, role);
    } else if table.has("tell") {
        rule.tell = tell(table, rule.responsible);
    }
    if let Some(strength) = strength(table) {
        rule.strength = strength;
    }
    stand_on_the_day(&mut rule, table);
    table.finish();
    rule
}

/// What an opened item takes over where it says nothing itself.
fn inherit(rule: &mut Rule, parent: &Rule) {
    rule.basis.clone_from(&parent.basis);
    rule.when.clone_from(&parent.when);
    rule.exempt_when.clone_from(&parent.exempt_when);
    rule.each.clone_from(&parent.each);
    rule.each_note.clone_from(&parent.each_note);
    rule.responsible = parent.responsible;
    rule.tell.clone_from(&parent.tell);
    rule.strength = parent.strength;
    rule.lapses_on.clone_from(&parent.lapses_on);
    rule.stays_when.clone_from(&parent.stays_when);
    rule.valid = parent.valid;
}

/// The keys that rules and opened items have alike and that nothing is inherited for.
fn own(table: &Table, names: &Names) -> Rule {
    let offset = offset(table);
    let ids = |key| table.list(key, rule_id);
    Rule {
        id: RuleId(String::new()),
        title: table.string("title").unwrap_or_default(),
        basis: Vec::new(),
        when: When::default(),
        exempt_when: None,
        from: Vec::new(),
        or_from: anchors(table, "or_from", names),
        latest_from: table.one("latest_from", |text| anchor(text, names)),
        each: Vec::new(),
        each_note: Vec::new(),
        repeated_within: table.one("repeated_within", words::span),
        late: table.choice("late", LATE).unwrap_or_default(),
        offset,
        or_progress_over: table.f64("or_progress_over"),
        convention: words::convention(table, usual(offset, names)),
        counts_anchor: table.bool("counts_anchor").unwrap_or(false),
        relation: Relation::By,
        done_by: evidence(table, names),
        gathers: ids("gathers"),
        excused_by: table.one("excused_by", |text| event(text, names)),
        exempts: ids("exempts"),
        unless_after: events(table, "unless_after", names),
        lapses_on: Vec::new(),
        stays_when: Vec::new(),
        valid: Validity::default(),
        responsible: Role::Centre,
        tell: Vec::new(),
        strength: Strength::Must,
        ladder: ladder(table, names),
        floor_of: table.one("floor_of", name).map(RuleId),
        opened_by: None,
        prepare: table.strings("prepare"),
    }
}

fn anchors(table: &Table, key: &str, names: &Names) -> Vec<Anchor> {
    table.list(key, |text| anchor(text, names))
}

fn events(table: &Table, key: &str, names: &Names) -> Vec<String> {
    table.list(key, |text| event(text, names))
}

fn strength(table: &Table) -> Option<Strength> {
    table.choice("strength", STRENGTHS)
}

fn validity(table: &Table) -> Validity {
    let valid = Validity {
        from: table.date("valid_from"),
        until: table.date("valid_until"),
    };
    if let (Some(from), Some(until)) = (valid.from, valid.until)
        && until < from
    {
        let expected = format!("a day not before valid_from, {from}");
        table.doubt("valid_until", until.to_string(), expected);
    }
    valid
}

/// The anchor's own day, unless the rule says otherwise.
fn offset(table: &Table) -> Offset {
    let offset = table.one("offset", |text| match text {
        "half_term" => Ok(Offset::HalfTerm),
        _ => words::span(text)
            .map(Offset::Span)
            .map_err(|expected| format!("{expected}, or half_term")),
    });
    offset.unwrap_or(Offset::Span(Span::ZERO))
}

const fn usual(offset: Offset, names: &Names) -> Convention {
    match offset {
        Offset::Span(span) => names.counting.of(span),
        Offset::HalfTerm => names.counting.months_and_years,
    }
}

fn basis(table: &Table, names: &Names) -> Vec<Basis> {
    let basis = table.tables("basis").into_iter().map(|place| {
        place.needs(&["system", "article"]);
        let basis = Basis {
            system: place
                .one("system", |text| {
                    known(text, &names.systems, "the id of a [[system]]")
                })
                .unwrap_or_default(),
            article: place.string("article").unwrap_or_default(),
        };
        place.finish();
        basis
    });
    let basis: Vec<Basis> = basis.collect();
    if table.has("basis") && basis.is_empty() {
        table.doubt("basis", "no basis", "at least one system and article");
    }
    basis
}

fn when(table: &Table, key: &str) -> Option<When> {
    let conditions = table.table(key)?;
    let when = When {
        all: conditions.list("all", words::condition),
        any: conditions.list("any", words::condition),
        term_years_min: conditions.u32("term_years_min"),
    };
    if when == When::default() && !conditions.is_faulty() {
        table.doubt(key, "no condition", "all, any or term_years_min");
    }
    conditions.finish();
    Some(when)
}

fn evidence(table: &Table, names: &Names) -> Evidence {
    let any_of = events(table, "done_by", names);
    let all_of = events(table, "all_of", names);
    let all = table.has("all_of");
    if all && table.has("done_by") {
        table.doubt("all_of", "all_of and done_by", "one of the two");
    }
    Evidence {
        events: if all { all_of } else { any_of },
        all,
        min_value: table.f64("min_value"),
        odd: table.bool("odd").unwrap_or(false),
        same_value: table.bool("same_value").unwrap_or(false),
        note: table.string("note"),
        same_note: table.bool("same_note").unwrap_or(false),
        document: table.bool("document").unwrap_or(false),
        answers: table.bool("answers").unwrap_or(false),
    }
}

/// The responsible unit and the supervision centre, unless the rule says otherwise.
fn tell(table: &Table, responsible: Role) -> Vec<Role> {
    if !table.has("tell") {
        let mut usual = vec![responsible, Role::Centre];
        usual.dedup();
        return usual;
    }
    let tell = table.choices("tell", &Role::ALL);
    if tell.is_empty() {
        table.doubt("tell", "nobody", "at least one role");
    }
    tell
}

fn ladder(table: &Table, names: &Names) -> String {
    let ladder = table.one("ladder", |text| {
        known(text, &names.ladders, "the id of a [[ladder]]")
    });
    ladder.unwrap_or_else(|| "default".to_owned())
}
