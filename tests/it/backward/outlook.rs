//! Whether a meeting can still be lawful, and which one can.

use duban::domain::backward::{Force, Instead, Outlook, Standing};
use duban::domain::decision::Decision;
use duban::domain::pack::RuleId;

use super::{before, day, governing, plain, record, step, taonan};

#[test]
fn a_step_that_hangs_on_a_default_is_marked_and_never_held_against_the_meeting() {
    let pack = taonan();
    // Everything but the submission is there, and its day by the default has passed.
    let mut decision = plain();
    for kind in [
        "participation_report",
        "consulted",
        "legality_opinion",
        "leader_consented",
    ] {
        record(&mut decision, kind, day("2026-12-01"));
    }
    record(&mut decision, "legality_requested", day("2026-11-20"));
    let today = day("2026-12-16");
    let back = before(&decision, &pack, "2026-12-18", "2026-12-16");
    let submitted = step(&back, "submitted");
    assert_eq!(submitted.standing(today), Standing::Past);
    assert_eq!(submitted.governing().unwrap().weakest, Force::Advisory);
    assert_eq!(governing(&back, "consulted").weakest, Force::Advisory);
    assert_eq!(governing(&back, "consulted").force, Force::Statutory);
    assert_eq!(back.outlook, Outlook::Lawful);
}

#[test]
fn a_review_that_was_not_asked_for_in_time_moves_the_meeting() {
    let pack = taonan();
    let back = before(&plain(), &pack, "2026-12-18", "2026-12-09");
    let Outlook::TooLate { obstacles, instead } = &back.outlook else {
        panic!("{:?}", back.outlook);
    };
    assert_eq!(obstacles.len(), 1, "{obstacles:?}");
    assert_eq!(obstacles[0].rule, RuleId("h-26".to_owned()));
    // Asked for today, the seven are 10, 11, 14–18; the next working day is Monday.
    let (on, provisional) = (day("2026-12-21"), false);
    assert_eq!(*instead, Instead::Earliest { on, provisional });
}

#[test]
fn a_window_that_is_open_holds_the_meeting_until_it_may_close() {
    let pack = taonan();
    let mut decision = plain();
    record(&mut decision, "comment_opened", day("2026-10-20"));
    record(&mut decision, "legality_requested", day("2026-10-20"));
    // Day 30 is 19 November.
    let back = before(&decision, &pack, "2026-11-12", "2026-11-02");
    let Outlook::TooLate { obstacles, instead } = &back.outlook else {
        panic!("{:?}", back.outlook);
    };
    assert_eq!(obstacles[0].event, "comment_opened");
    let (on, provisional) = (day("2026-11-19"), false);
    assert_eq!(*instead, Instead::Earliest { on, provisional });
}

#[test]
fn what_no_later_meeting_can_mend_is_said() {
    let pack = taonan();
    let mut decision = plain();
    record(&mut decision, "submitted", day("2026-06-01"));
    let back = before(&decision, &pack, "2026-12-18", "2026-07-01");
    let Outlook::TooLate { instead, .. } = &back.outlook else {
        panic!("{:?}", back.outlook);
    };
    // It was submitted, and nobody had been consulted.
    let Instead::None { obstacles } = instead else {
        panic!("{instead:?}");
    };
    assert!(obstacles.iter().any(|one| one.event == "consulted"));
}

#[test]
fn what_another_step_made_needless_is_not_called_past() {
    let pack = taonan();
    let mut decision = plain();
    record(&mut decision, "participation_report", day("2026-12-01"));
    let back = before(&decision, &pack, "2026-12-18", "2026-12-15");
    let standing = |event| step(&back, event).standing(day("2026-12-15"));
    assert_eq!(standing("hearing_report"), Standing::Spared);
    // Nor what would only have led to it.
    assert_eq!(standing("hearing_list_published"), Standing::Spared);
    assert_eq!(standing("participation_report"), Standing::Recorded);
    assert_eq!(standing("consulted"), Standing::Past);
}

