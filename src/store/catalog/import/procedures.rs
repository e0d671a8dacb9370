//! Steps of the procedure that a catalogue asks for, as what they say about an item.
//!
//! Owns the names of steps, which flag each says, and yes and no under a heading. Refuses to take a
//! step that is not listed for a no, and sentences that depend on something.

use std::sync::LazyLock;

use super::vocabulary::bare;
use crate::domain::decision::Flag;
use crate::store::text::folded;

/// The steps, as data.
const STEPS: &str = include_str!("procedures.txt");

/// Yes, no, and the words around them, as data.
const MARKS: &str = include_str!("marks.txt");

/// A step of the procedure.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Step {
    /// What an item is that needs it; `None` where that says nothing.
    pub(super) flag: Option<Flag>,
    /// The articles that ask for it.
    law: &'static str,
    names: Vec<&'static str>,
}

/// What a text says about a flag.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Said {
    pub(super) flag: Flag,
    /// Yes, no, or not to be known.
    pub(super) is: Option<bool>,
    /// Why, in a few words.
    pub(super) rule: String,
}

static WORDS: LazyLock<Vec<(&str, Vec<&str>)>> = LazyLock::new(|| {
    let lines = MARKS.lines().filter(|line| !line.starts_with('#'));
    lines
        .filter_map(|line| line.split_once(':'))
        .map(|(name, words)| (name, words.split_whitespace().collect()))
        .collect()
});

static KNOWN: LazyLock<Vec<Step>> = LazyLock::new(|| {
    let lines = STEPS.lines().filter(|line| !line.starts_with('#'));
    lines
        .filter_map(|line| {
            let mut parts = line.split('|').map(str::trim);
            Some(Step {
                flag: Flag::named(parts.next()?),
                law: parts.next()?,
                names: parts.next()?.split_whitespace().collect(),
            })
        })
        .collect()
});

impl Step {
    /// The one step that `heading` asks about: `是否听证`, `专家论证`.
    pub(super) fn of_heading(heading: &str) -> Option<&'static Self> {
        let plain = folded(&bare(heading));
        let name = plain.split('(').next().unwrap_or_default();
        named(without_words(name))
    }

    /// What `text` under the step's own heading says.
    pub(super) fn said(&self, text: &str) -> Option<Said> {
        let flag = self.flag?;
        let is = yes_or_no(text)?;
        let rule = match is {
            Some(is) => self.rule(is),
            None => "neither yes nor no".to_owned(),
        };
        Some(Said { flag, is, rule })
    }

    fn rule(&self, is: bool) -> String {
        let needs = if is { "it needs" } else { "it does not need" };
        format!(
            "{needs} {}, which {} asks of such items",
            self.names[0], self.law
        )
    }
}

/// Yes or no, as `text` says it; `None` inside where it says something else, outside where nothing.
#[expect(
    clippy::option_option,
    reason = "nothing there, and nothing understood, differ"
)]
pub(super) fn yes_or_no(text: &str) -> Option<Option<bool>> {
    let text = bare(text);
    if text.is_empty() || matches!(text.as_str(), "/" | "-" | "—" | "——" | "□" | "☐") {
        return None;
    }
    Some(mark(&text))
}

fn mark(text: &str) -> Option<bool> {
    let is = |name| words(name).any(|word| word == text);
    if is("yes") {
        Some(true)
    } else if is("no") {
        Some(false)
    } else {
        None
    }
}

/// What a text that lists steps says: `公众参与、专家论证等程序`, `听证：否`.
pub(super) fn listed(text: &str) -> Vec<Said> {
    let mut found: Vec<Said> = Vec::new();
    for sentence in text.split(['；', ';', '。', '\n']) {
        let is_doubtful = is_doubtful(sentence);
        let ends = ['、', '，', ',', '和', '及', ' ', '\u{3000}', '\r', '/'];
        for clause in sentence.split(ends) {
            let said = clause_of(clause, is_doubtful);
            let said = said.filter(|said| found.iter().all(|before| before.flag != said.flag));
            found.extend(said);
        }
    }
    found
}

/// Whether something in `sentence` besides its plain answers makes it depend.
fn is_doubtful(sentence: &str) -> bool {
    let parts = sentence.split(['、', '，', ',']).map(folded);
    let mut others = parts.filter(|part| answer(part).is_none());
    others.any(|part| words("doubt").any(|word| part.contains(word)))
}

