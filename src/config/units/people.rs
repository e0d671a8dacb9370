//! The people of a unit: who they are to it, and how each is found.
//!
//! Owns one `[[unit.contact]]` and its faults. Refuses to repeat in a fault what the vendors
//! of chat groups know a person by, and to hand it to the directory: only a robot needs it.

use lettre::Address;
use serde::Deserialize;
use toml::Spanned;

use crate::channels::robot::{Handle, Person};
use crate::channels::secret::Secret;
use crate::config::document::Document;
use crate::domain::delivery::robot::Vendor;
use crate::domain::directory::Contact;
use crate::domain::pack::Audience;

use super::roster::Person as Listed;

/// The vendors' ids of users have no more characters (WeCom 通讯录管理 "userid": 1 to 64 bytes).
const MAX_ID_BYTES: usize = 64;

/// One `[[unit.contact]]`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ContactTable {
    #[serde(default)]
    audience: ContactAudience,
    name: Spanned<String>,
    email: Option<Spanned<String>>,
    mobile: Option<Spanned<String>>,
    wecom: Option<Spanned<String>>,
    dingtalk: Option<Spanned<String>>,
    feishu: Option<Spanned<String>>,
}

/// What a person can be to a unit.
#[derive(Deserialize, Default, Clone, Copy)]
#[serde(rename_all = "snake_case")]
enum ContactAudience {
    #[default]
    Contact,
    Head,
    Leader,
}

impl ContactAudience {
    const fn audience(self) -> Audience {
        match self {
            Self::Contact => Audience::Contact,
            Self::Head => Audience::Head,
            Self::Leader => Audience::Leader,
        }
    }
}

impl ContactTable {
    /// The person as the directory knows it, which has whoever can be written to; whom only a
    /// robot can call, only the robot has.
    pub(super) fn contact(self) -> Option<Contact> {
        Some(Contact {
            audience: self.audience.audience(),
            name: self.name.into_inner(),
            email: self.email?.into_inner(),
        })
    }

    /// The person as the file has them.
    pub(super) fn listed(&self, document: &Document<'_>) -> Listed {
        let secret = |id: &Option<Spanned<String>>| {
            let id = id.as_ref().map(|id| id.get_ref().clone());
            id.map(Secret::new)
        };
        Listed {
            place: document.place(Some(self.name.span())),
            audience: self.audience.audience(),
            name: self.name.get_ref().clone(),
            email: self.email.as_ref().map(|email| email.get_ref().clone()),
            mobile: secret(&self.mobile),
            wecom: secret(&self.wecom),
            dingtalk: secret(&self.dingtalk),
            feishu: secret(&self.feishu),
        }
    }

    /// The person as the robot of that vendor knows it. An id of the vendor's own comes before
    /// the mobile number, which Feishu's robots do not take.
    pub(super) fn person(&self, vendor: Vendor) -> Person {
        let (own, takes_mobiles) = match vendor {
            Vendor::Wecom => (&self.wecom, true),
            Vendor::Dingtalk => (&self.dingtalk, true),
            Vendor::Feishu => (&self.feishu, false),
        };
        let own = own.as_ref().map(|id| id.get_ref().clone());
        let mobile = self.mobile.as_ref().filter(|_| takes_mobiles);
        let mobile = mobile.and_then(|number| mobile_of(number.get_ref()));
        let handle = own.map(|id| Handle::User(Secret::new(id)));
        Person {
            audience: self.audience.audience(),
            handle: handle.or_else(|| mobile.map(|number| Handle::Mobile(Secret::new(number)))),
        }
    }

    /// Notes everything that is wrong with it in a unit with robots of these vendors.
    pub(super) fn refuse_faults(&self, robots: &[Vendor], document: &mut Document<'_>) {
        let is_called = |vendor: &Vendor| self.person(*vendor).handle.is_some();
        match &self.email {
            Some(email) => {
                if let Err(error) = email.get_ref().parse::<Address>() {
                    let place = document.place(Some(email.span()));
                    let found = if is_a_number(email.get_ref()) {
                        NOT_REPEATED.to_owned()
                    } else {
                        format!("\"{}\" ({error})", email.get_ref())
                    };
                    document.refuse(place, found, "an e-mail address, alone and without a name");
                }
            }
            None if robots.iter().any(is_called) => {}
            None => {
                let place = document.place(Some(self.name.span()));
                let found = "a person without the key `email`";
                let expected = "an address, or what a robot of the unit calls the person by";
                document.refuse(format!("{place}, unit.contact"), found, expected);
            }
        }
        let values = [
            (&self.mobile, "mobile"),
            (&self.wecom, "wecom"),
            (&self.dingtalk, "dingtalk"),
            (&self.feishu, "feishu"),
        ];
        for (value, key) in values {
            if let Some(value) = value
                && let Some(expected) = unfit(key, value.get_ref())
            {
                let place = document.place(Some(value.span()));
                let found = "something else, which is not repeated here";
                document.refuse(format!("{place}, unit.contact.{key}"), found, expected);
            }
        }
    }
}

/// What is said of a person's number that stands where none belongs.
pub(super) const NOT_REPEATED: &str = "a number, which is not repeated here";

/// Whether `text` has as many digits as a telephone number, seven without the area's, and is no
/// address.
pub(super) fn is_a_number(text: &str) -> bool {
    !text.contains('@') && text.chars().filter(|c| c.is_numeric()).count() >= 7
}

/// What `text` should be to stand under that key of a person, where it is not that; addresses
/// have more to say and are the mail library's.
pub(super) fn unfit(key: &str, text: &str) -> Option<&'static str> {
    let (is_sound, expected) = match key {
        "mobile" => (
            mobile_of(text).is_some(),
            "11 digits, the first 1 and the second 3 to 9; +86 may stand in front",
        ),
        "feishu" => (
            is_open_id(text),
            "the open_id of one user: `ou_` and letters and digits",
        ),
        _ => (
            is_user(text),
            "the id of one user there: up to 64 letters, digits and . _ - @, not `all`",
        ),
    };
    (!is_sound).then_some(expected)
}

/// The eleven digits of a mainland mobile number (工信部 号段: 13 to 19).
fn mobile_of(text: &str) -> Option<String> {
    let number = text.trim();
    let number = number.strip_prefix("+86").map_or(number, str::trim_start);
    let is_mobile = number.len() == 11
        && number.bytes().all(|byte| byte.is_ascii_digit())
        && number.starts_with('1')
        && number[1..] >= *"3";
    is_mobile.then(|| number.to_owned())
}

/// Whether it names one user: `all` and `@all` would call everybody.
fn is_user(id: &str) -> bool {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-' | '@');
    (1..=MAX_ID_BYTES).contains(&id.len())
        && id.starts_with(|c: char| c.is_ascii_alphanumeric())
        && id.chars().all(is_plain)
        && !id.eq_ignore_ascii_case("all")
}

fn is_open_id(id: &str) -> bool {
    let own = id.strip_prefix("ou_").unwrap_or_default();
    (1..=MAX_ID_BYTES).contains(&own.len()) && own.chars().all(|c| c.is_ascii_alphanumeric())
}
