//! One conversation of the scripted server, command by command.

use std::collections::VecDeque;
use std::sync::Arc;

use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncWrite, AsyncWriteExt, BufReader};

use super::{Act, Stage, State, Taken, Tls};

/// One conversation.
pub(super) struct Talk {
    state: Arc<State>,
    number: usize,
    pub(super) encrypted: bool,
    login: Option<String>,
    from: String,
    to: Vec<String>,
}

/// What follows an answer.
enum Next {
    Go,
    Upgrade,
    End,
}

impl Talk {
    pub(super) fn new(state: Arc<State>, number: usize) -> Self {
        Self {
            state,
            number,
            encrypted: false,
            login: None,
            from: String::new(),
            to: Vec::new(),
        }
    }

    /// Talks until the connection ends; gives the stream back for a TLS handshake.
    pub(super) async fn run<S>(&mut self, stream: S, greet: bool) -> Option<S>
    where
        S: AsyncRead + AsyncWrite + Unpin,
    {
        let mut stream = BufReader::new(stream);
        if greet && !self.answer(&mut stream, Stage::Greeting, "220 test").await {
            return None;
        }
        loop {
            let mut line = Vec::new();
            if stream.read_until(b'\n', &mut line).await.ok()? == 0 {
                return None;
            }
            let line = String::from_utf8_lossy(&line).trim_end().to_owned();
            self.state.commands.lock().unwrap().push(line.clone());
            match self.command(&mut stream, &line).await {
                Next::Go => {}
                Next::Upgrade => return Some(stream.into_inner()),
                Next::End => return None,
            }
        }
    }

    async fn command<S>(&mut self, stream: &mut BufReader<S>, line: &str) -> Next
    where
        S: AsyncRead + AsyncWrite + Unpin,
    {
        let verb = line.split(' ').next().unwrap_or_default().to_uppercase();
        let go = match verb.as_str() {
            "EHLO" => {
                let offers = self.offers();
                self.answer(stream, Stage::Ehlo, &offers).await
            }
            "STARTTLS" => {
                return if self.answer(stream, Stage::Starttls, "220 go").await {
                    Next::Upgrade
                } else {
                    Next::End
                };
            }
            "AUTH" => {
                self.login = Some(decoded(line.rsplit(' ').next().unwrap_or_default()));
                self.answer(stream, Stage::Auth, "235 ok").await
            }
            "MAIL" => {
                self.from = address(line);
                self.to.clear();
                self.answer(stream, Stage::Mail, "250 ok").await
            }
            "RCPT" => {
                self.to.push(address(line));
                let usual = self.about_recipient();
                self.answer(stream, Stage::Rcpt, usual).await
            }
            "DATA" => return self.data(stream).await,
            "RSET" => self.answer(stream, Stage::Rset, "250 ok").await,
            "QUIT" => {
                self.answer(stream, Stage::Quit, "221 bye").await;
                false
            }
            _ => say(stream, "502 what").await,
        };
        if go { Next::Go } else { Next::End }
    }

    async fn data<S>(&mut self, stream: &mut BufReader<S>) -> Next
    where
        S: AsyncRead + AsyncWrite + Unpin,
    {
        let act = self.act(Stage::Data);
        let invited = act.is_none() || matches!(act, Some(Act::Say(text)) if text.starts_with('3'));
        if !self.perform(stream, act, "354 go").await {
            return Next::End;
        }
        if !invited {
            return Next::Go;
        }
        let Some(data) = read_message(stream).await else {
            return Next::End;
        };
        let act = self.act(Stage::Dot);
        let takes = match act {
            None | Some(Act::TakeAndDrop | Act::Late(_)) => true,
            Some(Act::Say(text) | Act::Trickle(_, text) | Act::Flood(text, _)) => {
                text.starts_with('2')
            }
            Some(Act::Bytes(bytes)) => bytes.starts_with(b"2"),
            Some(Act::Silence | Act::Deaf | Act::Drop) => false,
        };
        if takes {
            self.take(data);
        }
        if self.perform(stream, act, "250 2.0.0 queued").await {
            Next::Go
        } else {
            Next::End
        }
    }

