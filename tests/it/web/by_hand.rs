//! `duban ack`: what the centre heard and records, beside a running daemon.

use super::{DAY, assert_rebuilds, city, message};
use crate::support::command;
use crate::support::world::World;

fn said(world: &World, arguments: &[&str]) -> command::Said {
    let config = world.at("duban.toml").display().to_string();
    let all = [arguments, &["--config", &config]].concat();
    command::duban(&world.at(""), &all)
}

#[test]
fn a_message_is_acknowledged_by_name_and_shown_wherever_it_is_asked_for() {
    let world = city(DAY);
    world.work();
    let key = message(&world, "mail", "contact@jtj");
    let listed = world.duban(&["notices", "list", "--unacknowledged"]);
    assert_eq!(listed.matches("arc-18").count(), 3, "{listed}");
    let reason = ["--reason", "电话确认"];
    let args = [&["ack", &key, "--by", "赵联络"][..], &reason].concat();
    let dry = said(&world, &[&args[..], &["--dry-run"]].concat()).ok();
    assert!(dry.ends_with("1 would be acknowledged\n"), "{dry}");
    assert_eq!(world.rows("select count(*) from acknowledgement"), ["0"]);
    let told = said(&world, &args).ok();
    assert!(
        told.contains("市交通局") && told.contains("2026-001/arc-18"),
        "{told}"
    );
    assert!(told.ends_with("1 acknowledged\n"), "{told}");
    for command in [
        &["why", "2026-001", "arc-18"][..],
        &["notices", "list", "2026-001"],
    ] {
        let shown = said(&world, &[command, &["--json"]].concat()).ok();
        assert!(shown.contains("\"by\":\"赵联络\""), "{shown}");
        let shown = world.duban(command);
        assert!(shown.contains("by 赵联络"), "{shown}");
    }
    let listed = world.duban(&["notices", "list", "--unacknowledged"]);
    assert_eq!(listed.matches("arc-18").count(), 2, "{listed}");
    let entry = world.audit(&key).pop().unwrap();
    assert_eq!(entry.what, "acknowledged");
    assert_eq!(entry.detail["how"], "centre");
    assert_eq!(entry.detail["note"], "电话确认");
    assert_rebuilds(&world);
}

#[test]
fn everything_a_unit_was_told_of_is_acknowledged_and_what_it_waits_for_needs_no_sending() {
    let world = city(DAY);
    world.relay.refuse("contact@zjj", Some("550 5.1.1 nobody"));
    world.deliver();
    // Directory and ledger know it by its name; people by another.
    let args = [
        "ack",
        "2026-001",
        "arc-18",
        "--unit",
        "市住房和城乡建设局",
        "--by",
        "王联络",
    ];
    let json = said(&world, &[&args[..], &["--json", "--dry-run"]].concat()).json();
    assert_eq!(json.as_array().unwrap().len(), 2, "{json}");
    assert_eq!(json[0]["unit"], "市住建局");
    let told = said(&world, &args).ok();
    assert!(told.ends_with("2 acknowledged\n"), "{told}");
    let states = world.notices("arc-18");
    let of = |address: &str| states.iter().find(|one| one.contains(address)).unwrap();
    assert!(of("contact@zjj").ends_with("cancelled"), "{states:?}");
    let given_up = world.rows("select state from message where recipient like '%contact@zjj%'");
    assert_eq!(given_up, ["cancelled"]);
    world.at_time(DAY, "12:00");
    world.plan();
    assert_eq!(
        world.rows("select 1 from audit where what = 'failed upward'"),
        [""; 0]
    );
    let again = said(&world, &args).refused(1);
    assert!(again.contains("that it has not acknowledged"), "{again}");
    assert_rebuilds(&world);
}

#[test]
fn everything_that_is_wrong_is_told_at_once_and_nothing_is_written() {
    let world = city(DAY);
    world.work();
    let (jtj, zjj) = (
        message(&world, "mail", "contact@jtj"),
        message(&world, "mail", "contact@zjj"),
    );
    let digest = world
        .rows("select key from message where digest is not null")
        .remove(0);
    said(&world, &["ack", &jtj, "--by", "赵"]).ok();
    let wrong = ["ack", &zjj, &jtj, "msg_nobody", &digest, "--by", "王"];
    let told = said(&world, &wrong).refused(1);
    for words in [
        "nothing was recorded",
        "msg_nobody: found no message of this name",
        "found a digest",
        "found one that was acknowledged by 赵 at 20",
        "--unacknowledged",
    ] {
        assert!(told.contains(words), "{words} not in {told}");
    }
    assert_eq!(world.rows("select by from acknowledgement"), ["赵"]);
    let wrong = [
        "ack",
        "2026-001",
        "no-rule",
        "more",
        "--unit",
        "市住建局",
        "--by",
        "王",
    ];
    let told = said(&world, &wrong).refused(1);
    assert!(told.contains("no-rule") && told.contains("more"), "{told}");
    said(&world, &["ack", &zjj]).refused(2);
    said(&world, &["ack", &zjj, "--by", " "]).refused(2);
    said(&world, &["ack", &zjj, "--by", &"长".repeat(31)]).refused(2);
    said(&world, &["ack", "--by", "王"]).refused(2);
}

#[test]
fn a_copy_of_before_does_not_make_acknowledgements_vanish_in_silence() {
    let mut world = city(DAY);
    world.work();
    let copy = world.at("copy.db").display().to_string();
    world.duban(&["backup", &copy]);
    let key = message(&world, "mail", "contact@jtj");
    said(&world, &["ack", &key, "--by", "赵联络"]).ok();
    world.close();
    for arguments in [&["restore", &copy, "--dry-run"][..], &["restore", &copy]] {
        let told = world.duban(arguments);
        assert!(
            told.contains("1 messages were acknowledged since"),
            "{told}"
        );
        assert!(
            told.contains(&format!("市交通局  by 赵联络  {key}")),
            "{told}"
        );
    }
    world.open();
    assert_eq!(world.rows("select count(*) from acknowledgement"), ["0"]);
    said(&world, &["ack", &key, "--by", "赵联络"]).ok();
    assert_rebuilds(&world);
}
