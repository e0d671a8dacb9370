//! The workbook: its sheets say what `due` says.

use calamine::{Reader as _, Xlsx, open_workbook};
use serde_json::Value;

use super::{DAY, Row, cells, due, is_about, rows, rule, sample};
use crate::support::command::Desk;

/// What the register may call a duty, by the state `due` has for it.
fn words(row: &Value) -> &'static [&'static str] {
    let is_advice = row["strength"] == "advisory";
    match row["state"].as_str().unwrap() {
        "overdue" if is_advice => &["! 建议时限已过", "! 短于建议时限"],
        "overdue" => &["✕ 超期", "✕ 超过一般时限", "✕ 时限不足", "✕ 短于一般时限"],
        "near" => &["! 临期", "! 今日到期", "! 今日到建议时限", "! 应已启动"],
        "open" => &["✓ 正常"],
        "waiting" => &["… 应录未录", "… 待明确"],
        "done" => &["■ 办结"],
        "waived" | "exempt" => &["■ 免办", "■ 改期", "■ 不再办理"],
        other => panic!("{other}"),
    }
}

#[test]
fn every_duty_of_due_stands_in_it_in_the_same_order_with_the_same_state_and_dates() {
    let desk = sample();
    let waived = [
        "waive",
        "2026-004",
        "h-26",
        "--by",
        "李局长",
        "--reason",
        "防汛应急",
    ];
    desk.duban(&[&waived[..], &["--from", "2026-05-01", "--anyway"]].concat());
    let file = desk.at("台账.xlsx");
    desk.duban(&["export", "台账.xlsx", "--as-of", DAY]).ok();
    let (rows, ahead) = (rows(&file, "台账"), rows(&file, "后续"));
    let due = due(&desk, &["--as-of", DAY]);
    let lies_ahead = |due: &&Value| ahead.iter().any(|row| is_about(row, due));
    let (later, due): (Vec<&Value>, Vec<&Value>) = due.iter().partition(lies_ahead);
    assert_eq!(later.len(), ahead.len());
    assert!(later.iter().all(|due| due["state"] == "waiting"));
    let waiting = desk.duban(&["due", "--waiting", "--json", "--as-of", DAY]);
    let waiting = waiting.json();
    // What can be entered now does not lie ahead, and all that cannot be does.
    let now = waiting.as_array().unwrap();
    assert!(!now.iter().any(|due| lies_ahead(&due)));
    let now = now.iter().filter(|due| due["state"] == "waiting").count();
    let still = due.iter().filter(|due| due["state"] == "waiting");
    assert_eq!(still.count(), now);
    assert!(ahead.iter().all(|row| row["所缺内容"].starts_with("待：")));
    assert_eq!(rows.len(), due.len());
    let mut states = std::collections::BTreeSet::new();
    for (number, (row, due)) in rows.iter().zip(&due).enumerate() {
        let context = format!("{row:?}\n{due}");
        assert_eq!(row["序号"], (number + 1).to_string());
        assert_eq!(row["事项编号"], due["decision"], "{context}");
        assert_eq!(row["规则"], rule(due), "{context}");
        assert_eq!(row["办理要求"], due["duty"], "{context}");
        assert!(words(due).contains(&&*row["状态"]), "{context}");
        let day = |name: &str| due[name].as_str().unwrap_or_default().to_owned();
        assert_eq!(row["起算日"], day("anchor_on"), "{context}");
        assert_eq!(row["期限"], day("due_on"), "{context}");
        let latest = Some(day("latest_on")).filter(|latest| *latest != day("due_on"));
        assert_eq!(row["从宽期限"], latest.unwrap_or_default(), "{context}");
        assert_eq!(
            row["备注"].contains("暂定"),
            due["provisional"] == true,
            "{context}"
        );
        assert!(
            !row["依据"].is_empty() && row["依据"].contains('《'),
            "{context}"
        );
        states.insert(due["state"].as_str().unwrap());
    }
    assert!(states.len() >= 6, "{states:?}");
    let sheets: Xlsx<_> = open_workbook(&file).unwrap();
    assert_eq!(
        sheets.sheet_names(),
        ["台账", "待补", "后续", "通知", "汇总"]
    );
}

