//! The whole procedure through the shipped pack: what recurs, what is put off, what is told
//! together, what a person may excuse or set, and which wording was in force.

use chrono::NaiveDate;
use duban::domain::address::Books;
use duban::domain::decision::{Decision, Event, Flag, Status};
use duban::domain::directory::{Contact, Directory, Unit};
use duban::domain::obligation::{Excuse, Missing, Obligation, State};
use duban::domain::pack::{self, Audience, Pack, Role};
use duban::domain::plan::{self, Change};
use duban::domain::record::Stored;
use duban::domain::rules::obligations;
use duban::domain::shipped;

use crate::support::decisions;

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

/// A decision with these events: id, kind, day, and what else is said (`>3` answers, `=5`
/// value, `~` note, `#` document).
fn with(events: &[(i64, &str, &str, &str)]) -> Decision {
    let mut events: Vec<Event> = events.iter().map(event).collect();
    events.sort_by_key(|event| (event.on_date, event.id));
    Decision {
        events,
        ..decisions::blank()
    }
}

fn event((id, kind, on, more): &(i64, &str, &str, &str)) -> Event {
    let part = |sign: char| {
        let mut parts = more.split_inclusive(' ').map(str::trim);
        parts.find_map(|part| part.strip_prefix(sign))
    };
    Event {
        id: *id,
        kind: (*kind).to_owned(),
        on_date: day(on),
        answers: part('>').map(|id| id.parse().unwrap()),
        value: part('=').map(|value| value.parse().unwrap()),
        note: part('~').map(str::to_owned),
        evidence: part('#').map(str::to_owned),
    }
}

fn taonan() -> Pack {
    shipped::pack().unwrap_or_else(|faults| panic!("{faults:#?}"))
}

/// The pack with its text changed first.
fn changed(from: &str, to: &str) -> Pack {
    let text = shipped::PACK.1;
    assert!(text.contains(from), "no {from}");
    pack::read("changed.toml", &text.replacen(from, to, 1))
        .unwrap_or_else(|faults| panic!("{faults:#?}"))
}

fn all<'p>(decision: &Decision, pack: &'p Pack) -> Vec<Obligation<'p>> {
    obligations(decision, pack, &shipped::calendar().unwrap())
}

/// The obligation `rule`, or `rule/occurrence`.
fn one<'p>(decision: &Decision, pack: &'p Pack, key: &str) -> Obligation<'p> {
    let (rule, of) = key.split_once('/').unwrap_or((key, ""));
    let mut all = all(decision, pack).into_iter();
    all.find(|one| one.key.rule.0 == rule && one.key.occurrence == of)
        .unwrap_or_else(|| panic!("no {key}"))
}

fn due_on(obligation: &Obligation<'_>) -> NaiveDate {
    obligation.dates.unwrap().due_on
}

#[test]
fn each_report_of_progress_ends_the_time_of_the_one_before_and_completion_ends_all() {
    let pack = taonan();
    let mut events = vec![
        (1, "execution_started", "2026-01-15", ""),
        (2, "progress_reported", "2026-04-10", "=30"),
        (3, "progress_reported", "2026-07-08", "=60"),
    ];
    let today = day("2026-11-25");
    let running = with(&events);
    assert_eq!(one(&running, &pack, "dis-7/1").state(today), State::Done);
    assert_eq!(
        one(&running, &pack, "dis-7/2").done.unwrap().on,
        day("2026-07-08")
    );
    let last = one(&running, &pack, "dis-7/3");
    assert_eq!(due_on(&last), day("2026-10-08"));
    assert_eq!(last.done, None);
    events.push((4, "execution_completed", "2026-09-30", ""));
    assert_eq!(
        one(&with(&events), &pack, "dis-7/3").state(today),
        State::Done
    );
    // The report on what was completed begins no new time.
    events.push((5, "progress_reported", "2026-10-12", "=100"));
    let after = one(&with(&events), &pack, "dis-7/5");
    assert_eq!(after.state(day("2027-06-01")), State::Exempt);
}

#[test]
fn two_reports_of_one_day_do_not_end_each_other() {
    let pack = taonan();
    let decision = with(&[
        (1, "progress_reported", "2026-04-10", ""),
        (2, "progress_reported", "2026-04-10", ""),
    ]);
    assert!(one(&decision, &pack, "dis-7/1").done.is_some());
    assert_eq!(one(&decision, &pack, "dis-7/2").done, None);
}

