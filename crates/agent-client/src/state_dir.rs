//! What a device remembers between runs, each thing in one file.
//!
//! ```text
//! enrolment.json   where it is enrolled, as whom, when to report and renew
//! device.pem       private key and certificate, replaced together (0600)
//! pending.json     an enrolment that was begun, so that asking again gives the same device
//! reported.json    the inventory as of the last report put into the outbox
//! outbox/          reports the server has not acknowledged
//! last.json        how the last check-in went
//! lock             held while a program changes any of these
//! ```

use std::fs::{File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use jiff::Timestamp;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{Origin, files};

/// The folder a device keeps its state in.
#[derive(Debug, Clone)]
pub struct StateDir(PathBuf);

/// The folder cannot be used; says which file and why.
#[derive(Debug, thiserror::Error)]
pub enum StateError {
    #[error("{path}: {source}{}", hint(source))]
    File { path: PathBuf, source: io::Error },
    #[error("{path} is damaged ({source}); restore it, or remove the folder and enrol again")]
    Damaged { path: PathBuf, source: serde_json::Error },
    #[error("another quarterdeck-agent has been busy with {0} for half a minute; try again when it is done")]
    Busy(PathBuf),
}

fn hint(error: &io::Error) -> &'static str {
    match error.kind() {
        io::ErrorKind::PermissionDenied => "; run as root, or name another folder with --state-dir",
        io::ErrorKind::StorageFull => "; make room on this file system",
        _ => "",
    }
}

/// Where and as whom the device is enrolled.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Enrolment {
    pub server: Origin,
    pub tenant_id: Uuid,
    pub device_id: Uuid,
    pub device_name: String,
    pub enrolled_at: Timestamp,
    pub check_in_interval_seconds: u32,
    pub renew_after: Timestamp,
    pub channel_path: String,
    /// What the server is trusted by; `None` for the authorities of the system.
    pub server_ca_pem: Option<String>,
}

/// The device's key and certificate chain, both in PEM.
#[derive(Clone, PartialEq, Eq)]
pub struct Credential {
    pub key_pem: String,
    /// The leaf, then the tenant's device CA.
    pub certificates_pem: String,
}

impl std::fmt::Debug for Credential {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Credential(…)")
    }
}

impl Credential {
    /// When the leaf's time is over; `None` when it cannot be read.
    pub fn not_after(&self) -> Option<Timestamp> {
        let (_, pem) = x509_parser::pem::parse_x509_pem(self.certificates_pem.as_bytes()).ok()?;
        let leaf = pem.parse_x509().ok()?;
        Timestamp::from_second(leaf.validity().not_after.timestamp()).ok()
    }
}

/// How the last attempt to check in went.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct LastCheckIn {
    /// The last time the server acknowledged a report.
    pub delivered_at: Option<Timestamp>,
    pub attempted_at: Option<Timestamp>,
    /// Why the last attempt failed; `None` when it did not.
    pub failure: Option<String>,
    /// The server no longer wants this device; it stops until it is enrolled again.
    pub ended: bool,
    pub next_at: Option<Timestamp>,
}

/// An enrolment the server may or may not have heard of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Pending {
    pub(crate) server: Origin,
    pub(crate) request_id: Uuid,
    pub(crate) key_pem: String,
}

