//! The catalogues that cities have published, each in its own headings, with all that becomes of it.
//!
//! Rows are real where a source shows them; bodies and years that a city leaves to its notice come
//! from the command line, as an office would type them.

use super::{Defaults, becomes, of};

#[test]
fn huangshi_2025_has_three_columns_and_no_time() {
    becomes(
        "
序号|决策事项名称|承办单位
1|黄石市长江公路大桥改扩建工程方案|市交通运输局
",
        &of("黄石市人民政府", 2025),
        "
黄石市人民政府 2025 1 黄石市长江公路大桥改扩建工程方案 | 市交通运输局 | - → -
",
    );
}

// The title is made up; the excerpt has the headings and the time.
#[test]
fn haimen_2025_plans_over_the_new_year() {
    becomes(
        "
序号|决策项目|申报单位|拟决策时间|决策程序
1|海门区城市更新专项规划|区住建局|2025.12—2026.01|公众参与、专家论证、合法性审查、集体讨论决定
",
        &of("南通市海门区人民政府", 2025),
        "
南通市海门区人民政府 2025 1 海门区城市更新专项规划 | 区住建局 | 2025.12—2026.01 → 2026-01-31 | professional 1
reading E2 professional: 公众参与、专家论证、合法性审查、集体讨论决定 → 1: it needs 专家论证, which 713 Art. 19, 论证 Art. 4 asks of such items
reading D2 planned_on: 2025.12—2026.01 → 2026-01-31: the end of the range: the last day of the month
warning E1: the column `决策程序`; expected a flag (it was read for those that its steps say, and not kept)
",
    );
}

#[test]
fn siping_2024_plans_by_quarters() {
    becomes(
        "
四平市人民政府2024年度重大行政决策事项目录
序号|事项内容|承办单位|计划决策时间
1|四平市城镇基准地价更新|市自然资源局|第二季度
2|四平市大数据产业集群规划(2024-2026年)|市政数局|第四季度
",
        &Defaults::default(),
        "
四平市人民政府 2024 1 四平市城镇基准地价更新 | 市自然资源局 | 第二季度 → 2024-06-30
四平市人民政府 2024 2 四平市大数据产业集群规划(2024-2026年) | 市政数局 | 第四季度 → 2024-12-31
reading 1 organ: 四平市人民政府2024年度重大行政决策事项目录 → 四平市人民政府: from the title above the table
reading 1 year: 四平市人民政府2024年度重大行政决策事项目录 → 2024: from the title above the table
reading D3 planned_on: 第二季度 → 2024-06-30: the last day of the quarter
reading D4 planned_on: 第四季度 → 2024-12-31: the last day of the quarter
",
    );
}

#[test]
fn yueyang_2021_has_groups_that_number_anew() {
    becomes(
        "
序号|重大行政决策事项名称|承办部门|计划完成时间|主要法律政策依据|是否需履行公众参与、风险评估等决策程序
一、全市自然资源管理方面的重要规划|<|<|<|<|<
1|岳阳市国土空间总体规划|规划一科|#2021.12|中发〔2019〕18号|履行公开征求意见、专家论证等程序
二、涉及自然资源开发利用保护的专项行动及相关政策|<|<|<|<|<
1|无||||
三、涉及自然资源领域改革、试点政策及方案|<|<|<|<|<
1|岳阳市自然资源和规划局机构改革|人事科|#2021.6|湘编发〔2021〕5号|否
",
        &of("岳阳市自然资源和规划局", 2021),
        "
岳阳市自然资源和规划局 2021 1 岳阳市国土空间总体规划 | 规划一科 | 2021.12 → 2021-12-31 | professional 1
岳阳市自然资源和规划局 2021 1 岳阳市自然资源和规划局机构改革 | 人事科 | 2021.6 → 2021-06-30
reading F3 professional: 履行公开征求意见、专家论证等程序 → 1: it needs 专家论证, which 713 Art. 19, 论证 Art. 4 asks of such items
reading D3 planned_on: 2021.12 → 2021-12-31: the last day of the month
reading D7 planned_on: 2021.6 → 2021-06-30: the last day of the month
warning E1: the column `主要法律政策依据`; expected a column of the contract (it was ignored)
warning F1: the column `是否需履行公众参与、风险评估等决策程序`; expected a flag (it was read for those that its steps say, and not kept)
warning 2: `一、全市自然资源管理方面的重要规划` (a heading); expected a decision (the row was skipped)
warning 4: `二、涉及自然资源开发利用保护的专项行动及相关政策` (a heading); expected a decision (the row was skipped)
warning 5: `1 无` (a group with nothing in it); expected a decision (the row was skipped)
warning 6: `三、涉及自然资源领域改革、试点政策及方案` (a heading); expected a decision (the row was skipped)
",
    );
}

