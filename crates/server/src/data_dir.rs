//! The data folder: made for its owner only, used by one server at a time, its files written whole.

use std::fs::{DirBuilder, File, OpenOptions, TryLockError};
use std::io::{self, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

use store::TenantId;
use uuid::Uuid;
use world::World;

use crate::config::Config;

/// The folder, held for this process until it is dropped.
#[derive(Debug)]
pub(crate) struct DataDir {
    path: PathBuf,
    /// Locked for as long as it is open.
    _lock: File,
}

/// Why the data folder cannot be used. Each is a sentence for the operator.
#[derive(Debug, thiserror::Error)]
pub(crate) enum DataDirError {
    #[error("cannot make or open the data folder {path}: {error}; choose another with data_dir")]
    Open { path: PathBuf, error: io::Error },
    #[error("the data folder {path} is used by another Quarterdeck; stop that one, or choose another folder")]
    Taken { path: PathBuf },
}

impl DataDir {
    /// Makes the folder when it is missing, and takes it for this process.
    ///
    /// # Errors
    /// [`DataDirError::Taken`] while another process holds it.
    pub(crate) fn open(path: &Path) -> Result<DataDir, DataDirError> {
        let failed = |error| DataDirError::Open { path: path.to_owned(), error };
        make_private(path).map_err(failed)?;
        // An absolute path stays true whatever the working folder is, and goes into the ready file.
        let path = path.canonicalize().map_err(failed)?;
        let failed = |error| DataDirError::Open { path: path.clone(), error };
        let lock = OpenOptions::new()
            .create(true)
            .truncate(false)
            .write(true)
            .mode(0o600)
            .open(path.join("server.lock"))
            .map_err(failed)?;
        match lock.try_lock() {
            Ok(()) => Ok(DataDir { path, _lock: lock }),
            Err(TryLockError::WouldBlock) => Err(DataDirError::Taken { path }),
            Err(TryLockError::Error(error)) => Err(failed(error)),
        }
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }
}

/// Where the certificate made here is kept.
pub(crate) fn tls_folder(data_dir: &Path) -> PathBuf {
    data_dir.join("tls")
}

pub(crate) fn database_file(data_dir: &Path) -> PathBuf {
    data_dir.join("quarterdeck.db")
}

pub(crate) fn lake_folder(config: &Config, data_dir: &Path) -> PathBuf {
    config.lake.folder.clone().unwrap_or_else(|| data_dir.join("lake"))
}

/// What tells this server from the others over the same database, whatever its machine is called: made once.
///
/// # Errors
/// When the folder cannot be read or written.
pub(crate) fn server_id(data_dir: &Path, world: &World) -> io::Result<Uuid> {
    let file = data_dir.join("server.id");
    let text = match std::fs::read_to_string(&file) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => String::new(),
        Err(error) => return Err(error),
    };
    if let Ok(id) = Uuid::try_parse(text.trim()) {
        return Ok(id);
    }
    let id = world.ids.guid();
    write_whole(&file, format!("{id}\n").as_bytes(), 0o600)?;
    Ok(id)
}

/// Where the last export of a tenant's warehouse is noted.
pub(crate) fn export_note(data_dir: &Path, tenant: TenantId) -> PathBuf {
    data_dir.join(format!("exported-{tenant}"))
}

/// Makes a folder that only its owner may open; one that is there is left as it is.
pub(crate) fn make_private(path: &Path) -> io::Result<()> {
    DirBuilder::new().recursive(true).mode(0o700).create(path)
}

/// Writes a file whole or not at all: a reader sees the old text or the new one.
pub(crate) fn write_whole(path: &Path, text: &[u8], mode: u32) -> io::Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut file = tempfile::NamedTempFile::new_in(folder)?;
    file.as_file().set_permissions(std::fs::Permissions::from_mode(mode))?;
    file.write_all(text)?;
    file.as_file().sync_all()?;
    file.persist(path).map_err(|error| error.error)?;
    File::open(folder)?.sync_all()
}

/// The machine's own name; `localhost` when it has none.
pub(crate) fn machine_name() -> String {
    let name = rustix::system::uname().nodename().to_string_lossy().trim().to_owned();
    let fits = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '.';
    if !name.is_empty() && name.chars().all(fits) { name } else { "localhost".to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_data_folder_has_one_server() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("a/b");
        let held = DataDir::open(&path).expect("free");
        assert_eq!(std::fs::metadata(held.path()).expect("made").permissions().mode() & 0o777, 0o700);
        assert!(matches!(DataDir::open(&path), Err(DataDirError::Taken { .. })));
        drop(held);
        assert!(DataDir::open(&path).is_ok());
    }

    #[test]
    fn a_server_keeps_its_id() {
        let folder = tempfile::tempdir().expect("a folder");
        let world = World::seeded(1, jiff::Timestamp::UNIX_EPOCH);
        let id = server_id(folder.path(), &world).expect("made");
        assert_eq!(server_id(folder.path(), &world).expect("read"), id);
        std::fs::write(folder.path().join("server.id"), "?").expect("written");
        assert_ne!(server_id(folder.path(), &world).expect("made anew"), id);
    }

    #[test]
    fn a_file_is_replaced_whole_and_private() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("key");
        write_whole(&path, b"one", 0o600).expect("written");
        write_whole(&path, b"two", 0o600).expect("written");
        assert_eq!(std::fs::read(&path).expect("there"), b"two");
        assert_eq!(std::fs::metadata(&path).expect("there").permissions().mode() & 0o777, 0o600);
        assert_eq!(std::fs::read_dir(folder.path()).expect("a folder").count(), 1);
    }
}
