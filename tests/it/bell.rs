//! The bell: a cron text rings the planner at its second, through the real scheduler.

use std::fs;
use std::path::Path;
use std::time::Duration;

use chrono::{Days, NaiveDate};
use duban::clock::Clock;
use duban::daemon::{self, Signals};
use duban::store::catalog;
use rusqlite::Connection;
use tokio::time::{sleep, timeout};

/// By itself the planner wakes once a minute; within this time only a bell wakes it.
const SOON: Duration = Duration::from_secs(20);

const SETTINGS: &str = r#"
[calendar]
folder = "calendar"
[schedule]
wake = ["*/2 * * * * *"]
send_from = "00:00"
send_until = "23:59"
[mail]
transport = "file"
from = "duban@sample.example"
folder = "mail"
"#;

const UNITS: &str = r#"
[centre]
name = "市督查指挥中心"
[[centre.contact]]
name = "值班员"
email = "centre@sample.example"
"#;

/// A catalogue with decisions of nobody known, so that the centre is told.
fn settle_in(folder: &Path, today: NaiveDate) -> Connection {
    fs::write(folder.join("duban.toml"), SETTINGS).unwrap();
    fs::write(folder.join("units.toml"), UNITS).unwrap();
    fs::create_dir(folder.join("mail")).unwrap();
    fs::create_dir(folder.join("calendar")).unwrap();
    // Messages go out on working days: around today there is no day off, not even a weekend.
    let around = (0..15).map(|ahead| today - Days::new(7) + Days::new(ahead));
    let around: Vec<String> = around.map(|day| day.to_string()).collect();
    let local = format!(
        "[[local]]\nname = \"-\"\nauthority = \"-\"\nwork = [{}]\n",
        around.join(", ")
    );
    fs::write(folder.join("calendar/local.toml"), local).unwrap();
    let path = folder.join("catalog.db");
    catalog::init(&path).unwrap();
    let catalogue = Connection::open(path).unwrap();
    for seq in 1..=2 {
        let insert = "insert into decision (id, organ, year, seq, title, drafting_unit)
                      values ('2026-00' || $1, '样本市人民政府', 2026, $1, '样本事项', '样本局')";
        catalogue.execute(insert, [seq]).unwrap();
    }
    catalogue
}

/// A hearing after which nothing happened that should have.
fn heard(catalogue: &Connection, decision: &str, today: NaiveDate) {
    let insert = "insert into event (decision_id, kind, on_date) values ($1, 'hearing_on', $2)";
    let long_ago = today - Days::new(40);
    catalogue.execute(insert, (decision, long_ago)).unwrap();
}

/// Waits until mail about `decision` lies in the folder.
async fn is_told(folder: &Path, decision: &str) {
    let about = |path: &Path| fs::read(path).unwrap_or_default();
    let tells = |bytes: &[u8]| {
        let mail = mailparse::parse_mail(bytes).unwrap();
        let parts = mail.parts();
        parts
            .filter_map(|part| part.get_body().ok())
            .any(|body| body.contains(decision))
    };
    loop {
        let mut mails = fs::read_dir(folder.join("mail")).unwrap();
        if mails.any(|file| tells(&about(&file.unwrap().path()))) {
            return;
        }
        sleep(Duration::from_millis(50)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bell_wakes_the_planner_at_its_second_and_a_stop_ends_it_cleanly() {
    let folder = tempfile::tempdir().unwrap();
    let today = Clock::System.today();
    let catalogue = settle_in(folder.path(), today);
    heard(&catalogue, "2026-001", today);
    let signals = Signals::default();
    let stop = signals.stop.clone();
    let story = async {
        timeout(SOON, is_told(folder.path(), "2026-001"))
            .await
            .expect("the first plan tells");
        heard(&catalogue, "2026-002", today);
        timeout(SOON, is_told(folder.path(), "2026-002"))
            .await
            .expect("the bell wakes");
        stop.cancel();
    };
    let settings = folder.path().join("duban.toml");
    let (ended, ()) = tokio::join!(daemon::run(&settings, Clock::System, signals), story);
    ended.unwrap();
}