#[test]
fn meizhou_2025_merges_cells_of_two_items() {
    becomes(
        "
序号|项目名称|是否听证|承办机构|拟完成时间
1|广东省城产融合发展示范区(梅州)中心区规划|否|空间规划科、编研中心|2025年
2|梅州市市辖区既有住宅增设电梯建设工作指引|^|规划建设科|^
3|修订《梅州市“三旧”改造实施办法》||城乡更新科|2025年10月
",
        &of("梅州市自然资源局", 2025),
        r#"
梅州市自然资源局 2025 1 广东省城产融合发展示范区(梅州)中心区规划 | 空间规划科 | 2025年 → 2025-12-31 | cooperating_units ["编研中心"]
梅州市自然资源局 2025 2 梅州市市辖区既有住宅增设电梯建设工作指引 | 规划建设科 | 2025年 → 2025-12-31
梅州市自然资源局 2025 3 修订《梅州市“三旧”改造实施办法》 | 城乡更新科 | 2025年10月 → 2025-10-31
reading D2 drafting_unit: 空间规划科、编研中心 → 空间规划科: listed first, and by custom the first leads
reading D2 cooperating_units: 空间规划科、编研中心 → 编研中心: it is named beside the unit that leads
reading E2 planned_on: 2025年 → 2025-12-31: the last day of the year
reading E3 planned_on: 2025年 → 2025-12-31: the last day of the year
reading E4 planned_on: 2025年10月 → 2025-10-31: the last day of the month
warning C1: the column `是否听证`; expected a flag (it says none, and was ignored)
"#,
    );
}

#[test]
fn longgang_2022_has_a_date_for_each_step() {
    becomes(
        "
序号|重大行政决策事项名称|主要承办单位|计划完成时间|法律政策依据
1|“宅基地”制度改革|市农业农村局|1.2022年10月完成公众参与;⏎2.2022年10月完成专家|
",
        &of("龙港市人民政府", 2022),
        "
龙港市人民政府 2022 1 “宅基地”制度改革 | 市农业农村局 | 1.2022年10月完成公众参与;⏎2.2022年10月完成专家 → -
reading D2 planned_on: 1.2022年10月完成公众参与;⏎2.2022年10月完成专家 → nothing: none of its steps is plainly the decision (2022-10-31 公众参与, 2022-10-31 专家)
warning E1: the column `法律政策依据`; expected a column of the contract (it was ignored)
warning D2, planned_text: `1.2022年10月完成公众参与; 2.2022年10月完成专家`; expected a time that can be read in one way (planned_on stays empty): none of its steps is plainly the decision (2022-10-31 公众参与, 2022-10-31 专家)
",
    );
}

#[test]
fn jiaxiang_2025_plans_by_a_month() {
    becomes(
        "
序号|事项名称|承办单位|完成时限
1|嘉祥县河湖岸线保护与利用规划|县水务局|2025年12月
",
        &of("嘉祥县人民政府", 2025),
        "
嘉祥县人民政府 2025 1 嘉祥县河湖岸线保护与利用规划 | 县水务局 | 2025年12月 → 2025-12-31
reading D2 planned_on: 2025年12月 → 2025-12-31: the last day of the month
",
    );
}

// The title is made up but for its years.
#[test]
fn yiliang_2024_has_years_in_a_title_and_no_time() {
    becomes(
        "
序号|事项名称|承办单位|备注
1|宜良县综合交通规划(2026年-2040年)|县交通运输局|
",
        &of("宜良县人民政府", 2024),
        "
宜良县人民政府 2024 1 宜良县综合交通规划(2026年-2040年) | 县交通运输局 | - → -
",
    );
}

