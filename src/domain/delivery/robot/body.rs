//! The body of a robot's answer: the vendor's code and words, found and made fit to be shown.
//!
//! Owns where the code stands, and what of the words may go into a log or a mail. Refuses to
//! say what the code means.

use serde_json::Value;

use super::Vendor;
use crate::domain::delivery::http::{self, Body};

/// What a body says.
pub(super) enum Says {
    /// The vendor's code and words.
    Code(i64, String),
    /// No code, for this reason.
    Nothing(String),
}

/// What a body says, and that it is no robot's where it is none.
pub(super) fn says(body: &Body<'_>, vendor: Vendor) -> Says {
    let bytes = match body {
        Body::Whole([]) => return Says::Nothing("the answer has no body".to_owned()),
        Body::TooLong => return Says::Nothing("the answer is too long to be read".to_owned()),
        Body::Lost => return Says::Nothing("the answer broke off".to_owned()),
        Body::Whole(bytes) => bytes,
    };
    let Some(json) = http::json(bytes) else {
        return Says::Nothing("the answer is no JSON".to_owned());
    };
    let words = ["errmsg", "msg", "StatusMessage"]
        .iter()
        .find_map(|key| json.get(key).and_then(Value::as_str))
        .unwrap_or_default();
    let fields = vendor.code_fields();
    let Some(found) = fields.iter().find_map(|field| json.get(field)) else {
        // The guard before DingTalk's robots answers in its own way:
        // {"status":1111,"wait":5,"punish":"deny"}.
        if vendor == Vendor::Dingtalk && json.get("punish").is_some() {
            return Says::Code(super::table::DINGTALK_PUNISHES, words.to_owned());
        }
        return Says::Nothing(format!("the answer has no `{}`", fields[0]));
    };
    let Some(code) = code(found) else {
        let why = "is no number, and the vendor writes one";
        return Says::Nothing(format!("`{}` of the answer {why}", fields[0]));
    };
    Says::Code(code, words.to_owned())
}

/// A refusal may be a text; a yes may not.
fn code(found: &Value) -> Option<i64> {
    let refusal = || found.as_str()?.trim().parse().ok();
    found
        .as_i64()
        .or_else(|| refusal().filter(|code| *code != 0))
}

/// So many characters of a vendor's words are enough to search its manual for them.
const WORDS: usize = 200;

/// Whatever is as long as this without a pause may be a token: WeCom's keys have 36
/// characters, Feishu's 36, DingTalk's 64; the longest English word of a manual has 17.
const TOKEN: usize = 24;

/// A vendor's words in one line, without addresses and whatever may be a token: robots quote
/// the URL, and the URL is the secret.
pub(super) fn plain(words: &str) -> String {
    let words: Vec<String> = words.split_whitespace().map(masked).collect();
    let line = words.join(" ");
    let line = line.chars().filter(|c| !c.is_control());
    let line: String = line.collect();
    let Some((end, _)) = line.char_indices().nth(WORDS) else {
        return line;
    };
    // A number or a name that is cut in two is not known again by whoever hides it.
    let kept = line[..end].trim_end_matches(|c: char| c.is_ascii_graphic());
    format!("{}…", kept.trim_end())
}

fn masked(word: &str) -> String {
    let is_part = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
    if word.contains("://") || word.contains("access_token=") || word.contains("key=") {
        return "…".to_owned();
    }
    let longest = word.split(|c| !is_part(c)).map(str::len).max();
    if longest.is_some_and(|length| length >= TOKEN) {
        return "…".to_owned();
    }
    word.to_owned()
}
