//! `quarterdeck doctor`: what would keep the server from running well, and what to do about it.
//!
//! It changes nothing: it makes no folder, no table and no certificate.

use std::fmt;
use std::net::TcpListener;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::path::Path;
use std::time::UNIX_EPOCH;

use jiff::{SignedDuration, Timestamp};
use rustls_pki_types::CertificateDer;
use rustls_pki_types::pem::PemObject as _;
use sql::{Database, DatabaseUrl, Sql, SqlError};

use crate::compose::database_url;
use crate::config::{self, Config, Sources};
use crate::{data_dir, tls};

const DISK_FREE_BYTES_MIN: u64 = 1 << 30;
const CERTIFICATE_DAYS_MIN: i64 = 14;
/// No clock of a machine that runs this program can be before it was written.
const WRITTEN: &str = "2026-11-20T00:00:00Z";

/// One thing that was looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Finding {
    grade: Grade,
    about: &'static str,
    text: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Grade {
    Fine,
    /// Works today; should be changed.
    Warning,
    Wrong,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mark = match self.grade {
            Grade::Fine => "ok     ",
            Grade::Warning => "warning",
            Grade::Wrong => "WRONG  ",
        };
        write!(f, "{mark}  {:<12} {}", self.about, self.text.replace('\n', "\n                      "))
    }
}

fn fine(about: &'static str, text: impl Into<String>) -> Finding {
    Finding { grade: Grade::Fine, about, text: text.into() }
}

fn warning(about: &'static str, text: impl Into<String>) -> Finding {
    Finding { grade: Grade::Warning, about, text: text.into() }
}

fn wrong(about: &'static str, text: impl Into<String>) -> Finding {
    Finding { grade: Grade::Wrong, about, text: text.into() }
}

/// Prints what was found. Answers whether nothing has to be changed.
pub(crate) fn run(sources: &Sources, now: Timestamp) -> bool {
    let findings = examine(sources, now);
    for finding in &findings {
        println!("{finding}");
    }
    let n_wrong = findings.iter().filter(|finding| finding.grade == Grade::Wrong).count();
    let n_warnings = findings.iter().filter(|finding| finding.grade == Grade::Warning).count();
    println!("\n{n_wrong} wrong, {n_warnings} to look at, {} looked at", findings.len());
    n_wrong == 0
}

fn examine(sources: &Sources, now: Timestamp) -> Vec<Finding> {
    let config = match config::load(sources) {
        Ok(config) => config,
        Err(error) => return vec![wrong("settings", error.to_string())],
    };
    let folder = &config.files.data_dir;
    let mut findings = vec![fine("settings", "every setting is valid"), data_folder(folder)];
    findings.push(disk(folder));
    findings.push(clock(folder, now));
    findings.push(database(&config, folder));
    findings.push(certificate(&config, folder, now));
    findings.push(port(&config));
    findings.push(public_origin(&config));
    findings
}

fn data_folder(folder: &Path) -> Finding {
    let shown = folder.display();
    let Ok(about) = std::fs::metadata(folder) else {
        return warning(
            "data folder",
            format!("{shown} is not there yet; `quarterdeck init --data-dir {shown}` makes it"),
        );
    };
    let mode = about.permissions().mode() & 0o777;
    if about.uid() != rustix::process::geteuid().as_raw() {
        return wrong(
            "data folder",
            format!("{shown} belongs to another user; run this as that user, or: chown -R $(id -un) {shown}"),
        );
    }
    if mode & 0o700 != 0o700 {
        return wrong("data folder", format!("its owner may not write into {shown}; run: chmod 700 {shown}"));
    }
    if mode & 0o077 != 0 {
        return warning(
            "data folder",
            format!("others on this machine may look into {shown} (mode {mode:03o}); run: chmod 700 {shown}"),
        );
    }
    fine("data folder", format!("{shown} is there and private"))
}

/// The folder itself, or the nearest one above it that exists.
fn existing(folder: &Path) -> &Path {
    folder.ancestors().find(|path| path.exists()).unwrap_or(Path::new("."))
}

