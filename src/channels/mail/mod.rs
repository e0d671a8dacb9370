//! E-mail: one mail per person, over SMTP or into a folder.
//!
//! Owns building the mail and handing it over with a verdict for its one recipient.
//! Refuses to retry: a failed attempt is an `Outcome`, and what follows is decided
//! elsewhere.

mod compose;
mod failure;
mod file;
mod gate;
mod replies;
mod session;
mod settings;
mod smtp;
mod starttls;
mod wire;

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};
use lettre::message::Mailbox;
use lettre::transport::smtp::extension::ClientId;
use rustls::ClientConfig;

use super::calendar_file::{self, CalendarFile};
use super::plain;
use super::secret::Secret;
use super::tls::{self, Trust};
use super::wording::{Text, Wording, WordingError};
use crate::domain::delivery::Outcome;
use crate::domain::fault::Fault;
use crate::domain::notice::Message;
pub use settings::{Deadlines, FileSettings, Settings, SmtpSettings, TlsMode};

/// Sends mail the way its settings say.
pub(super) struct Mailer {
    from: Mailbox,
    transport: Transport,
    /// What is allowed but unwise.
    pub(super) warnings: Vec<Fault>,
}

enum Transport {
    Smtp(Box<smtp::Relay>),
    File(file::Folder),
}

/// How to reach a relay.
struct Route {
    host: String,
    port: u16,
    tls: TlsMode,
    trust: Arc<ClientConfig>,
    hello: String,
    login: Option<(String, Secret)>,
    deadlines: Deadlines,
}

impl Mailer {
    /// Builds everything once, secrets and certificates included.
    pub(super) fn new(settings: &Settings, credentials: Option<&Path>) -> Result<Self, Vec<Fault>> {
        let mut warnings = Vec::new();
        let (from, transport) = match settings {
            Settings::Smtp(smtp) => {
                let transport = relay(smtp, credentials, &mut warnings);
                (
                    &smtp.from,
                    transport.map(|relay| Transport::Smtp(Box::new(relay))),
                )
            }
            Settings::File(file) => {
                let folder = file::Folder::open(&file.folder).map_err(|error| {
                    let place = format!("mail.folder {}", file.folder.display());
                    vec![Fault::new(place, error.to_string(), "a folder to write in")]
                });
                (&file.from, folder.map(Transport::File))
            }
        };
        match (settings::sender(from), transport) {
            (Ok(from), Ok(transport)) => Ok(Self {
                from,
                transport,
                warnings,
            }),
            (from, transport) => {
                let faults = transport.err().unwrap_or_default();
                Err(from.err().into_iter().chain(faults).collect())
            }
        }
    }

    /// Sends `message`, worded by `wording`, as of `now`.
    pub(super) async fn send(
        &self,
        message: &Message,
        wording: &Wording,
        now: DateTime<Utc>,
    ) -> Outcome {
        let composed = worded(message, wording, &self.from)
            .and_then(|(text, file)| compose::compose(message, text, file, &self.from, now));
        let mail = match composed {
            Ok(mail) => mail,
            Err(outcome) => return outcome,
        };
        match &self.transport {
            Transport::Smtp(relay) => relay.send(&mail.envelope, &mail.bytes, now).await,
            Transport::File(folder) => folder.put(&plain::stem(&message.key), mail.bytes).await,
        }
    }

    /// Says goodbye to the relay.
    pub(super) async fn close(&self) {
        if let Transport::Smtp(relay) = &self.transport {
            relay.close().await;
        }
    }
}

/// The words of a mail and its bytes, as they are sent from `from` at `now`.
///
/// # Errors
/// The outcome of a message that cannot become a mail.
pub(super) fn letter(
    message: &Message,
    wording: &Wording,
    from: &Mailbox,
    now: DateTime<Utc>,
) -> Result<(Text, Vec<u8>), Outcome> {
    let (text, file) = worded(message, wording, from)?;
    let mail = compose::compose(message, text.clone(), file, from, now)?;
    Ok((text, mail.bytes))
}

/// The words of a mail, and its calendar file where it has one.
fn worded(
    message: &Message,
    wording: &Wording,
    from: &Mailbox,
) -> Result<(Text, Option<CalendarFile>), Outcome> {
    let unfit = |error: WordingError| error.outcome();
    let text = wording.mail(message).map_err(unfit)?;
    let file = calendar_file::of(message, wording, from.email.domain()).map_err(unfit)?;
    Ok((text, file))
}

/// The sender that `settings` name.
///
/// # Errors
/// It is no address, or has none.
pub(super) fn sender(settings: &Settings) -> Result<Mailbox, Fault> {
    settings::sender(match settings {
        Settings::Smtp(smtp) => &smtp.from,
        Settings::File(file) => &file.from,
    })
}

impl Settings {
    /// The longest one attempt can take.
    #[must_use]
    pub fn longest_attempt(&self) -> Duration {
        match self {
            Self::Smtp(smtp) => smtp.deadlines.total(),
            // A disk that syncs for longer than a minute is broken.
            Self::File(_) => Duration::from_mins(1),
        }
    }
}

fn relay(
    settings: &SmtpSettings,
    credentials: Option<&Path>,
    warnings: &mut Vec<Fault>,
) -> Result<smtp::Relay, Vec<Fault>> {
    let mut faults = settings.faults();
    let login = match login(settings, credentials, warnings) {
        Ok(login) => login,
        Err(fault) => {
            faults.push(fault);
            None
        }
    };
    if settings.tls == TlsMode::None {
        let found = "a connection that anybody on its way can read";
        warnings.push(Fault::new("mail.tls", found, "`implicit` or `starttls`"));
    }
    let trust = match (settings.tls, &settings.ca_file) {
        (TlsMode::None, None) => Trust::Nobody,
        (_, ca_file) => Trust::in_file_or_system(ca_file.as_deref()),
    };
    let trust = tls::client(&trust).map_err(|fault| faults.push(fault));
    let (Ok(trust), true) = (trust, faults.is_empty()) else {
        return Err(faults);
    };
    let route = Route {
        host: settings.host.clone(),
        port: settings.port(),
        tls: settings.tls,
        trust: Arc::new(trust),
        hello: settings.hello.clone().unwrap_or_else(own_name),
        login,
        deadlines: settings.deadlines.clone(),
    };
    Ok(smtp::Relay::new(route, settings.connections))
}

fn login(
    settings: &SmtpSettings,
    credentials: Option<&Path>,
    warnings: &mut Vec<Fault>,
) -> Result<Option<(String, Secret)>, Fault> {
    let (Some(user), Some(source)) = (&settings.user, &settings.password) else {
        return Ok(None);
    };
    let opened = source.read(credentials)?;
    warnings.extend(opened.warning);
    Ok(Some((user.clone(), opened.secret)))
}

/// This host's name as EHLO gives it.
fn own_name() -> String {
    ClientId::default().to_string()
}
