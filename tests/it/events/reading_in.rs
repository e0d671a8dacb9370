//! Events come out of a file in people's words, judged together before they are written.

use crate::support::command::{Desk, Said};

fn desk() -> Desk {
    let desk = Desk::new();
    desk.decision("2026-001", "供热方案");
    desk.decision("2026-002", "公交方案");
    desk
}

fn import(desk: &Desk, sheet: &str, more: &[&str]) -> Said {
    let file = desk.write("环节.csv", sheet);
    desk.duban(&[&["event", "import", &file], more].concat())
}

fn kinds(desk: &Desk) -> Vec<(String, String)> {
    let catalogue = desk.catalogue();
    let sql = "select decision_id, kind from event order by id";
    let mut statement = catalogue.prepare(sql).unwrap();
    let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)));
    rows.unwrap().collect::<Result<_, _>>().unwrap()
}

const SHEET: &str = "\
decision_id,kind,on_date,ref,note
供热方案,作出决策,2026年5月6日,,
2026-001,公布决策,2026/5/8,,官网
公交方案,常务会议,2026.5.6,,
";

#[test]
fn events_are_read_by_titles_names_and_full_days_and_written_once() {
    let desk = desk();
    let shown = import(&desk, SHEET, &["--dry-run"]).ok();
    assert!(
        shown.contains("3 to add") && shown.contains("nothing written"),
        "{shown}"
    );
    assert_eq!(kinds(&desk), []);
    let told = import(&desk, SHEET, &[]).refused(1);
    assert!(told.contains("no terminal to ask on"), "{told}");
    let shown = import(&desk, SHEET, &["--yes"]).ok();
    assert!(shown.ends_with("written: 3 added, 0 changed\n"), "{shown}");
    let pair = |id: &str, kind: &str| (id.to_owned(), kind.to_owned());
    assert_eq!(
        kinds(&desk),
        [
            pair("2026-001", "decided"),
            pair("2026-001", "published"),
            pair("2026-002", "executive_meeting_on"),
        ]
    );
    let again = import(&desk, SHEET, &["--yes", "--json"]).json();
    assert_eq!(again["unchanged"], 3);
    assert_eq!(kinds(&desk).len(), 3);
}

#[test]
fn events_of_a_file_are_judged_with_each_other_and_told_by_their_lines() {
    let desk = desk();
    desk.event("2026-002", "decided", "2026-05-10");
    let sheet = "\
decision_id,kind,on_date
供热方案,公布决策,2026-05-01
供热方案,作出决策,2026-05-02
公交方案,公布决策,2026-05-09
公交方案,印发决策文件,2099-01-01
";
    let said = import(&desk, sheet, &["--yes"]);
    for part in [
        "环节.csv:2 (published): found 2026-05-01, before 环节.csv:3 (decided)",
        "环节.csv:4 (published): found 2026-05-09, before event 1 (decided)",
        "环节.csv:5 (document_issued): found 2099-01-01, and today is",
    ] {
        assert!(said.err.contains(part), "{part}: {said:?}");
    }
    said.refused(78);
    assert_eq!(kinds(&desk).len(), 1);
    let said = import(&desk, sheet, &["--yes", "--anyway"]);
    assert!(
        said.out.contains("warning: decision 2026-001, 环节.csv:2"),
        "{said:?}"
    );
    said.ok();
    assert_eq!(kinds(&desk).len(), 5);
}

#[test]
fn a_kind_that_nobody_knows_is_written_only_anyway() {
    let desk = desk();
    let sheet = "decision_id,kind,on_date\n2026-001,publishd,2026-05-06\n";
    let said = import(&desk, sheet, &["--yes"]);
    assert!(said.out.contains("0 warnings, 1 faults"), "{said:?}");
    let told = said.refused(78);
    assert!(
        told.contains("环节.csv:2, kind: found `publishd`"),
        "{told}"
    );
    import(&desk, sheet, &["--yes", "--anyway"]).ok();
    assert_eq!(kinds(&desk).len(), 1);
}

#[test]
fn a_title_of_two_decisions_and_a_table_of_decisions_are_refused() {
    let desk = desk();
    desk.decision("2026-003", "公交方案");
    let told = import(&desk, SHEET, &["--yes"]).refused(78);
    assert!(told.contains("公交方案, expected a decision"), "{told}");
    let decisions = "id,organ,year,seq,title\n2026-009,市政府,2026,9,新方案\n";
    let told = import(&desk, decisions, &["--yes"]).refused(1);
    assert!(told.contains("catalog import"), "{told}");
    assert_eq!(kinds(&desk), []);
}

#[test]
fn events_without_a_key_are_told_by_their_lines_in_every_sentence() {
    let sheet = "\
decision_id,kind,on_date,note,evidence
2026-001,申请听证,2026-03-16,甲,函1
2026-001,申请听证,2026-03-17,乙,函2
2026-001,答复听证申请,2026-03-18,,
2026-001,报告进展,2026-05-18,,
2026-001,报告进展,2026-05-18,,
";
    let said = import(&desk(), sheet, &["--dry-run"]);
    assert!(
        said.out.contains("环节.csv:2 (hearing_requested)"),
        "{said:?}"
    );
    assert!(said.out.contains("already as 环节.csv:"), "{said:?}");
    assert!(!said.out.contains("92233"), "{said:?}");
}

#[test]
fn a_catalogue_is_imported_with_its_events_judged_in_the_decisions_it_brings() {
    let desk = desk();
    let sheets: [&[&str]; 2] = [
        &["id,organ,year,seq,title", "2026-009,市政府,2026,9,新方案"],
        &[
            "decision_id,kind,on_date",
            "2026-009,公布决策,2062-05-06",
            "2026-001,公布决策,2026-05-01",
            "2026-001,作出决策,2026-05-02",
        ],
    ];
    let mut book = rust_xlsxwriter::Workbook::new();
    for lines in sheets {
        let sheet = book.add_worksheet();
        for (row, line) in (0..).zip(lines) {
            for (column, cell) in (0..).zip(line.split(',')) {
                sheet.write(row, column, cell).unwrap();
            }
        }
    }
    let file = desk.write("目录.xlsx", book.save_to_buffer().unwrap());
    let said = desk.duban(&["catalog", "import", &file, "--dry-run"]);
    for part in [
        "(published): found 2062-05-06, and today is",
        "(published): found 2026-05-01, before",
        "2 warnings, 0 faults",
    ] {
        assert!(said.out.contains(part), "{part}: {said:?}");
    }
    // A city's records are taken as they are.
    desk.duban(&["catalog", "import", &file, "--yes"]).ok();
    assert_eq!(kinds(&desk).len(), 3);
}
