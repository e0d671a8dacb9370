//! A greylist, as postfix asks one: a policy service on loopback.
//!
//! It puts every recipient off so many times, and counts how often it was asked.

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;

/// The words of Postgrey, which Debian ships beside postfix.
const LATER: &str = "450 4.2.0 Greylisted, see http://postgrey.schweikert.ch/help/example.html";

/// The service; it ends with the test.
pub(crate) struct Greylist {
    pub(crate) port: u16,
    seen: Arc<Mutex<BTreeMap<String, usize>>>,
}

impl Greylist {
    /// Puts every recipient off that many times.
    pub(crate) fn start(times: usize) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let seen = Arc::new(Mutex::default());
        let book = Arc::clone(&seen);
        thread::spawn(move || {
            for stream in listener.incoming() {
                let book = Arc::clone(&book);
                thread::spawn(move || answer(&stream.unwrap(), &book, times));
            }
        });
        Self { port, seen }
    }

    /// How often it was asked, over all recipients.
    pub(crate) fn asked(&self) -> usize {
        self.seen.lock().unwrap().values().sum()
    }
}

/// Requests are lines of `name=value` up to an empty one (`SMTPD_POLICY_README`).
fn answer(mut stream: &TcpStream, book: &Mutex<BTreeMap<String, usize>>, times: usize) {
    let mut recipient = String::new();
    for line in BufReader::new(stream).lines() {
        let Ok(line) = line else { return };
        if let Some(address) = line.strip_prefix("recipient=") {
            address.clone_into(&mut recipient);
        }
        if line.is_empty() {
            let mut book = book.lock().unwrap();
            let seen = book.entry(recipient.clone()).or_default();
            *seen += 1;
            let action = if *seen <= times { LATER } else { "DUNNO" };
            if write!(stream, "action={action}\n\n").is_err() {
                return;
            }
        }
    }
}