#[test]
fn songyang_2019_has_milestones_beside_the_time() {
    becomes(
        "
序号|事项名称|事项分类|承办单位|承办时间|实施计划
1|松阳县丽水学院松阳校区PPP项目|重大公共建设项目|县教育局|2018年7月|2018年7月完成项目授权;
2|松阳县火车站站前大道站前广场及其配套工程PPP项目||县建设局|2018年6月|2018年6月完成项目授权; 2018年6月完成风险评估论证; 2019年3月完成社会资本招商; 2019年4月签订合同; 2019年6月开工建设。
5|松阳县产业发展及布局规划(2019—2025年)|重要规划|县发改局|2019年7月|2019年8月确定编制单位;
",
        &of("松阳县人民政府", 2019),
        "
松阳县人民政府 2019 1 松阳县丽水学院松阳校区PPP项目 | 县教育局 | 2018年7月 → 2018-07-31
松阳县人民政府 2019 2 松阳县火车站站前大道站前广场及其配套工程PPP项目 | 县建设局 | 2018年6月 → 2018-06-30
松阳县人民政府 2019 5 松阳县产业发展及布局规划(2019—2025年) | 县发改局 | 2019年7月 → 2019-07-31
reading E2 planned_on: 2018年7月 → 2018-07-31: the last day of the month
reading E3 planned_on: 2018年6月 → 2018-06-30: the last day of the month
reading E4 planned_on: 2019年7月 → 2019-07-31: the last day of the month
warning C1: the column `事项分类`; expected a column of the contract (it was ignored)
warning F1: the column `实施计划`; expected a column of the contract (it was ignored)
",
    );
}

// The title is made up; headings and time are published.
#[test]
fn hengxi_2025_has_the_six_columns_of_zhejiang() {
    becomes(
        "
序号|重大行政决策⏎事项名称|承办 科室|法律政策依据|履行程序要求|计划完成时 间
1|横溪镇国土空间总体规划|镇规划办|城乡规划法|公众参与、专家论证、风险评估、合法性审查、集体讨论决定|2025年4月
",
        &of("仙居县横溪镇人民政府", 2025),
        "
仙居县横溪镇人民政府 2025 1 横溪镇国土空间总体规划 | 镇规划办 | 2025年4月 → 2025-04-30 | professional 1 | stability_risk 1
reading E2 professional: 公众参与、专家论证、风险评估、合法性审查、集体讨论决定 → 1: it needs 专家论证, which 713 Art. 19, 论证 Art. 4 asks of such items
reading E2 stability_risk: 公众参与、专家论证、风险评估、合法性审查、集体讨论决定 → 1: it needs 风险评估, which 713 Art. 22 asks of such items
reading F2 planned_on: 2025年4月 → 2025-04-30: the last day of the month
warning D1: the column `法律政策依据`; expected a column of the contract (it was ignored)
warning E1: the column `履行程序要求`; expected a flag (it was read for those that its steps say, and not kept)
",
    );
}

// The titles are made up; headings and time are published.
#[test]
fn dandong_2024_has_them_too() {
    becomes(
        "
序号|重大行政决策事项名称|承办科室|法律政策依据|履行程序要求|计划完成时间
1|丹东街道老旧小区改造计划|城建办||公众参与 合法性审查 集体讨论决定|2024年12月
2|丹东街道社区用房管理办法|社区办||公众参与⏎合法性审查⏎集体讨论决定|2024年12月
",
        &of("象山县丹东街道办事处", 2024),
        "
象山县丹东街道办事处 2024 1 丹东街道老旧小区改造计划 | 城建办 | 2024年12月 → 2024-12-31
象山县丹东街道办事处 2024 2 丹东街道社区用房管理办法 | 社区办 | 2024年12月 → 2024-12-31
reading F2 planned_on: 2024年12月 → 2024-12-31: the last day of the month
reading F3 planned_on: 2024年12月 → 2024-12-31: the last day of the month
warning D1: the column `法律政策依据`; expected a column of the contract (it was ignored)
warning E1: the column `履行程序要求`; expected a flag (it was read for those that its steps say, and not kept)
",
    );
}

#[test]
fn xiangshan_commerce_2024_writes_months_with_a_dot() {
    becomes(
        "
序号|重大行政决策事项名称|承办科室|法律政策依据|履行程序要求|计划完成时间
1|关于印发2024年度象山县消费帮扶工作实施方案的通知|象山县菜篮子工程建设中心|发改振兴〔2021〕640号|公众参与 合法性审查 集体讨论决定|2024.05
",
        &of("象山县商务局", 2024),
        "
象山县商务局 2024 1 关于印发2024年度象山县消费帮扶工作实施方案的通知 | 象山县菜篮子工程建设中心 | 2024.05 → 2024-05-31
reading F2 planned_on: 2024.05 → 2024-05-31: the last day of the month
warning D1: the column `法律政策依据`; expected a column of the contract (it was ignored)
warning E1: the column `履行程序要求`; expected a flag (it was read for those that its steps say, and not kept)
",
    );
}

