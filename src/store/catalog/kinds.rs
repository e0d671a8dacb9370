//! The event kinds this city knows: the contract's and its pack's.
//!
//! Owns the answer "is this kind known, and what was probably meant". Refuses to
//! drop an event for its kind.

use std::collections::BTreeSet;

use crate::domain::decision::{EVENT_KINDS, is_known_kind};
use crate::domain::naming;
use crate::domain::spelling::edits;

/// The contract's kinds and those that the rule pack adds.
#[derive(Debug, Clone, Default)]
pub(super) struct Kinds {
    added: BTreeSet<String>,
}

impl Kinds {
    /// Adds the kinds that only the pack knows.
    pub(super) fn add(&mut self, kinds: impl IntoIterator<Item = String>) {
        self.added.extend(kinds);
    }

    /// Whether `kind` is known.
    pub(super) fn know(&self, kind: &str) -> bool {
        is_known_kind(kind) || self.added.contains(kind)
    }

    /// What should stand where an unknown `kind` stands.
    pub(super) fn expected(&self, kind: &str) -> String {
        let added = self.added.iter().map(String::as_str);
        // A name in Chinese is no slip of the pen in a key.
        if !kind.is_ascii() {
            let known: Vec<&str> = EVENT_KINDS.iter().copied().chain(added).collect();
            let near = naming::near(kind, &known);
            let near: Vec<&str> = near.into_iter().map(naming::name_of).collect();
            return match near.as_slice() {
                [] => "a known kind of event; `duban event kinds` has them".to_owned(),
                near => format!("a known kind of event, such as {}", near.join(" or ")),
            };
        }
        let nearest = EVENT_KINDS
            .iter()
            .copied()
            .chain(added)
            .min_by_key(|known| edits(kind, known));
        match nearest {
            Some(nearest) => format!("a known kind of event, such as `{nearest}`"),
            None => "a known kind of event".to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_of_the_pen_finds_its_kind() {
        let kinds = Kinds::default();
        assert!(kinds.expected("coment_opend").contains("`comment_opened`"));
        assert!(
            kinds
                .expected("hearing_reply")
                .contains("`hearing_replied`")
        );
    }

    #[test]
    fn a_kind_of_the_pack_is_known() {
        let mut kinds = Kinds::default();
        kinds.add(["trial_run".to_owned()]);
        assert!(kinds.know("trial_run") && !kinds.know("trial"));
    }
}
