//! What others wrote is text in every form: nothing of it runs, links, ends a line or gets lost.

use calamine::{Reader as _, Xlsx, open_workbook};
use icalendar::{Calendar, Component as _};

use super::{cells, rows, sample};
use crate::support::command::Desk;

const HOSTILE: [&str; 9] = [
    "=HYPERLINK(\"http://x.example\",\"点击\")",
    "+1+cmd|' /C calc'!A0",
    "-2+3",
    "@SUM(1+1)*cmd|' /C calc'!A0",
    "http://x.example/?a=b",
    "mailto:a@example.com",
    "file:///etc/passwd",
    "{=1+1}",
    "_x003D_1+1 <b>&amp; \"引号\",;\\ 名",
];

/// A desk whose decisions have these titles, each a unit of that name too.
fn desk() -> Desk {
    let desk = Desk::new();
    for (number, title) in (1..).zip(HOSTILE) {
        let id = format!("2026-{number:03}");
        desk.decision(&id, title);
        desk.catalogue()
            .execute(
                "update decision set drafting_unit = $1, planned_on = '2026-12-31' where id = $2",
                (title, &id),
            )
            .unwrap();
        desk.event(&id, "comment_opened", "2026-03-02");
    }
    desk
}

#[test]
fn titles_and_units_are_read_back_from_the_workbook_to_the_letter_as_text() {
    let desk = desk();
    desk.duban(&["export", "a.xlsx", "--as-of", "2026-04-01"])
        .ok();
    let rows = rows(&desk.at("a.xlsx"), "台账");
    for title in HOSTILE {
        let row = rows
            .iter()
            .find(|row| row["决策事项名称"] == title)
            .unwrap();
        let unit = rows.iter().find(|row| row["责任单位"] == title);
        assert!(unit.is_some(), "{title} {row:?}");
    }
    let mut book: Xlsx<_> = open_workbook(desk.at("a.xlsx")).unwrap();
    for sheet in ["台账", "待补", "后续", "通知"] {
        let formulas = book.worksheet_formula(sheet).unwrap();
        assert!(
            formulas.cells().all(|(_, _, formula)| formula.is_empty()),
            "{sheet}"
        );
    }
    let formulas = book.worksheet_formula("汇总").unwrap();
    let mut formulas = formulas.cells().map(|(_, _, formula)| formula);
    assert!(formulas.all(|formula| formula.is_empty() || formula.starts_with("SUM(")));
    let parts = super::print::parts(&desk.at("a.xlsx"));
    let linked = |(name, text): (&String, &String)| {
        text.contains("<hyperlink") || name.contains("externalLink") || text.contains("TargetMode")
    };
    assert!(!parts.iter().any(linked));
    // Who edits such a cell later does not make it a formula: it is marked as text.
    assert!(parts["xl/styles.xml"].contains("quotePrefix=\"1\""));
}

#[test]
fn csv_guards_what_a_spreadsheet_would_run() {
    let desk = desk();
    let out = desk
        .duban(&["export", "-", "--format", "csv", "--as-of", "2026-04-01"])
        .ok();
    let mut reader = csv::Reader::from_reader(out.trim_start_matches('\u{feff}').as_bytes());
    let mut titles = Vec::new();
    for record in reader.records() {
        let record = record.unwrap();
        for cell in &record {
            let runs = cell.starts_with(['=', '+', '-', '@', '\t', '\r']);
            assert!(!runs || cell.parse::<f64>().is_ok(), "{cell}");
        }
        titles.push(duban::store::sheets::unguarded(&record[3]).to_owned());
    }
    assert!(
        HOSTILE
            .iter()
            .all(|title| titles.iter().any(|shown| shown == title))
    );
}

#[test]
fn a_calendar_has_no_more_events_than_duties_whatever_a_title_says() {
    let desk = Desk::new();
    let title = "甲\r\nEND:VEVENT\r\nBEGIN:VALARM,;\\ 乙";
    desk.decision("2026-001", title);
    desk.catalogue()
        .execute("update decision set planned_on = '2026-12-31'", [])
        .unwrap();
    desk.duban(&[
        "export",
        "a.ics",
        "--unit",
        "市住建局",
        "--as-of",
        "2026-04-01",
    ])
    .ok();
    let text = std::fs::read_to_string(desk.at("a.ics")).unwrap();
    let calendar: Calendar = text.parse().unwrap();
    assert_eq!(calendar.events().count(), calendar.components.len());
    assert_eq!(
        text.matches("BEGIN:VEVENT\r\n").count(),
        calendar.components.len()
    );
    assert!(calendar.events().count() > 0);
    for event in calendar.events() {
        assert!(event.components().is_empty());
        assert!(
            event
                .get_description()
                .unwrap()
                .contains("甲 END:VEVENT BEGIN:VALARM,;\\ 乙")
        );
    }
}

