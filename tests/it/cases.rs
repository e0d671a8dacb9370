//! The law as data: every golden case through the shipped rules and calendar.
//!
//! The dates in `tests/golden/cases.csv` were worked out from the texts, the notices and the
//! conventions, without this program. A row that fails is a question to the law first.

use std::collections::BTreeSet;

use chrono::NaiveDate;
use duban::domain::calendar::Calendar;
use duban::domain::decision::{Decision, DecisionId, Event, Flag, Status};
use duban::domain::obligation::{Excuse, Missing, Obligation};
use duban::domain::pack::{Offset, Pack, Relation};
use duban::domain::rules::obligations;
use duban::domain::shipped;
use serde::Deserialize;

use crate::support::decisions;

/// A golden case; `status` is `final` or `provisional` for a date, else why there is none.
#[derive(Debug, Deserialize)]
struct Row {
    case: String,
    /// The rule, and after a slash the id of the event it occurs for.
    rule: String,
    law: String,
    /// Words: a flag, `!flag` for no, `confidential`, `withdrawn`, `cooperating`, `planned=DAY`.
    flags: String,
    /// `FIRST..LAST`, both part of it.
    term: String,
    /// `ID KIND DAY`, then `>ID` it answers, `=VALUE`, `#EVIDENCE`, and `~NOTE` to the end.
    events: String,
    due_on: Option<NaiveDate>,
    latest_on: Option<NaiveDate>,
    status: String,
    reason: String,
}

impl Row {
    fn rule(&self) -> &str {
        self.rule.split('/').next().unwrap()
    }

    fn occurrence(&self) -> &str {
        self.rule.split_once('/').map_or("", |(_, id)| id)
    }

    fn decision(&self) -> Decision {
        let term = self.term.split_once("..");
        let term = term.map(|(first, last)| (day(first), day(last)));
        let mut decision = Decision {
            id: DecisionId(self.case.clone()),
            term_start: term.map(|(first, _)| first),
            term_end: term.map(|(_, last)| last),
            events: self.events(),
            ..decisions::blank()
        };
        for word in self.flags.split_whitespace() {
            say(&mut decision, word);
        }
        decision
    }

    fn events(&self) -> Vec<Event> {
        let events = self.events.split("; ").filter(|text| !text.is_empty());
        let mut events: Vec<Event> = events.map(event).collect();
        events.sort_by_key(|event| (event.on_date, event.id));
        events
    }
}

/// One word about the decision's nature.
fn say(decision: &mut Decision, word: &str) {
    match word {
        "confidential" => decision.confidential = true,
        "withdrawn" => decision.status = Status::Withdrawn,
        "closed" => decision.status = Status::Closed,
        "cooperating" => decision.cooperating_units = vec!["市财政局".to_owned()],
        _ => say_more(decision, word),
    }
}

/// A planned day, or a flag: yes, or with `!` no.
fn say_more(decision: &mut Decision, word: &str) {
    if let Some(planned) = word.strip_prefix("planned=") {
        decision.planned_on = Some(day(planned));
        return;
    }
    let name = word.trim_start_matches('!');
    let flag = Flag::named(name).unwrap_or_else(|| panic!("no flag `{name}`"));
    decision.flags = decision.flags.with(flag, Some(name == word));
}

fn event(text: &str) -> Event {
    let (text, note) = match text.split_once('~') {
        Some((text, note)) => (text, Some(note.to_owned())),
        None => (text, None),
    };
    let mut words = text.split_whitespace();
    let mut next = || {
        words
            .next()
            .unwrap_or_else(|| panic!("`{text}` is no event"))
    };
    let mut event = Event {
        id: next().parse().unwrap(),
        kind: next().to_owned(),
        on_date: day(next()),
        answers: None,
        value: None,
        note,
        evidence: None,
    };
    for word in words {
        match word.split_at(1) {
            (">", id) => event.answers = Some(id.parse().unwrap()),
            ("=", value) => event.value = Some(value.parse().unwrap()),
            ("#", evidence) => event.evidence = Some(evidence.to_owned()),
            _ => panic!("`{word}` in `{text}`"),
        }
    }
    event
}

fn day(text: &str) -> NaiveDate {
    text.parse()
        .unwrap_or_else(|_| panic!("`{text}` is no day"))
}

