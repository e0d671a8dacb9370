//! What nobody has entered although a later step has happened.

use chrono::NaiveDate;
use duban::domain::decision::{Decision, Flag, Flags, Status};
use duban::domain::gaps::{Gap, Look, gap, look};
use duban::domain::pack::Pack;
use duban::domain::{rules, shipped};

use crate::support::decisions;

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

/// A decision with these events and nothing else said about it.
fn decision(events: &[(&str, &str)]) -> Decision {
    let event = |(id, (kind, on)): (usize, &(&str, &str))| {
        decisions::event(i64::try_from(id).unwrap() + 1, kind, on)
    };
    Decision {
        title: "城市供热管网改造方案".to_owned(),
        drafting_unit: None,
        executing_unit: None,
        events: events.iter().enumerate().map(event).collect(),
        ..decisions::blank()
    }
}

fn gap_on(events: &[(&str, &str)], today: &str) -> Option<Gap> {
    look_at(&decision(events), today).gap
}

fn look_at(decision: &Decision, today: &str) -> Look {
    look_with(&shipped::pack().unwrap(), decision, today)
}

fn look_with(pack: &Pack, decision: &Decision, today: &str) -> Look {
    let calendar = shipped::calendar().unwrap();
    let derived = rules::obligations(decision, pack, &calendar);
    let look = look(decision, &derived, day(today));
    assert_eq!(look.gap, gap(decision, &derived, day(today)));
    look
}

/// A decision whose units, term and flags are all said.
fn complete(events: &[(&str, &str)]) -> Decision {
    let flags = Flag::ALL.into_iter();
    Decision {
        drafting_unit: Some("市住建局".to_owned()),
        executing_unit: Some("市交通局".to_owned()),
        term_start: Some(day("2026-01-01")),
        term_end: Some(day("2026-12-31")),
        flags: flags.fold(Flags::default(), |flags, flag| {
            flags.with(flag, Some(false))
        }),
        ..decision(events)
    }
}

fn missing(decision: &Decision, today: &str) -> Vec<String> {
    let gap = look_at(decision, today).gap;
    let missing = gap.into_iter().flat_map(|gap| gap.missing);
    missing.map(|names| names.join(" | ")).collect()
}

#[test]
fn a_decision_without_any_step_lacks_nothing_yet() {
    assert_eq!(gap_on(&[], "2026-11-23"), None);
}

#[test]
fn a_publication_without_a_decision_is_noticed() {
    let gap = gap_on(&[("published", "2026-06-01")], "2026-11-23").unwrap();
    assert_eq!(
        (gap.although.as_str(), gap.on),
        ("published", day("2026-06-01"))
    );
    assert!(gap.missing.contains(&vec!["decided".to_owned()]), "{gap:?}");
}

#[test]
fn a_window_nobody_closed_is_noticed_once_a_later_step_has_happened() {
    let opened = ("comment_opened", "2026-03-02");
    // Without its unit a notice that names no document would lack that.
    assert_eq!(look_at(&complete(&[opened]), "2026-11-23").gap, None);
    let reported = ("participation_report", "2026-05-06");
    let gap = gap_on(&[opened, reported], "2026-11-23").unwrap();
    assert!(
        gap.missing.contains(&vec!["comment_closes".to_owned()]),
        "{gap:?}"
    );
}

#[test]
fn a_flag_is_missed_once_its_rule_has_begun() {
    let started = ("execution_started", "2026-03-02");
    let gap = gap_on(&[started], "2026-11-23").unwrap();
    assert!(
        gap.missing.contains(&vec!["major_reform".to_owned()]),
        "{gap:?}"
    );
}

#[test]
fn a_step_that_lies_ahead_shows_nothing_to_be_missing() {
    assert_eq!(gap_on(&[("published", "2026-12-01")], "2026-11-23"), None);
}

#[test]
fn a_step_that_lies_ahead_says_when_to_look_again() {
    let decision = complete(&[("published", "2026-12-01")]);
    let before = look_at(&decision, "2026-11-23");
    assert_eq!(before.gap, None);
    assert_eq!(before.look_again_on, Some(day("2026-12-01")));
    let then = look_at(&decision, "2026-12-01");
    assert!(
        then.gap
            .unwrap()
            .missing
            .contains(&vec!["decided".to_owned()])
    );
    assert_eq!(then.look_again_on, None);
}

#[test]
fn an_event_ahead_that_changes_nothing_asks_for_no_look() {
    // A hearing is no step of the main line, and everybody it falls on is named.
    let decision = complete(&[("hearing_on", "2026-12-01")]);
    assert_eq!(look_at(&decision, "2026-11-23"), Look::default());
}

