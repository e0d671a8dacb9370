//! The architecture, held against the code: which room may use which, what the domain
//! refuses, where SQL and tasks live, and how a file begins.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

/// A file of ours, without its comments and unit tests.
struct Source {
    /// Below `src`, such as `store/mod.rs`.
    name: String,
    text: String,
    code: String,
}

impl Source {
    /// The room it stands in; `main` and `lib` are rooms of their own.
    fn room(&self) -> &str {
        let first = self.name.split('/').next().unwrap();
        first.trim_end_matches(".rs")
    }
}

/// A room, and the rooms it may use.
const ROOMS: [(&str, &[&str]); 10] = [
    ("domain", &[]),
    ("clock", &[]),
    ("store", &["domain"]),
    ("channels", &["domain"]),
    ("jobs", &["domain", "store", "channels", "clock"]),
    ("web", &["domain", "store", "clock"]),
    ("config", &["domain", "store", "channels", "web"]),
    (
        "daemon",
        &[
            "domain", "store", "channels", "jobs", "web", "clock", "config",
        ],
    ),
    (
        "cli",
        &[
            "domain", "store", "channels", "jobs", "web", "clock", "config", "daemon",
        ],
    ),
    ("main", &["cli"]),
];

/// Longer than this a file has more than one idea.
const LONGEST_FILE: usize = 400;

fn sources() -> Vec<Source> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    collect(&root, &mut files);
    assert!(files.len() > 50, "{files:?}");
    let read = |path: PathBuf| {
        let text = fs::read_to_string(&path).unwrap();
        let name = path.strip_prefix(&root).unwrap();
        let name = name.to_str().unwrap().to_owned();
        Source {
            code: rooted(&name, &code(&text)),
            name,
            text,
        }
    };
    files.into_iter().map(read).collect()
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(&path, files);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
}

/// The text up to its unit tests, without comments.
fn code(text: &str) -> String {
    let text = text.split("#[cfg(test)]").next().unwrap();
    let lines = text.lines().map(|line| match line.split_once("//") {
        // Two slashes inside a text are no comment.
        Some((before, _)) if before.matches('"').count() % 2 == 0 => before,
        _ => line,
    });
    lines.collect::<Vec<_>>().join("\n")
}

/// The code with `crate::` for as many `super::` as lead out of its room.
fn rooted(name: &str, code: &str) -> String {
    let module = name.trim_end_matches(".rs").trim_end_matches("/mod");
    let way_out = "super::".repeat(module.split('/').count());
    code.replace(&way_out, "crate::")
}

/// Fails with every line that was found.
fn none(found: &[String]) {
    let list = found.iter().fold(String::new(), |mut list, line| {
        let _ = write!(list, "\n  {line}");
        list
    });
    assert!(found.is_empty(), "{list}");
}

/// Every line of `source` with one of `words`, where the word stands alone.
fn lines_with(source: &Source, words: &[&str]) -> Vec<String> {
    let mut found = Vec::new();
    for line in source.code.lines() {
        for word in words.iter().filter(|word| stands_alone(line, word)) {
            found.push(format!("{}: `{word}` in {}", source.name, line.trim()));
        }
    }
    found
}

fn stands_alone(line: &str, word: &str) -> bool {
    let in_name = |c: char| c.is_alphanumeric() || c == '_';
    line.match_indices(word).any(|(at, _)| {
        let before = line[..at].chars().next_back();
        let after = line[at + word.len()..].chars().next();
        let starts = word.starts_with(in_name) && before.is_some_and(in_name);
        let ends = word.ends_with(in_name) && after.is_some_and(in_name);
        !starts && !ends
    })
}

/// The rooms that are named after `crate::` (or `duban::`, in main), in groups too.
fn used(code: &str) -> Vec<String> {
    let mut rooms = Vec::new();
    for path in ["crate::", "duban::"] {
        for (at, _) in code.match_indices(path) {
            let rest = &code[at + path.len()..];
            match rest.strip_prefix('{') {
                Some(group) => rooms.extend(heads(group)),
                None => rooms.push(head(rest)),
            }
        }
    }
    rooms
}

/// The first name of each member of a group, up to its closing brace.
fn heads(group: &str) -> Vec<String> {
    let (mut depth, mut member, mut members) = (0_u32, String::new(), Vec::new());
    for c in group.chars() {
        match c {
            '}' if depth == 0 => break,
            ',' if depth == 0 => members.push(std::mem::take(&mut member)),
            _ => {
                depth = match c {
                    '{' => depth + 1,
                    '}' => depth - 1,
                    _ => depth,
                };
                member.push(c);
            }
        }
    }
    members.push(member);
    let heads = members.iter().map(|member| head(member.trim()));
    heads.filter(|head| !head.is_empty()).collect()
}

fn head(path: &str) -> String {
    path.chars()
        .take_while(|c| c.is_alphanumeric() || *c == '_')
        .collect()
}

#[test]
fn each_room_uses_only_the_rooms_below_it() {
    let rooms = BTreeMap::from(ROOMS);
    let mut found = Vec::new();
    for source in sources().iter().filter(|source| source.room() != "lib") {
        let Some(allowed) = rooms.get(source.room()) else {
            panic!("{} stands in no room", source.name);
        };
        for room in used(&source.code) {
            if room != source.room() && !allowed.contains(&room.as_str()) {
                found.push(format!("{} uses {room}", source.name));
            }
        }
    }
    none(&found);
}

