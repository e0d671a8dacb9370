//! Rows as the city's software leaves them: the readable rest goes on.

use chrono::NaiveDate;
use duban::domain::decision::{Flag, Status};

use super::{City, places};

fn day(text: &str) -> Option<NaiveDate> {
    text.parse().ok()
}

#[test]
fn a_row_and_its_events_become_a_decision() {
    let city = City::new();
    city.write(
        "insert into decision (id, organ, year, seq, title, drafting_unit, cooperating_units,
             planned_text, planned_on, term_start, term_end, sensitive, complex, status, confidential)
         values ('2026-003', '洮南市人民政府', 2026, 3, '供热规划', '市住建局', '[\"市财政局\"]',
             '第三季度', '2026-09-30', '2026-01-01', '2030-12-31', 1, 0, 'closed', 1);
         insert into event values
             (9, '2026-003', 'hearing_replied', '2026-02-10', 5, null, null, '函〔2026〕1号', null),
             (7, '2026-003', 'progress_reported', '2026-02-10', null, 40, null, null, null),
             (5, '2026-003', 'hearing_requested', '2026-02-01', null, null, null, null, null);",
    );
    let reading = city.read("2026-003");
    assert_eq!(reading.faults, []);
    let decision = reading.decision.unwrap();
    assert_eq!(decision.planned_on, day("2026-09-30"));
    assert_eq!(decision.term_end, day("2030-12-31"));
    assert_eq!(decision.cooperating_units, ["市财政局"]);
    assert_eq!(decision.status, Status::Closed);
    assert!(decision.confidential);
    assert_eq!(decision.flags.get(Flag::Sensitive), Some(true));
    assert_eq!(decision.flags.get(Flag::Complex), Some(false));
    assert_eq!(decision.flags.get(Flag::Contested), None);
    let order: Vec<i64> = decision.events.iter().map(|event| event.id).collect();
    assert_eq!(order, [5, 7, 9]);
    assert_eq!(decision.event(9).unwrap().answers, Some(5));
    assert_eq!(decision.event(7).unwrap().value, Some(40.0));
}

#[test]
fn every_cell_that_cannot_be_read_is_reported_and_the_rest_is_kept() {
    let city = City::new();
    city.write(
        "insert into decision (id, organ, year, seq, title, cooperating_units, planned_on,
             term_start, term_end, sensitive, confidential, status)
         values ('d', '', 'MMXXVI', 0, ' ', '[\"甲\", 1]', '2026-02-30',
             '2026-06-01', '2026-05-01', 7, 'ja', 'done')",
    );
    let reading = city.read("d");
    assert_eq!(
        places(&reading.faults),
        [
            "decision d, organ",
            "decision d, year",
            "decision d, seq",
            "decision d, title",
            "decision d, cooperating_units",
            "decision d, planned_on",
            "decision d, sensitive",
            "decision d, confidential",
            "decision d, status",
            "decision d, term_end",
        ]
    );
    assert_eq!(reading.faults[5].found, "`2026-02-30`");
    let decision = reading.decision.unwrap();
    assert_eq!(decision.title, "d");
    assert_eq!(decision.cooperating_units, ["甲"]);
    assert_eq!(decision.planned_on, None);
    assert_eq!((decision.term_start, decision.term_end), (None, None));
    assert_eq!(decision.flags.get(Flag::Sensitive), None);
    assert!(
        decision.confidential,
        "what cannot be read is taken as secret"
    );
    assert_eq!(decision.status, Status::Active);
}

#[test]
fn a_bad_event_is_dropped_with_its_place_and_the_others_stay() {
    let city = City::new();
    city.decide("d", 1);
    city.decide("e", 2);
    city.write(
        "insert into event (id, decision_id, kind, on_date, ref, value, note) values
             (1, 'd', 'decided', '2026-02-30', null, null, null),
             (2, 'd', 'published', '2026-03-01', 1, null, null),
             (3, 'd', 'coment_opened', '2026-03-02', null, null, null),
             (4, 'd', 'hearing_replied', '2026-03-03', 99, null, null),
             (5, 'd', 'hearing_replied', '2026-03-04', 10, null, null),
             (6, 'd', 'progress_reported', '2026-03-05', null, 140, null),
             (7, 'd', 'minutes_signed', '2026-03-06', null, 'viel', null),
             (8, 'd', 'minutes_signed', '', null, null, null),
             (10, 'e', 'hearing_requested', '2026-03-01', null, null, null)",
    );
    let reading = city.read("d");
    assert_eq!(
        places(&reading.faults),
        [
            "event 1 of d, on_date",
            "event 3 of d, kind",
            "event 6 of d, value",
            "event 7 of d, value",
            "event 8 of d, on_date",
            "event 4 of d, ref",
            "event 5 of d, ref",
        ]
    );
    assert!(reading.faults[1].expected.contains("comment_opened"));
    let events = reading.decision.unwrap().events;
    let kept: Vec<i64> = events.iter().map(|event| event.id).collect();
    assert_eq!(kept, [2, 3, 4, 5, 6, 7]);
    assert!(
        events
            .iter()
            .all(|event| event.answers.is_none() && event.value.is_none())
    );
}