#[test]
fn a_hearing_that_is_put_off_keeps_its_history_and_the_later_one_has_duties_of_its_own() {
    let pack = taonan();
    let decision = with(&[
        (1, "hearing_on", "2026-06-10", ""),
        (2, "hearing_list_published", "2026-06-01", ">1"),
        (3, "hearing_on", "2026-07-15", ">1"),
    ]);
    let today = day("2026-08-01");
    assert_eq!(one(&decision, &pack, "pub-9/1").state(today), State::Done);
    let served = one(&decision, &pack, "pub-10/1");
    assert_eq!(
        served.excuse,
        Some(Excuse::Moved {
            to: day("2026-07-15")
        })
    );
    assert_eq!(served.state(today), State::Exempt);
    // What was published for the old day is not taken over.
    assert_eq!(
        one(&decision, &pack, "pub-9/3").state(today),
        State::Overdue
    );
}

#[test]
fn a_meeting_that_is_put_off_moves_what_must_be_there_before_it() {
    let pack = taonan();
    let decision = with(&[
        (1, "executive_meeting_on", "2026-09-16", ""),
        (2, "executive_meeting_on", "2026-09-24", ">1"),
    ]);
    assert_eq!(due_on(&one(&decision, &pack, "h-25")), day("2026-09-24"));
    assert_eq!(
        one(&decision, &pack, "col-6d/1").state(day("2026-10-01")),
        State::Exempt
    );
}

#[test]
fn a_gate_stands_on_its_meeting_s_day_also_on_a_day_of_rest() {
    let pack = taonan();
    let decision = with(&[(1, "executive_meeting_on", "2026-09-19", "")]);
    assert_eq!(due_on(&one(&decision, &pack, "h-25")), day("2026-09-19"));
}

/// Everything a submission of 24 September needs, but the last.
fn nearly_complete() -> Decision {
    let mut decision = with(&[
        (1, "comment_opened", "2026-07-01", "#洮发改公告〔2026〕1号"),
        (2, "comment_closes", "2026-08-03", ""),
        (3, "consulted", "2026-07-02", ""),
        (4, "opinions_answered", "2026-08-10", ""),
        (5, "participation_report", "2026-08-12", ""),
        (6, "material_listed", "2026-08-20", "=11"),
        (7, "submitted", "2026-09-21", ""),
        (8, "executive_meeting_on", "2026-09-24", ""),
    ]);
    let no = [Flag::Professional, Flag::StabilityRisk, Flag::MarketImpact];
    for flag in no {
        decision.flags = decision.flags.with(flag, Some(false));
    }
    decision
}

#[test]
fn what_lacks_for_a_submission_is_listed_by_one_gate_and_the_others_keep_silent() {
    let pack = taonan();
    let decision = nearly_complete();
    let today = day("2026-09-18");
    let gate = one(&decision, &pack, "col-5");
    let lacking: Vec<&str> = gate
        .lacking(today)
        .map(|one| one.rule.id.0.as_str())
        .collect();
    assert_eq!(lacking, ["arc-10"]);
    assert_eq!(gate.state(today), State::Near);
    assert!(one(&decision, &pack, "arc-10").is_silent());
    let mut complete = decision;
    complete
        .events
        .push(event(&(9, "stage_filed", "2026-09-17", "~participation")));
    assert_eq!(one(&complete, &pack, "col-5").state(today), State::Done);
}

#[test]
fn a_gate_of_another_unit_or_another_day_speaks_for_itself_as_well() {
    let pack = taonan();
    let decision = nearly_complete();
    let meeting = one(&decision, &pack, "col-5.meeting");
    let lacking: Vec<&str> = meeting
        .lacking(day("2026-09-18"))
        .map(|one| one.rule.id.0.as_str())
        .collect();
    assert_eq!(lacking, ["h-25", "col-6a", "arc-10"]);
    assert!(one(&decision, &pack, "col-6a").is_silent());
    let legal = one(&decision, &pack, "h-25");
    assert!(
        !legal.is_silent(),
        "the legal office owes it, not the drafting unit"
    );
    let submission = one(&decision, &pack, "col-5");
    assert!(
        !submission.is_silent(),
        "the submission comes before the meeting"
    );
}

