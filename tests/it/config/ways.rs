//! `[unit.webhook]` and `[[unit.webhook]]`: which ways a unit has, and what is refused.

use duban::config::Config;
use duban::config::check::{Around, Report, check};
use duban::domain::calendar::Calendar;
use duban::domain::notice::Channel;

use crate::support::messages::now;

use super::{CENTRE, DUBAN_TOML, UNITS_TOML, folder, load};

const PLACE: &str = "[[unit]]\nname = \"甲局\"\n";

fn checked(units: &str) -> Report {
    let folder = folder("", &format!("{CENTRE}{PLACE}{units}"));
    std::fs::write(folder.path().join("s"), "SEC0123").unwrap();
    let config = Config::load(&folder.path().join("duban.toml")).unwrap();
    let around = Around {
        now: now(),
        calendar: &Calendar::default(),
        credentials: None,
    };
    check(&config, &around)
}

fn faults(units: &str) -> Vec<String> {
    let faults = checked(units).faults.into_iter();
    let of_units = |fault: &String| fault.contains("unit 甲局");
    faults
        .map(|fault| fault.to_string())
        .filter(of_units)
        .collect()
}

fn refused(units: &str) -> Vec<String> {
    load("", &format!("{CENTRE}{PLACE}{units}")).unwrap_err()
}

#[test]
fn the_shipped_units_show_a_robot_and_whom_it_may_mention() {
    let config = load(DUBAN_TOML, UNITS_TOML).unwrap();
    let office = config.units.directory.unit("市政府办").unwrap();
    assert_eq!(office.endpoints, [Channel::Dingtalk]);
    let [robot] = config.units.robots.as_slice() else {
        panic!("{:?}", config.units.robots);
    };
    assert_eq!((robot.people.len(), robot.known_people()), (3, 1));
    assert_eq!(robot.messages_per_minute(), 4);
}

#[test]
fn every_key_that_is_shown_as_a_comment_is_read() {
    let shown = UNITS_TOML.lines().map(|line| match line.strip_prefix('#') {
        Some(key) if key.starts_with(char::is_alphabetic) && key.contains(" = ") => key,
        _ => line,
    });
    let shown: Vec<&str> = shown.collect();
    let config = load(DUBAN_TOML, &shown.join("\n")).unwrap();
    assert_eq!(config.units.robots.len(), 1);
}

#[test]
fn a_unit_has_a_system_and_robots_side_by_side() {
    let several = "[[unit.webhook]]\nurl = \"https://a.cn/\"\nsecrets = []\n\
                   [[unit.webhook]]\nkind = \"wecom\"\nurl = \"https://b.cn/\"\n\
                   [[unit.webhook]]\nkind = \"feishu\"\nurl = \"https://c.cn/\"\n";
    let units = load("", &format!("{CENTRE}{PLACE}{several}"))
        .unwrap()
        .units;
    let unit = units.directory.unit("甲局").unwrap();
    let expected = [Channel::Webhook, Channel::Wecom, Channel::Feishu];
    assert_eq!(unit.endpoints, expected);
    assert_eq!((units.endpoints.len(), units.robots.len()), (1, 2));
    assert!(
        units.robots[1].written.ends_with("units.toml:14"),
        "{units:?}"
    );
    assert!(
        units.endpoints[0].written.ends_with("units.toml:8"),
        "{units:?}"
    );
}

#[test]
fn every_fault_among_the_ways_is_told_at_once_with_line_and_unit() {
    let faults = refused(
        "[[unit.webhook]]\nkind = \"wecom\"\nurl = \"https://a.cn/\"\nsecret = { file = \"s\" }\n\
         [[unit.webhook]]\nkind = \"wecom\"\nurl = \"https://b.cn/\"\n\
         [[unit.webhook]]\nkind = \"feishu\"\nurl = \"https://c.cn/\"\nsecrets = []\n\
         answer = { field = \"code\", ok = [0] }\n\
         [[unit.webhook]]\nurl = \"https://d.cn/\"\nsecret = { file = \"s\" }\nkeyword = \"督办\"\n\
         [[unit]]\nname = \"乙局\"\n[[unit.webhook]]\nkind = \"qq\"\nurl = \"https://e.cn/\"\n\
         [[unit.webhook]]\nkind = \"feishu\"\n\
         [[unit.webhook]]\nkind = \"dingtalk\"\nurl = \"https://f.cn/\"\nsecret = \"SECgeheim\"\n",
    );
    let starts = [
        "units.toml:11, unit 甲局, webhook.secret: found a signing secret, expected none: WeCom",
        "units.toml:12, unit 甲局, webhook.kind: found a kind the unit has already",
        "units.toml:18, unit 甲局, webhook.secrets: found the signing keys",
        "units.toml:19, unit 甲局, webhook.answer: found a field",
        "units.toml:22, unit 甲局, webhook.secret: found the signing secret of a robot",
        "units.toml:23, unit 甲局, webhook.keyword: found the keyword of a robot",
        "units.toml:20, unit 甲局, webhook: found nothing, expected the key `secrets`",
        "units.toml:27, unit 乙局, webhook.kind: found `qq`, expected `standard`",
        "units.toml:29, unit.webhook: found nothing, expected the key `url`",
        "units.toml:34, unit.webhook.secret: found something else",
    ];
    for start in starts {
        let is_told = faults.iter().any(|fault| fault.starts_with(start));
        assert!(is_told, "{start} in {faults:#?}");
    }
    assert_eq!(faults.len(), starts.len(), "{faults:#?}");
    assert!(!faults.concat().contains("geheim"), "{faults:#?}");
}

