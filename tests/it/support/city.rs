//! The city of the tests: its units and people, its catalogue, its `duban.toml`.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use duban::domain::shipped;
use duban::store::catalog;
use rusqlite::Connection;

/// The signing key of the one unit with an endpoint.
pub(crate) const SECRET: &str = "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=";

/// The centre, and four units with a contact, a head and a leader each; 市住建局 has an
/// endpoint too. `{URL}` and `{SECRET}` are filled in.
const UNITS: &str = r#"
[centre]
name = "市督查指挥中心"
[[centre.contact]]
name = "值班员"
email = "centre@dc"

[roles]
office = "市政府办公室"
legal = "市司法局"
authority = "市政府办公室"

[[unit]]
name = "市住建局"
aliases = ["市住房和城乡建设局"]
contact = [
  { name = "王联络", email = "contact@zjj" },
  { name = "李局长", email = "head@zjj", audience = "head" },
  { name = "张副市长", email = "leader@zjj", audience = "leader" },
]
webhook = { url = "{URL}", secrets = [{ file = "{SECRET}" }] }

[[unit]]
name = "市交通局"
contact = [
  { name = "赵联络", email = "contact@jtj" },
  { name = "钱局长", email = "head@jtj", audience = "head" },
  { name = "孙副市长", email = "leader@jtj", audience = "leader" },
]

[[unit]]
name = "市政府办公室"
contact = [
  { name = "周联络", email = "contact@zfb" },
  { name = "吴主任", email = "head@zfb", audience = "head" },
  { name = "郑秘书长", email = "leader@zfb", audience = "leader" },
]

[[unit]]
name = "市司法局"
contact = [{ name = "冯联络", email = "contact@sfj" }]
"#;

/// The rules that tests of planning and delivery know by name. They run on these, as the
/// shipped pack words them, so that another duty in the law does not move their counts.
const RULES: &[&str] = &[
    "cat-2", "pub-5a", "pub-5c", "pub-6b", "pub-9", "pub-10", "h-16", "pub-11", "h-26", "col-6c",
    "col-6d", "col-6e", "dis-5a", "pub-13", "h-25", "col-6a", "col-6f", "col-6h", "dis-5d",
    "dis-5e", "eva-15c", "eva-15d", "eva-15e", "arc-18", "arc-21", "acc-15a",
];

/// The shipped pack with [`RULES`] only.
fn pack() -> String {
    let blocks = shipped::PACK.1.split("\n[[rule]]\n");
    let is_wanted = |block: &&str| {
        let id = block
            .lines()
            .next()
            .and_then(|line| line.strip_prefix("id = \""));
        id.is_none_or(|id| RULES.contains(&id.trim_end_matches('"')))
    };
    let kept: Vec<&str> = blocks.filter(is_wanted).collect();
    let pack = kept.join("\n[[rule]]\n");
    // The register points to rules that are not here.
    let register = pack.find("\n[[ambiguity]]").unwrap_or(pack.len());
    pack[..register].to_owned()
}

/// Writes the administrator's files; the relay and the receiver are on loopback.
pub(crate) fn found(folder: &Path, relay: u16, receiver: &str) {
    let secret = folder.join("secret");
    fs::write(&secret, SECRET).unwrap();
    fs::set_permissions(&secret, fs::Permissions::from_mode(0o600)).unwrap();
    let units = UNITS
        .replace("{URL}", receiver)
        .replace("{SECRET}", secret.to_str().unwrap());
    fs::write(folder.join("units.toml"), units).unwrap();
    let rules = folder.join("rules.toml");
    fs::write(&rules, pack()).unwrap();
    let duban = format!(
        "[rules]\nfile = \"{}\"\n\
         [egress]\nloopback_ports = [{}]\n\
         [mail]\ntransport = \"smtp\"\nfrom = \"督查 <duban@dc>\"\nhost = \"127.0.0.1\"\n\
         port = {relay}\ntls = \"none\"\nhello = \"duban.dc\"\nper_minute = 0\n",
        rules.display(),
        port_of(receiver)
    );
    fs::write(folder.join("duban.toml"), duban).unwrap();
}

/// The port of a URL on loopback.
fn port_of(url: &str) -> u16 {
    let url: reqwest::Url = url.parse().unwrap();
    url.port().unwrap()
}

/// A new, empty catalogue, open as the city's own software has it.
pub(crate) fn catalogue(folder: &Path) -> Connection {
    let path = folder.join("catalog.db");
    catalog::init(&path).unwrap();
    let catalogue = Connection::open(path).unwrap();
    // The city's disk is not what is tested.
    catalogue.pragma_update(None, "synchronous", "off").unwrap();
    // And its software may be careless.
    catalogue
        .pragma_update(None, "foreign_keys", false)
        .unwrap();
    catalogue
}

/// A decision of 2026, drafted by 市住建局 and executed by 市交通局.
pub(crate) fn decision(catalogue: &Connection, id: &str) {
    let seq: i64 = id.rsplit('-').next().unwrap().parse().unwrap();
    let insert = "insert into decision (id, organ, year, seq, title, drafting_unit, executing_unit)
                  values ($1, '洮南市人民政府', 2026, $2, '洮南市停车管理办法', '市住建局', '市交通局')";
    catalogue.execute(insert, (id, seq)).unwrap();
}

/// An event, as decision, kind and day, and the event it answers.
pub(crate) fn event(catalogue: &Connection, event: (&str, &str, &str), to: Option<i64>) -> i64 {
    let insert = "insert into event (decision_id, kind, on_date, ref) values ($1, $2, $3, $4)";
    let (decision, kind, on) = event;
    catalogue.execute(insert, (decision, kind, on, to)).unwrap();
    catalogue.last_insert_rowid()
}
