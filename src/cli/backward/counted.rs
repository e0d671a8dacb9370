//! How each day was counted: `backward --explain`.
//!
//! Owns the lines below the table. Refuses to leave a bound out because another governs.

use std::io::{self, Write};

use super::super::table::{Ink, Screen};
use super::super::text::harmless;
use super::super::trail::{self, date};
use super::sheet::{Sheet, asked, condition, force, rules, sign};
use crate::domain::backward::{Bound, Kind, Latest};

impl Sheet<'_> {
    /// A step with every bound, the governing one first.
    pub(super) fn write_step(
        &self,
        out: &mut dyn Write,
        step: &Latest<'_>,
        screen: Screen,
    ) -> io::Result<()> {
        writeln!(out)?;
        writeln!(out, "{}", Ink::Bold.paint(&harmless(&step.event), screen))?;
        for (place, bound) in step.bounds.iter().enumerate() {
            let label = if place == 0 { "latest" } else { "also" };
            let line = format!(
                "{label:<10} {}{} by {}, {}: {}",
                date(bound.on),
                sign(bound),
                rules(bound),
                force(bound),
                bound.rule.title
            );
            writeln!(out, "  {}", harmless(&line))?;
            for (label, text) in self.facts(bound) {
                writeln!(out, "    {label:<10} {}", harmless(&text))?;
            }
            for line in trail::lines(&bound.trail) {
                writeln!(out, "    {}", harmless(&line))?;
            }
        }
        Ok(())
    }

    fn facts(&self, bound: &Bound<'_>) -> Vec<(&'static str, String)> {
        let mut facts = Vec::new();
        for one in bound.cited.iter().flat_map(|rule| &rule.basis) {
            let title = self.pack.system_title(&one.system);
            facts.push(("basis", format!("《{title}》 Art. {}", one.article)));
        }
        facts.push((relation(bound.kind), later(bound)));
        if bound.path.len() > 1 {
            facts.push(("way", bound.path.join(" ← ")));
        }
        if !self.calendar.is_working(bound.on) {
            let before = self.calendar.working_on_or_before(bound.on);
            facts.push((
                "rest day",
                format!("the last working day up to it is {}", date(before)),
            ));
        }
        if bound.lenient_on != bound.on {
            let lenient = format!("{}, the lenient reading", date(bound.lenient_on));
            facts.push(("at most", lenient));
        }
        if !bound.one_of.is_empty() {
            facts.push(("or", bound.one_of.join(", ")));
        }
        if let Some(kind) = &bound.only_if {
            facts.push(("only if", format!("{kind} is recorded")));
        }
        if !bound.unsaid.is_empty() {
            facts.push(("missing", asked(&bound.unsaid)));
        }
        facts
    }
}

const fn relation(kind: Kind) -> &'static str {
    match kind {
        Kind::Before => "before",
        Kind::Window => "open until",
        Kind::LeavesTime => "so that",
    }
}

fn later(bound: &Bound<'_>) -> String {
    let (step, on) = &bound.target;
    match bound.kind {
        Kind::Before | Kind::Window => format!("{step}, {}", date(*on)),
        Kind::LeavesTime => format!(
            "the whole time ends by {step}, {}{}",
            date(*on),
            condition(bound)
        ),
    }
}