#[test]
fn one_way_is_told_with_its_place_as_well() {
    let faults =
        refused("[unit.webhook]\nkind = \"wecom\"\nurl = \"https://a.cn/\"\nsecrts = []\n");
    assert_eq!(faults.len(), 1, "{faults:?}");
    let start = "units.toml:11, unit.webhook.secrts: found unknown key `secrts`";
    assert!(faults[0].starts_with(start), "{faults:?}");
    let faults = refused("webhook = 7\n");
    assert!(faults[0].contains("[[unit.webhook]]"), "{faults:?}");
}

#[test]
fn a_vendors_host_under_another_kind_is_refused_and_the_right_one_named() {
    let hosts = [
        ("qyapi.weixin.qq.com", "wecom"),
        ("OAPI.dingtalk.com.", "dingtalk"),
        ("open.feishu.cn", "feishu"),
        ("open.larksuite.com", "feishu"),
    ];
    for (host, kind) in hosts {
        for written in ["standard", "wecom", "dingtalk", "feishu"] {
            let secrets = match written {
                "standard" => "secrets = [{ file = \"s\" }]\n",
                _ => "",
            };
            let url = format!("https://{host}/x?key=geheim");
            let way = format!("[unit.webhook]\nkind = \"{written}\"\nurl = \"{url}\"\n{secrets}");
            let found = faults(&way);
            let of_url: Vec<&String> = found.iter().filter(|one| one.contains(".url")).collect();
            if written == kind {
                assert!(of_url.is_empty(), "{found:?}");
                continue;
            }
            assert!(of_url[0].contains("a chat robot at"), "{found:?}");
            assert!(
                of_url[0].contains(&format!("`kind = \"{kind}\"`")),
                "{found:?}"
            );
            assert!(of_url[0].contains("units.toml:8, unit 甲局"), "{found:?}");
            assert!(!found.concat().contains("geheim"), "{found:?}");
        }
    }
}

#[test]
fn what_a_robot_cannot_do_is_refused_before_it_is_tried() {
    let robot = |keys: &str| {
        let way = format!("[unit.webhook]\nkind = \"dingtalk\"\nkeyword = \"督办\"\n{keys}");
        faults(&way).concat()
    };
    assert_eq!(robot("url = \"https://im.gov.example.cn/r\"\n"), "");
    let cases = [
        ("url = \"http://im.gov.example.cn/r\"\n", "plain HTTP"),
        (
            "url = \"https://u:p@im.gov.example.cn/r\"\n",
            "credentials in the URL",
        ),
        (
            "url = \"https://im.cn/r?timestamp=1&sign=x\"\n",
            "a signature in the URL",
        ),
        (
            "url = \"https://im.cn/r\"\nper_minute = 0\n",
            "found 0, expected 1 to 5",
        ),
        (
            "url = \"https://im.cn/r\"\nper_minute = 6\n",
            "found 6, expected 1 to 5",
        ),
        (
            "url = \"https://im.cn/r\"\nclient_key = \"k\"\n",
            "both, or neither",
        ),
    ];
    for (keys, words) in cases {
        let found = robot(keys);
        assert!(found.contains(words), "{words} in {found}");
    }
    let unfit =
        "[unit.webhook]\nkind = \"feishu\"\nurl = \"https://im.cn/r\"\nkeyword = \"<at>\"\n";
    assert!(faults(unfit).concat().contains("webhook.keyword"));
}

#[test]
fn a_robot_without_a_guard_is_allowed_and_unwise() {
    let unguarded = |kind: &str, guard: &str| {
        let way = format!("[unit.webhook]\nkind = \"{kind}\"\nurl = \"https://im.cn/r\"\n{guard}");
        let report = checked(&way);
        let warnings = report.warnings.iter().map(ToString::to_string);
        warnings
            .filter(|one| one.contains("neither `secret` nor"))
            .count()
    };
    assert_eq!(unguarded("dingtalk", ""), 1);
    assert_eq!(unguarded("feishu", ""), 1);
    assert_eq!(unguarded("feishu", "keyword = \"督办提醒\"\n"), 0);
    assert_eq!(unguarded("dingtalk", "secret = { file = \"s\" }\n"), 0);
    assert_eq!(unguarded("wecom", ""), 0);
}

