//! Every template tried on every sample, before anybody depends on it.
//!
//! Owns what a text must hold whatever its words are: the envelope word, well-formed markup,
//! a length that fits, nothing of a confidential title, no breach where the law gives no
//! number. Refuses taste: the words are the city's.

use std::collections::BTreeMap;

use minijinja::Error;
use serde::Serialize;
use serde_json::Value as Json;

use super::folder::{Own, TEMPLATES};
use super::robot::{RobotBounds, dialect};
use super::samples::{Sample, samples};
use super::{ENVELOPE, Wording, WordingError, markup, register};
use crate::domain::acknowledgement::{KEY_BYTES, Links};
use crate::domain::delivery::robot::Vendor;
use crate::domain::fault::Fault;
use crate::domain::notice::{Content, Facts};
use crate::domain::pack::Strength;
use crate::domain::shipped;

/// What is never said of a date that the law gives no number for.
const ACCUSATIONS: [&str; 3] = ["超期", "违反", "时限不足"];

/// What the name of a sheet cannot hold (Excel specifications and limits).
const SHEET_REFUSES: [char; 7] = ['[', ']', ':', '*', '?', '/', '\\'];

/// Marks of the title of `hostile` that must not come through to a chat group.
const MENTIONS: [&str; 4] = ["<at ", "@all", "<@", "](http://x"];

/// What a check found.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Report {
    /// Everything that is wrong, each once, with the first sample that shows it.
    pub faults: Vec<Fault>,
    /// How many templates were tried.
    pub templates: usize,
    /// On how many samples.
    pub samples: usize,
    /// How many texts they made.
    pub texts: usize,
}

/// A fault before its sample is named: place, what is found, what is expected.
type Finding = (String, String, String);

/// Where the texts are tried, one after the other.
struct Bench {
    /// With links by which a message is acknowledged, and without.
    wordings: [Wording; 2],
    /// A title that must not show where the decision is confidential.
    secret: String,
    found: BTreeMap<Finding, (String, usize)>,
    texts: usize,
}

/// Tries every template of `wording`, with links and without.
#[must_use]
pub fn check(wording: &Wording) -> Report {
    let samples = match samples() {
        Ok(samples) => samples,
        Err(error) => {
            let fault = Fault::new("sample.json", error.to_string(), "samples");
            return Report {
                faults: vec![fault],
                ..Report::default()
            };
        }
    };
    let mut bench = Bench::new(wording, &samples);
    for sample in &samples {
        bench.try_on(sample);
    }
    bench.try_rules();
    bench.try_register();
    Report {
        faults: bench.faults(),
        templates: TEMPLATES.len(),
        samples: samples.len(),
        texts: bench.texts,
    }
}

/// A template that does not compile, or does not fit a sample, with its line.
pub(super) fn of_error(error: &Error, own: &BTreeMap<&'static str, Own>) -> Fault {
    let error = innermost(error);
    let place = place(error.name().unwrap_or("templates"), error.line(), own);
    let detail = error.detail().map(str::to_owned);
    let detail = detail.or_else(|| expression(error, own).map(|text| format!("`{text}`")));
    let detail = detail.map(|detail| format!(": {detail}"));
    let found = format!("{}{}", error.kind(), detail.unwrap_or_default());
    Fault::new(
        place,
        found,
        "a template that fits; `duban templates show` has the built-in one",
    )
}

/// Where a fault shows. In a built-in template it comes from what the city's own hand it or
/// take from it, so these are named.
fn place(name: &str, line: Option<usize>, own: &BTreeMap<&'static str, Own>) -> String {
    let file = own.get(name).map(|own| own.path.display().to_string());
    let file = file.unwrap_or_else(|| name.to_owned());
    let at = line.map_or(file.clone(), |line| format!("{file}:{line}"));
    if own.is_empty() || own.contains_key(name) {
        return at;
    }
    let names: Vec<&str> = own.keys().copied().collect();
    format!(
        "{at} (built in, used together with your own {})",
        names.join(", ")
    )
}

/// What stands in the template where it failed.
fn expression<'t>(error: &Error, own: &'t BTreeMap<&'static str, Own>) -> Option<&'t str> {
    let name = error.name()?;
    let built_in = TEMPLATES.iter().find(|template| template.name == name);
    let source = match own.get(name) {
        Some(own) => &own.source,
        None => built_in?.source,
    };
    source.get(error.range()?)
}

