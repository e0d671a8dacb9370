//! Days counted by hand, each with its reason, and which rules bound at all.

use duban::domain::backward::{
    EXECUTIVE, Force, Kind, Latest, Meeting, Outlook, PLENARY, Standing, Timetable, timetable,
};
use duban::domain::decision::Flag;
use duban::domain::obligation::Missing;
use duban::domain::pack::{Anchor, Offset, RuleId};
use duban::domain::shipped;

use super::{before, day, governing, plain, record, step, taonan};

/// Each step, the rule that governs it, and its day.
fn assert_days(timetable: &Timetable<'_>, expected: &[(&str, &str, &str)]) {
    for (event, rule, on) in expected {
        let bound = governing(timetable, event);
        let found = (bound.rule.id.0.as_str(), bound.on);
        assert_eq!(found, (*rule, day(on)), "{event}");
    }
}

#[test]
fn the_days_before_a_meeting_in_december_are_those_counted_by_hand() {
    let pack = taonan();
    let back = before(&plain(), &pack, "2026-12-18", "2026-09-01");
    assert_days(
        &back,
        &[
            // Friday 18 December. Seven whole working days lie before it: 9, 10, 11, 14, 15,
            // 16, 17. The request is made before they begin.
            ("legality_requested", "h-26", "2026-12-08"),
            // 提前1天, the day itself allowed.
            ("meeting_notice_sent", "col-6d", "2026-12-17"),
            // The default of three working days: 15, 16, 17 are whole.
            ("submitted", "col-6c", "2026-12-14"),
            // The gates of submission are reached with it, those of the meeting with that.
            ("consulted", "dis-5a", "2026-12-14"),
            ("participation_report", "pub-13", "2026-12-14"),
            ("comment_closes", "dis-5b", "2026-12-14"),
            ("legality_opinion", "h-25", "2026-12-18"),
            ("leader_consented", "col-6a", "2026-12-18"),
            // Day 30 after Saturday 14 November is Monday 14 December.
            ("comment_opened", "pub-5a", "2026-11-14"),
            // Ten working days for the report: 1–4, 7–11 and 14 December.
            ("hearing_on", "pub-11", "2026-11-30"),
            // Five whole working days before 30 November: 23–27. And the Friday before them.
            ("hearing_list_published", "pub-9", "2026-11-20"),
            // Seven whole days reach back to 23, so Sunday 22, and back to Friday 20.
            ("hearing_notice_served", "pub-10", "2026-11-20"),
        ],
    );
    let notice = governing(&back, "hearing_notice_served");
    let cited: Vec<&str> = notice.cited.iter().map(|rule| rule.id.0.as_str()).collect();
    assert_eq!(cited, ["pub-10", "h-16"]);
    // Replies have five working days after the window: 14–18 December.
    let mut advice = step(&back, "comment_closes").bounds.iter();
    let reply = advice.rfind(|bound| bound.rule.id.0 == "pub-6b");
    let reply = reply.unwrap();
    assert_eq!(
        (reply.kind, reply.on),
        (Kind::LeavesTime, day("2026-12-13"))
    );
    assert_eq!(reply.only_if.as_deref(), Some("hearing_requested"));
    assert_eq!(back.outlook, Outlook::Lawful);
    let is_after_a_meeting = |step: &Latest<'_>| ["decided", "published"].contains(&&*step.event);
    assert!(!back.steps.iter().any(is_after_a_meeting));
}

#[test]
fn make_up_days_around_the_national_day_are_counted() {
    let pack = taonan();
    let back = before(&plain(), &pack, "2026-10-12", "2026-07-01");
    assert_days(
        &back,
        &[
            // Monday 12 October; Saturday 10 is worked, 1–7 and 25–27 September are not.
            // Seven whole working days: 10, 9, 8 October, 30, 29, 28, 24 September.
            ("legality_requested", "h-26", "2026-09-23"),
            // The day before is a Sunday, so the Saturday that is worked.
            ("meeting_notice_sent", "col-6d", "2026-10-10"),
            // 8, 9, 10 October are whole.
            ("submitted", "col-6c", "2026-09-30"),
            ("comment_closes", "dis-5b", "2026-09-30"),
            ("comment_opened", "pub-5a", "2026-08-31"),
            // 17, 18, 20 (Sunday, worked), 21, 22, 23, 24, 28, 29, 30 September.
            ("hearing_on", "pub-11", "2026-09-16"),
            // 9, 10, 11, 14, 15 September are whole.
            ("hearing_list_published", "pub-9", "2026-09-08"),
        ],
    );
}

