//! What one decision's entries contradict among themselves, and that it is told.

use duban::domain::decision::{Decision, DecisionId, Event};
use duban::domain::findings::findings;
use duban::domain::shipped;

use crate::support::command::Desk;
use crate::support::decisions::{self, event};
use crate::support::world::World;

fn answer(id: i64, kind: &str, on: &str, to: i64) -> Event {
    Event {
        answers: Some(to),
        ..event(id, kind, on)
    }
}

fn noted(id: i64, kind: &str, on: &str, note: &str) -> Event {
    Event {
        note: Some(note.to_owned()),
        ..event(id, kind, on)
    }
}

/// A volume filed: its 案卷号, its note, its 档号.
fn volume(id: i64, number: f64, note: &str, file: &str) -> Event {
    Event {
        value: Some(number),
        evidence: Some(file.to_owned()),
        ..noted(id, "volume_filed", "2026-11-02", note)
    }
}

/// The third decision of the year with these events, in order of date as the store gives them.
fn decision(mut events: Vec<Event>) -> Decision {
    events.sort_by_key(|event| (event.on_date, event.id));
    Decision {
        id: DecisionId("2026-003".to_owned()),
        seq: 3,
        title: "城市供热管网改造方案".to_owned(),
        drafting_unit: None,
        executing_unit: None,
        events,
        ..decisions::blank()
    }
}

fn found(events: Vec<Event>) -> Vec<String> {
    found_in(&decision(events))
}

fn found_in(decision: &Decision) -> Vec<String> {
    let faults = findings(decision, &shipped::pack().unwrap());
    faults.iter().map(ToString::to_string).collect()
}

#[test]
fn a_reply_before_the_request_it_names_is_found_and_named() {
    let events = vec![
        event(16, "hearing_requested", "2026-08-20"),
        answer(17, "hearing_replied", "2026-08-01", 16),
    ];
    assert_eq!(
        found(events),
        [
            "decision 2026-003, event 17 (hearing_replied): found 2026-08-01, before event 16 \
             (hearing_requested) on 2026-08-20, to which it is tied by its ref, expected a day from \
             2026-08-20 on, an earlier hearing_requested, or another ref"
        ]
    );
}

#[test]
fn each_answer_that_the_pack_counts_forward_can_only_follow() {
    for (first, then) in [
        ("hearing_requested", "hearing_replied"),
        ("material_returned", "material_corrected"),
        ("change_decided", "loss_measures_filed"),
        ("dispute_reported", "evaluation_opened"),
        ("accountability_decided", "accountability_served"),
        ("evaluation_report", "evaluation_submitted"),
        ("evaluation_opened", "evaluation_report"),
        ("comment_opened", "comment_closes"),
    ] {
        let on = |then_on| vec![event(1, first, "2026-05-11"), answer(2, then, then_on, 1)];
        assert_eq!(found(on("2026-05-10")).len(), 1, "{first}, {then}");
        assert_eq!(found(on("2026-05-11")), [""; 0], "{first}, {then}");
        assert_eq!(found(on("2026-05-12")), [""; 0], "{first}, {then}");
    }
}

#[test]
fn what_the_law_wants_before_its_hearing_or_meeting_is_no_contradiction() {
    for (on, before) in [
        ("hearing_on", "hearing_list_published"),
        ("hearing_on", "hearing_notice_served"),
        ("executive_meeting_on", "meeting_notice_sent"),
        ("plenary_meeting_on", "meeting_notice_sent"),
    ] {
        let events = vec![
            event(1, on, "2026-05-18"),
            answer(2, before, "2026-05-11", 1),
        ];
        assert_eq!(found(events), [""; 0], "{before}");
    }
}

#[test]
fn an_end_before_every_beginning_is_found_without_a_ref() {
    for (first, then) in [
        ("comment_opened", "comment_closes"),
        ("execution_started", "execution_completed"),
        ("legality_requested", "legality_opinion"),
        ("decided", "document_issued"),
        ("decided", "published"),
        ("archived", "archive_transferred"),
        ("hearing_requested", "hearing_replied"),
    ] {
        let late = event(1, first, "2026-05-11");
        let end = event(2, then, "2026-05-10");
        let faults = found(vec![late.clone(), end.clone()]);
        assert_eq!(faults.len(), 1, "{first}, {then}: {faults:?}");
        assert!(faults[0].contains("event 1"), "{faults:?}");
        // One that comes early enough makes it possible; none at all is merely missing.
        let early = event(3, first, "2026-05-09");
        assert_eq!(found(vec![late, early, end.clone()]), [""; 0], "{first}");
        assert_eq!(found(vec![end]), [""; 0], "{then}");
    }
}