    fn about_recipient(&self) -> &'static str {
        let refused = self.state.refused.lock().unwrap();
        let told = self.to.last().and_then(|to| refused.get(to).copied());
        told.unwrap_or("250 ok")
    }

    fn take(&mut self, data: Vec<u8>) {
        let taken = Taken {
            from: self.from.clone(),
            to: std::mem::take(&mut self.to),
            data,
            session: self.number,
            encrypted: self.encrypted,
            login: self.login.clone(),
        };
        self.state.taken.lock().unwrap().push(taken);
    }

    fn offers(&self) -> String {
        let mut lines = vec!["test".to_owned()];
        lines.extend(self.state.extensions.iter().map(ToString::to_string));
        if matches!(self.state.tls, Tls::Starttls(_)) && !self.encrypted {
            lines.push("STARTTLS".to_owned());
        }
        let last = lines.len() - 1;
        let coded = lines.iter().enumerate().map(|(at, line)| {
            let mark = if at == last { ' ' } else { '-' };
            format!("250{mark}{line}")
        });
        coded.collect::<Vec<_>>().join("\r\n")
    }

    fn act(&self, stage: Stage) -> Option<Act> {
        if let Some(recipient) = self.to.last() {
            let mut script = self.state.by_recipient.lock().unwrap();
            let acts = script.get_mut(&(recipient.clone(), stage));
            if let Some(act) = acts.and_then(VecDeque::pop_front) {
                return Some(act);
            }
        }
        let mut script = self.state.script.lock().unwrap();
        script.get_mut(&stage).and_then(VecDeque::pop_front)
    }

    async fn answer<S>(&self, stream: &mut BufReader<S>, stage: Stage, usual: &str) -> bool
    where
        S: AsyncRead + AsyncWrite + Unpin,
    {
        let act = self.act(stage);
        self.perform(stream, act, usual).await
    }

    async fn perform<S>(&self, stream: &mut BufReader<S>, act: Option<Act>, usual: &str) -> bool
    where
        S: AsyncRead + AsyncWrite + Unpin,
    {
        match act {
            None => say(stream, usual).await,
            Some(Act::Say(text)) => say(stream, text).await && !text.starts_with("421"),
            Some(Act::Silence) => std::future::pending().await,
            Some(Act::Deaf) => {
                say(stream, usual).await;
                std::future::pending().await
            }
            Some(Act::Drop | Act::TakeAndDrop) => false,
            Some(Act::Late(pause)) => {
                tokio::time::sleep(pause).await;
                say(stream, usual).await
            }
            Some(Act::Bytes(bytes)) => write(stream, bytes).await,
            Some(Act::Trickle(pause, text)) => {
                for byte in format!("{text}\r\n").bytes() {
                    if !write(stream, &[byte]).await {
                        return false;
                    }
                    tokio::time::sleep(pause).await;
                }
                true
            }
            Some(Act::Flood(code, bytes)) => {
                let line = format!("{code}-{}\r\n", "x".repeat(400));
                let lines = line.repeat(bytes / line.len());
                write(stream, lines.as_bytes()).await && say(stream, &format!("{code} end")).await
            }
        }
    }
}

async fn say<S: AsyncWrite + Unpin>(stream: &mut S, text: &str) -> bool {
    write(stream, format!("{text}\r\n").as_bytes()).await
}

async fn write<S: AsyncWrite + Unpin>(stream: &mut S, bytes: &[u8]) -> bool {
    stream.write_all(bytes).await.is_ok() && stream.flush().await.is_ok()
}

async fn read_message<S>(stream: &mut BufReader<S>) -> Option<Vec<u8>>
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let mut data = Vec::new();
    loop {
        let mut line = Vec::new();
        if stream.read_until(b'\n', &mut line).await.ok()? == 0 {
            return None;
        }
        if line == b".\r\n" {
            return Some(data);
        }
        let stuffed = line.starts_with(b".");
        data.extend_from_slice(&line[usize::from(stuffed)..]);
    }
}

fn address(line: &str) -> String {
    let inside = line
        .split_once('<')
        .and_then(|(_, rest)| rest.split_once('>'));
    inside
        .map(|(address, _)| address.to_owned())
        .unwrap_or_default()
}

fn decoded(text: &str) -> String {
    use base64::Engine;
    let bytes = base64::engine::general_purpose::STANDARD.decode(text);
    String::from_utf8_lossy(&bytes.unwrap_or_default())
        .replace('\0', " ")
        .trim()
        .to_owned()
}
