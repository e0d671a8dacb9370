//! From the connection to the login.

use std::time::Duration;

use super::peer::Peer::{
    BlackHole, DeafToTls, Expired, Login, NoSuchHost, Plain, PlainSpoken, Refused, Starttls,
    Stranger, WithoutAuth, WithoutStarttls, WrongName,
};
use super::{ACCEPTED, Case, DEFERRED, HELD, in_minutes, on, with};
use crate::support::smtp::Act::{Bytes, Drop, Flood, Late, Say, Silence, Trickle};
use crate::support::smtp::Stage::{Auth, Ehlo, Greeting, Starttls as ToStarttls};

/// One byte a tenth of a second: each comes in time, and the greeting does not.
const DRIP: Duration = Duration::from_millis(100);

pub(super) fn cases() -> Vec<Case> {
    [connecting(), greeting(), securing(), logging_in()].concat()
}

fn connecting() -> Vec<Case> {
    vec![
        with(Plain, "reply", ACCEPTED),
        with(Refused, "connect", DEFERRED),
        with(NoSuchHost, "connect", DEFERRED),
        with(BlackHole, "connect", DEFERRED).stalls(),
    ]
}

fn greeting() -> Vec<Case> {
    vec![
        on(Greeting, Silence, DEFERRED).stalls(),
        on(Greeting, Drop, DEFERRED),
        on(Greeting, Late(DRIP), ACCEPTED).ending_in("reply"),
        on(Greeting, Say("421 4.3.2 shutting down"), DEFERRED),
        on(Greeting, Say("421 HL:ICC 10.0.0.1"), in_minutes(15)),
        on(Greeting, Say("421 HL:IFC 10.0.0.1"), in_minutes(15)),
        on(Greeting, Say("554 no service"), DEFERRED),
        on(Greeting, Say("554 IP is rejected"), HELD),
        on(Greeting, Say("220-one\r\n220-two\r\n220 three"), ACCEPTED).ending_in("reply"),
        on(Greeting, Flood("220", 64 * 1024), DEFERRED),
        on(Greeting, Flood("220", 8 * 1024), ACCEPTED).ending_in("reply"),
        on(Greeting, Trickle(DRIP, "220 mail.example.gov.cn"), DEFERRED).stalls(),
        on(Greeting, Bytes(b"220 bare line feed\n"), DEFERRED).stalls(),
        on(Greeting, Bytes(b"\x16\x03\x01\r\n"), DEFERRED),
        on(Ehlo, Say("421 too busy"), DEFERRED),
        on(Ehlo, Say("502 no EHLO here"), DEFERRED),
        on(Ehlo, Silence, DEFERRED).stalls(),
        on(Ehlo, Drop, DEFERRED),
    ]
}

fn securing() -> Vec<Case> {
    vec![
        with(Login, "reply", ACCEPTED),
        with(Starttls, "reply", ACCEPTED),
        with(Expired, "tls", HELD),
        with(WrongName, "tls", HELD),
        with(Stranger, "tls", HELD),
        with(PlainSpoken, "tls", HELD),
        on(Greeting, Silence, DEFERRED)
            .over(DeafToTls)
            .ending_in("tls")
            .stalls(),
        on(Greeting, Drop, DEFERRED)
            .over(DeafToTls)
            .ending_in("tls"),
        with(WithoutStarttls, "tls", HELD),
        on(ToStarttls, Say("454 4.7.0 TLS not available"), HELD).over(Starttls),
        on(ToStarttls, Say("502 unknown command"), HELD).over(Starttls),
        on(ToStarttls, Say("421 going down"), DEFERRED).over(Starttls),
        on(ToStarttls, Say("220 go\r\n250 injected"), HELD).over(Starttls),
        on(ToStarttls, Silence, DEFERRED)
            .over(Starttls)
            .ending_in("greeting")
            .stalls(),
        on(Greeting, Say("421 4.3.2 shutting down"), DEFERRED).over(Starttls),
    ]
}

fn logging_in() -> Vec<Case> {
    vec![
        on(Auth, Say("535 5.7.8 authentication failed"), HELD).over(Login),
        on(Auth, Say("454 4.7.0 temporary failure"), HELD).over(Login),
        on(Auth, Say("451 too much fail authentication"), HELD).over(Login),
        on(Auth, Say("526 Authentication failure[0]"), HELD).over(Login),
        on(Auth, Silence, DEFERRED).over(Login).stalls(),
        on(Auth, Drop, DEFERRED).over(Login),
        with(WithoutAuth, "auth", HELD),
    ]
}
