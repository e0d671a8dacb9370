//! A city of twenty units with one person each, and a decision planned for today in each.

use std::fs;
use std::path::{Path, PathBuf};

use duban::clock::Clock;
use duban::store::catalog;
use rusqlite::{Connection, OpenFlags};
use tempfile::TempDir;

use crate::postfix::Postfix;

/// Units, people, decisions.
pub(crate) const ALL: usize = 20;

/// The one whose address the relay does not know.
pub(crate) const UNKNOWN: usize = 7;

/// The administrator's files and the two databases.
pub(crate) struct City {
    folder: TempDir,
    pub(crate) day: String,
}

impl City {
    /// A city that lives on that day.
    pub(crate) fn on(day: &str, postfix: &Postfix) -> Self {
        let folder = tempfile::tempdir().unwrap();
        settings(folder.path(), postfix);
        fs::write(folder.path().join("units.toml"), units()).unwrap();
        catalogue(&folder.path().join("catalog.db"), day);
        Self {
            folder,
            day: day.to_owned(),
        }
    }

    /// A city on the day it is, where mail may go out at any hour and again after a minute.
    pub(crate) fn today(postfix: &Postfix) -> Self {
        let city = Self::on(&Clock::System.today().to_string(), postfix);
        let file = city.folder.path().join("duban.toml");
        let settings = fs::read_to_string(&file).unwrap();
        let hours = "[schedule]\nsend_from = \"00:00\"\nsend_until = \"23:59\"\n";
        let settings = settings.replace("[1, 5]", "[1]");
        fs::write(file, format!("{hours}{settings}")).unwrap();
        city
    }

    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    pub(crate) fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(crate) fn address(n: usize) -> String {
        format!("unit{n}@example.gov.cn")
    }

    pub(crate) fn mailbox(n: usize) -> String {
        format!("unit{n}")
    }

    pub(crate) fn decision(n: usize) -> String {
        format!("2026-{:03}", n + 1)
    }

    /// How many of the twenty's messages are in that state.
    pub(crate) fn noticed(&self, state: &str) -> usize {
        let count = format!(
            "select count(*) from message where state = '{state}'
             and json_extract(recipient, '$.address') like 'unit%'"
        );
        let count: i64 = self.look().query_row(&count, [], |row| row.get(0)).unwrap();
        usize::try_from(count).unwrap()
    }

    /// What was last said to the one who is unknown.
    pub(crate) fn last_word(&self) -> String {
        self.word("state = 'failed'")
    }

    /// What was last said to the others.
    pub(crate) fn last_word_of_pending(&self) -> String {
        self.word("state = 'pending' and json_extract(recipient, '$.address') like 'unit%'")
    }

    fn word(&self, of: &str) -> String {
        let word = format!("select last_word from message where {of} limit 1");
        let word = self
            .look()
            .query_row(&word, [], |row| row.get::<_, Option<String>>(0));
        word.ok().flatten().unwrap_or_default()
    }

    fn look(&self) -> Connection {
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY;
        Connection::open_with_flags(self.file("ledger.db"), flags).unwrap()
    }
}

fn settings(folder: &Path, postfix: &Postfix) {
    let settings = format!(
        "[mail]\ntransport = \"smtp\"\nfrom = \"督查 <duban@example.gov.cn>\"\n\
         host = \"127.0.0.1\"\nport = {}\ntls = \"starttls\"\nca_file = \"{}\"\n\
         hello = \"duban.example.gov.cn\"\nper_minute = 0\n\
         [delivery.retry]\npauses_min = [1, 5]\njitter_percent = 20\n",
        postfix.port,
        postfix.authority.file().display()
    );
    fs::write(folder.join("duban.toml"), settings).unwrap();
}

fn units() -> String {
    let head = "[centre]\nname = \"市督查指挥中心\"\n[[centre.contact]]\nname = \"值班员\"\n\
                email = \"centre@example.gov.cn\"\n[roles]\noffice = \"市政府办公室\"\n\
                legal = \"市政府办公室\"\nauthority = \"市政府办公室\"\n\
                [[unit]]\nname = \"市政府办公室\"\ncontact = [{ name = \"周联络\", email = \"office@example.gov.cn\" }]\n";
    let unit = |n| {
        let address = City::address(n);
        format!(
            "[[unit]]\nname = \"第{n}局\"\ncontact = [{{ name = \"联络员\", email = \"{address}\" }}]\n"
        )
    };
    head.to_owned() + &(0..ALL).map(unit).collect::<String>()
}

fn catalogue(path: &Path, day: &str) {
    catalog::init(path).unwrap();
    let catalogue = Connection::open(path).unwrap();
    for n in 0..ALL {
        let insert = "insert into decision
                      (id, organ, year, seq, title, drafting_unit, executing_unit, planned_on)
                      values ($1, '洮南市人民政府', 2026, $2, '洮南市停车管理办法', $3, $3, $4)";
        let seq = i64::try_from(n + 1).unwrap();
        let row = (City::decision(n), seq, format!("第{n}局"), day);
        catalogue.execute(insert, row).unwrap();
    }
}
