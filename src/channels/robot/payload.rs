//! The JSON that each vendor's robots read.
//!
//! Owns the shapes, and where in each the words and the people called stand. Refuses words of
//! its own, and to escape: what it is given is in the vendor's dialect already.

use serde_json::{Value, json};

use super::people::Handle;
use crate::channels::wording::robot::{Colour, RobotText};
use crate::domain::delivery::robot::Vendor;

/// In which shape a message is posted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shape {
    /// With headings and colours: WeCom and DingTalk `markdown`, Feishu `interactive`.
    Full,
    /// Text and nothing else, shorter: for a robot that refuses the full shape.
    Plain,
    /// The same without our own links.
    Bare,
    /// One line that calls people, where the full shape cannot.
    Call,
}

/// What is posted, before it is signed.
pub(super) fn payload(vendor: Vendor, shape: Shape, text: &RobotText, called: &[&Handle]) -> Value {
    let words = words(shape, text);
    let calls = called.iter().map(|handle| call(vendor, shape, handle));
    let calls: Vec<String> = calls.filter(|call| !call.is_empty()).collect();
    let words = match (calls.is_empty(), shape) {
        (true, _) => words,
        (false, Shape::Full) => format!("{words}\n\n{}", calls.join(" ")),
        (false, _) => format!("{words}\n{}", calls.join(" ")),
    };
    match vendor {
        Vendor::Wecom => wecom(shape, &words, called),
        Vendor::Dingtalk => dingtalk(shape, &text.title, &words, called),
        Vendor::Feishu => feishu(shape, text, &words),
    }
}

fn words(shape: Shape, text: &RobotText) -> String {
    match shape {
        Shape::Full => text.body.clone(),
        Shape::Plain => text.plain.clone(),
        // Foreign texts hold no link: their colons are not ASCII's.
        Shape::Bare => {
            let lines = text.plain.lines().filter(|line| !line.contains("://"));
            lines.collect::<Vec<_>>().join("\n")
        }
        Shape::Call => text.short.clone(),
    }
}

/// People are called by lists inside `text`, and by nothing in `markdown` (企业微信 消息推送
/// 配置说明, "文本类型").
fn wecom(shape: Shape, words: &str, called: &[&Handle]) -> Value {
    if shape == Shape::Full {
        return json!({ "msgtype": "markdown", "markdown": { "content": words } });
    }
    json!({
        "msgtype": "text",
        "text": {
            "content": words,
            "mentioned_list": users(called),
            "mentioned_mobile_list": mobiles(called),
        },
    })
}

/// Whoever is called stands in `at` and in the text: either alone calls nobody (钉钉
/// 自定义机器人接入 "markdown 类型").
fn dingtalk(shape: Shape, title: &str, words: &str, called: &[&Handle]) -> Value {
    let at = json!({
        "atMobiles": mobiles(called),
        "atUserIds": users(called),
        "isAtAll": false,
    });
    if shape == Shape::Full {
        let markdown = json!({ "title": title, "text": words });
        return json!({ "msgtype": "markdown", "markdown": markdown, "at": at });
    }
    json!({ "msgtype": "text", "text": { "content": words }, "at": at })
}

/// The card in the form that every client shows (飞书 卡片 JSON 1.0).
fn feishu(shape: Shape, text: &RobotText, words: &str) -> Value {
    if shape != Shape::Full {
        return json!({ "msg_type": "text", "content": { "text": words } });
    }
    let title = json!({ "tag": "plain_text", "content": text.title });
    let div = json!({ "tag": "div", "text": { "tag": "lark_md", "content": words } });
    json!({
        "msg_type": "interactive",
        "card": {
            "config": { "wide_screen_mode": true },
            "header": { "template": template(text.colour), "title": title },
            "elements": [div],
        },
    })
}

/// The header's colour by the gravest of the notices; the words say the same.
const fn template(colour: Colour) -> &'static str {
    match colour {
        Colour::Grave => "red",
        Colour::Amber => "orange",
        Colour::Calm => "blue",
    }
}

/// How one person is called within the words of that shape; empty where that is done beside
/// them.
pub(super) fn call(vendor: Vendor, shape: Shape, handle: &Handle) -> String {
    match (vendor, shape, handle) {
        (Vendor::Dingtalk, _, handle) => format!("@{}", handle.expose()),
        (Vendor::Feishu, Shape::Full, Handle::User(id)) => format!("<at id={}></at>", id.expose()),
        (Vendor::Feishu, _, Handle::User(id)) => {
            format!("<at user_id=\"{}\"></at>", id.expose())
        }
        // Feishu's robots know nobody by number, and WeCom's read lists.
        (Vendor::Feishu, _, Handle::Mobile(_)) | (Vendor::Wecom, ..) => String::new(),
    }
}

fn users<'h>(called: &[&'h Handle]) -> Vec<&'h str> {
    let own = |handle: &&'h Handle| match handle {
        Handle::User(id) => Some(id.expose()),
        Handle::Mobile(_) => None,
    };
    called.iter().filter_map(own).collect()
}

fn mobiles<'h>(called: &[&'h Handle]) -> Vec<&'h str> {
    let number = |handle: &&'h Handle| match handle {
        Handle::User(_) => None,
        Handle::Mobile(number) => Some(number.expose()),
    };
    called.iter().filter_map(number).collect()
}
