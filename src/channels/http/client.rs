//! One HTTP client for each way there is: whom it trusts, who it is, and which port it
//! may connect to.
//!
//! Owns how a client is built. Refuses redirects, the environment's proxies, and names
//! resolved by anybody but the guard of egress.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use reqwest::{Client, Proxy, Url, redirect};
use rustls::ClientConfig;

use super::settings::Settings;
use super::site::Site;
use crate::channels::egress::{Egress, Guard, Towards, port_of};
use crate::channels::tls::{self, Identity, Trust};
use crate::domain::fault::Fault;

/// Whom a client trusts, and who it is.
type Names = (Trust, Option<Identity>);

/// What two endpoints must share to share a client: these, the port that is connected to,
/// and whose it is.
type Way = (Names, u16, Towards);

/// Certificates that were read.
struct Papers {
    names: Names,
    tls: ClientConfig,
}

/// The clients so far. Certificates are read once, however many endpoints name them: the
/// system's are more than a hundred files.
pub(in crate::channels) struct Clients<'a> {
    pub(in crate::channels) settings: &'a Settings,
    pub(in crate::channels) egress: &'a Egress,
    tls: BTreeMap<Names, ClientConfig>,
    built: BTreeMap<Way, Client>,
}

impl<'a> Clients<'a> {
    pub(in crate::channels) const fn new(settings: &'a Settings, egress: &'a Egress) -> Self {
        Self {
            settings,
            egress,
            tls: BTreeMap::new(),
            built: BTreeMap::new(),
        }
    }

    /// What was read of the endpoint at `site`, with the client that leads to its URL.
    ///
    /// # Errors
    /// Every fault of its certificates and of what was read.
    pub(in crate::channels) fn leading_to<T>(
        &mut self,
        site: &Site<'_>,
        read: Result<T, Vec<Fault>>,
        url: impl FnOnce(&T) -> &Url,
    ) -> Result<(Client, T), Vec<Fault>> {
        match (self.papers(site), read) {
            (Ok(papers), Ok(read)) => match self.client(papers, url(&read)) {
                Ok(client) => Ok((client, read)),
                Err(error) => Err(vec![site.unfit(error)]),
            },
            (papers, read) => {
                let of_papers = papers.err().into_iter();
                Err(of_papers.chain(read.err().unwrap_or_default()).collect())
            }
        }
    }

    /// Reads the certificates of `site`, whatever its URL is.
    fn papers(&mut self, site: &Site<'_>) -> Result<Papers, Fault> {
        let trust = match site.ca_file {
            None if site.url.starts_with("http://") => Trust::Nobody,
            ca_file => Trust::in_file_or_system(ca_file),
        };
        let names = (trust, site.identity()?);
        let tls = match self.tls.get(&names) {
            Some(tls) => tls.clone(),
            None => tls::client_as(&names.0, names.1.as_ref())?,
        };
        self.tls.insert(names.clone(), tls.clone());
        Ok(Papers { names, tls })
    }

    /// The client for `url` with these papers.
    fn client(&mut self, papers: Papers, url: &Url) -> reqwest::Result<Client> {
        let proxy = self.egress.proxy_for(url);
        let port = port_of(proxy.map_or(url, |proxy| proxy.url()));
        let towards = proxy.map_or(Towards::Endpoint, |_| Towards::Proxy);
        let way = (papers.names, port, towards);
        if let Some(client) = self.built.get(&way) {
            return Ok(client.clone());
        }
        let mut builder = Client::builder()
            .tls_backend_preconfigured(papers.tls)
            .redirect(redirect::Policy::none())
            .no_proxy()
            .dns_resolver(Arc::new(Guard {
                egress: self.egress.clone(),
                port,
                towards,
            }))
            // A kept connection that the receiver has just closed makes an Unknown of a message
            // nobody read; notices are few enough for a connection each.
            .pool_max_idle_per_host(0)
            .connect_timeout(Duration::from_secs(self.settings.connect_timeout_secs));
        if let Some(proxy) = proxy {
            builder = builder.proxy(Proxy::all(proxy.url().clone())?);
        }
        let client = builder.build()?;
        self.built.insert(way, client.clone());
        Ok(client)
    }
}