#[test]
fn an_exemption_without_rule_person_and_reason_exempts_nothing() {
    let city = City::new();
    city.decide("d", 1);
    city.write(
        "insert into event (id, decision_id, kind, on_date, note) values
             (1, 'd', 'waived', '2026-03-01', 'pub-6b；张三；内容已另行公开'),
             (2, 'd', 'waived', '2026-03-01', 'pub-6b; 张三; a; b'),
             (3, 'd', 'waived', '2026-03-01', 'pub-6b；张三'),
             (4, 'd', 'evaluation_exempted', '2026-03-01', 'eva-3； ；免'),
             (5, 'd', 'evaluation_exempted', '2026-03-01', null),
             (6, 'd', 'evaluation_report', '2026-03-01', 'final'),
             (7, 'd', 'evaluation_report', '2026-03-01', 'endgültig')",
    );
    let reading = city.read("d");
    assert_eq!(
        places(&reading.faults),
        [
            "event 3 of d, note",
            "event 4 of d, note",
            "event 5 of d, note",
            "event 7 of d, note"
        ]
    );
    let events = reading.decision.unwrap().events;
    let kept: Vec<i64> = events.iter().map(|event| event.id).collect();
    assert_eq!(kept, [1, 2, 6, 7]);
}

#[test]
fn a_kind_of_the_rule_pack_is_no_fault() {
    let city = City::new();
    city.decide("d", 1);
    city.write(
        "insert into event (id, decision_id, kind, on_date) values (1, 'd', 'trial_run', '2026-03-01')",
    );
    let catalogue = city.catalogue().knowing(["trial_run".to_owned()]);
    let reading = catalogue.page(None, 10).unwrap().readings.remove(0);
    assert_eq!(reading.faults, []);
}

#[test]
fn titles_leave_on_one_line_and_whole() {
    let city = City::new();
    city.decide("d", 1);
    let software = city.software();
    let set = |title: &str| {
        software
            .execute("update decision set title = $1", [title])
            .unwrap();
        let reading = city.read("d");
        (reading.decision.unwrap().title, reading.faults.len())
    };
    assert_eq!(set("供热\r\n规划\t一期"), ("供热 规划 一期".to_owned(), 0));
    assert_eq!(
        set("供热\u{0}\u{1b}[31m规划"),
        ("供热 [31m规划".to_owned(), 1)
    );
    let long = "长".repeat(10_000);
    assert_eq!(set(&long), (long, 0));
}

#[test]
fn text_that_is_no_utf8_is_reported_and_shown() {
    let city = City::new();
    city.decide("d", 1);
    city.write("update decision set title = cast(x'e4b89cff' as text), drafting_unit = x'00'");
    let reading = city.read("d");
    assert_eq!(
        places(&reading.faults),
        ["decision d, title", "decision d, drafting_unit"]
    );
    assert_eq!(reading.decision.unwrap().title, "东\u{fffd}");
}

#[test]
fn pages_visit_each_decision_once_in_order_of_key() {
    let city = City::new();
    let mut software = city.software();
    let transaction = software.transaction().unwrap();
    for seq in 1..=250 {
        let id = format!("2026-{seq:03}");
        let sql =
            "insert into decision (id, organ, year, seq, title) values ($1, 'o', 2026, $2, 't')";
        transaction
            .execute(sql, rusqlite::params![id, seq])
            .unwrap();
        for _ in 0..3 {
            let sql = "insert into event (decision_id, kind, on_date) values ($1, 'decided', '2026-03-01')";
            transaction.execute(sql, [&id]).unwrap();
        }
    }
    transaction.commit().unwrap();
    for page_rows in [1, 7, 250, 1000] {
        let readings = city.all(page_rows);
        assert_eq!(readings.len(), 250);
        assert!(readings.is_sorted_by(|one, next| one.id < next.id));
        let whole = |events: usize| events == 3;
        assert!(
            readings
                .iter()
                .all(|one| whole(one.decision.as_ref().unwrap().events.len()))
        );
        assert!(readings.iter().all(|one| one.faults.is_empty()));
    }
}

#[test]
fn events_without_a_decision_are_reported_once_on_any_page_size() {
    let city = City::new();
    city.decide("b", 1);
    city.decide("d", 2);
    city.write(
        "insert into event (id, decision_id, kind, on_date) values
             (1, 'a', 'decided', '2026-03-01'), (2, 'c', 'decided', '2026-03-01'),
             (3, 'c', 'decided', '2026-03-01'), (4, 'e', 'decided', '2026-03-01')",
    );
    for page_rows in [1, 2, 3] {
        let readings = city.all(page_rows);
        let faults: Vec<_> = readings
            .iter()
            .flat_map(|one| &one.faults)
            .cloned()
            .collect();
        let wanted = [
            "event 1 of a, decision_id",
            "event 2 of c, decision_id",
            "event 4 of e, decision_id",
        ];
        assert_eq!(places(&faults), wanted, "{page_rows} rows a page");
    }
    let gone = city.read("c");
    assert_eq!((gone.decision, gone.faults.len()), (None, 1));
}

#[test]
fn keys_that_are_no_text_do_not_stop_or_repeat_the_pages() {
    let city = City::new();
    city.decide("a", 1);
    city.write(
        "insert into decision (id, organ, year, seq, title) values
             (cast(x'ff41' as text), 'o', 2026, 11, 't'), (cast(x'fe41' as text), 'o', 2026, 12, 't'),
             (x'00', 'o', 2026, 13, 't'), ('b' || char(10), 'o', 2026, 14, 't'), ('', 'o', 2026, 15, 't')",
    );
    for page_rows in [1, 2, 10] {
        let readings = city.all(page_rows);
        assert_eq!(readings.len(), 6);
        let usable = readings.iter().filter(|one| one.decision.is_some());
        assert_eq!(usable.count(), 1);
        let faults = readings.iter().map(|one| one.faults.len());
        assert_eq!(faults.sum::<usize>(), 5);
    }
}

#[test]
fn a_deleted_decision_reads_as_nothing() {
    let city = City::new();
    let reading = city.read("2026-404");
    assert_eq!((reading.decision, reading.faults.len()), (None, 0));
}
