//! A vendor's side of a robot, on loopback: it reads a post as strictly as the vendor does and
//! answers in the vendor's way, which is 200 for nearly everything.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, Method, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use chrono::{DateTime, TimeDelta, Utc};
use duban::domain::delivery::robot::Vendor;
use hmac::{Hmac, KeyInit, Mac};
use serde_json::{Value, json};
use sha2::Sha256;
use tokio::net::TcpListener;
use tokio::task::AbortHandle;

use crate::support::messages::now;

/// A token that must never be seen anywhere else.
pub(crate) const TOKEN: &str = "token-that-nobody-sees";

/// A post that was taken or refused.
#[derive(Debug, Clone)]
pub(crate) struct Post {
    pub(crate) method: String,
    pub(crate) content_type: String,
    /// As it was sent, percent signs and all.
    pub(crate) query: String,
    pub(crate) body: Value,
    pub(crate) answer: Value,
}

impl Post {
    pub(crate) fn is_taken(&self) -> bool {
        self.answer["errcode"] == 0 || self.answer["code"] == 0
    }

    /// The text people read, wherever it stands in the shape.
    pub(crate) fn words(&self) -> &str {
        let places = [
            "/markdown/content",
            "/markdown/text",
            "/text/content",
            "/content/text",
            "/card/elements/0/text/content",
        ];
        let found = places.iter().find_map(|place| self.body.pointer(place));
        found.and_then(Value::as_str).unwrap()
    }
}

/// What a group's administrator has set, and what the vendor does.
#[derive(Debug, Clone, Default)]
pub(crate) struct Guards {
    pub(crate) secret: Option<&'static str>,
    pub(crate) keyword: Option<&'static str>,
    /// The vendor's clock, where it is not the sender's.
    pub(crate) clock: Option<DateTime<Utc>>,
    /// Markdown and cards are refused, as they were for a day in 2021.
    pub(crate) plain_only: bool,
}

/// The vendor; it ends with the value.
pub(crate) struct Robot {
    pub(crate) port: u16,
    seen: Arc<Seen>,
    server: AbortHandle,
}

struct Seen {
    vendor: Vendor,
    guards: Guards,
    posts: Mutex<Vec<Post>>,
    script: Mutex<VecDeque<(u16, String)>>,
}

impl Robot {
    pub(crate) async fn start(vendor: Vendor, guards: Guards) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let seen = Arc::new(Seen {
            vendor,
            guards,
            posts: Mutex::default(),
            script: Mutex::default(),
        });
        let app = Router::new().fallback(take).with_state(Arc::clone(&seen));
        let server = tokio::spawn(async move { axum::serve(listener, app).await.unwrap() });
        Self {
            port,
            seen,
            server: server.abort_handle(),
        }
    }

    /// The URL an administrator copies, in the vendor's form.
    pub(crate) fn url(&self) -> String {
        let path = match self.seen.vendor {
            Vendor::Wecom => format!("cgi-bin/webhook/send?key={TOKEN}"),
            Vendor::Dingtalk => format!("robot/send?access_token={TOKEN}"),
            Vendor::Feishu => format!("open-apis/bot/v2/hook/{TOKEN}"),
        };
        format!("http://127.0.0.1:{}/{path}", self.port)
    }

    /// The answer to the next post that nothing was said about yet, whatever it holds.
    pub(crate) fn next(&self, status: u16, body: impl Into<String>) -> &Self {
        let mut script = self.seen.script.lock().unwrap();
        script.push_back((status, body.into()));
        self
    }

    /// Every post, in order.
    pub(crate) fn posts(&self) -> Vec<Post> {
        self.seen.posts.lock().unwrap().clone()
    }

    /// The only post, which was taken.
    pub(crate) fn taken(&self) -> Post {
        let posts = self.posts();
        let [post] = posts.as_slice() else {
            panic!("not one post: {posts:#?}");
        };
        assert!(post.is_taken(), "{post:#?}");
        post.clone()
    }
}

impl Drop for Robot {
    fn drop(&mut self) {
        self.server.abort();
    }
}

