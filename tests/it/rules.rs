//! From what the catalogue says to duties and dates, through the shipped pack: the cases in
//! which a date is easily wrong, or a duty easily falls silent.

use chrono::NaiveDate;
use duban::domain::address::Books;
use duban::domain::decision::{Decision, Event, Flag, Status};
use duban::domain::directory::{Contact, Directory, Unit};
use duban::domain::notice::{Kind, Rerouted};
use duban::domain::obligation::{Excuse, Missing, Obligation, State};
use duban::domain::pack::{self, Audience, Pack};
use duban::domain::plan::{self, Change};
use duban::domain::record::Stored;
use duban::domain::rules::obligations;
use duban::domain::shipped;

use crate::support::decisions;
use crate::support::remembered::remembered;

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

/// A decision about which nothing is known but its name.
fn decision() -> Decision {
    Decision {
        ..decisions::blank()
    }
}

/// The decision with these events (id, kind, day), in order of date as the store gives them.
fn with(events: &[(i64, &str, &str)]) -> Decision {
    let events = events
        .iter()
        .map(|(id, kind, on)| decisions::event(*id, kind, on));
    let mut events: Vec<Event> = events.collect();
    events.sort_by_key(|event| (event.on_date, event.id));
    Decision {
        events,
        ..decision()
    }
}

fn event(decision: &mut Decision, id: i64) -> &mut Event {
    let mut events = decision.events.iter_mut();
    events.find(|event| event.id == id).unwrap()
}

fn taonan() -> Pack {
    shipped::pack().unwrap()
}

fn derived<'p>(decision: &Decision, pack: &'p Pack) -> Vec<Obligation<'p>> {
    obligations(decision, pack, &shipped::calendar().unwrap())
}

/// The obligation of `rule`, for the occurrence of that event (0: it occurs once).
fn one<'p>(decision: &Decision, pack: &'p Pack, rule: &str, of: i64) -> Obligation<'p> {
    let of = if of == 0 {
        String::new()
    } else {
        of.to_string()
    };
    let mut all = derived(decision, pack).into_iter();
    all.find(|one| one.key.rule.0 == rule && one.key.occurrence == of)
        .unwrap_or_else(|| panic!("no {rule}/{of}"))
}

fn due_on(obligation: &Obligation<'_>) -> NaiveDate {
    obligation.dates.unwrap().due_on
}

#[test]
fn an_answer_given_before_the_window_closes_stays_given_when_it_closes() {
    let pack = taonan();
    let mut decision = with(&[
        (1, "comment_opened", "2026-03-02"),
        (2, "hearing_requested", "2026-03-16"),
        (3, "hearing_replied", "2026-03-20"),
        (4, "comment_closes", "2026-04-07"),
    ]);
    event(&mut decision, 3).answers = Some(2);
    let reply = one(&decision, &pack, "pub-6b", 2);
    assert_eq!(due_on(&reply), day("2026-04-14"));
    assert_eq!(reply.state(day("2026-05-01")), State::Done);
    // What came before the request answers something else.
    event(&mut decision, 3).on_date = day("2026-03-10");
    let reply = one(&decision, &pack, "pub-6b", 2);
    assert_eq!(reply.state(day("2026-05-01")), State::Overdue);
}

#[test]
fn a_second_window_that_closes_too_early_is_seen_although_nobody_said_which_one_closed() {
    let pack = taonan();
    let decision = with(&[
        (1, "comment_opened", "2026-03-02"),
        (2, "comment_closes", "2026-04-07"),
        (3, "comment_opened", "2026-05-06"),
        (4, "comment_closes", "2026-05-15"),
    ]);
    let today = day("2026-07-01");
    assert_eq!(one(&decision, &pack, "pub-5a", 1).state(today), State::Done);
    let second = one(&decision, &pack, "pub-5a", 3);
    assert!(second.is_cut_short());
    assert_eq!(second.state(today), State::Overdue);
}

