//! Mail, and how much is delivered at once.

use duban::channels::mail;
use duban::config::Config;

use super::{CENTRE, DUBAN_TOML, UNITS_TOML, folder, load};

#[test]
fn bounds_of_delivery_are_held() {
    let duban = "[delivery]\nin_flight = 2\nper_destination = 3\nlease_secs = 1\nupward_after_min = 0\n\
                 [delivery.retry]\npauses_min = []\njitter_percent = 101\nhold_probe_min = [0]\n";
    let faults = load(duban, CENTRE).unwrap_err();
    assert_eq!(faults.len(), 6, "{faults:?}");
    assert!(faults[0].ends_with("per_destination: found 3, expected a number from 1 to 2"));
}

#[test]
fn a_secret_written_into_a_file_is_refused_and_not_repeated() {
    let duban = "[mail]\ntransport = \"smtp\"\nfrom = \"a@b.cn\"\nhost = \"h\"\n\
                 tls = \"implicit\"\nuser = \"a\"\npassword = \"geheim\"\n";
    let units = format!(
        "{CENTRE}[[unit]]\nname = \"甲局\"\n[unit.webhook]\nurl = \"https://a.cn/\"\n\
         secrets = [\"whsec_geheim\"]\n"
    );
    let faults = load(duban, &units).unwrap_err();
    assert!(
        faults[0].starts_with("duban.toml:7, mail.password: found something else"),
        "{faults:?}"
    );
    assert!(
        faults
            .iter()
            .any(|fault| fault.starts_with("units.toml:10, unit.webhook.secrets"))
    );
    assert!(
        !faults.iter().any(|fault| fault.contains("geheim")),
        "{faults:?}"
    );
}

#[test]
fn mail_is_files_beside_the_settings_where_nobody_chose_a_relay() {
    let folder = folder("", CENTRE);
    let config = Config::load(&folder.path().join("duban.toml")).unwrap();
    let mail::Settings::File(file) = config.mail else {
        panic!("no file transport");
    };
    assert_eq!(file.folder, folder.path().join("mail"));
}

#[test]
fn the_settings_of_a_relay_that_are_shown_are_its_defaults() {
    let lines = DUBAN_TOML
        .lines()
        .filter(|line| !line.starts_with("folder = \"/var/lib/duban/mail"));
    let lines = lines.map(|line| line.strip_prefix("#smtp ").unwrap_or(line));
    let text = lines.collect::<Vec<_>>().join("\n");
    let text = text.replace("transport = \"file\"", "transport = \"smtp\"");
    let mail::Settings::Smtp(smtp) = load(&text, UNITS_TOML).unwrap().mail else {
        panic!("no relay");
    };
    assert_eq!(smtp.deadlines, mail::Deadlines::default());
    assert_eq!(smtp.connections, 4);
    assert_eq!(smtp.per_minute, 20);
    assert_eq!(smtp.port(), 465);
    assert!(smtp.ca_file.unwrap().ends_with("ca/city.pem"));
}

#[test]
fn an_endpoint_may_have_a_rate_of_its_own() {
    let unit = |rate: &str| {
        let endpoint = "url = \"https://a.cn/\"\nsecrets = [{ credential = \"a\" }]";
        format!("{CENTRE}[[unit]]\nname = \"甲局\"\n[unit.webhook]\n{endpoint}\n{rate}")
    };
    let config = load("[webhook]\nper_minute = 90\n", &unit("per_minute = 5\n")).unwrap();
    assert_eq!(config.webhook.per_minute, 90);
    assert_eq!(config.units.endpoints[0].per_minute, Some(5));
    let config = load("", &unit("")).unwrap();
    assert_eq!(
        config.webhook.per_minute, 0,
        "no limit unless somebody sets one"
    );
    assert_eq!(config.units.endpoints[0].per_minute, None);
    assert_eq!(config.mail.per_minute(), 0, "a folder takes what comes");
}

#[test]
fn faults_of_the_mail_settings_come_with_their_lines() {
    let none = load("[mail]\nfrom = \"a@b.cn\"\n", CENTRE).unwrap_err();
    assert_eq!(
        none,
        ["duban.toml, mail.transport: found nothing, expected \"file\" or \"smtp\""]
    );
    let other = load("[mail]\nfrom = \"a@b.cn\"\ntransport = \"fax\"\n", CENTRE).unwrap_err();
    assert_eq!(
        other,
        ["duban.toml:3, mail.transport: found \"fax\", expected \"file\" or \"smtp\""]
    );
    let relay = "[mail]\ntransport = \"smtp\"\nfrom = \"a@b.cn\"\nhost = \"a b\"\ntls = \"none\"\n\
                 user = \"u\"\npassword = { file = \"p\" }\n";
    let faults = load(relay, CENTRE).unwrap_err();
    assert!(
        faults[0].starts_with("duban.toml:4, mail.host"),
        "{faults:?}"
    );
    assert!(
        faults[1].starts_with("duban.toml:5, mail.tls"),
        "{faults:?}"
    );
    let several = "[mail]\ntransport = \"file\"\nform = \"a@b.cn\"\nfolder = 1\n";
    assert_eq!(load(several, CENTRE).unwrap_err().len(), 3);
}

#[test]
fn a_lease_that_an_attempt_can_outlast_is_refused() {
    let relay = "[mail]\ntransport = \"smtp\"\nfrom = \"a@b.cn\"\nhost = \"h\"\ntls = \"none\"\n\
                 [delivery]\nlease_secs = 300\n";
    let faults = load(relay, CENTRE).unwrap_err();
    assert!(
        faults[0].starts_with("duban.toml:7, delivery.lease_secs: found 300"),
        "{faults:?}"
    );
}

#[test]
fn a_lease_that_leaves_no_time_to_wait_and_an_alarm_before_an_attempt_can_end_are_refused() {
    let with = |lease: u32, late: u32| {
        let text = format!(
            "[mail]\ntransport = \"smtp\"\nfrom = \"a@b.cn\"\nhost = \"h\"\ntls = \"none\"\n\
             [delivery]\nlease_secs = {lease}\n[auditor]\nlate_min = {late}\n"
        );
        load(&text, CENTRE)
    };
    // Connecting and greeting, commands, DATA, body and reply: 60 + 120 + 240 + 120 + 180 + 600.
    let faults = with(1379, 22).unwrap_err();
    assert_eq!(faults.len(), 2, "{faults:?}");
    let why = "the deadlines of [mail] and [webhook] let one attempt take 1320 seconds";
    assert_eq!(
        faults[0],
        format!(
            "duban.toml:7, delivery.lease_secs: found 1379, expected at least 1380: {why}, and it \
             may wait for a connection"
        )
    );
    assert_eq!(
        faults[1],
        format!("duban.toml:9, auditor.late_min: found 22, expected more than 22: {why}")
    );
    with(1380, 23).unwrap();
}