async fn take(
    State(seen): State<Arc<Seen>>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    bytes: Bytes,
) -> Response {
    let body: Value = serde_json::from_slice(&bytes).unwrap_or_default();
    let content_type = headers.get(header::CONTENT_TYPE);
    let content_type = content_type.and_then(|value| value.to_str().ok());
    let content_type = content_type.unwrap_or_default().to_owned();
    let query = uri.query().unwrap_or_default().to_owned();
    let (status, answer) = if method == Method::POST && content_type.contains("json") {
        seen.judge(&uri, &query, &body, bytes.len())
    } else {
        seen.refuse(43002, "require POST method and JSON")
    };
    let scripted = seen.script.lock().unwrap().pop_front();
    let (status, answer) = scripted.unwrap_or((status, answer.to_string()));
    seen.posts.lock().unwrap().push(Post {
        method: method.to_string(),
        content_type,
        query,
        body,
        answer: serde_json::from_str(&answer).unwrap_or_default(),
    });
    (StatusCode::from_u16(status).unwrap(), answer).into_response()
}

impl Seen {
    fn judge(&self, uri: &Uri, query: &str, body: &Value, bytes: usize) -> (u16, Value) {
        let judged = match self.vendor {
            Vendor::Wecom => self.wecom(query, body),
            Vendor::Dingtalk => self.dingtalk(query, body, bytes),
            Vendor::Feishu => self.feishu(uri.path(), body, bytes),
        };
        match (judged, self.vendor) {
            (Err((code, words)), _) => self.refuse(code, words),
            (Ok(()), Vendor::Feishu) => {
                let legacy = json!({ "code": 0, "msg": "success", "data": {}, "StatusCode": 0 });
                (200, legacy)
            }
            (Ok(()), _) => (200, json!({ "errcode": 0, "errmsg": "ok" })),
        }
    }

    /// 200 with the error in the body, but for one code of Feishu's.
    fn refuse(&self, code: i64, words: &str) -> (u16, Value) {
        match self.vendor {
            Vendor::Feishu => {
                let status = if code == 9499 { 400 } else { 200 };
                (status, json!({ "code": code, "msg": words, "data": {} }))
            }
            _ => (200, json!({ "errcode": code, "errmsg": words })),
        }
    }

    fn wecom(&self, query: &str, body: &Value) -> Result<(), (i64, &'static str)> {
        if query != format!("key={TOKEN}") {
            return Err((93000, "invalid webhook url, hint: [1], from ip: 10.0.0.1"));
        }
        match body["msgtype"].as_str() {
            Some("markdown") if self.guards.plain_only => Err((40008, "invalid message type")),
            Some("markdown") => {
                keys(body, &["msgtype", "markdown"])?;
                keys(&body["markdown"], &["content"])?;
                within(&body["markdown"]["content"], 4096, 40058)
            }
            Some("text") => {
                keys(body, &["msgtype", "text"])?;
                let allowed = ["content", "mentioned_list", "mentioned_mobile_list"];
                keys(&body["text"], &allowed)?;
                let lists = [
                    &body["text"]["mentioned_list"],
                    &body["text"]["mentioned_mobile_list"],
                ];
                lists.into_iter().try_for_each(texts)?;
                within(&body["text"]["content"], 2048, 40058)
            }
            _ => Err((40008, "invalid message type")),
        }
    }

    fn dingtalk(&self, query: &str, body: &Value, bytes: usize) -> Result<(), (i64, &'static str)> {
        let pairs: Vec<(&str, &str)> = query
            .split('&')
            .filter_map(|pair| pair.split_once('='))
            .collect();
        if pairs.first() != Some(&("access_token", TOKEN)) {
            return Err((300_005, "token is not exist"));
        }
        if let Some(secret) = self.guards.secret {
            let [_, ("timestamp", stamp), ("sign", sign)] = pairs.as_slice() else {
                return Err((310_000, "sign not match"));
            };
            let at = stamp.parse().ok().and_then(DateTime::from_timestamp_millis);
            if !at.is_some_and(|at| self.is_near(at)) {
                return Err((310_000, "invalid timestamp"));
            }
            // Encoded once: what is left after one decoding is base64.
            let sign = sign.replace("%2B", "+").replace("%2F", "/");
            let expected = mac(secret.as_bytes(), format!("{stamp}\n{secret}").as_bytes());
            if sign.replace("%3D", "=") != expected {
                return Err((310_000, "sign not match"));
            }
        } else if pairs.len() != 1 {
            return Err((310_000, "sign not match"));
        }
        let content = match body["msgtype"].as_str() {
            Some("markdown") if self.guards.plain_only => {
                return Err((400_105, "unsupported type"));
            }
            Some("markdown") => {
                keys(body, &["msgtype", "markdown", "at"])?;
                keys(&body["markdown"], &["title", "text"])?;
                &body["markdown"]["text"]
            }
            Some("text") => {
                keys(body, &["msgtype", "text", "at"])?;
                keys(&body["text"], &["content"])?;
                &body["text"]["content"]
            }
            _ => return Err((400_105, "unsupported message type")),
        };
        keys(&body["at"], &["atMobiles", "atUserIds", "isAtAll"])?;
        texts(&body["at"]["atMobiles"])?;
        texts(&body["at"]["atUserIds"])?;
        self.has_keyword(content, 310_000, "keywords not in content")?;
        if bytes > 20_000 {
            return Err((460_101, "message too long, exceed 20000 bytes"));
        }
        within(content, 20_000, 460_101)
    }