#[test]
fn a_request_between_two_windows_came_too_late_and_waits_for_a_person() {
    let pack = taonan();
    let windows = [
        (1, "comment_opened", "2026-03-02"),
        (2, "comment_closes", "2026-04-07"),
        (3, "hearing_requested", "2026-04-20"),
        (4, "comment_opened", "2026-05-06"),
        (5, "comment_closes", "2026-06-10"),
    ];
    let between = one(&with(&windows), &pack, "pub-6b", 3);
    assert_eq!(
        between.missing,
        [Missing::Late("comment_closes".to_owned())]
    );
    // Inside the second window its own clock runs; before the first one, the first one's.
    let mut inside = windows;
    inside[2].2 = "2026-05-20";
    let inside = one(&with(&inside), &pack, "pub-6b", 3);
    assert_eq!(due_on(&inside), day("2026-06-17"));
    let mut before = windows;
    before[2].2 = "2026-02-20";
    let before = one(&with(&before), &pack, "pub-6b", 3);
    assert_eq!(due_on(&before), day("2026-04-14"));
}

#[test]
fn a_waiver_counts_from_its_own_day_on() {
    let pack = taonan();
    let mut decision = with(&[
        (1, "accountability_decided", "2026-03-02"),
        (2, "waived", "2026-03-20"),
    ]);
    event(&mut decision, 2).note = Some("acc-15a；王某某；已当面送达".to_owned());
    let serve = one(&decision, &pack, "acc-15a", 1);
    assert_eq!(serve.state(day("2026-03-19")), State::Overdue);
    assert_eq!(serve.settles_on(day("2026-03-19")), Some(day("2026-03-20")));
    assert_eq!(serve.state(day("2026-03-20")), State::Waived);
}

#[test]
fn a_waiver_that_names_no_occurrence_does_not_reach_those_that_come_after_it() {
    let pack = taonan();
    let mut decision = with(&[
        (1, "comment_opened", "2026-03-02"),
        (2, "comment_closes", "2026-03-12"),
        (3, "waived", "2026-03-02"),
        (4, "comment_opened", "2026-05-06"),
        (5, "comment_closes", "2026-05-15"),
    ]);
    event(&mut decision, 3).note = Some("pub-5a；王某某；情况紧急".to_owned());
    let today = day("2026-07-01");
    assert_eq!(
        one(&decision, &pack, "pub-5a", 1).state(today),
        State::Waived
    );
    assert_eq!(
        one(&decision, &pack, "pub-5a", 4).state(today),
        State::Overdue
    );
    // A hearing that was fixed ahead was known when its duty was waived.
    let mut decision = with(&[(1, "hearing_on", "2026-06-10"), (2, "waived", "2026-05-20")]);
    event(&mut decision, 2).note = Some("pub-9；王某某；名单已另行公布".to_owned());
    assert_eq!(
        one(&decision, &pack, "pub-9", 1).state(today),
        State::Waived
    );
}

#[test]
fn a_plan_whose_term_nobody_entered_is_asked_about_and_not_passed_over() {
    let pack = taonan();
    let mut decision = decision();
    decision.flags = decision.flags.with(Flag::PlanOrPolicy, Some(true));
    let ask = |decision: &Decision| one(decision, &pack, "eva-15d", 0).missing;
    assert_eq!(ask(&decision), [Missing::Term]);
    decision.term_start = Some(day("2026-01-01"));
    assert_eq!(ask(&decision), [Missing::Term]);
    decision.term_end = Some(day("2030-12-31"));
    let half = one(&decision, &pack, "eva-15d", 0);
    assert_eq!(due_on(&half), day("2028-07-01"));
    decision.term_end = Some(day("2029-12-31"));
    let none = derived(&decision, &pack);
    assert!(!none.iter().any(|one| one.key.rule.0 == "eva-15d"));
}

/// 洮南's pack, its text changed by `change` first.
fn changed(change: impl FnOnce(&str) -> String) -> Pack {
    let text = change(include_str!("../../config/rules/taonan.toml"));
    pack::read("changed.toml", &text).unwrap_or_else(|faults| panic!("{faults:#?}"))
}

#[test]
fn a_stricter_rule_that_is_waived_governs_nothing() {
    let pack = taonan();
    let mut decision = with(&[(1, "hearing_on", "2026-09-24"), (2, "waived", "2026-09-01")]);
    let local = one(&decision, &pack, "pub-10", 1);
    assert_eq!(due_on(&local), day("2026-09-16"));
    assert_eq!(local.cited.len(), 2);
    event(&mut decision, 2).note = Some("h-16；王某某；参加人书面同意".to_owned());
    let local = one(&decision, &pack, "pub-10", 1);
    assert_eq!(due_on(&local), day("2026-09-17"));
    assert_eq!(local.cited.len(), 1);
}

