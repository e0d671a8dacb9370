//! The real program on a host whose clock lies, and a person's word beside it.

use chrono::TimeDelta;
use duban::clock::Clock;

use crate::support::command;
use crate::support::process::Process;
use crate::support::rounds::Rounds;

/// Mail may go out at any hour.
const HOURS: &str =
    "[schedule]\nsend_from = \"00:00\"\nsend_until = \"23:59\"\ndigest_at = \"00:00\"\n";

/// A ledger that has seen tomorrow already, and a decision that is due today.
fn city_that_saw_tomorrow() -> Rounds {
    let today = Clock::System.today().to_string();
    let mut rounds = Rounds::in_city(&today);
    let tomorrow = Clock::System.now() + TimeDelta::days(1);
    rounds.world.clock.jump_to(tomorrow);
    rounds.tick();
    rounds.world.close();
    let file = rounds.world.at("duban.toml");
    let settings = std::fs::read_to_string(&file).unwrap();
    std::fs::write(file, format!("{HOURS}\n{settings}")).unwrap();
    rounds.world.decision("2026-001");
    let due = format!("update decision set planned_on = '{today}'");
    rounds.world.change(&due);
    rounds
}

#[test]
fn a_clock_that_lies_behind_holds_the_real_program_until_a_person_confirms_it() {
    let rounds = city_that_saw_tomorrow();
    let world = &rounds.world;
    let mut process = Process::ready(&world.at(""));
    for _ in 0..3 {
        process.hears("clock_jumped");
    }
    let planned = "select key from notice";
    assert_eq!(world.rows(planned), [""; 0]);
    assert!(world.mails().is_empty());
    let config = world.at("duban.toml").display().to_string();
    let confirm = [
        "clock",
        "confirm",
        "--reason",
        "核对过",
        "--config",
        &config,
    ];
    let said = command::duban(&world.at(""), &confirm).ok();
    assert!(said.contains("goes on within a minute"), "{said}");
    process.until("posted", || !world.posts().is_empty());
    // Told once when it began, and once when it ended.
    process.until("over", || {
        process.log().matches("clock_jumped").count() == 2
    });
    let log = process.log();
    assert_eq!(log.matches("ERROR").count(), 1, "{log}");
    assert!(log.contains("the clock is believed again"), "{log}");
    let audit = world.audit("clock");
    let what: Vec<&str> = audit.iter().map(|entry| entry.what.as_str()).collect();
    assert_eq!(what, ["clock jumped", "clock confirmed"]);
    assert_eq!(audit[1].detail["reason"], "核对过");
}

#[test]
fn a_confirmation_needs_a_reason_and_a_ledger() {
    let mut rounds = Rounds::in_city("2026-09-02");
    rounds.world.close();
    let folder = rounds.world.at("");
    let config = rounds.world.at("duban.toml").display().to_string();
    let confirm = |reason: &str| {
        let arguments = ["clock", "confirm", "--reason", reason, "--config", &config];
        command::duban(&folder, &arguments)
    };
    confirm("").refused(2);
    confirm("核对过").ok();
    std::fs::remove_file(rounds.world.at("ledger.db")).unwrap();
    confirm("核对过").refused(78);
}
