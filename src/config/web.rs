//! `[web]`: the pages by which notices are acknowledged (签收), and their links.
//!
//! Owns what a sound public address is, where the key is kept and how it is read. Refuses a
//! key written out, and to make one: the daemon does, at its first start.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;

use super::document::Document;
use crate::channels::secret::SecretSource;
use crate::domain::acknowledgement::{KEY_BYTES, Links};
use crate::domain::fault::Fault;

/// No well-known service has it, it is below the ports that Linux hands out by itself (32768
/// and up, `ip_local_port_range`), and easily remembered: these decisions are the matter of
/// State Council Decree 713.
const PORT: u16 = 7713;

/// The file beside the ledger with the key, where no other place is named.
const KEY_FILE: &str = "web.key";

/// A public address is no longer: with the rest of a link it still fits on two lines.
const LONGEST_URL: usize = 100;

/// The settings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Web {
    /// Where the pages are served.
    pub listen: SocketAddr,
    /// What links begin with: how people reach those pages.
    pub base_url: String,
    /// Where the key is.
    pub key: SecretSource,
    /// The key's file, where it is duban's own: made at the first start.
    pub is_own_key: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    #[serde(default = "loopback")]
    listen: SocketAddr,
    base_url: String,
    key: Option<SecretSource>,
}

fn loopback() -> SocketAddr {
    SocketAddr::from((Ipv4Addr::LOCALHOST, PORT))
}

/// The settings; none where there is no `[web]` or it has faults.
pub(super) fn web(document: &mut Document<'_>, ledger: &Path) -> Option<Web> {
    if !document.has("web") {
        return None;
    }
    let written: Written = document.section("web")?;
    if let Some(found) = unsound(&written.base_url) {
        let expected = "the address people open the pages by, such as https://duban.example.gov.cn";
        document.refuse(document.place_of("web", "base_url"), found, expected);
    }
    if written.listen.port() == 0 {
        let place = document.place_of("web", "listen");
        document.refuse(place, "port 0", "a port, for the proxy in front to know");
    }
    Some(Web {
        listen: written.listen,
        base_url: written.base_url,
        is_own_key: written.key.is_none(),
        key: written
            .key
            .unwrap_or_else(|| SecretSource::File(ledger.with_file_name(KEY_FILE))),
    })
}

/// What is wrong with a public address.
fn unsound(url: &str) -> Option<String> {
    let rest = url
        .strip_prefix("https://")
        .or_else(|| url.strip_prefix("http://"));
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~:/[]%".contains(&byte);
    let Some(rest) = rest else {
        return Some("neither https:// nor http://".to_owned());
    };
    if rest.is_empty() || rest.starts_with(['/', ':']) {
        Some("no host".to_owned())
    } else if !rest.bytes().all(is_plain) {
        Some("more than scheme, host, port and path, or other than plain letters".to_owned())
    } else if url.len() > LONGEST_URL {
        Some(format!("{} characters, more than {LONGEST_URL}", url.len()))
    } else {
        None
    }
}

impl Web {
    /// What makes and reads the links, with the key as it is now, and what is unwise about how
    /// that is kept.
    ///
    /// # Errors
    /// The key cannot be read, or is none.
    pub fn links(&self, credentials: Option<&Path>) -> Result<(Links, Option<Fault>), Fault> {
        let opened = self.key.read(credentials)?;
        let bytes = STANDARD.decode(opened.secret.expose());
        let key: Option<[u8; KEY_BYTES]> = bytes.ok().and_then(|bytes| bytes.try_into().ok());
        let key = key.ok_or_else(|| {
            let expected = format!(
                "{KEY_BYTES} random bytes in base64, as `openssl rand -base64 {KEY_BYTES}` makes"
            );
            Fault::new(self.key_place(), "something else", expected)
        })?;
        Ok((Links::new(&self.base_url, key), opened.warning))
    }

    /// The key's place, for people.
    #[must_use]
    pub fn key_place(&self) -> String {
        match &self.key {
            SecretSource::File(path) => path.display().to_string(),
            SecretSource::Credential(name) => format!("credential {name}"),
        }
    }

    /// What is allowed but unwise.
    #[must_use]
    pub fn doubts(&self) -> Vec<Fault> {
        let mut doubts = Vec::new();
        if !self.listen.ip().is_loopback() {
            let expected = "a loopback address with a reverse proxy (nginx, say) in front that speaks \
                            TLS: duban speaks plain HTTP, and whoever reads along can acknowledge";
            doubts.push(Fault::new("web.listen", self.listen.to_string(), expected));
        }
        let rest = self.base_url.strip_prefix("http://");
        if rest.is_some_and(|rest| !is_loopback(rest)) {
            let expected = "https://: whoever reads a link on its way can acknowledge by it";
            doubts.push(Fault::new("web.base_url", self.base_url.as_str(), expected));
        }
        doubts
    }
}

/// Whether an address without its scheme leads to this host alone.
fn is_loopback(rest: &str) -> bool {
    let authority = rest.split('/').next().unwrap_or_default();
    let is_host = |host: &str| {
        let after = authority.strip_prefix(host);
        after.is_some_and(|after| after.is_empty() || after.starts_with(':'))
    };
    ["localhost", "127.0.0.1", "[::1]"].into_iter().any(is_host)
}
