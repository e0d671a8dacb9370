//! What may be typed after `units`, and how the help teaches it.
//!
//! Owns the arguments. Refuses to act.

use std::path::PathBuf;

use clap::{Args, Subcommand};

/// `units …`.
#[derive(Debug, Subcommand)]
pub enum UnitsCommand {
    /// Show units, their names, people and ways, and how often the catalogue names each.
    #[command(
        after_help = "Examples:\n  duban units show\n  duban units show 住建\n  duban units show --json | jq '.[] | select(.people == [])'\n\nNumbers are masked; ids of people in chat groups, URLs of robots and secrets are not shown."
    )]
    Show(ShowArgs),
    /// Find everything that can be known wrong about the directory; 78 if there is anything.
    #[command(after_help = CHECK_EXAMPLES)]
    Check(CheckArgs),
    /// Give a unit another name, as catalogues write it, or take one away.
    #[command(
        after_help = "Examples:\n  duban units alias 市住建局 市住房和城乡建设局\n  duban units alias 市住建局 住建 --dry-run\n  duban units alias --remove 市住建局\n\nThe unit may be named by any name it has. A name that leads to another unit is refused. Of\nunits.toml nothing else changes; comments and order stay."
    )]
    Alias(AliasArgs),
    /// Read units and people from a table, showing first what changes.
    #[command(after_help = IMPORT_EXAMPLES)]
    Import(ImportArgs),
    /// Write units and people as a table that can be edited and imported again.
    #[command(
        after_help = "Examples:\n  duban units export 名录.csv\n  duban units export 名录.xlsx\n\nAddresses and numbers stand in it in full: only its owner may read the file. Endpoints, robots\nand secrets are not in it. Imported unchanged it changes nothing."
    )]
    Export {
        /// The file to make, `.csv` or `.xlsx`; it must not be there yet.
        file: PathBuf,
    },
}

const CHECK_EXAMPLES: &str = "\
Examples:
  duban units check
  duban units check --ask
  duban units check --json | jq '.faults'

Wrong (78): faults of units.toml, units that the catalogue names and nobody knows, addresses that
cannot be right, and units that are needed and that nothing reaches. Warnings (!): people whom a
ladder calls and who are missing, one address in several units, names that are nearly alike.
Remarks (·): names that nobody uses.

--ask asks for each unknown name which unit is meant and notes the answer in units.toml, where
`duban units alias --remove NAME` takes it back.";

const IMPORT_EXAMPLES: &str = "\
Examples:
  duban units import 名录.csv --dry-run
  duban units import 名录.csv --replace 市住建局

Headings: 单位, 简称, 角色 (联络员, 负责人, 分管领导), 姓名, 邮箱, 手机, 企业微信, 钉钉, 飞书, and their usual
synonyms, in any order; a unit has a row for each of its people. `duban units export` writes such
a table. Without 角色 all are contacts. People are known again by unit, role and name. An empty
cell, or a person who is not in the table, changes nothing, unless --replace names the unit.";

/// `units show`.
#[derive(Debug, Args)]
pub struct ShowArgs {
    /// A name of the unit, or a part of one; all units without it.
    pub name: Option<String>,
    /// Answer in JSON.
    #[arg(long)]
    pub json: bool,
}

/// `units check`.
#[derive(Debug, Args)]
pub struct CheckArgs {
    /// Ask for each name that nobody knows which unit is meant, and note it.
    #[arg(long, conflicts_with = "json")]
    pub ask: bool,
    /// Answer in JSON.
    #[arg(long)]
    pub json: bool,
}

/// `units alias`.
#[derive(Debug, Args)]
pub struct AliasArgs {
    /// The name as catalogues write it.
    pub name: String,
    /// The unit it leads to, by a name it has.
    #[arg(required_unless_present = "remove", conflicts_with = "remove")]
    pub unit: Option<String>,
    /// Take the name away from its unit.
    #[arg(long)]
    pub remove: bool,
    /// Show what would change, writing nothing.
    #[arg(long)]
    pub dry_run: bool,
}

/// `units import`.
#[derive(Debug, Args)]
pub struct ImportArgs {
    /// The table: CSV, or whatever else `duban catalog import` reads.
    pub file: PathBuf,
    /// Take away what the table does not have of this unit; may be given several times.
    #[arg(long, value_name = "UNIT")]
    pub replace: Vec<String>,
    /// Show what would change, writing nothing.
    #[arg(long, conflicts_with = "yes")]
    pub dry_run: bool,
    /// Write without asking.
    #[arg(long)]
    pub yes: bool,
    /// Answer in JSON.
    #[arg(long)]
    pub json: bool,
}
