//! A receiver that does to HTTP whatever its script says, byte by byte.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::{AbortHandle, JoinSet};

/// What is done to a connection.
#[derive(Debug, Clone)]
pub(super) enum Script {
    /// Reads the request, says these bytes and closes.
    Say(Vec<u8>),
    /// Reads the request, says the first bytes at once and the others one at a time.
    SayAndTrickle(Vec<u8>, Vec<u8>, Duration),
    /// Reads the request, says these bytes and then as many more, as fast as they are taken.
    Flood(Vec<u8>, u64),
    /// Resets the connection as soon as it is there.
    ResetAtOnce,
    /// Reads the head of the request and resets.
    ResetBeforeBody,
    /// Reads the request and resets.
    ResetAfterBody,
    /// Reads the request, says these bytes and resets.
    SayAndReset(Vec<u8>),
    /// Reads the request and says nothing.
    Silence,
    /// Never takes the connection off the system's hands.
    NeverAccept,
}

/// The receiver; it ends with the value.
pub(super) struct Peer {
    pub(super) port: u16,
    seen: Arc<Seen>,
    server: AbortHandle,
}

#[derive(Default)]
struct Seen {
    connections: AtomicUsize,
    bytes_out: AtomicUsize,
}

impl Peer {
    pub(super) async fn start(script: Script) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        Self::on(listener, script)
    }

    pub(super) fn on(listener: TcpListener, script: Script) -> Self {
        let port = listener.local_addr().unwrap().port();
        let seen = Arc::new(Seen::default());
        let mut tasks = JoinSet::new();
        let server = tasks.spawn(serve(listener, script, Arc::clone(&seen)));
        tasks.detach_all();
        Self { port, seen, server }
    }

    /// With tokens in path and query that nothing may show.
    pub(super) fn url(&self) -> String {
        let token = "token-in-path?key=token-in-query";
        format!("http://127.0.0.1:{}/hook/{token}", self.port)
    }

    pub(super) fn connections(&self) -> usize {
        self.seen.connections.load(Ordering::SeqCst)
    }

    /// Bytes of a flood that were taken.
    pub(super) fn bytes_out(&self) -> usize {
        self.seen.bytes_out.load(Ordering::SeqCst)
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        self.server.abort();
    }
}

async fn serve(listener: TcpListener, script: Script, seen: Arc<Seen>) {
    if matches!(script, Script::NeverAccept) {
        let _kept = listener;
        return std::future::pending().await;
    }
    let mut conversations = JoinSet::new();
    loop {
        let (stream, _) = listener.accept().await.unwrap();
        seen.connections.fetch_add(1, Ordering::SeqCst);
        let (script, seen) = (script.clone(), Arc::clone(&seen));
        conversations.spawn(async move { converse(stream, script, &seen).await });
    }
}

async fn converse(stream: TcpStream, script: Script, seen: &Seen) -> Option<()> {
    let mut stream = BufReader::new(stream);
    if matches!(script, Script::ResetAtOnce) {
        return reset(stream);
    }
    let length = head(&mut stream).await?;
    if matches!(script, Script::ResetBeforeBody) {
        return reset(stream);
    }
    let mut body = vec![0; length];
    stream.read_exact(&mut body).await.ok()?;
    match script {
        Script::Say(bytes) => stream.write_all(&bytes).await.ok()?,
        Script::SayAndTrickle(at_once, bytes, pause) => {
            stream.write_all(&at_once).await.ok()?;
            for byte in bytes {
                stream.write_all(&[byte]).await.ok()?;
                tokio::time::sleep(pause).await;
            }
        }
        Script::Flood(bytes, more) => {
            stream.write_all(&bytes).await.ok()?;
            let chunk = vec![b'x'; 64 * 1024];
            for _ in 0..more / 65_536 {
                stream.write_all(&chunk).await.ok()?;
                seen.bytes_out.fetch_add(chunk.len(), Ordering::SeqCst);
            }
        }
        Script::SayAndReset(bytes) => {
            stream.write_all(&bytes).await.ok()?;
            // What was said must have been read before the reset overtakes it.
            tokio::time::sleep(Duration::from_millis(100)).await;
            return reset(stream);
        }
        Script::Silence => std::future::pending().await,
        Script::ResetAfterBody => return reset(stream),
        Script::ResetAtOnce | Script::ResetBeforeBody | Script::NeverAccept => {}
    }
    stream.shutdown().await.ok()
}

/// Reads the head of the request; gives the length of its body.
async fn head(stream: &mut BufReader<TcpStream>) -> Option<usize> {
    let mut length = 0;
    loop {
        let mut line = String::new();
        if stream.read_line(&mut line).await.ok()? == 0 {
            return None;
        }
        if line == "\r\n" {
            return Some(length);
        }
        if let Some((name, value)) = line.split_once(':')
            && name.eq_ignore_ascii_case("content-length")
        {
            length = value.trim().parse().ok()?;
        }
    }
}

fn reset(stream: BufReader<TcpStream>) -> Option<()> {
    stream.into_inner().set_zero_linger().ok()
}
