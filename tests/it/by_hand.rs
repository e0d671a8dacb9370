//! Held, released and tried again by a person, while the daemon runs or not: all of what was
//! named or none of it, and each with its reason.

use std::process::Command;

use duban::clock::Clock;

use crate::support::command;
use crate::support::http::Answer;
use crate::support::process::Process;
use crate::support::smtp::{Act, Stage};
use crate::support::world::World;

const DAY: &str = "2026-09-02";

/// One mail each to 市交通局 and 市住建局, a post to the latter, and the digest; nothing is
/// sent yet.
fn planned() -> World {
    let world = World::new(DAY);
    world.decision("2026-001");
    world.event("2026-001", "execution_completed", "2026-08-10");
    world.plan();
    world
}

fn key(world: &World, address: &str) -> String {
    let ask =
        format!("select key from message where json_extract(recipient, '$.address') = '{address}'");
    world.rows(&ask).remove(0)
}

fn said(world: &World, arguments: &[&str]) -> command::Said {
    let config = world.at("duban.toml").display().to_string();
    let all = [arguments, &["--config", &config]].concat();
    command::duban(&world.at(""), &all)
}

#[test]
fn a_held_message_waits_until_it_is_released_and_nobody_else_does() {
    let world = planned();
    let held = key(&world, "contact@jtj");
    let told = world.duban(&["notices", "hold", &held, "--reason", "内容待核实"]);
    assert!(told.ends_with("1 held\n"), "{told}");
    let sent = world.work();
    assert_eq!(sent.mailed(), ["contact@zjj"]);
    let listed = world.duban(&["notices", "list", "--held"]);
    assert!(listed.contains("‖ held"), "{listed}");
    assert!(listed.contains("内容待核实"), "{listed}");
    let why = world.duban(&["why", "2026-001"]);
    assert!(why.contains("内容待核实"), "{why}");
    let digest = world.day("2026-09-03").mails;
    let digest = digest.iter().find(|mail| mail.is_digest()).unwrap();
    assert!(digest.text.contains("人工暂缓1件"), "{}", digest.text);
    world.duban(&[
        "notices",
        "release",
        "--to",
        "市交通局",
        "--reason",
        "已核实",
    ]);
    assert_eq!(world.work().mailed(), ["contact@jtj"]);
    let entries = world.audit(&held);
    let what: Vec<&str> = entries.iter().map(|entry| entry.what.as_str()).collect();
    assert_eq!(what, ["held by hand", "released by hand", "delivered"]);
    assert_eq!(entries[0].detail["reason"], "内容待核实");
}

#[test]
fn what_is_new_does_not_join_a_mail_that_a_person_holds() {
    let world = planned();
    let held = key(&world, "contact@jtj");
    world.duban(&["notices", "hold", &held, "--reason", "待核实"]);
    world.decision("2026-002");
    world.event("2026-002", "execution_completed", "2026-08-10");
    let sent = world.work();
    let to_jtj = sent.mails.iter().filter(|mail| mail.to == "contact@jtj");
    let texts: Vec<&str> = to_jtj.map(|mail| mail.text.as_str()).collect();
    assert_eq!(texts.len(), 1, "what nobody held went out");
    assert!(texts[0].contains("2026-002") && !texts[0].contains("2026-001"));
    assert_eq!(world.messages("pending"), 1);
}

#[test]
fn whatever_cannot_be_touched_is_told_at_once_and_nothing_is_changed() {
    let world = planned();
    let jtj = key(&world, "contact@jtj");
    world.deliver();
    let digest = key(&world, "centre@dc");
    let wrong = [
        "notices",
        "hold",
        &jtj,
        "msg_nobody",
        &digest,
        "--reason",
        "x",
    ];
    let told = said(&world, &wrong).refused(1);
    assert!(told.contains("nothing was changed"), "{told}");
    assert!(
        told.contains("msg_nobody: found no message of this name"),
        "{told}"
    );
    assert!(told.contains("found one that is delivered"), "{told}");
    let told = said(
        &world,
        &["notices", "retry", &jtj, "msg_x", "--reason", "x"],
    )
    .refused(1);
    assert!(told.contains("--failed"), "{told}");
    let told = said(
        &world,
        &["notices", "release", "--channel", "mail", "--reason", "x"],
    );
    assert!(told.refused(1).contains("nothing that is held"));
    let told = said(
        &world,
        &["notices", "hold", "--to", "市无名局", "--reason", "x"],
    );
    assert!(told.refused(1).contains("there is no unit 市无名局"));
    said(&world, &["notices", "hold", "--reason", "x"]).refused(2);
    said(&world, &["notices", "hold", &jtj, "--all", "--reason", "x"]).refused(2);
    assert_eq!(
        world.rows("select count(*) from audit where what like '%hand'"),
        ["0"]
    );
}

#[test]
fn a_dry_run_says_what_would_be_touched_and_touches_nothing() {
    let world = planned();
    let hold = [
        "notices",
        "hold",
        "--to",
        "市住建局",
        "--reason",
        "x",
        "--dry-run",
    ];
    let told = world.duban(&hold);
    assert!(told.ends_with("2 would be held\n"), "{told}");
    let json = said(&world, &[&hold[..], &["--json"]].concat()).json();
    assert_eq!(json.as_array().unwrap().len(), 2);
    assert_eq!(json[0]["unit"], "市住建局");
    assert_eq!(world.work().mailed(), ["contact@jtj", "contact@zjj"]);
}

