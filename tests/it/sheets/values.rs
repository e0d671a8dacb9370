//! What cells come in as, in workbooks the tests write themselves.

use rust_xlsxwriter::{ExcelDateTime, Format, Formula, Workbook};

use super::{lines, ods, read};

fn day(year: u16, month: u8, day: u8) -> ExcelDateTime {
    ExcelDateTime::from_ymd(year, month, day).unwrap()
}

#[test]
fn a_month_is_never_read_as_a_day() {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    let formats = [
        "yyyy\"年\"m\"月\"",
        "yyyy.mm",
        "yyyy\"年\"",
        "mmm-yy",
        "m\"月\"d\"日\"",
        "yyyy/m/d",
        "yyyy-mm-dd hh:mm",
    ];
    for (row, format) in (0..).zip(formats) {
        let format = Format::new().set_num_format(format);
        sheet
            .write_with_format(row, 0, day(2025, 12, 1), &format)
            .unwrap();
    }
    // What Chinese programs use for 2025年12月 when it is typed.
    let chinese = Format::new().set_num_format_index(57);
    sheet
        .write_with_format(7, 0, day(2025, 12, 1), &chinese)
        .unwrap();
    let book = read(&book.save_to_buffer().unwrap()).unwrap();
    let read = [
        "1 2025年12月",
        "2 2025.12",
        "3 2025年",
        "4 2025-12",
        "5 12月1日",
        "6 @2025-12-01",
        "7 @2025-12-01",
        "8 2025年12月",
    ];
    assert_eq!(lines(&book.grids[0]), read);
}

#[test]
fn numbers_keep_what_their_format_shows_and_formulas_what_they_gave() {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    let fixed = Format::new().set_num_format("0.00_ ");
    sheet.write(0, 0, 2026).unwrap();
    sheet.write_with_format(1, 0, 2021.1, &fixed).unwrap();
    sheet.write(2, 0, 2021.1).unwrap();
    sheet.write(3, 0, true).unwrap();
    sheet
        .write(4, 0, Formula::new("=A1+1").set_result("2027"))
        .unwrap();
    sheet
        .write(5, 0, Formula::new("=#REF!").set_result("#REF!"))
        .unwrap();
    sheet.write(6, 0, "'=1+1").unwrap();
    let book = read(&book.save_to_buffer().unwrap()).unwrap();
    let read = [
        "1 #2026",
        "2 2021.10",
        "3 #2021.1",
        "4 TRUE",
        "5 #2027",
        "6 #REF!",
        "7 '=1+1",
    ];
    assert_eq!(lines(&book.grids[0]), read);
}

#[test]
fn the_rows_of_open_document_repeat_and_span_as_they_say() {
    let text = |text: &str| format!("<table:table-cell><text:p>{text}</text:p></table:table-cell>");
    let book = ods(&format!(
        "<table:tracked-changes><table:table-cell><text:p>旧</text:p></table:table-cell></table:tracked-changes>\
         <table:table table:name=\"事项\"><table:table-header-rows><table:table-row>\
         <table:table-cell table:number-columns-spanned=\"2\"><text:p>项<text:span>目</text:span>&amp;<text:s text:c=\"2\"/>名</text:p><text:p>称</text:p></table:table-cell>\
         <table:covered-table-cell/>{}</table:table-row></table:table-header-rows>\
         <table:table-row table:number-rows-repeated=\"2\"><table:table-cell table:number-columns-repeated=\"2\"/>\
         <table:table-cell><office:annotation><text:p>批注</text:p></office:annotation><text:p>甲</text:p></table:table-cell></table:table-row>\
         <table:table-row table:number-rows-repeated=\"1048570\"><table:table-cell table:number-columns-repeated=\"16384\"/></table:table-row>\
         <table:table-row>{}<table:table-cell office:value-type=\"date\" office:date-value=\"2025-12-01\"><text:p>2025年12月</text:p></table:table-cell></table:table-row>\
         </table:table>",
        text("时间"),
        text("末"),
    ));
    let read = read(&book).unwrap();
    let expected = [
        "1 项目&  名\n称|⇐项目&  名\n称|时间",
        "2 ||甲",
        "3 ||甲",
        "1048574 末|2025年12月",
    ];
    assert_eq!(lines(&read.grids[0]), expected);
}