#[test]
fn a_stricter_rule_speaks_for_itself_where_the_local_one_cannot() {
    let pack = taonan();
    let mut decision = with(&[(1, "hearing_on", "2026-09-24"), (2, "waived", "2026-09-01")]);
    assert!(one(&decision, &pack, "h-16", 1).is_silent());
    event(&mut decision, 2).note = Some("pub-10；王某某；参加人书面同意".to_owned());
    let strict = one(&decision, &pack, "h-16", 1);
    assert!(
        !strict.is_silent(),
        "a waiver of the local rule silences the higher one"
    );
    assert_eq!(strict.state(day("2026-09-23")), State::Overdue);
    // The local rule depends on a flag nobody has set; the higher one does not.
    let pack = changed(|text| {
        let local = "id = \"pub-10\"";
        text.replace(
            local,
            &format!("{local}\nwhen = {{ all = [\"wide_impact\"] }}"),
        )
    });
    let decision = with(&[(1, "hearing_on", "2026-09-24")]);
    assert!(one(&decision, &pack, "pub-10", 1).dates.is_none());
    assert!(!one(&decision, &pack, "h-16", 1).is_silent());
}

#[test]
fn a_later_report_takes_back_progress_that_an_earlier_one_claimed() {
    let pack = taonan();
    let mut decision = with(&[
        (1, "progress_reported", "2026-03-31"),
        (2, "progress_reported", "2026-06-30"),
        (3, "progress_reported", "2026-09-30"),
    ]);
    decision.flags = decision.flags.with(Flag::PlanOrPolicy, Some(true));
    decision.term_start = Some(day("2024-01-01"));
    decision.term_end = Some(day("2029-12-31"));
    let half = |decision: &Decision| due_on(&one(decision, &pack, "eva-15d", 0));
    event(&mut decision, 1).value = Some(60.0);
    event(&mut decision, 2).value = Some(45.0);
    event(&mut decision, 3).value = Some(50.0);
    assert_eq!(half(&decision), day("2027-01-01"));
    event(&mut decision, 3).value = Some(51.0);
    assert_eq!(half(&decision), day("2026-09-30"));
    // A report without a number takes nothing back.
    event(&mut decision, 2).value = None;
    assert_eq!(half(&decision), day("2026-03-31"));
}

#[test]
fn one_meeting_s_notice_is_not_taken_for_the_next_meeting_of_another_kind() {
    let pack = taonan();
    let mut decision = with(&[
        (1, "meeting_notice_sent", "2026-03-31"),
        (2, "executive_meeting_on", "2026-04-01"),
        (3, "plenary_meeting_on", "2026-05-15"),
    ]);
    let today = day("2026-05-20");
    assert_eq!(one(&decision, &pack, "col-6d", 2).state(today), State::Done);
    let plenary = one(&decision, &pack, "col-6e", 3);
    assert_eq!(plenary.state(today), State::Overdue);
    event(&mut decision, 1).answers = Some(3);
    assert_eq!(one(&decision, &pack, "col-6e", 3).state(today), State::Done);
}

#[test]
fn a_finished_duty_of_a_closed_decision_stays_done_and_the_rest_needs_nothing() {
    let pack = taonan();
    let mut decision = with(&[
        (1, "execution_completed", "2026-03-02"),
        (2, "execution_material_filed", "2026-03-20"),
        (3, "accountability_decided", "2026-03-20"),
    ]);
    decision.status = Status::Closed;
    let today = day("2026-07-01");
    assert_eq!(one(&decision, &pack, "arc-18", 0).state(today), State::Done);
    let open = one(&decision, &pack, "acc-15a", 3);
    let ended = Excuse::Ended {
        status: Status::Closed,
        reason: None,
    };
    assert_eq!(open.excuse, Some(ended));
    assert_eq!(open.state(today), State::Exempt);
}

#[test]
fn no_date_is_said_to_be_missed_before_it_is_said_to_be_due() {
    let pack = taonan();
    // A year of anchors over every holiday and make-up day.
    for from in day("2025-12-01").iter_days().take(400) {
        let on = from.to_string();
        let kinds = [
            "comment_opened",
            "comment_closes",
            "hearing_requested",
            "hearing_on",
            "legality_requested",
            "executive_meeting_on",
            "plenary_meeting_on",
            "decided",
            "execution_completed",
            "accountability_decided",
        ];
        let events: Vec<(i64, &str, &str)> = (1..)
            .zip(kinds)
            .map(|(id, kind)| (id, kind, on.as_str()))
            .collect();
        for obligation in derived(&with(&events), &pack) {
            let Some(dates) = obligation.dates else {
                continue;
            };
            let window = obligation.rule.relation == pack::Relation::NotBefore;
            let ordered = if window {
                dates.latest_on <= dates.due_on
            } else {
                dates.latest_on >= dates.due_on
            };
            assert!(ordered, "{} from {on}: {dates:?}", obligation.key);
        }
    }
}

