//! Whom a test goes to.
//!
//! Owns reading a unit, a channel and a person's name as recipients of the directory. Refuses
//! anybody the directory does not have: a test of an address nobody is told by proves nothing.

use anyhow::bail;

use super::TestSendArgs;
use crate::cli::text::harmless;
use crate::domain::address::everybody;
use crate::domain::directory::{Directory, Unit};
use crate::domain::notice::Recipient;

/// The recipients in the order of the directory, each address once.
///
/// # Errors
/// Nobody is meant, or somebody who is not there.
pub(super) fn recipients(
    directory: &Directory,
    args: &TestSendArgs,
) -> anyhow::Result<Vec<Recipient>> {
    let mut found = match &args.unit {
        Some(name) => of_unit(directory, name, args)?,
        None => of_all(directory),
    };
    let mut seen: Vec<Recipient> = Vec::new();
    found.retain(|one| {
        let is_new = !seen.iter().any(|other| is_same(one, other));
        seen.extend(is_new.then(|| one.clone()));
        is_new
    });
    if found.is_empty() {
        bail!("units.toml has nobody to send to");
    }
    Ok(found)
}

fn of_all(directory: &Directory) -> Vec<Recipient> {
    let units = std::iter::once(directory.centre()).chain(directory.units());
    units.flat_map(everybody).collect()
}

fn of_unit(
    directory: &Directory,
    name: &str,
    args: &TestSendArgs,
) -> anyhow::Result<Vec<Recipient>> {
    let Some(unit) = directory.unit(name) else {
        bail!("there is no unit {} in units.toml", harmless(name));
    };
    let mut found = everybody(unit);
    if found.is_empty() {
        bail!(
            "{} has no person, endpoint or robot in units.toml",
            unit.name
        );
    }
    if let Some(channel) = &args.channel {
        found.retain(|one| one.channel.name() == channel);
        if found.is_empty() {
            bail!(
                "{} has no {channel} in units.toml: {}",
                unit.name,
                ways(unit)
            );
        }
    }
    if let Some(person) = &args.to {
        found.retain(|one| !one.name.is_empty() && one.name == person.trim());
        if found.is_empty() {
            bail!(
                "{} has no {} to send to: {}",
                unit.name,
                harmless(person),
                people(unit)
            );
        }
    }
    Ok(found)
}

fn is_same(one: &Recipient, other: &Recipient) -> bool {
    (one.channel, &one.address) == (other.channel, &other.address)
}

fn ways(unit: &Unit) -> String {
    let people = unit.contacts.first().map(|_| "mail");
    let endpoints = unit.endpoints.iter().map(|channel| channel.name());
    let ways: Vec<&str> = people.into_iter().chain(endpoints).collect();
    format!("it has {}", ways.join(", "))
}

fn people(unit: &Unit) -> String {
    let names = unit.contacts.iter().map(|one| one.name.as_str());
    format!("its people are {}", names.collect::<Vec<_>>().join(", "))
}
