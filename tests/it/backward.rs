//! Back from a meeting: the latest lawful day of every step, and whether it still holds
//! when each step is taken on exactly that day, or one day later.

use std::collections::BTreeSet;

use chrono::{Days, NaiveDate};
use duban::domain::backward::{
    Bound, EXECUTIVE, Force, Instead, Kind, Latest, Meeting, Outlook, PLENARY, Standing, Timetable,
    timetable,
};
use duban::domain::decision::{Decision, DecisionId, Event, Flag, Flags, Status};
use duban::domain::obligation::{Missing, Obligation, State};
use duban::domain::pack::{Anchor, Offset, Pack, Relation, RuleId};
use duban::domain::rules::obligations;
use duban::domain::shipped;
use proptest::prelude::*;

use crate::support::command::Desk;

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

/// A decision of which everything is said, and nothing is special.
fn plain() -> Decision {
    let said = |flags: Flags, flag| flags.with(flag, Some(false));
    Decision {
        id: DecisionId("2026-003".to_owned()),
        organ: "洮南市人民政府".to_owned(),
        year: 2026,
        seq: 3,
        title: "农村供水管网改造实施方案".to_owned(),
        drafting_unit: Some("市水利局".to_owned()),
        executing_unit: None,
        cooperating_units: Vec::new(),
        planned_text: None,
        planned_on: None,
        term_start: None,
        term_end: None,
        flags: Flag::ALL.into_iter().fold(Flags::default(), said),
        confidential: false,
        status: Status::Active,
        events: Vec::new(),
    }
}

fn record(decision: &mut Decision, kind: &str, on_date: NaiveDate) {
    let id = i64::try_from(decision.events.len()).unwrap() + 1;
    decision.events.push(Event {
        id,
        kind: kind.to_owned(),
        on_date,
        answers: None,
        value: None,
        note: None,
        evidence: None,
    });
    decision
        .events
        .sort_by_key(|event| (event.on_date, event.id));
}

fn taonan() -> Pack {
    shipped::pack().unwrap()
}

fn before<'p>(decision: &Decision, pack: &'p Pack, on: &str, today: &str) -> Timetable<'p> {
    let calendar = shipped::calendar().unwrap();
    let kind = EXECUTIVE;
    timetable(
        decision,
        pack,
        &calendar,
        Meeting { kind, on: day(on) },
        day(today),
    )
}

fn step<'t, 'p>(timetable: &'t Timetable<'p>, event: &str) -> &'t Latest<'p> {
    let mut steps = timetable.steps.iter();
    steps
        .find(|step| step.event == event)
        .unwrap_or_else(|| panic!("no step {event}"))
}

fn governing<'t, 'p>(timetable: &'t Timetable<'p>, event: &str) -> &'t Bound<'p> {
    step(timetable, event).governing().unwrap()
}

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
    let advice = step(&back, "comment_closes").bounds.iter();
    let reply = advice
        .filter(|bound| bound.rule.id.0 == "pub-6b")
        .next_back();
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
    let offset = Offset::Span("-1d".parse().unwrap());
    (one.offset, next.offset) = (offset, offset);
    one.from = vec![Anchor::Event("leader_consented".to_owned())];
    next.from = vec![Anchor::Event("consulted".to_owned())];
    pack.rules.extend([one, next]);
    let back = before(&plain(), &pack, "2026-12-18", "2026-09-01");
    assert!(governing(&back, "consulted").on < day("2026-12-18"));
    assert!(governing(&back, "leader_consented").on > day("2026-12-01"));
}

/// The decision with the meeting, and each step on exactly its latest day.
fn on_the_last_days(back: &Timetable<'_>) -> Decision {
    let mut decision = plain();
    for step in &back.steps {
        record(&mut decision, &step.event, step.governing().unwrap().on);
    }
    record(&mut decision, back.meeting.kind, back.meeting.on);
    decision
}

/// The same, these steps on another day.
fn moved(decision: &Decision, steps: &BTreeSet<&str>, to: NaiveDate) -> Decision {
    let mut decision = decision.clone();
    for event in &mut decision.events {
        if steps.contains(event.kind.as_str()) {
            event.on_date = to;
        }
    }
    decision
        .events
        .sort_by_key(|event| (event.on_date, event.id));
    decision
}

fn of_rule<'o, 'p>(derived: &'o [Obligation<'p>], bound: &Bound<'_>) -> &'o Obligation<'p> {
    let mut derived = derived.iter();
    derived.find(|one| one.key.rule == bound.rule.id).unwrap()
}

/// Whether the duty was missed by its safe reading, or by every reading.
fn is_missed(obligation: &Obligation<'_>, by_every_reading: bool) -> bool {
    let dates = obligation.dates.unwrap();
    let limit = if by_every_reading {
        dates.latest_on
    } else {
        dates.due_on
    };
    let Some(done) = &obligation.done else {
        return true;
    };
    match obligation.rule.relation {
        Relation::NotBefore => done.on < limit,
        _ => done.on > limit,
    }
}

