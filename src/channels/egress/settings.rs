//! `[egress]`: what an administrator allows webhooks to reach.
//!
//! Owns the shapes of networks, hosts and the proxy, and what is wrong with one that is
//! not. Refuses to allow what is never reached.

use std::fmt;
use std::marker::PhantomData;
use std::net::IpAddr;
use std::str::FromStr;

use ipnet::IpNet;
use reqwest::Url;
use serde::de::{Error, Visitor};
use serde::{Deserialize, Deserializer};

use super::{address, is_this_host, port_of};

/// The `[egress]` table.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// Networks whose addresses may be reached, under whatever name.
    pub allow_cidr: Vec<Network>,
    /// Hosts that may be reached, whatever their address.
    pub allow_host: Vec<AllowedHost>,
    /// Ports of this very host that may be reached, for a gateway that stands on it.
    pub loopback_ports: Vec<u16>,
    /// Through which endpoints are reached; the environment's is never used.
    pub proxy: Option<Proxy>,
}

impl Settings {
    /// Each key that contradicts another, with what was found and what was expected.
    #[must_use]
    pub fn contradictions(&self) -> Vec<(&'static str, String, String)> {
        let here = self.proxy.iter().filter(|proxy| is_this_host(&proxy.0));
        here.map(|proxy| port_of(&proxy.0))
            .filter(|port| !self.loopback_ports.contains(port))
            .map(|port| {
                let found = format!("a proxy on this host, at port {port}");
                let expected = format!("{port} among `loopback_ports`, or a proxy elsewhere");
                ("proxy", found, expected)
            })
            .collect()
    }
}

/// A network, such as `10.32.0.0/16`, or one address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Network(IpNet);

impl Network {
    /// Whether `address` lies in it.
    pub(super) fn has(self, address: IpAddr) -> bool {
        self.0.contains(&address)
    }
}

impl FromStr for Network {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let network: IpNet = match text.parse::<IpAddr>() {
            Ok(address) => address.into(),
            Err(_) => text.parse().map_err(|_| {
                format!("`{text}`, expected a network such as `10.32.0.0/16`, or one address")
            })?,
        };
        let (first, last) = (network.network(), network.broadcast());
        if network.addr() != first {
            let length = network.prefix_len();
            return Err(format!(
                "`{text}`, expected `{first}/{length}`, without a host's bits"
            ));
        }
        if first != first.to_canonical() {
            let written = "an IPv4 network written as one";
            return Err(format!("`{text}`, expected {written}"));
        }
        match (address::never(first), address::never(last)) {
            (Some(kind), Some(same)) if kind == same => {
                let instead = "a network that may be reached (for this host see `loopback_ports`)";
                Err(format!("{kind} addresses `{text}`, expected {instead}"))
            }
            _ => Ok(Self(network)),
        }
    }
}

/// A host by its name, or with `*.` in front every host below it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AllowedHost {
    name: String,
    below: bool,
}

impl AllowedHost {
    /// Whether `host`, in lower case and without a last dot, is meant.
    pub(super) fn is(&self, host: &str) -> bool {
        if self.below {
            let front = host.strip_suffix(&self.name);
            front.is_some_and(|front| front.len() > 1 && front.ends_with('.'))
        } else {
            host == self.name
        }
    }
}

impl FromStr for AllowedHost {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (name, below) = match text.strip_prefix("*.") {
            Some(name) => (name, true),
            None => (text, false),
        };
        // The URL's own parser, so that a Chinese name is compared in the form URLs have.
        let name = name.trim_end_matches('.');
        let plain = !name.contains(['/', ':', '@', '*', '?', '#', '\\']);
        let url = plain.then(|| Url::parse(&format!("https://{name}/")).ok());
        let host = url
            .flatten()
            .and_then(|url| url.host_str().map(str::to_owned));
        match host {
            Some(host) if host.parse::<IpAddr>().is_ok() => Err(format!(
                "the address `{text}`, expected a name; addresses stand in `allow_cidr`"
            )),
            Some(host) if below && !host.contains('.') => {
                Err(format!("`{text}`, expected two labels or more after `*.`"))
            }
            Some(name) => Ok(Self { name, below }),
            None => Err(format!(
                "`{text}`, expected a host such as `oa.example.gov.cn`, or `*.example.gov.cn`"
            )),
        }
    }
}

/// A proxy that speaks HTTP.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proxy(Url);

impl Proxy {
    /// Its URL.
    pub(in crate::channels) const fn url(&self) -> &Url {
        &self.0
    }
}

impl FromStr for Proxy {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let expected = "expected `http://`, a host and a port";
        // What was written is not repeated: people put passwords there.
        let url: Url = text.parse().map_err(|_| format!("no URL, {expected}"))?;
        if !url.username().is_empty() || url.password().is_some() {
            return Err(format!(
                "a password, {expected}: a proxy knows this host by its address"
            ));
        }
        let is_bare = url.path() == "/" && url.query().is_none();
        if url.scheme() != "http" || !url.has_host() || !is_bare {
            return Err(format!("another kind of URL, {expected}"));
        }
        let host = super::host_of(&url).parse().ok();
        match host
            .filter(|_| !is_this_host(&url))
            .and_then(address::never)
        {
            Some(kind) => Err(format!(
                "a proxy at {kind} addresses, {expected} that may be reached"
            )),
            None => Ok(Self(url)),
        }
    }
}

impl<'de> Deserialize<'de> for Network {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_str(Text(PhantomData))
    }
}

impl<'de> Deserialize<'de> for AllowedHost {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_str(Text(PhantomData))
    }
}

impl<'de> Deserialize<'de> for Proxy {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_str(Text(PhantomData))
    }
}

/// Reads a text while the reader still knows its place, so that a fault has its line.
struct Text<T>(PhantomData<T>);

impl<T: FromStr<Err = String>> Visitor<'_> for Text<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a text")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<T, E> {
        text.parse().map_err(E::custom)
    }
}
