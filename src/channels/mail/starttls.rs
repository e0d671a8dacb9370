//! The few plain lines before TLS on a STARTTLS port.
//!
//! Owns asking for STARTTLS and refusing to go on without it. Refuses anything the
//! peer sends ahead of the handshake (RFC 3207 section 6: what came in plain text
//! must be thrown away, and a reply waiting already is an injection).

use tokio::io::{AsyncBufRead, AsyncBufReadExt, AsyncWrite, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;

use super::failure::Failure;
use crate::domain::delivery::smtp::{Cause, Phase};

/// Lines of one reply, and bytes of one line, beyond which a peer is not believed.
const MAX_LINES: usize = 64;
const MAX_LINE_BYTES: usize = 1000;

/// A reply: its code and its lines without their codes.
struct Reply {
    code: u16,
    lines: Vec<String>,
}

/// Takes the greeting, says EHLO and asks for STARTTLS; afterwards the next byte on
/// `tcp` belongs to the handshake.
pub(super) async fn ask(tcp: &mut TcpStream, hello: &str) -> Result<(), Failure> {
    let mut stream = BufReader::new(tcp);
    expect(read(&mut stream).await?, 220, Phase::Greeting)?;
    write(&mut stream, &format!("EHLO {hello}\r\n")).await?;
    let offers = expect(read(&mut stream).await?, 250, Phase::Greeting)?;
    if !offers
        .lines
        .iter()
        .any(|line| line.trim().eq_ignore_ascii_case("STARTTLS"))
    {
        return Err(unfit("the relay does not offer STARTTLS"));
    }
    write(&mut stream, "STARTTLS\r\n").await?;
    expect(read(&mut stream).await?, 220, Phase::Tls)?;
    if !stream.buffer().is_empty() {
        return Err(unfit("the relay spoke ahead of the TLS handshake"));
    }
    Ok(())
}

fn unfit(text: &str) -> Failure {
    Failure::new(Phase::Tls, Cause::Unfit(text.to_owned()))
}

fn expect(reply: Reply, code: u16, phase: Phase) -> Result<Reply, Failure> {
    if reply.code == code {
        return Ok(reply);
    }
    let text = reply.lines.join(" ");
    Err(Failure::new(phase, Cause::Reply(reply.code, text)))
}

async fn write(stream: &mut (impl AsyncWrite + Unpin), line: &str) -> Result<(), Failure> {
    stream
        .write_all(line.as_bytes())
        .await
        .map_err(|error| Failure::lost(Phase::Greeting, &error))
}

async fn read(stream: &mut (impl AsyncBufRead + Unpin)) -> Result<Reply, Failure> {
    let garbled = || Failure::new(Phase::Greeting, Cause::Lost("no SMTP reply".to_owned()));
    let mut lines = Vec::new();
    while lines.len() < MAX_LINES {
        let line = read_line(stream).await?;
        let code = line.get(..3).and_then(|code| code.parse().ok());
        let code = code.ok_or_else(garbled)?;
        lines.push(line.get(4..).unwrap_or_default().to_owned());
        if line.as_bytes().get(3) != Some(&b'-') {
            return Ok(Reply { code, lines });
        }
    }
    Err(garbled())
}

async fn read_line(stream: &mut (impl AsyncBufRead + Unpin)) -> Result<String, Failure> {
    let lost = |text: &str| Failure::new(Phase::Greeting, Cause::Lost(text.to_owned()));
    let mut line = Vec::new();
    loop {
        let seen = stream
            .fill_buf()
            .await
            .map_err(|error| Failure::lost(Phase::Greeting, &error))?;
        if seen.is_empty() {
            return Err(lost("the relay closed the connection"));
        }
        let end = seen.iter().position(|byte| *byte == b'\n');
        let take = end.map_or(seen.len(), |end| end + 1);
        line.extend_from_slice(&seen[..take]);
        stream.consume(take);
        if line.len() > MAX_LINE_BYTES {
            return Err(lost("a line without end"));
        }
        if end.is_some() {
            return Ok(String::from_utf8_lossy(&line).trim_end().to_owned());
        }
    }
}