fn cases() -> Vec<Row> {
    let mut reader = csv::Reader::from_reader(include_str!("../golden/cases.csv").as_bytes());
    reader.deserialize().map(Result::unwrap).collect()
}

/// What came out, in the words of the column `status`, with the dates where there are any.
fn came_out(case: &Row, all: &[Obligation<'_>]) -> String {
    let is_exemption = |one: &&Obligation<'_>| {
        let mut candidates = one.candidates.iter();
        candidates.any(|candidate| candidate.rule.0 == case.rule())
    };
    let found = all
        .iter()
        .find(|one| one.key.rule.0 == case.rule() && one.key.occurrence == case.occurrence());
    let Some(found) = found else {
        let candidate = all.iter().find(is_exemption);
        return candidate.map_or("none", |_| "candidate").to_owned();
    };
    let is_late = |missing: &Missing| matches!(missing, Missing::Late(_));
    let kept = case.status == "exempt" && found.excuse.is_some();
    match found.dates {
        _ if kept => "exempt".to_owned(),
        Some(dates) => {
            let status = if dates.provisional {
                "provisional"
            } else {
                "final"
            };
            let excuse = found.excuse.as_ref().map(Excuse::describe);
            let excuse = excuse.unwrap_or_default();
            format!("{status} {} {} {excuse}", dates.due_on, dates.latest_on)
                .trim_end()
                .to_owned()
        }
        None if found.missing.iter().any(is_late) => "late".to_owned(),
        None => "waiting".to_owned(),
    }
}

fn expected(case: &Row) -> String {
    match (case.due_on, case.latest_on) {
        (Some(due_on), Some(latest_on)) => format!("{} {due_on} {latest_on}", case.status),
        _ => case.status.clone(),
    }
}

/// The case's failure with the way that led to it, if it fails.
fn failure(case: &Row, pack: &Pack, calendar: &Calendar) -> Option<String> {
    let all = obligations(&case.decision(), pack, calendar);
    let (came_out, expected) = (came_out(case, &all), expected(case));
    let of_rule = all.iter().filter(|one| one.key.rule.0 == case.rule());
    let trails: Vec<_> = of_rule.map(|one| (&one.missing, &one.trail)).collect();
    (came_out != expected).then(|| {
        format!(
            "{} {} ({})\n  came out {came_out}\n  expected {expected}\n  {}\n  {trails:?}",
            case.case, case.rule, case.law, case.reason
        )
    })
}

#[test]
fn every_golden_case_comes_out_as_the_law_says() {
    let (pack, calendar) = (shipped::pack().unwrap(), shipped::calendar().unwrap());
    let cases = cases();
    let failures: Vec<String> = cases
        .iter()
        .filter_map(|case| failure(case, &pack, &calendar))
        .collect();
    assert!(
        failures.is_empty(),
        "{} of {} cases:\n{}",
        failures.len(),
        cases.len(),
        failures.join("\n")
    );
}

#[test]
fn there_are_at_least_two_hundred_cases_each_with_its_law_and_reason() {
    let cases = cases();
    assert!(cases.len() >= 200, "{} cases", cases.len());
    let mut names = BTreeSet::new();
    for case in &cases {
        assert!(names.insert(&case.case), "{} stands there twice", case.case);
        assert!(!case.law.is_empty() && !case.reason.is_empty(), "{case:?}");
        let has_date = ["final", "provisional"].contains(&case.status.as_str());
        assert_eq!(has_date, case.due_on.is_some(), "{}", case.case);
        assert_eq!(has_date, case.latest_on.is_some(), "{}", case.case);
    }
}

#[test]
fn every_rule_of_the_pack_has_at_least_two_cases() {
    let (pack, cases) = (shipped::pack().unwrap(), cases());
    let of = |id: &str| cases.iter().filter(|case| case.rule() == id).count();
    let rules = pack.rules.iter().map(|rule| rule.id.0.as_str());
    let lacking: Vec<&str> = rules.filter(|id| of(id) < 2).collect();
    assert!(lacking.is_empty(), "fewer than two cases: {lacking:?}");
    let unknown = cases.iter().filter(|case| pack.rule(case.rule()).is_none());
    let unknown: Vec<&str> = unknown.map(|case| case.rule.as_str()).collect();
    assert!(unknown.is_empty(), "no rules of the pack: {unknown:?}");
}

