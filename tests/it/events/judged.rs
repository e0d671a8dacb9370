//! What is said against an entry, and how much it weighs.

use chrono::NaiveDate;
use duban::domain::decision::{Decision, Event};
use duban::domain::entry::{Entry, NEW, Objection, Weight, judge, open_requests, wants};
use duban::domain::pack::Pack;
use duban::domain::shipped;

use crate::support::decisions::{blank, event};

fn pack() -> Pack {
    shipped::pack().unwrap()
}

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn decision(mut events: Vec<Event>) -> Decision {
    events.sort_by_key(|event| (event.on_date, event.id));
    Decision { events, ..blank() }
}

/// What is said on 25 November 2026.
fn judged(before: &Decision, entry: &Entry) -> Vec<Objection> {
    judge(before, &entry.applied(before), &pack(), day("2026-11-25"))
}

/// What is said against an event more of this kind on this day.
fn said_of(before: Vec<Event>, kind: &str, on: &str) -> Vec<Objection> {
    judged(&decision(before), &Entry::Added(event(NEW, kind, on)))
}

fn impossible(said: &[Objection]) -> Vec<String> {
    let found = said.iter().filter(|one| one.weight == Weight::Impossible);
    found.map(|one| one.fault.to_string()).collect()
}

fn unusual(said: &[Objection]) -> Vec<String> {
    let found = said.iter().filter(|one| one.weight == Weight::Unusual);
    found.map(|one| one.fault.to_string()).collect()
}

#[track_caller]
fn only(found: &[String], parts: &[&str]) {
    let [one] = found else {
        panic!("{found:#?}");
    };
    for part in parts {
        assert!(one.contains(part), "{part}: {one}");
    }
}

#[test]
fn what_was_done_cannot_lie_ahead_and_what_is_fixed_can() {
    for kind in [
        "published",
        "comment_opened",
        "progress_reported",
        "archived",
    ] {
        let said = said_of(Vec::new(), kind, "2026-11-26");
        only(&impossible(&said), &["today is 2026-11-25", kind]);
        assert_eq!(
            impossible(&said_of(Vec::new(), kind, "2026-11-25")),
            [""; 0]
        );
    }
    for kind in [
        "hearing_on",
        "expert_review_on",
        "executive_meeting_on",
        "plenary_meeting_on",
        "comment_closes",
        "execution_started",
    ] {
        let said = said_of(Vec::new(), kind, "2027-03-01");
        assert_eq!(impossible(&said), [""; 0], "{kind}");
    }
}

#[test]
fn a_day_far_from_the_catalogue_is_a_slip_of_the_pen() {
    let said = said_of(Vec::new(), "consulted", "2006-05-06");
    only(&impossible(&said), &["from 2016 to 2036"]);
    let said = said_of(Vec::new(), "hearing_on", "2062-05-06");
    only(&impossible(&said), &["2062-05-06"]);
    let said = said_of(Vec::new(), "consulted", "2022-05-06");
    assert_eq!(impossible(&said), [""; 0]);
    only(&unusual(&said), &["far from the catalogue of 2026"]);
    assert_eq!(said_of(Vec::new(), "consulted", "2025-05-06"), []);
    // A plan that runs for long is archived long after its catalogue.
    let mut plan = decision(Vec::new());
    plan.term_end = Some(day("2040-12-31"));
    let met = Entry::Added(event(NEW, "plenary_meeting_on", "2041-01-15"));
    assert_eq!(impossible(&judged(&plan, &met)), [""; 0]);
}

