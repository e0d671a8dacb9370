//! What holds for a whole pack, in the administrator's words: label and fact, a line each.
//!
//! Owns that every setting outside the rules shows up. Refuses the rules; `rule_words`
//! has them.

use super::rule_words::manner;
use crate::domain::counting::HalfBy;
use crate::domain::pack::{Ambiguity, Audience, Ladder, Pack, Rung, TermEnd, Unsaid};

/// Every setting of `pack`; a label occurs once.
pub(super) fn facts(pack: &Pack) -> Vec<(String, String)> {
    let counting = &pack.counting;
    let readings = pack.readings;
    let single = [
        ("name", pack.name.clone()),
        ("title", pack.title.clone()),
        ("version", pack.version.clone()),
        ("valid from", pack.valid_from.to_string()),
        ("events", pack.events.join(", ")),
        ("counting.forward_days", manner(counting.forward_days)),
        (
            "counting.forward_working_days",
            manner(counting.forward_working_days),
        ),
        ("counting.backward_days", manner(counting.backward_days)),
        (
            "counting.backward_working_days",
            manner(counting.backward_working_days),
        ),
        (
            "counting.months_and_years",
            manner(counting.months_and_years),
        ),
        (
            "readings.unsaid_flag",
            unsaid(readings.unsaid_flag).to_owned(),
        ),
        ("readings.term_end", term_end(readings.term_end).to_owned()),
        (
            "readings.half_term",
            half_term(readings.half_term).to_owned(),
        ),
    ];
    let single = single
        .into_iter()
        .map(|(label, fact)| (label.to_owned(), fact));
    let systems = pack.systems.iter();
    let systems = systems.map(|system| (format!("system.{}", system.id), system.title.clone()));
    let ladders = pack.ladders.iter();
    let ladders = ladders.map(|one| (format!("ladder.{}", one.id), ladder(one)));
    let open = pack.ambiguities.iter();
    let open = open.map(|one| (format!("ambiguity.{}", one.id), ambiguity(one)));
    single.chain(systems).chain(ladders).chain(open).collect()
}

/// A ladder on one line.
pub(super) fn ladder(ladder: &Ladder) -> String {
    let mut parts = vec![format!("near {}", ladder.near)];
    parts.extend(ladder.rungs.iter().map(rung));
    if !ladder.cut_short.is_empty() {
        parts.push(format!("cut short to {}", audiences(&ladder.cut_short)));
    }
    parts.extend(ladder.then_every.map(|span| format!("then every {span}")));
    parts.join("; ")
}

fn rung(rung: &Rung) -> String {
    let later = if rung.later {
        ", on a rest day the next working day"
    } else {
        ""
    };
    format!("{} to {}{later}", rung.at, audiences(&rung.to))
}

fn audiences(audiences: &[Audience]) -> String {
    let names = audiences.iter().map(|audience| match audience {
        Audience::Contact => "contact",
        Audience::Head => "head",
        Audience::Leader => "leader",
        Audience::Centre => "centre",
        Audience::Office => "office",
    });
    names.collect::<Vec<_>>().join(", ")
}

fn ambiguity(one: &Ambiguity) -> String {
    let keys: Vec<&str> = one.settings.iter().map(|set| set.key.as_str()).collect();
    let keys = keys.join(", ");
    format!("{} {} ({keys})", one.question, one.answer)
}

const fn unsaid(unsaid: Unsaid) -> &'static str {
    match unsaid {
        Unsaid::Ask => "the duty waits and somebody is asked",
        Unsaid::Apply => "the duty applies until somebody says no",
    }
}

const fn term_end(term_end: TermEnd) -> &'static str {
    match term_end {
        TermEnd::Inclusive => "a term's last day is part of it",
        TermEnd::Exclusive => "a term ends as its last day begins",
    }
}

const fn half_term(half: HalfBy) -> &'static str {
    match half {
        HalfBy::Earlier => "the earlier half governs",
        HalfBy::Months => "half of the months governs",
        HalfBy::Days => "half of the days governs",
    }
}
