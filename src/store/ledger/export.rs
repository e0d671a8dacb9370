//! The audit log as a file for the city's own full-process record (全过程记录).
//!
//! Owns the form: JSON lines, or CSV for spreadsheets, an entry a line, written as they
//! are read. Each line has the entry's texts as they stand in the log, so that the chain
//! can be followed in the file too. Refuses to leave out an entry it cannot make sense of.

use std::io::Write;

use chrono::{DateTime, SecondsFormat};
use chrono_tz::Asia::Shanghai;
use rusqlite::{Connection, Row};
use serde_json::{Value, json};

use crate::domain::obligation::ObligationKey;
use crate::store::StoreError;
use crate::store::sheets::guarded;

/// Lets spreadsheets see that the file is UTF-8; without it they read GB18030.
const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// What a line is made of, in the order of the columns.
const COLUMNS: [&str; 9] = [
    "seq", "at", "at_utc", "what", "subject", "decision", "rule", "detail", "hash",
];

/// How it is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// One JSON object a line.
    Jsonl,
    /// UTF-8 with a byte order mark, lines ended by CR LF.
    Csv,
}

/// Which entries are written.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// From this moment on, as the ledger writes it.
    pub since: Option<String>,
    /// Before this moment.
    pub before: Option<String>,
    /// About this decision only.
    pub decision: Option<String>,
}

/// An entry with what it is about.
struct Line {
    seq: i64,
    at_utc: String,
    what: String,
    subject: String,
    detail: String,
    hash: String,
    about: Vec<ObligationKey>,
}

/// Writes the entries of one moment to `out`, oldest first, and says how many.
///
/// # Errors
/// Whatever the engine says, or the writer ([`StoreError::Write`]).
pub fn export(
    connection: &Connection,
    filter: &Filter,
    format: Format,
    mut out: impl Write,
) -> Result<u64, StoreError> {
    let doing = "export the audit log";
    let written = |source| StoreError::Write { doing, source };
    if format == Format::Csv {
        out.write_all(BYTE_ORDER_MARK).map_err(written)?;
        out.write_all(&record(&COLUMNS.map(str::to_owned)).map_err(written)?)
            .map_err(written)?;
    }
    let sql = "select seq, at, what, subject, detail, hash from audit
               where ($1 is null or at >= $1) and ($2 is null or at < $2) order by seq";
    let mut statement = connection.prepare(sql).map_err(StoreError::sql(doing))?;
    let mut rows = statement
        .query((&filter.since, &filter.before))
        .map_err(StoreError::sql(doing))?;
    let mut count = 0;
    while let Some(row) = rows.next().map_err(StoreError::sql(doing))? {
        let line = read(row).map_err(StoreError::sql(doing))?;
        if !line.is_about(filter.decision.as_deref()) {
            continue;
        }
        let bytes = match format {
            Format::Jsonl => line.json().into_bytes(),
            Format::Csv => line.csv().map_err(written)?,
        };
        out.write_all(&bytes).map_err(written)?;
        count += 1;
    }
    out.flush().map_err(written)?;
    Ok(count)
}

fn read(row: &Row<'_>) -> rusqlite::Result<Line> {
    let (subject, detail): (String, String) = (row.get(3)?, row.get(4)?);
    Ok(Line {
        seq: row.get(0)?,
        at_utc: row.get(1)?,
        what: row.get(2)?,
        about: about(&detail),
        subject,
        detail,
        hash: row.get(5)?,
    })
}

/// The obligations that the particulars name; none in what is not about any.
fn about(detail: &str) -> Vec<ObligationKey> {
    let detail: Value = serde_json::from_str(detail).unwrap_or_default();
    serde_json::from_value(detail["about"].clone()).unwrap_or_default()
}

impl Line {
    fn is_about(&self, decision: Option<&str>) -> bool {
        decision.is_none_or(|id| self.about.iter().any(|one| one.decision.0 == id))
    }

    /// The moment as clocks in the city show it; as it stands where it cannot be read.
    fn at(&self) -> String {
        DateTime::parse_from_rfc3339(&self.at_utc).map_or_else(
            |_| self.at_utc.clone(),
            |at| {
                let at = at.with_timezone(&Shanghai);
                at.to_rfc3339_opts(SecondsFormat::Millis, false)
            },
        )
    }

    /// Each thing once, in the order of the entry.
    fn named(&self, name: impl Fn(&ObligationKey) -> &str) -> String {
        let mut names: Vec<&str> = Vec::new();
        for one in self.about.iter().map(name) {
            if !names.contains(&one) {
                names.push(one);
            }
        }
        names.join(" ")
    }

    /// The columns of [`COLUMNS`].
    fn cells(&self) -> [String; 9] {
        [
            self.seq.to_string(),
            self.at(),
            self.at_utc.clone(),
            self.what.clone(),
            self.subject.clone(),
            self.named(|one| &one.decision.0),
            self.named(|one| &one.rule.0),
            self.detail.clone(),
            self.hash.clone(),
        ]
    }

    fn csv(&self) -> std::io::Result<Vec<u8>> {
        record(&self.cells())
    }

    /// The particulars stand in the object as they stand in the log, to the byte.
    fn json(&self) -> String {
        let is_json = serde_json::from_str::<serde::de::IgnoredAny>(&self.detail).is_ok();
        let cells = self.cells();
        let fields = COLUMNS.iter().zip(&cells).map(|(name, cell)| match *name {
            "seq" => format!("\"seq\":{cell}"),
            "detail" if is_json => format!("\"detail\":{cell}"),
            name => format!("\"{name}\":{}", json!(cell)),
        });
        format!("{{{}}}\n", fields.collect::<Vec<_>>().join(","))
    }
}

/// A record of CSV in which nothing is a formula.
fn record(cells: &[String]) -> std::io::Result<Vec<u8>> {
    let mut file = csv::WriterBuilder::new()
        .terminator(csv::Terminator::CRLF)
        .from_writer(Vec::new());
    file.write_record(cells.iter().map(|cell| guarded(cell).into_owned()))?;
    file.into_inner().map_err(csv::IntoInnerError::into_error)
}