/// The error that the others only pass on.
fn innermost(error: &Error) -> &Error {
    let mut error = error;
    while let Some(source) = std::error::Error::source(error)
        && let Some(source) = source.downcast_ref::<Error>()
    {
        error = source;
    }
    error
}

impl Bench {
    fn new(wording: &Wording, samples: &[Sample]) -> Self {
        let links = Links::new("https://duban.example.gov.cn", [0; KEY_BYTES]);
        let titles = samples
            .iter()
            .find_map(|sample| match &sample.message.content {
                Content::Notices { notices } => {
                    notices.iter().find_map(|facts| facts.title.clone())
                }
                Content::Digest { .. } => None,
            });
        Self {
            wordings: [Some(links), None].map(|links| wording.clone().with_links(links)),
            secret: titles.unwrap_or_default(),
            found: BTreeMap::new(),
            texts: 0,
        }
    }

    fn try_on(&mut self, sample: &Sample) {
        for wording in self.wordings.clone() {
            self.try_mail(&wording, sample);
            for vendor in Vendor::ALL {
                self.try_robot(&wording, sample, vendor);
            }
        }
    }

    fn try_mail(&mut self, wording: &Wording, sample: &Sample) {
        let (letter, layout) = match sample.message.content {
            Content::Notices { .. } => ("notices.txt", "notices.html"),
            Content::Digest { .. } => ("digest.txt", "digest.html"),
        };
        let Some(facts) = self.kept(sample, wording.values(&sample.message)) else {
            return;
        };
        for template in ["subject.txt", letter, layout] {
            let text = wording.render(template, &facts);
            let Some(text) = self.kept(sample, text) else {
                continue;
            };
            self.look(sample, template, &text);
            if template == "subject.txt" {
                self.want_envelope(sample, template, text.trim_start().starts_with(ENVELOPE));
            }
            if template == layout {
                self.look_at_html(sample, template, &text);
            }
        }
        self.try_event(wording, sample);
    }

    /// The date in the calendar file of a mail about one notice.
    fn try_event(&mut self, wording: &Wording, sample: &Sample) {
        let Content::Notices { notices } = &sample.message.content else {
            return;
        };
        let [notice] = notices.as_slice() else {
            return;
        };
        if let Some((name, said)) = self.kept(sample, wording.event(notice)) {
            self.look(sample, "event.txt", &format!("{name}\n{said}"));
            if name.trim().is_empty() {
                self.note(
                    sample,
                    "event.txt",
                    "an empty first line",
                    "the date's name",
                );
            }
        }
    }

    fn try_robot(&mut self, wording: &Wording, sample: &Sample, vendor: Vendor) {
        let said = wording.robot_parts(&sample.message, vendor, &RobotBounds::of(vendor));
        let Some((text, too_long)) = self.kept(sample, said) else {
            return;
        };
        for (template, text) in [
            (dialect(vendor), &text.body),
            ("group.text", &text.plain),
            ("group-short.text", &text.short),
            ("subject.txt", &text.title),
        ] {
            self.look(sample, template, text);
            self.want_envelope(sample, template, text.contains(ENVELOPE));
            for mention in MENTIONS
                .into_iter()
                .filter(|mention| text.contains(mention))
            {
                let found = format!("`{mention}` of a title");
                self.note(sample, template, &found, "values without `|safe`");
            }
        }
        for template in too_long {
            let found = "no item fits into the vendor's limit";
            self.note(sample, template, found, "fewer words around the items");
        }
    }

    /// The sentence of every rule that is shipped.
    fn try_rules(&mut self) {
        let Ok(pack) = shipped::pack() else {
            return;
        };
        for rule in &pack.rules {
            if let Err(error) = self.wordings[0].rule(&pack, rule) {
                self.fault_of(&rule.id.0, &error);
            }
            self.texts += 1;
        }
    }

