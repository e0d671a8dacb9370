//! Debian's postfix, from its package, in a folder of the test's own.
//!
//! Its queue lies on a small disk in a mount namespace of its own, which goes with it. It
//! reads nothing of /etc/postfix and writes nothing outside its folder.

use std::fs::{self, File};
use std::io::Write as _;
use std::net::{TcpListener, TcpStream};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use mailparse::{MailHeaderMap as _, ParsedMail};
use tempfile::TempDir;

use crate::certificates::Authority;
use crate::city::{ALL, City, UNKNOWN};
use crate::greylist::Greylist;
use crate::until;

const MASTER: &str = "/usr/lib/postfix/sbin/master";

/// Makes the small disk with the folders of a queue, and becomes the master. `$1` is the
/// folder. Owners and modes are those of the package's post-install.
const BEGIN: &str = r#"
set -e
cd "$1"
mount -t tmpfs -o size=8m,mode=755 tmpfs queue
cd queue
mkdir active bounce corrupt defer deferred flush hold incoming private saved trace
chmod 700 *
chown postfix *
mkdir pid public maildrop
chown postfix:postdrop public maildrop
chmod 710 public
chmod 730 maildrop
cd ..
exec "$2" -c "$1/etc"
"#;

/// Mail for the twenty goes into mailboxes, mail for anybody else is refused. `{DIR}`,
/// `{GREYLIST}` are filled in.
const MAIN_CF: &str = "
compatibility_level = 3.6
config_directory = {DIR}/etc
queue_directory = {DIR}/queue
data_directory = {DIR}/data
maillog_file_prefixes = {DIR}
maillog_file = {DIR}/log
myhostname = relay.example.gov.cn
mydestination =
alias_maps =
local_recipient_maps =
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
mynetworks = 127.0.0.0/8
virtual_mailbox_domains = example.gov.cn
virtual_mailbox_maps = texthash:{DIR}/etc/mailboxes
virtual_mailbox_base = {DIR}/mail
virtual_uid_maps = static:65534
virtual_gid_maps = static:65534
smtpd_tls_security_level = encrypt
smtpd_tls_chain_files = {DIR}/etc/server.pem
smtpd_recipient_restrictions = reject_unlisted_recipient, check_policy_service inet:127.0.0.1:{GREYLIST}
smtpd_relay_restrictions = permit_mynetworks, reject
message_size_limit = 1000000
smtpd_error_sleep_time = 0
";

const MASTER_CF: &str = "
127.0.0.1:{PORT} inet n - n - - smtpd
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
tlsmgr unix - - n 1000? 1 tlsmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
proxymap unix - - n - - proxymap
error unix - - n - - error
retry unix - - n - - error
virtual unix - n n - - virtual
anvil unix - - n - 1 anvil
postlog unix-dgram n - n - 1 postlogd
";

/// The running server.
pub(crate) struct Postfix {
    pub(crate) port: u16,
    pub(crate) authority: Authority,
    folder: TempDir,
    master: Child,
}

/// A mail as it lies in a mailbox.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Letter {
    pub(crate) to: String,
    pub(crate) subject: String,
    pub(crate) text: String,
    pub(crate) id: String,
    pub(crate) is_repeat: bool,
    /// What postfix wrote on how it got it.
    pub(crate) received: String,
}

/// What is missing here to run it.
pub(crate) fn lack() -> Option<&'static str> {
    let mounts = Command::new("unshare").args(["--mount", "true"]).status();
    if !Path::new(MASTER).exists() {
        Some("postfix is not installed (apt-get install postfix)")
    } else if !mounts.is_ok_and(|status| status.success()) {
        Some("postfix wants root, and its small disk the right to mount")
    } else {
        None
    }
}

