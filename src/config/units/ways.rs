//! How a unit is reached besides mail: its system's endpoint and the robots of its groups.
//!
//! Owns `[unit.webhook]`, of which there may be several, and which keys go with which `kind`.
//! Refuses to judge what a key holds: the channels do, when they are built.

use std::fmt;
use std::ops::Range;
use std::path::PathBuf;

use serde::Deserialize;
use serde::de::value::{MapAccessDeserializer, SeqAccessDeserializer};
use serde::de::{Deserializer, MapAccess, SeqAccess, Visitor};
use toml::Spanned;

use crate::channels::robot::{Person, Robot};
use crate::channels::secret::{Secret, SecretSource};
use crate::channels::webhook::Endpoint;
use crate::config::document::Document;
use crate::domain::delivery::http::Field;
use crate::domain::delivery::robot::Vendor;
use crate::domain::notice::Channel;

/// The kind of a way that says none.
const STANDARD: &str = "standard";

/// Whatever `webhook` of a unit holds.
pub(super) enum Ways {
    /// `[unit.webhook]`.
    One(Box<WayTable>),
    /// `[[unit.webhook]]`, once or more often.
    Several(Vec<Spanned<WayTable>>),
}

/// One way.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct WayTable {
    kind: Option<Spanned<String>>,
    url: String,
    secrets: Option<Spanned<Vec<SecretSource>>>,
    secret: Option<Spanned<SecretSource>>,
    keyword: Option<Spanned<String>>,
    answer: Option<Spanned<Field>>,
    ca_file: Option<PathBuf>,
    client_cert: Option<PathBuf>,
    client_key: Option<PathBuf>,
    per_minute: Option<u32>,
}

/// Which protocol a receiver speaks.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// Standard Webhooks.
    Standard,
    /// That of a vendor's robots.
    Robot(Vendor),
    /// None that is known: nothing else about the way can be judged.
    Unknown,
}

impl<'de> Deserialize<'de> for Ways {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(OneOrSeveral)
    }
}

/// Tells one from several by the look of it: an untagged enum would lose the places of faults.
struct OneOrSeveral;

impl<'de> Visitor<'de> for OneOrSeveral {
    type Value = Ways;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[unit.webhook], or [[unit.webhook]] several times")
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Ways, A::Error> {
        WayTable::deserialize(MapAccessDeserializer::new(map)).map(|one| Ways::One(Box::new(one)))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, seq: A) -> Result<Ways, A::Error> {
        Vec::deserialize(SeqAccessDeserializer::new(seq)).map(Ways::Several)
    }
}

impl Ways {
    /// Each way with where it stands; `whole` is where all of them stand.
    pub(super) fn each(&self, whole: Range<usize>) -> Vec<(Range<usize>, &WayTable)> {
        match self {
            Self::One(way) => vec![(whole, &**way)],
            Self::Several(ways) => {
                let each = ways.iter().map(|way| (way.span(), way.get_ref()));
                each.collect()
            }
        }
    }
}

impl WayTable {
    fn kind(&self) -> Kind {
        let kind = self.kind.as_ref().map(|kind| kind.get_ref().as_str());
        let vendor = |name| {
            Vendor::ALL
                .into_iter()
                .find(|one| one.channel().name() == name)
        };
        match kind {
            None | Some(STANDARD) => Kind::Standard,
            Some(name) => vendor(name).map_or(Kind::Unknown, Kind::Robot),
        }
    }

    fn vendor(&self) -> Option<Vendor> {
        match self.kind() {
            Kind::Robot(vendor) => Some(vendor),
            Kind::Standard | Kind::Unknown => None,
        }
    }

    /// What it is to the directory.
    pub(super) fn channel(&self) -> Channel {
        self.vendor().map_or(Channel::Webhook, Vendor::channel)
    }

    /// The host of the unit's own system, if it is one; a robot's URL is a secret.
    pub(super) fn host(&self) -> Option<String> {
        let is_own = self.kind() == Kind::Standard;
        is_own.then(|| super::roster::host(&self.url)).flatten()
    }

