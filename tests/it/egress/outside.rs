//! Proxies: the environment's is never used, a configured one is and sees names only.

use std::collections::BTreeMap;
use std::process::Command;
use std::sync::Arc;

use duban::channels::egress::{Egress, Settings};
use duban::domain::delivery::Class;

use super::names::Table;
use crate::support::http::{Answer, Receiver};
use crate::support::messages::now;
use crate::webhook::{Setup, hook};

/// Where the child is to post to.
const CHILD: &str = "DUBAN_TEST_RECEIVER";

#[tokio::test]
async fn a_proxy_in_the_environment_is_not_used() {
    if let Ok(url) = std::env::var(CHILD) {
        let outcome = Setup::new(&url).send(&hook()).await;
        assert_eq!(outcome.class, Class::Accepted, "{outcome:?}");
        return;
    }
    let (receiver, proxy) = (Receiver::start().await, Receiver::start().await);
    let mut child = Command::new(std::env::current_exe().unwrap());
    child.args([
        "--exact",
        "egress::outside::a_proxy_in_the_environment_is_not_used",
    ]);
    child
        .env(CHILD, receiver.url())
        .env_remove("NO_PROXY")
        .env_remove("no_proxy");
    for name in ["HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"] {
        let url = format!("http://127.0.0.1:{}", proxy.port);
        child.env(name, &url).env(name.to_lowercase(), url);
    }
    let ended = tokio::task::spawn_blocking(move || child.output().unwrap());
    let ended = ended.await.unwrap();
    assert!(
        ended.status.success(),
        "{}",
        String::from_utf8_lossy(&ended.stdout)
    );
    assert_eq!((receiver.connections(), proxy.connections()), (1, 0));
}

/// Rules with a proxy at `port` of this host, which may be asked for one host.
fn through(port: u16) -> Settings {
    Settings {
        allow_cidr: vec!["10.32.0.0/16".parse().unwrap()],
        allow_host: vec!["oa.example.gov.cn".parse().unwrap()],
        loopback_ports: vec![port],
        proxy: Some(format!("http://127.0.0.1:{port}").parse().unwrap()),
    }
}

fn setup(url: &str) -> Setup {
    let mut setup = Setup::new(url);
    setup.settings.allow_http = true;
    setup.settings.timeout_secs = 20;
    setup
}

/// Rules that know no name: whoever asks gets an error.
fn without_names(settings: &Settings) -> Egress {
    Egress::with_names(settings, Arc::new(Table::new(BTreeMap::new())))
}

#[tokio::test]
async fn a_configured_proxy_resolves_the_names_that_are_listed() {
    let proxy = Receiver::start().await;
    let egress = without_names(&through(proxy.port));
    for url in ["http://oa.example.gov.cn/hook", "http://10.32.0.7/hook"] {
        let channels = setup(url).open_to(&egress).unwrap();
        let outcome = channels.send(&hook(), now()).await;
        assert_eq!(outcome.class, Class::Accepted, "{outcome:?}");
    }
    let requests = proxy.requests();
    assert_eq!(requests[0].header("host"), "oa.example.gov.cn");
    assert_eq!(requests[1].header("host"), "10.32.0.7");
    proxy.next(Answer::Status(407, Vec::new()));
    let channels = setup("http://oa.example.gov.cn/hook")
        .open_to(&egress)
        .unwrap();
    let outcome = channels.send(&hook(), now()).await;
    assert_eq!((outcome.class, outcome.code), (Class::Deferred, Some(407)));
}

#[tokio::test]
async fn a_proxy_that_opens_no_tunnel_defers() {
    let proxy = Receiver::start().await;
    let egress = without_names(&through(proxy.port));
    let setup = setup("https://oa.example.gov.cn/token-in-path");
    let outcome = setup.open_to(&egress).unwrap().send(&hook(), now()).await;
    assert_eq!(
        (outcome.class, outcome.phase.as_str()),
        (Class::Deferred, "connect"),
        "{outcome:?}"
    );
    assert_eq!(proxy.connections(), 1);
    let asked = proxy.requests();
    assert!(
        asked.iter().all(|request| request.method == "CONNECT"),
        "{asked:?}"
    );
    assert!(
        !format!("{outcome:?}").contains("oa.example"),
        "{outcome:?}"
    );
}

#[tokio::test]
async fn what_is_not_listed_is_not_asked_of_the_proxy() {
    let proxy = Receiver::start().await;
    let egress = without_names(&through(proxy.port));
    for host in [
        "other.cn",
        "10.33.0.1",
        "169.254.169.254",
        "localhost:1",
        "127.0.0.1:1",
        "0.0.0.0",
    ] {
        let faults = setup(&format!("http://{host}/hook")).open_to(&egress);
        let faults = format!("{:?}", faults.err().unwrap());
        assert!(faults.contains("[egress] lets through"), "{faults}");
    }
    assert_eq!(proxy.connections(), 0);
}

#[tokio::test]
async fn a_gateway_on_this_host_is_reached_without_the_proxy() {
    let (proxy, gateway) = (Receiver::start().await, Receiver::start().await);
    let mut settings = through(proxy.port);
    settings.loopback_ports.push(gateway.port);
    let channels = setup(&gateway.url())
        .open_to(&without_names(&settings))
        .unwrap();
    assert_eq!(channels.send(&hook(), now()).await.class, Class::Accepted);
    assert_eq!((proxy.connections(), gateway.connections()), (0, 1));
}
