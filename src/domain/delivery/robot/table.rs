//! The table itself: what robots answer, and what they mean by it.
//!
//! Owns the rows, of one code the most telling first, and nothing else. Refuses rows without
//! a source. The manuals say to branch on the code and never on the words; where a vendor
//! gives one code to several things, the words are all there is.
//!
//! It is kept as a table, a row to a few lines, which rustfmt would spread over four hundred.

use super::Treatment::{self, Afresh, Again, Pause, Person, Reshape, Taken};
use super::Vendor::{self, Dingtalk, Feishu, Wecom};
use super::{Row, Status};

/// DingTalk, "自定义机器人": more than twenty messages a minute, and ten minutes of nothing.
const DINGTALK_LOCK: Treatment = Pause { of: 600 };

/// The other two count by the minute.
const A_MINUTE: Treatment = Pause { of: 60 };

/// Past the minute in which everybody's timers ring, and the one after.
const PAST_THE_HOUR: Treatment = Pause { of: 120 };

const SOON: Treatment = Again { after: None };
const IN_A_MINUTE: Treatment = Again { after: Some(60) };

/// The code under which the guard before DingTalk's robots is kept, which answers without one.
pub(super) const DINGTALK_PUNISHES: i64 = 130_101;

/// Every code that is known.
#[rustfmt::skip]
pub const ROWS: &[Row] = &[
    row((Wecom, 0), &[], Taken, ("taken", "已送达"),
        "developer.work.weixin.qq.com 90455; a `Warning: wrong json format` beside it is a defect of ours, and it was posted"),
    row((Wecom, -1), &[], SOON, ("the vendor's system is busy", "企业微信系统繁忙"),
        "developer.work.weixin.qq.com 90455: try again, at most three times in a row"),
    row((Wecom, 6000), &[], SOON, ("the vendor's data changed meanwhile", "企业微信数据版本冲突"),
        "developer.work.weixin.qq.com 90455: try again later"),
    row((Wecom, 45009), &[], A_MINUTE, ("more messages than the vendor allows", "发送频率超过企业微信上限"),
        "developers.weixin.qq.com community, seen on robots; twenty a minute by hexdocs.pm wechat_sdk"),
    row((Wecom, 45033), &[], IN_A_MINUTE, ("too many calls at once", "并发调用超过企业微信上限"),
        "developer.work.weixin.qq.com 90313: concurrency limit"),
    row((Wecom, 93000), &[], Person, ("the robot's URL is not valid, or the robot was removed from the group",
        "机器人地址无效，或机器人已被移出群聊，须由人员重新添加并更新地址"),
        "Cloud189Checkin#175, watchvuln#146: invalid webhook url"),
    row((Wecom, 40008), &[], Reshape, ("the type of message is refused", "消息类型不被接受"),
        "developers.weixin.qq.com community 2021-08-17: once for every markdown of several lines"),
    row((Wecom, 40058), &[], Reshape, ("a parameter is refused, or the text is too long", "参数不合规或内容过长"),
        "dromara/domain-admin#82: markdown.content exceed max length 4096"),
    row((Wecom, 45002), &[], Reshape, ("the text is too long", "内容过长"),
        "developer.work.weixin.qq.com 90313"),
    row((Wecom, 44004), &[], Reshape, ("the text is empty", "内容为空"),
        "developer.work.weixin.qq.com 90313"),
    row((Wecom, 40033), &[], Reshape, ("characters that are not allowed", "含有不允许的字符"),
        "developer.work.weixin.qq.com 90455"),
    row((Wecom, 40007), &[], Reshape, ("a file that is not known", "媒体文件无效"),
        "CSDN 115790737: media_id; files are not sent by us"),

    row((Dingtalk, 0), &[], Taken, ("taken", "已送达"), "uptime-kuma dingding.js, manual: errcode 0"),
    row((Dingtalk, -1), &[], SOON, ("the vendor's system is busy", "钉钉系统繁忙"),
        "CSDN weixin_38171468/106051120: try again, at most three times in a row"),
    row((Dingtalk, 410_100), &[], DINGTALK_LOCK, ("more messages than the vendor allows", "发送过快，钉钉暂停接收十分钟"),
        "DingTalkResultErrCodeEnum (XiHan); ten minutes by the manual (juejin 7129698690297495583)"),
    row((Dingtalk, DINGTALK_PUNISHES), &[], DINGTALK_LOCK, ("more messages than the vendor allows", "发送过快，钉钉暂停接收十分钟"),
        "CSDN jialiuyang/118615052, nightingale#369: older code; also {\"status\":1111,\"punish\":\"deny\"}"),
    // Of the words of 310000, a missing keyword does not match either, and a wrong signature's
    // go on to speak of the stamp: the order counts.
    row((Dingtalk, 310_000), &["keyword", "关键词"], Person, ("the robot demands a keyword that is not in the text",
        "消息未含机器人要求的关键词，须由人员核对安全设置"),
        "DingTalkResultErrCodeEnum (XiHan): keywords not in content; manual: 关键词不匹配"),
    row((Dingtalk, 310_000), &["不匹配", "not match", "mismatch"], Person,
        ("the signature does not match the robot's secret",
        "签名与机器人密钥不符，须由人员核对"),
        "DingTalkResultErrCodeEnum (XiHan): sign not match; manual: 签名不匹配"),
    row((Dingtalk, 310_000), &["timestamp", "过期", "时间戳"], Afresh,
        ("the signature's stamp is not within an hour of the vendor's clock",
        "签名时间戳无效，请核对服务器时间"),
        "jenkinsci/dingtalk-plugin#116: invalid timestamp; CSDN JavaShark/125135415: one hour"),
    row((Dingtalk, 310_000), &["whitelist", "白名单"], Person, ("this host is not in the robot's list of addresses",
        "本机出口地址不在机器人白名单内，须由人员添加"),
        "DingTalkResultErrCodeEnum (XiHan): ip not in whitelist"),
    row((Dingtalk, 310_000), &[], Person, ("the robot's security settings refuse it", "未通过机器人安全设置，须由人员核对"),
        "DingTalkResultErrCodeEnum (XiHan): 310000, security check"),
    row((Dingtalk, 300_001), &[], Person, ("the robot's token does not exist", "机器人令牌不存在，须由人员更新地址"),
        "older codes of the manual: token is not exist"),
    row((Dingtalk, 300_005), &[], Person, ("the robot's token does not exist", "机器人令牌不存在，须由人员更新地址"),
        "older codes of the manual: token is not exist"),
    row((Dingtalk, 400_013), &[], Person, ("the group was dissolved", "群聊已解散，须由人员另设机器人"),
        "DingTalkResultErrCodeEnum (XiHan)"),
    row((Dingtalk, 400_101), &[], Person, ("the robot's token does not exist", "机器人令牌不存在，须由人员更新地址"),
        "DingTalkResultErrCodeEnum (XiHan)"),
    row((Dingtalk, 400_102), &[], Person, ("the robot was stopped", "机器人已停用，须由人员启用"),
        "DingTalkResultErrCodeEnum (XiHan)"),
    row((Dingtalk, 400_105), &[], Reshape, ("the type of message is refused", "消息类型不被接受"),
        "DingTalkResultErrCodeEnum (XiHan)"),
    row((Dingtalk, 400_106), &[], Person, ("the robot is not in the group", "机器人不在群内，须由人员重新添加"),
        "DingTalkResultErrCodeEnum (XiHan)"),
    row((Dingtalk, 430_101), &[], Reshape, ("the vendor holds a link for unsafe", "钉钉认为链接不安全"),
        "DingTalkResultErrCodeEnum (XiHan); a lawful notice once more without links"),
    row((Dingtalk, 430_102), &[], Reshape, ("the vendor holds the text for unsuitable", "钉钉认为文字不合适"),
        "DingTalkResultErrCodeEnum (XiHan)"),
    row((Dingtalk, 430_103), &[], Reshape, ("the vendor holds a picture for unsuitable", "钉钉认为图片不合适"),
        "DingTalkResultErrCodeEnum (XiHan)"),
    row((Dingtalk, 430_104), &[], Reshape, ("the vendor holds the content for unsuitable", "钉钉认为内容不合适"),
        "DingTalkResultErrCodeEnum (XiHan)"),
    row((Dingtalk, 460_101), &[], Reshape, ("the message is too long", "消息过长"),
        "prometheus-webhook-dingtalk#30: 20 000 bytes"),
    row((Dingtalk, 101_002), &[], Reshape, ("the message is too long", "消息过长"),
        "prometheus-webhook-dingtalk#30: older code"),

    row((Feishu, 0), &[], Taken, ("taken", "已送达"), "Feishu manual (reprint CSDN qq_43108153/136166075): code 0"),
    row((Feishu, 9499), &["too many request"], A_MINUTE, ("more messages than the vendor allows", "发送频率超过飞书上限"),
        "ccfos/nightingale#1437: under HTTP 400"),
    row((Feishu, 9499), &[], Reshape, ("the body is refused, or larger than 20 KB", "消息格式不合规或超过 20 KB"),
        "Feishu manual (reprint CSDN qq_43108153/136166075): Bad Request"),
    row((Feishu, 11232), &[], PAST_THE_HOUR, ("more messages than the vendor can take now", "飞书系统繁忙（整点、半点限流）"),
        "Feishu manual ucTM5YjL3ETO24yNxkjN: on the hour and the half hour"),
    row((Feishu, 11247), &[], A_MINUTE, ("more messages than the vendor allows", "发送频率超过飞书上限"),
        "codes of the open platform: rate limit"),
    row((Feishu, 99_991_400), &[], A_MINUTE, ("more messages than the vendor allows", "发送频率超过飞书上限"),
        "open.feishu.cn frequency-control.md: HTTP 429 with x-ogw-ratelimit-reset"),
    row((Feishu, 19001), &[], Person, ("the robot's URL is not valid", "机器人地址无效，须由人员更新"),
        "Runfusion/Fusion#3634: param invalid: incoming webhook access token invalid"),
    row((Feishu, 19002), &[], Reshape, ("a parameter is refused", "参数不合规"), "Runfusion/Fusion#3634"),
    row((Feishu, 19021), &[], Afresh, ("the signature does not match, or is older than an hour",
        "签名不符或时间戳超过一小时，请核对密钥和服务器时间"),
        "CSDN zhanglili1993/136473704: sign match fail or timestamp is not within one hour"),
    row((Feishu, 19022), &[], Person, ("this host is not in the robot's list of addresses",
        "本机出口地址不在机器人白名单内，须由人员添加"),
        "Feishu manual (reprint CSDN qq_43108153/136166075): Ip Not Allowed"),
    row((Feishu, 19024), &[], Person, ("the robot demands a keyword that is not in the text",
        "消息未含机器人要求的关键词，须由人员核对安全设置"),
        "megaease/easeprobe#468: Key Words Not Found"),
    row((Feishu, 19036), &[], Reshape, ("the message is too large", "消息过大"),
        "hughcube/laravel-lark v1.0.0, measured at some 150 KiB"),
];

