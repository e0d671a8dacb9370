//! The pages by which notices are acknowledged, as far as the settings show them.
//!
//! Owns what a check says of `[web]`. Refuses to listen, and to make the key.

use std::path::Path;

use super::{Config, Report};
use crate::channels::secret::SecretSource;

/// Looks at `[web]`.
pub(super) fn look_at(config: &Config, credentials: Option<&Path>, report: &mut Report) {
    let Some(web) = &config.web else {
        let found =
            "no pages: units acknowledge by telling the centre, which records it (`duban ack`)";
        return report.fact("web", found);
    };
    let found = format!(
        "pages on {}, opened by {}; a proxy that speaks TLS belongs in front",
        web.listen, web.base_url
    );
    report.fact("web", found);
    report.warnings.extend(web.doubts());
    match &web.key {
        SecretSource::File(path) if web.is_own_key && !path.exists() => {
            return report.fact(web.key_place(), "no key of the links yet; `run` makes it");
        }
        // By hand nobody sees the service's credentials: that is no fault of theirs.
        SecretSource::Credential(_) if credentials.is_none() => {
            let expected = "`check` as the service itself sees it; by hand it is not shown";
            return report.warn(&web.key_place(), "no credentials from systemd", expected);
        }
        SecretSource::File(_) | SecretSource::Credential(_) => {}
    }
    match web.links(credentials) {
        Ok((_, warning)) => {
            report.fact(web.key_place(), "the key of the links");
            report.warnings.extend(warning);
        }
        Err(fault) => report.faults.push(fault),
    }
}
