//! Tokens in URLs are secrets: nothing that duban writes or says has one.

use std::fs;

use crate::daemon::{city, due_today};
use crate::support::http::Answer;
use crate::support::process::Process;

/// What `Receiver::url` plants, and what would lead there.
const SECRETS: [&str; 2] = ["token-in-path", "token-in-query"];

#[test]
fn no_token_of_a_url_is_in_any_log_table_or_report() {
    let world = city();
    let settings = fs::read_to_string(world.at("duban.toml")).unwrap();
    let debug = "[log]\nlevel = \"debug\"\n";
    fs::write(world.at("duban.toml"), format!("{settings}{debug}")).unwrap();
    for answer in [
        Answer::Body(
            200,
            r#"{"errcode":1,"errmsg":"POST /hook/token-in-path?key=token-in-query"}"#,
        ),
        Answer::Body(404, "Cannot POST /hook/token-in-path?key=token-in-query"),
        Answer::Drop,
    ] {
        world.receiver.next(answer);
    }
    for number in 1..=4 {
        due_today(&world, &format!("2026-00{number}"));
    }
    let process = Process::ready(world.at("").as_path());
    process.until("answered", || world.posts().len() >= 3);
    process.until("settled", || world.messages("leased") == 0);
    let mut said = process.log();
    process.kill();
    for command in [
        ["check"].as_slice(),
        &["check", "--json"],
        &["notices", "list"],
        &["due"],
    ] {
        said += &world.duban(command);
    }
    for file in ["ledger.db", "ledger.db-wal"] {
        let bytes = fs::read(world.at(file)).unwrap_or_default();
        said += &String::from_utf8_lossy(&bytes);
    }
    assert!(said.contains("errcode 1"), "the ledger has no answer");
    for secret in SECRETS {
        let at = said
            .find(secret)
            .map(|at| said[..at].chars().rev().take(200).collect::<String>());
        assert_eq!(at, None, "{secret}");
    }
}
