//! How cells were read, as far as somebody has to look at it.

use super::import;
use crate::support::command::Desk;

const LIST: &str = "\
序号,事项名称,承办单位,计划完成时间
1,供热规划,市住建局,第三季度
2,公交票价,市发改委,2026年6月
3,河道整治,市水利局,年底前
";

#[test]
fn an_adjusted_list_shows_how_the_rows_were_read_that_change() {
    let desk = Desk::new();
    let first = import(&desk, LIST, &["--yes"]).ok();
    for row in 2..=4 {
        assert!(
            first.contains(&format!("read list.csv:{row}: planned_on")),
            "{first}"
        );
    }
    let adjusted = LIST.replace("2026年6月", "2026年9月");
    let again = import(&desk, &adjusted, &["--dry-run"]).ok();
    assert!(
        again.contains("read list.csv:3: planned_on `2026年9月` → 2026-09-30"),
        "{again}"
    );
    assert!(!again.contains("第三季度"), "{again}");
    assert!(
        again.contains("cells read of rows that stay as they are"),
        "{again}"
    );
    let json = import(&desk, &adjusted, &["--dry-run", "--json"]).json();
    let read = json["readings"].as_array().unwrap();
    let planned = read
        .iter()
        .filter(|reading| reading["column"] == "planned_on");
    assert_eq!(planned.count(), 3, "machines get all of them");
}
