//! A scripted SMTP server on loopback: it records every mail it takes, and fails where
//! it is told to.
//!
//! `relay.next(Stage::Rcpt, Act::Say("550 5.1.1 no such user"))` holds for one
//! occurrence of that stage; several are used up in order. `relay.for_recipient` holds for
//! whatever is said about that recipient.

mod talk;

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::task::{AbortHandle, JoinSet};
use tokio_rustls::TlsAcceptor;

use talk::Talk;

/// A place in the conversation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Stage {
    Greeting,
    Ehlo,
    Starttls,
    Auth,
    Mail,
    Rcpt,
    Data,
    /// The whole message has been read.
    Dot,
    Rset,
    Quit,
}

/// What the server does at a stage instead of its usual answer.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Act {
    /// Answers this; several lines are separated by `\r\n`.
    Say(&'static str),
    /// Never answers.
    Silence,
    /// Closes the connection without a word.
    Drop,
    /// Answers as usual, and then reads no further.
    Deaf,
    /// Takes the mail as usual, then closes without saying so.
    TakeAndDrop,
    /// Gives its usual answer, but only after this long.
    Late(Duration),
    /// Answers these bytes, as they are.
    Bytes(&'static [u8]),
    /// Answers this, one byte at a time with so long between.
    Trickle(Duration, &'static str),
    /// Answers with so many bytes in one reply of many lines, which begin with this code.
    Flood(&'static str, usize),
}

/// How connections are protected.
pub(crate) enum Tls {
    None,
    Implicit(TlsAcceptor),
    Starttls(TlsAcceptor),
}

/// A mail the server took.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Taken {
    pub(crate) from: String,
    pub(crate) to: Vec<String>,
    pub(crate) data: Vec<u8>,
    /// Number of the connection it came over, from 1.
    pub(crate) session: usize,
    pub(crate) encrypted: bool,
    /// What AUTH PLAIN carried, decoded.
    pub(crate) login: Option<String>,
}

/// The server; it ends with the value.
pub(crate) struct Relay {
    pub(crate) port: u16,
    state: Arc<State>,
    server: AbortHandle,
}

struct State {
    tls: Tls,
    extensions: &'static [&'static str],
    script: Mutex<BTreeMap<Stage, VecDeque<Act>>>,
    by_recipient: Mutex<BTreeMap<(String, Stage), VecDeque<Act>>>,
    taken: Mutex<Vec<Taken>>,
    sessions: Mutex<usize>,
    commands: Mutex<Vec<String>>,
    refused: Mutex<BTreeMap<String, &'static str>>,
}

impl Relay {
    pub(crate) fn start(tls: Tls) -> Self {
        Self::with_extensions(tls, &["AUTH PLAIN LOGIN", "8BITMIME"])
    }

    /// A server that offers these extensions (STARTTLS is offered where it is spoken).
    pub(crate) fn with_extensions(tls: Tls, extensions: &'static [&'static str]) -> Self {
        // A small window, so that a relay that stops reading is felt before megabytes are on
        // their way.
        let socket = TcpSocket::new_v4().unwrap();
        socket.set_recv_buffer_size(16 * 1024).unwrap();
        socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
        let listener = socket.listen(64).unwrap();
        let port = listener.local_addr().unwrap().port();
        let state = Arc::new(State {
            tls,
            extensions,
            script: Mutex::default(),
            by_recipient: Mutex::default(),
            taken: Mutex::default(),
            sessions: Mutex::default(),
            commands: Mutex::default(),
            refused: Mutex::default(),
        });
        let mut tasks = JoinSet::new();
        let server = tasks.spawn(serve(listener, Arc::clone(&state)));
        tasks.detach_all();
        Self {
            port,
            state,
            server,
        }
    }

    /// At the next occurrence of `stage` that nothing was said about yet.
    pub(crate) fn next(&self, stage: Stage, act: Act) -> &Self {
        let mut script = self.state.script.lock().unwrap();
        script.entry(stage).or_default().push_back(act);
        self
    }

    /// The next time `stage` is about this recipient.
    pub(crate) fn for_recipient(&self, address: &str, stage: Stage, act: Act) -> &Self {
        let mut script = self.state.by_recipient.lock().unwrap();
        let acts = script.entry((address.to_owned(), stage)).or_default();
        acts.push_back(act);
        self
    }

    /// From now on this recipient is answered so, and not any more where there is no answer.
    pub(crate) fn refuse(&self, address: &str, answer: Option<&'static str>) -> &Self {
        let mut refused = self.state.refused.lock().unwrap();
        match answer {
            Some(answer) => refused.insert(address.to_owned(), answer),
            None => refused.remove(address),
        };
        self
    }

    /// Nothing more is to happen at `stage` but the usual.
    pub(crate) fn forget(&self, stage: Stage) {
        self.state.script.lock().unwrap().remove(&stage);
    }

    /// Every mail that was taken, in order.
    pub(crate) fn taken(&self) -> Vec<Taken> {
        self.state.taken.lock().unwrap().clone()
    }

    /// How many connections were opened.
    pub(crate) fn sessions(&self) -> usize {
        *self.state.sessions.lock().unwrap()
    }

    /// Every command line that was read, in order.
    pub(crate) fn commands(&self) -> Vec<String> {
        self.state.commands.lock().unwrap().clone()
    }
}

impl Drop for Relay {
    fn drop(&mut self) {
        self.server.abort();
    }
}

async fn serve(listener: TcpListener, state: Arc<State>) {
    let mut sessions = JoinSet::new();
    loop {
        let (stream, _) = listener.accept().await.unwrap();
        stream.set_nodelay(true).unwrap();
        let number = {
            let mut sessions = state.sessions.lock().unwrap();
            *sessions += 1;
            *sessions
        };
        sessions.spawn(session(stream, Arc::clone(&state), number));
    }
}

async fn session(stream: TcpStream, state: Arc<State>, number: usize) {
    let mut talk = Talk::new(Arc::clone(&state), number);
    match &state.tls {
        Tls::None => {
            talk.run(stream, true).await;
        }
        Tls::Implicit(acceptor) => {
            if let Ok(stream) = acceptor.accept(stream).await {
                talk.encrypted = true;
                talk.run(stream, true).await;
            }
        }
        Tls::Starttls(acceptor) => {
            if let Some(stream) = talk.run(stream, true).await
                && let Ok(stream) = acceptor.accept(stream).await
            {
                talk.encrypted = true;
                talk.run(stream, false).await;
            }
        }
    }
}
