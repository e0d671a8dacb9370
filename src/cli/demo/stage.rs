//! The demo's folder: databases, mail, bodies, and the configuration to look into them.
//!
//! Owns which file lies where and how the sample gets into the catalogue. Refuses a
//! folder that holds something already.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest as _, Sha256};

use super::script::{self, Entry, Script};
use crate::channels::robot::Robot;
use crate::channels::secret::SecretSource;
use crate::cli::outcome::faulty;
use crate::config::Units;
use crate::store::catalog::{self, Defaults, Editor};

/// What lets `due`, `why` and `notices` look into the demo afterwards.
const CONFIG: &str = "\
[catalog]
file = \"catalog.db\"

[ledger]
file = \"ledger.db\"

[directory]
file = \"units.toml\"

[mail]
transport = \"file\"
from = \"市督查指挥中心 <duban@example.gov.cn>\"
folder = \"mail\"
";

/// Where everything of the demo lies.
pub(super) struct Stage {
    /// The folder.
    pub(super) folder: PathBuf,
}

impl Stage {
    /// Makes the folder, with an empty catalogue that has the sample's decisions.
    pub(super) fn set(folder: Option<&Path>) -> anyhow::Result<Self> {
        let folder = folder.map_or_else(usual_folder, Path::to_owned);
        let stage = Self { folder };
        for folder in [
            stage.folder.clone(),
            stage.mail(),
            stage.bodies(),
            stage.groups(),
            stage.at("secrets"),
        ] {
            let doing = || format!("failed to make {}", folder.display());
            let is_new = !folder.exists() || fs::read_dir(&folder)?.next().is_none();
            if !is_new && folder == stage.folder {
                bail!(
                    "{} is not empty: name another folder with --dir",
                    folder.display()
                );
            }
            fs::create_dir_all(&folder).with_context(doing)?;
        }
        stage.write("units.toml", script::UNITS)?;
        stage.write("duban.toml", CONFIG)?;
        catalog::init(&stage.catalog())?;
        stage.import("decisions.csv", script::DECISIONS)?;
        Ok(stage)
    }

    /// The catalogue.
    pub(super) fn catalog(&self) -> PathBuf {
        self.at("catalog.db")
    }

    /// The ledger.
    pub(super) fn ledger(&self) -> PathBuf {
        self.at("ledger.db")
    }

    /// Where mail is written to.
    pub(super) fn mail(&self) -> PathBuf {
        self.at("mail")
    }

    /// Where the receiver keeps the bodies it accepts.
    pub(super) fn bodies(&self) -> PathBuf {
        self.at("bodies")
    }

    /// Where the robots of chat groups keep what was said to them.
    pub(super) fn groups(&self) -> PathBuf {
        self.at("groups")
    }

    /// The settings to look into the demo with.
    pub(super) fn config(&self) -> PathBuf {
        self.at("duban.toml")
    }

    /// Records `entries` in the catalogue, as an administrator's import would.
    pub(super) fn record(&self, script: &Script, entries: &[Entry]) -> anyhow::Result<()> {
        if entries.is_empty() {
            return Ok(());
        }
        self.import("events.csv", &script.sheet(entries))
    }

    /// The sample's units, with a secret made for each endpoint and robot that has one.
    pub(super) fn units(&self) -> anyhow::Result<Units> {
        let units = Units::read(&self.at("units.toml"), script::UNITS);
        let units = units.map_err(faulty)?;
        for endpoint in &units.endpoints {
            for source in &endpoint.secrets {
                if let SecretSource::File(path) = source {
                    let secret = format!("whsec_{}", STANDARD.encode(key(&endpoint.unit)));
                    write_private(path, &secret)?;
                }
            }
        }
        for robot in &units.robots {
            if let Some(SecretSource::File(path)) = &robot.secret {
                write_private(path, &secret(robot))?;
            }
        }
        Ok(units)
    }

    fn import(&self, name: &str, sheet: &str) -> anyhow::Result<()> {
        let file = self.write(name, sheet)?;
        let plan = Editor::open(&self.catalog())?.import(&file, &Defaults::default(), false)?;
        if let Some(fault) = plan.faults.first() {
            bail!("the sample is not sound: {fault}");
        }
        fs::remove_file(file)?;
        Ok(())
    }

    fn write(&self, name: &str, text: &str) -> anyhow::Result<PathBuf> {
        let path = self.at(name);
        fs::write(&path, text).with_context(|| format!("failed to write {}", path.display()))?;
        Ok(path)
    }

    fn at(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }
}

/// The signing key of a unit's endpoint. It is no secret: it only travels to the demo's
/// own receiver, over loopback.
pub(super) fn key(unit: &str) -> Vec<u8> {
    Sha256::digest(unit.as_bytes()).to_vec()
}

/// What a robot's posts are signed with; no secret either.
pub(super) fn secret(robot: &Robot) -> String {
    let key = STANDARD.encode(key(&format!("{}{:?}", robot.unit, robot.vendor)));
    format!("SEC{key}")
}

fn write_private(path: &Path, text: &str) -> std::io::Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    fs::write(path, text)?;
    fs::set_permissions(path, fs::Permissions::from_mode(0o600))
}

fn usual_folder() -> PathBuf {
    std::env::temp_dir().join(format!("duban-demo-{}", std::process::id()))
}