    /// Every word of the register.
    fn try_register(&mut self) {
        let wording = self.wordings[0].clone();
        let mut words = match wording.register() {
            Ok(words) => words,
            Err(error) => return self.fault_of(register::TEMPLATE, &error),
        };
        let asked = match register::asked() {
            Ok(asked) => asked,
            Err(error) => return self.fault_of(register::TEMPLATE, &error.into()),
        };
        for (word, facts) in asked {
            self.texts += 1;
            match words.say(&word, &facts) {
                Ok(text) => self.look_at_word(&word, &facts, &text),
                Err(error) => self.fault_of(&word, &error),
            }
        }
    }

    fn look_at_word(&mut self, word: &str, facts: &Json, text: &str) {
        let mut note = |found: &str, expected: &str| {
            let place = place(register::TEMPLATE, None, &self.wordings[0].own);
            let finding = (place, format!("{word}: {found}"), expected.to_owned());
            self.count(word, finding);
        };
        let is_advice = facts["strength"] == "advisory";
        for accusation in ACCUSATIONS
            .into_iter()
            .filter(|one| is_advice && text.contains(one))
        {
            note(accusation, "words of advice: the law gives no number here");
        }
        if word == "sheet" && (text.chars().count() > 31 || text.contains(SHEET_REFUSES)) {
            note(text, "at most 31 characters, without [ ] : * ? / \\");
        }
        if text.trim().is_empty() && register::must_speak(word) {
            note("nothing", "a word");
        }
    }

    /// What every text has to hold.
    fn look(&mut self, sample: &Sample, template: &str, text: &str) {
        self.texts += 1;
        let Content::Notices { notices } = &sample.message.content else {
            return;
        };
        let is_confidential = |facts: &Facts| facts.title.is_none();
        if notices.iter().all(is_confidential) && text.contains(&self.secret) {
            self.note(sample, template, "a confidential title", "the number only");
        }
        if notices
            .iter()
            .all(|facts| facts.strength == Strength::Advisory)
        {
            for word in ACCUSATIONS.into_iter().filter(|word| text.contains(word)) {
                let expected = "words of advice: the law gives no number here";
                self.note(sample, template, word, expected);
            }
        }
    }

    fn look_at_html(&mut self, sample: &Sample, template: &str, text: &str) {
        if let Some(fault) = markup::first_fault(text) {
            self.note(sample, template, &fault, "well-formed HTML");
        }
        if text.contains("<script") {
            let found = "`<script>` of a title";
            self.note(sample, template, found, "values without `|safe`");
        }
    }

    fn want_envelope(&mut self, sample: &Sample, template: &str, is_there: bool) {
        if !is_there {
            let expected = format!("{ENVELOPE}: a robot guarded by it drops what lacks it");
            self.note(sample, template, "no envelope word", &expected);
        }
    }

    /// The value, or its error among the faults.
    fn kept<T, E: Into<WordingError>>(&mut self, sample: &Sample, made: Result<T, E>) -> Option<T> {
        match made {
            Ok(made) => Some(made),
            Err(error) => {
                self.fault_of(&sample.name, &error.into());
                None
            }
        }
    }

    fn fault_of(&mut self, sample: &str, error: &WordingError) {
        let fault = match error {
            WordingError::Template(error) => of_error(error, &self.wordings[0].own),
            WordingError::Facts(error) => Fault::new("facts", error.to_string(), "facts"),
        };
        self.count(sample, (fault.place, fault.found, fault.expected));
    }

    fn note(&mut self, sample: &Sample, template: &str, found: &str, expected: &str) {
        let place = place(template, None, &self.wordings[0].own);
        let finding = (place, found.to_owned(), expected.to_owned());
        self.count(&sample.name, finding);
    }

    fn count(&mut self, sample: &str, finding: Finding) {
        let (_, count) = self
            .found
            .entry(finding)
            .or_insert_with(|| (sample.to_owned(), 0));
        *count += 1;
    }

    /// Each finding once, with the first sample that shows it.
    fn faults(&self) -> Vec<Fault> {
        let faults = self
            .found
            .iter()
            .map(|((place, found, expected), (sample, count))| {
                let others = match count {
                    1 => String::new(),
                    count => format!(", {count} times in all"),
                };
                Fault::new(
                    place.clone(),
                    format!("{found} (sample {sample}{others})"),
                    expected.clone(),
                )
            });
        faults.collect()
    }
}