/// Held while this program changes the folder.
#[derive(Debug)]
pub struct Lock(#[expect(dead_code, reason = "closing the file releases the lock")] File);

impl StateDir {
    /// # Errors
    /// When the folder cannot be made.
    pub fn open(path: impl Into<PathBuf>) -> Result<Self, StateError> {
        let path = path.into();
        let made = files::make_folder(&path.join("outbox"));
        made.map_err(|source| StateError::File { path: path.clone(), source })?;
        Ok(Self(path))
    }

    /// The folder as it is, for reading: nothing is made when it is not there.
    pub fn existing(path: impl Into<PathBuf>) -> Self {
        Self(path.into())
    }

    pub fn path(&self) -> &Path {
        &self.0
    }

    /// How many reports wait in the outbox.
    ///
    /// # Errors
    /// When the folder is there but cannot be listed.
    pub fn waiting(&self) -> Result<usize, StateError> {
        Ok(self.list("outbox")?.len())
    }

    /// Waits for other programs to be done with the folder.
    ///
    /// # Errors
    /// [`StateError::Busy`] after half a minute.
    pub async fn lock(&self) -> Result<Lock, StateError> {
        let path = self.0.join("lock");
        let file =
            File::options().create(true).append(true).open(&path).map_err(|e| self.failed("lock", e))?;
        for _ in 0..300 {
            match file.try_lock() {
                Ok(()) => return Ok(Lock(file)),
                Err(TryLockError::WouldBlock) => tokio::time::sleep(Duration::from_millis(100)).await,
                Err(TryLockError::Error(error)) => return Err(self.failed("lock", error)),
            }
        }
        Err(StateError::Busy(self.0.clone()))
    }

    /// # Errors
    /// As every read here: the file cannot be read, or is damaged.
    pub fn enrolment(&self) -> Result<Option<Enrolment>, StateError> {
        self.read_json("enrolment.json")
    }

    pub(crate) fn set_enrolment(&self, enrolment: &Enrolment) -> Result<(), StateError> {
        self.write_json("enrolment.json", enrolment)
    }

    /// # Errors
    /// When the file cannot be read.
    pub fn credential(&self) -> Result<Option<Credential>, StateError> {
        let Some(bytes) = self.read("device.pem")? else { return Ok(None) };
        let text = String::from_utf8_lossy(&bytes);
        // Key first, certificates after it: written so by `set_credential`.
        Ok(text.find("-----BEGIN CERTIFICATE-----").map(|at| {
            let (key, certificates) = text.split_at(at);
            Credential { key_pem: key.to_owned(), certificates_pem: certificates.to_owned() }
        }))
    }

    pub(crate) fn set_credential(&self, credential: &Credential) -> Result<(), StateError> {
        let text = format!("{}{}", credential.key_pem, credential.certificates_pem);
        self.write("device.pem", text.as_bytes())
    }

    /// # Errors
    /// When the file cannot be read, or is damaged.
    pub fn last_check_in(&self) -> Result<LastCheckIn, StateError> {
        Ok(self.read_json("last.json")?.unwrap_or_default())
    }

    /// # Errors
    /// When the file cannot be written.
    pub fn set_last_check_in(&self, last: &LastCheckIn) -> Result<(), StateError> {
        self.write_json("last.json", last)
    }

    pub(crate) fn pending(&self) -> Result<Option<Pending>, StateError> {
        self.read_json("pending.json")
    }

    pub(crate) fn set_pending(&self, pending: &Pending) -> Result<(), StateError> {
        self.write_json("pending.json", pending)
    }

    /// Forgets the enrolment: key, certificate, waiting reports, everything but the folder.
    ///
    /// # Errors
    /// When a file cannot be removed.
    pub fn forget(&self) -> Result<(), StateError> {
        // Only files by name: the folder may be one that others use as well.
        for name in ["enrolment.json", "pending.json", "device.pem", "reported.json", "last.json"] {
            self.remove(name)?;
            // What a crash left unfinished may hold a key too.
            self.remove(&Path::new(name).with_extension("unfinished").to_string_lossy())?;
        }
        match std::fs::remove_dir_all(self.0.join("outbox")) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(self.failed("outbox", error)),
            _ => Ok(()),
        }
    }

    pub(crate) fn read_json<T: DeserializeOwned>(&self, name: &str) -> Result<Option<T>, StateError> {
        let Some(bytes) = self.read(name)? else { return Ok(None) };
        let read = serde_json::from_slice(&bytes);
        read.map(Some).map_err(|source| StateError::Damaged { path: self.0.join(name), source })
    }

    pub(crate) fn write_json<T: Serialize>(&self, name: &str, value: &T) -> Result<(), StateError> {
        let text = serde_json::to_vec(value).expect("state is plain data with text keys");
        self.write(name, &text)
    }

    pub(crate) fn read(&self, name: &str) -> Result<Option<Vec<u8>>, StateError> {
        files::read(&self.0.join(name)).map_err(|error| self.failed(name, error))
    }

    pub(crate) fn write(&self, name: &str, content: &[u8]) -> Result<(), StateError> {
        files::write(&self.0.join(name), content).map_err(|error| self.failed(name, error))
    }

    pub(crate) fn remove(&self, name: &str) -> Result<(), StateError> {
        files::remove(&self.0.join(name)).map_err(|error| self.failed(name, error))
    }

    /// The names of the finished files of a folder, ascending.
    pub(crate) fn list(&self, folder: &str) -> Result<Vec<String>, StateError> {
        let mut names = Vec::new();
        let entries = match std::fs::read_dir(self.0.join(folder)) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(names),
            entries => entries.map_err(|error| self.failed(folder, error))?,
        };
        for entry in entries {
            let name = entry.map_err(|error| self.failed(folder, error))?.file_name();
            names.extend(name.to_str().filter(|name| name.ends_with(".json")).map(str::to_owned));
        }
        names.sort_unstable();
        Ok(names)
    }

    fn failed(&self, name: &str, source: io::Error) -> StateError {
        StateError::File { path: self.0.join(name), source }
    }
}
