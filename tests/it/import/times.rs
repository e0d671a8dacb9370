//! Planned times in every shape that was seen, and those that nobody can be sure of.

use duban::store::catalog::{planned, planned_day};

fn read(text: &str) -> Option<String> {
    planned_day(text, Some(2025)).map(|day| day.to_string())
}

#[test]
fn published_times_end_on_their_last_day() {
    for (text, last) in [
        ("2025年12月", "2025-12-31"),
        ("2025.12", "2025-12-31"),
        ("2024.05", "2024-05-31"),
        ("2021.6", "2021-06-30"),
        ("2021.10", "2021-10-31"),
        ("2025/12", "2025-12-31"),
        ("2025-12", "2025-12-31"),
        ("2025-12月", "2025-12-31"),
        ("2025年", "2025-12-31"),
        ("2025年度", "2025-12-31"),
        ("2024年 2月", "2024-02-29"),
        ("2025年12\n月", "2025-12-31"),
        ("２０２５年１２月", "2025-12-31"),
        ("二〇二五年十二月", "2025-12-31"),
        ("二○二五年", "2025-12-31"),
        ("十二月", "2025-12-31"),
        ("十月二十日", "2025-10-20"),
        ("2025年12月份", "2025-12-31"),
        ("第二季度", "2025-06-30"),
        ("三季度", "2025-09-30"),
        ("三季度末", "2025-09-30"),
        ("第三季度末前", "2025-09-30"),
        ("2024年第二季度", "2024-06-30"),
        ("2024年二季度", "2024-06-30"),
        ("Q3", "2025-09-30"),
        ("2026年Q1", "2026-03-31"),
        ("上半年", "2025-06-30"),
        ("2026年下半年", "2026-12-31"),
        ("2022年12月31日前", "2022-12-31"),
        ("2022年12月31日之前完成", "2022-12-31"),
        ("2025-06-30", "2025-06-30"),
        ("２０２５／６／３０", "2025-06-30"),
        ("2025.6.30", "2025-06-30"),
        ("6月30日", "2025-06-30"),
        ("6月底前", "2025-06-30"),
        ("2025年6月底", "2025-06-30"),
        ("2025年6月底前完成", "2025-06-30"),
        ("12月上旬", "2025-12-10"),
        ("12月中旬", "2025-12-20"),
        ("12月下旬", "2025-12-31"),
        ("2025年2月下旬", "2025-02-28"),
        ("年底前", "2025-12-31"),
        ("年底", "2025-12-31"),
        ("年内", "2025-12-31"),
        ("2025年底前", "2025-12-31"),
        ("2025年年底", "2025-12-31"),
        ("本年度内", "2025-12-31"),
        ("全年", "2025-12-31"),
        ("2025年全年", "2025-12-31"),
        ("预计2025年9月", "2025-09-30"),
        ("2025年9月完成", "2025-09-30"),
    ] {
        assert_eq!(
            read(text).as_deref(),
            Some(last),
            "{text}: {}",
            planned(text, Some(2025))
        );
    }
}

#[test]
fn a_range_ends_with_its_end() {
    for (text, last) in [
        ("2025.12—2026.01", "2026-01-31"),
        ("2025.12-2026.01", "2026-01-31"),
        ("2025年6月至9月", "2025-09-30"),
        ("2025年6月—2026年1月", "2026-01-31"),
        ("6月至9月", "2025-09-30"),
        ("6-9月", "2025-09-30"),
        ("2025年6～9月", "2025-09-30"),
        ("第二至三季度", "2025-09-30"),
        ("2025-2026年", "2026-12-31"),
        ("2025年11月——12月底前", "2025-12-31"),
    ] {
        assert_eq!(
            read(text).as_deref(),
            Some(last),
            "{text}: {}",
            planned(text, Some(2025))
        );
    }
    let rule = planned("2025.12—2026.01", None).rule;
    assert_eq!(rule, "the end of the range: the last day of the month");
}

