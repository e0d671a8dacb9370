//! The server of duban's own pages: which address leads where, and what every answer says to
//! browsers.
//!
//! Owns the routes, the bounds on what is read, and the headers that keep a page to itself.
//! Refuses to listen and to spawn: the socket and the shutdown are arguments. Refuses to log
//! anything of a request: links are keys.

use std::io;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::http::header::{
    CACHE_CONTROL, CONNECTION, CONTENT_SECURITY_POLICY, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS,
    X_FRAME_OPTIONS,
};
use axum::http::{HeaderName, HeaderValue};
use axum::middleware::map_response;
use axum::response::Response;
use axum::routing::get;
use chrono::{DateTime, Utc};
use tokio::net::TcpListener;

use super::acknowledge;
use super::listener::Bounded;
use super::page::Templates;
use crate::domain::acknowledgement::Links;
use crate::domain::fault::Fault;
use crate::store::StoreError;
use crate::store::ledger::{Ledger, Reader};

/// The only form there is has one short field.
const LARGEST_BODY: usize = 4 * 1024;

/// Said with every answer: nothing is loaded from anywhere, nobody frames the page or keeps a
/// copy, no address of ours reaches another site, and each connection serves one request.
const HEADERS: [(HeaderName, &str); 6] = [
    (
        CONTENT_SECURITY_POLICY,
        "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; base-uri 'none'; \
         frame-ancestors 'none'",
    ),
    (REFERRER_POLICY, "no-referrer"),
    (CACHE_CONTROL, "no-store"),
    (X_FRAME_OPTIONS, "DENY"),
    (X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (CONNECTION, "close"),
];

/// What a reload replaces, and the time: asked anew for each request.
pub trait Around: Send + Sync {
    /// The present moment.
    fn now(&self) -> DateTime<Utc>;
    /// What reads the links; none where there are none any more.
    fn links(&self) -> Option<Links>;
    /// Whom to turn to: the supervision centre's name.
    fn centre(&self) -> String;
}

/// What the pages are made from.
pub(super) struct Pages {
    pub(super) templates: Templates,
    pub(super) ledger: Ledger,
    pub(super) reader: Mutex<Reader>,
    pub(super) around: Box<dyn Around>,
}

/// Why there are no pages.
#[derive(Debug, thiserror::Error)]
pub enum Unfit {
    /// A template is not well formed.
    #[error("{0}")]
    Template(Fault),
    /// The ledger cannot be read.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Every page: acknowledging at `/q/…`, and `/healthz`, which says that the process answers.
///
/// # Errors
/// A template is not well formed, or the ledger cannot be read.
pub fn router(ledger: Ledger, around: Box<dyn Around>) -> Result<Router, Unfit> {
    let pages = Pages {
        templates: Templates::new().map_err(Unfit::Template)?,
        reader: Mutex::new(Reader::open(ledger.path())?),
        ledger,
        around,
    };
    let acknowledging = get(acknowledge::show).post(acknowledge::take);
    let router = Router::new()
        .route("/q/{message}/{day}/{mac}", acknowledging)
        .route("/healthz", get(async || "alive\n"))
        .fallback(acknowledge::unknown)
        .method_not_allowed_fallback(acknowledge::wrong_method)
        .layer(DefaultBodyLimit::max(LARGEST_BODY))
        .layer(map_response(with_headers))
        .with_state(Arc::new(pages));
    Ok(router)
}

async fn with_headers(mut response: Response) -> Response {
    let headers = response.headers_mut();
    for (name, value) in HEADERS {
        headers.insert(name, HeaderValue::from_static(value));
    }
    response
}

/// Serves `router` until `stop` is over and the last request is answered, which its deadline
/// bounds.
///
/// # Errors
/// The listener fails.
pub async fn serve(
    listener: TcpListener,
    router: Router,
    stop: impl Future<Output = ()> + Send + 'static,
) -> io::Result<()> {
    axum::serve(Bounded::new(listener), router)
        .with_graceful_shutdown(stop)
        .await
}
