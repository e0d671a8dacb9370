//! The one TLS client setup that mail and webhooks share.
//!
//! Owns which certificates are trusted: the city's own authority where one is
//! named, else the system's. Refuses a switch that turns verification off.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustls::crypto::ring;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls::{ClientConfig, RootCertStore};

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

/// A client that trusts whom it should.
///
/// # Errors
/// The file cannot be read or holds no certificate.
pub(super) fn client(trust: &Trust) -> Result<ClientConfig, Fault> {
    let roots = match trust {
        Trust::Nobody => RootCertStore::empty(),
        Trust::Only(file) => own_roots(file)?,
        Trust::System => system_roots(),
    };
    let builder = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(|error| Fault::new("TLS", error.to_string(), "a TLS stack that works"))?;
    Ok(builder.with_root_certificates(roots).with_no_client_auth())
}

fn own_roots(file: &Path) -> Result<RootCertStore, Fault> {
    let place = file.display().to_string();
    let unfit = |found: String| Fault::new(&place, found, "certificates in PEM form");
    let certificates =
        CertificateDer::pem_file_iter(file).map_err(|error| unfit(error.to_string()))?;
    let mut roots = RootCertStore::empty();
    for certificate in certificates {
        let certificate = certificate.map_err(|error| unfit(error.to_string()))?;
        roots
            .add(certificate)
            .map_err(|error| unfit(error.to_string()))?;
    }
    if roots.is_empty() {
        return Err(unfit("no certificate".to_owned()));
    }
    Ok(roots)
}

/// What the system trusts; on a host without any, every server is refused when it is
/// reached, which says more than a fault at start where no TLS may be needed.
fn system_roots() -> RootCertStore {
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    roots
}