#[test]
fn a_report_is_only_compared_with_the_opening_of_its_own_evaluation() {
    let report = noted(2, "evaluation_report", "2026-05-10", "execution");
    let opened = |note| noted(1, "evaluation_opened", "2026-05-11", note);
    assert_eq!(found(vec![opened("midterm"), report.clone()]), [""; 0]);
    assert_eq!(found(vec![opened("execution；首次"), report]).len(), 1);
}

#[test]
fn a_beginning_or_an_end_that_was_put_off_no_longer_counts_as_one() {
    let mut events = vec![
        event(1, "comment_opened", "2026-03-02"),
        event(2, "comment_closes", "2026-04-08"),
    ];
    assert_eq!(found(events.clone()), [""; 0]);
    events.push(answer(3, "comment_opened", "2026-04-13", 1));
    let faults = found(events.clone());
    assert_eq!(faults.len(), 1, "{faults:?}");
    assert!(faults[0].contains("before event 3"), "{faults:?}");
    // So it is with an end.
    events.push(answer(4, "comment_closes", "2026-05-18", 2));
    assert_eq!(found(events), [""; 0]);
}

#[test]
fn events_that_put_each_other_off_are_found_once_and_end_nothing_else() {
    let events = vec![
        answer(5, "hearing_on", "2026-05-12", 7),
        answer(6, "hearing_on", "2026-05-11", 5),
        answer(7, "hearing_on", "2026-05-13", 6),
        // Leads into the circle and is no part of it.
        answer(4, "hearing_on", "2026-05-14", 7),
    ];
    let faults = found(events);
    assert_eq!(faults.len(), 1, "{faults:?}");
    assert!(
        faults[0].starts_with(
            "decision 2026-003, event 5 (hearing_on): found refs that run in a circle: 5 to 7 to 6 to 5"
        ),
        "{faults:?}"
    );
    let chain = vec![
        event(5, "hearing_on", "2026-05-11"),
        answer(6, "hearing_on", "2026-05-12", 5),
        // A hearing may be brought forward too.
        answer(7, "hearing_on", "2026-05-08", 6),
    ];
    assert_eq!(found(chain), [""; 0]);
}

#[test]
fn a_number_of_experts_is_whole_and_no_phone_number() {
    let review = |experts| Event {
        value: Some(experts),
        ..event(1, "expert_review_on", "2026-05-11")
    };
    for impossible in [1000.0, 4.5, 13_904_360_000.0] {
        assert_eq!(found(vec![review(impossible)]).len(), 1, "{impossible}");
    }
    for possible in [0.0, 5.0, 999.0] {
        assert_eq!(found(vec![review(possible)]), [""; 0], "{possible}");
    }
}

#[test]
fn a_decision_has_the_number_that_its_id_names() {
    let place = |id: &str, seq| {
        let named = Decision {
            id: DecisionId(id.to_owned()),
            seq,
            ..decision(Vec::new())
        };
        found_in(&named)
    };
    assert_eq!(
        place("2026-003", 4),
        ["decision 2026-003, seq: found 4, expected 3, as its id says: a decision has one number"]
    );
    // A year is no place, and a place that could not be read is reported with its row.
    for (id, seq) in [
        ("2026-003", 3),
        ("2026-003", 0),
        ("ZJJ-2026", 4),
        ("停车", 4),
    ] {
        assert_eq!(place(id, seq), [""; 0], "{id}");
    }
}

#[test]
fn volumes_that_are_numbered_as_they_should_be_contradict_nothing() {
    let events = vec![
        volume(1, 5.0, "正卷；永久", "0123—1—5"),
        volume(2, 6.0, "正卷；保管期限：永久；2026年", "0123-1-006"),
        volume(3, 7.0, "副卷；保管期限 永久", "0123－1－7"),
    ];
    assert_eq!(found(events), [""; 0]);
    // A wrong one that another took the place of is no longer there.
    let mut again = volume(5, 5.0, "正卷", "0123—1—5");
    again.answers = Some(4);
    assert_eq!(found(vec![volume(4, 0.5, "卷", "x"), again]), [""; 0]);
}

#[test]
fn each_fault_of_a_single_volume_is_found() {
    let good = volume(1, 5.0, "正卷；永久", "0123—1—5");
    let none = Event {
        value: None,
        ..good.clone()
    };
    for (wrong, part) in [
        (none, "no 案卷号"),
        (volume(1, 5.5, "正卷", "0123—1—5"), "案卷号 5.5"),
        (volume(1, 0.0, "正卷", "0123—1—0"), "案卷号 0"),
        (volume(1, 5.0, "主卷", "0123—1—5"), "note `"),
        (volume(1, 5.0, "正卷宗", "0123—1—5"), "note `"),
        (volume(1, 5.0, "正卷", "0123—5"), "档号 `0123—"),
        (volume(1, 5.0, "正卷", "0123——5"), "档号 `0123—"),
        (volume(1, 5.0, "正卷", "0123—1—6"), "档号 `0123—"),
        (volume(1, 5.0, "正卷；30年", "0123—1—5"), "retention `"),
        (volume(1, 5.0, "正卷；定期10年", "0123—1—5"), "retention `"),
        (volume(1, 5.0, "正卷；长期", "0123—1—5"), "retention `"),
        (
            volume(1, 5.0, "正卷；保管期限：六十年", "0123—1—5"),
            "retention `",
        ),
        (
            volume(1, 5.0, "正卷；保管期限：30年；永久", "0123—1—5"),
            "retention `",
        ),
    ] {
        let faults = found(vec![wrong]);
        assert_eq!(faults.len(), 1, "{part}: {faults:?}");
        assert!(faults[0].contains(part), "{part}: {faults:?}");
    }
    assert_eq!(found(vec![good]), [""; 0]);
}

