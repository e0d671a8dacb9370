//! What an operator sets for e-mail, and what can be known wrong in it.
//!
//! Owns the `[mail]` table, its bounds and the source of each default. Refuses
//! passwords in the file and credentials without TLS.

use std::path::PathBuf;
use std::time::Duration;

use lettre::message::Mailbox;
use serde::{Deserialize, Serialize};

use crate::channels::secret::SecretSource;
use crate::domain::fault::Fault;

/// More connections than this to one relay are taken for an attack by several
/// providers (163.com answers `421 HL:ICC`).
const MAX_CONNECTIONS: usize = 32;

/// How mail leaves, chosen by `transport`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "transport", rename_all = "snake_case")]
pub enum Settings {
    /// To a relay by SMTP.
    Smtp(Box<SmtpSettings>),
    /// Into a folder, one `.eml` file per message.
    File(FileSettings),
}

impl Default for Settings {
    /// Into the folder `mail`: nothing leaves a host on which nobody chose a relay.
    fn default() -> Self {
        Self::File(FileSettings {
            from: "duban@localhost".to_owned(),
            folder: PathBuf::from("mail"),
        })
    }
}

impl Settings {
    /// How many messages can be on the wire at the same time.
    #[must_use]
    pub fn connections(&self) -> usize {
        match self {
            Self::Smtp(smtp) => smtp.connections,
            Self::File(_) => default_connections(),
        }
    }

    /// Mails a minute; 0 where there is no limit, as there is none for a folder.
    #[must_use]
    pub fn per_minute(&self) -> u32 {
        match self {
            Self::Smtp(smtp) => smtp.per_minute,
            Self::File(_) => 0,
        }
    }
}

/// Mail as files.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FileSettings {
    /// The sender: `name <address>` or an address.
    pub from: String,
    /// Where the files go; made if it is not there.
    pub folder: PathBuf,
}

/// Mail by SMTP.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SmtpSettings {
    /// The sender: `name <address>` or an address. Many providers require it to be `user`.
    pub from: String,
    /// The relay's name; its certificate must carry it.
    pub host: String,
    /// Default 465, 587 or 25, as `tls` is implicit, starttls or none.
    #[serde(default)]
    pub port: Option<u16>,
    /// How the connection is protected. It has no default: a changed port alone does
    /// not change the mode, which has confused people before.
    pub tls: TlsMode,
    /// Account name, where the relay asks for one.
    #[serde(default)]
    pub user: Option<String>,
    /// The account's password or authorisation code (授权码).
    #[serde(default)]
    pub password: Option<SecretSource>,
    /// The only authorities to trust, as a PEM file; default the system's.
    #[serde(default)]
    pub ca_file: Option<PathBuf>,
    /// The name to greet the relay with; default this host's.
    #[serde(default)]
    pub hello: Option<String>,
    /// Connections at the same time, 1 to 32; default 4.
    #[serde(default = "default_connections")]
    pub connections: usize,
    /// Mails a minute, after the first ten; 0 where there is no limit.
    #[serde(default = "default_per_minute")]
    pub per_minute: u32,
    /// How long each phase may take.
    #[serde(default)]
    pub deadlines: Deadlines,
}

/// How a connection is protected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TlsMode {
    /// TLS from the first byte.
    Implicit,
    /// Plain until STARTTLS, which must succeed; there is no fallback.
    Starttls,
    /// None at all: for a relay inside the same network.
    None,
}

/// How long each phase of a conversation may take.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Deadlines {
    /// TCP connection, and TLS handshake: 30 s each (Postfix `smtp_connect_timeout`).
    #[serde(rename = "connect_secs", with = "seconds")]
    pub connect: Duration,
    /// Greeting and EHLO: 60 s; RFC 5321 4.5.3.2.1 allows 300, too long for a pool.
    #[serde(rename = "greeting_secs", with = "seconds")]
    pub greeting: Duration,
    /// AUTH, MAIL, RCPT, RSET: 60 s each (RFC 5321 4.5.3.2.2 allows 300).
    #[serde(rename = "command_secs", with = "seconds")]
    pub command: Duration,
    /// The reply to DATA: 120 s (RFC 5321 4.5.3.2.4).
    #[serde(rename = "data_secs", with = "seconds")]
    pub data: Duration,
    /// The message itself: 180 s (RFC 5321 4.5.3.2.5).
    #[serde(rename = "body_secs", with = "seconds")]
    pub body: Duration,
    /// The reply after the dot: 600 s (RFC 5321 4.5.3.2.6); shorter makes repeats.
    #[serde(rename = "reply_secs", with = "seconds")]
    pub reply: Duration,
}

