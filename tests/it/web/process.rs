//! The pages of the real program: their key, their address, a reload, and the end.

use std::os::unix::fs::PermissionsExt as _;

use super::browser::Browser;
use crate::daemon::{city, due_today};
use crate::support::process::Process;
use crate::support::world::World;

/// A port that is free now.
pub(super) fn free_port() -> u16 {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap().port()
}

/// A city with pages on that port.
pub(super) fn with_pages(port: u16) -> World {
    let world = city();
    append(
        &world,
        &format!("[web]\nlisten = \"127.0.0.1:{port}\"\nbase_url = \"http://127.0.0.1:{port}\"\n"),
    );
    world
}

fn append(world: &World, text: &str) {
    let file = world.at("duban.toml");
    let settings = std::fs::read_to_string(&file).unwrap();
    std::fs::write(file, settings + text).unwrap();
}

fn edit(world: &World, from: &str, to: &str) {
    let file = world.at("duban.toml");
    let settings = std::fs::read_to_string(&file).unwrap();
    assert!(settings.contains(from), "{settings}");
    std::fs::write(file, settings.replace(from, to)).unwrap();
}

/// The link in the newest post.
pub(super) fn newest_link(world: &World) -> String {
    let body = world.posts().pop().unwrap().json();
    body["data"]["link"].as_str().unwrap().to_owned()
}

/// What follows the host in a link.
pub(super) fn path_of(link: &str) -> String {
    let (_, path) = link.split_once("/q/").unwrap();
    format!("/q/{path}")
}

#[test]
fn a_link_that_was_sent_is_acknowledged_and_shown_to_who_asks() {
    let port = free_port();
    let world = with_pages(port);
    let mut process = Process::ready(&world.at(""));
    let made = std::fs::metadata(world.at("web.key")).unwrap();
    assert_eq!(made.permissions().mode() & 0o777, 0o600);
    let key = std::fs::read_to_string(world.at("web.key")).unwrap();
    due_today(&world, "2026-001");
    process.until("posted", || !world.posts().is_empty());
    let link = newest_link(&world);
    assert!(
        link.starts_with(&format!("http://127.0.0.1:{port}/q/msg_")),
        "{link}"
    );
    let (browser, path) = (Browser { port }, path_of(&link));
    browser.get(&path).assert_says("未签收");
    browser.sign(&path, "王联络").assert_says("已签收");
    let why = world.duban(&["why", "2026-001"]);
    assert!(why.contains("by 王联络"), "{why}");
    let log = process.log();
    assert!(log.contains("acknowledged by its link"), "{log}");
    assert!(!log.contains("王联络"), "{log}");
    process.signal("TERM");
    process.hears("STOPPING=1");
    let (code, _) = process.ends();
    assert_eq!(code, Some(0));
    let mut process = Process::ready(&world.at(""));
    assert_eq!(std::fs::read_to_string(world.at("web.key")).unwrap(), key);
    browser.get(&path).assert_says("王联络");
    process.listen();
}

#[test]
fn a_reload_takes_another_key_and_address_of_links_and_no_other_place_to_listen() {
    let port = free_port();
    let world = with_pages(port);
    let mut process = Process::ready(&world.at(""));
    due_today(&world, "2026-001");
    process.until("posted", || world.posts().len() == 1);
    let (browser, old) = (Browser { port }, path_of(&newest_link(&world)));
    edit(
        &world,
        "base_url = \"http://127.0.0.1",
        "base_url = \"https://dc.example.cn/duban\" # ",
    );
    std::fs::write(
        world.at("web.key"),
        "BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc=\n",
    )
    .unwrap();
    process.signal("HUP");
    process.hears("RELOADING=1");
    process.hears("READY=1");
    let page = browser.get(&old);
    assert_eq!(page.status, 404);
    page.assert_says("更换了签收密钥");
    due_today(&world, "2026-002");
    process.until("posted", || world.posts().len() == 2);
    let link = newest_link(&world);
    assert!(
        link.starts_with("https://dc.example.cn/duban/q/msg_"),
        "{link}"
    );
    assert_eq!(browser.get(&path_of(&link)).status, 200);
    let elsewhere = free_port();
    edit(
        &world,
        &format!("127.0.0.1:{port}"),
        &format!("127.0.0.1:{elsewhere}"),
    );
    process.signal("HUP");
    process.hears("reload refused");
    let log = process.log();
    assert!(log.contains("web.listen"), "{log}");
    assert!(log.contains("or a restart"), "{log}");
    assert_eq!(browser.get(&path_of(&link)).status, 200);
}

#[test]
fn an_address_that_is_taken_is_said_and_duban_does_not_start_without_it() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port();
    let world = with_pages(port);
    let (code, log) = Process::start(&world.at(""), 600).ends();
    assert_eq!(code, Some(1), "{log}");
    assert!(
        log.contains(&format!("cannot listen on 127.0.0.1:{port} ([web] listen)")),
        "{log}"
    );
    drop(taken);
    let process = Process::ready(&world.at(""));
    assert_eq!(Browser { port }.get("/healthz").status, 200);
    drop(process);
}

#[test]
fn without_the_section_nothing_listens_and_no_link_is_sent() {
    let world = city();
    let process = Process::ready(&world.at(""));
    due_today(&world, "2026-001");
    process.until("posted", || !world.posts().is_empty());
    let body = world.posts().pop().unwrap().json();
    assert!(body["data"]["link"].is_null());
    assert!(!world.at("web.key").exists());
}
