//! Hosts in every spelling: each is reached or refused as it should be, and nobody is
//! connected to who should not.

use std::collections::BTreeMap;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use duban::channels::egress::{Egress, Settings, Towards};
use duban::domain::delivery::{Class, Outcome, Scope};
use tokio::net::TcpListener;

use super::names::Table;
use crate::support::http::Receiver;
use crate::support::messages::now;
use crate::webhook::{Setup, hook};

const CORPUS: &str = include_str!("../../data/egress.csv");

/// A line of the corpus.
struct Row {
    host: String,
    addresses: Vec<IpAddr>,
    list: String,
    expected: String,
}

fn rows() -> Vec<Row> {
    let mut reader = csv::ReaderBuilder::new()
        .comment(Some(b'#'))
        .from_reader(CORPUS.as_bytes());
    let read = |record: csv::StringRecord| {
        let (host, addresses) = record[0].split_once('=').unwrap_or((&record[0], ""));
        Row {
            host: host.to_owned(),
            addresses: listed(addresses),
            list: record[1].to_owned(),
            expected: record[2].to_owned(),
        }
    };
    reader
        .records()
        .map(|record| read(record.unwrap()))
        .collect()
}

fn listed(addresses: &str) -> Vec<IpAddr> {
    let each = addresses.split('|').filter(|one| !one.is_empty());
    each.map(|one| one.parse().unwrap()).collect()
}

/// The rules by their name in the corpus.
pub(super) fn rules(name: &str, port: u16) -> Settings {
    let networks = [
        "10.32.0.0/16",
        "59.212.0.0/16",
        "10.9.8.7",
        "2409:8a00::/32",
    ];
    let hosts = ["oa.example.gov.cn", "*.sfj.example.gov.cn"];
    let mut settings = Settings::default();
    match name {
        "any" => {}
        "here" => settings.loopback_ports = vec![port],
        "city" => {
            settings.allow_cidr = networks.map(|text| text.parse().unwrap()).to_vec();
            settings.allow_host = hosts.map(|text| text.parse().unwrap()).to_vec();
        }
        "names" => settings.allow_host = vec![hosts[0].parse().unwrap()],
        other => panic!("no list {other}"),
    }
    settings
}

/// What becomes of `row` with a receiver of this host at `port`.
async fn found(row: &Row, port: u16) -> String {
    let mut setup = Setup::new(&format!("http://{}:{port}/token-in-path", row.host));
    setup.settings.allow_http = true;
    setup.settings.timeout_secs = 20;
    let url = reqwest::Url::parse(&setup.endpoint.url);
    let name = url.ok().and_then(|url| url.host_str().map(str::to_owned));
    let name = name.unwrap_or_default().trim_end_matches('.').to_owned();
    let known = BTreeMap::from([(name.clone(), row.addresses.clone())]);
    let names = Arc::new(Table::new(known));
    let egress = Egress::with_names(&rules(&row.list, port), names.clone());
    let channels = match setup.open_to(&egress) {
        Ok(channels) => channels,
        Err(faults) => return of_faults(&format!("{faults:?}")),
    };
    if row.addresses.is_empty() {
        // An address: that it is let through is all there is to see, unless it is ours.
        if row.expected != "here" {
            return "reached".to_owned();
        }
    } else {
        let left = egress.addresses(&name, port, Towards::Endpoint).await;
        let left: Vec<IpAddr> = left
            .unwrap_or_default()
            .iter()
            .map(SocketAddr::ip)
            .collect();
        if !left.is_empty() && row.expected != "here" {
            let left: Vec<String> = left.iter().map(ToString::to_string).collect();
            return left.join("|");
        }
    }
    of_outcome(&channels.send(&hook(), now()).await)
}

fn of_faults(faults: &str) -> String {
    assert!(!faults.contains("token-in-path"), "{faults}");
    let kinds = [
        ("a host that [egress] lets through", "refused"),
        ("no URL", "no URL"),
        ("credentials in the URL", "credentials"),
    ];
    let kind = kinds.iter().find(|(words, _)| faults.contains(words));
    kind.map_or(faults, |(_, kind)| kind).to_owned()
}

fn of_outcome(outcome: &Outcome) -> String {
    let shown = format!("{outcome:?}");
    match (outcome.class, outcome.scope, outcome.phase.as_str()) {
        (Class::Accepted, ..) => "here".to_owned(),
        (Class::Deferred, Scope::Channel, "egress") => "refused".to_owned(),
        _ => shown,
    }
}

#[tokio::test]
async fn nobody_is_connected_to_who_is_not_allowed() {
    // Takes connections to every address of this host, of both families.
    let receiver = Receiver::on(TcpListener::bind("[::]:0").await.unwrap());
    let rows = rows();
    assert!(rows.len() >= 120, "{} rows", rows.len());
    let mut wrong = Vec::new();
    let mut allowed = 0;
    for row in &rows {
        let found = found(row, receiver.port).await;
        allowed += usize::from(row.expected == "here");
        if found != row.expected {
            wrong.push(format!(
                "{} under {}: {found}, expected {}",
                row.host, row.list, row.expected
            ));
        }
        if receiver.connections() != allowed {
            wrong.push(format!(
                "{} under {}: {} connections, expected {allowed}",
                row.host,
                row.list,
                receiver.connections()
            ));
            allowed = receiver.connections();
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
    // The count is one that counts: each spelling of this host reached it through an open port.
    assert!(allowed > 20, "{allowed} connections");
}