#[test]
fn a_unit_nobody_named_is_missed_once_its_duty_has_begun() {
    let opened = [("comment_opened", "2026-11-02")];
    let mut decision = complete(&opened);
    assert_eq!(missing(&decision, "2026-11-23"), Vec::<String>::new());
    decision.drafting_unit = None;
    assert_eq!(missing(&decision, "2026-10-30"), Vec::<String>::new());
    let gap = look_at(&decision, "2026-11-23").gap.unwrap();
    assert_eq!(gap.missing, [["drafting_unit"]]);
    assert_eq!(
        (gap.although.as_str(), gap.on),
        ("comment_opened", day("2026-11-02"))
    );
    assert_eq!(
        look_at(&decision, "2026-10-30").look_again_on,
        Some(day("2026-11-02"))
    );
}

#[test]
fn a_unit_whose_duty_hangs_on_a_step_beside_the_main_line_is_missed_as_well() {
    let mut decision = complete(&[("hearing_requested", "2026-11-02")]);
    decision.drafting_unit = None;
    let gap = look_at(&decision, "2026-11-23").gap.unwrap();
    assert_eq!(gap.although, "hearing_requested");
    assert!(gap.missing.contains(&vec!["drafting_unit".to_owned()]));
}

#[test]
fn a_unit_is_missed_no_longer_when_its_window_has_been_open_long_enough() {
    let mut decision = complete(&[("comment_opened", "2026-11-02")]);
    decision.drafting_unit = None;
    // While the notice names no document, somebody must be there to ask for it.
    assert_eq!(look_at(&decision, "2026-11-23").look_again_on, None);
    assert_eq!(missing(&decision, "2027-11-23"), ["drafting_unit"]);
    decision.events[0].evidence = Some("洮政公告〔2026〕5号".to_owned());
    let look = look_at(&decision, "2026-11-23");
    let over = look.look_again_on.unwrap();
    assert!(over > day("2026-11-30"), "{look:?}");
    let after = missing(&decision, &over.to_string());
    assert!(!after.contains(&"drafting_unit".to_owned()), "{after:?}");
}

#[test]
fn a_term_is_missed_once_execution_has_begun() {
    let mut decision = complete(&[("execution_started", "2026-03-02")]);
    decision.flags = decision.flags.with(Flag::MajorReform, Some(true));
    decision.term_end = None;
    let found = missing(&decision, "2026-11-23");
    assert!(found.contains(&"field:term_end".to_owned()), "{found:?}");
    assert!(!found.contains(&"field:term_start".to_owned()), "{found:?}");
}

/// The pack without what a decision leaves behind when it ends.
fn without_what_stays() -> Pack {
    let mut pack = shipped::pack().unwrap();
    pack.rules.retain(|rule| rule.stays_when.is_empty());
    pack
}

#[test]
fn a_decision_that_is_no_longer_pursued_lacks_only_what_stays() {
    let mut decision = decision(&[("published", "2026-06-01")]);
    for status in [Status::Withdrawn, Status::Closed] {
        decision.status = status;
        let look = look_with(&without_what_stays(), &decision, "2026-11-23");
        assert_eq!(look.gap, None, "{status:?}");
    }
    assert_eq!(look_at(&decision, "2026-11-23").gap, None);
    decision.status = Status::Withdrawn;
    // The reason of the withdrawal (cat-1); the rest is for the material of the stages it
    // went through (档案 Arts. 10 to 16), and whether it went through two of them.
    let expected = [
        "drafting_unit",
        "legality_opinion",
        "professional",
        "stability_risk",
        "submitted | executive_meeting_on | plenary_meeting_on",
        "withdrawn_note",
    ];
    assert_eq!(missing(&decision, "2026-11-23"), expected);
}

#[test]
fn the_reason_of_a_withdrawal_is_missed_until_it_is_there() {
    // A hearing is no step of the main line, and yet something has happened.
    let mut decision = complete(&[("hearing_on", "2026-06-01")]);
    assert_eq!(missing(&decision, "2026-11-23"), Vec::<String>::new());
    decision.status = Status::Withdrawn;
    let gap = look_at(&decision, "2026-11-23").gap.unwrap();
    assert_eq!(gap.missing, [["withdrawn_note"]]);
    assert_eq!(
        (gap.although.as_str(), gap.on),
        ("hearing_on", day("2026-06-01"))
    );
    let said = complete(&[
        ("hearing_on", "2026-06-01"),
        ("withdrawn_note", "2026-07-01"),
    ]);
    decision.events = said.events;
    assert_eq!(look_at(&decision, "2026-11-23").gap, None);
}
