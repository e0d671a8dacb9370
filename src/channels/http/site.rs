//! What an operator wrote of one URL that is posted to, and what can be known wrong in it.
//!
//! Owns the checks that hold for whoever is posted to. Refuses URLs with credentials in them,
//! URLs that lead where egress does not, plain HTTP nobody allowed, and a robot's host under
//! another kind: robots answer 200 to what they refuse.

use std::path::Path;

use reqwest::Url;

use super::hosts;
use super::settings::Settings;
use crate::channels::egress::{Egress, is_this_host};
use crate::channels::tls::Identity;
use crate::domain::delivery::robot::Vendor;
use crate::domain::fault::Fault;

/// The part of a unit's `webhook` table that every kind of receiver has.
#[derive(Clone, Copy)]
pub(in crate::channels) struct Site<'a> {
    /// Whose robot it is, if it is one.
    pub(in crate::channels) vendor: Option<Vendor>,
    /// The unit's full name.
    pub(in crate::channels) unit: &'a str,
    /// File and line; empty where it was not read from a file.
    pub(in crate::channels) written: &'a str,
    /// Where to post; never shown.
    pub(in crate::channels) url: &'a str,
    /// The only authorities to trust.
    pub(in crate::channels) ca_file: Option<&'a Path>,
    /// Our own certificate.
    pub(in crate::channels) client_cert: Option<&'a Path>,
    /// Its key.
    pub(in crate::channels) client_key: Option<&'a Path>,
}

impl Site<'_> {
    /// Who we are to this receiver, where it asks.
    pub(in crate::channels) fn identity(&self) -> Result<Option<Identity>, Fault> {
        match (self.client_cert, self.client_key) {
            (None, None) => Ok(None),
            (Some(certificate), Some(key)) => Ok(Some(Identity {
                certificate: certificate.to_owned(),
                key: key.to_owned(),
            })),
            (Some(_), None) => Err(self.half("client_cert", "client_key")),
            (None, Some(_)) => Err(self.half("client_key", "client_cert")),
        }
    }

    /// A fault of the HTTP client, which nothing here should make.
    pub(in crate::channels) fn unfit(&self, error: reqwest::Error) -> Fault {
        let found = error.without_url().to_string();
        self.fault("url", found, "a working HTTP client")
    }

    /// The URL as it is used, and what is unwise about it. `secret` says where credentials
    /// belong instead.
    pub(in crate::channels) fn checked_url(
        &self,
        settings: &Settings,
        egress: &Egress,
        secret: &str,
        warnings: &mut Vec<Fault>,
    ) -> Result<Url, Fault> {
        let fault = |found: &str, expected: &str| self.fault("url", found, expected);
        let url: Url = self
            .url
            .parse()
            .map_err(|_| fault("no URL", "https:// and a host"))?;
        if !url.username().is_empty() || url.password().is_some() {
            return Err(fault("credentials in the URL", secret));
        }
        let Some(host) = url.host_str() else {
            return Err(fault("no host", "https:// and a host"));
        };
        if let Some(vendor) = hosts::vendor_of(host)
            && self.vendor != Some(vendor)
        {
            let expected = format!(
                "`kind = \"{}\"`: each vendor's robots read a body of their own form and \
                 answer 200 to what they refuse",
                vendor.channel().name()
            );
            return Err(fault(&format!("a chat robot at {host}"), &expected));
        }
        if let Err(rule) = egress.foresee(&url) {
            let expected = format!("a host that [egress] lets through: {rule}");
            return Err(fault("a host or an address it does not", &expected));
        }
        match url.scheme() {
            "https" => {}
            "http" if is_this_host(&url) => {}
            "http" if settings.allow_http => {
                warnings.push(fault(
                    "a connection that anybody on its way can read",
                    "https",
                ));
            }
            "http" => return Err(fault("plain HTTP", "https, or `webhook.allow_http = true`")),
            _ => return Err(fault("another scheme", "https")),
        }
        Ok(url)
    }

    /// A fault of one key of this table.
    pub(in crate::channels) fn fault(
        &self,
        key: &str,
        found: impl Into<String>,
        expected: impl Into<String>,
    ) -> Fault {
        let key = format!("unit {}, webhook.{key}", self.unit);
        let place = match self.written {
            "" => key,
            written => format!("{written}, {key}"),
        };
        Fault::new(place, found, expected)
    }

    fn half(&self, key: &str, other: &str) -> Fault {
        self.fault(key, format!("no `{other}`"), "both, or neither")
    }
}