/// A step and its answer: `听证:否`.
fn answer(clause: &str) -> Option<(&'static Step, bool)> {
    let (name, answer) = clause.split_once(':')?;
    Some((named(without_words(name))?, mark(answer)?))
}

fn clause_of(clause: &str, is_doubtful: bool) -> Option<Said> {
    let clause = folded(clause);
    if let Some((step, is)) = answer(&clause) {
        let rule = step.rule(is);
        return step.flag.map(|flag| Said {
            flag,
            is: Some(is),
            rule,
        });
    }
    let step = named(without_words(&clause)).or_else(|| within(&clause))?;
    let flag = step.flag?;
    Some(if is_doubtful {
        let rule = format!("{} stands in a sentence with a condition", step.names[0]);
        let is = None;
        Said { flag, is, rule }
    } else {
        let is = Some(true);
        let rule = step.rule(true);
        Said { flag, is, rule }
    })
}

fn named(name: &str) -> Option<&'static Step> {
    KNOWN.iter().find(|step| step.names.contains(&name))
}

/// The step whose name stands among other words.
fn within(clause: &str) -> Option<&'static Step> {
    let mut steps = KNOWN.iter();
    steps.find(|step| step.names.iter().any(|name| clause.contains(name)))
}

fn without_words(text: &str) -> &str {
    let mut rest =
        text.trim_matches(|letter: char| letter.is_ascii_digit() || ".()".contains(letter));
    loop {
        let before = rest;
        for word in words("around") {
            rest = rest.strip_prefix(word).unwrap_or(rest);
            rest = rest.strip_suffix(word).unwrap_or(rest);
        }
        if rest == before {
            return rest;
        }
    }
}

fn words(name: &'static str) -> impl Iterator<Item = &'static str> {
    let lines = WORDS.iter().filter(move |(known, _)| *known == name);
    lines.flat_map(|(_, words)| words.iter().copied())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(text: &str) -> Vec<(&'static str, Option<bool>)> {
        let said = listed(text).into_iter();
        said.map(|said| (said.flag.name(), said.is)).collect()
    }

    #[test]
    fn a_list_of_steps_says_what_an_item_is_and_nothing_it_is_not() {
        let both = vec![("professional", Some(true)), ("stability_risk", Some(true))];
        for text in [
            "公众参与、专家论证、风险评估、合法性审查和集体讨论决定",
            "1.公众参与\n2.专家论证；3.社会稳定风险评估",
            "履行公开征求意见、专家论证及风险评估等程序",
            "公众参与 专家论证 风险评估",
        ] {
            assert_eq!(told(text), both, "{text}");
        }
        assert_eq!(told("公平竞争审查"), [("market_impact", Some(true))]);
        for text in [
            "",
            "否",
            "是",
            "听证：否",
            "公众参与 合法性审查 集体讨论决定",
        ] {
            assert_eq!(told(text), [], "{text}");
        }
    }

    #[test]
    fn a_condition_holds_for_all_that_its_sentence_lists() {
        for text in [
            "视情况履行公众参与、专家论证",
            "不需要专家论证",
            "专家论证（必要时）",
        ] {
            assert_eq!(told(text), [("professional", None)], "{text}");
        }
        let text = "专家论证：否，风险评估：是";
        let wanted = [
            ("professional", Some(false)),
            ("stability_risk", Some(true)),
        ];
        assert_eq!(told(text), wanted);
    }

    #[test]
    fn a_heading_that_names_one_step_is_answered_by_yes_or_no() {
        let step = |heading| Step::of_heading(heading).and_then(|step| step.flag);
        assert_eq!(step("是否需 专家\n论证（是/否）"), Some(Flag::Professional));
        assert_eq!(step("风险评估"), Some(Flag::StabilityRisk));
        assert_eq!(step("是否听证"), None);
        assert!(Step::of_heading("决策中是否需听证").is_some());
        let several = "是否需履行公众参与、风险评估等决策程序";
        assert_eq!(Step::of_heading(several), None);
        let experts = Step::of_heading("专家论证").unwrap();
        let said = |text| experts.said(text).map(|said| said.is);
        assert_eq!(said("√"), Some(Some(true)));
        assert_eq!(said("不需要"), Some(Some(false)));
        assert_eq!(said("适时"), Some(None));
        assert_eq!((said(""), said("—")), (None, None));
    }
}