#[test]
fn a_contradiction_is_impossible_and_an_older_one_is_not_told_again() {
    let opened = event(1, "comment_opened", "2026-05-10");
    let said = said_of(vec![opened.clone()], "comment_closes", "2026-05-01");
    only(
        &impossible(&said),
        &[
            "the new event (comment_closes)",
            "before event 1 (comment_opened)",
        ],
    );
    assert_eq!(unusual(&said), [""; 0], "it is told once");
    let faulty = vec![opened, event(2, "comment_closes", "2026-05-01")];
    assert_eq!(
        impossible(&said_of(faulty, "consulted", "2026-05-12")),
        [""; 0]
    );
    let volume = Event {
        value: Some(1.0),
        note: Some("天卷".to_owned()),
        ..event(NEW, "volume_filed", "2026-11-02")
    };
    let said = judged(&decision(Vec::new()), &Entry::Added(volume));
    only(&impossible(&said), &["正卷 or 副卷"]);
}

#[test]
fn the_same_once_more_is_refused_and_another_one_is_told_apart() {
    let request = event(3, "hearing_requested", "2026-06-02");
    let again = said_of(vec![request.clone()], "hearing_requested", "2026-06-02");
    only(&impossible(&again), &["there already as event 3"]);
    let other = Event {
        id: NEW,
        note: Some("王某".to_owned()),
        ..request.clone()
    };
    let said = judged(&decision(vec![request.clone()]), &Entry::Added(other));
    assert_eq!(impossible(&said), [""; 0]);
    let document = Event {
        id: NEW,
        evidence: Some("洮听〔2026〕1号".to_owned()),
        ..request.clone()
    };
    let said = judged(&decision(vec![request]), &Entry::Added(document));
    assert_eq!(impossible(&said), [""; 0]);
    only(&unusual(&said), &["there already as event 3"]);
}

#[test]
fn a_breach_of_the_law_is_a_fact_and_only_warned_of() {
    let said = said_of(Vec::new(), "decided", "2026-11-20");
    assert_eq!(impossible(&said), [""; 0]);
    only(
        &unusual(&said),
        &["executive_meeting_on or plenary_meeting_on (col-4, 集体 4)"],
    );
    let met = vec![event(1, "executive_meeting_on", "2026-11-19")];
    assert_eq!(said_of(met, "decided", "2026-11-20"), []);
    // What is only fixed has its gates still before it.
    assert_eq!(
        said_of(Vec::new(), "executive_meeting_on", "2026-12-20"),
        []
    );
}

#[test]
fn a_step_out_of_the_order_of_the_procedure_is_unusual() {
    let submitted = event(1, "submitted", "2026-06-10");
    let said = said_of(vec![submitted], "legality_opinion", "2026-06-20");
    only(
        &unusual(&said),
        &["after submitted on 2026-06-10", "713 Arts. 14 to 34"],
    );
    let meeting = event(1, "plenary_meeting_on", "2026-06-10");
    let said = said_of(vec![meeting], "minutes_signed", "2026-06-01");
    only(
        &unusual(&said),
        &["before plenary_meeting_on", "col-6h, 集体 6"],
    );
}

#[test]
fn an_answer_says_to_what_where_several_are_asked() {
    let asked = |id, on| event(id, "hearing_requested", on);
    let answered = |events: Vec<Event>| {
        let said = said_of(events, "hearing_replied", "2026-07-20");
        assert_eq!(impossible(&said), [""; 0]);
        unusual(&said)
    };
    only(&answered(Vec::new()), &["hearing_requested, entered first"]);
    assert_eq!(answered(vec![asked(1, "2026-07-01")]), [""; 0]);
    let two = vec![asked(1, "2026-07-01"), asked(2, "2026-07-02")];
    only(
        &answered(two.clone()),
        &["no ref, and 2", "1 (hearing", "2 (hearing"],
    );
    let reply = Event {
        answers: Some(1),
        ..event(3, "hearing_replied", "2026-07-10")
    };
    let three = [two, vec![reply]].concat();
    let open = decision(three.clone());
    let open = open_requests(&open, "hearing_replied", &pack());
    assert_eq!(open.iter().map(|one| one.id).collect::<Vec<_>>(), [2]);
    only(
        &answered(three),
        &["--ref to event 2 (", "the only one that is open"],
    );
}