/// One unit with a contact, and a centre.
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
    let drafting = unit("市发改局", vec![person(Audience::Contact, "contact@x")]);
    Directory::new(centre, vec![drafting], std::collections::BTreeMap::new())
}

/// What `today` brings for one rule, after what is stored.
fn planned(decision: &Decision, pack: &Pack, stored: &[Stored], today: &str) -> Vec<Change> {
    let (calendar, directory) = (shipped::calendar().unwrap(), directory());
    let books = Books {
        pack,
        calendar: &calendar,
        directory: &directory,
    };
    plan::plan(&decision.id, Some(decision), stored, books, day(today)).changes
}

fn only<'c>(changes: &'c [Change], rule: &str) -> &'c Change {
    changes
        .iter()
        .find(|one| one.record.key.rule.0 == rule)
        .unwrap()
}

fn stored(change: &Change) -> Vec<Stored> {
    remembered(&[], std::slice::from_ref(change))
}

#[test]
fn a_window_that_is_cut_short_a_second_time_is_told_a_second_time() {
    let pack = taonan();
    let mut decision = with(&[
        (1, "comment_opened", "2026-03-02"),
        (2, "comment_closes", "2026-03-20"),
    ]);
    let first = planned(&decision, &pack, &[], "2026-03-03");
    let first = only(&first, "pub-5a");
    assert!(
        first
            .notices
            .iter()
            .all(|one| one.facts.kind == Kind::TooShort)
    );
    assert_eq!(first.notices.len(), 2);
    event(&mut decision, 2).on_date = day("2026-04-07");
    let mended = planned(&decision, &pack, &stored(first), "2026-03-04");
    let mended = only(&mended, "pub-5a");
    // Both who heard that it was too short hear that it is not.
    assert!(mended.cancels_pending());
    let said = mended
        .notices
        .iter()
        .map(|one| (one.facts.kind, one.facts.rung.as_str()));
    assert_eq!(
        said.collect::<Vec<_>>(),
        [(Kind::Cleared, "long_enough"); 2]
    );
    event(&mut decision, 2).on_date = day("2026-03-25");
    let again = planned(&decision, &pack, &stored(mended), "2026-03-05");
    let again = only(&again, "pub-5a");
    assert_eq!(again.events, [plan::Event::CutShort]);
    assert_eq!(again.notices.len(), 2);
    let keys = |change: &Change| change.notices[0].key.clone();
    assert_ne!(keys(first), keys(again));
}

#[test]
fn a_rung_that_is_for_the_centre_alone_blames_no_unit() {
    let pack = changed(|text| {
        text.replace(
            r#"{ at = "+1wd", to = ["head", "centre"] }"#,
            r#"{ at = "+1wd", to = ["centre"] }"#,
        )
    });
    let decision = with(&[
        (1, "comment_opened", "2026-03-02"),
        (2, "comment_closes", "2026-04-07"),
        (3, "hearing_requested", "2026-03-10"),
    ]);
    let late = planned(&decision, &pack, &[], "2026-04-15");
    let late = only(&late, "pub-6b");
    assert_eq!(late.reached.as_ref().unwrap().name, "+1wd");
    let told: Vec<(&str, &Option<Rerouted>)> = late
        .notices
        .iter()
        .map(|draft| (draft.recipient.address.as_str(), &draft.facts.rerouted))
        .collect();
    assert_eq!(told, [("centre@x", &None)]);
}

#[test]
fn a_duty_a_lifetime_overdue_is_planned_at_once() {
    let pack = taonan();
    let decision = with(&[(1, "accountability_decided", "1949-10-03")]);
    let began = std::time::Instant::now();
    let late = planned(&decision, &pack, &[], "2026-04-15");
    assert!(only(&late, "acc-15a").reached.is_some());
    assert!(began.elapsed() < std::time::Duration::from_secs(5));
}