#[test]
fn a_flag_nobody_has_said_is_asked_in_the_list_and_never_makes_the_gate_overdue() {
    let pack = taonan();
    let mut decision = nearly_complete();
    decision.flags = decision.flags.with(Flag::Professional, None);
    decision
        .events
        .push(event(&(9, "stage_filed", "2026-09-17", "~participation")));
    let gate = one(&decision, &pack, "col-5");
    let asked = gate
        .lacking(day("2026-09-18"))
        .filter(|one| !one.unsaid.is_empty());
    assert!(asked.count() >= 2);
    assert_eq!(gate.state(day("2026-10-30")), State::Done);
}

#[test]
fn a_gate_that_gathers_and_is_waived_silences_nobody() {
    let pack = taonan();
    let mut decision = nearly_complete();
    decision.events.push(event(&(
        9,
        "waived",
        "2026-09-01",
        "~col-5；王某某；另行核对",
    )));
    assert!(!one(&decision, &pack, "arc-10").is_silent());
    assert_eq!(
        one(&decision, &pack, "arc-10").state(day("2026-10-30")),
        State::Overdue
    );
}

#[test]
fn as_many_must_sign_as_took_part() {
    let pack = taonan();
    let report = |signed: &str| {
        let mut decision = with(&[
            (1, "expert_review_on", "2026-05-11", "=7"),
            (2, "expert_report", "2026-05-20", signed),
            (3, "submitted", "2026-06-01", ""),
        ]);
        decision.flags = decision.flags.with(Flag::Professional, Some(true));
        one(&decision, &pack, "exp-13/1").state(day("2026-07-01"))
    };
    assert_eq!(report("=7"), State::Done);
    assert_eq!(report("=6"), State::Overdue);
    assert_eq!(report(""), State::Overdue);
}

#[test]
fn a_refusal_needs_its_document_and_a_grant_does_not() {
    let pack = taonan();
    let reply = |more: &str| with(&[(1, "hearing_replied", "2026-05-11", more)]);
    let asked = |decision: &Decision| {
        let all = all(decision, &pack);
        all.iter()
            .any(|one| one.key.rule.0 == "pub-6c" && one.done.is_none())
    };
    assert!(asked(&reply("~refused")));
    assert!(asked(&reply("~不组织听证")));
    assert!(!asked(&reply("~refused #洮住建函〔2026〕8号")));
    assert!(!asked(&reply("~同意")));
}

fn reform() -> Decision {
    let mut decision = with(&[(1, "execution_started", "2025-03-03", "")]);
    decision.flags = decision.flags.with(Flag::MajorReform, Some(true));
    decision
}

#[test]
fn an_exemption_is_a_candidate_until_a_person_confirms_and_lapses_with_a_new_dispute() {
    let pack = taonan();
    let mut decision = reform();
    decision.flags = decision.flags.with(Flag::SuperiorMandated, Some(true));
    let due = one(&decision, &pack, "eva-15c");
    assert_eq!(due.candidates.len(), 1);
    assert_eq!(due.candidates[0].rule.0, "eva-16b");
    assert_ne!(
        due.state(day("2026-04-01")),
        State::Waived,
        "nobody has confirmed"
    );
    let confirmed = "~eva-15c；王某某；上级统一评估";
    decision
        .events
        .push(event(&(2, "evaluation_exempted", "2026-02-10", confirmed)));
    let excused = one(&decision, &pack, "eva-15c");
    assert_eq!(excused.state(day("2026-04-01")), State::Waived);
    assert!(excused.candidates.is_empty());
    decision
        .events
        .push(event(&(3, "dispute_reported", "2026-04-20", "")));
    assert_ne!(
        one(&decision, &pack, "eva-15c").state(day("2026-05-01")),
        State::Waived
    );
    decision
        .events
        .push(event(&(4, "evaluation_requested_above", "2026-05-01", "")));
    assert!(
        one(&decision, &pack, "eva-15c").candidates.is_empty(),
        "the superior asks for it"
    );
}