#[test]
fn characters_that_no_file_can_hold_are_made_visible_and_long_text_says_that_it_is_cut() {
    let desk = Desk::new();
    desk.decision("2026-001", "甲\u{1}乙\u{1b}[31m丙\u{202e}丁\u{fffe}");
    desk.decision("2026-002", &"长".repeat(40_000));
    let said = desk.duban(&["export", "a.xlsx", "--as-of", "2026-04-01"]);
    assert!(said.err.contains("32767"), "{}", said.err);
    let rows = rows(&desk.at("a.xlsx"), "台账");
    let title = |id: &str| &rows.iter().find(|row| row["事项编号"] == id).unwrap()["决策事项名称"];
    assert_eq!(title("2026-001"), "甲 乙 [31m丙\u{fffd}丁\u{fffd}");
    let long = title("2026-002");
    assert!(long.starts_with("长长") && long.contains("全文40000字"));
    assert!(long.encode_utf16().count() <= 32_767);
    // Text has no such bound.
    let csv = desk
        .duban(&["export", "-", "--format", "csv", "--as-of", "2026-04-01"])
        .ok();
    assert!(csv.contains(&"长".repeat(40_000)));
}

/// Everything a person wrote about it has this word.
const SECRET: &str = "绝密工程";

/// A desk with such a decision, on which a duty is waived, and another extended.
fn confidential() -> Desk {
    let desk = sample();
    desk.decision("2026-050", &format!("{SECRET}建设方案"));
    let catalogue = desk.catalogue();
    let sql = format!(
        "update decision set confidential = 1, note = '{SECRET}', planned_on = '2026-12-31',
                             executing_unit = '市交通局', drafting_unit = '{SECRET}指挥部',
                             cooperating_units = '[\"{SECRET}办\"]', term_start = '2026-04-01',
                             term_end = '2028-03-31' where id = '2026-050'"
    );
    catalogue.execute_batch(&sql).unwrap();
    for (kind, on) in [
        ("legality_opinion", "2026-03-02"),
        ("decided", "2026-04-01"),
        ("绝密工程会", "2026-04-02"),
    ] {
        desk.event("2026-050", kind, on);
    }
    let sql = "update event set evidence = $1, note = $1 where decision_id = '2026-050'";
    catalogue.execute(sql, [SECRET]).unwrap();
    let by = ["--by", "李局长", "--reason", SECRET];
    let live = desk
        .duban(&["due", "--json", "--state", "overdue,near,open"])
        .json();
    let live = live.as_array().unwrap().iter();
    let mut rules = live.filter(|duty| duty["decision"] == "2026-050" && duty["relation"] == "by");
    let mut next = || rules.next().unwrap()["rule"].as_str().unwrap().to_owned();
    let (waived, extended) = (next(), next());
    let waive = [&["waive", "2026-050", &waived, "--anyway"], &by[..]].concat();
    desk.duban(&waive).ok();
    let extend = [
        &["extend", "2026-050", &extended, "--until", "2026-12-30"],
        &by[..],
    ]
    .concat();
    desk.duban(&extend).ok();
    let ask = "select count(*) from event where note like '%绝密%'";
    let noted: i64 = catalogue.query_row(ask, [], |row| row.get(0)).unwrap();
    assert!(noted >= 3, "{noted}");
    drop(catalogue);
    desk
}

#[test]
fn of_a_confidential_decision_there_is_its_number_only_in_every_form() {
    let desk = confidential();
    for file in ["a.xlsx", "a.csv", "a.json", "all"] {
        let mut arguments = vec!["export", file];
        if file == "all" {
            arguments.extend(["--format", "ics"]);
        }
        desk.duban(&arguments).ok();
    }
    let shown = rows(&desk.at("a.xlsx"), "台账");
    let number = |row: &&super::Row| row["事项编号"] == "2026-050";
    assert!(shown.iter().filter(number).count() > 5);
    assert!(
        shown
            .iter()
            .filter(number)
            .all(|row| row["决策事项名称"].starts_with("（涉密"))
    );
    let mut texts: Vec<String> = super::print::parts(&desk.at("a.xlsx"))
        .into_values()
        .collect();
    texts.extend(cells(&desk.at("a.xlsx"), "待补").into_iter().flatten());
    let files = std::fs::read_dir(desk.at("all")).unwrap();
    let files = files.map(|entry| entry.unwrap().path());
    for path in files.chain([desk.at("a.csv"), desk.at("a.json")]) {
        texts.push(std::fs::read_to_string(path).unwrap().replace("\r\n ", ""));
    }
    assert!(texts.iter().any(|text| text.contains("2026-050")));
    assert!(!texts.iter().any(|text| text.contains("绝密")));
}