#[test]
fn what_others_answer_is_not_taken_from_under_them() {
    let reply = Event {
        answers: Some(1),
        ..event(2, "hearing_replied", "2026-07-10")
    };
    let before = decision(vec![event(1, "hearing_requested", "2026-07-01"), reply]);
    let said = judged(&before, &Entry::Removed(1));
    only(
        &impossible(&said),
        &["event 2 (hearing_replied)", "event 1, which would be gone"],
    );
    assert_eq!(judged(&before, &Entry::Removed(2)), []);
}

#[test]
fn a_correction_is_judged_by_what_it_changes_only() {
    let ahead = event(1, "published", "2027-05-01");
    let noted = Event {
        note: Some("官网".to_owned()),
        ..ahead.clone()
    };
    let before = decision(vec![ahead]);
    assert_eq!(
        impossible(&judged(&before, &Entry::Changed(noted))),
        [""; 0]
    );
    let later = event(1, "published", "2027-05-02");
    assert_eq!(
        impossible(&judged(&before, &Entry::Changed(later))).len(),
        1
    );
}

#[test]
fn each_kind_says_what_it_wants() {
    let pack = pack();
    let note = |kind: &str| wants(kind, &pack).note.unwrap_or_default();
    assert_eq!(note("waived"), "rule；person；reason");
    assert!(note("evaluation_opened").contains("midterm"));
    assert_eq!(
        wants("progress_reported", &pack).value,
        Some("percent, 0 to 100")
    );
    assert_eq!(
        wants("hearing_replied", &pack).answers,
        ["hearing_requested"]
    );
    assert!(wants("comment_opened", &pack).evidence.is_some());
    assert_eq!(
        wants("risk_assessed", &pack),
        duban::domain::entry::Wants::default()
    );
}

#[test]
fn an_evaluation_is_opened_without_a_dispute_and_its_report_without_one() {
    let said = said_of(Vec::new(), "evaluation_opened", "2026-11-02");
    assert_eq!(unusual(&said), [""; 0]);
    let said = said_of(Vec::new(), "hearing_replied", "2026-11-02");
    assert!(
        unusual(&said)
            .iter()
            .any(|one| one.contains("nothing recorded")),
        "{said:#?}"
    );
}

#[test]
fn a_second_day_that_does_not_say_what_it_replaces_is_asked_about() {
    let held = event(8, "hearing_on", "2026-05-25");
    let said = said_of(vec![held.clone()], "hearing_on", "2026-06-08");
    assert_eq!(impossible(&said), [""; 0], "two hearings are lawful");
    only(
        &unusual(&said),
        &["event 8 (hearing_on) on 2026-05-25 stands", "put off"],
    );
    let second = Event {
        answers: Some(8),
        ..event(NEW, "hearing_on", "2026-06-08")
    };
    let said = judged(&decision(vec![held]), &Entry::Added(second));
    assert_eq!(unusual(&said), [""; 0]);
}

#[test]
fn a_waiver_of_a_rule_that_nobody_knows_is_told_and_not_repeated() {
    for kind in ["waived", "extended", "evaluation_exempted"] {
        let noted = |note: &str| Event {
            note: Some(note.to_owned()),
            ..event(NEW, kind, "2026-11-25")
        };
        let judged = |note| judged(&decision(Vec::new()), &Entry::Added(noted(note)));
        let said = judged("h-99；李局长；防汛");
        only(&unusual(&said), &["a rule that nobody knows"]);
        assert!(!format!("{said:?}").contains("h-99"));
        if kind != "waived" {
            assert_eq!(judged("pub-10；李局长；防汛"), []);
        }
    }
    let waived = Event {
        note: Some("pub-10；李局长；防汛".to_owned()),
        ..event(NEW, "waived", "2026-11-25")
    };
    let said = judged(&decision(Vec::new()), &Entry::Added(waived));
    only(&unusual(&said), &["a waiver of pub-10", "应当"]);
}
