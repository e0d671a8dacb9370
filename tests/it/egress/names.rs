//! Names: looked up once for each connection, and what was judged is what is connected to.

use std::collections::BTreeMap;
use std::io;
use std::net::IpAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use duban::channels::egress::{Addresses, Egress, Names, Settings};
use duban::domain::delivery::{Class, Scope};

use super::corpus::rules;
use crate::support::http::{Answer, Receiver};
use crate::support::messages::now;
use crate::webhook::{Setup, hook};

/// A name server that knows a few names.
pub(super) struct Table {
    known: BTreeMap<String, Vec<IpAddr>>,
}

impl Table {
    pub(super) const fn new(known: BTreeMap<String, Vec<IpAddr>>) -> Self {
        Self { known }
    }
}

impl Names for Table {
    fn addresses(&self, name: String) -> Addresses {
        let found = self.known.get(&name).cloned();
        let unknown = || io::Error::other("Name or service not known");
        Box::pin(std::future::ready(found.ok_or_else(unknown)))
    }
}

/// A name server that answers otherwise each time, and counts how often it is asked.
struct Turning {
    answers: Mutex<Vec<IpAddr>>,
    asked: AtomicUsize,
}

impl Names for Turning {
    fn addresses(&self, _name: String) -> Addresses {
        self.asked.fetch_add(1, Ordering::SeqCst);
        let mut answers = self.answers.lock().unwrap();
        answers.rotate_left(1);
        let answer = *answers.last().unwrap();
        Box::pin(std::future::ready(Ok(vec![answer])))
    }
}

fn turning(answers: &[&str]) -> Arc<Turning> {
    let answers = answers.iter().map(|one| one.parse().unwrap()).collect();
    Arc::new(Turning {
        answers: Mutex::new(answers),
        asked: AtomicUsize::new(0),
    })
}

fn setup(port: u16) -> Setup {
    let mut setup = Setup::new(&format!("http://oa.example.gov.cn:{port}/token-in-path"));
    setup.settings.allow_http = true;
    setup
}

#[tokio::test]
async fn a_name_that_changes_between_check_and_connection_gains_nothing() {
    let receiver = Receiver::start().await;
    // First an address for documentation (RFC 3849), which answers to nobody; then this host.
    let names = turning(&["2001:db8::1", "127.0.0.1"]);
    let mut allowed = Settings::default();
    allowed.allow_cidr.push("2001:db8::/32".parse().unwrap());
    let egress = Egress::with_names(&allowed, names.clone());
    let channels = setup(receiver.port).open_to(&egress).unwrap();
    let first = channels.send(&hook(), now()).await;
    assert_eq!(names.asked.load(Ordering::SeqCst), 1);
    assert_ne!(first.phase, "egress", "{first:?}");
    let second = channels.send(&hook(), now()).await;
    assert_eq!(names.asked.load(Ordering::SeqCst), 2);
    assert_eq!(
        (second.class, second.scope, second.phase.as_str()),
        (Class::Deferred, Scope::Channel, "egress"),
        "{second:?}"
    );
    assert_eq!(
        second.detail,
        "loopback is only reached on a port of `egress.loopback_ports`"
    );
    assert_eq!(receiver.connections(), 0);
}

#[tokio::test]
async fn each_attempt_looks_its_name_up_once_and_anew() {
    let receiver = Receiver::start().await;
    let names = turning(&["127.0.0.1"]);
    let egress = Egress::with_names(&rules("here", receiver.port), names.clone());
    let channels = setup(receiver.port).open_to(&egress).unwrap();
    for answer in [200, 503, 204] {
        receiver.next(Answer::Status(answer, Vec::new()));
        channels.send(&hook(), now()).await;
    }
    assert_eq!(names.asked.load(Ordering::SeqCst), 3);
    assert_eq!(receiver.connections(), 3);
}

#[tokio::test]
async fn a_name_nobody_knows_is_tried_again() {
    let names = Arc::new(Table::new(BTreeMap::new()));
    let egress = Egress::with_names(&Settings::default(), names);
    let channels = setup(8443).open_to(&egress).unwrap();
    let outcome = channels.send(&hook(), now()).await;
    assert_eq!(
        (outcome.class, outcome.scope, outcome.phase.as_str()),
        (Class::Deferred, Scope::Message, "connect"),
        "{outcome:?}"
    );
    assert!(
        !format!("{outcome:?}").contains("oa.example"),
        "{outcome:?}"
    );
}
