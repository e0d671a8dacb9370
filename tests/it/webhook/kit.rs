//! The receivers' kit in docs/webhook.md: each example that can run here verifies what duban
//! signs, and an independent library agrees.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use reqwest::header::HeaderMap;
use standardwebhooks::Webhook;

use super::{Setup, hook, secret};
use crate::support::http::{Receiver, Request};
use crate::support::messages::now;

const KIT: &str = include_str!("../../../docs/webhook.md");

/// What receivers allow a clock to be off, in seconds (Standard Webhooks libraries: 5 minutes).
const TOLERANCE: i64 = 300;

/// A language of the kit: its fence, the program that runs it, and what calls the example for
/// each line of a file (secrets, id, timestamp, signatures, the body's file, the time, parted
/// by tabs) and prints `true` or `false`.
struct Language {
    fence: &'static str,
    runs_with: &'static str,
    file: &'static str,
    caller: &'static str,
    /// The caller stands before this text of the example; where it is empty, at the end.
    before: &'static str,
}

const LANGUAGES: &[Language] = &[
    Language {
        fence: "python",
        runs_with: "python3",
        file: "verify.py",
        caller: "
import sys
for line in open(sys.argv[1]):
    a = line.strip().split('\\t')
    print(str(verify(a[0].split(), a[1], a[2], a[3], open(a[4], 'rb').read(), int(a[5]))).lower())
",
        before: "",
    },
    Language {
        fence: "js",
        runs_with: "node",
        file: "verify.js",
        caller: "
const { readFileSync } = require('node:fs');
for (const line of readFileSync(process.argv[2], 'utf8').trim().split('\\n')) {
  const a = line.split('\\t');
  console.log(verify(a[0].split(' '), a[1], a[2], a[3], readFileSync(a[4]), Number(a[5])));
}
",
        before: "",
    },
    Language {
        fence: "java",
        runs_with: "java",
        file: "Verify.java",
        caller: "
class Main {
    public static void main(String[] args) throws Exception {
        for (String line : java.nio.file.Files.readAllLines(java.nio.file.Path.of(args[0]))) {
            String[] a = line.split(\"\\t\");
            byte[] body = java.nio.file.Files.readAllBytes(java.nio.file.Path.of(a[4]));
            System.out.println(Verifier.verify(List.of(a[0].split(\" \")), a[1], a[2], a[3], body, Long.parseLong(a[5])));
        }
    }
}
",
        before: "class Verifier",
    },
    Language {
        fence: "php",
        runs_with: "php",
        file: "verify.php",
        caller: "
foreach (file($argv[1], FILE_IGNORE_NEW_LINES) as $line) {
    $a = explode(\"\\t\", $line);
    echo verify(explode(' ', $a[0]), $a[1], $a[2], $a[3], file_get_contents($a[4]), intval($a[5])) ? \"true\\n\" : \"false\\n\";
}
",
        before: "",
    },
    // Not called: it takes a module and seconds to build.
    Language {
        fence: "go",
        runs_with: "go",
        file: "verify.go",
        caller: "",
        before: "",
    },
];

impl Language {
    fn program(&self) -> String {
        let (head, tail) = match self.before {
            "" => (example(self.fence), ""),
            before => {
                let example = example(self.fence);
                example.split_at(example.find(before).expect("where the caller goes"))
            }
        };
        format!("{head}{}{tail}", self.caller)
    }
}

/// The example of the kit in that language.
fn example(fence: &str) -> &'static str {
    let open = format!("```{fence}\n");
    let (_, after) = KIT.split_once(&open).expect("an example");
    after.split_once("```").expect("its end").0
}

fn is_at_hand(program: &str) -> bool {
    let probe = Command::new(program)
        .arg("--version")
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
    probe.is_ok_and(|status| status.success())
}

/// One delivery as a receiver sees it, and the keys it holds.
struct Case<'a> {
    what: &'static str,
    secrets: String,
    request: &'a Request,
    body: Vec<u8>,
    now: i64,
    is_ours: bool,
}

/// What must be believed and what not.
fn cases(request: &Request) -> Vec<Case<'_>> {
    let case = |what, secrets: &[u8], is_ours| Case {
        what,
        secrets: secrets
            .iter()
            .map(|seed| secret(*seed))
            .collect::<Vec<_>>()
            .join(" "),
        request,
        body: request.body.clone(),
        now: now().timestamp(),
        is_ours,
    };
    let mut edited = case("an edited body", &[1], false);
    edited.body.push(b' ');
    let mut late = case("a delivery that is replayed later", &[1], false);
    late.now += TOLERANCE + 1;
    let mut early = case("a delivery from the future", &[1], false);
    early.now -= TOLERANCE + 1;
    let mut slow = case("a clock that is a little off", &[1], true);
    slow.now += TOLERANCE - 1;
    vec![
        case("the old key", &[1], true),
        case("the new key", &[2], true),
        case("a foreign key and the old one", &[3, 1], true),
        case("a foreign key", &[3], false),
        edited,
        late,
        early,
        slow,
    ]
}

/// What the example says to each case.
fn answers(language: &Language, folder: &Path, cases: &[Case<'_>]) -> Vec<String> {
    let mut lines = String::new();
    for (n, case) in cases.iter().enumerate() {
        let body = folder.join(format!("body{n}"));
        fs::write(&body, &case.body).unwrap();
        let header = |name| case.request.header(name);
        let line = [
            &case.secrets,
            header("webhook-id"),
            header("webhook-timestamp"),
            header("webhook-signature"),
            &body.display().to_string(),
            &case.now.to_string(),
        ];
        lines += &(line.join("\t") + "\n");
    }
    fs::write(folder.join("cases"), lines).unwrap();
    fs::write(folder.join(language.file), language.program()).unwrap();
    let mut program = Command::new(language.runs_with);
    program
        .arg(folder.join(language.file))
        .arg(folder.join("cases"));
    let output = program.output().unwrap();
    let complaint = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{}: {complaint}", language.fence);
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    said.lines().map(str::to_owned).collect()
}

/// A delivery signed with two keys, as while they rotate.
async fn delivered() -> Request {
    let receiver = Receiver::start().await;
    let mut setup = Setup::new(&receiver.url());
    setup.add_secret(&secret(2));
    setup.send(&hook()).await;
    receiver.requests().remove(0)
}

#[tokio::test]
async fn every_example_that_can_run_here_believes_what_it_should_and_nothing_else() {
    let request = delivered().await;
    let folder = tempfile::tempdir().unwrap();
    let cases = cases(&request);
    let expected = cases
        .iter()
        .map(|case| (case.what, case.is_ours.to_string()));
    let expected: Vec<(&str, String)> = expected.collect();
    let callable = LANGUAGES.iter().filter(|one| !one.caller.is_empty());
    for language in callable.filter(|one| is_at_hand(one.runs_with)) {
        let said = answers(language, folder.path(), &cases);
        let named = cases.iter().map(|case| case.what).zip(said);
        assert_eq!(named.collect::<Vec<_>>(), expected, "{}", language.fence);
    }
}

#[test]
fn the_kit_has_an_example_in_every_language_it_promises() {
    for language in LANGUAGES {
        assert!(
            example(language.fence).contains("300"),
            "{}",
            language.fence
        );
    }
}

#[tokio::test]
async fn an_independent_library_believes_it_too() {
    let receiver = Receiver::start().await;
    let setup = Setup::new(&receiver.url());
    // That library reads the host's clock.
    let sent_at = duban::clock::Clock::System.now();
    let channels = setup.open().unwrap();
    channels.send(&hook(), sent_at).await;
    let request = receiver.requests().remove(0);
    let mut headers = HeaderMap::new();
    for name in ["webhook-id", "webhook-timestamp", "webhook-signature"] {
        headers.insert(name, request.header(name).parse().unwrap());
    }
    let verified = |secret: &str, body: &[u8]| {
        let library = Webhook::new(secret).unwrap();
        library.verify(body, &headers).is_ok()
    };
    assert!(verified(&secret(1), &request.body));
    assert!(!verified(&secret(2), &request.body));
    assert!(!verified(&secret(1), b"{}"));
}