#[test]
fn an_evaluation_within_twelve_months_allows_to_skip_a_repeat_unless_something_is_new() {
    let pack = taonan();
    let candidates = |events: &[(i64, &str, &str, &str)]| {
        let mut decision = reform();
        decision.events.extend(events.iter().map(event));
        decision
            .events
            .sort_by_key(|event| (event.on_date, event.id));
        one(&decision, &pack, "eva-15c").candidates.len()
    };
    // The year is full on 3 March 2026.
    assert_eq!(
        candidates(&[(2, "evaluation_report", "2025-03-03", "~adhoc")]),
        1
    );
    assert_eq!(
        candidates(&[(2, "evaluation_report", "2025-03-02", "~adhoc")]),
        0
    );
    let report = (2, "evaluation_report", "2025-09-01", "~adhoc");
    let dispute = (3, "dispute_reported", "2025-12-01", "");
    assert_eq!(candidates(&[report, dispute]), 0);
}

#[test]
fn an_opened_evaluation_has_its_stages_and_the_simplified_procedure_leaves_them_out() {
    let pack = taonan();
    let mut decision = with(&[
        (1, "evaluation_opened", "2026-03-10", "~execution"),
        (2, "evaluation_plan", "2026-03-30", "~execution"),
        (3, "evaluation_opened", "2026-04-10", "~adhoc"),
    ]);
    let today = day("2026-12-01");
    assert_eq!(
        due_on(&one(&decision, &pack, "eva-9.plan/1")),
        day("2026-04-10")
    );
    assert_eq!(
        one(&decision, &pack, "eva-9.plan/1").state(today),
        State::Done
    );
    let other = one(&decision, &pack, "eva-9.plan/3");
    assert_eq!(other.done, None, "the note tells whose plan it is");
    decision
        .events
        .push(event(&(4, "evaluation_simplified", "2026-04-12", "~adhoc")));
    assert_eq!(
        one(&decision, &pack, "eva-9.survey/3").state(today),
        State::Exempt
    );
    assert_ne!(
        one(&decision, &pack, "eva-9.survey/1").state(today),
        State::Exempt
    );
}

#[test]
fn a_second_accountable_act_within_a_year_is_flagged_to_the_authority_only() {
    let pack = taonan();
    let flagged = |second: &str, who: &str| {
        let note = format!("~{who}");
        let decision = with(&[
            (1, "accountability_decided", "2025-06-10", "~张某"),
            (2, "accountability_decided", second, &note),
        ]);
        let all = all(&decision, &pack);
        let flags = all.iter().filter(|one| one.key.rule.0 == "acc-11");
        flags
            .map(|one| one.key.occurrence.clone())
            .collect::<Vec<_>>()
    };
    assert_eq!(flagged("2026-06-10", "张某"), ["2"]);
    assert_eq!(
        flagged("2026-06-11", "张某"),
        [""; 0],
        "more than a year later"
    );
    assert_eq!(flagged("2026-06-10", "李某"), [""; 0], "another person");
    assert_eq!(pack.rule("acc-11").unwrap().tell, [Role::Authority]);
    // Entered a week late, it is told all the same, until somebody has looked at it.
    let mut decision = with(&[
        (1, "accountability_decided", "2025-06-10", "~张某"),
        (2, "accountability_decided", "2026-06-10", "~张某"),
    ]);
    let told = |decision: &Decision| {
        let changes = planned(decision, &[], "2026-06-17");
        let of = changes
            .into_iter()
            .find(|one| one.record.key.rule.0 == "acc-11");
        of.is_some_and(|change| change.reached.is_some())
    };
    assert!(told(&decision));
    decision
        .events
        .push(event(&(3, "repetition_weighed", "2026-06-16", ">2")));
    assert!(!told(&decision));
}

#[test]
fn a_date_that_a_person_set_stands_whatever_is_counted_anew() {
    let pack = taonan();
    let mut decision = with(&[
        (1, "execution_completed", "2026-03-02", ""),
        (2, "extended", "2026-06-30", "~arc-18；王某某；材料在审计"),
    ]);
    let filed = one(&decision, &pack, "arc-18");
    assert_eq!(
        (due_on(&filed), filed.dates.unwrap().latest_on),
        (day("2026-06-30"), day("2026-06-30"))
    );
    decision.events[0].on_date = day("2026-03-20");
    assert_eq!(due_on(&one(&decision, &pack, "arc-18")), day("2026-06-30"));
    // Also where nothing could be counted yet.
    let set = with(&[(1, "extended", "2026-06-30", "~arc-18；王某某；约定")]);
    assert_eq!(due_on(&one(&set, &pack, "arc-18")), day("2026-06-30"));
}

