//! A scripted HTTP receiver on loopback: it records every request, checks signatures
//! as a receiver would, and answers what it is told to.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, BufReader};
use tokio::net::TcpListener;
use tokio::task::{AbortHandle, JoinSet};
use tokio_rustls::TlsAcceptor;

/// A request as it came in.
#[derive(Debug, Clone)]
pub(crate) struct Request {
    pub(crate) method: String,
    /// Names in lower case.
    pub(crate) headers: BTreeMap<String, String>,
    pub(crate) body: Vec<u8>,
}

impl Request {
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", String::as_str)
    }

    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body).unwrap()
    }

    /// Whether one of its signatures is right for `secret` (`whsec_…`).
    pub(crate) fn is_signed_with(&self, secret: &str) -> bool {
        let key = STANDARD
            .decode(secret.strip_prefix("whsec_").unwrap())
            .unwrap();
        let (id, at) = (self.header("webhook-id"), self.header("webhook-timestamp"));
        let mut mac = Hmac::<Sha256>::new_from_slice(&key).unwrap();
        mac.update(format!("{id}.{at}.").as_bytes());
        mac.update(&self.body);
        let expected = format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes()));
        self.header("webhook-signature")
            .split(' ')
            .any(|one| one == expected)
    }
}

/// What the receiver does with a request.
#[derive(Debug, Clone)]
pub(crate) enum Answer {
    /// Answers with a status and these headers, and an empty body.
    Status(u16, Vec<(&'static str, String)>),
    /// Answers with a status after this long.
    Late(Duration, u16),
    /// Answers with a status and a body that never ends.
    Endless(u16),
    /// Answers with a status and promises a body that never comes.
    Stalled(u16),
    /// Answers with a status and this body.
    Body(u16, &'static str),
    /// Reads the request and closes the connection.
    Drop,
    /// Reads the request and never answers.
    Silence,
}

/// The receiver; it ends with the value.
pub(crate) struct Receiver {
    pub(crate) port: u16,
    state: Arc<State>,
    server: AbortHandle,
}

#[derive(Default)]
struct State {
    requests: Mutex<Vec<Request>>,
    answers: Mutex<VecDeque<Answer>>,
    bytes_out: Mutex<usize>,
    connections: Mutex<usize>,
}

impl Receiver {
    /// Over plain HTTP; answers 204 to whatever nothing was said about.
    pub(crate) async fn start() -> Self {
        Self::listen(None).await
    }

    pub(crate) async fn with_tls(acceptor: TlsAcceptor) -> Self {
        Self::listen(Some(acceptor)).await
    }

    async fn listen(acceptor: Option<TlsAcceptor>) -> Self {
        Self::serve(TcpListener::bind("127.0.0.1:0").await.unwrap(), acceptor)
    }

    /// On addresses of the caller's choice.
    pub(crate) fn on(listener: TcpListener) -> Self {
        Self::serve(listener, None)
    }

    fn serve(listener: TcpListener, acceptor: Option<TlsAcceptor>) -> Self {
        let port = listener.local_addr().unwrap().port();
        let state = Arc::new(State::default());
        let mut tasks = JoinSet::new();
        let server = tasks.spawn(serve(listener, acceptor, Arc::clone(&state)));
        tasks.detach_all();
        Self {
            port,
            state,
            server,
        }
    }

    pub(crate) fn url(&self) -> String {
        format!(
            "http://127.0.0.1:{}/hook/token-in-path?key=token-in-query",
            self.port
        )
    }

    /// The answer to the next request that nothing was said about yet.
    pub(crate) fn next(&self, answer: Answer) -> &Self {
        self.state.answers.lock().unwrap().push_back(answer);
        self
    }

    /// Every request, in order.
    pub(crate) fn requests(&self) -> Vec<Request> {
        self.state.requests.lock().unwrap().clone()
    }

    /// How many connections were taken.
    pub(crate) fn connections(&self) -> usize {
        *self.state.connections.lock().unwrap()
    }

    /// How many bytes of endless bodies were taken off this receiver's hands.
    pub(crate) fn bytes_out(&self) -> usize {
        *self.state.bytes_out.lock().unwrap()
    }
}

impl Drop for Receiver {
    fn drop(&mut self) {
        self.server.abort();
    }
}

async fn serve(listener: TcpListener, acceptor: Option<TlsAcceptor>, state: Arc<State>) {
    let mut connections = JoinSet::new();
    loop {
        let (stream, _) = listener.accept().await.unwrap();
        *state.connections.lock().unwrap() += 1;
        let state = Arc::clone(&state);
        match acceptor.clone() {
            None => connections.spawn(async move {
                converse(stream, state).await;
            }),
            Some(acceptor) => connections.spawn(async move {
                if let Ok(stream) = acceptor.accept(stream).await {
                    converse(stream, state).await;
                }
            }),
        };
    }
}

async fn converse(stream: impl AsyncRead + AsyncWrite + Unpin, state: Arc<State>) -> Option<()> {
    let mut stream = BufReader::new(stream);
    loop {
        let request = read(&mut stream).await?;
        state.requests.lock().unwrap().push(request);
        let answer = state.answers.lock().unwrap().pop_front();
        let answer = answer.unwrap_or(Answer::Status(204, Vec::new()));
        respond(&mut stream, answer, &state).await?;
    }
}

async fn read(stream: &mut BufReader<impl AsyncRead + Unpin>) -> Option<Request> {
    let mut lines = Vec::new();
    loop {
        let mut line = String::new();
        if stream.read_line(&mut line).await.ok()? == 0 {
            return None;
        }
        if line == "\r\n" {
            break;
        }
        lines.push(line.trim_end().to_owned());
    }
    let mut first = lines.first()?.split(' ');
    let method = first.next()?.to_owned();
    let headers: BTreeMap<String, String> = lines[1..]
        .iter()
        .filter_map(|line| line.split_once(':'))
        .map(|(name, value)| (name.to_lowercase(), value.trim().to_owned()))
        .collect();
    // A GET has none.
    let length: usize = headers
        .get("content-length")
        .map_or(Some(0), |n| n.parse().ok())?;
    let mut body = vec![0; length];
    stream.read_exact(&mut body).await.ok()?;
    Some(Request {
        method,
        headers,
        body,
    })
}

async fn respond(
    stream: &mut (impl AsyncWrite + Unpin),
    answer: Answer,
    state: &State,
) -> Option<()> {
    match answer {
        Answer::Status(status, headers) => {
            let lines = headers.iter().map(|(name, value)| {
                format!(
                    "{name}: {value}
"
                )
            });
            let headers = lines.collect::<Vec<_>>().concat();
            write(
                stream,
                &format!("HTTP/1.1 {status} x\r\n{headers}{}\r\n", length(status, 0)),
            )
            .await
        }
        Answer::Body(status, body) => {
            write(
                stream,
                &format!(
                    "HTTP/1.1 {status} x\r\n{}\r\n{body}",
                    length(status, body.len())
                ),
            )
            .await
        }
        Answer::Late(pause, status) => {
            tokio::time::sleep(pause).await;
            write(
                stream,
                &format!("HTTP/1.1 {status} x\r\n{}\r\n", length(status, 0)),
            )
            .await
        }
        Answer::Stalled(status) => {
            write(
                stream,
                &format!("HTTP/1.1 {status} x\r\ncontent-length: 10\r\n\r\n"),
            )
            .await;
            std::future::pending().await
        }
        Answer::Endless(status) => {
            write(
                stream,
                &format!("HTTP/1.1 {status} x\r\ntransfer-encoding: chunked\r\n\r\n"),
            )
            .await;
            loop {
                write(stream, &format!("1000\r\n{}\r\n", "x".repeat(4096))).await?;
                *state.bytes_out.lock().unwrap() += 4096;
            }
        }
        Answer::Drop => None,
        Answer::Silence => std::future::pending().await,
    }
}

fn length(status: u16, bytes: usize) -> String {
    if status == 204 {
        String::new()
    } else {
        format!("content-length: {bytes}\r\n")
    }
}

async fn write(stream: &mut (impl AsyncWrite + Unpin), text: &str) -> Option<()> {
    stream.write_all(text.as_bytes()).await.ok()?;
    stream.flush().await.ok()
}