#[test]
fn a_hearing_that_is_fixed_counts_with_its_own_day_and_the_stricter_law_governs() {
    let pack = taonan();
    let mut decision = plain();
    record(&mut decision, "hearing_on", day("2026-09-24"));
    let back = before(&decision, &pack, "2026-10-30", "2026-07-01");
    // Five whole working days, the Sunday that is worked among them: 17; seven whole days: 16.
    let list = governing(&back, "hearing_list_published");
    assert_eq!(
        (list.on, list.weakest),
        (day("2026-09-17"), Force::Statutory)
    );
    let notice = governing(&back, "hearing_notice_served");
    assert_eq!(notice.on, day("2026-09-16"));
    assert_eq!(
        step(&back, "hearing_on").standing(day("2026-07-01")),
        Standing::Recorded
    );
}

#[test]
fn an_unsaid_flag_is_a_question_and_an_exempt_rule_is_left_out() {
    let pack = taonan();
    let mut decision = plain();
    decision.flags = decision.flags.with(Flag::Professional, None);
    let back = before(&decision, &pack, "2026-12-18", "2026-09-01");
    let question = Missing::Flag("professional".to_owned());
    assert_eq!(governing(&back, "expert_report").unsaid, [question]);
    let none = |timetable: &Timetable<'_>, event: &str| {
        !timetable.steps.iter().any(|step| step.event == event)
    };
    assert!(none(&back, "risk_assessed"));
    decision.confidential = true;
    let back = before(&decision, &pack, "2026-12-18", "2026-09-01");
    assert!(none(&back, "participation_report") && none(&back, "comment_opened"));
}

#[test]
fn a_waived_rule_bounds_nothing_and_is_named() {
    let pack = taonan();
    let mut decision = plain();
    record(&mut decision, "waived", day("2026-09-01"));
    decision.events[0].note = Some("col-6a；张某某；市长直接交办".to_owned());
    // What was waived and bounds no step before the meeting is not told here.
    record(&mut decision, "waived", day("2026-09-01"));
    decision.events[1].note = Some("cat-2；张某某；推迟".to_owned());
    let back = before(&decision, &pack, "2026-12-18", "2026-09-02");
    assert_eq!(back.waived.len(), 1);
    assert_eq!(back.waived[0].0, RuleId("col-6a".to_owned()));
    assert!(
        !back
            .steps
            .iter()
            .any(|step| step.event == "leader_consented")
    );
}

#[test]
fn the_notice_of_one_meeting_is_not_the_next_ones() {
    let pack = taonan();
    let mut decision = plain();
    record(&mut decision, EXECUTIVE, day("2026-07-15"));
    record(&mut decision, "meeting_notice_sent", day("2026-07-13"));
    let back = before(&decision, &pack, "2026-12-18", "2026-09-01");
    assert_eq!(step(&back, "meeting_notice_sent").recorded_on, None);
    let back = before(&decision, &pack, "2026-07-15", "2026-07-01");
    let sent = step(&back, "meeting_notice_sent").recorded_on;
    assert_eq!(sent, Some(day("2026-07-13")));
}

#[test]
fn a_plenary_meeting_has_its_own_notice() {
    let (pack, calendar) = (taonan(), shipped::calendar().unwrap());
    let (kind, on) = (PLENARY, day("2026-03-02"));
    let meeting = Meeting { kind, on };
    let back = timetable(&plain(), &pack, &calendar, meeting, day("2025-12-01"));
    // 提前3天: Friday 27 February, by the golden example G29.
    assert_days(&back, &[("meeting_notice_sent", "col-6e", "2026-02-27")]);
}

#[test]
fn rules_that_bound_each_other_in_a_circle_come_to_an_end() {
    let mut pack = taonan();
    let of = |id: &str| {
        pack.rules
            .iter()
            .find(|rule| rule.id.0 == id)
            .unwrap()
            .clone()
    };
    let (mut one, mut next) = (of("dis-5a"), of("col-6a"));
    let span = "-1d".parse().unwrap();
    for rule in [&mut one, &mut next] {
        rule.offset = Offset::Span(span);
        rule.convention = pack.counting.of(span);
    }
    one.from = vec![Anchor::Event("leader_consented".to_owned())];
    next.from = vec![Anchor::Event("consulted".to_owned())];
    pack.rules.extend([one, next]);
    let back = before(&plain(), &pack, "2026-12-18", "2026-09-01");
    // The consultation hangs on the submission, and the consent, one clear day earlier, on it:
    // Saturday 12 December, and back to Friday.
    assert_eq!(governing(&back, "consulted").on, day("2026-12-14"));
    assert_eq!(governing(&back, "leader_consented").on, day("2026-12-11"));
}