#[test]
fn advice_is_never_called_a_breach_and_is_counted_under_a_head_of_its_own() {
    let desk = sample();
    // Long after everything.
    desk.duban(&["export", "a.xlsx", "--as-of", "2032-03-01"])
        .ok();
    let rows = rows(&desk.at("a.xlsx"), "台账");
    let mut due = due(&desk, &["--as-of", "2032-03-01"]);
    due.retain(|due| rows.iter().any(|row| is_about(row, due)));
    let mut past = 0;
    for (row, due) in rows.iter().zip(&due) {
        if due["strength"] == "advisory" {
            past += usize::from(due["state"] == "overdue");
            let shown = format!("{row:?}");
            let accused = ["超期", "违反", "时限不足"]
                .iter()
                .find(|word| shown.contains(**word));
            assert_eq!(accused, None, "{shown}");
        }
    }
    assert!(past > 3, "{past}");
    let cells = cells(&desk.at("a.xlsx"), "汇总");
    let head = cells.iter().find(|row| row[0] == "责任单位").unwrap();
    let sum = cells.iter().find(|row| row[0] == "合计").unwrap();
    let of = |name: &str| {
        let at = head.iter().position(|cell| cell.contains(name)).unwrap();
        sum[at].parse::<usize>().unwrap()
    };
    let breaches = |row: &&Value| row["state"] == "overdue" && row["strength"] != "advisory";
    assert_eq!(of("超期"), due.iter().filter(breaches).count());
    assert!(of("建议时限已过") >= past);
}

#[test]
fn working_days_are_numbers_that_are_negative_past_the_date() {
    let desk = Desk::new();
    desk.decision("2026-001", "停车收费");
    // Four working days to answer; 25 September is 中秋.
    desk.event("2026-001", "hearing_requested", "2026-09-17");
    desk.event("2026-001", "comment_closes", "2026-09-17");
    let left = |as_of: &str, row: fn(&&Row) -> bool| {
        desk.duban(&["export", "a.xlsx", "--force", "--as-of", as_of])
            .ok();
        let rows = rows(&desk.at("a.xlsx"), "台账");
        let found = rows.iter().find(row).unwrap();
        (
            found["期限"].clone(),
            found["工作日"].clone(),
            found["状态"].clone(),
        )
    };
    let reply: fn(&&Row) -> bool = |row| row["规则"].starts_with("pub-6b");
    let (due, days, _) = left("2026-09-21", reply);
    assert_eq!((&*due, &*days), ("2026-09-23", "2"));
    let (_, days, state) = left("2026-09-23", reply);
    assert_eq!((&*days, &*state), ("0", "! 今日到期"));
    let (_, days, state) = left("2026-09-28", reply);
    assert_eq!((&*days, &*state), ("-2", "✕ 超期"));
}

#[test]
fn what_nobody_has_entered_stands_in_a_sheet_of_its_own_as_due_waiting_lists_it() {
    let desk = sample();
    desk.duban(&["export", "a.xlsx", "--as-of", DAY]).ok();
    let waiting = desk
        .duban(&["due", "--waiting", "--json", "--as-of", DAY])
        .json();
    let waiting = waiting.as_array().unwrap();
    let rows = rows(&desk.at("a.xlsx"), "待补");
    assert_eq!(rows.len(), waiting.len());
    for one in waiting {
        let is_it = |row: &&Row| row["事项编号"] == one["decision"] && row["规则"] == rule(one);
        let row = rows.iter().find(is_it).unwrap();
        let forgotten = one["because"] == "never_entered";
        assert_eq!(
            row["类别"],
            if forgotten {
                "✕ 应录未录"
            } else {
                "! 待明确"
            }
        );
        let although_on = one["although_on"].as_str().unwrap_or_default();
        assert_eq!(row["发生日期"], although_on);
        assert!(!row["所缺内容"].is_empty(), "{row:?}");
        // Kinds and fields have their Chinese names.
        assert!(!row["所缺内容"].contains('_'), "{row:?}");
    }
    let first = rows
        .iter()
        .position(|row| row["类别"].starts_with('!'))
        .unwrap_or(rows.len());
    assert!(rows[..first].iter().all(|row| row["类别"].starts_with('✕')));
    assert!(rows[first..].iter().all(|row| row["类别"].starts_with('!')));
}