fn disk(folder: &Path) -> Finding {
    match rustix::fs::statvfs(existing(folder)) {
        Err(error) => wrong("disk", format!("cannot be looked at: {error}")),
        Ok(disk) => {
            let free = disk.f_bavail.saturating_mul(disk.f_frsize);
            let shown =
                format!("{:.1} GiB free below {}", free as f64 / f64::from(1 << 30), folder.display());
            if free < DISK_FREE_BYTES_MIN {
                wrong("disk", format!("only {shown}; make room, or move data_dir to a larger disk"))
            } else {
                fine("disk", shown)
            }
        }
    }
}

fn clock(folder: &Path, now: Timestamp) -> Finding {
    let advice = "set the clock, and switch time synchronisation on (timedatectl set-ntp true)";
    let written = WRITTEN.parse().unwrap_or(Timestamp::UNIX_EPOCH);
    // The newest file is the last thing this server did: the present cannot lie before it.
    let files = [data_dir::database_file(folder), data_dir::database_file(folder).with_extension("db-wal")];
    let newest = files.iter().filter_map(|file| modified_at(file)).max();
    if now < written {
        return wrong("clock", format!("it shows {now}, before this program was written; {advice}"));
    }
    match newest {
        Some(at) if at > now + SignedDuration::from_mins(5) => {
            wrong("clock", format!("it shows {now}, and the database was written at {at}; {advice}"))
        }
        _ => fine("clock", format!("{now}")),
    }
}

fn modified_at(file: &Path) -> Option<Timestamp> {
    let modified = std::fs::metadata(file).ok()?.modified().ok()?;
    let since = modified.duration_since(UNIX_EPOCH).ok()?;
    Timestamp::from_second(i64::try_from(since.as_secs()).ok()?).ok()
}

const VERSION: Sql = Sql::global("select coalesce(max(version), 0) from schema_version");

fn database(config: &Config, folder: &Path) -> Finding {
    let url = match database_url(config, folder) {
        Ok(url) => url,
        Err(error) => return wrong("database", error.to_string()),
    };
    if let DatabaseUrl::Sqlite(path) = &url
        && !path.exists()
    {
        return fine("database", format!("{} will be made by the first start", path.display()));
    }
    let known = store::MIGRATIONS.iter().map(|migration| migration.version).max().unwrap_or(0);
    let found = Database::open(&url, 1).and_then(|database| {
        database
            .read_blocking(|conn| conn.row(&VERSION, &[])?.map_or(Ok::<i64, SqlError>(0), |row| row.get(0)))
    });
    match found {
        Err(error) => wrong(
            "database",
            format!(
                "{url:?} does not answer: {error}; check that it runs, and database.url or database.url_file"
            ),
        ),
        Ok(found) if found > known => wrong(
            "database",
            format!(
                "it was written by a later version (schema {found}, this program knows {known}); start the \
                 later version, or restore a backup made before the upgrade"
            ),
        ),
        Ok(found) if found < known => {
            fine("database", format!("answers; schema {found} becomes {known} at the next start"))
        }
        Ok(found) => fine("database", format!("answers; schema {found}")),
    }
}

fn certificate(config: &Config, folder: &Path, now: Timestamp) -> Finding {
    let about = "certificate";
    let own = config.tls.certificate_file.is_some() || config.tls.private_key_file.is_some();
    if !own && !data_dir::tls_folder(folder).join("server.pem").exists() {
        return fine(about, "the first start makes an authority and a certificate");
    }
    let days = |at: Timestamp| at.duration_since(now).as_hours() / 24;
    if own {
        let origin = crate::serve::origin(config, config.server.listen);
        let wanted = crate::serve::wanted(config, &origin, folder);
        return match tls::material(&config.tls, &wanted, now) {
            Err(error) => wrong(about, error.to_string()),
            Ok(material) if days(material.expires_at) < CERTIFICATE_DAYS_MIN => {
                warning(about, format!("expires on {}; renew it", material.expires_at))
            }
            Ok(material) => fine(about, format!("valid until {}", material.expires_at)),
        };
    }
    let file = data_dir::tls_folder(folder).join("server.pem");
    match CertificateDer::from_pem_file(&file) {
        Err(error) => wrong(
            about,
            format!("{} cannot be read: {error}; move the folder tls away and start again", file.display()),
        ),
        Ok(leaf) => match tls::expires_at(&leaf) {
            Some(at) if at < now => warning(about, format!("expired on {at}; the next start renews it")),
            Some(at) => fine(about, format!("valid until {at}; renewed by itself before")),
            None => wrong(about, format!("{} holds no certificate", file.display())),
        },
    }
}

