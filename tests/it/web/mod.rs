//! Acknowledging (签收): the links, the pages behind them, and what an acknowledgement quiets.

mod bounds;
mod browser;
mod by_hand;
mod confidential;
mod links;
mod names;
mod pages;
mod process;
mod put_back;
mod quiet;
mod settings;

use chrono::{DateTime, Utc};
use duban::clock::Clock;
use duban::domain::acknowledgement::{KEY_BYTES, Links};
use duban::domain::notice::{Channel, Message};
use duban::store::ledger::acknowledgements::{self, How, Recorded, Word};
use duban::store::ledger::reader;
use duban::store::ledger::rebuild::compare;
use duban::web::server::{self, Around};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use crate::support::messages;
use crate::support::world::World;
use browser::Browser;

pub(super) const BASE_URL: &str = "https://duban.example.gov.cn";

/// A day on which 市交通局 and 市住建局 are reminded, three days before the date.
pub(super) const DAY: &str = "2026-09-04";

pub(super) fn key(seed: u8) -> [u8; KEY_BYTES] {
    [seed; KEY_BYTES]
}

pub(super) fn links() -> Links {
    Links::new(BASE_URL, key(1))
}

/// A city in which a duty is due on 9 September: one mail each to 市交通局 and 市住建局, and
/// a post to the latter, planned for `day`.
pub(super) fn city(day: &str) -> World {
    let world = World::new(day);
    world.decision("2026-001");
    world.event("2026-001", "execution_completed", "2026-08-10");
    world.plan();
    world
}

/// The newest message over that channel to that address.
pub(super) fn message(world: &World, channel: &str, address: &str) -> String {
    let ask = format!(
        "select key from message where channel = '{channel}' and digest is null
         and json_extract(recipient, '$.address') = '{address}' order by id desc limit 1"
    );
    world.rows(&ask).remove(0)
}

/// Path and last part of the link of a message that is in the ledger.
pub(super) fn path(world: &World, message: &str) -> String {
    let content = world
        .reader()
        .ask("read it", |c| reader::content(c, message));
    let message = Message {
        key: message.to_owned(),
        content: content.unwrap().unwrap(),
        ..messages::message(Channel::Mail, Vec::new())
    };
    let link = links().of(&message).unwrap();
    link.strip_prefix(BASE_URL).unwrap().to_owned()
}

/// What the page behind the link does, without the page.
pub(super) fn acknowledge(world: &World, message: &str, name: &str, how: How) -> Recorded {
    let (message, now) = (message.to_owned(), world.clock.now());
    let said = Word {
        by: name.to_owned(),
        how,
        note: None,
    };
    let record = move |c: &_| acknowledgements::record(c, &message, &said, now);
    world
        .ledger()
        .write_blocking("acknowledge", record)
        .unwrap()
}

/// The tables must follow from the log, whatever was acknowledged.
pub(super) fn assert_rebuilds(world: &World) {
    let compared = compare(&world.reader(), 20, &mut |_, _| {}).unwrap();
    assert_eq!(compared.unwrap(), []);
}

/// Everything a page could change.
pub(super) fn everything(world: &World) -> Vec<String> {
    let mut all = world.rows("select seq, hash from chain");
    all.extend(world.rows("select key, state, attempts, next_at from message order by id"));
    all.extend(world.rows("select key, state from notice order by id"));
    all.extend(world.rows("select notice_id, by from acknowledgement"));
    all
}

/// The pages of a city, served until the value is dropped.
pub(super) struct Site {
    pub(super) browser: Browser,
    stop: CancellationToken,
}

impl Site {
    pub(super) fn of(world: &World) -> Self {
        let listener = world.runtime.block_on(TcpListener::bind("127.0.0.1:0"));
        let listener = listener.unwrap();
        let port = listener.local_addr().unwrap().port();
        let around = Desk(world.clock.clone());
        let router = server::router(world.ledger().clone(), Box::new(around)).unwrap();
        let stop = CancellationToken::new();
        let serve = server::serve(listener, router, stop.clone().cancelled_owned());
        world.runtime.spawn(serve);
        Self {
            browser: Browser { port },
            stop,
        }
    }
}

impl Drop for Site {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}

struct Desk(Clock);

impl Around for Desk {
    fn now(&self) -> DateTime<Utc> {
        self.0.now()
    }

    fn links(&self) -> Option<Links> {
        Some(links())
    }

    fn centre(&self) -> String {
        "市督查指挥中心".to_owned()
    }
}
