//! What an operator sets for mail.

use std::time::Duration;

use duban::channels::mail::{Settings, SmtpSettings, TlsMode};
use duban::channels::secret::SecretSource;

use super::{channels, secured, short, try_channels};
use crate::support::certificates::Authority;
use crate::support::smtp::{Relay, Tls};

#[tokio::test]
async fn every_fault_of_the_settings_is_named_at_once() {
    let settings = SmtpSettings {
        from: "not an address".to_owned(),
        host: String::new(),
        port: None,
        tls: TlsMode::None,
        user: Some("ducha".to_owned()),
        password: Some(SecretSource::Credential("../password".to_owned())),
        ca_file: Some("/nowhere.pem".into()),
        hello: Some("two words".to_owned()),
        connections: 0,
        per_minute: 0,
        deadlines: short(),
    };
    let faults = try_channels(settings).err().unwrap();
    let places: Vec<_> = faults.iter().map(|fault| fault.place.as_str()).collect();
    for place in [
        "mail.from",
        "mail.host",
        "mail.hello",
        "mail.tls",
        "mail.connections",
        "/nowhere.pem",
        "credential ../password",
    ] {
        assert!(
            places.contains(&place),
            "{place} is missing from {places:?}"
        );
    }
}

#[tokio::test]
async fn a_password_that_everybody_can_read_is_a_warning() {
    use std::os::unix::fs::PermissionsExt;
    let authority = Authority::new();
    let relay = Relay::start(Tls::Implicit(authority.acceptor()));
    let settings = secured(&relay, TlsMode::Implicit, &authority);
    let file = authority.folder().join("password");
    for (mode, warnings) in [(0o644, 1), (0o600, 0)] {
        std::fs::set_permissions(&file, std::fs::Permissions::from_mode(mode)).unwrap();
        assert_eq!(channels(settings.clone()).warnings().count(), warnings);
    }
}

#[test]
fn a_password_comes_from_a_systemd_credential() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("smtp"), "s3cret\n").unwrap();
    let source = SecretSource::Credential("smtp".to_owned());
    let opened = source.read(Some(folder.path())).unwrap();
    assert_eq!(opened.secret.expose(), "s3cret");
    assert_eq!(format!("{:?}", opened.secret), "Secret(..)");
    assert!(
        source
            .read(None)
            .unwrap_err()
            .expected
            .contains("LoadCredential")
    );
}

#[test]
fn the_settings_read_as_they_are_documented() {
    let text = r#"
        transport = "smtp"
        from = "duban@example.gov.cn"
        host = "smtp.example.gov.cn"
        tls = "starttls"
        user = "duban"
        password = { credential = "smtp-password" }
        deadlines = { reply_secs = 300 }
    "#;
    let Settings::Smtp(smtp) = toml::from_str(text).unwrap() else {
        panic!("not smtp");
    };
    assert_eq!((smtp.port(), smtp.connections), (587, 4));
    assert_eq!(smtp.deadlines.reply, Duration::from_mins(5));
    assert_eq!(smtp.deadlines.connect, Duration::from_secs(30));
    assert!(smtp.faults().is_empty());
    assert!(toml::from_str::<Settings>(&format!("{text}\npasword = 1")).is_err());
    assert!(matches!(
        toml::from_str("transport = \"file\"\nfrom = \"a@b.cn\"\nfolder = \"out\"").unwrap(),
        Settings::File(_)
    ));
}