impl Default for Deadlines {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(30),
            greeting: Duration::from_mins(1),
            command: Duration::from_mins(1),
            data: Duration::from_mins(2),
            body: Duration::from_mins(3),
            reply: Duration::from_mins(10),
        }
    }
}

impl Deadlines {
    /// The longest one mail can take once it has a connection: connect twice (TCP and TLS),
    /// STARTTLS and greeting, RSET or AUTH, MAIL, RCPT, DATA, body and reply.
    #[must_use]
    pub fn total(&self) -> Duration {
        let opening = self.connect * 2 + self.greeting * 2;
        opening + self.command * 4 + self.data + self.body + self.reply
    }
}

impl SmtpSettings {
    /// The port that is used.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.port.unwrap_or(match self.tls {
            TlsMode::Implicit => 465,
            TlsMode::Starttls => 587,
            TlsMode::None => 25,
        })
    }

    /// Everything that can be known wrong without reaching the relay.
    #[must_use]
    pub fn faults(&self) -> Vec<Fault> {
        let mut faults = Vec::new();
        let mut fault = |key: &str, found: &str, expected: &str| {
            faults.push(Fault::new(format!("mail.{key}"), found, expected));
        };
        if !is_word(&self.host) || self.host.contains(['/', '@']) {
            fault("host", "no host name", "the relay's name");
        }
        if self.hello.as_ref().is_some_and(|hello| !is_word(hello)) {
            fault("hello", "no host name", "one word");
        }
        if self.user.is_some() != self.password.is_some() {
            let found = "one of `user` and `password`";
            fault("user", found, "both or neither");
        }
        if self.user.is_some() && self.tls == TlsMode::None {
            let found = "credentials over a connection without TLS";
            fault("tls", found, "`implicit` or `starttls`, or no `user`");
        }
        if self.ca_file.is_some() && self.tls == TlsMode::None {
            fault(
                "ca_file",
                "an authority without TLS",
                "`tls` other than `none`",
            );
        }
        if !(1..=MAX_CONNECTIONS).contains(&self.connections) {
            fault("connections", &self.connections.to_string(), "1 to 32");
        }
        if self.deadlines.total() > Duration::from_hours(2) || self.deadlines.has_zero() {
            fault(
                "deadlines",
                "a deadline of 0 s, or hours",
                "at least 1 s each, 2 h in sum",
            );
        }
        faults
    }
}

impl Deadlines {
    fn has_zero(&self) -> bool {
        let all = [
            self.connect,
            self.greeting,
            self.command,
            self.data,
            self.body,
            self.reply,
        ];
        all.iter().any(Duration::is_zero)
    }
}

/// Whether `text` cannot end an SMTP command early.
fn is_word(text: &str) -> bool {
    !text.is_empty() && !text.contains(|c: char| c.is_whitespace() || c.is_control())
}

/// The sender as a mailbox.
///
/// # Errors
/// It is no address, or has none.
pub(super) fn sender(from: &str) -> Result<Mailbox, Fault> {
    let unfit = |found: String| Fault::new("mail.from", found, "`name <address>` or an address");
    if from.chars().any(char::is_control) {
        return Err(unfit("a control character".to_owned()));
    }
    from.parse().map_err(|_| unfit(format!("`{from}`")))
}

const fn default_connections() -> usize {
    4
}

/// One in three seconds: public providers count by the minute and the quarter of an hour
/// (QQ `550 … frequency limited`, 163.com `451 MI:SFQ`), tell their limits to nobody, and
/// take whoever passes them for a sender of spam. A hall's daily mails are out within
/// minutes all the same, and a relay of the city's own may be given 0.
const fn default_per_minute() -> u32 {
    20
}

/// A duration as whole seconds in the file.
mod seconds {
    use std::time::Duration;

    use serde::{Deserialize, Deserializer, Serializer};

    pub(super) fn serialize<S: Serializer>(value: &Duration, out: S) -> Result<S::Ok, S::Error> {
        out.serialize_u64(value.as_secs())
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(input: D) -> Result<Duration, D::Error> {
        u64::deserialize(input).map(Duration::from_secs)
    }
}
