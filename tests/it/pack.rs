//! A pack is read whole or refused whole, with every fault and its line.

use chrono::NaiveDate;
use duban::domain::counting::{Reading, Roll, Span, count};
use duban::domain::fault::Fault;
use duban::domain::pack::{self, Anchor, Offset, Pack, Relation, Role, Rule, Strength};
use duban::domain::shipped;

fn faults(text: &str) -> Vec<Fault> {
    pack::read("pack.toml", text).expect_err("a pack with faults")
}

/// What each line marked `#!` announces must be found there, and nothing anywhere else.
fn assert_marked(text: &str) {
    let lines = text.lines().zip(1..);
    let marked = lines.filter_map(|(line, n)| Some((n, line.split_once("#!")?.1.trim())));
    let announced: Vec<(i32, &str)> = marked.collect();
    let faults = faults(text);
    let shown: Vec<String> = faults.iter().map(Fault::to_string).collect();
    assert_eq!(faults.len(), announced.len(), "{shown:#?}");
    for (fault, (line, fragment)) in shown.iter().zip(announced) {
        assert!(
            fault.starts_with(&format!("pack.toml:{line}: ")),
            "line {line}: {fault}"
        );
        assert!(fault.contains(fragment), "`{fragment}` not in {fault}");
    }
}

#[test]
fn every_fault_that_stands_in_the_file_is_reported_with_its_line() {
    assert_marked(include_str!("../golden/unreadable.toml"));
}

#[test]
fn every_rule_that_does_not_fit_the_others_is_reported_with_its_line() {
    assert_marked(include_str!("../golden/unsound.toml"));
}

#[test]
fn what_no_decision_could_ever_keep_is_reported_with_its_line() {
    assert_marked(include_str!("../golden/unmet.toml"));
}

#[test]
fn a_syntax_error_is_one_fault_with_line_and_column() {
    let faults = faults("[pack]\nname = \"city\ntitle = \"市\"\n");
    assert_eq!(faults.len(), 1);
    assert!(faults[0].place.starts_with("pack.toml:2:"), "{}", faults[0]);
}

#[test]
fn an_empty_file_lacks_every_part() {
    let found: Vec<String> = faults("").into_iter().map(|fault| fault.found).collect();
    let parts = ["pack", "counting", "system", "ladder", "rule"];
    assert_eq!(found, parts.map(|part| format!("no `{part}`")));
}

fn taonan() -> Pack {
    shipped::pack().unwrap_or_else(|faults| panic!("{faults:#?}"))
}

fn rule<'p>(pack: &'p Pack, id: &str) -> &'p Rule {
    pack.rule(id).unwrap_or_else(|| panic!("no rule {id}"))
}

#[test]
fn the_shipped_pack_is_sound_and_every_rule_has_a_basis_and_a_chinese_title() {
    let pack = taonan();
    assert!(pack.rules.len() >= 40, "{}", pack.rules.len());
    for rule in &pack.rules {
        assert!(!rule.basis.is_empty(), "{}", rule.id);
        assert!(rule.title.chars().any(|c| c > '\u{4e00}'), "{}", rule.id);
    }
}

#[test]
fn an_opened_item_follows_its_parent_and_inherits_from_it() {
    let pack = taonan();
    let at = pack
        .rules
        .iter()
        .position(|rule| rule.id.0 == "eva-15c")
        .unwrap();
    let (parent, start) = (&pack.rules[at], &pack.rules[at + 1]);
    assert_eq!(start.id.0, "eva-15c.start");
    assert_eq!(start.from, [Anchor::Rule(parent.id.clone())]);
    assert_eq!(start.opened_by.as_ref(), Some(&parent.id));
    assert_eq!(
        (&start.when, &start.basis, &start.tell),
        (&parent.when, &parent.basis, &parent.tell)
    );
    assert_eq!(
        (start.relation, start.strength),
        (Relation::By, Strength::Advisory)
    );
    assert_eq!(pack.rules[at + 2].id.0, "eva-15c.finish");
    assert_ne!(pack.rules[at + 2].basis, parent.basis);
}

#[test]
fn keys_that_are_left_out_take_the_documented_default() {
    let pack = taonan();
    let serve = rule(&pack, "acc-15a");
    assert_eq!(serve.tell, [Role::Authority, Role::Centre]);
    assert_eq!(serve.ladder, "default");
    assert_eq!(serve.convention, pack.counting.forward_working_days);
    assert_eq!(rule(&pack, "h-25").offset, Offset::Span(Span::ZERO));
    let notice = rule(&pack, "col-6e");
    assert_eq!(
        (notice.convention.reading, notice.convention.roll),
        (Reading::Inclusive, Roll::Backward)
    );
}

#[test]
fn gates_quorums_checklists_and_exemptions_are_carried() {
    let pack = taonan();
    assert_eq!(rule(&pack, "h-25").relation, Relation::Gate);
    assert_eq!(rule(&pack, "exp-8a").done_by.min_value, Some(5.0));
    assert_eq!(rule(&pack, "exp-8b").done_by.min_value, Some(7.0));
    assert_eq!(rule(&pack, "exp-8b").when.any.len(), 4);
    assert!(rule(&pack, "eva-9").done_by.all);
    assert!(rule(&pack, "col-5").gathers.len() > 10);
    assert_eq!(rule(&pack, "eva-16a").relation, Relation::Exemption);
    assert!(rule(&pack, "dis-5d").exempt_when.is_some());
    assert_eq!(rule(&pack, "eva-15d").when.term_years_min, Some(5));
    assert_eq!(rule(&pack, "eva-15d").or_progress_over, Some(50.0));
}

#[test]
fn another_city_s_numbers_and_readings_need_no_other_program() {
    let pack = pack::read(
        "other.toml",
        include_str!("../../config/rules/example-other-city.toml"),
    );
    let pack = pack.unwrap_or_else(|faults| panic!("{faults:#?}"));
    let calendar = shipped::calendar().unwrap();
    let due = |id: &str, from: &str| -> NaiveDate {
        let rule = rule(&pack, id);
        let Offset::Span(span) = rule.offset else {
            panic!("a span")
        };
        count(&calendar, from.parse().unwrap(), span, rule.convention).due_on
    };
    let on = |text: &str| -> NaiveDate { text.parse().unwrap() };
    // Twenty working days over the National Day holiday of 2025 instead of thirty days.
    assert_eq!(due("pub-5a", "2025-09-01"), on("2025-09-28"));
    // Ten days before, the tenth day itself allowed, and a rest day left where it is.
    assert_eq!(due("pub-10", "2026-10-12"), on("2026-10-02"));
    // A reply counted in whole days, with an event kind of the city's own.
    assert_eq!(due("pub-6b", "2026-09-17"), on("2026-09-22"));
    assert_eq!(rule(&pack, "pub-6b").done_by.events, ["refusal_served"]);
    assert_eq!(rule(&pack, "exp-8a").done_by.min_value, Some(3.0));
}