#[test]
fn a_record_that_does_not_carry_what_its_rule_asks_for_is_not_there_yet() {
    let pack = taonan();
    let mut decision = plain();
    record(&mut decision, "material_listed", day("2026-12-01"));
    record(&mut decision, "stage_filed", day("2026-12-01"));
    let recorded_on = |decision: &Decision, event: &str| {
        let back = before(decision, &pack, "2026-12-18", "2026-12-02");
        step(&back, event).recorded_on
    };
    // 档案 Art. 7 has eleven groups, and the stage is that of participation (Art. 10).
    decision.events[0].value = Some(10.0);
    decision.events[1].note = Some("legality".to_owned());
    assert_eq!(recorded_on(&decision, "material_listed"), None);
    assert_eq!(recorded_on(&decision, "stage_filed"), None);
    decision.events[0].value = Some(11.0);
    decision.events[1].note = Some("participation".to_owned());
    let there = Some(day("2026-12-01"));
    assert_eq!(recorded_on(&decision, "material_listed"), there);
    assert_eq!(recorded_on(&decision, "stage_filed"), there);
}

#[test]
fn a_number_a_document_and_an_odd_vote_are_looked_at_where_a_rule_asks_for_them() {
    let mut pack = taonan();
    let mut rules = pack.rules.iter_mut();
    let consulted = rules.find(|rule| rule.id.0 == "dis-5a").unwrap();
    consulted.done_by.document = true;
    consulted.done_by.odd = true;
    let mut decision = plain();
    record(&mut decision, "consulted", day("2026-12-01"));
    for (value, evidence, is_there) in [
        (None, None, false),
        (Some(3.0), None, false),
        (Some(3.0), Some(" "), false),
        (Some(4.0), Some("函〔2026〕1号"), false),
        (Some(3.0), Some("函〔2026〕1号"), true),
    ] {
        decision.events[0].value = value;
        decision.events[0].evidence = evidence.map(str::to_owned);
        let back = before(&decision, &pack, "2026-12-18", "2026-12-02");
        let found = step(&back, "consulted").recorded_on.is_some();
        assert_eq!(found, is_there, "{value:?} {evidence:?}");
    }
}

#[test]
fn a_review_of_experts_asks_for_signatures_only_where_one_was_held() {
    let pack = taonan();
    let mut decision = plain();
    let back = before(&decision, &pack, "2026-12-18", "2026-12-02");
    assert!(!back.steps.iter().any(|step| step.event == "expert_report"));
    record(&mut decision, "expert_review_on", day("2026-11-20"));
    record(&mut decision, "expert_report", day("2026-11-27"));
    decision.events[0].value = Some(7.0);
    // As many signatures as experts (论证 Art. 13).
    for (signatures, recorded_on) in [(6.0, None), (7.0, Some(day("2026-11-27")))] {
        decision.events[1].value = Some(signatures);
        let back = before(&decision, &pack, "2026-12-18", "2026-12-02");
        assert_eq!(governing(&back, "expert_report").rule.id.0, "exp-13");
        assert_eq!(step(&back, "expert_report").recorded_on, recorded_on);
    }
}

#[test]
fn a_note_must_begin_as_that_of_the_event_it_answers_where_a_rule_asks_for_that() {
    let mut pack = taonan();
    let mut rules = pack.rules.iter_mut();
    let list = rules.find(|rule| rule.id.0 == "pub-9").unwrap();
    list.done_by.same_note = true;
    let mut decision = plain();
    record(&mut decision, "hearing_list_published", day("2026-11-10"));
    record(&mut decision, "hearing_on", day("2026-11-24"));
    decision.events[1].note = Some("水价；第一次".to_owned());
    for (note, is_there) in [("管网", false), ("水价；名单", true)] {
        decision.events[0].note = Some(note.to_owned());
        let back = before(&decision, &pack, "2026-12-18", "2026-11-12");
        let found = step(&back, "hearing_list_published").recorded_on.is_some();
        assert_eq!(found, is_there, "{note}");
    }
}
