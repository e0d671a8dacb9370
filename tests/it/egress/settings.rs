//! What an administrator can write about egress, and what is told when it is wrong.

use duban::config::Config;
use duban::config::check::{Around, check};
use duban::domain::calendar::Calendar;

use crate::config::{CENTRE, folder, load};
use crate::support::messages::now;

#[test]
fn every_fault_of_the_list_is_told_with_its_line() {
    let duban = "[egress]\nallow_cidr = [\n\"10.32.0.0/16\",\n\"10.32.0.0/33\",\n\"10.32.5.1/16\",\n\
                 \"127.0.0.0/8\",\n\"169.254.169.254\",\n\"::ffff:10.0.0.0/104\",\n\"oa.cn\",\n\"0.0.0.0/0\",\n]\n\
                 allow_host = [\n\"10.0.0.1\",\n\"*.cn\",\n\"*\",\n\"https://oa.cn\",\n\"a.*.cn\",\n\"oa.cn\",\n]\n\
                 loopback_ports = [70000]\nproxy = \"http://user:geheim@10.1.2.3:3128\"\nallow = 1\n";
    let faults = load(duban, CENTRE).unwrap_err();
    let expected = [
        "duban.toml:4, egress.allow_cidr: found `10.32.0.0/33`, expected a network such as `10.32.0.0/16`, or one address",
        "duban.toml:5, egress.allow_cidr: found `10.32.5.1/16`, expected `10.32.0.0/16`, without a host's bits",
        "duban.toml:6, egress.allow_cidr: found loopback addresses `127.0.0.0/8`, expected a network that may be reached (for this host see `loopback_ports`)",
        "duban.toml:7, egress.allow_cidr: found link-local addresses `169.254.169.254`, expected a network that may be reached (for this host see `loopback_ports`)",
        "duban.toml:8, egress.allow_cidr: found `::ffff:10.0.0.0/104`, expected an IPv4 network written as one",
        "duban.toml:9, egress.allow_cidr: found `oa.cn`, expected a network such as `10.32.0.0/16`, or one address",
        "duban.toml:13, egress.allow_host: found the address `10.0.0.1`, expected a name; addresses stand in `allow_cidr`",
        "duban.toml:14, egress.allow_host: found `*.cn`, expected two labels or more after `*.`",
        "duban.toml:15, egress.allow_host: found `*`, expected a host such as `oa.example.gov.cn`, or `*.example.gov.cn`",
        "duban.toml:16, egress.allow_host: found `https://oa.cn`, expected a host such as `oa.example.gov.cn`, or `*.example.gov.cn`",
        "duban.toml:17, egress.allow_host: found `a.*.cn`, expected a host such as `oa.example.gov.cn`, or `*.example.gov.cn`",
        "duban.toml:20, egress.loopback_ports: found integer `70000`, expected u16",
        "duban.toml:21, egress.proxy: found a password, expected `http://`, a host and a port: a proxy knows this host by its address",
        "duban.toml:22, egress.allow: found unknown key `allow`, expected one of `allow_cidr`, `allow_host`, `loopback_ports`, `proxy`",
    ];
    assert_eq!(faults, expected);
}

#[test]
fn a_proxy_is_somewhere_and_speaks_http() {
    for (proxy, told) in [
        ("https://10.1.2.3:3128", "another kind of URL"),
        ("socks5://10.1.2.3", "another kind of URL"),
        ("http://10.1.2.3/path", "another kind of URL"),
        ("10.1.2.3:3128", "no URL"),
        ("http://169.254.169.254", "link-local"),
        ("http://127.0.0.1:3128", "3128 among `loopback_ports`"),
    ] {
        let faults = load(&format!("[egress]\nproxy = \"{proxy}\"\n"), CENTRE).unwrap_err();
        assert_eq!(faults.len(), 1, "{faults:?}");
        let fault = &faults[0];
        assert!(
            fault.starts_with("duban.toml:2, egress.proxy: ") && fault.contains(told),
            "{fault}"
        );
    }
    load(
        "[egress]\nproxy = \"http://127.0.0.1:3128\"\nloopback_ports = [3128]\n",
        CENTRE,
    )
    .unwrap();
}

