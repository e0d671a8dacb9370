//! Files into the catalogue and out of it.

use std::path::Path;

use duban::store::StoreError;
use duban::store::catalog::{Defaults, Editor, ImportPlan, NewEvent, Table};

use super::{City, places};

const PUBLISHED: &[u8] = include_bytes!("../../data/published.csv");
const PUBLISHED_GB18030: &[u8] = include_bytes!("../../data/published_gb18030.csv");

/// A published table of one body, as a city's office has it.
const OFFICE: &str = "\
序号,重大行政决策事项名称,承办 单位,计划完成时间,决策依据
1,供热专项规划（2026—2030年）,市住建局,第三季度,城乡规划法
2,城市公交票价调整,市发改委,2026年6月,价格法
3,老旧小区改造办法,市住建局,适时,
";

fn of_the_city() -> Defaults {
    Defaults {
        organ: Some("洮南市人民政府".to_owned()),
        year: Some(2026),
        ..Defaults::default()
    }
}

fn imported(bytes: &[u8]) -> (City, ImportPlan) {
    let city = City::new();
    let file = city.file("published.csv", bytes);
    let plan = city.import(&file);
    (city, plan)
}

#[test]
fn real_published_rows_come_in_from_both_encodings_alike() {
    let (utf8, plan) = imported(PUBLISHED);
    let (gb18030, same_plan) = imported(PUBLISHED_GB18030);
    assert_eq!(plan, same_plan);
    assert_eq!(plan.faults, []);
    // 38 rows, of which three are headings of groups and one says that its group is empty.
    assert_eq!(plan.added.len(), 34);
    assert_eq!(
        utf8.exported(Table::Decision),
        gb18030.exported(Table::Decision)
    );
    let file = utf8.file("published.csv", PUBLISHED);
    let again = utf8.import(&file);
    assert!(again.changes_nothing(), "{again}");
    assert_eq!(again.unchanged, 34);
}

#[test]
fn real_published_rows_come_in_from_workbooks_as_from_text() {
    let (text, plan) = imported(PUBLISHED);
    let sheets = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/sheets");
    for ending in ["xlsx", "xls", "ods"] {
        let city = City::new();
        let same_plan = city.import(&sheets.join(format!("published.{ending}")));
        assert_eq!(same_plan.faults, []);
        assert_eq!(same_plan.added.len(), plan.added.len());
        let exported = [&city, &text].map(|city| city.exported(Table::Decision));
        assert_eq!(exported[0], exported[1], "{ending}");
    }
}

#[test]
fn a_hidden_sheet_is_warned_of_and_not_imported() {
    let sheets = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/sheets");
    let city = City::new();
    let plan = city.import_with(&sheets.join("hidden.xlsx"), &of_the_city(), true);
    assert_eq!(plan.faults, []);
    assert_eq!(plan.added.len(), 1);
    assert_eq!(places(&plan.warnings), ["hidden.xlsx, 旧稿"]);
}

#[test]
fn real_published_rows_keep_apart_what_numbers_alike() {
    let (city, _) = imported(PUBLISHED);
    let catalogue = city.software();
    let id_of = |title: &str| -> (String, i64, Option<String>) {
        let sql = "select id, seq, planned_on from decision where title like $1";
        let row = |row: &rusqlite::Row| Ok((row.get(0)?, row.get(1)?, row.get(2)?));
        catalogue
            .query_row(sql, [format!("%{title}%")], row)
            .unwrap()
    };
    let end = |day: &str| Some(day.to_owned());
    assert_eq!(id_of("黄石市"), ("2025-001".to_owned(), 1, None));
    assert_eq!(
        id_of("嘉祥县"),
        ("2025-001-3".to_owned(), 1, end("2025-12-31"))
    );
    assert_eq!(
        id_of("国土空间总体规划"),
        ("2021-001".to_owned(), 1, end("2021-12-31"))
    );
    assert_eq!(
        id_of("规划局机构改革"),
        ("2021-002".to_owned(), 2, end("2021-06-30"))
    );
    assert_eq!(id_of("“宅基地”"), ("2022-001".to_owned(), 1, None));
    assert_eq!(
        id_of("基准地价"),
        ("2024-001".to_owned(), 1, end("2024-06-30"))
    );
}

