//! A unit's end of a webhook, for the demo: takes a body, checks who sent it, keeps it.
//!
//! Owns verifying Standard Webhooks signatures and storing what passes. Refuses what
//! is not signed, signed by nobody it knows, or too large; and refuses to spawn: the
//! caller owns the task.

use std::collections::BTreeMap;
use std::future::Future;
use std::io;
use std::path::{Path as FilePath, PathBuf};
use std::sync::Arc;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;
use tokio::net::TcpListener;

/// A body beyond this many bytes is refused; a notice takes a few thousand.
const LARGEST_BODY: usize = 256 * 1024;
/// A `webhook-id` beyond this many bytes is refused: it becomes a file's name.
const LONGEST_ID: usize = 128;

/// What the receiver knows: where bodies go, and each unit's secrets.
struct Receiver {
    folder: PathBuf,
    secrets: BTreeMap<String, Vec<Vec<u8>>>,
}

/// Takes `POST /{unit}`: verifies the signature with one of the unit's secrets, stores
/// the body as `<webhook-id>.json` in `folder`, answers 204.
///
/// `secrets` are raw keys by unit as it stands in the path. 400 a header is missing or
/// unusable, 401 the signature does not hold, 404 an unknown unit, 500 the disk.
pub fn router(folder: PathBuf, secrets: BTreeMap<String, Vec<Vec<u8>>>) -> Router {
    Router::new()
        .route("/{unit}", post(receive))
        .layer(DefaultBodyLimit::max(LARGEST_BODY))
        .with_state(Arc::new(Receiver { folder, secrets }))
}

/// Serves `router` until `shutdown` is over and the last request is answered.
///
/// # Errors
/// The listener fails.
pub async fn serve(
    listener: TcpListener,
    router: Router,
    shutdown: impl Future<Output = ()> + Send + 'static,
) -> io::Result<()> {
    axum::serve(listener, router)
        .with_graceful_shutdown(shutdown)
        .await
}

async fn receive(
    State(receiver): State<Arc<Receiver>>,
    Path(unit): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> StatusCode {
    let Some(secrets) = receiver.secrets.get(&unit) else {
        return StatusCode::NOT_FOUND;
    };
    let Some(envelope) = Envelope::read(&headers) else {
        return StatusCode::BAD_REQUEST;
    };
    if !secrets
        .iter()
        .any(|secret| envelope.is_signed_with(secret, &body))
    {
        return StatusCode::UNAUTHORIZED;
    }
    match store(&receiver.folder, envelope.id, &body) {
        Ok(()) => StatusCode::NO_CONTENT,
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR,
    }
}

/// The three headers of Standard Webhooks.
struct Envelope<'h> {
    id: &'h str,
    timestamp: &'h str,
    signatures: &'h str,
}

impl<'h> Envelope<'h> {
    fn read(headers: &'h HeaderMap) -> Option<Self> {
        let header = |name: &str| headers.get(name)?.to_str().ok();
        let id = header("webhook-id").filter(|id| is_file_name(id))?;
        Some(Self {
            id,
            timestamp: header("webhook-timestamp")?,
            signatures: header("webhook-signature")?,
        })
    }

    /// Whether one of the `v1` signatures is that of `id.timestamp.body`. The timestamp's
    /// age is not judged: the demo's clock runs through a year in seconds.
    fn is_signed_with(&self, secret: &[u8], body: &[u8]) -> bool {
        let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(secret) else {
            return false;
        };
        mac.update(format!("{}.{}.", self.id, self.timestamp).as_bytes());
        mac.update(body);
        let signatures = self.signatures.split(' ');
        let mut signatures = signatures.filter_map(|one| one.strip_prefix("v1,"));
        signatures.any(|one| {
            let decoded = STANDARD.decode(one);
            decoded.is_ok_and(|bytes| mac.clone().verify_slice(&bytes).is_ok())
        })
    }
}

/// An id becomes a file's name, so it may hold nothing that leads elsewhere.
fn is_file_name(id: &str) -> bool {
    let harmless = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
    !id.starts_with('.') && !id.is_empty() && id.len() <= LONGEST_ID && id.bytes().all(harmless)
}

fn store(folder: &FilePath, id: &str, body: &[u8]) -> io::Result<()> {
    std::fs::write(folder.join(format!("{id}.json")), body)
}