#[test]
fn zhaohua_2022_names_departments_concerned() {
    becomes(
        "
序号|决策事项|责任单位
1|《中国西部(广元)绿色家居产业城(昭化片区)招商项目入驻配套政策》|区商务和经济合作局
2|昭化区法治建设系列规划|区司法局
3|广元市昭化区“十四五”系列规划|区级相关部门
4|《广元市昭化区妇女发展纲要(2021-2030)》《广元市昭化区儿童发展纲要(2021-2030)》|区妇联
",
        &of("广元市昭化区人民政府", 2022),
        "
广元市昭化区人民政府 2022 1 《中国西部(广元)绿色家居产业城(昭化片区)招商项目入驻配套政策》 | 区商务和经济合作局 | - → -
广元市昭化区人民政府 2022 2 昭化区法治建设系列规划 | 区司法局 | - → -
广元市昭化区人民政府 2022 3 广元市昭化区“十四五”系列规划 | 区级相关部门 | - → -
广元市昭化区人民政府 2022 4 《广元市昭化区妇女发展纲要(2021-2030)》《广元市昭化区儿童发展纲要(2021-2030)》 | 区妇联 | - → -
warning C4, drafting_unit: `区级相关部门`; expected a unit (it was kept as it stands)
",
    );
}

// The titles are made up; the headings are published.
#[test]
fn hebei_of_tianjin_2022_has_no_time() {
    becomes(
        "
天津市河北区人民政府2022年度重大行政决策事项目录
单位：河北区人民政府办公室||日期：2022年3月
序号|决策事项名称|承办单位
1|河北区“十四五”综合交通规划|区住房建设委
2|河北区养老设施布局规划|区民政局
",
        &Defaults::default(),
        "
天津市河北区人民政府 2022 1 河北区“十四五”综合交通规划 | 区住房建设委 | - → -
天津市河北区人民政府 2022 2 河北区养老设施布局规划 | 区民政局 | - → -
reading 1 organ: 天津市河北区人民政府2022年度重大行政决策事项目录 → 天津市河北区人民政府: from the title above the table
reading 1 year: 天津市河北区人民政府2022年度重大行政决策事项目录 → 2022: from the title above the table
",
    );
}

// The titles are made up; the form is published.
#[test]
fn shizhong_of_zaozhuang_2025_is_no_table() {
    becomes(
        "
一、市中区城市更新专项规划
承办单位：区住建局
二、市中区水利设施管理办法
承办单位：区水务局
",
        &of("枣庄市市中区人民政府", 2025),
        "
fault 2: paragraphs of text and no table: `承办单位：区住建局`; expected a table: a header 序号, 事项名称, 承办单位, 计划完成时间, and each item on one row below it
",
    );
}

// The title is made up; headings and steps are published.
#[test]
fn tangyuankou_2025_details_the_time_by_steps() {
    becomes(
        "
序号|事项名称|决策主体|决策承办单位|法律政策依据|履行程序要求|细化完成时间
1|塘源口乡集镇规划|塘源口乡人民政府|乡规划办||公众参与、合法性审查、集体审议|5月立项；7月草案；8月公众参与、合法性审查、集体审议；9月实施
",
        &of("江山市人民政府", 2025),
        "
塘源口乡人民政府 2025 1 塘源口乡集镇规划 | 乡规划办 | 5月立项；7月草案；8月公众参与、合法性审查、集体审议；9月实施 → 2025-08-31
reading G2 planned_on: 5月立项；7月草案；8月公众参与、合法性审查、集体审议；9月实施 → 2025-08-31: the step in which the decision is taken (2025-05-31 立项, 2025-07-31 草案, 2025-08-31 公众参与、合法性审查、集体审议, 2025-09-30 实施)
warning E1: the column `法律政策依据`; expected a column of the contract (it was ignored)
warning F1: the column `履行程序要求`; expected a flag (it was read for those that its steps say, and not kept)
",
    );
}