#[test]
fn a_table_of_one_body_takes_body_and_year_from_the_command_line() {
    let city = City::new();
    let file = city.file("office.csv", OFFICE);
    let plan = city.import_with(&file, &of_the_city(), false);
    assert_eq!(plan.faults, []);
    let warned = ["office.csv:1", "office.csv:4, planned_text"];
    assert_eq!(places(&plan.warnings), warned);
    let heating = city.read("2026-001").decision.unwrap();
    assert_eq!(heating.organ, "洮南市人民政府");
    assert_eq!(heating.drafting_unit.as_deref(), Some("市住建局"));
    assert_eq!(heating.planned_on.unwrap().to_string(), "2026-09-30");
    let housing = city.read("2026-003").decision.unwrap();
    assert_eq!(housing.planned_text.as_deref(), Some("适时"));
    assert_eq!(housing.planned_on, None);
}

#[test]
fn a_table_without_body_and_year_is_refused_in_one_fault() {
    let city = City::new();
    let file = city.file("office.csv", OFFICE);
    let plan = city.import(&file);
    assert_eq!(places(&plan.faults), ["office.csv:1"]);
    assert_eq!(
        plan.faults[0].found,
        "nothing that says 决策机关 (organ) or 年度 (year)"
    );
    assert_eq!(city.catalogue().count().unwrap(), 0);
}

#[test]
fn a_dry_run_tells_all_and_writes_nothing() {
    let city = City::new();
    let file = city.file("office.csv", OFFICE);
    let dry = city.import_with(&file, &of_the_city(), true);
    assert_eq!((dry.added.len(), dry.is_written), (3, false));
    assert!(dry.to_string().contains("+ 2026-002 城市公交票价调整"));
    assert!(dry.to_string().ends_with("nothing written"));
    assert_eq!(city.catalogue().count().unwrap(), 0);
    assert_eq!(city.catalogue().newest_change().unwrap(), 0);
}

#[test]
fn importing_twice_changes_nothing_and_wakes_nobody() {
    let city = City::new();
    let file = city.file("office.csv", OFFICE);
    city.import_with(&file, &of_the_city(), false);
    let newest = city.catalogue().newest_change().unwrap();
    let again = city.import_with(&file, &of_the_city(), false);
    assert!(again.changes_nothing());
    assert_eq!(again.unchanged, 3);
    assert_eq!(city.catalogue().newest_change().unwrap(), newest);
}

#[test]
fn a_changed_row_is_planned_cell_by_cell() {
    let city = City::new();
    let file = city.file("office.csv", OFFICE);
    city.import_with(&file, &of_the_city(), false);
    let file = city.file("office.csv", OFFICE.replace("2026年6月", "2026年8月"));
    let plan = city.import_with(&file, &of_the_city(), false);
    assert_eq!(
        (plan.added.len(), plan.changed.len(), plan.unchanged),
        (0, 1, 2)
    );
    let cells: Vec<_> = plan.changed[0]
        .differences
        .iter()
        .map(|cell| cell.column)
        .collect();
    assert_eq!(cells, ["planned_text", "planned_on"]);
    assert!(
        plan.to_string()
            .contains("planned_on: 2026-06-30 → 2026-08-31")
    );
}

#[test]
fn a_row_put_in_the_middle_does_not_hand_events_to_its_neighbour() {
    let city = City::new();
    let head = "序号,事项名称,承办单位\n";
    let file = city.file("a.csv", format!("{head}1,甲,局\n2,乙,局\n"));
    city.import_with(&file, &of_the_city(), false);
    let file = city.file("a.csv", format!("{head}1,甲,局\n2,新,局\n3,乙,局\n"));
    let plan = city.import_with(&file, &of_the_city(), false);
    assert_eq!((plan.added.len(), plan.unchanged), (1, 2), "{plan}");
    assert_eq!(places(&plan.warnings), ["a.csv:3, seq"]);
    assert_eq!(city.read("2026-002").decision.unwrap().title, "乙");
    assert_eq!(city.read("2026-003").decision.unwrap().title, "新");
}

