//! The two files of the administrator: what they say, and what is told when they are wrong.

mod check;
mod delivery;
mod schedule;
mod settings;
mod units;
mod ways;

use std::fs;

use duban::config::Config;
use tempfile::TempDir;

pub(crate) const DUBAN_TOML: &str = include_str!("../../../config/duban.toml");
pub(crate) const UNITS_TOML: &str = include_str!("../../../config/units.toml");
pub(crate) const CENTRE: &str =
    "[centre]\nname = \"中心\"\n[[centre.contact]]\nname = \"甲\"\nemail = \"a@b.cn\"\n";

pub(crate) fn folder(duban: &str, units: &str) -> TempDir {
    let folder = TempDir::new().unwrap();
    fs::write(folder.path().join("duban.toml"), duban).unwrap();
    fs::write(folder.path().join("units.toml"), units).unwrap();
    folder
}

pub(crate) fn load(duban: &str, units: &str) -> Result<Config, Vec<String>> {
    let folder = folder(duban, units);
    let prefix = format!("{}/", folder.path().display());
    Config::load(&folder.path().join("duban.toml")).map_err(|faults| {
        let shown = faults.iter().map(ToString::to_string);
        shown.map(|fault| fault.replace(&prefix, "")).collect()
    })
}
