//! Rows that are items, parts of items, or none.

use super::{becomes, of};

#[test]
fn numbers_come_with_whatever_stands_around_them() {
    becomes(
        "
序号|事项名称|承办单位
1.|甲|局
（二）|乙|局
3、|丙|局
④|丁|局
#5.0|戊|局
十二|己|局
7-1|庚|局
",
        &of("府", 2026),
        "
府 2026 1 甲 | 局 | - → -
府 2026 2 乙 | 局 | - → -
府 2026 3 丙 | 局 | - → -
府 2026 4 丁 | 局 | - → -
府 2026 5 戊 | 局 | - → -
府 2026 12 己 | 局 | - → -
府 2026 - 庚 | 局 | - → -
",
    );
}

#[test]
fn rows_that_are_no_items_are_listed_with_their_reason() {
    becomes(
        "
序号|事项名称|承办单位|计划完成时间
一、重大规划|<|<|<
1|供热规划|市住建局|6月底前
二、|重大政策||
1|无||
（三）|重大项目||
2|总计划编制办法|市发改局|
3||||
合计|2项||
序号|事项名称|承办单位|计划完成时间
注：以上事项均须当年完成。|||
填表人：张三||联系电话：0436-0000000|
",
        &of("府", 2026),
        "
府 2026 1 供热规划 | 市住建局 | 6月底前 → 2026-06-30
府 2026 2 总计划编制办法 | 市发改局 | - → -
reading D3 planned_on: 6月底前 → 2026-06-30: the last day of the month
warning 2: `一、重大规划` (a heading); expected a decision (the row was skipped)
warning 4: `二、 重大政策` (a heading); expected a decision (the row was skipped)
warning 5: `1 无` (a group with nothing in it); expected a decision (the row was skipped)
warning 6: `（三） 重大项目` (a heading); expected a decision (the row was skipped)
warning 8: `3` (a number alone); expected a decision (the row was skipped)
warning 9: `合计 2项` (a sum); expected a decision (the row was skipped)
warning 10: `序号 事项名称 承办单位 计划完成时间` (the header again); expected a decision (the row was skipped)
warning 11: `注：以上事项均须当年完成。` (a note below the table); expected a decision (the row was skipped)
warning 12: `填表人：张三 联系电话：0436-0000000` (a note below the table); expected a decision (the row was skipped)
",
    );
}

#[test]
fn an_item_on_several_rows_is_one_item_with_several_units() {
    becomes(
        "
序号|事项名称|承办单位|计划完成时间|备注
1|供热规划|市住建局|2026年6月|一
^|^|市发改局|^|二
^|^|市财政局|^|
2|公交方案|市交通局|2026年9月|
",
        &of("府", 2026),
        r#"
府 2026 1 供热规划 | 市住建局 | 2026年6月 → 2026-06-30 | cooperating_units ["市发改局","市财政局"] | note 一⏎二
府 2026 2 公交方案 | 市交通局 | 2026年9月 → 2026-09-30
reading C2 drafting_unit: 市住建局；市发改局；市财政局 → 市住建局: listed first, and by custom the first leads
reading C2 cooperating_units: 市住建局；市发改局；市财政局 → 市发改局: it is named beside the unit that leads
reading C2 cooperating_units: 市住建局；市发改局；市财政局 → 市财政局: it is named beside the unit that leads
reading D2 planned_on: 2026年6月 → 2026-06-30: the last day of the month
reading 2 title: 供热规划 → 供热规划: one item on the rows 2 to 4
reading D5 planned_on: 2026年9月 → 2026-09-30: the last day of the month
"#,
    );
}

#[test]
fn an_item_on_several_rows_that_contradicts_itself_is_asked_about() {
    becomes(
        "
序号|事项名称|承办单位|专家论证
1|供热规划|市住建局|是
^|^|市发改局|否
",
        &of("府", 2026),
        "
fault D3: `否` besides `是`; expected one value for an item on several rows
",
    );
}