#[test]
fn what_can_be_read_in_two_ways_is_not_read_and_says_why() {
    for (text, why) in [
        ("2021.1", "January or October"),
        ("6月前", "may mean before it begins"),
        ("2025年前", "may mean before it begins"),
        ("2025年第四季度前", "may mean before it begins"),
        ("12月下旬前", "may mean before it begins"),
        ("2025年6月至9月前", "may mean before it begins"),
        ("全年长期", "without an end"),
        ("长期", "without an end"),
        ("2025年初", "no last day"),
        ("年中", "no last day"),
        ("6月初", "no last day"),
        ("2025.13", "no such day"),
        ("2025年2月30日", "no such day"),
        ("0206年3月", "no such day"),
        ("12月至3月", "ends before it begins"),
        ("25.12", "no time of a known shape"),
        ("25年12月", "no time of a known shape"),
        ("2025", "no time of a known shape"),
        ("45992", "no time of a known shape"),
        ("适时", "no time of a known shape"),
        ("2025年12月左右", "no time of a known shape"),
        ("2025年12月31日前后", "no time of a known shape"),
        ("2025年12月起", "no time of a known shape"),
        ("第二季度、第四季度", "no time of a known shape"),
        ("2025年12月或2026年1月", "no time of a known shape"),
        ("2025年12月（视情况而定）", "no time of a known shape"),
        ("供热专项规划（2026年—2030年）", "no time of a known shape"),
        ("", "no time of a known shape"),
    ] {
        let read = planned(text, Some(2025));
        assert_eq!(read.last, None, "{text}: {read}");
        assert!(read.rule.contains(why), "{text}: {read}");
    }
}

#[test]
fn a_missing_year_is_asked_for() {
    for text in [
        "第三季度",
        "6月底前",
        "年底",
        "6月至9月",
        "8月集体审议；9月印发",
    ] {
        let read = planned(text, None);
        assert_eq!(read.last, None, "{text}");
        assert!(read.rule.contains("--year"), "{text}: {read}");
    }
}

/// The steps as they are shown, and the day that was chosen.
fn stepped(text: &str) -> (Option<String>, String) {
    let read = planned(text, Some(2025));
    (read.last.map(|day| day.to_string()), read.to_string())
}

#[test]
fn of_one_date_per_step_the_step_that_decides_is_the_planned_time() {
    for text in [
        "5月立项；7月草案；8月公众参与、合法性审查、集体审议；9月实施",
        "2025年5月立项；2025年7月草案；2025年8月公众参与、合法性审查、集体审议；2025年9月实施。",
        "1.5月立项\n2.7月草案\n3.8月公众参与、合法性审查、集体审议\n4.9月实施",
        "5月立项，7月草案，8月集体审议，9月实施",
        "立项：5月；草案：7月；集体讨论决定：8月底前；实施：9月",
        "立项（5月）；集体决策（8月）",
        "征求意见 2025年5月；提请市政府常务会议审议：2025年8月",
    ] {
        let (last, read) = stepped(text);
        if text.starts_with("征求意见") {
            // A time behind its step without a mark is no form that was seen.
            assert_eq!(last, None, "{read}");
            continue;
        }
        assert_eq!(last.as_deref(), Some("2025-08-31"), "{text}: {read}");
    }
    let (_, read) = stepped("5月立项；8月集体审议；9月实施");
    let wanted = "the step in which the decision is taken (2025-05-31 立项, 2025-08-31 集体审议, 2025-09-30 实施)";
    assert_eq!(read, wanted);
}

#[test]
fn where_no_step_decides_the_last_in_order_stands_unless_it_is_another_step() {
    let last = |text| stepped(text).0;
    let day = |day: &str| Some(day.to_owned());
    assert_eq!(last("6月公开征求意见；12月印发"), day("2025-12-31"));
    assert_eq!(last("2025年6月征求意见；2026年1月出台"), day("2026-01-31"));
    assert_eq!(last("2025年12月底前出台"), day("2025-12-31"));
    assert_eq!(last("8月集体讨论；9月常务会议审议"), day("2025-09-30"));
    for text in [
        // Cut off in the source: what the second step is, nobody knows.
        "1.2022年10月完成公众参与;\n2.2022年10月完成专家",
        "2025年10月完成公众参与",
        "2018年6月完成项目授权; 2018年6月完成风险评估论证; 2019年6月开工建设。",
        "7月形成决策草案；9月合法性审查",
        "12月出台；6月征求意见",
        "2025年12月印发；2025年6月公布",
        "12月印发；12月公布",
    ] {
        let (last, read) = stepped(text);
        assert_eq!(last, None, "{text}: {read}");
    }
    let (_, read) = stepped("1.2022年10月完成公众参与;\n2.2022年10月完成专家");
    assert!(
        read.contains("2022-10-31 公众参与, 2022-10-31 专家"),
        "{read}"
    );
}

#[test]
fn a_step_without_a_year_has_the_one_before_it_unless_it_would_go_back() {
    let (last, _) = stepped("2024年11月征求意见；12月集体审议");
    assert_eq!(last.as_deref(), Some("2024-12-31"));
    let (last, read) = stepped("2024年11月征求意见；1月集体审议");
    assert_eq!(last, None);
    assert!(read.contains("the year of a step is not said"), "{read}");
}

#[test]
fn a_text_that_lost_its_line_breaks_is_read_as_before() {
    let cell = "1.2025年5月立项\n2.2025年8月集体审议";
    assert_eq!(stepped(cell), stepped(&cell.replace('\n', " ")));
}
