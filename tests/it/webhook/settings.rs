//! What an operator sets for webhooks.

use super::{Setup, secret};

#[test]
fn a_url_with_credentials_is_refused_and_not_repeated() {
    let fault = Setup::new("https://user:hunter2@oa.example.gov.cn/hook").fault();
    assert!(fault.contains("credentials in the URL"), "{fault}");
    assert!(
        !fault.contains("hunter2") && !fault.contains("user:"),
        "{fault}"
    );
}

#[test]
fn a_chat_robot_is_refused_and_the_reason_given() {
    for host in [
        "qyapi.weixin.qq.com",
        "oapi.dingtalk.com",
        "open.feishu.cn",
        "OPEN.larksuite.com",
        "oapi.dingtalk.com.",
    ] {
        let fault = Setup::new(&format!("https://{host}/x?key=token")).fault();
        assert!(
            fault.contains("chat robot") && !fault.contains("token"),
            "{fault}"
        );
    }
}

#[test]
fn plain_http_needs_to_be_allowed_and_then_warns() {
    let mut setup = Setup::new("http://oa.example.gov.cn/hook");
    assert!(setup.fault().contains("allow_http"));
    setup.settings.allow_http = true;
    let warnings = setup.open().ok().unwrap();
    assert!(
        warnings
            .warnings()
            .any(|warning| warning.place.contains("webhook.url"))
    );
    assert!(
        Setup::new("ftp://oa.example.gov.cn")
            .fault()
            .contains("https")
    );
    assert!(Setup::new("oa.example.gov.cn").fault().contains("no URL"));
}

#[test]
fn weak_missing_and_too_many_keys_are_refused() {
    for weak in ["whsec_c2hvcnQ=", "no-prefix", "whsec_***"] {
        let mut setup = Setup::new("https://oa.example.gov.cn/hook");
        setup.endpoint.secrets.clear();
        setup.add_secret(weak);
        let fault = setup.fault();
        assert!(
            fault.contains("24 to 64 bytes") && !fault.contains(weak),
            "{fault}"
        );
    }
    let mut setup = Setup::new("https://oa.example.gov.cn/hook");
    setup.endpoint.secrets.clear();
    assert!(setup.fault().contains("0 secrets"));
    let mut setup = Setup::new("https://oa.example.gov.cn/hook");
    setup.add_secret(&secret(2));
    setup.add_secret(&secret(3));
    assert!(setup.fault().contains("3 secrets"));
}