#[test]
fn a_waiver_with_a_last_day_holds_until_then() {
    let pack = taonan();
    let mut decision = with(&[
        (1, "execution_completed", "2026-03-02", ""),
        (2, "waived", "2026-03-10", "~arc-18；王某某；搬迁"),
    ]);
    decision.events[1].note = Some("arc-18；王某某；搬迁；until 2026-06-30".to_owned());
    let filed = one(&decision, &pack, "arc-18");
    assert_eq!(filed.state(day("2026-06-30")), State::Waived);
    assert_eq!(filed.settles_on(day("2026-06-30")), Some(day("2026-07-01")));
    assert_eq!(filed.state(day("2026-07-01")), State::Overdue);
}

#[test]
fn what_was_done_before_a_withdrawal_is_still_to_be_filed_and_the_rest_ends_with_its_reason() {
    let pack = taonan();
    let mut decision = with(&[
        (1, "comment_opened", "2026-03-02", ""),
        (2, "execution_completed", "2026-03-02", ""),
        (3, "withdrawn_note", "2026-03-20", "~并入另案"),
    ]);
    decision.status = Status::Withdrawn;
    let today = day("2026-07-01");
    assert_eq!(one(&decision, &pack, "arc-18").state(today), State::Overdue);
    let ended = one(&decision, &pack, "dis-2/2").excuse.unwrap();
    assert_eq!(ended.describe(), "the decision is withdrawn: 并入另案");
    assert_eq!(one(&decision, &pack, "cat-1").state(today), State::Done);
    decision.events.pop();
    let missing = one(&decision, &pack, "cat-1").missing;
    assert_eq!(missing, [Missing::Anchor("withdrawn_note".to_owned())]);
    decision.status = Status::Active;
    assert!(
        all(&decision, &pack)
            .iter()
            .all(|one| one.key.rule.0 != "cat-1")
    );
}

#[test]
fn the_wording_in_force_on_the_anchor_s_day_is_the_one_that_applies() {
    let old = "id = \"acc-15a\"\n";
    let pack = changed(old, &format!("{old}valid_until = 2026-06-30\n"));
    let text = shipped::PACK
        .1
        .replacen(old, &format!("{old}valid_until = 2026-06-30\n"), 1);
    let newer = r#"
[[rule]]
id = "acc-15a"
title = "将责任追究决定送达责任人"
basis = [{ system = "追责", article = "15" }]
valid_from = 2026-07-01
from = "accountability_decided"
each = "accountability_decided"
offset = "+5wd"
relation = "by"
done_by = "accountability_served"
answers = true
responsible = "authority"
strength = "must"
"#;
    assert_eq!(
        pack.rules
            .iter()
            .filter(|rule| rule.id.0 == "acc-15a")
            .count(),
        1
    );
    let pack = pack::read("two.toml", &format!("{text}{newer}")).unwrap();
    let decision = with(&[
        (1, "accountability_decided", "2026-06-30", ""),
        (2, "accountability_decided", "2026-07-01", ""),
    ]);
    assert_eq!(
        due_on(&one(&decision, &pack, "acc-15a/1")),
        day("2026-07-03")
    );
    assert_eq!(
        due_on(&one(&decision, &pack, "acc-15a/2")),
        day("2026-07-08")
    );
    let overlapping = format!("{text}{}", newer.replace("2026-07-01", "2026-06-30"));
    let faults = pack::read("two.toml", &overlapping).unwrap_err();
    assert!(
        faults[0]
            .found
            .contains("while an earlier wording is in force"),
        "{faults:?}"
    );
}

