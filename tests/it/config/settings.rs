//! `duban.toml` as a whole: defaults, paths, unknown keys, several faults at once.

use std::path::Path;

use chrono::NaiveTime;
use duban::channels::egress;
use duban::config::{Auditor, Config, Delivery, Format, Level, Log, Schedule};

use super::{CENTRE, DUBAN_TOML, UNITS_TOML, folder, load};

#[test]
fn the_shipped_files_are_sound_and_show_the_defaults() {
    let config = load(DUBAN_TOML, UNITS_TOML).unwrap();
    assert_eq!(config.schedule, Schedule::default());
    assert_eq!(config.delivery, Delivery::default());
    assert_eq!(config.log, Log::default());
    assert_eq!(config.egress, egress::Settings::default());
    assert_eq!(config.auditor, Auditor::default());
    assert_eq!(config.heartbeat, None);
    assert_eq!(config.ledger, Path::new("/var/lib/duban/ledger.db"));
    assert_eq!(config.rules, None);
}

#[test]
fn every_setting_that_is_shown_but_off_can_be_turned_on() {
    let on = DUBAN_TOML.replace("\n#: ", "\n");
    let config = load(&on, UNITS_TOML).unwrap();
    assert!(config.rules.unwrap().ends_with("rules/taonan.toml"));
    assert!(config.calendar.unwrap().ends_with("calendar"));
    assert_eq!(config.egress.allow_cidr.len(), 2);
    assert_eq!(config.egress.allow_host.len(), 2);
    assert!(config.egress.proxy.is_some());
    assert_eq!(config.heartbeat.unwrap().every_secs, 60);
}

#[test]
fn an_empty_file_means_the_defaults_with_everything_beside_it() {
    let folder = folder("", CENTRE);
    let config = Config::load(&folder.path().join("duban.toml")).unwrap();
    assert_eq!(config.catalog, folder.path().join("catalog.db"));
    assert_eq!(config.ledger, folder.path().join("ledger.db"));
    assert_eq!(config.directory, folder.path().join("units.toml"));
    assert_eq!(config.schedule.wake.len(), 2);
    assert_eq!(
        config.schedule.send_until,
        NaiveTime::from_hms_opt(17, 0, 0).unwrap()
    );
}

#[test]
fn a_relative_path_starts_at_the_folder_of_the_file_that_says_it() {
    let folder = folder(
        "[catalog]\nfile = \"data/c.db\"\n[rules]\nfile = \"/r.toml\"\n",
        CENTRE,
    );
    let config = Config::load(&folder.path().join("duban.toml")).unwrap();
    assert_eq!(config.catalog, folder.path().join("data/c.db"));
    assert_eq!(config.rules.as_deref(), Some(Path::new("/r.toml")));
}

#[test]
fn faults_of_several_sections_and_of_both_files_are_told_at_once() {
    let duban = "[catalog]\nfil = \"c.db\"\n[delivery]\nin_flight = \"many\"\nlease = 3\n\
                 [delivery.retry]\njitter = 1\n[sms]\nhost = \"x\"\n[log]\nformat = \"xml\"\n";
    let units = format!("{CENTRE}phone = \"1\"\n[[unit]]\naliases = [\"x\"]\n");
    let faults = load(duban, &units).unwrap_err();
    let expected = [
        "duban.toml:2, catalog.fil: found unknown key `fil`, expected `file`",
        "duban.toml:4, delivery.in_flight: found string \"many\", expected u32",
        "duban.toml:5, delivery.lease: found unknown key `lease`, expected one of `in_flight`, \
         `per_destination`, `lease_secs`, `upward_after_min`, `min_free_mib`, `retry`",
        "duban.toml:7, delivery.retry.jitter: found unknown key `jitter`, expected one of \
         `pauses_min`, `jitter_percent`, `give_up_after_hours`, `hold_probe_min`",
        "duban.toml:11, log.format: found `xml`, expected `text` or `json`",
        "duban.toml:8: found unknown section `sms`, expected one of catalog, ledger, directory, \
         rules, calendar, schedule, delivery, log, mail, webhook, egress, auditor, heartbeat",
        "units.toml:6, centre.contact.phone: found unknown key `phone`, expected one of \
         `audience`, `name`, `email`, `mobile`, `wecom`, `dingtalk`, `feishu`",
        "units.toml:7, unit: found nothing, expected the key `name`",
    ];
    assert_eq!(faults, expected);
}

#[test]
fn one_wrong_value_is_told_once_and_not_also_as_missing() {
    let units = format!("{CENTRE}[[unit]]\nname = 5\n[[unit.contact]]\nname = \"乙\"\nemail = 6\n");
    let faults = load("", &units).unwrap_err();
    assert_eq!(
        faults,
        [
            "units.toml:7, unit.name: found integer `5`, expected a string",
            "units.toml:10, unit.contact.email: found integer `6`, expected a string",
        ]
    );
}

#[test]
fn text_that_is_no_toml_is_told_with_its_line() {
    let faults = load("[catalog]\nfile = \n", CENTRE).unwrap_err();
    assert!(faults[0].starts_with("duban.toml:2"), "{faults:?}");
}

#[test]
fn the_ledger_may_not_be_the_catalogue() {
    let duban = "[catalog]\nfile = \"a.db\"\n[ledger]\nfile = \"a.db\"\n";
    let faults = load(duban, CENTRE).unwrap_err();
    assert!(
        faults[0].starts_with("duban.toml:4, ledger.file"),
        "{faults:?}"
    );
}

#[test]
fn the_log_is_set_by_words() {
    let log = load("[log]\nformat = \"json\"\nlevel = \"debug\"\n", CENTRE)
        .unwrap()
        .log;
    assert_eq!((log.format, log.level), (Format::Json, Level::Debug));
}
