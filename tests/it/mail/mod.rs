//! E-mail over real sockets and into real files.

mod conversations;
mod files;
mod independence;
mod letters;
mod sessions;
mod settings;
mod tls;
mod verdicts;

use std::path::Path;
use std::time::Duration;

use duban::channels::egress::Egress;
use duban::channels::mail::{Deadlines, FileSettings, Settings, SmtpSettings, TlsMode};
use duban::channels::secret::SecretSource;
use duban::channels::{Channels, webhook};
use duban::domain::delivery::Class;
use duban::domain::fault::Fault;
use duban::domain::notice::Message;

use crate::support::certificates::Authority;
use crate::support::messages::{self, now};
use crate::support::smtp::Relay;

/// Deadlines that a stalled server reaches while a test waits.
pub(super) fn short() -> Deadlines {
    let short = Duration::from_millis(400);
    Deadlines {
        connect: Duration::from_secs(5),
        greeting: short,
        command: short,
        data: short,
        body: short,
        reply: short,
    }
}

pub(super) fn plain(relay: &Relay) -> SmtpSettings {
    SmtpSettings {
        from: "市督查指挥中心 <ducha@example.gov.cn>".to_owned(),
        host: "127.0.0.1".to_owned(),
        port: Some(relay.port),
        tls: TlsMode::None,
        user: None,
        password: None,
        ca_file: None,
        hello: Some("duban.example.gov.cn".to_owned()),
        connections: 4,
        per_minute: 0,
        deadlines: short(),
    }
}

pub(super) fn secured(relay: &Relay, tls: TlsMode, authority: &Authority) -> SmtpSettings {
    let password = authority.folder().join("password");
    std::fs::write(&password, "correct-horse\n").unwrap();
    SmtpSettings {
        tls,
        user: Some("ducha".to_owned()),
        password: Some(SecretSource::File(password)),
        ca_file: Some(authority.file()),
        // A handshake takes its time where many tests run at once.
        deadlines: Deadlines {
            greeting: Duration::from_secs(5),
            ..short()
        },
        ..plain(relay)
    }
}

pub(super) fn try_channels(settings: SmtpSettings) -> Result<Channels, Vec<Fault>> {
    let mail = Settings::Smtp(Box::new(settings));
    Channels::new(
        &mail,
        &webhook::Settings::default(),
        &[],
        &[],
        &Egress::default(),
        None,
    )
}

pub(super) fn channels(settings: SmtpSettings) -> Channels {
    try_channels(settings)
        .map_err(|faults| format!("{faults:?}"))
        .unwrap()
}

pub(super) fn files(folder: &Path) -> Channels {
    let mail = Settings::File(FileSettings {
        from: "市督查指挥中心 <ducha@example.gov.cn>".to_owned(),
        folder: folder.to_owned(),
    });
    Channels::new(
        &mail,
        &webhook::Settings::default(),
        &[],
        &[],
        &Egress::default(),
        None,
    )
    .map_err(|faults| format!("{faults:?}"))
    .unwrap()
}

pub(super) fn keyed(key: &str) -> Message {
    Message {
        key: key.to_owned(),
        ..messages::mail()
    }
}

pub(super) async fn written(message: &Message) -> String {
    let folder = tempfile::tempdir().unwrap();
    let outcome = files(folder.path()).send(message, now()).await;
    assert_eq!(outcome.class, Class::Accepted, "{outcome:?}");
    let names: Vec<_> = std::fs::read_dir(folder.path())
        .unwrap()
        .map(|e| e.unwrap().path())
        .collect();
    assert_eq!(names.len(), 1, "{names:?}");
    std::fs::read_to_string(&names[0]).unwrap()
}