#[test]
fn a_way_held_by_hand_holds_what_comes_later_too() {
    let world = planned();
    world.duban(&["notices", "hold", "--channel", "mail", "--reason", "检修"]);
    let sent = world.work();
    assert_eq!((sent.mails.len(), sent.posts.len()), (0, 1));
    world.at_time(DAY, "12:00");
    assert!(world.work().mails.is_empty());
    let listed = world.duban(&["notices", "list", "--held", "--json"]);
    assert!(
        listed.contains("检修") && listed.contains("digest"),
        "{listed}"
    );
    world.duban(&[
        "notices",
        "release",
        "--channel",
        "mail",
        "--reason",
        "完毕",
    ]);
    assert_eq!(world.work().mails.len(), 3);
    world.duban(&["notices", "hold", "--all", "--reason", "演练"]);
    world.event("2026-001", "archived", "2016-09-05");
    assert!(world.day("2026-09-09").is_silent());
    world.duban(&["notices", "release", "--all", "--reason", "演练结束"]);
    assert!(!world.work().is_silent());
}

#[test]
fn a_broken_way_for_which_nothing_waits_any_more_can_be_let_go() {
    let world = planned();
    world.receiver.next(Answer::Status(401, Vec::new()));
    world.work();
    assert_eq!(
        world.rows("select destination from hold"),
        ["webhook:市住建局"]
    );
    world.event("2026-001", "stage_filed", DAY);
    world.event("2026-001", "execution_material_filed", DAY);
    world.work();
    assert_eq!(world.messages("pending"), 0);
    // No message will ever find out whether it is mended; the next one shall.
    let reason = ["--reason", "端点已更换"];
    world.duban(&[&["notices", "release", "--all"], &reason[..]].concat());
    assert_eq!(world.rows("select destination from hold"), [""; 0]);
}

#[test]
fn a_message_under_way_is_not_called_back_and_its_retry_is_held() {
    let world = planned();
    let jtj = key(&world, "contact@jtj");
    world.relay.refuse("contact@jtj", Some("450 4.2.2 full"));
    world.deliver();
    world.duban(&["notices", "hold", &jtj, "--reason", "x"]);
    world.relay.refuse("contact@jtj", None);
    world.at_time(DAY, "12:00");
    assert!(world.work().is_silent());
}

#[test]
fn given_up_messages_and_digests_are_listed_and_sent_again_with_the_same_identity() {
    let world = planned();
    for _ in 0..3 {
        world.relay.next(Stage::Rcpt, Act::Say("550 5.1.1 nobody"));
    }
    world.deliver();
    let listed = world.duban(&["notices", "list", "--failed", "--json"]);
    let listed: serde_json::Value = serde_json::from_str(&listed).unwrap();
    let listed = listed.as_array().unwrap();
    assert_eq!(listed.len(), 3, "{listed:?}");
    assert_eq!(listed[2]["kind"], "digest");
    let keys: Vec<&str> = listed
        .iter()
        .map(|one| one["message"].as_str().unwrap())
        .collect();
    let retry = [
        &["notices", "retry"],
        &keys[..],
        &["--reason", "信箱已恢复"],
    ]
    .concat();
    assert!(world.duban(&retry).ends_with("3 to be sent again\n"));
    // The command reads the host's clock.
    world.clock.move_to(Clock::System.now());
    world.deliver();
    let mails = world.mails();
    assert_eq!(mails.len(), 3);
    assert!(
        keys.iter()
            .all(|key| mails.iter().any(|mail| mail.id.contains(key)))
    );
}

#[test]
fn held_and_released_while_a_daemon_runs_on_the_same_ledger() {
    let mut world = World::new(&Clock::System.today().to_string());
    world.close();
    let file = world.at("duban.toml");
    let settings = std::fs::read_to_string(&file).unwrap();
    let hours =
        "[schedule]\nsend_from = \"00:00\"\nsend_until = \"23:59\"\ndigest_at = \"00:00\"\n";
    std::fs::write(file, format!("{hours}\n{settings}")).unwrap();
    let mut process = Process::ready(&world.at(""));
    process.until("settled", || {
        world.messages("pending") + world.messages("leased") == 0
    });
    world.duban(&["notices", "hold", "--all", "--reason", "演练"]);
    let today = Clock::System.today();
    for n in 1..=20 {
        let id = format!("2026-{n:03}");
        world.decision(&id);
        world.change(&format!(
            "update decision set planned_on = '{today}' where id = '{id}'"
        ));
    }
    process.until("planned", || world.messages("pending") > 20);
    // The desk and the daemon write into the same file at the same time.
    let config = world.at("duban.toml").display().to_string();
    for n in 0..10 {
        let key =
            world.rows("select key from message where state = 'pending' and held_since is null");
        let mut hold = Command::new(env!("CARGO_BIN_EXE_duban"));
        let hold = hold.args([
            "notices", "hold", &key[0], "--reason", "核实", "--config", &config,
        ]);
        assert!(hold.output().unwrap().status.success(), "{n}");
        process.listen();
    }
    assert!(world.posts().is_empty());
    world.duban(&["notices", "release", "--all", "--reason", "演练结束"]);
    process.until("sent", || {
        world.messages("pending") + world.messages("leased") == 0 && world.posts().len() == 20
    });
    let freed = world.rows("select count(*) from audit where what = 'released by hand'");
    assert_eq!(freed, ["11"]);
}