#[test]
fn a_row_that_says_not_of_what_is_asked_about() {
    becomes(
        "
序号|事项名称|承办单位
1|供热规划|市住建局
||市发改局
3||市财政局
",
        &of("府", 2026),
        "
fault B3, title: no title, and `市发改局`; expected a title; what goes on the row above it belongs into that row
fault B4, title: no title, and `3 市财政局`; expected a title; what goes on the row above it belongs into that row
",
    );
}

#[test]
fn an_item_that_lost_the_marks_between_its_cells_is_no_heading() {
    becomes(
        "
序号|事项名称|承办单位
1|供热规划|市住建局
2、公交方案，市交通局||
2026年度重大行政决策事项目录（续）|<|<
",
        &of("府", 2026),
        "
fault B3, title: no title, and `2、公交方案，市交通局`; expected a title; what goes on the row above it belongs into that row
",
    );
}

#[test]
fn line_breaks_in_cells_are_where_the_column_ended() {
    becomes(
        "
序号|事项名称|承办单位|计划完成时间
1|供热专⏎项规划⏎（2026年—2030年）|市住房和⏎城乡建设局|2026年⏎6月
2|PPP⏎project 规划|市发改局|第三⏎季度
",
        &of("府", 2026),
        "
府 2026 1 供热专项规划（2026年—2030年） | 市住房和城乡建设局 | 2026年⏎6月 → 2026-06-30
府 2026 2 PPP project 规划 | 市发改局 | 第三⏎季度 → 2026-09-30
reading D2 planned_on: 2026年⏎6月 → 2026-06-30: the last day of the month
reading D3 planned_on: 第三⏎季度 → 2026-09-30: the last day of the quarter
",
    );
}

#[test]
fn cells_outside_the_table_are_named() {
    becomes(
        "
序号|事项名称||承办单位
1|供热规划|甲|市住建局|乙
",
        &of("府", 2026),
        "
府 2026 1 供热规划 | 市住建局 | - → -
warning C2: `甲`; expected a heading above it (the cell was ignored)
warning E2: `乙`; expected a heading above it (the cell was ignored)
",
    );
}

#[test]
fn numbers_and_dates_of_a_spreadsheet_are_read_as_far_as_they_say() {
    becomes(
        "
序号|事项名称|承办单位|计划完成时间
#1|甲|局|#2026.1
#2|乙|局|#2026.12
#3|丙|局|@2026-06-01
#4|丁|局|@2026-06-30
#5|戊|局|#45992
#6|己|局|^
",
        &of("府", 2026),
        "
府 2026 1 甲 | 局 | 2026.1 → -
府 2026 2 乙 | 局 | 2026.12 → 2026-12-31
府 2026 3 丙 | 局 | 2026-06-01 → -
府 2026 4 丁 | 局 | 2026-06-30 → 2026-06-30
府 2026 5 戊 | 局 | 45992 → -
府 2026 6 己 | 局 | 45992 → -
reading D2 planned_on: 2026.1 → nothing: a spreadsheet turns `.10` into `.1`, so this is January or October
reading D3 planned_on: 2026.12 → 2026-12-31: the last day of the month
reading D4 planned_on: 2026-06-01 → nothing: the cell is a date and may show the month alone: write 2026年6月 or 2026年6月1日 as text
reading D5 planned_on: 2026-06-30 → 2026-06-30: the day itself
reading D6 planned_on: 45992 → nothing: it is no time of a known shape
reading D7 planned_on: 45992 → nothing: it is no time of a known shape
warning D2, planned_text: `2026.1`; expected a time that can be read in one way (planned_on stays empty): a spreadsheet turns `.10` into `.1`, so this is January or October
warning D4, planned_text: `2026-06-01`; expected a time that can be read in one way (planned_on stays empty): the cell is a date and may show the month alone: write 2026年6月 or 2026年6月1日 as text
warning D6, planned_text: `45992`; expected a time that can be read in one way (planned_on stays empty): it is no time of a known shape
warning D7, planned_text: `45992`; expected a time that can be read in one way (planned_on stays empty): it is no time of a known shape
",
    );
}