#[test]
fn a_check_shows_each_robot_without_its_url() {
    let way = "[[unit.contact]]\nname = \"乙\"\nemail = \"b@c.cn\"\nmobile = \"13800000001\"\n\
               [unit.webhook]\nkind = \"wecom\"\nurl = \"https://im.cn/geheim\"\n";
    let report = checked(way);
    let fact = report
        .facts
        .iter()
        .find(|fact| fact.about == "wecom:甲局")
        .unwrap();
    let expected = "robot, not signed, can mention 1 of 1 people, 3 messages a minute";
    assert_eq!(fact.found, expected);
    let all = format!("{report:?}");
    assert!(
        !all.contains("geheim") && !all.contains("13800000001"),
        "{all}"
    );
    let people = report
        .facts
        .iter()
        .any(|fact| fact.found.contains("0 endpoints, 1 robots"));
    assert!(people, "{all}");
}

#[test]
fn whom_a_robot_can_mention_needs_no_mail_and_nobody_else_may_be_without() {
    let unit = |person: &str, kind: &str| {
        let way = format!("[unit.webhook]\nkind = \"{kind}\"\nurl = \"https://im.cn/x\"\n");
        let contact = format!("[[unit.contact]]\nname = \"乙\"\n{person}\n");
        load("", &format!("{CENTRE}{PLACE}{contact}{way}"))
    };
    let mobile = "mobile = \"13800000001\"";
    let config = unit(mobile, "wecom").unwrap();
    assert_eq!(config.units.robots[0].known_people(), 1);
    let directory = &config.units.directory;
    assert!(directory.unit("甲局").unwrap().contacts.is_empty());
    // Feishu's robots do not take numbers, and without any there is nothing to find the person by.
    for (person, kind) in [(mobile, "feishu"), ("", "wecom")] {
        let faults = unit(person, kind).unwrap_err();
        let lacks = "unit.contact: found a person without the key `email`";
        assert_eq!(faults.len(), 1, "{faults:#?}");
        assert!(faults[0].contains(lacks), "{faults:#?}");
        assert!(!faults[0].contains("138"), "{faults:#?}");
    }
}

#[test]
fn what_people_are_called_by_is_checked_and_never_repeated() {
    let person = |key: &str| {
        let contact = "[[unit.contact]]\nname = \"乙\"\nemail = \"b@c.cn\"\n";
        load("", &format!("{CENTRE}{PLACE}{contact}{key}\n"))
    };
    let sound = [
        "mobile = \"13800000001\"",
        "mobile = \"+8619912345678\"",
        "mobile = \"+86 13800000001\"",
        "wecom = \"lilianluo\"",
        "dingtalk = \"manager4220\"",
        "feishu = \"ou_84aad35d084aa403a838cf73ee18467\"",
    ];
    for key in sound {
        assert!(person(key).is_ok(), "{key}");
    }
    let unsound = [
        "mobile = \"12800000001\"",
        "mobile = \"1380000000\"",
        "mobile = \"+8513800000001\"",
        "mobile = 13800000001",
        "mobile = \"043186751234\"",
        "wecom = \"@all\"",
        "dingtalk = \"ALL\"",
        "wecom = \"li lianluo\"",
        "feishu = \"on_84aad35d\"",
        "feishu = \"ou_\"",
        "feishu = \"all\"",
    ];
    for key in unsound {
        let faults = person(key).unwrap_err();
        let (name, value) = key.split_once(" = ").unwrap();
        assert_eq!(faults.len(), 1, "{faults:?}");
        let start = format!("units.toml:11, unit.contact.{name}: found something else");
        assert!(faults[0].starts_with(&start), "{faults:?}");
        let found = faults[0].split("expected").next().unwrap();
        assert!(!found.contains(value.trim_matches('"')), "{faults:?}");
    }
}

#[test]
fn a_lease_that_the_posts_of_a_robot_outlast_is_refused() {
    let settings = |lease: u32| {
        format!(
            "[mail]\ntransport = \"file\"\nfrom = \"a@b.cn\"\nfolder = \"m\"\n\
             [webhook]\ntimeout_secs = 100\n[delivery]\nlease_secs = {lease}\n"
        )
    };
    let faults = load(&settings(359), CENTRE).unwrap_err();
    assert!(
        faults[0].contains("let one attempt take 300 seconds"),
        "{faults:?}"
    );
    assert!(load(&settings(360), CENTRE).is_ok());
}
