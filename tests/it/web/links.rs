//! Links: the same for ever, good for sixty days, and nobody else can make one.

use duban::channels::wording::Wording;
use duban::domain::acknowledgement::{Links, Refused};
use duban::domain::notice::{Channel, Content, Facts, Kind, Message};

use super::{BASE_URL, key, links};
use crate::support::messages::{self, day, facts};

fn message(notices: Vec<Facts>) -> Message {
    Message {
        key: "msg_0123456789abcdef0123456789abcdef".to_owned(),
        ..messages::message(Channel::Mail, notices)
    }
}

/// The parts of a link: message, day, hash.
fn parts(link: &str) -> (String, String, String) {
    let parts: Vec<String> = link.rsplit('/').take(3).map(str::to_owned).collect();
    (parts[2].clone(), parts[1].clone(), parts[0].clone())
}

fn of(notices: Vec<Facts>) -> String {
    links().of(&message(notices)).unwrap()
}

#[test]
fn a_link_names_message_last_day_and_hash_and_is_the_same_for_ever() {
    let link = of(vec![facts()]);
    let (message, day, mac) = parts(&link);
    assert_eq!(link, format!("{BASE_URL}/q/{message}/{day}/{mac}"));
    assert_eq!(message, "msg_0123456789abcdef0123456789abcdef");
    assert_eq!(day, "20260707", "sixty days after 8 May");
    // Worked out with Python's hmac: a change here makes every link in people's mailboxes void.
    assert_eq!(mac, "-JsgE5h1BAy83l6dIE379Q");
    assert_eq!(link, of(vec![facts()]));
    let slashed = Links::new(&format!("{BASE_URL}/"), key(1));
    assert_eq!(slashed.of(&self::message(vec![facts()])), Some(link));
}

#[test]
fn the_last_day_follows_the_newest_notice() {
    let newer = Facts {
        as_of: day("2026-05-11"),
        ..facts()
    };
    assert_eq!(parts(&of(vec![newer, facts()])).1, "20260710");
}

#[test]
fn there_is_no_link_where_nothing_is_asked() {
    for kind in [Kind::Cleared, Kind::Waived, Kind::Withdrawn, Kind::Test] {
        let ended = Facts { kind, ..facts() };
        assert_eq!(links().of(&message(vec![ended.clone()])), None, "{kind:?}");
        assert!(links().of(&message(vec![ended, facts()])).is_some());
    }
    let digest = Content::Digest {
        digest: messages::digest(),
    };
    let message = Message {
        content: digest,
        ..message(Vec::new())
    };
    assert_eq!(links().of(&message), None);
}

#[test]
fn a_link_is_good_on_its_last_day_and_expired_on_the_next() {
    let (message, last, mac) = parts(&of(vec![facts()]));
    let read = |today: &str| links().read(&message, &last, &mac, day(today));
    assert_eq!(read("2026-05-08"), Ok(()));
    assert_eq!(read("2026-07-07"), Ok(()));
    assert_eq!(read("2026-07-08"), Err(Refused::Expired));
}

#[test]
fn a_link_that_is_not_ours_is_forged_whatever_its_day() {
    let (message, last, mac) = parts(&of(vec![facts()]));
    let today = day("2026-05-08");
    let read = |message: &str, last: &str, mac: &str| links().read(message, last, mac, today);
    assert_eq!(read(&message, &last, &mac), Ok(()));
    let full = format!("{mac}AAAA");
    let other = of(vec![Facts {
        as_of: day("2026-05-09"),
        ..facts()
    }]);
    for (message, last, mac) in [
        (
            "msg_ffffffffffffffffffffffffffffffff",
            last.as_str(),
            mac.as_str(),
        ),
        (&message, "20270707", &mac),
        (&message, "20200101", &mac),
        (&message, &last, &mac[..21]),
        (&message, &last, &full),
        (&message, &last, ""),
        (&message, &last, "////////////////////=="),
        (&message, &last, &parts(&other).2),
        (&message, "", &mac),
    ] {
        assert_eq!(
            read(message, last, mac),
            Err(Refused::Forged),
            "{last} {mac}"
        );
    }
    let other_key = Links::new(BASE_URL, key(2));
    let read = other_key.read(&message, &last, &mac, today);
    assert_eq!(read, Err(Refused::Forged));
}

#[test]
fn the_key_is_never_shown() {
    assert_eq!(
        format!("{:?}", links()),
        format!("Links {{ base_url: {BASE_URL:?}, .. }}")
    );
}

#[test]
fn wording_without_links_has_none() {
    let wording = Wording::new().unwrap();
    assert_eq!(wording.link(&message(vec![facts()])), None);
    let wording = wording.with_links(Some(links()));
    assert_eq!(
        wording.link(&message(vec![facts()])),
        Some(of(vec![facts()]))
    );
}
