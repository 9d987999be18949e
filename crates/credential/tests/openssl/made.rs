//! A folder of certificates, made with the openssl command line.

use std::path::{Path, PathBuf};
use std::process::Command;

use jiff::{SignedDuration, Timestamp};
use tempfile::TempDir;

/// A folder where openssl works.
pub(crate) struct Made {
    folder: TempDir,
}

/// The machine's time: openssl makes certificates from now on.
pub(crate) fn now() -> Timestamp {
    let output = Command::new("date").arg("+%s").output().unwrap();
    let second: i64 = String::from_utf8(output.stdout).unwrap().trim().parse().unwrap();
    Timestamp::from_second(second).unwrap() + SignedDuration::from_secs(5)
}

pub(crate) fn days(n: i64) -> SignedDuration {
    SignedDuration::from_hours(24 * n)
}

impl Made {
    pub(crate) fn new() -> Made {
        Made { folder: tempfile::tempdir().unwrap() }
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(crate) fn bytes(&self, name: &str) -> Vec<u8> {
        std::fs::read(self.path(name)).unwrap()
    }

    pub(crate) fn write(&self, name: &str, bytes: impl AsRef<[u8]>) {
        std::fs::write(self.path(name), bytes).unwrap();
    }

    /// Runs openssl with the words of `line`, split at spaces.
    pub(crate) fn openssl(&self, line: &str) {
        run(self.folder.path(), &line.split(' ').collect::<Vec<_>>());
    }

    /// An RSA key `name.key` and its self-signed certificate `name.pem`.
    pub(crate) fn self_signed(&self, name: &str, subject: &str, n_days: u32, more: &[&str]) {
        let (key, certificate, n_days) = (format!("{name}.key"), format!("{name}.pem"), n_days.to_string());
        let mut words = vec!["req", "-x509", "-newkey", "rsa:2048", "-noenc", "-days", &n_days];
        words.extend(["-keyout", &key, "-out", &certificate, "-subj", subject]);
        for extension in more {
            words.extend(["-addext", extension]);
        }
        run(self.folder.path(), &words);
    }

    /// `name.key` and `name.pem`, signed by `issuer`.
    pub(crate) fn signed(&self, name: &str, subject: &str, issuer: &str, n_days: u32, extensions: &str) {
        self.write(&format!("{name}.ext"), extensions);
        let request =
            ["req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-noenc", "-subj", subject];
        let (key, csr) = (format!("{name}.key"), format!("{name}.csr"));
        run(self.folder.path(), &[&request[..], &["-keyout", &key, "-out", &csr]].concat());
        self.openssl(&format!(
            "x509 -req -in {csr} -CA {issuer}.pem -CAkey {issuer}.key -CAcreateserial -days {n_days} \
             -extfile {name}.ext -out {name}.pem"
        ));
    }
}

fn run(folder: &Path, words: &[&str]) {
    let words = words.iter().filter(|word| !word.is_empty());
    let output = Command::new("openssl").args(words).current_dir(folder).output().unwrap();
    assert!(output.status.success(), "openssl: {}", String::from_utf8_lossy(&output.stderr));
}