/// What is no 2xx and has no code: mostly a gateway before the robot.
#[rustfmt::skip]
pub const STATUSES: &[Status] = &[
    status((300, 399), Person, false, "a redirect, which is not followed: the configured URL is no robot's"),
    status((401, 401), Person, false, "RFC 9110 15.5.2: a gateway asks for a login we do not have"),
    status((403, 403), Person, false, "RFC 9110 15.5.4: a gateway forbids it"),
    status((404, 405), Person, false, "RFC 9110 15.5.5, 15.5.6: the URL is no robot's"),
    status((407, 407), Person, false, "RFC 9110 15.5.8: a proxy asks for a login"),
    status((408, 408), SOON, false, "RFC 9110 15.5.9: the request may be repeated"),
    status((410, 410), Person, false, "RFC 9110 15.5.11: gone for good"),
    status((413, 413), Reshape, false, "RFC 9110 15.5.14: too large"),
    status((421, 421), SOON, false, "RFC 9110 15.5.20: another connection may"),
    status((425, 425), SOON, false, "RFC 8470 5.2: the request may be repeated"),
    status((429, 429), DINGTALK_LOCK, false, "RFC 6585 4; nobody said for how long: the longest pause of the three vendors"),
    status((400, 499), SOON, true, "RFC 9110 15.5: refused, and the robot has not said why"),
    status((503, 503), SOON, false, "RFC 9110 15.6.4: not available now, so not taken"),
    status((511, 511), Person, false, "RFC 6585 6: the network asks for a login"),
    status((500, 599), SOON, true, "RFC 9110 15.6: whoever failed may have posted it before"),
    status((0, u16::MAX), SOON, true, "RFC 9110 15: neither a yes nor a refusal"),
];

const fn row(
    (vendor, code): (Vendor, i64),
    says: &'static [&'static str],
    treatment: Treatment,
    (meaning, meaning_zh): (&'static str, &'static str),
    source: &'static str,
) -> Row {
    Row {
        vendor,
        code,
        says,
        treatment,
        meaning,
        meaning_zh,
        source,
    }
}

const fn status(
    (from, to): (u16, u16),
    treatment: Treatment,
    is_doubtful: bool,
    source: &'static str,
) -> Status {
    Status {
        from,
        to,
        treatment,
        is_doubtful,
        source,
    }
}