    fn feishu(&self, path: &str, body: &Value, bytes: usize) -> Result<(), (i64, &'static str)> {
        if path != format!("/open-apis/bot/v2/hook/{TOKEN}") {
            return Err((
                19001,
                "param invalid: incoming webhook access token invalid",
            ));
        }
        if bytes > 20 * 1024 {
            return Err((9499, "Bad Request"));
        }
        if let Some(secret) = self.guards.secret {
            // A number is refused: the stamp is a text.
            let stamp = body["timestamp"].as_str().unwrap_or_default();
            let at = stamp.parse().ok();
            let at = at.and_then(|seconds| DateTime::from_timestamp(seconds, 0));
            let expected = mac(format!("{stamp}\n{secret}").as_bytes(), b"");
            if !at.is_some_and(|at| self.is_near(at)) || body["sign"] != json!(expected) {
                return Err((19021, "sign match fail or timestamp is not within one hour"));
            }
        }
        match body["msg_type"].as_str() {
            Some("interactive") if self.guards.plain_only => Err((9499, "Bad Request")),
            Some("interactive") => {
                let card = &body["card"];
                let colour = card["header"]["template"].as_str().unwrap_or_default();
                let title = &card["header"]["title"];
                let div = &card["elements"][0];
                let is_sound = ["red", "orange", "blue"].contains(&colour)
                    && title["tag"] == "plain_text"
                    && div["tag"] == "div"
                    && div["text"]["tag"] == "lark_md";
                if !is_sound {
                    return Err((19002, "params error, card"));
                }
                let words = format!("{}{}", title["content"], div["text"]["content"]);
                self.has_keyword(&json!(words), 19024, "Key Words Not Found")
            }
            Some("text") => {
                keys(&body["content"], &["text"])?;
                self.has_keyword(&body["content"]["text"], 19024, "Key Words Not Found")
            }
            _ => Err((19002, "params error, msg_type need")),
        }
    }

    fn is_near(&self, at: DateTime<Utc>) -> bool {
        let clock = self.guards.clock.unwrap_or_else(now);
        (at - clock).abs() <= TimeDelta::hours(1)
    }

    fn has_keyword(
        &self,
        words: &Value,
        code: i64,
        refusal: &'static str,
    ) -> Result<(), (i64, &'static str)> {
        let words = words.as_str().unwrap_or_default();
        match self.guards.keyword {
            Some(keyword) if !words.contains(keyword) => Err((code, refusal)),
            _ => Ok(()),
        }
    }
}

/// An object with no other keys than these: a misplaced list or a key in another case calls
/// nobody, without any error.
fn keys(object: &Value, allowed: &[&str]) -> Result<(), (i64, &'static str)> {
    let found = object.as_object().ok_or((40035, "not an object"))?;
    let mut others = found.keys().filter(|key| !allowed.contains(&key.as_str()));
    others
        .next()
        .map_or(Ok(()), |_| Err((40035, "unknown key")))
}

fn texts(list: &Value) -> Result<(), (i64, &'static str)> {
    let is_sound = list
        .as_array()
        .is_some_and(|items| items.iter().all(Value::is_string));
    is_sound.then_some(()).ok_or((40035, "not a list of texts"))
}

fn within(text: &Value, bytes: usize, code: i64) -> Result<(), (i64, &'static str)> {
    let text = text.as_str().ok_or((44004, "no text"))?;
    let fits = (1..=bytes).contains(&text.len());
    fits.then_some(())
        .ok_or((code, "content exceed max length"))
}

fn mac(key: &[u8], data: &[u8]) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).unwrap();
    mac.update(data);
    STANDARD.encode(mac.finalize().into_bytes())
}
