//! A folder of certificates, made with the openssl command line.

use std::path::Path;
use std::process::Command;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::{SignedDuration, Timestamp};
use tempfile::TempDir;

/// A folder where openssl works.
pub(crate) struct Made {
    folder: TempDir,
}

/// The machine's time and an hour: openssl makes certificates from now on, and however long it takes they must not come
/// from the future.
pub(crate) fn now() -> Timestamp {
    let output = Command::new("date").arg("+%s").output().unwrap();
    let second: i64 = String::from_utf8(output.stdout).unwrap().trim().parse().unwrap();
    Timestamp::from_second(second).unwrap() + SignedDuration::from_hours(1)
}

impl Made {
    pub(crate) fn new() -> Made {
        Made { folder: tempfile::tempdir().unwrap() }
    }

    pub(crate) fn bytes(&self, name: &str) -> Vec<u8> {
        std::fs::read(self.folder.path().join(name)).unwrap()
    }

    pub(crate) fn base64(&self, name: &str) -> String {
        STANDARD.encode(self.bytes(name))
    }

    pub(crate) fn write(&self, name: &str, bytes: impl AsRef<[u8]>) {
        std::fs::write(self.folder.path().join(name), bytes).unwrap();
    }

    /// Runs openssl with the words of `line`, split at spaces.
    pub(crate) fn openssl(&self, line: &str) {
        run(self.folder.path(), &line.split(' ').collect::<Vec<_>>());
    }

    /// An EC key `name.key` and its self-signed certificate `name.pem`.
    pub(crate) fn self_signed(&self, name: &str, subject: &str, n_days: u32) {
        self.openssl(&format!(
            "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -noenc -days {n_days} -keyout {name}.key \
             -out {name}.pem -subj {subject}"
        ));
    }

    /// Answers the signing request `name.csr` as Apple does: `name.pem` with this topic.
    pub(crate) fn push(&self, name: &str, topic: &str, n_days: u32) {
        self.write("ext", "extendedKeyUsage=clientAuth");
        self.openssl(&format!(
            "x509 -req -in {name}.csr -CA apple.pem -CAkey apple.key -CAcreateserial -days {n_days} \
             -subj /UID={topic}/CN=APSP:1/C=US -extfile ext -out {name}.pem"
        ));
    }
}

fn run(folder: &Path, words: &[&str]) {
    let words = words.iter().filter(|word| !word.is_empty());
    let output = Command::new("openssl").args(words).current_dir(folder).output().unwrap();
    assert!(output.status.success(), "openssl: {}", String::from_utf8_lossy(&output.stderr));
}