impl Postfix {
    pub(crate) fn start(greylist: &Greylist) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let authority = Authority::new();
        let port = free_port();
        lay_out(folder.path(), &authority, port, greylist);
        let master = Command::new("unshare")
            .args(["--mount", "sh", "-c", BEGIN, "sh"])
            .arg(folder.path())
            .arg(MASTER)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(File::create(folder.path().join("stderr")).unwrap())
            .spawn()
            .unwrap();
        let postfix = Self {
            port,
            authority,
            folder,
            master,
        };
        until(
            Duration::from_secs(20),
            || TcpStream::connect(("127.0.0.1", port)).is_ok(),
            || format!("postfix never answered: {}", postfix.log()),
        );
        postfix
    }

    /// Fills the disk that the queue lies on.
    pub(crate) fn fill_disk(&self) {
        let mut ballast = File::create(self.ballast()).unwrap();
        while ballast.write_all(&[0; 4096]).is_ok() {}
    }

    /// Makes room again.
    pub(crate) fn empty_disk(&self) {
        fs::remove_file(self.ballast()).unwrap();
    }

    /// The disk is only seen in the master's own namespace.
    fn ballast(&self) -> PathBuf {
        let queue = self.folder.path().join("queue/ballast");
        let root = format!("/proc/{}/root", self.master.id());
        Path::new(&root).join(queue.strip_prefix("/").unwrap())
    }

    /// What lies in a mailbox.
    pub(crate) fn letters(&self, mailbox: &str) -> Vec<Letter> {
        let new = self.folder.path().join("mail").join(mailbox).join("new");
        let Ok(files) = fs::read_dir(new) else {
            return Vec::new();
        };
        files
            .map(|file| Letter::read(&fs::read(file.unwrap().path()).unwrap()))
            .collect()
    }

    /// How many letters lie in all mailboxes of the twenty.
    pub(crate) fn all_letters(&self) -> usize {
        (0..ALL)
            .map(|n| self.letters(&City::mailbox(n)).len())
            .sum()
    }

    /// What it wrote about itself.
    pub(crate) fn log(&self) -> String {
        let read = |name| fs::read_to_string(self.folder.path().join(name)).unwrap_or_default();
        read("stderr") + &read("log")
    }
}

impl Drop for Postfix {
    fn drop(&mut self) {
        // The master ends those it started; the disk goes with the last of them.
        let master = self.master.id().to_string();
        let _ = Command::new("kill").args(["-TERM", &master]).status();
        let _ = self.master.wait();
    }
}

impl Letter {
    fn read(bytes: &[u8]) -> Self {
        let mail = mailparse::parse_mail(bytes).unwrap();
        let header = |name| mail.headers.get_first_value(name);
        Self {
            to: header("X-Original-To").or(header("Delivered-To")).unwrap(),
            subject: header("Subject").unwrap(),
            text: plain(&mail),
            id: header("Message-ID").unwrap(),
            is_repeat: header("X-Duban-Attempt").is_some(),
            received: header("Received").unwrap(),
        }
    }
}

fn plain(mail: &ParsedMail<'_>) -> String {
    let mut parts = mail.parts();
    let text = parts.find(|part| part.ctype.mimetype == "text/plain");
    text.unwrap().get_body().unwrap()
}

fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap().port()
}

fn lay_out(folder: &Path, authority: &Authority, port: u16, greylist: &Greylist) {
    // Its parts run as users of their own.
    fs::set_permissions(folder, fs::Permissions::from_mode(0o755)).unwrap();
    for name in ["etc", "queue", "data", "mail"] {
        fs::create_dir(folder.join(name)).unwrap();
    }
    owned_by(&folder.join("data"), "postfix");
    owned_by(&folder.join("mail"), "65534:65534");
    let fill = |text: &str| {
        text.replace("{DIR}", folder.to_str().unwrap())
            .replace("{GREYLIST}", &greylist.port.to_string())
            .replace("{PORT}", &port.to_string())
    };
    let write = |name: &str, text: &str| fs::write(folder.join("etc").join(name), text).unwrap();
    write("main.cf", &fill(MAIN_CF));
    write("master.cf", &fill(MASTER_CF));
    let (certificate, key) = authority.certificate(&["127.0.0.1"], 2999);
    write("server.pem", &format!("{key}{certificate}"));
    let known = (0..ALL).filter(|n| *n != UNKNOWN);
    let known = known.map(|n| format!("{} {}/\n", City::address(n), City::mailbox(n)));
    let others = "centre@example.gov.cn centre/\noffice@example.gov.cn office/\n";
    write("mailboxes", &(known.collect::<String>() + others));
}

fn owned_by(path: &Path, owner: &str) {
    let given = Command::new("chown").arg(owner).arg(path).status();
    assert!(given.unwrap().success());
}
