//! SIGHUP: the files as they are now, or, if they are wrong, as they were.

use super::{city, due_today, noticed, settled};
use crate::support::process::Process;
use crate::support::world::World;

fn edit(world: &World, file: &str, from: &str, to: &str) {
    let text = std::fs::read_to_string(world.at(file)).unwrap();
    assert!(text.contains(from), "{file} has no {from}");
    std::fs::write(world.at(file), text.replace(from, to)).unwrap();
}

fn last_to(world: &World) -> String {
    let mails = world.mails();
    let mut notices = mails.iter().filter(|mail| !mail.is_digest());
    notices.next_back().unwrap().to.clone()
}

fn refused(world: &World, process: &mut Process) {
    process.signal("HUP");
    process.hears("RELOADING=1");
    process.hears("reload refused, the old settings stay in force");
    process.hears("READY=1");
    let before = noticed(world);
    let id = format!("2026-{:03}", before + 100);
    due_today(world, &id);
    process.until("told", || noticed(world) > before);
    assert_eq!(last_to(world), "contact@zjj");
}

#[test]
fn a_new_directory_is_in_force_at_once() {
    let world = city();
    let mut process = settled(&world);
    edit(&world, "units.toml", "contact@zjj", "successor@zjj");
    process.signal("HUP");
    process.hears("RELOADING=1");
    process.hears("READY=1");
    due_today(&world, "2026-001");
    process.until("told", || noticed(&world) == 1);
    assert_eq!(last_to(&world), "successor@zjj");
}

#[test]
fn files_that_are_wrong_change_nothing_and_are_named_in_the_log() {
    let world = city();
    let mut process = settled(&world);
    for (file, from, to) in [
        ("units.toml", "contact@zjj", "no address"),
        ("duban.toml", "[mail]", "[mial]"),
        ("duban.toml", "rules.toml", "nowhere.toml"),
        (
            "duban.toml",
            "[mail]",
            "[calendar]\nfolder = \"nowhere\"\n[mail]",
        ),
        (
            "duban.toml",
            "[mail]",
            "[wording]\nfolder = \"nowhere\"\n[mail]",
        ),
        (
            "duban.toml",
            "[mail]",
            "[ledger]\nfile = \"elsewhere.db\"\n[mail]",
        ),
    ] {
        edit(&world, file, from, to);
        refused(&world, &mut process);
        edit(&world, file, to, from);
    }
    let log = process.log();
    for named in [
        "no address",
        "mial",
        "nowhere.toml",
        "nowhere",
        "elsewhere.db",
    ] {
        assert!(log.contains(named), "{named} is not in\n{log}");
    }
    process.signal("HUP");
    process.hears("STATUS=next date");
}

#[test]
fn a_new_pack_works_every_date_out_anew() {
    let world = city();
    world.decision("2026-001");
    world.change(
        "insert into event (decision_id, kind, on_date)
         values ('2026-001', 'archived', date('now', '-3 years'))",
    );
    let process = settled(&world);
    edit(
        &world,
        "rules.toml",
        "offset = \"+10y\"",
        "offset = \"+8y\"",
    );
    process.signal("HUP");
    let revision = || world.rows("select revision from obligation");
    process.until("moved", || revision() == ["2"]);
    assert_eq!(world.audit("2026-001/arc-21")[0].what, "date moved");
}

#[test]
fn a_local_day_off_moves_the_date_that_falls_on_it_while_the_daemon_runs() {
    let world = city();
    world.keep_calendars();
    world.decision("2026-001");
    world.change(
        "insert into event (decision_id, kind, on_date)
         values ('2026-001', 'execution_completed', date('now', 'localtime'))",
    );
    let process = settled(&world);
    let due_on = || world.rows("select due_on from obligation where rule = 'arc-18'");
    let was = due_on();
    let local = format!(
        "[[local]]\nname = \"停工\"\nauthority = \"甲\"\nfrom = {}\n",
        was[0]
    );
    let file = world.at("local.toml");
    std::fs::write(&file, local).unwrap();
    let said = world.duban(&["calendar", "load", file.to_str().unwrap(), "--yes"]);
    assert!(said.contains("2026-001  arc-18"), "{said}");
    process.signal("HUP");
    process.until("moved", || due_on() != was);
    let moved = &world.audit("2026-001/arc-18")[0];
    assert_eq!(moved.what, "date moved");
    assert_eq!(moved.detail["was"]["due_on"], was[0]);
}
