//! A relay and a receiver that answer as fast as they can, on a thread of their own.
//!
//! Owns what they took, when, and that some paths answer late. Refuses nothing: every
//! mail is 250 and every post is 200. Both the daemon and the yardstick speak to them.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use anyhow::Context as _;
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Notify;
use tokio::task::JoinSet;

/// One thing that was taken.
#[derive(Debug, Clone)]
pub(crate) struct Taken {
    /// When its first byte had come, before anything was answered.
    pub(crate) at: Instant,
    /// The path of a post; empty for a mail.
    pub(crate) path: String,
    /// The mail's recipient.
    pub(crate) to: String,
    /// The mail as it came over the wire, or the post's body.
    pub(crate) bytes: Vec<u8>,
}

/// What was taken so far.
#[derive(Debug, Default)]
pub(crate) struct Inbox {
    taken: Mutex<Vec<Taken>>,
    more: Notify,
}

/// Both servers, running until the process ends.
#[derive(Debug, Clone)]
pub(crate) struct Receivers {
    pub(crate) smtp: SocketAddr,
    pub(crate) http: SocketAddr,
    inbox: Arc<Inbox>,
    late: Arc<Mutex<Option<(String, Duration)>>>,
}

impl Receivers {
    /// Starts both.
    pub(crate) fn start() -> anyhow::Result<Self> {
        let listen = || -> std::io::Result<std::net::TcpListener> {
            let listener = std::net::TcpListener::bind("127.0.0.1:0")?;
            listener.set_nonblocking(true)?;
            Ok(listener)
        };
        let (smtp, http) = (listen()?, listen()?);
        let both = Self {
            smtp: smtp.local_addr()?,
            http: http.local_addr()?,
            inbox: Arc::default(),
            late: Arc::default(),
        };
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()?;
        let served = both.clone();
        std::thread::Builder::new()
            .name("receivers".to_owned())
            .spawn(move || runtime.block_on(served.serve(smtp, http)))
            .context("failed to start the receivers")?;
        Ok(both)
    }

    /// From now on posts to `path` are answered after `pause`.
    pub(crate) fn answer_late(&self, late: Option<(String, Duration)>) {
        *self.late.lock().unwrap_or_else(PoisonError::into_inner) = late;
    }

    /// Everything that was taken since this was last asked.
    pub(crate) fn empty(&self) -> Vec<Taken> {
        let mut taken = self
            .inbox
            .taken
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        std::mem::take(&mut *taken)
    }

    /// Waits until so many that `counts` have come.
    pub(crate) async fn wait_for(&self, count: usize, counts: impl Fn(&Taken) -> bool) {
        loop {
            let more = self.inbox.more.notified();
            let come = {
                let taken = self
                    .inbox
                    .taken
                    .lock()
                    .unwrap_or_else(PoisonError::into_inner);
                taken.iter().filter(|taken| counts(taken)).count()
            };
            if come >= count {
                return;
            }
            more.await;
        }
    }

    async fn serve(self, smtp: std::net::TcpListener, http: std::net::TcpListener) {
        let (Ok(smtp), Ok(http)) = (TcpListener::from_std(smtp), TcpListener::from_std(http))
        else {
            return;
        };
        let mut talks = JoinSet::new();
        loop {
            // A peer that breaks off is the bench's end, or a daemon that was killed.
            tokio::select! {
                Ok((peer, _)) = smtp.accept() => {
                    let talk = self.clone();
                    talks.spawn(async move { let _ = talk.mail(peer).await; });
                }
                Ok((peer, _)) = http.accept() => {
                    let talk = self.clone();
                    talks.spawn(async move { let _ = talk.post(peer).await; });
                }
                Some(_) = talks.join_next() => {}
            }
        }
    }

    fn put(&self, taken: Taken) {
        let mut all = self
            .inbox
            .taken
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        all.push(taken);
        self.inbox.more.notify_waiters();
    }

    async fn mail(self, peer: TcpStream) -> std::io::Result<()> {
        peer.set_nodelay(true)?;
        let mut peer = BufReader::new(peer);
        peer.write_all(b"220 bench\r\n").await?;
        let (mut line, mut to) = (String::new(), String::new());
        loop {
            line.clear();
            if peer.read_line(&mut line).await? == 0 {
                return Ok(());
            }
            let answer: &[u8] = match line.get(..4) {
                Some("RCPT") => {
                    to.clone_from(&line);
                    b"250 ok\r\n"
                }
                Some("DATA") => {
                    let at = Instant::now();
                    peer.write_all(b"354 go\r\n").await?;
                    let bytes = letter(&mut peer).await?;
                    let (path, to) = (String::new(), std::mem::take(&mut to));
                    self.put(Taken {
                        at,
                        path,
                        to,
                        bytes,
                    });
                    b"250 taken\r\n"
                }
                Some("QUIT") => b"221 bye\r\n",
                _ => b"250 ok\r\n",
            };
            peer.write_all(answer).await?;
        }
    }

    async fn post(self, peer: TcpStream) -> std::io::Result<()> {
        peer.set_nodelay(true)?;
        let mut peer = BufReader::new(peer);
        loop {
            let mut line = String::new();
            if peer.read_line(&mut line).await? == 0 {
                return Ok(());
            }
            let at = Instant::now();
            let path = line.split(' ').nth(1).unwrap_or_default().to_owned();
            let mut length = 0;
            while line != "\r\n" {
                line.clear();
                peer.read_line(&mut line).await?;
                let (name, value) = line.split_once(':').unwrap_or_default();
                if name.eq_ignore_ascii_case("content-length") {
                    length = value.trim().parse().unwrap_or_default();
                }
            }
            let mut bytes = vec![0; length];
            peer.read_exact(&mut bytes).await?;
            if let Some(pause) = self.pause(&path) {
                tokio::time::sleep(pause).await;
            }
            let to = String::new();
            self.put(Taken {
                at,
                path,
                to,
                bytes,
            });
            peer.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n")
                .await?;
        }
    }

    fn pause(&self, path: &str) -> Option<Duration> {
        let late = self.late.lock().unwrap_or_else(PoisonError::into_inner);
        late.as_ref()
            .filter(|(slow, _)| slow == path)
            .map(|(_, pause)| *pause)
    }
}

/// The bytes up to the lone dot, with the dots that were doubled on the way.
async fn letter(peer: &mut BufReader<TcpStream>) -> std::io::Result<Vec<u8>> {
    let mut bytes = Vec::with_capacity(16 * 1024);
    loop {
        let from = bytes.len();
        if peer.read_until(b'\n', &mut bytes).await? == 0 {
            return Ok(bytes);
        }
        if bytes.get(from..) == Some(b".\r\n") {
            bytes.truncate(from);
            return Ok(bytes);
        }
    }
}
