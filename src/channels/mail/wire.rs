//! The connection to a relay: TCP with nodelay, TLS where it is asked for.
//!
//! Owns reaching the relay, making the way to it safe, and counting what was written.
//! Refuses to speak mail; that is `session`. TLS is done here and not by lettre, so that both modes share
//! one setup and nothing a server said before TLS is believed after it.

use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll, ready};

use lettre::transport::smtp::client::AsyncTokioStream;
use rustls::pki_types::ServerName;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::sync::Notify;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use super::Route;
use super::failure::Failure;
use super::replies::Replies;
use super::settings::TlsMode;
use super::starttls;
use crate::domain::delivery::smtp::{Cause, Phase};

/// What a relay greeted with before STARTTLS is not believed, so the codec, which
/// waits for a greeting, is given this one after the handshake.
const GREETED: &[u8] = b"220 secured\r\n";

/// How much has been written, for whoever waits for a message to have left.
#[derive(Debug, Default)]
pub(super) struct Sent {
    bytes: AtomicU64,
    more: Notify,
}

impl Sent {
    /// How many bytes.
    pub(super) fn bytes(&self) -> u64 {
        self.bytes.load(Ordering::Relaxed)
    }

    /// Waits until it is more than so many. One waits at a time.
    pub(super) async fn passes(&self, bytes: u64) {
        while self.bytes() <= bytes {
            self.more.notified().await;
        }
    }

    fn add(&self, bytes: usize) {
        let bytes = u64::try_from(bytes).unwrap_or(u64::MAX);
        self.bytes.fetch_add(bytes, Ordering::Relaxed);
        self.more.notify_one();
    }
}

/// A connection, counting what was written to it.
#[derive(Debug)]
pub(super) struct Wire {
    stream: Stream,
    peer: SocketAddr,
    replies: Replies,
    sent: Arc<Sent>,
}

#[derive(Debug)]
enum Stream {
    Plain(TcpStream),
    Tls(Box<TlsStream<TcpStream>>),
}

/// Connects, each step under its deadline; `sent` counts the bytes handed over.
pub(super) async fn connect(route: &Route, sent: Arc<Sent>) -> Result<Wire, Failure> {
    let mut tcp = dial(route).await?;
    let peer = tcp
        .peer_addr()
        .map_err(|error| Failure::lost(Phase::Connect, &error))?;
    let (stream, replies) = match route.tls {
        TlsMode::None => (Stream::Plain(tcp), Replies::default()),
        TlsMode::Implicit => (secure(route, tcp).await?, Replies::default()),
        TlsMode::Starttls => {
            let asked = starttls::ask(&mut tcp, &route.hello);
            timeout(route.deadlines.greeting, asked)
                .await
                .map_err(|_| Failure::late(Phase::Greeting))??;
            (secure(route, tcp).await?, Replies::after(GREETED))
        }
    };
    Ok(Wire {
        stream,
        peer,
        replies,
        sent,
    })
}

async fn dial(route: &Route) -> Result<TcpStream, Failure> {
    let dial = TcpStream::connect((route.host.as_str(), route.port));
    let tcp = timeout(route.deadlines.connect, dial)
        .await
        .map_err(|_| Failure::late(Phase::Connect))?
        .map_err(|error| Failure::lost(Phase::Connect, &error))?;
    // Without it the last bytes of every mail wait 40 ms for a delayed acknowledgement.
    tcp.set_nodelay(true)
        .map_err(|error| Failure::lost(Phase::Connect, &error))?;
    Ok(tcp)
}

async fn secure(route: &Route, tcp: TcpStream) -> Result<Stream, Failure> {
    let name = ServerName::try_from(route.host.clone())
        .map_err(|error| Failure::new(Phase::Tls, Cause::Unfit(error.to_string())))?;
    let handshake = TlsConnector::from(Arc::clone(&route.trust)).connect(name, tcp);
    let stream = timeout(route.deadlines.connect, handshake)
        .await
        .map_err(|_| Failure::late(Phase::Tls))?
        .map_err(|error| refused(&error))?;
    Ok(Stream::Tls(Box::new(stream)))
}

/// A certificate that is not trusted, or a peer that does not speak TLS, is a matter of
/// setup; a connection that breaks is not.
fn refused(error: &io::Error) -> Failure {
    let of_tls = error
        .get_ref()
        .and_then(|inner| inner.downcast_ref::<rustls::Error>())
        .is_some();
    if of_tls {
        Failure::new(Phase::Tls, Cause::Unfit(error.to_string()))
    } else {
        Failure::lost(Phase::Tls, error)
    }
}

impl AsyncTokioStream for Wire {
    fn peer_addr(&self) -> io::Result<SocketAddr> {
        Ok(self.peer)
    }
}

impl AsyncRead for Wire {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let mut room = [0; 1024];
        while !self.replies.give(buf) {
            let mut came = ReadBuf::new(&mut room);
            match &mut self.stream {
                Stream::Plain(stream) => ready!(Pin::new(stream).poll_read(cx, &mut came))?,
                Stream::Tls(stream) => ready!(Pin::new(stream).poll_read(cx, &mut came))?,
            }
            if came.filled().is_empty() {
                break;
            }
            self.replies.take(came.filled())?;
        }
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Wire {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.replies.asked()?;
        let written = match &mut self.stream {
            Stream::Plain(stream) => ready!(Pin::new(stream).poll_write(cx, bytes))?,
            Stream::Tls(stream) => ready!(Pin::new(stream).poll_write(cx, bytes))?,
        };
        self.sent.add(written);
        Poll::Ready(Ok(written))
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match &mut self.stream {
            Stream::Plain(stream) => Pin::new(stream).poll_flush(cx),
            Stream::Tls(stream) => Pin::new(stream).poll_flush(cx),
        }
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match &mut self.stream {
            Stream::Plain(stream) => Pin::new(stream).poll_shutdown(cx),
            Stream::Tls(stream) => Pin::new(stream).poll_shutdown(cx),
        }
    }
}
