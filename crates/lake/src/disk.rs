//! The data folder: making folders and files durable, and the faults tests ask for.

use std::fs::{self, File};
use std::io::{self, Read as _};
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};

const OFF: i64 = i64::MIN;

/// Bytes of two files held at a time while they are compared.
const COMPARED_BYTES: usize = 256 * 1024;

/// Faults on purpose: fail or end the process at the n-th write, sync or unlink of a file from now, or run out of
/// room. Off unless a test asks.
#[derive(Clone, Debug)]
pub struct FileFaults(Arc<Asked>);

#[derive(Debug)]
struct Asked {
    left: AtomicI64,
    kill: AtomicBool,
    room_bytes: AtomicI64,
}

impl FileFaults {
    pub(crate) fn none() -> FileFaults {
        let (left, room_bytes) = (AtomicI64::new(OFF), AtomicI64::new(OFF));
        FileFaults(Arc::new(Asked { left, kill: AtomicBool::new(false), room_bytes }))
    }

    /// The `n`-th operation on a file from now fails (1 is the next one); later ones work again.
    pub fn fail_nth(&self, n: u32) {
        self.0.left.store(i64::from(n), Ordering::SeqCst);
    }

    /// The process ends at the `n`-th operation on a file from now, as one that is killed: nothing is tidied up.
    pub fn kill_nth(&self, n: u32) {
        self.0.kill.store(true, Ordering::SeqCst);
        self.fail_nth(n);
    }

    /// The disk takes `bytes` more, and then is full.
    pub fn room(&self, bytes: u32) {
        self.0.room_bytes.store(i64::from(bytes), Ordering::SeqCst);
    }

    /// Switches faults off and tells whether the one that was asked for has happened.
    pub fn clear(&self) -> bool {
        let left = self.0.left.swap(OFF, Ordering::SeqCst);
        let room_bytes = self.0.room_bytes.swap(OFF, Ordering::SeqCst);
        (left != OFF && left <= 0) || (room_bytes != OFF && room_bytes < 0)
    }

    pub(crate) fn pass(&self) -> io::Result<()> {
        if self.0.left.load(Ordering::Relaxed) != OFF && self.0.left.fetch_sub(1, Ordering::SeqCst) == 1 {
            if self.0.kill.load(Ordering::SeqCst) {
                std::process::abort();
            }
            return Err(io::Error::other("a fault was asked for here"));
        }
        Ok(())
    }

    /// Uses room for that many bytes.
    pub(crate) fn fill(&self, n_bytes: usize) -> io::Result<()> {
        if self.0.room_bytes.load(Ordering::Relaxed) == OFF {
            return Ok(());
        }
        let n_bytes = i64::try_from(n_bytes).unwrap_or(i64::MAX);
        if self.0.room_bytes.fetch_sub(n_bytes, Ordering::SeqCst) < n_bytes {
            return Err(io::ErrorKind::StorageFull.into());
        }
        Ok(())
    }
}

/// The folder that all data files are in.
#[derive(Clone, Debug)]
pub(crate) struct Disk {
    root: PathBuf,
    faults: FileFaults,
}

impl Disk {
    /// Makes the folder if it is missing; `root` becomes absolute.
    pub(crate) fn open(root: &Path) -> io::Result<Disk> {
        fs::create_dir_all(root)?;
        Ok(Disk { root: fs::canonicalize(root)?, faults: FileFaults::none() })
    }

    pub(crate) fn root(&self) -> &Path {
        &self.root
    }

    pub(crate) fn faults(&self) -> &FileFaults {
        &self.faults
    }

    /// The absolute place of a path of the catalogue. None when the path leads out of the folder.
    pub(crate) fn place(&self, relative: &str) -> Option<PathBuf> {
        let plain = Path::new(relative).components().all(|part| matches!(part, Component::Normal(_)));
        plain.then(|| self.root.join(relative))
    }

    /// Makes a folder below the root, and makes its existence durable.
    pub(crate) fn make_folder(&self, relative: &Path) -> io::Result<()> {
        let mut folder = self.root.clone();
        for part in relative {
            let parent = folder.clone();
            folder.push(part);
            match fs::create_dir(&folder) {
                Ok(()) => self.sync_folder(&parent)?,
                Err(e) if e.kind() == io::ErrorKind::AlreadyExists => {}
                Err(e) => return Err(e),
            }
        }
        Ok(())
    }

    pub(crate) fn create(&self, path: &Path) -> io::Result<Output> {
        self.faults.pass()?;
        let file = File::create_new(path)?;
        Ok(Output { file, faults: self.faults.clone() })
    }

    /// Makes the names in a folder durable: a file whose name is lost in a power cut is a lost file.
    pub(crate) fn sync_folder(&self, folder: &Path) -> io::Result<()> {
        self.faults.pass()?;
        File::open(folder)?.sync_all()
    }

    pub(crate) fn copy(&self, path: &Path, to: &mut dyn io::Write) -> io::Result<u64> {
        io::copy(&mut File::open(path)?, to)
    }

    /// Whether two files hold the same bytes.
    pub(crate) fn is_same(&self, one: &Path, other: &Path) -> io::Result<bool> {
        let (mut one, mut other) = (File::open(one)?, File::open(other)?);
        let (mut left, mut right) = (vec![0; COMPARED_BYTES], vec![0; COMPARED_BYTES]);
        loop {
            let n_bytes = one.read(&mut left)?;
            if n_bytes == 0 {
                return Ok(other.read(&mut right)? == 0);
            }
            if other.read_exact(&mut right[..n_bytes]).is_err() || left[..n_bytes] != right[..n_bytes] {
                return Ok(false);
            }
        }
    }

    /// Removes a file. False when it was not there.
    pub(crate) fn remove(&self, path: &Path) -> io::Result<bool> {
        self.faults.pass()?;
        match fs::remove_file(path) {
            Ok(()) => Ok(true),
            Err(e) if e.kind() == io::ErrorKind::NotFound => Ok(false),
            Err(e) => Err(e),
        }
    }
}

/// A file being written.
pub(crate) struct Output {
    file: File,
    faults: FileFaults,
}

impl Output {
    /// Makes the contents durable.
    pub(crate) fn sync(&self) -> io::Result<()> {
        self.faults.pass()?;
        self.file.sync_all()
    }
}

impl io::Write for Output {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.faults.pass()?;
        self.faults.fill(bytes.len())?;
        self.file.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_catalogue_path_cannot_leave_the_folder() {
        let folder = tempfile::tempdir().expect("a folder");
        let disk = Disk::open(folder.path()).expect("a disk");
        assert_eq!(disk.place("main/t/x.parquet"), Some(disk.root().join("main/t/x.parquet")));
        for path in ["../x", "main/../../x", "/etc/passwd", "./x"] {
            assert_eq!(disk.place(path), None, "{path}");
        }
    }
}