#[test]
fn a_row_that_stands_twice_in_a_file_comes_in_once() {
    let city = City::new();
    let rows = "序号,事项名称,承办单位\n1,甲,局\n1,甲,局\n1,乙,局\n";
    let file = city.file("a.csv", rows);
    let plan = city.import_with(&file, &of_the_city(), false);
    assert_eq!(places(&plan.warnings), ["a.csv:3", "a.csv:4, seq"]);
    assert_eq!(city.read("2026-002").decision.unwrap().title, "乙");
    assert_eq!(city.catalogue().count().unwrap(), 2);
}

#[test]
fn a_last_day_corrected_by_hand_outlives_the_same_file() {
    let city = City::new();
    let file = city.file("office.csv", OFFICE);
    city.import_with(&file, &of_the_city(), false);
    city.write("update decision set planned_on = '2026-10-15'");
    assert!(
        city.import_with(&file, &of_the_city(), false)
            .changes_nothing()
    );
}

#[test]
fn all_bad_rows_are_named_and_none_is_imported() {
    let city = City::new();
    let file = city.file(
        "d.csv",
        "id,organ,year,seq,title,planned_on,sensitive,cooperating_units,status\n\
         a,府,2026,1,甲,2026-03-01,,,\n\
         b,府,2026,2,乙,2026-02-30,2,[1],open\n\
         a,府,2026,4,丙,,,,\n\
         d,府,2026,1,丁,,,,\n\
         e,府,x,5,,,,,\n",
    );
    let plan = city.import(&file);
    let faults = [
        "d.csv:3, cooperating_units",
        "d.csv:3, planned_on",
        "d.csv:3, sensitive",
        "d.csv:3, status",
        "d.csv:4, id",
        "d.csv:5, seq",
        "d.csv:6, year",
        "d.csv:6, title",
    ];
    assert_eq!(places(&plan.faults), faults);
    assert!(!plan.is_written);
    assert_eq!(city.catalogue().count().unwrap(), 0);
}

#[test]
fn a_number_that_another_row_of_the_catalogue_has_is_refused() {
    let city = City::new();
    city.decide("2026-001", 1);
    let file = city.file(
        "d.csv",
        "id,organ,year,seq,title\nx,洮南市人民政府,2026,1,甲\n",
    );
    let plan = city.import(&file);
    assert_eq!(places(&plan.faults), ["d.csv:2, seq"]);
    assert!(plan.faults[0].expected.contains("2026-001"));
}

#[test]
fn columns_the_file_does_not_have_are_left_alone() {
    let city = City::new();
    city.decide("d", 1);
    city.write("update decision set note = '旧', drafting_unit = '市住建局', sensitive = 1");
    let file = city.file(
        "d.csv",
        "\u{feff}id,title,drafting_unit,term_end\nd,新,,2030/6/30\n",
    );
    let plan = city.import(&file);
    assert_eq!(plan.faults, [], "{plan}");
    let row: (String, String, Option<String>, i64, String) = city
        .software()
        .query_row(
            "select organ || title, note, drafting_unit, sensitive, term_end from decision",
            [],
            |row| {
                Ok((
                    row.get(0)?,
                    row.get(1)?,
                    row.get(2)?,
                    row.get(3)?,
                    row.get(4)?,
                ))
            },
        )
        .unwrap();
    let wanted = (
        "洮南市人民政府新".to_owned(),
        "旧".to_owned(),
        None,
        1,
        "2030-06-30".to_owned(),
    );
    assert_eq!(row, wanted);
}

