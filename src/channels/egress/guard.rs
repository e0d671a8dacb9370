//! The rules of egress where the HTTP client asks for a name's addresses.
//!
//! Owns being that resolver: what it answers is what is connected to. Refuses to keep an
//! answer for another connection.

use reqwest::dns::{Addrs, Name, Resolve, Resolving};

use super::Egress;

/// Whose name is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Towards {
    /// An endpoint's.
    Endpoint,
    /// The proxy's, which the administrator named by itself.
    Proxy,
}

/// The resolver of a client that only connects to one port; a resolver is not told which,
/// and whether loopback may be reached hangs on it.
#[derive(Debug)]
pub struct Guard {
    /// The rules.
    pub egress: Egress,
    /// The port that is connected to.
    pub port: u16,
    /// Whose name is asked for.
    pub towards: Towards,
}

impl Resolve for Guard {
    fn resolve(&self, name: Name) -> Resolving {
        let (egress, port, towards) = (self.egress.clone(), self.port, self.towards);
        Box::pin(async move {
            let found = egress.addresses(name.as_str(), port, towards).await?;
            let addresses: Addrs = Box::new(found.into_iter());
            Ok(addresses)
        })
    }
}
