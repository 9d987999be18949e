//! Where the files are: a folder on a local disk, or a place in an object store.

use std::collections::HashSet;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use jiff::Timestamp;

use crate::bucket::{Bucket, RemoteOutput};
use crate::disk::{Disk, LocalOutput, is_plain};
use crate::faults::FileFaults;
use crate::source::Source;

/// Bytes of two files held at a time while they are compared or copied.
const PIECE_BYTES: u64 = 1024 * 1024;
/// The file that names the catalogue the data belongs to.
const MARK: &str = "quarterdeck-lake-id";

/// Where all data files are.
#[derive(Clone, Debug)]
pub(crate) enum Storage {
    Local(Disk),
    Remote(Bucket),
}

/// A file that was found.
pub(crate) struct Found {
    pub(crate) path: PathBuf,
    /// Below the data folder, with `/`.
    pub(crate) relative: String,
    pub(crate) bytes: u64,
    pub(crate) made: Timestamp,
}

impl Storage {
    /// Where the data is: the folder, absolute, or the address.
    pub(crate) fn root(&self) -> PathBuf {
        match self {
            Storage::Local(disk) => disk.root().to_owned(),
            Storage::Remote(bucket) => PathBuf::from(bucket.address()),
        }
    }

    pub(crate) fn faults(&self) -> &FileFaults {
        match self {
            Storage::Local(disk) => disk.faults(),
            Storage::Remote(bucket) => bucket.faults(),
        }
    }

    /// The place of a path of the catalogue. None when the path leads out of the data.
    pub(crate) fn place(&self, relative: &str) -> Option<PathBuf> {
        is_plain(relative).then(|| match self {
            Storage::Local(disk) => disk.root().join(relative),
            Storage::Remote(bucket) => bucket.place(relative),
        })
    }

    /// Starts a new file.
    pub(crate) fn create(&self, path: &Path) -> io::Result<Output> {
        let to = match self {
            Storage::Local(disk) => Target::Local(disk.create(path)?),
            Storage::Remote(bucket) => Target::Remote(bucket.create(path)?),
        };
        Ok(Output { to, n_bytes: 0, tail: [0; 8] })
    }

    /// A file's size; none when it is not there.
    pub(crate) fn size(&self, path: &Path) -> io::Result<Option<u64>> {
        match self {
            Storage::Local(_) => match fs::metadata(path) {
                Ok(there) => Ok(Some(there.len())),
                Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
                Err(error) => Err(error),
            },
            Storage::Remote(bucket) => bucket.size(path),
        }
    }

    /// Opens a file of that many bytes for reading. A path outside the data is one of the local disk.
    pub(crate) fn source(&self, path: &Path, n_bytes: u64) -> io::Result<Source> {
        match self {
            Storage::Remote(bucket) if path.starts_with(self.root()) => Source::remote(bucket, path, n_bytes),
            _ => Ok(Source::Local(File::open(path)?)),
        }
    }

    /// Writes a file's bytes as they are.
    pub(crate) fn copy(&self, path: &Path, n_bytes: u64, to: &mut dyn io::Write) -> io::Result<u64> {
        match self {
            Storage::Local(_) => io::copy(&mut File::open(path)?, to),
            Storage::Remote(bucket) => {
                let mut at = 0;
                while at < n_bytes {
                    let end = n_bytes.min(at + 8 * PIECE_BYTES);
                    to.write_all(&bucket.read(path, at..end)?)?;
                    at = end;
                }
                Ok(at)
            }
        }
    }

    /// Whether two files of that many bytes are the same.
    pub(crate) fn is_same(&self, one: &Path, other: &Path, n_bytes: u64) -> io::Result<bool> {
        let (one, other) = (self.source(one, n_bytes)?, self.source(other, n_bytes)?);
        let mut at = 0;
        while at < n_bytes {
            let end = n_bytes.min(at + PIECE_BYTES);
            if one.piece(at..end)? != other.piece(at..end)? {
                return Ok(false);
            }
            at = end;
        }
        Ok(true)
    }

    /// Removes a file. False when it was not there.
    pub(crate) fn remove(&self, path: &Path) -> io::Result<bool> {
        match self {
            Storage::Local(disk) => disk.remove(path),
            Storage::Remote(bucket) => bucket.remove(path),
        }
    }

    /// Makes what was removed from these folders durably gone, and empty folders too.
    pub(crate) fn tidy(&self, folders: HashSet<PathBuf>) -> Result<(), (PathBuf, io::Error)> {
        let Storage::Local(disk) = self else { return Ok(()) };
        for folder in folders {
            disk.tidy(&folder).map_err(|error| (folder, error))?;
        }
        Ok(())
    }