    /// The endpoint of the unit's own system, if it is one.
    pub(super) fn endpoint(&self, unit: &str, written: String) -> Option<Endpoint> {
        if self.kind() != Kind::Standard {
            return None;
        }
        Some(Endpoint {
            unit: unit.to_owned(),
            written,
            url: self.url.clone(),
            secrets: self.secrets.as_ref()?.get_ref().clone(),
            ca_file: self.ca_file.clone(),
            client_cert: self.client_cert.clone(),
            client_key: self.client_key.clone(),
            answer: self.answer.as_ref().map(|answer| answer.get_ref().clone()),
            per_minute: self.per_minute,
        })
    }

    /// The robot of one of the unit's groups, if it is one; `people` says whom its vendor
    /// knows.
    pub(super) fn robot(
        &self,
        unit: &str,
        written: String,
        people: impl FnOnce(Vendor) -> Vec<Person>,
    ) -> Option<Robot> {
        let vendor = self.vendor()?;
        Some(Robot {
            unit: unit.to_owned(),
            written,
            vendor,
            url: Secret::new(self.url.clone()),
            secret: self.secret.as_ref().map(|one| one.get_ref().clone()),
            keyword: self.keyword.as_ref().map(|word| word.get_ref().clone()),
            ca_file: self.ca_file.clone(),
            client_cert: self.client_cert.clone(),
            client_key: self.client_key.clone(),
            per_minute: self.per_minute,
            people: people(vendor),
        })
    }

    /// Notes the keys that do not go with its kind; `place` is its own.
    pub(super) fn refuse_faults(&self, unit: &str, place: &str, document: &mut Document<'_>) {
        if self.kind() == Kind::Unknown {
            let kind = self.kind.as_ref();
            let at = document.place(kind.map(Spanned::span));
            let found = kind.map(|kind| format!("`{}`", kind.get_ref()));
            let expected = "`standard`, `wecom`, `dingtalk` or `feishu`";
            let place = format!("{at}, unit {unit}, webhook.kind");
            return document.refuse(place, found.unwrap_or_default(), expected);
        }
        let span = |key: &'static str| match key {
            "secrets" => self.secrets.as_ref().map(Spanned::span),
            "secret" => self.secret.as_ref().map(Spanned::span),
            "keyword" => self.keyword.as_ref().map(Spanned::span),
            "answer" => self.answer.as_ref().map(Spanned::span),
            _ => None,
        };
        for (key, found, expected) in self.misplaced() {
            if let Some(span) = span(key) {
                let at = document.place(Some(span));
                document.refuse(
                    format!("{at}, unit {unit}, webhook.{key}"),
                    *found,
                    *expected,
                );
            }
        }
        if self.kind() == Kind::Standard && self.secrets.is_none() {
            let place = format!("{place}, unit {unit}, webhook");
            document.refuse(place, "nothing", "the key `secrets`");
        }
    }

    /// The keys that do not go with its kind, with what to do instead.
    fn misplaced(&self) -> &'static [(&'static str, &'static str, &'static str)] {
        const SECRETS: (&str, &str, &str) = (
            "secrets",
            "the signing keys of a standard webhook",
            "for a robot at most one `secret`, as its vendor made it",
        );
        const ANSWER: (&str, &str, &str) = (
            "answer",
            "a field to read",
            "none: how a robot answers is known from its `kind`",
        );
        match self.kind() {
            Kind::Unknown => &[],
            Kind::Standard => &[
                (
                    "secret",
                    "the signing secret of a robot",
                    "`secrets = [..]`, or the `kind` of the robot",
                ),
                (
                    "keyword",
                    "the keyword of a robot",
                    "none, or the `kind` of the robot",
                ),
            ],
            Kind::Robot(Vendor::Wecom) => &[
                SECRETS,
                ANSWER,
                (
                    "secret",
                    "a signing secret",
                    "none: WeCom's robots know no signature, and the key in the URL is the secret",
                ),
            ],
            Kind::Robot(Vendor::Dingtalk | Vendor::Feishu) => &[SECRETS, ANSWER],
        }
    }
}
