//! `[web]`: what `check` says of it, and what it refuses.

use crate::support::command::Desk;

fn checked(web: &str) -> (String, String) {
    let desk = Desk::new();
    desk.extend("duban.toml", web);
    let said = desk.duban(&["check"]);
    (said.out, said.err)
}

#[test]
fn without_the_section_check_says_how_units_acknowledge() {
    let (out, _) = checked("");
    assert!(
        out.contains("no pages: units acknowledge by telling the centre"),
        "{out}"
    );
}

#[test]
fn the_defaults_are_loopback_and_a_key_that_run_makes() {
    let (out, _) = checked("[web]\nbase_url = \"https://duban.example.gov.cn\"\n");
    assert!(
        out.contains("pages on 127.0.0.1:7713, opened by https://duban.example.gov.cn"),
        "{out}"
    );
    assert!(
        out.contains("web.key: no key of the links yet; `run` makes it"),
        "{out}"
    );
    assert!(
        out.contains("a proxy that speaks TLS belongs in front"),
        "{out}"
    );
    assert!(!out.contains("! web."), "{out}");
}

#[test]
fn what_is_open_to_others_is_a_warning() {
    let (out, _) =
        checked("[web]\nlisten = \"0.0.0.0:7713\"\nbase_url = \"http://duban.example.gov.cn\"\n");
    assert!(out.contains("! web.listen: found 0.0.0.0:7713"), "{out}");
    assert!(out.contains("reverse proxy"), "{out}");
    assert!(out.contains("! web.base_url"), "{out}");
    let (out, _) = checked("[web]\nbase_url = \"http://localhost:7713\"\n");
    assert!(!out.contains("! web."), "{out}");
    let (out, _) = checked("[web]\nbase_url = \"http://localhost.example.cn\"\n");
    assert!(out.contains("! web.base_url"), "{out}");
}

#[test]
fn every_fault_is_told_with_its_line_and_no_key_is_shown() {
    let (_, err) = checked("[web]\nlisten = \"nowhere\"\nkey = \"c2VjcmV0\"\nport = 1\n");
    for key in ["web.listen", "web.key", "base_url", "port"] {
        assert!(err.contains(key), "{key} not in {err}");
    }
    assert!(!err.contains("c2VjcmV0"), "{err}");
    for (url, why) in [
        ("duban.example.gov.cn", "neither https:// nor http://"),
        ("ftp://duban.example.gov.cn", "neither https:// nor http://"),
        ("https://", "no host"),
        ("https:///q", "no host"),
        ("https://a?b=c", "more than scheme, host, port and path"),
        ("https://user@a", "more than scheme, host, port and path"),
        ("https://督办.cn", "more than scheme, host, port and path"),
        ("https://a b", "more than scheme, host, port and path"),
    ] {
        let (_, err) = checked(&format!("[web]\nbase_url = \"{url}\"\n"));
        assert!(err.contains(why), "{url}: {err}");
        assert!(err.contains("duban.toml:8, web.base_url"), "{url}: {err}");
    }
    let (_, err) = checked("[web]\nbase_url = \"https://a\"\nlisten = \"127.0.0.1:0\"\n");
    assert!(err.contains("port 0"), "{err}");
}

#[test]
fn a_key_that_is_none_is_a_fault_and_one_that_others_read_a_warning() {
    use std::os::unix::fs::PermissionsExt as _;
    let desk = Desk::new();
    desk.extend(
        "duban.toml",
        "[web]\nbase_url = \"https://a.example.cn\"\nkey = { file = \"key\" }\n",
    );
    let missing = desk.duban(&["check"]).refused(78);
    assert!(missing.contains("a readable secret file"), "{missing}");
    desk.write("key", "c2hvcnQ=\n");
    let short = desk.duban(&["check"]).refused(78);
    assert!(short.contains("32 random bytes in base64"), "{short}");
    assert!(!short.contains("c2hvcnQ"), "{short}");
    desk.write("key", "BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc=\n");
    let open = std::fs::Permissions::from_mode(0o644);
    std::fs::set_permissions(desk.at("key"), open).unwrap();
    let sound = desk.duban(&["check"]).ok();
    assert!(sound.contains("the key of the links"), "{sound}");
    assert!(
        sound.contains("a secret that everybody can read"),
        "{sound}"
    );
}
