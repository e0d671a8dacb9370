//! What a receiver may do to a webhook, case by case, over real sockets.

use std::time::{Duration, Instant};

use duban::channels::Channels;
use duban::domain::delivery::http::Field;
use duban::domain::delivery::{Class, Outcome, Scope};
use futures_util::future::join_all;

use super::peer::{Peer, Script};
use super::{Setup, hook};
use crate::support::messages::now;

use Class::{Accepted, Deferred, Rejected, Unknown};
use Scope::{Channel, Message};

/// One thing a receiver does, and what it must come to.
struct Case {
    name: &'static str,
    script: Script,
    /// The endpoint says yes in this field.
    answer: Option<&'static str>,
    class: Class,
    scope: Scope,
    phase: &'static str,
    code: Option<u16>,
    /// How long we are asked to wait, in seconds.
    wait: Option<i64>,
}

impl Case {
    const fn scope(mut self, scope: Scope) -> Self {
        self.scope = scope;
        self
    }

    const fn field(mut self, field: &'static str) -> Self {
        self.answer = Some(field);
        self
    }

    const fn wait(mut self, seconds: i64) -> Self {
        self.wait = Some(seconds);
        self
    }

    /// The receiver, and a channel to it with so many seconds for an attempt.
    async fn open(&self, secs: u64) -> (Peer, Channels) {
        let peer = Peer::start(self.script.clone()).await;
        let mut setup = Setup::new(&peer.url());
        setup.settings.timeout_secs = secs;
        setup.endpoint.answer = self.answer.map(|field| Field {
            field: field.to_owned(),
            ok: vec![0.into(), 200.into(), true.into()],
        });
        (peer, setup.open().unwrap())
    }

    /// Makes the attempt; gives what does not hold.
    async fn fault(&self, channels: &Channels, secs: u64) -> Option<String> {
        let begun = Instant::now();
        let outcome = channels.send(&hook(), now()).await;
        let took = begun.elapsed();
        let wait = outcome.retry_after.map(|at| (at - now()).num_seconds());
        let found = (outcome.class, outcome.scope, outcome.phase.as_str());
        let expected = (self.class, self.scope, self.phase);
        let shown = format!("{outcome:?}");
        let holds = found == expected
            && outcome.code == self.code
            && wait == self.wait
            && took <= Duration::from_secs(secs + 1)
            && !shown.contains("token-in-");
        (!holds).then(|| format!("{}: {expected:?}, found {shown} after {took:?}", self.name))
    }
}

/// An answer that was given.
fn said(name: &'static str, script: Script, code: u16, class: Class) -> Case {
    Case {
        name,
        script,
        answer: None,
        class,
        scope: Message,
        phase: "http",
        code: Some(code),
        wait: None,
    }
}

/// No answer that could be read.
fn unknown(name: &'static str, script: Script) -> Case {
    Case {
        code: None,
        ..said(name, script, 0, Unknown)
    }
}

fn say(text: &str) -> Script {
    Script::Say(text.as_bytes().to_vec())
}

/// A status with an empty body.
fn status(code: u16, headers: &str) -> Script {
    let end = if code == 204 {
        ""
    } else {
        "content-length: 0\r\n"
    };
    say(&format!("HTTP/1.1 {code} x\r\n{headers}{end}\r\n"))
}

/// 200 with this body.
fn body(bytes: impl AsRef<[u8]>) -> Script {
    let bytes = bytes.as_ref();
    let head = format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n", bytes.len());
    Script::Say([head.as_bytes(), bytes].concat())
}

/// Makes all attempts at once, each with so many seconds.
async fn all_hold(secs: u64, cases: Vec<Case>) {
    let mut open = Vec::new();
    for case in cases {
        open.push((case.open(secs).await, case));
    }
    let faults = open
        .iter()
        .map(|((_, channels), case)| case.fault(channels, secs));
    let faults: Vec<String> = join_all(faults).await.into_iter().flatten().collect();
    assert!(faults.is_empty(), "\n{}", faults.join("\n"));
}

