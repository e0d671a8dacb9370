//! Headers: where they are found, on how many rows, and what is said where there is none.

use super::{Defaults, becomes, of};

#[test]
fn a_header_is_found_below_titles_numbers_and_dates() {
    becomes(
        "
附件
洮南市人民政府2026年度重大行政决策事项目录|<|<|<
洮政发〔2026〕2号
单位：市政府办公室|||日期：2026年1月

序 号|决策事项⏎名称|承办⏎单位（牵头）|计划完成时 间
1|供热规划|市住建局|第三季度
",
        &Defaults::default(),
        "
洮南市人民政府 2026 1 供热规划 | 市住建局 | 第三季度 → 2026-09-30
reading 2 organ: 洮南市人民政府2026年度重大行政决策事项目录 → 洮南市人民政府: from the title above the table
reading 2 year: 洮南市人民政府2026年度重大行政决策事项目录 → 2026: from the title above the table
reading D7 planned_on: 第三季度 → 2026-09-30: the last day of the quarter
",
    );
}

#[test]
fn a_title_that_says_otherwise_than_the_command_line_is_told() {
    becomes(
        "
洮南市人民政府2025年度重大行政决策事项目录
序号|事项名称|承办单位
1|供热规划|市住建局
",
        &of("洮南市人民政府", 2026),
        "
洮南市人民政府 2026 1 供热规划 | 市住建局 | - → -
warning 1, year: `2025`; expected `2026`, which the command line says (it was taken)
",
    );
}

#[test]
fn headings_on_two_rows_are_one_header() {
    becomes(
        "
序号|事项名称|承办单位|履行程序|<|<|<|<|计划完成时间
^|^|^|公众参与|专家论证|风险评估|合法性审查|集体讨论|^
1|供热规划|市住建局|√|√||√|√|2026年6月
2|公交方案|市交通局|是|否|需要|是|是|2026年9月
",
        &of("府", 2026),
        "
府 2026 1 供热规划 | 市住建局 | 2026年6月 → 2026-06-30 | professional 1
府 2026 2 公交方案 | 市交通局 | 2026年9月 → 2026-09-30 | professional 0 | stability_risk 1
reading E3 professional: √ → 1: it needs 专家论证, which 713 Art. 19, 论证 Art. 4 asks of such items
reading I3 planned_on: 2026年6月 → 2026-06-30: the last day of the month
reading E4 professional: 否 → 0: it does not need 专家论证, which 713 Art. 19, 论证 Art. 4 asks of such items
reading F4 stability_risk: 需要 → 1: it needs 风险评估, which 713 Art. 22 asks of such items
reading I4 planned_on: 2026年9月 → 2026-09-30: the last day of the month
warning D1: the column `公众参与`; expected a flag (it says none, and was ignored)
warning G1: the column `合法性审查`; expected a flag (it says none, and was ignored)
warning H1: the column `集体讨论`; expected a flag (it says none, and was ignored)
",
    );
}

#[test]
fn headings_on_two_rows_may_have_empty_cells() {
    becomes(
        "
序号|事项名称|单位||完成时间
||牵头单位|配合单位|
1|供热规划|市住建局|市发改局、市财政局|2026年6月
",
        &of("府", 2026),
        r#"
府 2026 1 供热规划 | 市住建局 | 2026年6月 → 2026-06-30 | cooperating_units ["市发改局","市财政局"]
reading E3 planned_on: 2026年6月 → 2026-06-30: the last day of the month
"#,
    );
}

#[test]
fn two_rows_of_items_are_no_header_on_two_rows() {
    becomes(
        "
序号|事项名称||承办单位
1|专家论证|专家论证|市住建局
",
        &of("府", 2026),
        "
府 2026 1 专家论证 | 市住建局 | - → -
warning C2: `专家论证`; expected a heading above it (the cell was ignored)
",
    );
}

#[test]
fn a_table_without_a_header_shows_the_row_that_is_nearest() {
    becomes(
        "
2026年重点工作
编码|决策事项名|承办单位|完成时间
1|供热规划|市住建局|6月
",
        &of("府", 2026),
        "
fault 2: no header; the nearest row is `编码,决策事项名,承办单位,完成时间`; known in it: 承办单位, 完成时间; not known: `编码`; perhaps `编号`, `决策事项名`; perhaps `决策事项名称`; expected a row with a column for 序号 (seq) and 决策事项名称 (title) within the first 20 rows
",
    );
}

#[test]
fn a_table_with_nothing_known_in_it_says_so() {
    becomes(
        "
甲|乙
1|2
",
        &of("府", 2026),
        "
fault 1: no header; the nearest row is `甲,乙`; known in it: nothing; not known: `甲`, `乙`; expected a row with a column for 序号 (seq) and 决策事项名称 (title) within the first 20 rows
",
    );
}

#[test]
fn rows_of_a_table_above_the_header_are_named() {
    becomes(
        "
1|供热规划|市住建局
序号|事项名称|承办单位
2|公交方案|市交通局
",
        &of("府", 2026),
        "
府 2026 2 公交方案 | 市交通局 | - → -
warning 1: `1 供热规划 市住建局`; expected no table above the header (the row was not read)
",
    );
}

#[test]
fn two_columns_of_one_meaning_are_one_where_they_agree() {
    becomes(
        "
序号|事项名称|承办单位|责任单位
1|供热规划|市住建局|市住建局
2|公交方案||市交通局
",
        &of("府", 2026),
        "
府 2026 1 供热规划 | 市住建局 | - → -
府 2026 2 公交方案 | 市交通局 | - → -
warning D1: the column `责任单位`; expected one column of that meaning (a row is taken where both say the same)
",
    );
}