/// A unit with an endpoint at `url`, from line 7 of units.toml on.
fn unit(name: &str, url: &str) -> String {
    format!(
        "[[unit]]\nname = \"{name}\"\n[unit.webhook]\nurl = \"{url}\"\nsecrets = [{{ file = \"key\" }}]\n"
    )
}

/// What a check says of these files.
fn checked(duban: &str, units: &str) -> (Vec<String>, Vec<String>) {
    let folder = folder(duban, &format!("{CENTRE}{units}"));
    let key = "whsec_MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=";
    std::fs::write(folder.path().join("key"), key).unwrap();
    let config = Config::load(&folder.path().join("duban.toml")).unwrap();
    let calendar = Calendar::default();
    let around = Around {
        now: now(),
        calendar: &calendar,
        credentials: None,
    };
    let report = check(&config, &around);
    let prefix = format!("{}/", folder.path().display());
    let told = |faults: &[duban::domain::fault::Fault]| {
        let told = faults
            .iter()
            .map(|fault| fault.to_string().replace(&prefix, ""));
        told.collect()
    };
    (told(&report.faults), told(&report.warnings))
}

#[test]
fn an_endpoint_that_can_never_be_reached_is_refused_at_start_with_its_place() {
    let units = [
        unit("甲局", "https://169.254.169.254/token-in-path"),
        unit("乙局", "https://10.33.0.1/"),
        unit("丙局", "https://10.32.0.1/"),
        unit("丁局", "https://0x7f.1:8443/"),
        unit("戊局", "https://localhost:8443/"),
    ];
    let duban = "[egress]\nallow_cidr = [\"10.32.0.0/16\"]\n";
    let (faults, warnings) = checked(duban, &units.concat());
    let endpoint = |line: usize, unit: &str, rule: &str| {
        format!(
            "units.toml:{line}, unit {unit}, webhook.url: found a host or an address it does not, \
             expected a host that [egress] lets through: {rule}"
        )
    };
    let loopback = "loopback is only reached on a port of `egress.loopback_ports`";
    for expected in [
        endpoint(8, "甲局", "link-local addresses are never reached"),
        endpoint(
            13,
            "乙局",
            "neither the host nor its address is on the allow list of [egress]",
        ),
        endpoint(23, "丁局", loopback),
        endpoint(28, "戊局", loopback),
    ] {
        assert!(faults.contains(&expected), "{expected} in {faults:#?}");
    }
    let about = |faults: &[String]| {
        faults
            .iter()
            .filter(|one| one.contains("webhook.url"))
            .count()
    };
    assert_eq!((about(&faults), about(&warnings)), (4, 0), "{faults:#?}");
    assert!(!faults.concat().contains("token-in-path"));
}

#[test]
fn a_check_warns_of_webhooks_without_a_list() {
    let units = unit("甲局", "https://oa.example.gov.cn/");
    let is_told = |duban: &str, units: &str| {
        let (_, warnings) = checked(duban, units);
        warnings
            .iter()
            .any(|one| one.starts_with("egress: found no list"))
    };
    assert!(is_told("", &units));
    assert!(is_told("[egress]\nloopback_ports = [8443]\n", &units));
    assert!(!is_told("[egress]\nallow_host = [\"*.gov.cn\"]\n", &units));
    assert!(!is_told("", ""));
}

#[test]
fn an_answer_needs_a_field_and_values() {
    for answer in [
        "field = \"\", ok = [0]",
        "field = \"code\", ok = []",
        "field = \"a..b\", ok = [0]",
        "field = \"code\", ok = [[0]]",
    ] {
        let units = format!(
            "{}answer = {{ {answer} }}\n",
            unit("甲局", "https://oa.cn/")
        );
        let (faults, _) = checked("", &units);
        assert!(
            faults.iter().any(|one| one.contains("webhook.answer")),
            "{answer}: {faults:?}"
        );
    }
    let units = format!(
        "{}answer = {{ field = \"code\", ok = [0, \"0\", true] }}\n",
        unit("甲局", "https://oa.cn/")
    );
    assert!(
        !checked("", &units)
            .0
            .iter()
            .any(|one| one.contains("webhook"))
    );
}