#[test]
fn each_answer_to_an_open_question_is_a_key_that_changes_the_date() {
    let on = |pack: &Pack, decision: &Decision, key: &str| due_on(&one(decision, pack, key));
    let window = with(&[(1, "comment_opened", "2026-03-05", "")]);
    assert_eq!(on(&taonan(), &window, "pub-5a/1"), day("2026-04-07"));
    // C-2: the day of publication counts.
    let counted = "id = \"pub-5a\"\n";
    let pack = changed(counted, &format!("{counted}counts_anchor = true\n"));
    assert_eq!(on(&pack, &window, "pub-5a/1"), day("2026-04-03"));
    // C-3 and C-4: the last day stays, or moves for public holidays only.
    let pack = changed(counted, &format!("{counted}roll = \"none\"\n"));
    assert_eq!(on(&pack, &window, "pub-5a/1"), day("2026-04-04"));
    let weekend = with(&[(1, "comment_opened", "2026-07-16", "")]);
    assert_eq!(on(&taonan(), &weekend, "pub-5a/1"), day("2026-08-17"));
    let pack = changed(
        counted,
        &format!("{counted}roll = \"forward_from_holiday\"\n"),
    );
    assert_eq!(on(&pack, &weekend, "pub-5a/1"), day("2026-08-15"));
    assert_eq!(on(&pack, &window, "pub-5a/1"), day("2026-04-07"));
    // C-9: a late request has a clock of its own.
    let late = with(&[
        (1, "comment_opened", "2026-03-02", ""),
        (2, "comment_closes", "2026-04-07", ""),
        (3, "hearing_requested", "2026-04-20", ""),
    ]);
    let asked = one(&late, &taonan(), "pub-6b/3").missing;
    assert_eq!(asked, [Missing::Late("comment_closes".to_owned())]);
    let pack = changed(
        "id = \"pub-6b\"\n",
        "id = \"pub-6b\"\nlate = \"own_clock\"\n",
    );
    assert_eq!(on(&pack, &late, "pub-6b/3"), day("2026-04-27"));
}

#[test]
fn answers_that_hold_for_the_whole_pack_change_what_applies() {
    let mut plan = with(&[]);
    plan.flags = plan.flags.with(Flag::PlanOrPolicy, Some(true));
    plan.term_start = Some(day("2026-01-01"));
    plan.term_end = Some(day("2030-12-31"));
    assert_eq!(due_on(&one(&plan, &taonan(), "eva-15d")), day("2028-07-01"));
    // C-16: half of the days instead of half of the months.
    let pack = changed("half_term = \"earlier\"", "half_term = \"days\"");
    assert_eq!(due_on(&one(&plan, &pack, "eva-15d")), day("2028-07-02"));
    // C-15: the last day is no part of the term, so it is one day short of five years.
    let pack = changed("term_end = \"inclusive\"", "term_end = \"exclusive\"");
    assert!(
        all(&plan, &pack)
            .iter()
            .all(|one| one.key.rule.0 != "eva-15d")
    );
    // C-14: what nobody has said is taken to apply.
    let unsaid = with(&[(1, "execution_started", "2026-03-02", "")]);
    assert_eq!(one(&unsaid, &taonan(), "eva-15c").dates, None);
    let pack = changed("unsaid_flag = \"ask\"", "unsaid_flag = \"apply\"");
    assert_eq!(due_on(&one(&unsaid, &pack, "eva-15c")), day("2027-03-02"));
}

#[test]
fn every_open_question_is_registered_and_points_to_its_keys() {
    let pack = taonan();
    let ids: Vec<&str> = pack.ambiguities.iter().map(|one| one.id.as_str()).collect();
    let expected: Vec<String> = (1..=30).map(|n| format!("c-{n}")).collect();
    assert_eq!(ids, expected);
    let backward = &pack.ambiguities[0].settings[0];
    let value = backward.value.as_deref().unwrap();
    assert!(value.contains("clear"), "{value}");
    let misspelled = shipped::PACK
        .1
        .replacen("\"rule.h-16.offset\"", "\"rule.h-61.offset\"", 1);
    let faults = pack::read("faulty.toml", &misspelled).unwrap_err();
    assert_eq!(faults.len(), 1);
    assert!(
        faults[0].expected.contains("the id of a rule"),
        "{}",
        faults[0]
    );
}

