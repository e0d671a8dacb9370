//! Whom a robot calls.
//!
//! Owns finding the people a message speaks to among those of the unit. Refuses to call
//! anybody else, or everybody.

use crate::channels::secret::Secret;
use crate::domain::notice::{Content, Message};
use crate::domain::pack::Audience;

/// Somebody of the unit, as the vendor knows them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    /// What the person is to the unit.
    pub audience: Audience,
    /// By what the vendor knows the person, where anybody has said.
    pub handle: Option<Handle>,
}

/// By what a person is called; never shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Handle {
    /// The vendor's own id of a user.
    User(Secret),
    /// A mobile number.
    Mobile(Secret),
}

impl Handle {
    /// What it is.
    pub(super) fn expose(&self) -> &str {
        match self {
            Self::User(secret) | Self::Mobile(secret) => secret.expose(),
        }
    }
}

/// Whom `message` calls among `people`, in their order. As by mail, an audience nobody fills
/// falls to the unit's contact.
pub(super) fn called<'p>(message: &Message, people: &'p [Person]) -> Vec<&'p Handle> {
    let notices = match &message.content {
        Content::Notices { notices } => notices.as_slice(),
        Content::Digest { .. } => &[],
    };
    let is_filled = |audience| people.iter().any(|person| person.audience == audience);
    let of_unit = |one: &Audience| !matches!(one, Audience::Centre | Audience::Office);
    let asked = notices.iter().flat_map(|facts| facts.calls.iter().copied());
    let audiences: Vec<Audience> = asked
        .filter(of_unit)
        .map(|one| {
            if is_filled(one) {
                one
            } else {
                Audience::Contact
            }
        })
        .collect();
    let called = people
        .iter()
        .filter(|person| audiences.contains(&person.audience));
    let mut handles: Vec<&Handle> = Vec::new();
    for handle in called.filter_map(|person| person.handle.as_ref()) {
        if !handles.contains(&handle) {
            handles.push(handle);
        }
    }
    handles
}