fn port(config: &Config) -> Finding {
    let address = config.server.listen;
    match TcpListener::bind(address) {
        Ok(_) => fine("port", format!("{address} is free")),
        Err(error) if error.kind() == std::io::ErrorKind::AddrInUse => warning(
            "port",
            format!(
                "{address} is in use; fine when that is this server, else choose another with server.listen"
            ),
        ),
        Err(error) if error.kind() == std::io::ErrorKind::PermissionDenied => wrong(
            "port",
            format!(
                "{address} may not be used by this user; choose a port above 1023, or grant CAP_NET_BIND_SERVICE"
            ),
        ),
        Err(error) => wrong("port", format!("{address} cannot be listened on: {error}; see server.listen")),
    }
}

fn public_origin(config: &Config) -> Finding {
    let about = "address";
    match &config.server.public_origin {
        Some(origin) => fine(about, format!("people and clients use {origin}")),
        None if config.server.listen.ip().is_loopback() => fine(
            about,
            "only this machine can reach the server; set server.listen and server.public_origin to open it",
        ),
        None => warning(
            about,
            "server.public_origin is not set; tokens then name this machine's own name, and change with it",
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(folder: &Path, environment: &[(&str, &str)], now: &str) -> Vec<String> {
        let data = ("QUARTERDECK_DATA_DIR".to_owned(), folder.display().to_string());
        let listen = ("QUARTERDECK_SERVER__LISTEN".to_owned(), "127.0.0.1:0".to_owned());
        let given = environment.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned()));
        let environment = [data, listen].into_iter().chain(given).collect();
        let sources = Sources { environment, ..Sources::default() };
        let findings = examine(&sources, now.parse().expect("a time"));
        let not_fine = findings.into_iter().filter(|finding| finding.grade != Grade::Fine);
        let shown = folder.display().to_string();
        not_fine.map(|finding| format!("{}: {}", finding.about, finding.text.replace(&shown, "D"))).collect()
    }

    fn private() -> tempfile::TempDir {
        let folder = tempfile::tempdir().expect("a folder");
        let mode = std::fs::Permissions::from_mode(0o700);
        std::fs::set_permissions(folder.path(), mode).expect("ours");
        folder
    }

    #[test]
    fn a_private_empty_folder_is_fine() {
        assert_eq!(check(private().path(), &[], "2027-01-01T00:00:00Z"), [""; 0]);
    }

    #[test]
    fn each_finding_says_what_to_do() {
        let folder = private();
        std::fs::set_permissions(folder.path(), std::fs::Permissions::from_mode(0o755)).expect("ours");
        let url = ("QUARTERDECK_DATABASE__URL", "postgres://nobody@127.0.0.1:1/none");
        let found = check(folder.path(), &[url], "2020-01-01T00:00:00Z");
        assert_eq!(found.len(), 3, "{found:#?}");
        assert_eq!(
            found[0],
            "data folder: others on this machine may look into D (mode 755); run: chmod 700 D"
        );
        assert!(found[1].starts_with("clock: it shows 2020-01-01T00:00:00Z, before"), "{}", found[1]);
        assert!(
            found[2].starts_with("database: postgres (schema quarterdeck) does not answer:"),
            "{}",
            found[2]
        );
    }

    #[test]
    fn wrong_settings_are_all_told() {
        let found = check(private().path(), &[("QUARTERDECK_LOG__LEVEL", "loud")], "2027-01-01T00:00:00Z");
        assert_eq!(found.len(), 1);
        assert!(found[0].starts_with("settings: QUARTERDECK_LOG__LEVEL must be"), "{}", found[0]);
    }
}