fn assert_tight(on: NaiveDate, kind: &'static str) {
    let (pack, calendar) = (taonan(), shipped::calendar().unwrap());
    let back = timetable(&plain(), &pack, &calendar, Meeting { kind, on }, on);
    let lawful = on_the_last_days(&back);
    for one in obligations(&lawful, &pack, &calendar) {
        let state = one.state(on);
        assert!(
            state != State::Overdue && !one.is_cut_short(),
            "{on}: {}",
            one.key
        );
    }
    let mut tried = 0;
    for step in &back.steps {
        let bound = step.governing().unwrap();
        if bound.kind == Kind::LeavesTime {
            continue;
        }
        let alternatives = bound.one_of.iter().map(String::as_str);
        let steps: BTreeSet<&str> = alternatives.chain([step.event.as_str()]).collect();
        for (last, by_every_reading) in [(bound.on, false), (bound.lenient_on, true)] {
            let late = moved(&lawful, &steps, last + Days::new(1));
            let derived = obligations(&late, &pack, &calendar);
            let broken = of_rule(&derived, bound);
            assert!(
                is_missed(broken, by_every_reading),
                "{on}: {} by {}",
                step.event,
                broken.key
            );
            let kept = obligations(&moved(&lawful, &steps, last), &pack, &calendar);
            let kept = of_rule(&kept, bound);
            assert!(
                !is_missed(kept, by_every_reading),
                "{on}: {} by {}",
                step.event,
                kept.key
            );
        }
        tried += 1;
    }
    assert!(tried > 8, "{tried}");
}

proptest! {
    // Each case derives every duty some fifty times.
    #![proptest_config(ProptestConfig::with_cases(48))]

    /// A meeting is held on a working day: a gate's day on a rest day would move on.
    #[test]
    fn the_latest_day_keeps_every_rule_and_one_day_later_breaks_the_one_that_is_named(after in 0_u64..1000, plenary: bool) {
        let calendar = shipped::calendar().unwrap();
        let on = calendar.working_on_or_after(day("2024-03-01") + Days::new(after));
        assert_tight(on, if plenary { PLENARY } else { EXECUTIVE });
    }
}

#[test]
fn the_command_answers_for_people_and_for_machines() {
    let desk = Desk::new();
    desk.decision("2026-003", "供水方案");
    let table = desk.alone(&[
        "backward",
        "2026-003",
        "--meeting",
        "2026-12-18",
        "--as-of",
        "2026-12-09",
        "--explain",
    ]);
    let table = table.ok();
    let row = table
        .lines()
        .find(|line| line.contains("legality_requested"));
    let row = row.unwrap();
    assert!(
        row.starts_with("2026-12-08 Tue") && row.contains("✕ past"),
        "{table}"
    );
    assert!(row.contains("h-26") && row.contains("713 26"), "{row}");
    assert!(
        table.contains("the earliest lawful meeting would be 2026-12-21 Mon"),
        "{table}"
    );
    assert!(
        table.contains("nobody has said whether it is professional"),
        "{table}"
    );
    assert!(table.contains("clear      2026-12-18 Fri"), "{table}");
    let json = desk.alone(&[
        "backward",
        "2026-003",
        "--meeting",
        "2026-12-18",
        "--as-of",
        "2026-12-01",
        "--json",
    ]);
    let json = json.json();
    assert_eq!(json["outlook"], "lawful");
    let steps = json["steps"].as_array().unwrap();
    let request = steps
        .iter()
        .find(|step| step["event"] == "legality_requested");
    let request = request.unwrap();
    assert_eq!(request["latest_on"], "2026-12-08");
    assert_eq!(request["bounds"][0]["basis"][0]["system"], "713");
    assert_eq!(request["bounds"][0]["trail"][0]["step"], "anchor");
}

#[test]
fn without_a_day_the_planned_time_gives_one_or_the_command_says_what_it_needs() {
    let desk = Desk::new();
    desk.decision("2026-003", "绝密方案");
    let told = desk.alone(&["backward", "2026-003"]).refused(1);
    assert!(told.contains("--meeting DATE"), "{told}");
    desk.catalogue()
        .execute_batch(
            "update decision set planned_text = '第三季度', planned_on = '2026-10-03', confidential = 1",
        )
        .unwrap();
    // 3 October is a holiday.
    let table = desk
        .alone(&["backward", "2026-003", "--as-of", "2026-08-01"])
        .ok();
    assert!(table.contains("2026-09-30 Wed, executive"), "{table}");
    assert!(
        table.contains("the last working day of the planned time (第三季度)"),
        "{table}"
    );
    assert!(!table.contains("绝密方案"), "{table}");
    let json = desk.alone(&["backward", "2026-003", "--json"]).ok();
    assert!(
        json.contains("\"planned\":true") && !json.contains("绝密方案"),
        "{json}"
    );
    desk.catalogue()
        .execute_batch("update decision set status = 'closed'")
        .unwrap();
    let told = desk.alone(&["backward", "2026-003"]).refused(1);
    assert!(told.contains("no longer pursued"), "{told}");
    assert!(
        desk.alone(&["backward", "2026-009"])
            .refused(1)
            .contains("no decision")
    );
}
