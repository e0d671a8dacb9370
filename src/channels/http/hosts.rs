//! The public hosts of the vendors of chat groups.
//!
//! Owns telling a robot by its host, so that nobody posts to one in another's protocol.
//! Refuses to demand these hosts: private deployments have others.

use crate::domain::delivery::robot::Vendor;

/// Where each vendor's robots are posted to by everybody (facts of each vendor's manual of its
/// 自定义机器人; Lark is Feishu abroad).
const PUBLIC_HOSTS: [(&str, Vendor); 4] = [
    ("qyapi.weixin.qq.com", Vendor::Wecom),
    ("oapi.dingtalk.com", Vendor::Dingtalk),
    ("open.feishu.cn", Vendor::Feishu),
    ("open.larksuite.com", Vendor::Feishu),
];

/// Whose robots live at `host`, in lower case; a name may end in the root's dot.
pub(super) fn vendor_of(host: &str) -> Option<Vendor> {
    let host = host.trim_end_matches('.');
    let known = PUBLIC_HOSTS.iter().find(|(public, _)| *public == host);
    known.map(|(_, vendor)| *vendor)
}
