//! A PostgreSQL server for the tests: `TEST_POSTGRES_URL` when set, else a private one that lives as long as the run.
//!
//! The private server keeps `fsync` on, so that tests of durability mean something, listens on loopback only, and asks
//! for a password that this run made up. PostgreSQL refuses to run as root; then it runs as `postgres` or `nobody`.

use std::io::Read as _;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::{Context as _, Result, bail};
use tempfile::TempDir;

use super::{apt, find};
use crate::process::{Server, Show, run};
use crate::site::Site;

const USER: &str = "quarterdeck";
const LIMIT: Duration = Duration::from_secs(120);

/// A server's address, and the server when it is ours.
pub(crate) struct Postgres {
    pub(crate) url: String,
    /// Order matters: the server stops before its folder goes.
    _server: Option<Server>,
    _folder: Option<TempDir>,
}

impl Postgres {
    /// # Errors
    /// There is no PostgreSQL and none can be installed, or it does not start.
    pub(crate) fn provide(site: &Site) -> Result<Self> {
        if let Ok(url) = std::env::var("TEST_POSTGRES_URL") {
            println!("    PostgreSQL: the server TEST_POSTGRES_URL names");
            return Ok(Self { url, _server: None, _folder: None });
        }
        let programs = match programs() {
            Some(folder) => folder,
            None => {
                apt::install(site, &["postgresql"])?;
                programs()
                    .context("apt-get installed postgresql, but initdb is not under /usr/lib/postgresql")?
            }
        };
        println!("    PostgreSQL: a private server from {}", programs.display());
        start(site, &programs)
    }
}

/// The folder with `initdb` and `postgres`: Debian's newest, else the path's.
fn programs() -> Option<PathBuf> {
    let debian = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let newest = debian
        .filter_map(|entry| {
            Some((entry.file_name().to_str()?.parse::<u32>().ok()?, entry.path().join("bin")))
        })
        .filter(|(_, folder)| folder.join("initdb").is_file())
        .max();
    newest
        .map(|(_, folder)| folder)
        .or_else(|| find("initdb").and_then(|file| file.parent().map(Path::to_path_buf)))
}

fn start(site: &Site, programs: &Path) -> Result<Postgres> {
    // In the machine's temporary folder, because an unprivileged user must be able to reach it.
    let folder = tempfile::Builder::new().prefix("quarterdeck-pg-").tempdir()?;
    let owner = unprivileged()?;
    if let Some((user, group)) = owner {
        std::os::unix::fs::chown(folder.path(), Some(user), Some(group))?;
    }
    let program = |name: &str| {
        let mut command = Command::new(programs.join(name));
        command.current_dir(folder.path()).env("HOME", folder.path()).env("LC_ALL", "C");
        if let Some((user, group)) = owner {
            command.uid(user).gid(group);
        }
        command
    };
    let password = made_up_password()?;
    let password_file = folder.path().join("password");
    std::fs::write(&password_file, &password)?;
    let data = folder.path().join("data");
    let mut initdb = program("initdb");
    initdb.arg("--pgdata").arg(&data).arg("--pwfile").arg(&password_file);
    initdb.args(["--username", USER, "--auth=scram-sha-256", "--encoding=UTF8", "--locale=C"]);
    let made = run(site, "initdb", &mut initdb, LIMIT, Show::Nothing)?;
    if !made.success {
        bail!("initdb failed:\n{}", made.tail(8));
    }
    let port = Site::free_port()?;
    let mut postgres = program("postgres");
    postgres.arg("-D").arg(&data);
    for setting in [
        format!("port={port}"),
        "listen_addresses=127.0.0.1".into(),
        "unix_socket_directories=".into(),
        "fsync=on".into(),
        "max_connections=300".into(),
    ] {
        postgres.arg("-c").arg(setting);
    }
    let log = site.own_folder("logs")?.join("postgres.log");
    let mut server = Server::start(&mut postgres, &log)?;
    server.wait_until(site, "PostgreSQL", LIMIT, |log| log.contains("ready to accept connections"))?;
    let url = format!("postgres://{USER}:{password}@127.0.0.1:{port}/postgres");
    Ok(Postgres { url, _server: Some(server), _folder: Some(folder) })
}

/// Whom to run as when we are root: user and group ids. `None` when we are not.
fn unprivileged() -> Result<Option<(u32, u32)>> {
    if !rustix::process::geteuid().is_root() {
        return Ok(None);
    }
    let accounts = std::fs::read_to_string("/etc/passwd").context("reading /etc/passwd")?;
    let found = ["postgres", "nobody"].iter().find_map(|name| ids(&accounts, name));
    found
        .map(Some)
        .context("PostgreSQL refuses to run as root and there is no user postgres or nobody; add one")
}

fn ids(accounts: &str, name: &str) -> Option<(u32, u32)> {
    let fields: Vec<&str> =
        accounts.lines().map(|line| line.split(':').collect::<Vec<_>>()).find(|fields| fields[0] == name)?;
    Some((fields.get(2)?.parse().ok()?, fields.get(3)?.parse().ok()?))
}

fn made_up_password() -> Result<String> {
    let mut bytes = [0_u8; 16];
    std::fs::File::open("/dev/urandom")?.read_exact(&mut bytes)?;
    Ok(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accounts_are_found_by_whole_name() {
        let accounts = "postgresql:x:1:2::/:/bin/sh\npostgres:x:101:104::/var:/bin/sh\nshort:x\n";
        assert_eq!(ids(accounts, "postgres"), Some((101, 104)));
        assert_eq!(ids(accounts, "short"), None);
        assert_eq!(ids(accounts, "nobody"), None);
    }
}
