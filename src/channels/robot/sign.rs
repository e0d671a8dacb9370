//! How a robot knows that a post is ours.
//!
//! Owns both vendors' ways of signing, which differ in everything: unit of the stamp, key,
//! data, place and encoding. Refuses to keep a signed URL: each post begins from the one that
//! was configured, or it would grow with each.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use chrono::{DateTime, Utc};
use hmac::{Hmac, KeyInit, Mac};
use reqwest::Url;
use serde_json::{Value, json};
use sha2::Sha256;

/// DingTalk: the stamp in milliseconds and the signature in the query, each encoded once
/// (钉钉 自定义机器人安全设置 "加签").
pub(super) fn in_query(url: &Url, secret: &str, at: DateTime<Utc>) -> Url {
    let stamp = at.timestamp_millis();
    let sign = hash(secret.as_bytes(), format!("{stamp}\n{secret}").as_bytes());
    let mut signed = url.clone();
    let mut query = signed.query_pairs_mut();
    query.append_pair("timestamp", &stamp.to_string());
    query.append_pair("sign", &sign);
    drop(query);
    signed
}

/// Feishu: the stamp in seconds, as a text, and the signature in the body. Stamp and secret
/// are the key, and nothing is what is signed (飞书 自定义机器人使用指南 "签名校验").
pub(super) fn in_body(mut body: Value, secret: &str, at: DateTime<Utc>) -> Value {
    let stamp = at.timestamp().to_string();
    let sign = hash(format!("{stamp}\n{secret}").as_bytes(), b"");
    body["timestamp"] = json!(stamp);
    body["sign"] = json!(sign);
    body
}

/// HMAC takes a key of any length, so there is always one.
fn hash(key: &[u8], data: &[u8]) -> String {
    let mac = Hmac::<Sha256>::new_from_slice(key).ok();
    let mac = mac.map(|mut mac| {
        mac.update(data);
        STANDARD.encode(mac.finalize().into_bytes())
    });
    mac.unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 2023-11-14 22:13:20 UTC.
    fn at() -> DateTime<Utc> {
        DateTime::from_timestamp(1_700_000_000, 0).unwrap()
    }

    #[test]
    fn dingtalk_is_signed_in_the_query_and_encoded_exactly_once() {
        let url = "https://oapi.dingtalk.com/robot/send?access_token=a%2Fb";
        let signed = in_query(&url.parse().unwrap(), "SECtest", at());
        let stamp = "&timestamp=1700000000000";
        let sign = "&sign=aZLLrriXgn05YbwaGR7knYsLeJADjr9NwLaNNKpxh4g%3D";
        assert_eq!(signed.as_str(), format!("{url}{stamp}{sign}"));
    }

    #[test]
    fn feishu_is_signed_in_the_body_and_not_encoded() {
        let signed = in_body(json!({ "msg_type": "text" }), "test", at());
        assert_eq!(signed["timestamp"], "1700000000");
        assert_eq!(
            signed["sign"],
            "eSJQnOl8XqPTMPHWz9e5IzeHS/tqoc68g2967ekIPmg="
        );
    }
}