#[test]
fn the_reading_of_paths_sees_groups_and_nests() {
    let code = "use crate::{clock, store::{self, ledger}};\ncrate::jobs::plan::run(); let a = crate::daemon::run;";
    assert_eq!(used(code), ["clock", "store", "jobs", "daemon"]);
}

#[test]
fn the_domain_is_values_in_and_values_out() {
    let refused = [
        "async",
        "await",
        "tokio",
        "rusqlite",
        "reqwest",
        "lettre",
        "tracing",
        "std::fs",
        "std::env",
        "std::net",
        "std::process",
        "std::thread",
        "std::time",
        "::now()",
        "rand",
        "println!",
        "eprintln!",
    ];
    let sources = sources();
    let domain = sources.iter().filter(|source| source.room() == "domain");
    none(
        &domain
            .flat_map(|source| lines_with(source, &refused))
            .collect::<Vec<_>>(),
    );
}

#[test]
fn sql_lives_in_the_store_only() {
    let words = [
        "rusqlite",
        "select ",
        "insert into",
        "delete from",
        "create table",
        "order by",
    ];
    let sources = sources();
    let others = sources.iter().filter(|source| source.room() != "store");
    none(
        &others
            .flat_map(|source| lines_with(source, &words))
            .collect::<Vec<_>>(),
    );
}

#[test]
fn only_the_channels_reach_out_and_only_the_clock_asks_the_time() {
    let mut found = Vec::new();
    for source in &sources() {
        if source.room() != "channels" {
            found.extend(lines_with(
                source,
                &["reqwest", "TcpStream", "AsyncSmtpTransport"],
            ));
        }
        if source.room() != "clock" {
            let time = ["Utc::now", "Local::now", "SystemTime"];
            found.extend(lines_with(source, &time));
        }
    }
    none(&found);
}

#[test]
fn only_the_daemon_spawns() {
    let words = [
        "tokio::spawn",
        "JoinSet",
        "spawn_local",
        "thread::spawn",
        "thread::Builder",
    ];
    let sources = sources();
    let others = sources.iter().filter(|source| source.room() != "daemon");
    none(
        &others
            .flat_map(|source| lines_with(source, &words))
            .collect::<Vec<_>>(),
    );
}

/// Chinese is for templates and data: what a unit reads is worded in one place.
#[test]
fn every_file_opens_with_what_it_owns_and_none_is_too_long() {
    let mut found = Vec::new();
    for source in &sources() {
        if !source.text.starts_with("//! ") {
            found.push(format!("{} does not open with //!", source.name));
        }
        let lines = source.text.lines().count();
        if lines > LONGEST_FILE {
            found.push(format!("{} has {lines} lines", source.name));
        }
    }
    none(&found);
}

/// The texts between quotes, plain and raw.
fn quoted(code: &str) -> Vec<String> {
    let mut texts = Vec::new();
    // A quote that is a character opens no text.
    let code = code.replace("'\"'", "");
    let mut rest = code.as_str();
    while let Some(open) = rest.find('"') {
        let body = &rest[open + 1..];
        let escaped = |at: usize| body[..at].ends_with('\\') && !body[..at].ends_with("\\\\");
        let mut quotes = body.match_indices('"').map(|(at, _)| at);
        let Some(close) = quotes.find(|at| !escaped(*at)) else {
            break;
        };
        texts.push(body[..close].to_owned());
        rest = &body[close + 1..];
    }
    texts
}

/// The numbers of `$1`, `$2` …, each where it appears first.
fn parameters(sql: &str) -> Vec<u32> {
    let mut numbers = Vec::new();
    for (at, _) in sql.match_indices('$') {
        let digits: String = sql[at + 1..]
            .chars()
            .take_while(char::is_ascii_digit)
            .collect();
        if let Ok(number) = digits.parse()
            && !numbers.contains(&number)
        {
            numbers.push(number);
        }
    }
    numbers
}

#[test]
fn the_parameters_of_every_statement_first_appear_in_their_order() {
    // SQLite takes `$2` for a name: what is bound second goes to whatever name came second.
    let (mut found, mut seen) = (Vec::new(), 0);
    for source in sources().iter().filter(|source| source.room() == "store") {
        let statements = quoted(&source.code);
        let firsts = |text: &str| text.matches("$1").count();
        let read: usize = statements.iter().map(|sql| firsts(sql)).sum();
        assert_eq!(read, firsts(&source.code), "{} is misread", source.name);
        for sql in statements {
            let numbers = parameters(&sql);
            seen += usize::from(!numbers.is_empty());
            if !(1..).zip(&numbers).all(|(place, number)| place == *number) {
                found.push(format!("{}: {numbers:?} in {}", source.name, sql.trim()));
            }
        }
    }
    assert!(seen > 20, "only {seen} statements were found");
    none(&found);
}

#[test]
fn numbered_tables_hold_the_rules_of_a_ledger() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/store/ledger/migrations");
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let text = fs::read_to_string(&path).unwrap();
        let mut before = "";
        for line in text.lines() {
            if line.starts_with("create table") {
                assert!(before.starts_with("-- "), "{line} has no sentence");
            }
            before = line;
        }
        let strict = text.matches(") strict;").count();
        assert_eq!(strict, text.matches("create table").count());
    }
}
