//! The data folder on a local disk: making folders and files durable.

use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::{Component, Path, PathBuf};

use crate::faults::FileFaults;

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

    /// Makes the folder of a file and the file, both below the root; each name on the way becomes durable.
    pub(crate) fn create(&self, path: &Path) -> io::Result<LocalOutput> {
        let folder = path.parent().and_then(|folder| folder.strip_prefix(&self.root).ok());
        self.make_folder(folder.unwrap_or(Path::new("")))?;
        self.faults.pass()?;
        let file = File::create_new(path)?;
        Ok(LocalOutput { file, path: path.to_owned(), disk: self.clone() })
    }

    fn make_folder(&self, relative: &Path) -> io::Result<()> {
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

    /// Makes the names in a folder durable: a file whose name is lost in a power cut is a lost file.
    fn sync_folder(&self, folder: &Path) -> io::Result<()> {
        self.faults.pass()?;
        File::open(folder)?.sync_all()
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

    /// Removes an attempt's folder when it is empty, and makes what was removed durably gone.
    pub(crate) fn tidy(&self, folder: &Path) -> io::Result<()> {
        match fs::remove_dir(folder) {
            Ok(()) => self.sync_folder(folder.parent().unwrap_or(&self.root)),
            Err(e) if e.kind() == io::ErrorKind::DirectoryNotEmpty => self.sync_folder(folder),
            Err(e) if e.kind() == io::ErrorKind::NotFound => Ok(()),
            Err(e) => Err(e),
        }
    }

    /// Every file below the root.
    pub(crate) fn list(&self) -> io::Result<Vec<PathBuf>> {
        let mut files = Vec::new();
        let mut folders = vec![self.root.clone()];
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(folder)? {
                let entry = entry?;
                let kind = entry.file_type()?;
                if kind.is_dir() {
                    folders.push(entry.path());
                } else if kind.is_file() {
                    files.push(entry.path());
                }
            }
        }
        Ok(files)
    }
}

/// Whether a path of the catalogue stays below the root.
pub(crate) fn is_plain(relative: &str) -> bool {
    Path::new(relative).components().all(|part| matches!(part, Component::Normal(_)))
}

/// A file being written.
pub(crate) struct LocalOutput {
    file: File,
    path: PathBuf,
    disk: Disk,
}

impl LocalOutput {
    pub(crate) fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.disk.faults.pass()?;
        self.disk.faults.fill(bytes.len())?;
        self.file.write(bytes)
    }

    /// Makes the contents and the name durable.
    pub(crate) fn sync(&self) -> io::Result<()> {
        self.disk.faults.pass()?;
        self.file.sync_all()?;
        // Each name on the way to the file: whoever made a folder may not have made it durable yet.
        for folder in self.path.ancestors().skip(1).take_while(|folder| folder.starts_with(&self.disk.root)) {
            self.disk.sync_folder(folder)?;
        }
        Ok(())
    }
}