#[test]
fn long_titles_and_control_characters_come_in_with_a_warning() {
    let city = City::new();
    let long = "长".repeat(10_000);
    let file = city.file(
        "d.csv",
        format!("id,organ,year,seq,title\na,府,2026,1,{long}\nb,府,2026,2,\"供热\r\n规\u{7}划\"\n"),
    );
    let plan = city.import(&file);
    assert_eq!(plan.faults, []);
    assert_eq!(places(&plan.warnings), ["d.csv:2, title", "d.csv:3, title"]);
    assert_eq!(city.read("a").decision.unwrap().title, long);
    // A line break ends a column; any other control character parts words.
    assert_eq!(city.read("b").decision.unwrap().title, "供热规 划");
}

#[test]
fn files_that_are_no_table_are_refused_with_a_reason() {
    let city = City::new();
    let found = |bytes: &[u8]| {
        let file = city.file("d.csv", bytes);
        city.import(&file).faults.remove(0).found
    };
    assert_eq!(found(b""), "an empty file");
    assert_eq!(found(b"\xef\xbb\xbf\r\n"), "an empty file");
    assert!(found(b"PK\x03\x04").starts_with("a damaged workbook"));
    assert_eq!(
        found(b"id,title\na,\"x\n"),
        "an odd number of quotation marks"
    );
    assert_eq!(found(b"id,title\na\n"), "1 cells, the first `a`");
    let nowhere = found(b"a,b\n1,2\n");
    assert!(
        nowhere.starts_with("no header; the nearest row is `a,b`"),
        "{nowhere}"
    );
    assert_eq!(
        found(b"id,title,TITLE\n1,2,3\n"),
        "`2` under `title` and `3` under `TITLE`"
    );
    assert_eq!(
        found(b"id,title\n\xff\xff\xff,b\n"),
        "bytes that are not gb18030"
    );
    let missing = Editor::open(&city.path()).unwrap().import(
        &city.path().with_file_name("no.csv"),
        &Defaults::default(),
        true,
    );
    assert!(matches!(missing, Err(StoreError::File { .. })));
}

