//! The connection to a relay: TCP with nodelay, TLS where it is asked for.
//!
//! Owns reaching the relay and making the way to it safe. Refuses to speak mail;
//! that is `session`. TLS is done here and not by lettre, so that both modes share
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
use tokio::time::timeout;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use super::Route;
use super::failure::Failure;
use super::settings::TlsMode;
use super::starttls;
use crate::domain::delivery::smtp::{Cause, Phase};

/// What a relay greeted with before STARTTLS is not believed, so the codec, which
/// waits for a greeting, is given this one after the handshake.
const GREETED: &[u8] = b"220 secured\r\n";

/// A connection, counting what was written to it.
#[derive(Debug)]
pub(super) struct Wire {
    stream: Stream,
    peer: SocketAddr,
    unread: &'static [u8],
    sent: Arc<AtomicU64>,
}

#[derive(Debug)]
enum Stream {
    Plain(TcpStream),
    Tls(Box<TlsStream<TcpStream>>),
}

/// Connects, each step under its deadline; `sent` counts the bytes handed over.
pub(super) async fn connect(route: &Route, sent: Arc<AtomicU64>) -> Result<Wire, Failure> {
    let mut tcp = dial(route).await?;
    let peer = tcp
        .peer_addr()
        .map_err(|error| Failure::lost(Phase::Connect, &error))?;
    let (stream, unread) = match route.tls {
        TlsMode::None => (Stream::Plain(tcp), &[][..]),
        TlsMode::Implicit => (secure(route, tcp).await?, &[][..]),
        TlsMode::Starttls => {
            let asked = starttls::ask(&mut tcp, &route.hello);
            timeout(route.deadlines.greeting, asked)
                .await
                .map_err(|_| Failure::late(Phase::Greeting))??;
            (secure(route, tcp).await?, GREETED)
        }
    };
    Ok(Wire {
        stream,
        peer,
        unread,
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
        if !self.unread.is_empty() {
            let (now, later) = self.unread.split_at(self.unread.len().min(buf.remaining()));
            buf.put_slice(now);
            self.unread = later;
            return Poll::Ready(Ok(()));
        }
        match &mut self.stream {
            Stream::Plain(stream) => Pin::new(stream).poll_read(cx, buf),
            Stream::Tls(stream) => Pin::new(stream).poll_read(cx, buf),
        }
    }
}

impl AsyncWrite for Wire {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let written = match &mut self.stream {
            Stream::Plain(stream) => ready!(Pin::new(stream).poll_write(cx, bytes))?,
            Stream::Tls(stream) => ready!(Pin::new(stream).poll_write(cx, bytes))?,
        };
        self.sent.fetch_add(
            u64::try_from(written).unwrap_or(u64::MAX),
            Ordering::Relaxed,
        );
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
