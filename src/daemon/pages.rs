//! The pages by which notices are acknowledged, within the daemon.
//!
//! Owns making the key of the links at the first start, taking the address before anybody is
//! told that duban is ready, and handing the pages what a reload replaces. Refuses to replace
//! a key: every link that is on its way would be void.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;
use std::sync::Arc;

use axum::Router;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use chrono::{DateTime, Utc};
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;
use tracing::{error, info};

use super::Failure;
use super::live::Live;
use crate::channels::secret::SecretSource;
use crate::config::Web;
use crate::domain::acknowledgement::{KEY_BYTES, Links};
use crate::store::StoreError;
use crate::store::ledger::Ledger;
use crate::web::server::{self, Around, Unfit};

/// Makes the key where it is duban's own and there is none yet. The ledger is locked
/// meanwhile, so nobody else makes one.
pub(super) fn make_key(web: &Web) -> Result<(), Failure> {
    let SecretSource::File(path) = &web.key else {
        return Ok(());
    };
    if !web.is_own_key || path.exists() {
        return Ok(());
    }
    write_key(path).map_err(StoreError::file(path))?;
    info!(path = %path.display(), "made the key of the links by which notices are acknowledged");
    Ok(())
}

/// Written whole before it has its name: half a key would never be replaced.
fn write_key(path: &Path) -> io::Result<()> {
    let mut key = [0; KEY_BYTES];
    let random = rustls::crypto::ring::default_provider().secure_random;
    random
        .fill(&mut key)
        .map_err(|_| io::Error::other("the system has no randomness to give"))?;
    let draft = path.with_extension("key.part");
    let _ = fs::remove_file(&draft);
    let mut file = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(&draft)?;
    writeln!(file, "{}", STANDARD.encode(key))?;
    file.sync_all()?;
    fs::rename(&draft, path)?;
    let folder = path
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty());
    File::open(folder.unwrap_or(Path::new(".")))?.sync_all()
}

/// The socket, taken.
pub(super) struct Pages {
    listener: TcpListener,
}

/// Takes the address.
pub(super) async fn bind(web: &Web) -> Result<Pages, Failure> {
    let address = web.listen;
    let bound = TcpListener::bind(address).await;
    let listener = bound.map_err(|error| Failure::Listen { address, error })?;
    info!(%address, "pages by which notices are acknowledged");
    Ok(Pages { listener })
}

impl Pages {
    /// Everything that is served.
    pub(super) fn router(
        live: watch::Receiver<Arc<Live>>,
        ledger: Ledger,
    ) -> Result<Router, Failure> {
        server::router(ledger, Box::new(Desk(live))).map_err(|unfit| match unfit {
            Unfit::Template(fault) => Failure::Faults(vec![fault]),
            Unfit::Store(error) => Failure::Store(error),
        })
    }

    /// Serves until told to stop, then answers what has been asked.
    pub(super) async fn run(self, router: Router, stop: CancellationToken) {
        let served = server::serve(self.listener, router, stop.cancelled_owned()).await;
        if let Err(error) = served {
            error!(%error, "the pages cannot be served any more");
        }
    }
}

/// What is in force now.
struct Desk(watch::Receiver<Arc<Live>>);

impl Around for Desk {
    fn now(&self) -> DateTime<Utc> {
        self.0.borrow().context.now()
    }

    fn links(&self) -> Option<Links> {
        self.0.borrow().links.clone()
    }

    fn centre(&self) -> String {
        self.0.borrow().library.directory.centre().name.clone()
    }
}
