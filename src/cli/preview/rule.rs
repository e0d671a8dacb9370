//! A rule's notice: about the first duty under it that has a date, or about one made up.
//!
//! Owns looking through the catalogue for that duty. Refuses to make up a decision where one
//! was named.

use anyhow::bail;
use chrono::NaiveDate;

use super::PreviewArgs;
use crate::cli::library::Books;
use crate::cli::text::harmless;
use crate::domain::address::Draft;
use crate::domain::decision::{Decision, DecisionId};
use crate::domain::notice::Kind;
use crate::domain::obligation::Obligation;
use crate::domain::pack::Rule;
use crate::domain::rules::obligations;
use crate::domain::specimen::{self, Wanted, Words};
use crate::jobs::plan::PAGE;

/// The notices, and where they come from, for people.
///
/// # Errors
/// The named decision has no date under the rule, or none can be made up; the catalogue.
pub(super) fn drafts(
    books: &Books,
    args: &PreviewArgs,
    rule: &Rule,
    today: NaiveDate,
) -> anyhow::Result<(Vec<Draft>, &'static str)> {
    let look = Look {
        books,
        rule,
        kind: args.kind,
        words: Words::shipped()?,
        today,
    };
    if let Some(id) = &args.decision {
        let Some(decision) = books.catalog()?.read(&DecisionId(id.clone()))?.decision else {
            bail!("there is no decision {}", harmless(id));
        };
        let Some(drafts) = look.of(&decision) else {
            let rule = &rule.id;
            bail!("{id} has no date under {rule}: `duban why {id} {rule}` says why");
        };
        return Ok((drafts, "a sample of what is or would be said"));
    }
    if let Some(drafts) = look.in_catalogue()? {
        return Ok((drafts, "a sample of what is or would be said"));
    }
    let library = books.library.books();
    let made_up = specimen::made_up(rule, args.kind, &look.words, library, today);
    let Some(drafts) = made_up else {
        bail!(
            "no decision of the catalogue has a date under {}, and none can be made up",
            rule.id
        );
    };
    Ok((drafts, "a sample about a decision that is made up"))
}

/// What a rule's ladder does not say.
pub(super) fn never_says(rule: &Rule, kind: Option<Kind>) -> String {
    match kind {
        Some(kind) => format!(
            "the ladder of {} has no rung that says {}",
            rule.id,
            kind.name()
        ),
        None => format!("{} tells nobody anything", rule.id),
    }
}

/// What is looked for.
struct Look<'a> {
    books: &'a Books,
    rule: &'a Rule,
    kind: Option<Kind>,
    words: Words,
    today: NaiveDate,
}

impl Look<'_> {
    /// Page by page, up to the first decision with a date under the rule.
    fn in_catalogue(&self) -> anyhow::Result<Option<Vec<Draft>>> {
        if self.books.config.catalog.as_os_str().is_empty() {
            return Ok(None);
        }
        let catalog = self.books.catalog()?;
        let mut after = None;
        loop {
            let page = catalog.page(after.as_ref(), PAGE)?;
            let decisions = page.readings.into_iter().filter_map(|one| one.decision);
            for decision in decisions {
                if let Some(drafts) = self.of(&decision) {
                    return Ok(Some(drafts));
                }
            }
            after = page.next;
            if after.is_none() {
                return Ok(None);
            }
        }
    }

    /// The notices about `decision`, if it has a date under the rule.
    fn of(&self, decision: &Decision) -> Option<Vec<Draft>> {
        let library = &self.books.library;
        let derived = obligations(decision, &library.pack, &library.calendar);
        let is_it = |one: &&_| is_dated(one, self.rule);
        let wanted = Wanted {
            obligation: derived.iter().find(is_it)?,
            decision,
            kind: self.kind,
            words: &self.words,
            today: self.today,
        };
        Some(specimen::notices(&wanted, library.books()))
    }
}

fn is_dated(one: &Obligation<'_>, rule: &Rule) -> bool {
    one.rule.id == rule.id && one.dates.is_some()
}
