//! One rule of a pack's file, and the items it opens.
//!
//! Owns how an entry's keys become a [`Rule`], what each key defaults to, and what
//! an opened item inherits. Refuses to compare rules with one another; that is
//! `sound`.

use super::read::Names;
use super::words::{self, RELATIONS, STRENGTHS, anchor, event, known, name};
use super::{Anchor, Basis, Evidence, Offset, Relation, Role, Rule, RuleId, Strength, When};
use crate::domain::counting::{Convention, Span};
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
    "from",
    "relation",
    "responsible",
    "strength",
];

fn rule(table: &Table, names: &Names) -> Rule {
    table.needs(REQUIRED);
    let offset = offset(table);
    let responsible = table.choice("responsible", &Role::ALL);
    let responsible = responsible.unwrap_or(Role::Centre);
    Rule {
        id: RuleId(table.one("id", name).unwrap_or_default()),
        title: table.string("title").unwrap_or_default(),
        basis: basis(table, names),
        when: when(table, "when").unwrap_or_default(),
        exempt_when: when(table, "exempt_when"),
        from: table.list("from", |text| anchor(text, names)),
        or_from: table.list("or_from", |text| anchor(text, names)),
        latest_from: table.one("latest_from", |text| anchor(text, names)),
        each: table.one("each", |text| event(text, names)),
        offset,
        or_progress_over: table.f64("or_progress_over"),
        convention: words::convention(table, usual(offset, names)),
        relation: table.choice("relation", RELATIONS).unwrap_or(Relation::By),
        done_by: evidence(table, names),
        responsible,
        tell: tell(table, responsible),
        strength: table
            .choice("strength", STRENGTHS)
            .unwrap_or(Strength::Must),
        ladder: ladder(table, names),
        floor_of: table.one("floor_of", name).map(RuleId),
        opened_by: None,
        prepare: table.strings("prepare"),
    }
}

/// An item that `parent` opens: counted from its date, for the same decisions and people.
fn opened(table: &Table, parent: &Rule, names: &Names) -> Rule {
    table.needs(&["id", "title", "offset"]);
    let offset = offset(table);
    let id = table.one("id", name).unwrap_or_default();
    let basis = if table.has("basis") {
        basis(table, names)
    } else {
        parent.basis.clone()
    };
    let strength = table.choice("strength", STRENGTHS);
    let rule = Rule {
        id: RuleId(format!("{}.{id}", parent.id)),
        title: table.string("title").unwrap_or_default(),
        basis,
        from: vec![Anchor::Rule(parent.id.clone())],
        or_from: Vec::new(),
        latest_from: None,
        offset,
        or_progress_over: None,
        convention: words::convention(table, usual(offset, names)),
        relation: table.choice("relation", RELATIONS).unwrap_or(Relation::By),
        done_by: evidence(table, names),
        strength: strength.unwrap_or(parent.strength),
        ladder: ladder(table, names),
        floor_of: None,
        opened_by: Some(parent.id.clone()),
        prepare: table.strings("prepare"),
        ..parent.clone()
    };
    table.finish();
    rule
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
    let any_of = table.list("done_by", |text| event(text, names));
    let all_of = table.list("all_of", |text| event(text, names));
    let all = table.has("all_of");
    if all && table.has("done_by") {
        table.doubt("all_of", "all_of and done_by", "one of the two");
    }
    Evidence {
        events: if all { all_of } else { any_of },
        all,
        min_value: table.f64("min_value"),
        note: table.string("note"),
        answers: table.bool("answers").unwrap_or(false),
    }
}

/// The responsible unit and the supervision centre, unless the rule says otherwise.
fn tell(table: &Table, responsible: Role) -> Vec<Role> {
    if !table.has("tell") {
        return vec![responsible, Role::Centre];
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