#[test]
fn every_way_of_counting_in_the_pack_has_a_dated_case() {
    let (pack, cases) = (shipped::pack().unwrap(), cases());
    let way = |id: &str| {
        let rule = pack.rule(id).unwrap();
        match rule.offset {
            Offset::HalfTerm => "half of the term".to_owned(),
            Offset::Span(span) if span.count == 0 => format!("own day {:?}", rule.convention.roll),
            Offset::Span(span) => format!(
                "{:?} {:?} {:?} {:?}",
                span.direction, span.unit, rule.convention, rule.relation
            ),
        }
    };
    let dated = cases.iter().filter(|case| case.due_on.is_some());
    let covered: BTreeSet<String> = dated.map(|case| way(case.rule())).collect();
    let counting = |id: &&str| pack.rule(id).unwrap().relation != Relation::Exemption;
    let ids = pack.rules.iter().map(|rule| rule.id.0.as_str());
    let wanted: BTreeSet<String> = ids.filter(counting).map(way).collect();
    let lacking: Vec<&String> = wanted.difference(&covered).collect();
    assert!(lacking.is_empty(), "no case counts so: {lacking:?}");
}

#[test]
fn every_convention_and_every_holiday_of_three_years_is_named_by_a_case() {
    let conventions = "forward-days forward-working-days backward-days backward-working-days \
        months-and-years meeting-notice clear-window half-term later-anchor floor stand-in \
        own-day in-force waiting exempt none late candidate";
    let holidays = [
        "New Year",
        "Spring Festival",
        "Qingming",
        "Labour Day",
        "Dragon Boat",
        "National Day",
    ];
    let mut words: Vec<String> = conventions.split_whitespace().map(str::to_owned).collect();
    for name in holidays {
        words.extend(["2024", "2025"].map(|year| match (name, year) {
            ("National Day", "2025") => "National Day and Mid-Autumn 2025".to_owned(),
            _ => format!("{name} {year}"),
        }));
        words.push(format!("{name} 2026"));
    }
    let edges = [
        "Mid-Autumn 2024",
        "Mid-Autumn 2026",
        "Spring Festival 2027",
        "leap day",
        "month end",
        "year end",
        "the 2027 notice is not out",
        "make-up",
        "weekend",
    ];
    words.extend(edges.map(str::to_owned));
    let cases = cases();
    let named = |word: &str| {
        let begins = |case: &Row| {
            case.case
                .strip_prefix(word)
                .is_some_and(|rest| rest.starts_with('-'))
        };
        cases
            .iter()
            .any(|case| begins(case) || case.reason.contains(word))
    };
    let lacking: Vec<&String> = words.iter().filter(|word| !named(word)).collect();
    assert!(lacking.is_empty(), "no case is about {lacking:?}");
}

/// The ids in the first column of the table under that heading of the architecture page.
fn unwatched() -> BTreeSet<String> {
    let page = include_str!("../../ARCHITECTURE.md");
    let (_, section) = page.split_once("## Duties no program can watch\n").unwrap();
    let section = section.split("\n## ").next().unwrap();
    let rows = section.lines().filter_map(|line| line.strip_prefix("| `"));
    let ids = rows.map(|row| row.split('`').next().unwrap().to_owned());
    ids.collect()
}

#[test]
fn every_row_of_the_register_is_a_rule_or_a_duty_no_program_can_watch() {
    let pack = shipped::pack().unwrap();
    let register = include_str!("../golden/register.csv").lines().skip(1);
    let register: BTreeSet<String> = register.map(str::to_lowercase).collect();
    assert_eq!(register.len(), 77);
    let rules: BTreeSet<String> = pack.rules.iter().map(|rule| rule.id.0.clone()).collect();
    let left_out: BTreeSet<String> = register.difference(&rules).cloned().collect();
    assert_eq!(
        left_out,
        unwatched(),
        "left out of the pack, and said to be"
    );
    let row_of = |id: &String| id.split('.').next().unwrap().to_owned();
    let unregistered = rules.iter().filter(|id| !register.contains(&row_of(id)));
    let unregistered: Vec<&String> = unregistered.collect();
    assert!(unregistered.is_empty(), "in no row: {unregistered:?}");
}
