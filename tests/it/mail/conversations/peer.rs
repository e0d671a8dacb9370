//! The peers of the table: how each is set up, and one mail to it.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use duban::channels::mail::{SmtpSettings, TlsMode};
use duban::domain::delivery::Outcome;
use duban::domain::notice::Message;
use tokio::net::{TcpListener, TcpSocket, TcpStream};

use super::super::{channels, plain, secured};
use super::Case;
use crate::support::certificates::Authority;
use crate::support::messages::{self, now};
use crate::support::smtp::{Relay, Tls};

/// Who is at the other end, and how it is reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Peer {
    Plain,
    /// TLS from the first byte, and an account.
    Login,
    Starttls,
    /// Asked for TLS, and does not offer STARTTLS.
    WithoutStarttls,
    /// Speaks plain text where a handshake is expected.
    PlainSpoken,
    /// Takes the connection, and never answers the handshake.
    DeafToTls,
    Expired,
    WrongName,
    Stranger,
    /// Offers no way to log in.
    WithoutAuth,
    /// Nobody listens.
    Refused,
    NoSuchHost,
    /// Packets to it are never answered.
    BlackHole,
    /// The recipient's address is not ASCII, and the relay cannot take such.
    ForeignAddress,
    ForeignAddressUtf8,
    /// Offers no extension at all.
    Bare,
    /// Says that it takes no more than so many bytes.
    Small,
}

/// How it went.
pub(super) struct Met {
    pub(super) outcome: Outcome,
    pub(super) taken: usize,
    pub(super) lasted: Duration,
}

/// Sends one mail to the case's peer.
pub(super) async fn meet(case: &Case) -> Met {
    let authority = Authority::new();
    let relay = relay(case.peer, &authority);
    if let Some((stage, act)) = case.script {
        relay.next(stage, act);
    }
    let (settings, _blocked) = settings(case, &relay, &authority).await;
    let channels = channels(settings);
    let begun = Instant::now();
    let outcome = channels.send(&mail(case.peer), now()).await;
    let lasted = begun.elapsed();
    let taken = relay.taken();
    for mail in &taken {
        is_whole(&mail.data);
    }
    Met {
        outcome,
        taken: taken.len(),
        lasted,
    }
}

fn relay(peer: Peer, authority: &Authority) -> Relay {
    let here = ["127.0.0.1"];
    match peer {
        Peer::Login => Relay::start(Tls::Implicit(authority.acceptor())),
        Peer::Starttls => Relay::start(Tls::Starttls(authority.acceptor())),
        Peer::Expired => Relay::start(Tls::Implicit(authority.server(&here, 2020))),
        Peer::WrongName => {
            let elsewhere = authority.server(&["mail.example.gov.cn"], 2999);
            Relay::start(Tls::Implicit(elsewhere))
        }
        Peer::Stranger => Relay::start(Tls::Implicit(Authority::new().acceptor())),
        Peer::WithoutAuth => {
            Relay::with_extensions(Tls::Implicit(authority.acceptor()), &["8BITMIME"])
        }
        Peer::ForeignAddressUtf8 => Relay::with_extensions(Tls::None, &["SMTPUTF8"]),
        Peer::Bare => Relay::with_extensions(Tls::None, &[]),
        Peer::Small => Relay::with_extensions(Tls::None, &["SIZE 1000"]),
        _ => Relay::start(Tls::None),
    }
}

/// The settings for it, and whatever has to live as long as the meeting.
async fn settings(
    case: &Case,
    relay: &Relay,
    authority: &Authority,
) -> (SmtpSettings, Option<(TcpListener, Vec<TcpStream>)>) {
    let mode = match case.peer {
        Peer::Starttls | Peer::WithoutStarttls => TlsMode::Starttls,
        Peer::Login
        | Peer::PlainSpoken
        | Peer::DeafToTls
        | Peer::Expired
        | Peer::WrongName
        | Peer::Stranger
        | Peer::WithoutAuth => TlsMode::Implicit,
        _ => TlsMode::None,
    };
    let mut settings = match mode {
        TlsMode::None => plain(relay),
        _ => secured(relay, mode, authority),
    };
    settings.deadlines = case.deadlines();
    let mut blocked = None;
    match case.peer {
        Peer::Refused => settings.port = Some(1),
        Peer::NoSuchHost => "nobody.invalid".clone_into(&mut settings.host),
        Peer::BlackHole => {
            let hole = black_hole().await;
            settings.port = Some(hole.0.local_addr().unwrap().port());
            blocked = Some(hole);
        }
        _ => {}
    }
    (settings, blocked)
}

/// A listener whose queue is full: what arrives is dropped, as behind a silent firewall.
async fn black_hole() -> (TcpListener, Vec<TcpStream>) {
    let socket = TcpSocket::new_v4().unwrap();
    socket.bind(SocketAddr::from(([127, 0, 0, 1], 0))).unwrap();
    let listener = socket.listen(1).unwrap();
    let at = listener.local_addr().unwrap();
    let mut queue = Vec::new();
    let patience = Duration::from_millis(200);
    while let Ok(stream) = tokio::time::timeout(patience, TcpStream::connect(at)).await {
        queue.push(stream.unwrap());
    }
    (listener, queue)
}

fn mail(peer: Peer) -> Message {
    let mut mail = messages::mail();
    if matches!(peer, Peer::ForeignAddress | Peer::ForeignAddressUtf8) {
        "用户@例子.中国".clone_into(&mut mail.recipient.address);
    }
    mail
}

/// Whatever a relay takes, it can pass on: seven bits, lines that end properly and are short
/// enough (RFC 5321 4.5.3.1.6), and none of them a dot alone.
fn is_whole(data: &[u8]) {
    let text = std::str::from_utf8(data).unwrap();
    let foreign = text.contains("SMTPUTF8") || text.contains("例子");
    assert!(foreign || text.is_ascii(), "{text}");
    for line in text.split_inclusive('\n') {
        let bare = line.strip_suffix("\r\n").unwrap();
        assert!(!bare.contains('\r') && bare.len() <= 998 && bare != ".");
    }
}