#[test]
fn an_export_imported_elsewhere_exports_the_same_bytes() {
    let city = City::new();
    city.write(
        "insert into decision (id, organ, year, seq, title, drafting_unit, cooperating_units,
             planned_text, planned_on, sensitive, confidential, status, note)
         values ('2026-001', '府', 2026, 1, '=cmd|''/c calc''!A1', '-甲', '[\"乙\", \"丙\"]',
                 '适时', '2026-05-06', 0, 1, 'withdrawn', ' 一行
二行, \"引\" '),
                ('2026-002', '府', 2026, 2, '''=甲', null, '', '', null, null, 0, 'active', '@');
         insert into event values
             (3, '2026-001', 'hearing_requested', '2026-02-01', null, 2.5, '-5', null, '2026-02-01T08:00:00+08:00'),
             (4, '2026-001', 'hearing_replied', '2026-02-02', 3, 40, '+a', 'http://x/?a=1,2', null)",
    );
    let other = City::new();
    let decisions = city.exported(Table::Decision);
    let events = city.exported(Table::Event);
    assert!(decisions.starts_with(b"\xef\xbb\xbfid,organ,"));
    for (name, bytes) in [("d.csv", &decisions), ("e.csv", &events)] {
        let file = other.file(name, bytes);
        let plan = other.import(&file);
        assert_eq!((&plan.faults, &plan.warnings), (&vec![], &vec![]));
        assert!(plan.is_written);
    }
    assert_eq!(other.exported(Table::Decision), decisions);
    assert_eq!(other.exported(Table::Event), events);
    assert_eq!(other.read("2026-001"), city.read("2026-001"));
    let text = String::from_utf8(decisions).unwrap();
    assert!(text.contains(",'=cmd|"), "a formula is shown, not run");
}

#[test]
fn a_row_that_cannot_be_read_is_exported_all_the_same() {
    let city = City::new();
    city.decide("d", 1);
    city.write("update decision set planned_on = '2026-02-30', year = 'x'");
    let text = String::from_utf8(city.exported(Table::Decision)).unwrap();
    assert!(text.contains("2026-02-30") && text.contains(",x,"));
}

#[test]
fn events_come_in_from_a_file_once() {
    let city = City::new();
    city.decide("d", 1);
    let rows = "decision_id,kind,on_date,ref,value,note\n\
                d,hearing_on,2026-04-01,,,\n\
                d,progress_reported,2026-05-01,,40,\n";
    let file = city.file("e.csv", rows);
    assert_eq!(city.import(&file).added.len(), 2);
    let again = city.import(&file);
    assert_eq!((again.changes_nothing(), again.unchanged), (true, 2));
}

#[test]
fn bad_events_of_a_file_are_all_named() {
    let city = City::new();
    city.decide("d", 1);
    let file = city.file(
        "e.csv",
        "id,decision_id,kind,on_date,ref,value,note\n\
         1,d,hearing_requested,2026-04-01,,,\n\
         2,d,hearing_replied,2026-04-02,1,,\n\
         3,x,hearing_on,2026-04-03,,,\n\
         4,d,hearing_replied,2026-04-31,77,,\n\
         5,d,progress_reported,2026-04-30,,101,\n\
         6,d,waived,2026-04-30,,,算了\n\
         6,d,trial_run,2026-04-30,,,\n",
    );
    let plan = city.import(&file);
    let faults = [
        "e.csv:4, decision_id",
        "e.csv:5, on_date",
        "e.csv:5, ref",
        "e.csv:6, value",
        "e.csv:7, note",
        "e.csv:8, id",
    ];
    assert_eq!(places(&plan.faults), faults);
    assert_eq!(places(&plan.warnings), ["e.csv:8, kind"]);
}

#[test]
fn an_event_is_added_and_read_back() {
    let city = City::new();
    city.decide("d", 1);
    let mut editor = Editor::open(&city.path()).unwrap();
    let mut event = NewEvent {
        decision: "d".to_owned(),
        kind: "hearing_requested".to_owned(),
        on_date: "2026-04-01".to_owned(),
        ..NewEvent::default()
    };
    let request = editor.add_event(&event).unwrap();
    event.kind = "hearing_replied".to_owned();
    event.answers = Some(request);
    let reply = editor.add_event(&event).unwrap();
    let reading = city.read("d");
    assert_eq!(reading.faults, []);
    let decision = reading.decision.unwrap();
    assert_eq!(decision.event(reply).unwrap().answers, Some(request));
}

#[test]
fn an_event_that_cannot_be_is_refused_with_every_reason() {
    let city = City::new();
    city.decide("d", 1);
    city.decide("e", 2);
    city.write(
        "insert into event (id, decision_id, kind, on_date) values (5, 'e', 'decided', '2026-01-05')",
    );
    let mut editor = Editor::open(&city.path()).unwrap();
    let mut event = NewEvent {
        decision: "d".to_owned(),
        kind: "hearing_repied".to_owned(),
        on_date: "2026-02-30".to_owned(),
        answers: Some(5),
        ..NewEvent::default()
    };
    let refused = editor.add_event(&event).unwrap_err().to_string();
    for said in ["`2026-02-30`", "an event of d", "`hearing_repied`"] {
        assert!(refused.contains(said), "{refused}");
    }
    event.on_date = "2026-02-28".to_owned();
    event.answers = None;
    let refused = editor.add_event(&event).unwrap_err().to_string();
    assert!(refused.contains("such as `hearing_replied`"), "{refused}");
    event.anyway = true;
    editor.add_event(&event).unwrap();
    event.decision = "nowhere".to_owned();
    assert!(editor.add_event(&event).is_err());
    event.decision = "d".to_owned();
    event.kind = "progress_reported".to_owned();
    event.value = Some(f64::NAN);
    assert!(editor.add_event(&event).is_err());
    assert_eq!(city.read("d").decision.unwrap().events.len(), 1);
}