/// Enough for whoever answers at once, on a busy machine too.
const AMPLE: u64 = 20;
/// Little to wait for those who never do.
const SHORT: u64 = 3;

/// A channel with ample time.
fn ample(url: &str) -> Setup {
    let mut setup = Setup::new(url);
    setup.settings.timeout_secs = AMPLE;
    setup
}

#[tokio::test]
async fn every_status_is_judged_by_the_table() {
    let cases = [
        (200, Accepted, Message),
        (201, Accepted, Message),
        (202, Accepted, Message),
        (204, Accepted, Message),
        (299, Accepted, Message),
        (301, Rejected, Message),
        (302, Rejected, Message),
        (304, Rejected, Message),
        (307, Rejected, Message),
        (308, Rejected, Message),
        (400, Rejected, Message),
        (401, Deferred, Channel),
        (403, Deferred, Channel),
        (404, Rejected, Message),
        (405, Rejected, Message),
        (407, Deferred, Channel),
        (408, Deferred, Message),
        (409, Rejected, Message),
        (410, Rejected, Channel),
        (413, Rejected, Message),
        (415, Rejected, Message),
        (421, Deferred, Channel),
        (422, Rejected, Message),
        (425, Deferred, Message),
        (429, Deferred, Message),
        (500, Deferred, Message),
        (501, Deferred, Message),
        (502, Deferred, Message),
        (503, Deferred, Message),
        (504, Deferred, Message),
        (511, Deferred, Channel),
        (599, Deferred, Message),
        (600, Deferred, Message),
        (999, Deferred, Message),
    ];
    let case = |(code, class, scope)| said("status", status(code, ""), code, class).scope(scope);
    all_hold(AMPLE, cases.into_iter().map(case).collect()).await;
}

