//! Where a webhook may go: the allow list of `[egress]`, held against the address that is
//! connected to.
//!
//! Owns the verdict on a host, a port and an address, and the one look-up of a name whose
//! answer is what is connected to: there is no second look-up that could answer otherwise.
//! Refuses to be asked by mail: the relay is one host that the administrator named.

mod address;
mod guard;
mod settings;

use std::future::Future;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::pin::Pin;
use std::sync::Arc;

use reqwest::Url;

pub use address::Never;
pub use guard::{Guard, Towards};
pub use settings::{AllowedHost, Network, Proxy, Settings};

/// Why a host is not reached. The words name the rule, and neither host nor address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// Whatever any list says.
    #[error("{0} addresses are never reached")]
    Never(Never),
    /// This host, on a port that nobody opened.
    #[error("loopback is only reached on a port of `egress.loopback_ports`")]
    Loopback,
    /// There is a list, and it has neither the host nor the address.
    #[error("neither the host nor its address is on the allow list of [egress]")]
    NotListed,
    /// The proxy resolves names, so their addresses cannot be seen.
    #[error("through `egress.proxy` only hosts of `egress.allow_host` are asked for by name")]
    UnseenByProxy,
}

/// The addresses of a name, to come.
pub type Addresses = Pin<Box<dyn Future<Output = io::Result<Vec<IpAddr>>> + Send>>;

/// Who knows the addresses of names.
pub trait Names: Send + Sync {
    /// Every address of `name`.
    fn addresses(&self, name: String) -> Addresses;
}

/// The host's own resolver: its files and its name servers.
struct System;

impl Names for System {
    fn addresses(&self, name: String) -> Addresses {
        Box::pin(async move {
            let found = tokio::net::lookup_host((name, 0)).await?;
            Ok(found.map(|address| address.ip()).collect())
        })
    }
}

/// The rules of egress, and who knows the addresses of names.
#[derive(Clone)]
pub struct Egress {
    settings: Arc<Settings>,
    names: Arc<dyn Names>,
}

impl std::fmt::Debug for Egress {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.settings.fmt(f)
    }
}

impl Default for Egress {
    fn default() -> Self {
        Self::new(&Settings::default())
    }
}

impl Egress {
    /// Rules that ask the host's own resolver.
    #[must_use]
    pub fn new(settings: &Settings) -> Self {
        Self::with_names(settings, Arc::new(System))
    }

    /// Rules that ask `names`.
    pub fn with_names(settings: &Settings, names: Arc<dyn Names>) -> Self {
        Self {
            settings: Arc::new(settings.clone()),
            names,
        }
    }

    /// Whether there is an allow list; without one, whatever is not refused for ever may
    /// be reached.
    #[must_use]
    pub fn has_list(&self) -> bool {
        !self.settings.allow_cidr.is_empty() || !self.settings.allow_host.is_empty()
    }

    /// What can be known of `url` before anything is looked up: all there is to know of an
    /// address, and of a name whether it could ever be reached.
    ///
    /// An address in a URL is what is connected to, for the HTTP client asks no resolver
    /// for it; the URL's parser has brought its odd spellings (`0x7f.1`, `2130706433`,
    /// full-width digits) into one form.
    ///
    /// # Errors
    /// The rule that refuses it.
    pub fn foresee(&self, url: &Url) -> Result<(), Refused> {
        let (host, port) = (host_of(url), port_of(url));
        let is_listed = self.lists(&host);
        if let Ok(address) = host.parse() {
            return self.judge(address, port, is_listed);
        }
        if is_loopback_name(&host) {
            return self.loopback(port);
        }
        if self.settings.proxy.is_some() && !is_listed {
            return Err(Refused::UnseenByProxy);
        }
        let could_be_listed = is_listed || !self.settings.allow_cidr.is_empty();
        if self.has_list() && !could_be_listed {
            return Err(Refused::NotListed);
        }
        Ok(())
    }

    /// The addresses of `name` that may be connected to at `port`: looked up once, each
    /// judged, the refused ones left out.
    ///
    /// # Errors
    /// The look-up's, or the [`Refused`] of the last address if none is left.
    pub async fn addresses(
        &self,
        name: &str,
        port: u16,
        towards: Towards,
    ) -> io::Result<Vec<SocketAddr>> {
        let name = name.trim_end_matches('.').to_ascii_lowercase();
        let is_listed = towards == Towards::Proxy || self.lists(&name);
        let found = self.names.addresses(name).await?;
        let (mut allowed, mut refused) = (Vec::new(), None);
        for address in found {
            match self.judge(address, port, is_listed) {
                Ok(()) => allowed.push(SocketAddr::new(address, port)),
                Err(rule) => refused = Some(rule),
            }
        }
        match refused {
            Some(rule) if allowed.is_empty() => Err(io::Error::other(rule)),
            _ => Ok(allowed),
        }
    }

    fn judge(&self, address: IpAddr, port: u16, is_listed: bool) -> Result<(), Refused> {
        let address = address.to_canonical();
        if address.is_loopback() {
            return self.loopback(port);
        }
        if let Some(kind) = address::never(address) {
            return Err(Refused::Never(kind));
        }
        let networks = &self.settings.allow_cidr;
        let in_network = || networks.iter().any(|network| network.has(address));
        if self.has_list() && !is_listed && !in_network() {
            return Err(Refused::NotListed);
        }
        Ok(())
    }

    fn loopback(&self, port: u16) -> Result<(), Refused> {
        let is_open = self.settings.loopback_ports.contains(&port);
        is_open.then_some(()).ok_or(Refused::Loopback)
    }

    fn lists(&self, host: &str) -> bool {
        self.settings.allow_host.iter().any(|one| one.is(host))
    }

    /// The proxy that `url` is asked for through; this host is reached without one.
    #[must_use]
    pub fn proxy_for(&self, url: &Url) -> Option<&Proxy> {
        let proxy = self.settings.proxy.as_ref();
        proxy.filter(|_| !is_this_host(url))
    }
}

/// The host of a URL: an address without its brackets, or a name without its last dot.
fn host_of(url: &Url) -> String {
    let host = url.host_str().unwrap_or_default();
    let host = host.trim_start_matches('[').trim_end_matches(']');
    host.trim_end_matches('.').to_owned()
}

/// The port that a URL leads to.
pub(in crate::channels) fn port_of(url: &Url) -> u16 {
    url.port_or_known_default().unwrap_or_default()
}

/// RFC 6761 6.3: these names are this host, whatever a name server says.
fn is_loopback_name(host: &str) -> bool {
    host == "localhost" || host.ends_with(".localhost")
}

/// Whether a URL leads to this host without leaving it.
pub(in crate::channels) fn is_this_host(url: &Url) -> bool {
    let host = host_of(url);
    let is_address = |address: IpAddr| address.to_canonical().is_loopback();
    is_loopback_name(&host) || host.parse().is_ok_and(is_address)
}
