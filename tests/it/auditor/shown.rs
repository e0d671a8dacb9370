//! What people see of a finding: `duban health`, the digest.

use serde_json::Value;

use crate::support::command;
use crate::support::mailbox::Mail;
use crate::support::rounds::Rounds;
use crate::support::world::World;

/// A city on the day it is: the command reads the host's clock.
fn city() -> Rounds {
    let mut rounds = Rounds::in_city(&duban::clock::Clock::System.today().to_string());
    rounds
        .world
        .clock
        .jump_to(duban::clock::Clock::System.now());
    rounds.tick();
    rounds
}

fn health(world: &World, arguments: &[&str]) -> command::Said {
    let config = world.at("duban.toml").display().to_string();
    let mut all = vec!["health", "--config", &config];
    all.extend(arguments);
    command::duban(&world.at(""), &all)
}

/// Without the one about the coming year's calendar, which is missing in some months.
fn codes(answer: &Value) -> Vec<&str> {
    let findings = answer["findings"].as_array().unwrap().iter();
    let codes = findings.map(|one| one["code"].as_str().unwrap());
    codes.filter(|code| !code.contains("calendar")).collect()
}

#[test]
fn health_answers_in_the_words_of_monitoring_plugins() {
    let mut rounds = city();
    let said = health(&rounds.world, &["--json"]);
    assert_eq!(codes(&said.json()), [""; 0], "{said:?}");
    rounds.change(
        "insert into hold (destination, since, cause, reason)
         values ('mail', '2026-05-08T00:00:00.000Z', 'fault', 'auth 535: no')",
    );
    rounds.tick();
    let said = health(&rounds.world, &["--json"]);
    assert_eq!(said.code, 1);
    assert_eq!(codes(&said.json()), ["destination_held"]);
    assert_eq!(said.json()["status"], "critical");
    let said = health(&rounds.world, &[]);
    assert_eq!(said.code, 1);
    assert!(said.out.starts_with("CRITICAL: "), "{said:?}");
    assert!(said.out.contains("auth 535: no"), "{said:?}");
}

#[test]
fn a_daemon_that_has_gone_silent_is_a_finding() {
    let mut rounds = city();
    let long_ago = "update setting set value = '2026-01-01T00:00:00.000Z'
                    where name = 'inspected_at'";
    rounds.change(long_ago);
    let said = health(&rounds.world, &["--json"]);
    assert_eq!(codes(&said.json()), ["daemon_silent"]);
    assert_eq!(said.code, 1);
    rounds.world.close();
    std::fs::remove_file(rounds.world.at("ledger.db")).unwrap();
    let said = health(&rounds.world, &["--json"]);
    assert_eq!(codes(&said.json()), ["daemon_silent"]);
}

#[test]
fn the_centres_digest_says_in_one_line_how_many_alarms_there_are_and_which() {
    let mut rounds = Rounds::in_city("2026-09-02");
    rounds.world.at_time("2026-09-02", "08:00");
    rounds.change(
        "insert into hold (destination, since, cause, reason)
         values ('webhook:市住建局', '2026-09-01T00:00:00.000Z', 'fault', 'HTTP 410'),
                ('webhook:市交通局', '2026-09-01T00:00:00.000Z', 'fault', 'HTTP 410')",
    );
    rounds.world.decision("2026-001");
    rounds
        .world
        .change("update decision set drafting_unit = '市文旅局'");
    rounds.turn();
    rounds.world.at_time("2026-09-02", "08:30");
    rounds.turn();
    let digest = rounds.world.mails().into_iter().find(Mail::is_digest);
    let text = digest.unwrap().text;
    let line = "系统告警3项（部分渠道暂停发送、目录中的单位不在通讯录），请系统管理员处理。";
    assert!(text.contains(line), "{text}");
}
