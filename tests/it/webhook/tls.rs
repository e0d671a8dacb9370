//! Certificates: whom we believe, and who we are.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use duban::domain::delivery::{Class, Outcome, Scope};
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair, date_time_ymd};
use rustls::crypto::ring;
use rustls::pki_types::PrivateKeyDer;
use rustls::server::WebPkiClientVerifier;
use rustls::{RootCertStore, ServerConfig};
use tempfile::TempDir;
use tokio_rustls::TlsAcceptor;

use super::peer::{Peer, Script};
use super::{Setup, hook};
use crate::support::http::Receiver;

/// An authority, and files with what it made.
struct City {
    folder: TempDir,
    issuer: CertifiedIssuer<'static, KeyPair>,
}

impl City {
    fn new() -> Self {
        let mut about = CertificateParams::new(Vec::new()).unwrap();
        about.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let issuer = CertifiedIssuer::self_signed(about, KeyPair::generate().unwrap()).unwrap();
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("ca.pem"), issuer.pem()).unwrap();
        Self { folder, issuer }
    }

    fn at(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// A server whose certificate is for `name` and ends in `year`, and asks its clients
    /// for one of this authority if `asks`.
    fn server(&self, name: &str, year: i32, asks: bool) -> TlsAcceptor {
        let key = KeyPair::generate().unwrap();
        let mut about = CertificateParams::new(vec![name.to_owned()]).unwrap();
        about.not_before = date_time_ymd(2000, 1, 1);
        about.not_after = date_time_ymd(year, 1, 1);
        let certificate = about.signed_by(&key, &self.issuer).unwrap();
        let builder = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap();
        let builder = if asks {
            let mut roots = RootCertStore::empty();
            roots.add(self.issuer.der().clone()).unwrap();
            let provider = Arc::new(ring::default_provider());
            let verifier =
                WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider).build();
            builder.with_client_cert_verifier(verifier.unwrap())
        } else {
            builder.with_no_client_auth()
        };
        let key = PrivateKeyDer::try_from(key.serialize_der()).unwrap();
        let chain = vec![certificate.der().clone()];
        TlsAcceptor::from(Arc::new(builder.with_single_cert(chain, key).unwrap()))
    }

    /// A certificate for ourselves, in the files `NAME.pem` and `NAME.key`.
    fn identity(&self, name: &str) -> (PathBuf, PathBuf) {
        let key = KeyPair::generate().unwrap();
        let about = CertificateParams::new(vec!["duban.dc".to_owned()]).unwrap();
        let certificate = about.signed_by(&key, &self.issuer).unwrap();
        let (cert, secret) = (
            self.at(&format!("{name}.pem")),
            self.at(&format!("{name}.key")),
        );
        fs::write(&cert, certificate.pem()).unwrap();
        fs::write(&secret, key.serialize_pem()).unwrap();
        fs::set_permissions(&secret, fs::Permissions::from_mode(0o600)).unwrap();
        (cert, secret)
    }

    fn setup(&self, receiver: &Receiver) -> Setup {
        let mut setup = Setup::new(&format!(
            "https://127.0.0.1:{}/token-in-path",
            receiver.port
        ));
        setup.endpoint.ca_file = Some(self.at("ca.pem"));
        setup
    }
}

fn assert_tls(outcome: &Outcome, receiver: &Receiver) {
    assert_eq!(
        (outcome.class, outcome.scope, outcome.phase.as_str()),
        (Class::Deferred, Scope::Channel, "tls"),
        "{outcome:?}"
    );
    assert!(!format!("{outcome:?}").contains("127.0.0.1"), "{outcome:?}");
    assert!(receiver.requests().is_empty());
}

#[tokio::test]
async fn a_certificate_that_ended_names_another_or_comes_from_a_stranger_holds_the_endpoint() {
    let (city, stranger) = (City::new(), City::new());
    for acceptor in [
        city.server("127.0.0.1", 2001, false),
        city.server("oa.example.gov.cn", 2099, false),
        stranger.server("127.0.0.1", 2099, false),
    ] {
        let receiver = Receiver::with_tls(acceptor).await;
        assert_tls(&city.setup(&receiver).send(&hook()).await, &receiver);
    }
    let plain = Receiver::start().await;
    let outcome = city.setup(&plain).send(&hook()).await;
    assert_eq!(outcome.class, Class::Deferred, "{outcome:?}");
}

#[tokio::test]
async fn a_handshake_that_never_ends_was_no_delivery() {
    let city = City::new();
    for script in [Script::NeverAccept, Script::ResetAtOnce] {
        let peer = Peer::start(script).await;
        let mut setup = Setup::new(&format!("https://127.0.0.1:{}/", peer.port));
        setup.endpoint.ca_file = Some(city.at("ca.pem"));
        setup.settings.timeout_secs = 20;
        let begun = Instant::now();
        let outcome = setup.send(&hook()).await;
        assert_eq!(
            (outcome.class, outcome.scope, outcome.phase.as_str()),
            (Class::Deferred, Scope::Message, "connect"),
            "{outcome:?}"
        );
        // By the deadline of connecting, which is one second here.
        assert!(begun.elapsed() < Duration::from_secs(10));
    }
}

#[tokio::test]
async fn an_endpoint_that_asks_who_we_are_is_shown_our_certificate() {
    let (city, stranger) = (City::new(), City::new());
    let receiver = Receiver::with_tls(city.server("127.0.0.1", 2099, true)).await;
    let mut setup = city.setup(&receiver);
    let nobody = setup.send(&hook()).await;
    // The server may hang up before its reason is read.
    assert_ne!(nobody.class, Class::Accepted, "{nobody:?}");
    let (cert, key) = stranger.identity("duban");
    (setup.endpoint.client_cert, setup.endpoint.client_key) = (Some(cert), Some(key));
    assert_ne!(setup.send(&hook()).await.class, Class::Accepted);
    assert!(receiver.requests().is_empty());
    let (cert, key) = city.identity("duban");
    (setup.endpoint.client_cert, setup.endpoint.client_key) = (Some(cert), Some(key));
    let outcome = setup.send(&hook()).await;
    assert_eq!(outcome.class, Class::Accepted, "{outcome:?}");
    assert_eq!(receiver.requests().len(), 1);
}

#[test]
fn a_certificate_needs_its_key_and_the_key_is_kept_to_oneself() {
    let city = City::new();
    let (cert, key) = city.identity("duban");
    let (_, other) = city.identity("other");
    let mut setup = Setup::new("https://oa.example.gov.cn/hook");
    setup.endpoint.client_cert = Some(cert.clone());
    assert!(
        setup
            .fault()
            .contains("webhook.client_cert: found no `client_key`")
    );
    setup.endpoint.client_key = Some(other);
    assert!(setup.fault().contains("the key of the certificate"));
    setup.endpoint.client_key = Some(cert);
    assert!(setup.fault().contains("a private key in PEM form"));
    setup.endpoint.client_key = Some(key.clone());
    fs::set_permissions(&key, fs::Permissions::from_mode(0o644)).unwrap();
    let channels = setup.open().ok().unwrap();
    let is_open = |found: &str| found == "a secret that everybody can read";
    assert!(channels.warnings().any(|doubt| is_open(&doubt.found)));
    setup.endpoint.client_cert = None;
    assert!(
        setup
            .fault()
            .contains("webhook.client_key: found no `client_cert`")
    );
}
