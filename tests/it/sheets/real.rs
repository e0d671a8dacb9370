//! Workbooks that real programs wrote: one catalogue, the same from all of them.

use duban::store::sheets::{Book, Kind};

use super::{data, lines, read, refused, workbooks};

/// The catalogue of `tests/data/sheets/catalogue.*`, as people see it.
const CATALOGUE: [&str; 12] = [
    "1 洮南市人民政府2025年度重大行政决策事项目录|⇐洮南市人民政府2025年度重大行政决策事项目录|⇐洮南市人民政府2025年度重大行政决策事项目录|⇐洮南市人民政府2025年度重大行政决策事项目录|⇐洮南市人民政府2025年度重大行政决策事项目录|⇐洮南市人民政府2025年度重大行政决策事项目录|⇐洮南市人民政府2025年度重大行政决策事项目录",
    "2 序号|决策事项名称|承办\n单位|计划完成时间|投资（亿元）|履行程序|⇐履行程序",
    "3 ⇐序号|⇐决策事项名称|⇐承办\n单位|⇐计划完成时间|⇐投资（亿元）|公众参与|专家论证",
    "4 一、规划类|⇐一、规划类|⇐一、规划类|⇐一、规划类|⇐一、规划类|⇐一、规划类|⇐一、规划类",
    "5 #1|四平市大数据产业集群规划(2024-2026年)|市政数局|第四季度|#12.5|是|√",
    "6 #2|城市公交票价调整|市发改局\n市交通运输局|2025年12月|#3|否",
    "7 #3|“宅基地”制度改革|⇐市发改局\n市交通运输局|1.2025年10月完成公众参与;\n2.2025年10月完成专家论证||是",
    "8 二、项目类|⇐二、项目类|⇐二、项目类|⇐二、项目类|⇐二、项目类|⇐二、项目类|⇐二、项目类",
    "9 #1|供热管网改造|市住建局|2025.10|1234.50|是|#3",
    "10 #2|老旧小区改造办法|市住建局|@2025-12-31|#2026|否|#DIV/0!",
    "11 #3|中小学布局调整|市教育局|#2025.12|#0.1|是|供热管网改造（二期）",
    "12 #4|无||@2025-06-30",
];

#[test]
fn a_catalogue_reads_alike_from_xlsx_xls_and_ods() {
    for ending in ["xlsx", "xls", "ods"] {
        let file = format!("catalogue.{ending}");
        let book = read(&data(&format!("sheets/{file}"))).unwrap();
        assert_eq!(lines(&book.grids[0]), CATALOGUE, "{file}");
        let sheets = book.grids.iter().map(|grid| grid.sheet.as_deref().unwrap());
        // An empty sheet is no table, and a hidden one is not what people see.
        assert_eq!(sheets.collect::<Vec<_>>(), ["事项", "说明"], "{file}");
        assert_eq!(lines(&book.grids[1]), ["3 |本表由各单位填报"], "{file}");
        let warnings: Vec<&str> = book.warnings.iter().map(|it| it.place.as_str()).collect();
        assert_eq!(warnings, ["目录.xlsx, 旧稿"], "{file}");
        assert_eq!(book.warnings[0].found, "a hidden sheet");
    }
}

#[test]
fn published_rows_read_alike_from_workbooks_and_text() {
    let text = Book::read("published.csv", &data("published.csv"), &workbooks()).unwrap();
    let cells = |book: &Book| -> Vec<Vec<String>> {
        let rows = book.grids[0].rows.iter().map(|row| {
            let cells = row.cells.iter().map(|cell| cell.text.clone());
            let mut cells: Vec<String> = cells.collect();
            while cells.last().is_some_and(String::is_empty) {
                cells.pop();
            }
            cells
        });
        rows.collect()
    };
    for ending in ["xlsx", "xls", "ods"] {
        let book = read(&data(&format!("sheets/published.{ending}"))).unwrap();
        assert_eq!(cells(&book), cells(&text), "{ending}");
        let mut kinds = book.grids[0].rows.iter().flat_map(|row| &row.cells);
        assert!(kinds.all(|cell| cell.kind == Kind::Text), "{ending}");
    }
}

#[test]
fn a_workbook_is_known_by_its_contents_whatever_its_name() {
    for (name, file) in [("目录.csv", "xls"), ("目录.xls", "ods"), ("目录", "xlsx")] {
        let bytes = data(&format!("sheets/catalogue.{file}"));
        let book = Book::read(name, &bytes, &workbooks()).unwrap();
        assert_eq!(book.grids[0].at(7).cell(2), format!("{name}, 事项!C7"));
    }
}

#[test]
fn a_password_is_asked_away_and_not_for() {
    let fault = refused(&data("sheets/protected.xlsx"));
    assert_eq!(fault.place, "目录.xlsx");
    assert_eq!(fault.found, "a workbook protected by a password");
    assert!(fault.expected.contains("save it without a password"));
}
