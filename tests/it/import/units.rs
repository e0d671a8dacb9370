//! Cells that name units: who leads, who helps, whom the directory knows.

use super::{becomes, knowing, of};

#[test]
fn a_known_name_keeps_what_others_would_lose() {
    becomes(
        "
序号|事项名称|承办单位
1|甲|会同县项目协办
2|乙|市财政局、会同县项目协办
",
        &knowing(&["市财政局", "会同县项目协办"]),
        "
洮南市人民政府 2026 1 甲 | 会同县项目协办 | - → -
洮南市人民政府 2026 2 乙 | 市财政局 | - → - | cooperating_units [\"会同县项目协办\"]
reading C2 drafting_unit: 会同县项目协办 → 会同县项目协办: known to the directory
reading C3 drafting_unit: 市财政局、会同县项目协办 → 市财政局: listed first, and by custom the first leads; known to the directory
reading C3 cooperating_units: 市财政局、会同县项目协办 → 会同县项目协办: it is named beside the unit that leads; known to the directory
",
    );
}

#[test]
fn who_leads_is_as_the_cell_says() {
    becomes(
        "
序号|事项名称|承办单位
1|甲|市财政局（配合）、市发改局（牵头）
2|乙|牵头单位：市发改局 配合单位：市财政局、市住建局
3|丙|市发改局牵头，市财政局、市住建局配合
4|丁|市发改局会同市财政局、市住建局
5|戊|市发改局、市财政局（配合）
6|己|市财政局、市发改局（牵头）
7|庚|由市发改局牵头；市财政局配合
",
        &knowing(&[
            "市发改局",
            "市财政局",
            "市住建局",
            "市工业、信息化局",
            "市自然资源和规划局",
            "市委宣传部",
        ]),
        r#"
洮南市人民政府 2026 1 甲 | 市发改局 | - → - | cooperating_units ["市财政局"]
洮南市人民政府 2026 2 乙 | 市发改局 | - → - | cooperating_units ["市财政局","市住建局"]
洮南市人民政府 2026 3 丙 | 市发改局 | - → - | cooperating_units ["市财政局","市住建局"]
洮南市人民政府 2026 4 丁 | 市发改局 | - → - | cooperating_units ["市财政局","市住建局"]
洮南市人民政府 2026 5 戊 | 市发改局 | - → - | cooperating_units ["市财政局"]
洮南市人民政府 2026 6 己 | 市发改局 | - → - | cooperating_units ["市财政局"]
洮南市人民政府 2026 7 庚 | 市发改局 | - → - | cooperating_units ["市财政局"]
reading C2 drafting_unit: 市财政局（配合）、市发改局（牵头） → 市发改局: the cell says that it leads; known to the directory
reading C2 cooperating_units: 市财政局（配合）、市发改局（牵头） → 市财政局: it is named beside the unit that leads; known to the directory
reading C3 drafting_unit: 牵头单位：市发改局 配合单位：市财政局、市住建局 → 市发改局: the cell says that it leads; known to the directory
reading C3 cooperating_units: 牵头单位：市发改局 配合单位：市财政局、市住建局 → 市财政局: it is named beside the unit that leads; known to the directory
reading C3 cooperating_units: 牵头单位：市发改局 配合单位：市财政局、市住建局 → 市住建局: it is named beside the unit that leads; known to the directory
reading C4 drafting_unit: 市发改局牵头，市财政局、市住建局配合 → 市发改局: the cell says that it leads; known to the directory
reading C4 cooperating_units: 市发改局牵头，市财政局、市住建局配合 → 市财政局: it is named beside the unit that leads; known to the directory
reading C4 cooperating_units: 市发改局牵头，市财政局、市住建局配合 → 市住建局: it is named beside the unit that leads; known to the directory
reading C5 drafting_unit: 市发改局会同市财政局、市住建局 → 市发改局: the cell says that it leads; known to the directory
reading C5 cooperating_units: 市发改局会同市财政局、市住建局 → 市财政局: it is named beside the unit that leads; known to the directory
reading C5 cooperating_units: 市发改局会同市财政局、市住建局 → 市住建局: it is named beside the unit that leads; known to the directory
reading C6 drafting_unit: 市发改局、市财政局（配合） → 市发改局: the cell says that the others help; known to the directory
reading C6 cooperating_units: 市发改局、市财政局（配合） → 市财政局: it is named beside the unit that leads; known to the directory
reading C7 drafting_unit: 市财政局、市发改局（牵头） → 市发改局: the cell says that it leads; known to the directory
reading C7 cooperating_units: 市财政局、市发改局（牵头） → 市财政局: it is named beside the unit that leads; known to the directory
reading C8 drafting_unit: 由市发改局牵头；市财政局配合 → 市发改局: the cell says that it leads; known to the directory
reading C8 cooperating_units: 由市发改局牵头；市财政局配合 → 市财政局: it is named beside the unit that leads; known to the directory
"#,
    );
}

#[test]
fn where_nothing_is_said_the_first_leads() {
    becomes(
        "
序号|事项名称|承办单位
1|甲|市发改局、市财政局
2|乙|市发改局⏎市财政局
3|丙|市发改局；市财政局，市住建局
4|丁|市发改局 市财政局
5|戊|市发改局、市财政局牵头
",
        &knowing(&[
            "市发改局",
            "市财政局",
            "市住建局",
            "市工业、信息化局",
            "市自然资源和规划局",
            "市委宣传部",
        ]),
        r#"
洮南市人民政府 2026 1 甲 | 市发改局 | - → - | cooperating_units ["市财政局"]
洮南市人民政府 2026 2 乙 | 市发改局 | - → - | cooperating_units ["市财政局"]
洮南市人民政府 2026 3 丙 | 市发改局 | - → - | cooperating_units ["市财政局","市住建局"]
洮南市人民政府 2026 4 丁 | 市发改局 | - → - | cooperating_units ["市财政局"]
洮南市人民政府 2026 5 戊 | 市发改局 | - → - | cooperating_units ["市财政局"]
reading C2 drafting_unit: 市发改局、市财政局 → 市发改局: listed first, and by custom the first leads; known to the directory
reading C2 cooperating_units: 市发改局、市财政局 → 市财政局: it is named beside the unit that leads; known to the directory
reading C3 drafting_unit: 市发改局⏎市财政局 → 市发改局: listed first, and by custom the first leads; known to the directory
reading C3 cooperating_units: 市发改局⏎市财政局 → 市财政局: it is named beside the unit that leads; known to the directory
reading C4 drafting_unit: 市发改局；市财政局，市住建局 → 市发改局: listed first, and by custom the first leads; known to the directory
reading C4 cooperating_units: 市发改局；市财政局，市住建局 → 市财政局: it is named beside the unit that leads; known to the directory
reading C4 cooperating_units: 市发改局；市财政局，市住建局 → 市住建局: it is named beside the unit that leads; known to the directory
reading C5 drafting_unit: 市发改局 市财政局 → 市发改局: listed first, and by custom the first leads; known to the directory
reading C5 cooperating_units: 市发改局 市财政局 → 市财政局: it is named beside the unit that leads; known to the directory
reading C6 drafting_unit: 市发改局、市财政局牵头 → 市发改局: several lead, and by custom the first of them is responsible; known to the directory
reading C6 cooperating_units: 市发改局、市财政局牵头 → 市财政局: it is named beside the unit that leads; known to the directory
"#,
    );
}

#[test]
fn a_known_name_is_never_parted() {
    becomes(
        "
序号|事项名称|承办单位
1|甲|市工业、信息化局
2|乙|市发改局、市工业、信息化局
3|丙|市自然资源⏎和规划局
4|丁|市委⏎宣传部
",
        &knowing(&[
            "市发改局",
            "市财政局",
            "市住建局",
            "市工业、信息化局",
            "市自然资源和规划局",
            "市委宣传部",
        ]),
        r#"
洮南市人民政府 2026 1 甲 | 市工业、信息化局 | - → -
洮南市人民政府 2026 2 乙 | 市发改局 | - → - | cooperating_units ["市工业、信息化局"]
洮南市人民政府 2026 3 丙 | 市自然资源和规划局 | - → -
洮南市人民政府 2026 4 丁 | 市委宣传部 | - → -
reading C2 drafting_unit: 市工业、信息化局 → 市工业、信息化局: known to the directory
reading C3 drafting_unit: 市发改局、市工业、信息化局 → 市发改局: listed first, and by custom the first leads; known to the directory
reading C3 cooperating_units: 市发改局、市工业、信息化局 → 市工业、信息化局: it is named beside the unit that leads; known to the directory
reading C4 drafting_unit: 市自然资源⏎和规划局 → 市自然资源和规划局: known to the directory
reading C5 drafting_unit: 市委⏎宣传部 → 市委宣传部: known to the directory
"#,
    );
}

#[test]
fn an_unknown_name_is_told_with_the_nearest_known() {
    becomes(
        "
序号|事项名称|承办单位|配合单位
1|甲|市发改委|市财政局
2|乙|气象台|市住建局、市发政局
",
        &knowing(&[
            "市发改局",
            "市财政局",
            "市住建局",
            "市工业、信息化局",
            "市自然资源和规划局",
            "市委宣传部",
        ]),
        r#"
洮南市人民政府 2026 1 甲 | 市发改委 | - → - | cooperating_units ["市财政局"]
洮南市人民政府 2026 2 乙 | 气象台 | - → - | cooperating_units ["市住建局","市发政局"]
reading C2 drafting_unit: 市发改委 → 市发改委: unknown to the directory; perhaps `市发改局`
reading D2 cooperating_units: 市财政局 → 市财政局: known to the directory
reading C3 drafting_unit: 气象台 → 气象台: unknown to the directory
reading D3 cooperating_units: 市住建局、市发政局 → 市住建局: known to the directory
reading D3 cooperating_units: 市住建局、市发政局 → 市发政局: unknown to the directory; perhaps `市发改局`
"#,
    );
}

#[test]
fn groups_of_units_are_no_units() {
    becomes(
        "
序号|事项名称|承办单位|配合单位
1|甲|各县（市、区）政府|市财政局
2|乙|市发改局|各县（市、区）政府、市财政局
3|丙|市发改局、各有关部门|
",
        &knowing(&[
            "市发改局",
            "市财政局",
            "市住建局",
            "市工业、信息化局",
            "市自然资源和规划局",
            "市委宣传部",
        ]),
        r#"
洮南市人民政府 2026 1 甲 | 各县（市、区）政府 | - → - | cooperating_units ["市财政局"]
洮南市人民政府 2026 2 乙 | 市发改局 | - → - | cooperating_units ["各县（市、区）政府","市财政局"]
洮南市人民政府 2026 3 丙 | 市发改局 | - → - | cooperating_units ["各有关部门"]
reading C2 drafting_unit: 各县（市、区）政府 → 各县（市、区）政府: unknown to the directory
reading D2 cooperating_units: 市财政局 → 市财政局: known to the directory
reading C3 drafting_unit: 市发改局 → 市发改局: known to the directory
reading D3 cooperating_units: 各县（市、区）政府、市财政局 → 各县（市、区）政府: unknown to the directory
reading D3 cooperating_units: 各县（市、区）政府、市财政局 → 市财政局: known to the directory
reading C4 drafting_unit: 市发改局、各有关部门 → 市发改局: listed first, and by custom the first leads; known to the directory
reading C4 cooperating_units: 市发改局、各有关部门 → 各有关部门: it is named beside the unit that leads; unknown to the directory
warning C2, drafting_unit: `各县（市、区）政府`; expected a unit (it was kept as it stands)
warning D3, cooperating_units: `各县（市、区）政府`; expected a unit (it was kept as it stands)
warning C4, cooperating_units: `各有关部门`; expected a unit (it was kept as it stands)
"#,
    );
}

#[test]
fn those_who_help_join_those_of_their_own_column() {
    becomes(
        "
序号|事项名称|承办单位|配合单位
1|甲|市发改局、市财政局|市住建局、市财政局
",
        &knowing(&[
            "市发改局",
            "市财政局",
            "市住建局",
            "市工业、信息化局",
            "市自然资源和规划局",
            "市委宣传部",
        ]),
        r#"
洮南市人民政府 2026 1 甲 | 市发改局 | - → - | cooperating_units ["市住建局","市财政局"]
reading C2 drafting_unit: 市发改局、市财政局 → 市发改局: listed first, and by custom the first leads; known to the directory
reading C2 cooperating_units: 市发改局、市财政局 → 市财政局: it is named beside the unit that leads; known to the directory
reading D2 cooperating_units: 市住建局、市财政局 → 市住建局: known to the directory
reading D2 cooperating_units: 市住建局、市财政局 → 市财政局: known to the directory
"#,
    );
}

#[test]
fn text_that_is_no_list_of_names_is_kept() {
    becomes(
        "
序号|事项名称|承办单位
1|甲|市财政局配合
2|乙|按照职责分工由市政府各组成部门会同各县市区人民政府和开发区管理委员会以及有关单位在各自职责范围内分别负责落实
3|丙|市住建局（市人防办）
",
        &of("府", 2026),
        "
府 2026 1 甲 | 市财政局配合 | - → -
府 2026 2 乙 | 按照职责分工由市政府各组成部门会同各县市区人民政府和开发区管理委员会以及有关单位在各自职责范围内分别负责落实 | - → -
府 2026 3 丙 | 市住建局（市人防办） | - → -
warning C2, drafting_unit: `市财政局配合`; expected one unit, the others as cooperating_units (it was kept as it stands)
warning C3, drafting_unit: `按照职责分工由市政府各组成部门会同各县市区人民政府和开发区管理委员会以及有关单位在各自职责范围内分别负责落实`; expected one unit, the others as cooperating_units (it was kept as it stands)
",
    );
}

#[test]
fn a_row_with_a_key_keeps_its_units_as_they_are() {
    becomes(
        r#"
id|title|cooperating_units
2026-001|甲|各县（市、区）政府、市财政局（配合）
2026-002|乙|["市发改局（牵头）"]
"#,
        &knowing(&[
            "市发改局",
            "市财政局",
            "市住建局",
            "市工业、信息化局",
            "市自然资源和规划局",
            "市委宣传部",
        ]),
        r#"
- - - 甲 | - | - → - | cooperating_units ["各县（市、区）政府","市财政局（配合）"]
- - - 乙 | - | - → - | cooperating_units ["市发改局（牵头）"]
"#,
    );
}

#[test]
fn a_row_with_a_key_keeps_its_unit() {
    becomes(
        "
id|title|drafting_unit
2026-001|甲|市发改局、市财政局
",
        &knowing(&["市发改局", "市财政局", "市住建局", "市工业、信息化局", "市自然资源和规划局", "市委宣传部"]),
        "
- - - 甲 | 市发改局、市财政局 | - → -
warning C2, drafting_unit: `市发改局、市财政局`; expected one unit, the others as cooperating_units (it was kept as it stands)
",
    );
}
