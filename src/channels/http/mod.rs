//! What everything that is posted to over HTTP shares: webhooks and the robots of chat groups.
//!
//! Owns where a request may go and how: the checks of a URL, the client, one exchange and its
//! bounds. Refuses to know what is posted, and what an answer means.

mod client;
mod exchange;
mod hosts;
mod settings;
mod site;
mod target;

pub(super) use client::Clients;
pub(super) use exchange::exchange;
pub use settings::Settings;
pub(super) use site::Site;
pub(super) use target::Target;

use crate::channels::egress::Egress;
use crate::domain::fault::Fault;

/// Who we say we are.
pub(super) const OURSELVES: &str = concat!("duban/", env!("CARGO_PKG_VERSION"));

/// Without a list posts may go anywhere, which is allowed and unwise.
pub(super) fn unlisted(egress: &Egress) -> Option<Fault> {
    let found = "no list of what webhooks may reach";
    let expected = "`allow_cidr` or `allow_host`: until then any address may be reached, except \
                    loopback, link-local, multicast and metadata";
    (!egress.has_list()).then(|| Fault::new("egress", found, expected))
}