#[test]
fn the_summary_adds_up_and_names_the_day_the_law_and_the_calendar() {
    let desk = sample();
    desk.duban(&["export", "a.xlsx", "--as-of", DAY]).ok();
    let file = desk.at("a.xlsx");
    let cells = cells(&file, "汇总");
    let fact = |name: &str| {
        let row = cells.iter().find(|row| row[0] == name).unwrap();
        row[1].clone()
    };
    assert_eq!(fact("截至日期"), DAY);
    assert!(fact("规则包").contains("taonan"));
    assert!(fact("工作日历").contains("2026"));
    assert_eq!(fact("决策事项数"), "16");
    assert!(fact("通知件数").contains("没有账本"));
    let head = cells.iter().position(|row| row[0] == "责任单位").unwrap();
    let sum = cells.iter().position(|row| row[0] == "合计").unwrap();
    let number = |row: usize, column: usize| cells[row][column].parse::<usize>().unwrap();
    for column in 1..=8 {
        let added: usize = (head + 1..sum).map(|row| number(row, column)).sum();
        assert_eq!(added, number(sum, column));
    }
    for row in head + 1..=sum {
        let added: usize = (1..=7).map(|column| number(row, column)).sum();
        assert_eq!(added, number(row, 8));
    }
    assert_eq!(number(sum, 8), due(&desk, &["--as-of", DAY]).len());
    // The sums are formulas of cells only.
    let mut book: Xlsx<_> = open_workbook(&file).unwrap();
    let formulas = book.worksheet_formula("汇总").unwrap();
    let formulas: Vec<&String> = formulas.cells().map(|(_, _, formula)| formula).collect();
    let is_sum = |formula: &&&String| formula.starts_with("SUM(");
    assert_eq!(formulas.iter().filter(is_sum).count(), sum - head + 7);
    assert!(
        formulas
            .iter()
            .all(|text| text.is_empty() || text.starts_with("SUM("))
    );
}

#[test]
fn a_unit_a_year_and_states_narrow_every_sheet_and_are_named_in_the_summary() {
    let desk = sample();
    let unit = "市公安局";
    let narrow = [
        "--unit",
        unit,
        "--year",
        "2026",
        "--state",
        "open,near",
        "--as-of",
        DAY,
    ];
    desk.duban(&[&["export", "a.xlsx"], &narrow[..]].concat())
        .ok();
    let shown = rows(&desk.at("a.xlsx"), "台账");
    let same = due(
        &desk,
        &["--unit", unit, "--state", "open,near", "--as-of", DAY],
    );
    let same: Vec<&Value> = same
        .iter()
        .filter(|row| row["decision"].as_str().unwrap().starts_with("2026-"))
        .collect();
    assert!(!same.is_empty());
    assert_eq!(shown.len(), same.len());
    assert!(shown.iter().all(|row| row["责任单位"].contains(unit)));
    let cells = cells(&desk.at("a.xlsx"), "汇总");
    let facts: Vec<&[String]> = cells.iter().map(|row| &row[..2]).collect();
    for fact in [
        ["限于单位", unit],
        ["限于年度", "2026"],
        ["限于状态", "正常、临期"],
    ] {
        assert!(
            facts.iter().any(|row| *row == fact),
            "{fact:?} in {facts:?}"
        );
    }
}

#[test]
fn a_unit_that_nobody_knows_is_refused_and_one_without_duties_is_not() {
    let desk = sample();
    let said = desk
        .duban(&["export", "a.xlsx", "--unit", "市公安居"])
        .refused(1);
    assert!(said.contains("市公安居"), "{said}");
    assert!(!desk.at("a.xlsx").exists());
    desk.duban(&["export", "a.xlsx", "--unit", "市住建局", "--year", "1999"])
        .ok();
    assert_eq!(rows(&desk.at("a.xlsx"), "台账").len(), 0);
}

#[test]
fn what_cannot_be_read_of_the_catalogue_is_counted_in_the_file_too() {
    let desk = sample();
    desk.catalogue()
        .execute_batch(
            "pragma ignore_check_constraints = on;
            update decision set year = 'soon' where id = '2026-004'",
        )
        .unwrap();
    let said = desk.duban(&["export", "a.xlsx", "--as-of", DAY]);
    assert_eq!(said.code, 0, "{said:?}");
    assert!(said.err.contains("2026-004"), "{said:?}");
    let cells = cells(&desk.at("a.xlsx"), "汇总");
    let faults = cells.iter().find(|row| row[0] == "目录中的问题").unwrap();
    assert!(faults[1].contains("处内容无法读取"), "{faults:?}");
}
