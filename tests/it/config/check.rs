//! What a check tells before anything is sent.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use chrono::{TimeZone, Utc};
use chrono_tz::Asia::Shanghai;
use duban::config::Config;
use duban::config::check::{Around, Report, check};
use duban::domain::calendar::Calendar;
use duban::domain::fault::Fault;

use super::{CENTRE, folder, load};

fn report(config: &Config, day: (i32, u32, u32)) -> Report {
    let calendar = Calendar::default();
    let now = Shanghai
        .with_ymd_and_hms(day.0, day.1, day.2, 9, 0, 0)
        .unwrap();
    let around = Around {
        now: now.with_timezone(&Utc),
        calendar: &calendar,
        credentials: None,
    };
    check(config, &around)
}

fn has(faults: &[Fault], words: &str) -> bool {
    faults.iter().any(|fault| fault.to_string().contains(words))
}

#[test]
fn a_check_shows_the_next_three_times_of_each_bell() {
    let config = load("[schedule]\nwake = [\"0 30 8 * * *\"]\n", CENTRE).unwrap();
    let facts = report(&config, (2026, 2, 27)).facts;
    let bell = facts
        .iter()
        .find(|fact| fact.about.contains("schedule.wake"))
        .unwrap();
    assert_eq!(
        bell.found,
        "rings 2026-02-28 08:30:00, 2026-03-01 08:30:00, 2026-03-02 08:30:00"
    );
}

#[test]
fn a_check_refuses_a_bell_that_never_rings_again() {
    let never = load("[schedule]\nwake = [\"0 0 9 1 1 * 2020\"]\n", CENTRE).unwrap();
    assert!(has(
        &report(&never, (2026, 2, 27)).faults,
        "a bell that never rings"
    ));
}

#[test]
fn a_check_asks_for_the_coming_years_notice_from_november_on() {
    let config = load("", CENTRE).unwrap();
    assert!(!has(
        &report(&config, (2026, 10, 31)).warnings,
        "calendar 2027"
    ));
    assert!(has(
        &report(&config, (2026, 11, 1)).warnings,
        "calendar 2027"
    ));
    assert!(has(
        &report(&config, (2026, 10, 31)).warnings,
        "calendar 2026"
    ));
}

#[test]
fn a_check_names_files_that_are_missing_or_of_another_kind() {
    let missing = folder(
        "[calendar]\nfolder = \"years\"\n[rules]\nfile = \"r.toml\"\n",
        CENTRE,
    );
    let at = |file: &str| missing.path().join(file).display().to_string();
    let config = Config::load(&missing.path().join("duban.toml")).unwrap();
    let faults = report(&config, (2026, 2, 27)).faults;
    for file in ["catalog.db", "years", "r.toml"] {
        assert!(has(&faults, &at(file)), "{file} in {faults:?}");
    }
    fs::write(at("catalog.db"), "this is no database, only some text").unwrap();
    assert!(has(
        &report(&config, (2026, 2, 27)).faults,
        "another kind of file"
    ));
}

#[test]
fn a_check_warns_of_a_catalogue_in_wal_mode() {
    let folder = folder("", CENTRE);
    let file = folder.path().join("catalog.db");
    let config = Config::load(&folder.path().join("duban.toml")).unwrap();
    let catalogue = rusqlite::Connection::open(&file).unwrap();
    catalogue
        .execute_batch("create table decision (id text)")
        .unwrap();
    assert!(!has(&report(&config, (2026, 2, 27)).warnings, "WAL mode"));
    let wal = "pragma journal_mode = wal";
    catalogue.query_row(wal, [], |_| Ok(())).unwrap();
    drop(catalogue);
    let found = report(&config, (2026, 2, 27));
    assert!(has(&found.warnings, "WAL mode"));
    assert!(found.is_sound(), "{found:?}");
}

#[test]
fn a_check_looks_at_secrets_certificates_and_endpoints() {
    let units = format!(
        "{CENTRE}[[unit]]\nname = \"甲局\"\n[unit.webhook]\nurl = \"https://u:geheim@a.cn/\"\n\
         secrets = [{{ file = \"open\" }}, {{ credential = \"x\" }}]\nca_file = \"ca.pem\"\n\
         [[unit]]\nname = \"乙局\"\n"
    );
    let folder = folder("", &units);
    fs::write(folder.path().join("ca.pem"), "no certificate").unwrap();
    let config = Config::load(&folder.path().join("duban.toml")).unwrap();
    let found = report(&config, (2026, 2, 27));
    assert!(has(&found.faults, "open: found No such file"), "{found:?}");
    assert!(has(&found.faults, "credentials in the URL"), "{found:?}");
    assert!(has(&found.warnings, "credential x"), "{found:?}");
    assert!(
        has(&found.warnings, "乙局: found no way to reach it"),
        "{found:?}"
    );
    assert!(!format!("{found:?}").contains("geheim"));
}

#[test]
fn a_check_warns_of_a_secret_that_everybody_can_read() {
    let units = format!(
        "{CENTRE}[[unit]]\nname = \"甲局\"\n[unit.webhook]\nurl = \"https://a.cn/\"\n\
         secrets = [{{ file = \"open\" }}]\n"
    );
    let folder = folder("", &units);
    let secret = folder.path().join("open");
    fs::write(
        &secret,
        "whsec_MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=\n",
    )
    .unwrap();
    fs::set_permissions(&secret, fs::Permissions::from_mode(0o644)).unwrap();
    let config = Config::load(&folder.path().join("duban.toml")).unwrap();
    let found = report(&config, (2026, 2, 27));
    assert!(
        has(&found.warnings, "a secret that everybody can read"),
        "{found:?}"
    );
}
