//! Connections, bounded in number and in time.
//!
//! Owns that idle or slow connections cannot take the file descriptors and the memory that
//! delivery needs: only so many are open at once, the others wait in the system's queue, and
//! each is cut off at its deadline whatever it is doing. Refuses to read what they say.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use axum::serve::Listener;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::Sleep;

/// Connections at once. A page takes milliseconds, so these serve thousands of people in a
/// minute; and they are a small part of the 1024 descriptors a process has by default.
pub(super) const CONNECTIONS: usize = 32;

/// A connection ends after so long. A request and its page take less on a slow line too, and
/// one that sends a byte now and then keeps its place no longer than this.
pub(super) const DEADLINE: Duration = Duration::from_secs(10);

/// A listener that accepts only so many connections at once.
pub(super) struct Bounded<L> {
    inner: L,
    places: Arc<Semaphore>,
}

impl<L> Bounded<L> {
    /// `inner`, bounded.
    pub(super) fn new(inner: L) -> Self {
        let places = Arc::new(Semaphore::new(CONNECTIONS));
        Self { inner, places }
    }
}

impl<L: Listener> Listener for Bounded<L> {
    type Io = Timed<L::Io>;
    type Addr = L::Addr;

    async fn accept(&mut self) -> (Self::Io, Self::Addr) {
        // The semaphore is never closed; were it, the connection would go unbounded.
        let place = Arc::clone(&self.places).acquire_owned().await.ok();
        let (io, from) = self.inner.accept().await;
        let timed = Timed {
            io,
            ends: Box::pin(tokio::time::sleep(DEADLINE)),
            _place: place,
        };
        (timed, from)
    }

    fn local_addr(&self) -> io::Result<Self::Addr> {
        self.inner.local_addr()
    }
}

/// A connection with its deadline and its place.
pub(super) struct Timed<S> {
    io: S,
    ends: Pin<Box<Sleep>>,
    _place: Option<OwnedSemaphorePermit>,
}

impl<S> Timed<S> {
    /// An error once the deadline is over; until then whoever waits is woken by it.
    fn in_time(&mut self, cx: &mut Context<'_>) -> io::Result<()> {
        match self.ends.as_mut().poll(cx) {
            Poll::Ready(()) => Err(io::ErrorKind::TimedOut.into()),
            Poll::Pending => Ok(()),
        }
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Timed<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        self.in_time(cx)?;
        Pin::new(&mut self.io).poll_read(cx, buffer)
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Timed<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.in_time(cx)?;
        Pin::new(&mut self.io).poll_write(cx, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.in_time(cx)?;
        Pin::new(&mut self.io).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.in_time(cx)?;
        ready!(Pin::new(&mut self.io).poll_shutdown(cx))?;
        Poll::Ready(Ok(()))
    }
}