#[tokio::test]
async fn what_a_body_says_counts_where_the_status_alone_does_not() {
    let gbk = b"{\"code\":500,\"msg\":\"\xd3\xc3\xbb\xa7\xb2\xbb\xb4\xe6\xd4\xda\"}";
    let long = format!("{{\"code\":0,\"x\":\"{}\"}}", "x".repeat(70_000));
    all_hold(AMPLE, vec![
        said("words of an error under 200", body("ERROR: no such user"), 200, Accepted),
        said("errcode 0", body(r#"{"errcode":0,"errmsg":"ok"}"#), 200, Accepted),
        said("errcode of a robot", body(r#"{"errcode":93000,"errmsg":"invalid webhook url"}"#), 200, Deferred),
        said("errcode of an expired token", body(r#"{"errcode":42001}"#), 200, Deferred),
        said("errcode below zero", body(r#"{"errcode":-1}"#), 200, Deferred),
        said("errcode that is a text", body(r#"{"errcode":"none"}"#), 200, Accepted),
        said("errcode inside of a list", body(r#"[{"errcode":1}]"#), 200, Accepted),
        said("errcode under 201", say("HTTP/1.1 201 x\r\ncontent-length: 13\r\n\r\n{\"errcode\":1}"), 201, Deferred),
        said("a code nobody said counts", body(r#"{"code":500}"#), 200, Accepted),
        said("a body that breaks off, and the status counts", say("HTTP/1.1 200 x\r\ncontent-length: 99\r\n\r\n{\"errc"), 200, Accepted),
        said("a body behind chunks that are none", say("HTTP/1.1 200 x\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n"), 200, Accepted),
        said("gzip, which is not unpacked", say("HTTP/1.1 200 x\r\ncontent-encoding: gzip\r\ncontent-length: 3\r\n\r\n\x1f\u{0}\u{0}"), 200, Accepted),
        said("field says yes", body(r#"{"code":0}"#), 200, Accepted).field("code"),
        said("field says yes as a text", body(r#"{"code":"200","msg":"ok"}"#), 200, Accepted).field("code"),
        said("field says yes as a truth", body(r#"{"success":true}"#), 200, Accepted).field("success"),
        said("field inside of another", body(r#"{"head":{"code":0}}"#), 200, Accepted).field("head.code"),
        said("field after a byte order mark", body("\u{feff}{\"code\":0}"), 200, Accepted).field("code"),
        said("field says no", body(r#"{"code":500,"msg":"no such user"}"#), 200, Deferred).field("code"),
        said("field says no in GBK", body(gbk), 200, Deferred).field("code"),
        said("field says no as a truth", body(r#"{"success":false}"#), 200, Deferred).field("success"),
        said("field is missing", body(r#"{"ok":1}"#), 200, Unknown).field("code"),
        said("field is looked for in a list", body("[0]"), 200, Unknown).field("code"),
        said("a login page", body("<html>login</html>"), 200, Unknown).field("code"),
        said("no body where one is needed", status(204, ""), 204, Unknown).field("code"),
        said("a body that breaks off", say("HTTP/1.1 200 x\r\ncontent-length: 99\r\n\r\n{\"code\":0}"), 200, Unknown).field("code"),
        said("a body that is reset", Script::SayAndReset(b"HTTP/1.1 200 x\r\ncontent-length: 99\r\n\r\n{".to_vec()), 200, Unknown).field("code"),
        said("a body too long to be read", body(long), 200, Unknown).field("code"),
        said("chunks that are none", say("HTTP/1.1 200 x\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n"), 200, Unknown).field("code"),
        said("a refusal needs no field", status(500, ""), 500, Deferred).field("code"),
    ])
    .await;
}

#[tokio::test]
async fn retry_after_is_honoured_exactly_in_every_form() {
    let asked = |name, text: &str| {
        let header = format!("retry-after: {text}\r\n");
        said(name, status(429, &header), 429, Deferred)
    };
    all_hold(
        AMPLE,
        vec![
            asked("seconds", "120").wait(120),
            asked("today's date", "Fri, 08 May 2026 02:05:00 GMT").wait(300),
            asked("RFC 850's date", "Friday, 08-May-26 02:05:00 GMT").wait(300),
            asked("asctime's date", "Fri May  8 02:05:00 2026").wait(300),
            asked(
                "a date with another day's name",
                "Mon, 08 May 2026 02:05:00 GMT",
            )
            .wait(300),
            asked("a moment that has passed", "Fri, 08 May 2026 01:59:59 GMT"),
            asked("no time at all", "0"),
            asked("less than no time", "-5"),
            asked("words", "soon"),
            asked("nothing", ""),
            asked("a day", "86400").wait(86_400),
            asked("more than a day", "86401").wait(86_400),
            asked("more than any clock", "99999999999999999999999").wait(86_400),
            asked("the next century", "Sat, 08 May 2126 02:05:00 GMT").wait(86_400),
            said(
                "under 503",
                status(503, "retry-after: 90\r\n"),
                503,
                Deferred,
            )
            .wait(90),
            said(
                "under 200",
                status(200, "retry-after: 90\r\n"),
                200,
                Accepted,
            ),
            said(
                "under 404",
                status(404, "retry-after: 90\r\n"),
                404,
                Rejected,
            ),
        ],
    )
    .await;
}

/// A whole answer but for its body.
const HEAD: &[u8] = b"HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\n";

#[tokio::test]
async fn what_breaks_after_the_request_went_out_is_unknown() {
    all_hold(
        AMPLE,
        vec![
            unknown("reset at once", Script::ResetAtOnce),
            unknown("reset before the body", Script::ResetBeforeBody),
            unknown("reset after the body", Script::ResetAfterBody),
            unknown("closed without a word", say("")),
            unknown("half a status line", say("HTTP/1.1 20")),
            unknown("half of the headers", say("HTTP/1.1 200 OK\r\ncontent-le")),
            unknown("another protocol", say("SSH-2.0-OpenSSH_9.2\r\n")),
            unknown(
                "a length that is none",
                say("HTTP/1.1 200 OK\r\ncontent-length: -1\r\n\r\n"),
            ),
            unknown(
                "two lengths",
                say("HTTP/1.1 200 OK\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\nxx"),
            ),
            unknown("a status of two digits", say("HTTP/1.1 20 OK\r\n\r\n")),
            unknown(
                "a head without end",
                Script::Flood(b"HTTP/1.1 200 OK\r\nx: ".to_vec(), 1 << 30),
            ),
            said(
                "an answer of HTTP/1.0",
                say("HTTP/1.0 200 OK\r\n\r\n{\"code\":0}"),
                200,
                Accepted,
            )
            .field("code"),
            said(
                "hints before the answer",
                say("HTTP/1.1 103 Early\r\n\r\nHTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n"),
                200,
                Accepted,
            ),
            said(
                "more than was promised",
                say("HTTP/1.1 200 OK\r\ncontent-length: 1\r\n\r\nxyz"),
                200,
                Accepted,
            ),
            said(
                "no body after all",
                Script::Say(HEAD.to_vec()),
                200,
                Accepted,
            ),
        ],
    )
    .await;
}

#[tokio::test]
async fn what_stalls_ends_by_the_one_deadline() {
    let second = Duration::from_secs(1);
    let slow_body = || Script::SayAndTrickle(HEAD.to_vec(), b"{\"code\":0}".to_vec(), second);
    let slow_head = Script::SayAndTrickle(Vec::new(), HEAD.to_vec(), second);
    all_hold(
        SHORT,
        vec![
            unknown("silence", Script::Silence),
            unknown("a connection nobody takes", Script::NeverAccept),
            unknown("a byte of the head a second", slow_head),
            said("a byte of the body a second", slow_body(), 200, Accepted),
            said("the same where the body counts", slow_body(), 200, Unknown).field("code"),
            said(
                "the same under a refusal",
                Script::SayAndTrickle(
                    b"HTTP/1.1 503 x\r\ncontent-length: 10\r\n\r\n".to_vec(),
                    vec![b'x'; 10],
                    second,
                ),
                503,
                Deferred,
            ),
        ],
    )
    .await;
}

#[tokio::test]
async fn a_gibibyte_is_not_read() {
    let head = b"HTTP/1.1 200 OK\r\ncontent-length: 1073741824\r\n\r\n".to_vec();
    let peer = Peer::start(Script::Flood(head, 1 << 30)).await;
    let begun = Instant::now();
    let outcome = ample(&peer.url()).send(&hook()).await;
    assert_eq!(outcome.class, Accepted, "{outcome:?}");
    assert!(begun.elapsed() < Duration::from_secs(AMPLE / 2));
    // What the system's buffers took, and no more.
    assert!(peer.bytes_out() < 16 << 20, "{} bytes", peer.bytes_out());
}

#[tokio::test]
async fn no_redirect_is_followed_to_this_host_or_another() {
    for code in [301, 302, 303, 307, 308] {
        let trap = Peer::start(status(200, "")).await;
        let places = [
            format!("http://127.0.0.1:{}/", trap.port),
            format!("//127.0.0.1:{}/", trap.port),
            format!("http://0x7f000001:{}/", trap.port),
            "/elsewhere".to_owned(),
        ];
        for place in places {
            let peer = Peer::start(status(code, &format!("location: {place}\r\n"))).await;
            let outcome = ample(&peer.url()).send(&hook()).await;
            assert_eq!((outcome.class, outcome.code), (Rejected, Some(code)));
            assert_eq!((peer.connections(), trap.connections()), (1, 0), "{place}");
        }
    }
}

#[tokio::test]
async fn a_receiver_over_ipv6_alone_is_reached() {
    let listener = tokio::net::TcpListener::bind("[::1]:0").await.unwrap();
    let peer = Peer::on(listener, status(204, ""));
    let outcome: Outcome = ample(&format!("http://[::1]:{}/", peer.port))
        .send(&hook())
        .await;
    assert_eq!((outcome.class, peer.connections()), (Accepted, 1));
}

#[tokio::test]
async fn what_a_receiver_repeats_of_its_url_is_not_shown() {
    let echo =
        r#"{"errcode":1,"errmsg":"no token-in-path at 127.0.0.1, key token-in-query; why not"}"#;
    let peer = Peer::start(body(echo)).await;
    let outcome = ample(&peer.url()).send(&hook()).await;
    assert_eq!(
        outcome.detail,
        "the answer says errcode 1: no … at …, key …; why not"
    );
}
