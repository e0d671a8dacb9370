//! A group's robot on the daemon's own way: planned, claimed, sent, judged, settled.

use std::fs;
use std::sync::Mutex;

use duban::domain::delivery::robot::Vendor;

use super::SECRET;
use super::vendor::{Guards, Robot, TOKEN};
use crate::support::world::World;

const DAY: &str = "2026-09-02";
/// Not on the half hour, which Feishu asks to leave out.
const TIME: &str = "08:40";
const NUMBER: &str = "13800000001";

/// A city in which the group of 市交通局 has a robot of `vendor`, and its contact a number.
fn city(vendor: Vendor) -> (World, Robot) {
    let mut world = World::new(DAY);
    world.close();
    let guards = Guards {
        secret: Some(SECRET),
        clock: Some(world.clock.now()),
        ..Guards::default()
    };
    let robot = world.runtime.block_on(Robot::start(vendor, guards));
    fs::write(world.at("robot-secret"), SECRET).unwrap();
    let kind = vendor.channel().name();
    let signed = match vendor {
        Vendor::Wecom => "",
        Vendor::Dingtalk | Vendor::Feishu => ", secret = { file = \"robot-secret\" }",
    };
    let units = fs::read_to_string(world.at("units.toml")).unwrap();
    let units = units.replace(
        "email = \"contact@jtj\"",
        &format!("email = \"contact@jtj\", mobile = \"{NUMBER}\""),
    );
    let units = units.replace(
        "name = \"市交通局\"",
        &format!(
            "name = \"市交通局\"\nwebhook = {{ kind = \"{kind}\", url = \"{}\"{signed} }}",
            robot.url()
        ),
    );
    fs::write(world.at("units.toml"), units).unwrap();
    let settings = fs::read_to_string(world.at("duban.toml")).unwrap();
    let ports = format!("loopback_ports = [{}, ", robot.port);
    let settings = settings.replace("loopback_ports = [", &ports);
    fs::write(world.at("duban.toml"), settings).unwrap();
    world.open();
    world.at_time(DAY, TIME);
    world.decision("2026-001");
    world.event("2026-001", "execution_completed", "2026-08-10");
    (world, robot)
}

fn states(world: &World) -> Vec<String> {
    let robots = "select json_extract(recipient, '$.channel'), state from message
                  where json_extract(recipient, '$.channel') not in ('mail', 'webhook')";
    world.rows(robots)
}

#[test]
fn what_is_due_for_a_unit_stands_in_its_group_and_in_the_ledger() {
    for vendor in Vendor::ALL {
        let (world, robot) = city(vendor);
        world.work();
        let posts = robot.posts();
        assert!(!posts.is_empty(), "{vendor:?}: nothing was posted");
        assert!(
            posts.iter().all(super::vendor::Post::is_taken),
            "{posts:#?}"
        );
        let of_group = states(&world);
        let expected = format!("{} delivered", vendor.channel().name());
        let all = of_group.iter().all(|row| *row == expected);
        assert!(!of_group.is_empty() && all, "{of_group:?}");
    }
}

#[test]
fn a_robot_that_was_removed_holds_its_group_and_nobody_else() {
    let (world, robot) = city(Vendor::Wecom);
    robot.next(
        200,
        "{\"errcode\":93000,\"errmsg\":\"invalid webhook url\"}",
    );
    let sent = world.work();
    assert_eq!(robot.posts().len(), 1);
    let states = states(&world);
    assert!(
        !states.iter().any(|row| row.contains("delivered")),
        "{states:?}"
    );
    assert!(
        sent.mailed().contains(&"contact@jtj"),
        "{:?}",
        sent.mailed()
    );
    let held = world.rows("select destination from hold");
    assert_eq!(held, ["wecom:市交通局"]);
}

#[test]
fn neither_the_ledger_nor_the_log_has_a_token_a_secret_or_a_number() {
    let (world, robot) = city(Vendor::Dingtalk);
    let words = format!("no {NUMBER} at {}", robot.url());
    let refusal = serde_json::json!({ "errcode": 310_000, "errmsg": words });
    robot.next(200, refusal.to_string());
    let log = logged(|| {
        world.work();
    });
    assert!(!robot.posts().is_empty());
    assert!(log.contains("310000"), "{log}");
    let mut kept = log.into_bytes();
    for file in ["ledger.db", "ledger.db-wal"] {
        kept.extend(fs::read(world.at(file)).unwrap_or_default());
    }
    for secret in [NUMBER, TOKEN, SECRET] {
        let found = kept
            .windows(secret.len())
            .any(|part| part == secret.as_bytes());
        assert!(!found, "{secret} was kept");
    }
}

/// Whatever is logged while `what` runs on this thread.
fn logged(what: impl FnOnce()) -> String {
    let file = tempfile::NamedTempFile::new().unwrap();
    let subscriber = tracing_subscriber::fmt()
        .with_writer(Mutex::new(file.reopen().unwrap()))
        .with_ansi(false)
        .finish();
    tracing::subscriber::with_default(subscriber, what);
    fs::read_to_string(file.path()).unwrap()
}

/// Whoever restarts the daemon, or a fault that does, must not make the vendor lock the robot.
#[test]
fn restarts_in_one_minute_send_no_more_than_one_daemon_would() {
    let (mut world, robot) = city(Vendor::Wecom);
    for number in 2..7 {
        world.work();
        world.crash_and_reopen();
        let decision = format!("2026-00{number}");
        world.decision(&decision);
        world.event(&decision, "execution_completed", "2026-08-10");
    }
    let messages = robot.posts();
    let messages = messages
        .iter()
        .filter(|one| one.body["msgtype"] == "markdown");
    let burst = usize::try_from(Vendor::Wecom.rate().burst).unwrap();
    assert_eq!(messages.count(), burst);
}
