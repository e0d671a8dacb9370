//! The same at the pace that systemd's watchdog of a minute asks for: a round in twenty seconds.

use std::time::{Duration, Instant};

use crate::kit::books::Books;
use crate::kit::city::{Channel, City};
use crate::kit::daemon::Daemon;
use crate::kit::http::Answer;
use crate::kit::shim::{Orders, Shim};
use crate::lap::{hits, is_trouble};

/// `WatchdogSec` of `systemd/duban.service`.
const WATCHDOG: Duration = Duration::from_mins(1);

#[test]
fn at_its_own_pace_it_tells_within_ten_seconds_and_resumes_within_a_minute() {
    let (shim, mut city) = (Shim::compile(), City::found());
    let fail = city.at("fail");
    let orders = Orders {
        fail: Some(fail.clone()),
        ..Orders::default()
    };
    // Its answer comes when the disk has failed: a round has nothing to write then.
    city.decide(Channel::Hook, 0, false);
    let late = Duration::from_secs(2);
    city.receiver.next(Answer::Late(late, 204));
    let mut daemon = Daemon::start_with(&city, Some((&shim, &orders)), WATCHDOG);
    let said = daemon.until("sent", |_| !city.receiver.requests().is_empty());
    said.unwrap();
    let heard = daemon.heard().len();
    std::fs::write(&fail, "1 wal write 28 1 1000000").unwrap();
    daemon.until("met", |_| hits(&fail) > 0).unwrap();
    let met = Instant::now();
    let told = daemon.until("told", |all| is_trouble(&all[heard..]));
    told.unwrap();
    assert!(
        met.elapsed() <= Duration::from_secs(10),
        "{:?}",
        met.elapsed()
    );
    std::fs::remove_file(&fail).unwrap();
    let healed = Instant::now();
    let is_settled = || {
        let books = Books::look(&city.at("ledger.db"));
        books
            .and_then(|books| books.is_busy())
            .is_ok_and(|busy| !busy)
    };
    daemon.until("settled", |_| is_settled()).unwrap();
    let is_over = |all: &str| !is_trouble(all.rsplit("STATUS=").next().unwrap_or_default());
    daemon.until("it was over", is_over).unwrap();
    assert!(
        healed.elapsed() <= Duration::from_mins(1),
        "{:?}",
        healed.elapsed()
    );
    assert_eq!(city.receiver.requests().len(), 1, "it was not sent again");
}