// The title is made up; headings and time are published.
#[test]
fn donghu_2025_names_who_decides() {
    becomes(
        "
序号|决策事项名称|主要内容|决策主体|承办职能办|法律政策依据|履行程序要求|计划完成时间
1|东湖街道城市管理实施方案|略|东湖街道办事处|综合执法办||公众参与、风险评估、合法性审查、集体讨论决定|2025年12月
",
        &of("绍兴市越城区人民政府", 2025),
        "
东湖街道办事处 2025 1 东湖街道城市管理实施方案 | 综合执法办 | 2025年12月 → 2025-12-31 | stability_risk 1
reading G2 stability_risk: 公众参与、风险评估、合法性审查、集体讨论决定 → 1: it needs 风险评估, which 713 Art. 22 asks of such items
reading H2 planned_on: 2025年12月 → 2025-12-31: the last day of the month
warning C1: the column `主要内容`; expected a column of the contract (it was ignored)
warning F1: the column `法律政策依据`; expected a column of the contract (it was ignored)
warning G1: the column `履行程序要求`; expected a flag (it was read for those that its steps say, and not kept)
",
    );
}

// The title is made up; the headings are published.
#[test]
fn mazhang_2022_says_that_the_year_is_the_time() {
    becomes(
        "
序号|重大行政决策事项|承办单位
1|麻章区国土空间总体规划|区自然资源局
",
        &of("湛江市麻章区人民政府", 2022),
        "
湛江市麻章区人民政府 2022 1 麻章区国土空间总体规划 | 区自然资源局 | - → -
",
    );
}

// The titles are made up; both headers are published.
#[test]
fn panyu_2017_has_a_second_table_for_hearings() {
    becomes(
        "
序号|决策事项名称|决策事项主要内容|组织承办部门
1|番禺区历史建筑保护规划|略|区国规局
2|番禺区停车场建设规划|略|区住建局
广州市番禺区2017年度重大行政决策听证事项目录|<|<|<
序号|听证事项名称|听证时间|组织承办部门
1|番禺区历史建筑保护规划|9月|区国规局
",
        &of("广州市番禺区人民政府", 2017),
        "
fault 5: a second header, `序号,听证事项名称,听证时间,组织承办部门`; expected one table; put what begins here into a sheet or a file of its own
",
    );
}

#[test]
fn suibin_2025_has_a_heading_twice() {
    becomes(
        "
序号|事项名称|事项名称|完成时间
1|集体林木采伐更新造林保证金实施意见(2025-2035)|<|2025年12月
2|原国企改革中下岗职工独生子女父母退休一次性补助||2025年12月
",
        &of("绥滨县人民政府", 2025),
        "
绥滨县人民政府 2025 1 集体林木采伐更新造林保证金实施意见(2025-2035) | - | 2025年12月 → 2025-12-31
绥滨县人民政府 2025 2 原国企改革中下岗职工独生子女父母退休一次性补助 | - | 2025年12月 → 2025-12-31
reading D2 planned_on: 2025年12月 → 2025-12-31: the last day of the month
reading D3 planned_on: 2025年12月 → 2025-12-31: the last day of the month
warning C1: the column `事项名称`; expected one column of that meaning (a row is taken where both say the same)
",
    );
}

// What a mirror page shows: the unit under the heading of the title.
#[test]
fn suibin_2025_with_two_meanings_is_asked_about() {
    becomes(
        "
序号|事项名称|事项名称|完成时间
1|集体林木采伐更新造林保证金实施意见(2025-2035)|县林草局|2025年12月
",
        &of("绥滨县人民政府", 2025),
        "
fault C2, title: `集体林木采伐更新造林保证金实施意见(2025-2035)` under `事项名称` and `县林草局` under `事项名称`; expected the same in both columns; delete the one that is not meant
",
    );
}

#[test]
fn chongqing_2023_was_told_in_the_press() {
    becomes(
        "
序号|事项名称|承办单位
2|以成渝地区构建现代化产业体系为统领推动先进制造业协同发展示范区建设行动计划(2023—2027年)|市经济信息委
4|重庆市三线一单生态环境分区管控调整方案(2023年)|市生态环境局
12|重庆历史名人馆迁建项目选址|市政府文史馆
",
        &of("重庆市人民政府", 2023),
        "
重庆市人民政府 2023 2 以成渝地区构建现代化产业体系为统领推动先进制造业协同发展示范区建设行动计划(2023—2027年) | 市经济信息委 | - → -
重庆市人民政府 2023 4 重庆市三线一单生态环境分区管控调整方案(2023年) | 市生态环境局 | - → -
重庆市人民政府 2023 12 重庆历史名人馆迁建项目选址 | 市政府文史馆 | - → -
",
    );
}
