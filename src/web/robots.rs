//! The robots of chat groups, for the demo: each takes what its vendor's takes, and answers so.
//!
//! Owns the shape and the signature that each vendor asks for, and keeping what passes. Refuses
//! what the vendor refuses, under status 200 and with the vendor's code, as vendors do; and
//! refuses to spawn, and to judge a stamp's age: the demo's clock runs through a year in seconds.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use axum::Router;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, Path, RawQuery, State};
use axum::http::{StatusCode, header};
use axum::response::IntoResponse;
use axum::routing::post;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use serde_json::{Value, json};
use sha2::Sha256;

use crate::domain::delivery::robot::Vendor;

/// A body beyond this many bytes is refused; vendors stop at some twenty thousand.
const LARGEST_BODY: usize = 256 * 1024;
/// WeCom: bytes of a markdown message, and of a text.
const WECOM_BYTES: (usize, usize) = (4096, 2048);
/// DingTalk and Feishu: bytes of the whole request.
const REQUEST_BYTES: usize = 20_000;

/// A group's robot.
#[derive(Debug, Clone)]
pub struct Group {
    /// Whose it is.
    pub vendor: Vendor,
    /// With what posts are signed, where they are.
    pub secret: Option<String>,
}

/// Every group by the token that its URL ends with, and where what was said is kept.
struct Groups {
    folder: PathBuf,
    by_token: BTreeMap<String, Group>,
    said: AtomicU64,
}

/// What a robot refuses: the vendor's code and words.
type Refusal = (i64, &'static str);

/// Takes `POST /robot/{token}`: checks shape, size and signature as the group's vendor does,
/// keeps the body as `<token>-<number>.json` in `folder`, and answers as the vendor answers.
pub fn router(folder: PathBuf, groups: BTreeMap<String, Group>) -> Router {
    Router::new()
        .route("/robot/{token}", post(receive))
        .layer(DefaultBodyLimit::max(LARGEST_BODY))
        .with_state(Arc::new(Groups {
            folder,
            by_token: groups,
            said: AtomicU64::new(0),
        }))
}

async fn receive(
    State(groups): State<Arc<Groups>>,
    Path(token): Path<String>,
    RawQuery(query): RawQuery,
    body: Bytes,
) -> impl IntoResponse {
    let Some(group) = groups.by_token.get(&token) else {
        return (StatusCode::NOT_FOUND, Answer(String::new()));
    };
    let query = query.unwrap_or_default();
    let query = form_urlencoded::parse(query.as_bytes())
        .into_owned()
        .collect();
    let judged = group.judge(&query, &body);
    let kept = judged.and_then(|()| {
        let number = groups.said.fetch_add(1, Ordering::Relaxed) + 1;
        let place = groups.folder.join(format!("{token}-{number:05}.json"));
        std::fs::write(place, &body).map_err(|_| (-1, "system busy"))
    });
    (StatusCode::OK, Answer(group.answer(kept)))
}

/// JSON as a robot answers it.
struct Answer(String);

impl IntoResponse for Answer {
    fn into_response(self) -> axum::response::Response {
        ([(header::CONTENT_TYPE, "application/json")], self.0).into_response()
    }
}

impl Group {
    fn judge(&self, query: &BTreeMap<String, String>, body: &[u8]) -> Result<(), Refusal> {
        let said: Option<Value> = serde_json::from_slice(body).ok();
        let said = said.unwrap_or_default();
        match self.vendor {
            Vendor::Wecom => wecom(&said),
            Vendor::Dingtalk => self.dingtalk(query, &said, body.len()),
            Vendor::Feishu => self.feishu(&said, body.len()),
        }
    }

    fn dingtalk(
        &self,
        query: &BTreeMap<String, String>,
        said: &Value,
        bytes: usize,
    ) -> Result<(), Refusal> {
        if let Some(secret) = &self.secret {
            let (stamp, sign) = (query.get("timestamp"), query.get("sign"));
            let (stamp, sign) = stamp.zip(sign).ok_or((310_000, "sign not match"))?;
            let signed = format!("{stamp}\n{secret}");
            if !is_signed(secret.as_bytes(), signed.as_bytes(), sign) {
                return Err((310_000, "sign not match"));
            }
        }
        if bytes > REQUEST_BYTES {
            return Err((460_101, "message too long, exceed 20000 bytes"));
        }
        let words = match said["msgtype"].as_str() {
            Some("markdown") if filled(&said["markdown"]["title"]) => &said["markdown"]["text"],
            Some("text") => &said["text"]["content"],
            _ => return Err((40_035, "missing parameters")),
        };
        filled(words)
            .then_some(())
            .ok_or((40_035, "missing parameters"))
    }

    fn feishu(&self, said: &Value, bytes: usize) -> Result<(), Refusal> {
        if let Some(secret) = &self.secret {
            let (stamp, sign) = (said["timestamp"].as_str(), said["sign"].as_str());
            let refusal = (
                19_021,
                "sign match fail or timestamp is not within one hour",
            );
            let (stamp, sign) = stamp.zip(sign).ok_or(refusal)?;
            if !is_signed(format!("{stamp}\n{secret}").as_bytes(), b"", sign) {
                return Err(refusal);
            }
        }
        if bytes > REQUEST_BYTES {
            return Err((9499, "Bad Request"));
        }
        let is_sound = match said["msg_type"].as_str() {
            Some("interactive") => said["card"]["elements"].is_array(),
            Some("text") => filled(&said["content"]["text"]),
            _ => false,
        };
        is_sound
            .then_some(())
            .ok_or((19_002, "params error, msg_type need"))
    }

    /// A yes, or a refusal, each under status 200.
    fn answer(&self, judged: Result<(), Refusal>) -> String {
        let is_feishu = self.vendor == Vendor::Feishu;
        let answer = match judged {
            Ok(()) if is_feishu => {
                json!({ "StatusCode": 0, "StatusMessage": "success", "code": 0, "data": {}, "msg": "success" })
            }
            Ok(()) => json!({ "errcode": 0, "errmsg": "ok" }),
            Err((code, words)) if is_feishu => json!({ "code": code, "msg": words, "data": {} }),
            Err((code, words)) => json!({ "errcode": code, "errmsg": words }),
        };
        answer.to_string()
    }
}

fn wecom(said: &Value) -> Result<(), Refusal> {
    let (kind, most) = match said["msgtype"].as_str() {
        Some("markdown") => ("markdown", WECOM_BYTES.0),
        Some("text") => ("text", WECOM_BYTES.1),
        _ => return Err((40_008, "invalid message type")),
    };
    let words = said[kind]["content"].as_str().unwrap_or_default();
    if words.is_empty() {
        return Err((44_004, "empty content"));
    }
    if words.len() > most {
        return Err((40_058, "content exceed max length"));
    }
    Ok(())
}

fn filled(value: &Value) -> bool {
    value.as_str().is_some_and(|text| !text.is_empty())
}

fn is_signed(key: &[u8], text: &[u8], sign: &str) -> bool {
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(key) else {
        return false;
    };
    mac.update(text);
    let decoded = STANDARD.decode(sign);
    decoded.is_ok_and(|bytes| mac.verify_slice(&bytes).is_ok())
}
