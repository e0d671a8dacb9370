//! A browser, as far as a server can tell: real sockets, one request each.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::time::Duration;

/// Nothing here takes nearly as long, on a busy machine either.
const PATIENCE: Duration = Duration::from_secs(20);

#[derive(Debug, Clone, Copy)]
pub(crate) struct Browser {
    pub(crate) port: u16,
}

/// An answer.
#[derive(Debug)]
pub(crate) struct Page {
    pub(crate) status: u16,
    /// Names in lower case.
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) text: String,
}

impl Page {
    pub(crate) fn header(&self, name: &str) -> &str {
        let found = self.headers.iter().find(|(is, _)| is == name);
        found.map_or("", |(_, value)| value.as_str())
    }

    pub(crate) fn assert_says(&self, words: &str) {
        assert!(self.text.contains(words), "{words} not in\n{}", self.text);
    }

    pub(crate) fn assert_hides(&self, words: &str) {
        assert!(!self.text.contains(words), "{words} in\n{}", self.text);
    }
}

impl Browser {
    pub(crate) fn connect(self) -> TcpStream {
        let stream = TcpStream::connect(("127.0.0.1", self.port)).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        stream
    }

    pub(crate) fn get(self, path: &str) -> Page {
        self.ask("GET", path, "")
    }

    /// Sends the form with that name, as a browser would.
    pub(crate) fn sign(self, path: &str, name: &str) -> Page {
        let encoded = name.bytes().map(|byte| format!("%{byte:02X}"));
        self.ask(
            "POST",
            path,
            &format!("name={}", encoded.collect::<String>()),
        )
    }

    pub(crate) fn ask(self, method: &str, path: &str, body: &str) -> Page {
        let mut stream = self.connect();
        let request = format!(
            "{method} {path} HTTP/1.1\r\nHost: duban.example.gov.cn\r\n\
             Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        );
        // A server that has heard enough closes before all is sent.
        let _ = stream.write_all(request.as_bytes());
        read(&mut stream)
    }
}

/// Reads an answer to the end of its connection.
pub(crate) fn read(stream: &mut TcpStream) -> Page {
    let mut bytes = Vec::new();
    let _ = stream.read_to_end(&mut bytes);
    let text = String::from_utf8(bytes).unwrap();
    let (head, body) = text.split_once("\r\n\r\n").unwrap_or((&text, ""));
    let mut lines = head.lines();
    let status = lines.next().and_then(|line| line.split(' ').nth(1));
    let headers = lines.filter_map(|line| line.split_once(": "));
    Page {
        status: status.and_then(|code| code.parse().ok()).unwrap_or(0),
        headers: headers
            .map(|(name, value)| (name.to_lowercase(), value.to_owned()))
            .collect(),
        text: body.to_owned(),
    }
}