    /// Every file there is.
    pub(crate) fn list(&self) -> io::Result<Vec<Found>> {
        let root = self.root();
        let relative = |path: &Path| {
            let below = path.strip_prefix(&root).ok().and_then(Path::to_str);
            below.map(str::to_owned).unwrap_or_default()
        };
        match self {
            Storage::Local(disk) => {
                let look = |path: PathBuf| {
                    let about = fs::metadata(&path)?;
                    let made = Timestamp::try_from(about.modified()?).unwrap_or(Timestamp::MAX);
                    Ok(Found { relative: relative(&path), path, bytes: about.len(), made })
                };
                disk.list()?.into_iter().map(look).collect()
            }
            Storage::Remote(bucket) => {
                let file = |(path, bytes, made): (PathBuf, u64, Timestamp)| Found {
                    relative: relative(&path),
                    path,
                    bytes,
                    made,
                };
                Ok(bucket.list()?.into_iter().map(file).collect())
            }
        }
    }

    /// The id of the catalogue that the data belongs to, which becomes `id` when it belonged to none.
    pub(crate) fn own_mark(&self, id: &str) -> io::Result<String> {
        let text = format!("{id}\n");
        match self {
            Storage::Local(disk) => {
                let mark = disk.root().join(MARK);
                match fs::read_to_string(&mark) {
                    Ok(found) => Ok(found.trim().to_owned()),
                    Err(e) if e.kind() == io::ErrorKind::NotFound => {
                        fs::write(&mark, text)?;
                        Ok(id.to_owned())
                    }
                    Err(e) => Err(e),
                }
            }
            Storage::Remote(bucket) => {
                let mark = bucket.place(MARK);
                if let Some(n_bytes) = bucket.size(&mark)? {
                    let found = bucket.read(&mark, 0..n_bytes)?;
                    return Ok(String::from_utf8_lossy(&found).trim().to_owned());
                }
                bucket.put_new(&mark, text.into_bytes())?;
                Ok(id.to_owned())
            }
        }
    }
}

enum Target {
    Local(LocalOutput),
    Remote(RemoteOutput),
}

/// A file being written.
pub(crate) struct Output {
    to: Target,
    n_bytes: u64,
    tail: [u8; 8],
}

impl Output {
    /// Makes the file whole and durable.
    pub(crate) fn sync(&mut self) -> io::Result<()> {
        match &mut self.to {
            Target::Local(file) => file.sync(),
            Target::Remote(object) => object.sync(),
        }
    }

    /// The file's size, and that of its footer without the last 8 bytes, both in bytes.
    pub(crate) fn footer_size(&self) -> (u64, u64) {
        let [a, b, c, d, ..] = self.tail;
        (self.n_bytes, u64::from(u32::from_le_bytes([a, b, c, d])))
    }

    fn remember(&mut self, bytes: &[u8]) {
        self.n_bytes += bytes.len() as u64;
        let n_new = bytes.len().min(self.tail.len());
        self.tail.rotate_left(n_new);
        let at = self.tail.len() - n_new;
        self.tail[at..].copy_from_slice(&bytes[bytes.len() - n_new..]);
    }
}

impl io::Write for Output {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let n_written = match &mut self.to {
            Target::Local(file) => file.write(bytes)?,
            Target::Remote(object) => object.write(bytes)?,
        };
        self.remember(&bytes[..n_written]);
        Ok(n_written)
    }

    fn flush(&mut self) -> io::Result<()> {
        // Nothing is gathered here but parts of an object, which have a least size.
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::*;

    #[test]
    fn a_catalogue_path_cannot_leave_the_folder() {
        let folder = tempfile::tempdir().expect("a folder");
        let storage = Storage::Local(Disk::open(folder.path()).expect("a disk"));
        assert_eq!(storage.place("main/t/x.parquet"), Some(storage.root().join("main/t/x.parquet")));
        for path in ["../x", "main/../../x", "/etc/passwd", "./x"] {
            assert_eq!(storage.place(path), None, "{path}");
        }
    }

    #[test]
    fn the_end_of_a_file_is_remembered_however_it_is_written() {
        let folder = tempfile::tempdir().expect("a folder");
        let storage = Storage::Local(Disk::open(folder.path()).expect("a disk"));
        let mut output = storage.create(&storage.root().join("x")).expect("made");
        for piece in [&b"0123456789"[..], &[7], &[0, 0], &[0], b"PAR1"] {
            output.write_all(piece).expect("written");
        }
        assert_eq!(output.footer_size(), (18, 7));
    }
}
