//! 通知: what was sent to whom, and what came of it, from a ledger that a city's rounds have filled.

use rusqlite::Connection;

use super::{Row, rows};
use crate::support::command::{self, Said};
use crate::support::smtp::{Act, Stage};
use crate::support::world::World;

fn export(world: &World, arguments: &[&str]) -> Said {
    let config = world.at("duban.toml").display().to_string();
    let all = [&["export"], arguments, &["--config", &config]].concat();
    command::duban(&world.at(""), &all)
}

/// A duty that is overdue, and one that is near; a mail to the contact of their unit is refused
/// for good.
fn told() -> World {
    let world = World::new("2026-09-02");
    for (decision, on) in [("2026-001", "2026-07-20"), ("2026-002", "2026-08-04")] {
        world.decision(decision);
        world.event(decision, "execution_completed", on);
    }
    world
        .relay
        .refuse("contact@jtj", Some("550 5.1.1 no such user =cmd()"));
    world.work();
    world
}

fn shown(world: &World, arguments: &[&str]) -> Vec<Row> {
    let file = ["n.xlsx", "--force", "--as-of", "2026-09-02"];
    export(world, &[&file, arguments].concat()).ok();
    rows(&world.at("n.xlsx"), "通知")
}

#[test]
fn every_notice_of_the_ledger_stands_in_it_with_its_result_in_chinese() {
    let world = told();
    let rows = shown(&world, &[]);
    let count = world.rows("select count(*) from notice").remove(0);
    assert!(rows.len() > 3);
    assert_eq!(rows.len().to_string(), count);
    let results = ["■ 已送达", "✕ 未送达", "… 待发送", "! 重试中"];
    for row in &rows {
        assert!(results.contains(&&*row["结果"]), "{row:?}");
        assert!(row["事项编号"].starts_with("2026-00"), "{row:?}");
        assert!(["邮件", "系统接口"].contains(&&*row["渠道"]), "{row:?}");
        assert!(row["制作时间"].starts_with("2026-09-02 "), "{row:?}");
        assert!(
            !row["提醒档次"].is_empty() && !row["内容"].is_empty(),
            "{row:?}"
        );
    }
    let failed = rows.iter().find(|row| row["收件人"].starts_with("赵联络"));
    if let Some(failed) = failed {
        assert_eq!(failed["结果"], "✕ 未送达", "{failed:?}");
        assert!(failed["说明"].contains("收件地址被拒收"), "{failed:?}");
        assert!(failed["说明"].contains("550"), "{failed:?}");
    } else {
        panic!("{rows:?}");
    }
}

#[test]
fn who_acknowledged_it_stands_beside_it_and_when() {
    let world = told();
    world.duban(&["ack", "2026-001", "--unit", "市交通局", "--by", "钱局长"]);
    let rows = shown(&world, &[]);
    let by: Vec<&Row> = rows
        .iter()
        .filter(|row| row["签收人"] == "钱局长")
        .collect();
    assert!(!by.is_empty(), "{rows:?}");
    for row in by {
        assert!(
            !row["签收时间"].is_empty() && row["说明"].contains("督查指挥中心登记"),
            "{row:?}"
        );
    }
}

#[test]
fn notices_follow_the_duties_that_are_asked_for_and_the_day() {
    let world = told();
    assert_eq!(shown(&world, &["--year", "2025"]), []);
    assert_eq!(shown(&world, &["--state", "open"]), []);
    assert!(!shown(&world, &["--state", "overdue"]).is_empty());
    export(&world, &["n.xlsx", "--force", "--as-of", "2026-09-01"]).ok();
    assert_eq!(rows(&world.at("n.xlsx"), "通知"), []);
    let json = export(&world, &["-", "--format", "json", "--as-of", "2026-09-02"]).json();
    let count = world.rows("select count(*) from notice").remove(0);
    assert_eq!(json["notices"].as_array().unwrap().len().to_string(), count);
}

#[test]
fn without_a_ledger_the_sheet_says_so() {
    let world = told();
    let catalog = world.at("catalog.db").display().to_string();
    let arguments = [
        "export",
        "n.xlsx",
        "--as-of",
        "2026-09-02",
        "--catalog",
        &catalog,
    ];
    command::duban(&world.at(""), &arguments).ok();
    let cells = super::cells(&world.at("n.xlsx"), "通知");
    assert!(
        cells.iter().flatten().any(|cell| cell.contains("没有账本")),
        "{cells:?}"
    );
}

#[test]
fn what_peers_and_people_wrote_about_a_decision_that_became_confidential_is_not_shown() {
    let world = World::new("2026-09-02");
    world.decision("2026-001");
    world.event("2026-001", "execution_completed", "2026-08-04");
    world
        .relay
        .next(Stage::Data, Act::Say("554 5.7.1 停车管理办法 refused"));
    world
        .relay
        .refuse("contact@jtj", Some("550 5.1.1 停车管理办法 unknown"));
    world.work();
    let said =
        |world: &World| export(world, &["-", "--format", "json", "--as-of", "2026-09-02"]).ok();
    assert!(said(&world).contains("停车管理办法"));
    // The catalogue says so before the ledger has heard of it, and the ledger alone later.
    world.change("update decision set confidential = 1");
    assert!(!said(&world).contains("停车管理办法"));
    world.work();
    let file = shown(&world, &[]);
    assert!(!format!("{file:?}").contains("停车管理办法"), "{file:?}");
    world.change("delete from event");
    world.change("delete from decision");
    let ledger = Connection::open(world.at("ledger.db")).unwrap();
    let ask = "select count(*) from confidential";
    let known: i64 = ledger.query_row(ask, [], |row| row.get(0)).unwrap();
    assert_eq!(known, 1);
    let all = said(&world);
    assert!(
        all.contains("2026-001") && !all.contains("停车管理办法"),
        "{all}"
    );
}