#[test]
fn a_number_twice_a_gap_and_a_side_volume_out_of_order_are_found() {
    let volumes = |sides: &[(&str, f64)]| -> Vec<String> {
        let volume = |(id, (side, number)): (i64, &(&str, f64))| {
            volume(id, *number, side, &format!("0123—1—{number}"))
        };
        found((1..).zip(sides).map(volume).collect())
    };
    let only = |sides: &[(&str, f64)], part: &str| {
        let faults = volumes(sides);
        assert_eq!(faults.len(), 1, "{faults:?}");
        assert!(faults[0].contains(part), "{part}: {faults:?}");
    };
    only(
        &[("正卷", 5.0), ("正卷", 5.0)],
        "event 2 (volume_filed): found 案卷号 5, expected a number that event 1 (volume_filed) does not have",
    );
    only(
        &[("正卷", 8.0), ("正卷", 5.0)],
        "found 案卷号 8, after 5, expected 6",
    );
    only(
        &[("正卷", 5.0), ("副卷", 6.0), ("正卷", 7.0)],
        "event 2 (volume_filed): found 副卷 6, before 正卷 7",
    );
    only(&[("副卷", 5.0), ("副卷", 6.0)], "副卷 without any 正卷");
}

#[test]
fn what_was_typed_is_shown_except_for_a_confidential_decision() {
    let secret = "城市供热管网改造方案";
    let mut wrong = volume(1, 5.0, secret, secret);
    wrong.note = Some(format!("{secret}；保管期限：{secret}"));
    let mut decision = decision(vec![wrong]);
    let faults = found_in(&decision);
    assert_eq!(faults.len(), 3, "{faults:?}");
    assert!(
        faults.iter().all(|fault| fault.contains(secret)),
        "{faults:?}"
    );
    decision.confidential = true;
    let faults = found_in(&decision);
    assert_eq!(faults.len(), 3, "{faults:?}");
    assert!(!faults.concat().contains(secret), "{faults:?}");
}

#[test]
fn a_contradiction_stands_in_the_digest_until_it_is_mended_and_stops_no_date() {
    let world = World::new("2026-09-02");
    for id in ["2026-001", "2026-002"] {
        world.decision(id);
        world.event(id, "execution_completed", "2026-08-10");
    }
    let started = world.event("2026-001", "execution_started", "2026-08-17");
    let digest = |day: &str| {
        let sent = world.day(day);
        let digest = sent.mails.iter().find(|mail| mail.is_digest());
        digest.unwrap().text.clone()
    };
    let first = digest("2026-09-02");
    assert!(first.contains("相互矛盾"), "{first}");
    let place = "decision 2026-001, event 1 (execution_completed)";
    assert!(first.contains(place), "{first}");
    assert!(!first.contains("decision 2026-002, event"), "{first}");
    let dates = "select decision_id, due_on from obligation where rule = 'arc-18' order by 1";
    assert_eq!(
        world.rows(dates),
        ["2026-001 2026-09-09", "2026-002 2026-09-09"]
    );
    // A day on which nothing changed tells it still.
    assert!(digest("2026-09-03").contains(place));
    world.change(&format!(
        "update event set on_date = '2026-08-03' where id = {started}"
    ));
    assert!(!digest("2026-09-04").contains(place));
}

#[test]
fn check_due_and_why_tell_a_contradiction_and_answer_all_the_same() {
    let desk = Desk::new();
    desk.decision("2026-001", "停车");
    desk.event("2026-001", "execution_completed", "2026-08-10");
    desk.event("2026-001", "execution_started", "2026-08-17");
    let told = "decision 2026-001, event 1 (execution_completed): found 2026-08-10, \
                before event 2 (execution_started) on 2026-08-17";
    assert!(desk.duban(&["check"]).ok().contains(told));
    for question in [&["due"][..], &["why", "2026-001"], &["plan"]] {
        let said = desk.duban(question);
        assert!(said.err.contains(told), "{question:?}: {said:?}");
        assert!(!said.ok().is_empty());
    }
}
