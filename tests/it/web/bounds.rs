//! Whoever holds connections open, or drips into one, keeps neither the pages nor delivery.

use std::io::{Read as _, Write as _};
use std::time::{Duration, Instant};

use super::browser::Browser;
use super::process::{free_port, with_pages};
use crate::daemon::due_today;
use crate::support::process::Process;

/// More than are let in at once, and no more than the system keeps waiting.
const FLOOD: usize = 100;

/// What a daemon has open at rest, and with every place taken; the flood alone is more.
const MOST_FILES: usize = 90;

#[test]
fn a_flood_of_idle_connections_takes_no_descriptors_and_delays_no_delivery() {
    let port = free_port();
    let world = with_pages(port);
    let process = Process::ready(&world.at(""));
    let browser = Browser { port };
    let flood: Vec<_> = (0..FLOOD).map(|_| browser.connect()).collect();
    for mut stream in &flood {
        let _ = stream.write_all(b"GET /q/");
    }
    due_today(&world, "2026-001");
    process.until("told", || !world.posts().is_empty());
    let open = process.open_files();
    assert!(open < MOST_FILES, "{open} files are open");
    drop(flood);
    assert_eq!(browser.get("/healthz").status, 200);
}

#[test]
fn who_drips_a_request_is_cut_off_at_the_deadline() {
    let port = free_port();
    let world = with_pages(port);
    let _process = Process::ready(&world.at(""));
    let (mut stream, begun) = (Browser { port }.connect(), Instant::now());
    let tick = Duration::from_millis(500);
    stream.set_read_timeout(Some(tick)).unwrap();
    let _ = stream.write_all(b"GET /healthz HTTP/1.1\r\nX-Slow: ");
    // Ended by the server, with or without an answer.
    while begun.elapsed() < Duration::from_secs(20) {
        let mut bytes = [0; 64];
        match stream.read(&mut bytes) {
            Ok(0) => break,
            Ok(_) => {}
            Err(error)
                if matches!(
                    error.kind(),
                    std::io::ErrorKind::WouldBlock | std::io::ErrorKind::TimedOut
                ) => {}
            Err(_) => break,
        }
        if stream.write_all(b"a").is_err() {
            break;
        }
    }
    let took = begun.elapsed();
    assert!(
        took > Duration::from_secs(8),
        "cut off after {took:?} already"
    );
    assert!(took < Duration::from_secs(15), "still there after {took:?}");
}

#[test]
fn a_stop_waits_for_who_has_not_finished_asking_no_longer_than_the_deadline() {
    let port = free_port();
    let world = with_pages(port);
    let mut process = Process::ready(&world.at(""));
    let mut stream = Browser { port }.connect();
    stream.write_all(b"GET /healthz HTTP/1.1\r\n").unwrap();
    process.signal("TERM");
    process.hears("STOPPING=1");
    let begun = Instant::now();
    let (code, log) = process.ends();
    assert_eq!(code, Some(0), "{log}");
    assert!(begun.elapsed() < Duration::from_secs(15));
    assert!(!log.contains("stopped with messages under way"), "{log}");
}
