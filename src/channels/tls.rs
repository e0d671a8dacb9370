//! The one TLS client setup that mail and webhooks share.
//!
//! Owns which certificates are trusted: the city's own authority where one is
//! named, else the system's; and who we are to a server that asks. Refuses a switch that
//! turns verification off.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustls::crypto::ring;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ClientConfig, RootCertStore};

use super::secret;
use crate::domain::fault::Fault;

/// Whom a client trusts.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Trust {
    /// Nobody: for a way that has no TLS, so that a start does not read the hundred-odd
    /// files of the system's certificates for nothing.
    Nobody,
    /// The certificates in this PEM file and no others.
    Only(PathBuf),
    /// The system's.
    System,
}

impl Trust {
    /// `ca_file` where there is one, else the system's.
    pub(super) fn in_file_or_system(ca_file: Option<&Path>) -> Self {
        ca_file.map_or(Self::System, |file| Self::Only(file.to_owned()))
    }
}

/// Who we are to a server that asks for a certificate: two PEM files.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Identity {
    /// Our certificate, and those between it and the authority.
    pub(super) certificate: PathBuf,
    /// Its key.
    pub(super) key: PathBuf,
}

impl Identity {
    /// What is unwise about how the key is kept.
    pub(super) fn doubt(&self) -> Option<Fault> {
        let about = fs::metadata(&self.key).ok()?;
        secret::doubt(&self.key, &about)
    }
}

/// A client that trusts whom it should and is nobody itself.
///
/// # Errors
/// The file cannot be read or holds no certificate.
pub(super) fn client(trust: &Trust) -> Result<ClientConfig, Fault> {
    client_as(trust, None)
}

/// A client that trusts whom it should, and shows `identity` to a server that asks.
///
/// # Errors
/// A file cannot be read or holds something else, or key and certificate do not belong
/// together.
pub(super) fn client_as(trust: &Trust, identity: Option<&Identity>) -> Result<ClientConfig, Fault> {
    let roots = match trust {
        Trust::Nobody => RootCertStore::empty(),
        Trust::Only(file) => own_roots(file)?,
        Trust::System => system_roots(),
    };
    let builder = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(|error| Fault::new("TLS", error.to_string(), "a TLS stack that works"))?;
    let builder = builder.with_root_certificates(roots);
    let Some(identity) = identity else {
        return Ok(builder.with_no_client_auth());
    };
    let chain = certificates(&identity.certificate)?;
    let key = PrivateKeyDer::from_pem_file(&identity.key)
        .map_err(|error| unfit(&identity.key, &error, "a private key in PEM form"))?;
    builder
        .with_client_auth_cert(chain, key)
        .map_err(|error| unfit(&identity.key, &error, "the key of the certificate"))
}

fn own_roots(file: &Path) -> Result<RootCertStore, Fault> {
    let mut roots = RootCertStore::empty();
    for certificate in certificates(file)? {
        roots
            .add(certificate)
            .map_err(|error| unfit(file, &error, CERTIFICATES))?;
    }
    Ok(roots)
}

/// What a file of certificates should be.
const CERTIFICATES: &str = "certificates in PEM form";

/// The certificates in a file, one at least.
fn certificates(file: &Path) -> Result<Vec<CertificateDer<'static>>, Fault> {
    let all = CertificateDer::pem_file_iter(file)
        .and_then(Iterator::collect::<Result<Vec<_>, _>>)
        .map_err(|error| unfit(file, &error, CERTIFICATES))?;
    if all.is_empty() {
        return Err(unfit(file, &"no certificate", CERTIFICATES));
    }
    Ok(all)
}

fn unfit(file: &Path, found: &impl ToString, expected: &str) -> Fault {
    Fault::new(file.display().to_string(), found.to_string(), expected)
}

/// What the system trusts; on a host without any, every server is refused when it is
/// reached, which says more than a fault at start where no TLS may be needed.
fn system_roots() -> RootCertStore {
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    roots
}