/// Two units with a contact and a head, the office and a centre.
fn directory() -> Directory {
    let person = |audience, email: &str| Contact {
        audience,
        name: "王某某".to_owned(),
        email: email.to_owned(),
    };
    let unit = |name: &str, contacts| Unit {
        name: name.to_owned(),
        contacts,
        ..Unit::default()
    };
    let centre = unit("市督查指挥中心", vec![person(Audience::Centre, "centre@x")]);
    let people = vec![
        person(Audience::Contact, "contact@x"),
        person(Audience::Head, "head@x"),
    ];
    let drafting = unit("市发改局", people);
    let office = unit("市政府办公室", vec![person(Audience::Contact, "office@x")]);
    let roles = [(Role::Office, "市政府办公室".to_owned())];
    Directory::new(centre, vec![drafting, office], roles.into_iter().collect())
}

fn planned(decision: &Decision, stored: &[Stored], today: &str) -> Vec<Change> {
    let (pack, calendar, directory) = (taonan(), shipped::calendar().unwrap(), directory());
    let books = Books {
        pack: &pack,
        calendar: &calendar,
        directory: &directory,
    };
    plan::plan(&decision.id, Some(decision), stored, books, day(today)).changes
}

#[test]
fn one_notice_lists_what_lacks_and_the_last_rung_tells_the_office() {
    let mut decision = nearly_complete();
    decision
        .events
        .retain(|event| event.kind != "submitted" && event.kind != "consulted");
    let to = |today: &str| {
        let changes = planned(&decision, &[], today);
        let told = changes.iter().flat_map(|change| &change.notices);
        let told = told.filter(|draft| !draft.facts.lacking.is_empty());
        let told: Vec<(String, String, Vec<String>)> = told
            .map(|draft| {
                let lacking = draft.facts.lacking.iter().map(|one| one.rule.0.clone());
                let rule = draft.facts.obligation.rule.0.clone();
                (rule, draft.recipient.address.clone(), lacking.collect())
            })
            .collect();
        told
    };
    let lacking = ["h-25", "col-6a", "dis-5a", "arc-10"]
        .map(str::to_owned)
        .to_vec();
    let notice = |address: &str| {
        (
            "col-5.meeting".to_owned(),
            address.to_owned(),
            lacking.clone(),
        )
    };
    assert_eq!(to("2026-09-17"), [notice("contact@x")]);
    let last = to("2026-09-23");
    assert_eq!(
        last,
        ["centre@x", "contact@x", "head@x", "office@x"]
            .map(notice)
            .to_vec()
    );
}

#[test]
fn what_comes_back_is_told_anew() {
    let mut decision = with(&[(1, "execution_completed", "2026-03-02", "")]);
    decision
        .events
        .push(event(&(2, "execution_material_filed", "2026-03-20", "")));
    let first = with(&[(1, "execution_completed", "2026-03-02", "")]);
    let open = planned(&first, &[], "2026-03-27");
    let of = |changes: &[Change]| {
        let found = changes.iter().find(|one| one.record.key.rule.0 == "arc-18");
        found.cloned().unwrap()
    };
    let stored = |change: &Change| {
        vec![Stored {
            record: change.record.clone(),
            told: Vec::new(),
            said: None,
            heard: Vec::new(),
        }]
    };
    let told = of(&open);
    let done = of(&planned(&decision, &stored(&told), "2026-03-30"));
    assert!(!done.record.live);
    let back = of(&planned(&first, &stored(&done), "2026-03-31"));
    assert_eq!(back.events, [plan::Event::Reopened]);
    assert_eq!(back.record.revision, told.record.revision + 1);
    assert!(back.reached.is_some());
}

#[test]
fn the_order_in_which_events_were_entered_and_a_withdrawal_in_between_change_nothing() {
    let pack = taonan();
    let decision = nearly_complete();
    let sets = |decision: &Decision| -> Vec<String> {
        let all = all(decision, &pack);
        let line = |one: &Obligation<'_>| format!("{} {:?} {:?}", one.key, one.dates, one.done);
        all.iter().map(line).collect()
    };
    let before = sets(&decision);
    let mut other = decision.clone();
    other.status = Status::Withdrawn;
    assert_ne!(
        all(&other, &pack)
            .iter()
            .filter(|one| one.excuse.is_some())
            .count(),
        0
    );
    other.status = Status::Active;
    assert_eq!(sets(&other), before);
}
