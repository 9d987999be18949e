//! What is finished, a line of JSON each; the first line says of what. A process that is killed loses at most the line
//! it was writing: what has a line is whole.

use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::{BackupError, disk};

/// A journal that is open for more lines.
#[derive(Debug)]
pub(super) struct Journal {
    path: PathBuf,
}

impl Journal {
    /// Begins one at `path`, in place of what was there.
    pub(super) fn begin(path: &Path, head: &impl Serialize) -> Result<Journal, BackupError> {
        drop(fs::File::create(path).map_err(disk(path))?);
        let journal = Journal { path: path.to_owned() };
        journal.append(head)?;
        Ok(journal)
    }

    /// Opens the one at `path` with its first line and the others; nothing when none was begun there. A last line
    /// that was cut off is taken away, so that the next does not join it.
    pub(super) fn open<H: DeserializeOwned, L: DeserializeOwned>(
        path: &Path,
    ) -> Result<Option<(Journal, H, Vec<L>)>, BackupError> {
        let failed = disk(path);
        let mut bytes = match fs::read(path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            read => read.map_err(&failed)?,
        };
        let n_whole = bytes.iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
        if n_whole < bytes.len() {
            bytes.truncate(n_whole);
            let file = fs::File::options().write(true).open(path).map_err(&failed)?;
            file.set_len(n_whole as u64).and_then(|()| file.sync_all()).map_err(&failed)?;
        }
        let mut lines = bytes.split(|byte| *byte == b'\n');
        let Some(head) = lines.next().and_then(|line| serde_json::from_slice(line).ok()) else {
            return Ok(None);
        };
        // A line of another form is of something that is made again.
        let lines = lines.filter_map(|line| serde_json::from_slice(line).ok()).collect();
        Ok(Some((Journal { path: path.to_owned() }, head, lines)))
    }

    /// Writes a line and makes it durable.
    pub(super) fn append(&self, line: &impl Serialize) -> Result<(), BackupError> {
        let failed = disk(&self.path);
        let mut text = serde_json::to_vec(line).map_err(|error| failed(error.into()))?;
        text.push(b'\n');
        let mut file = fs::File::options().append(true).open(&self.path).map_err(&failed)?;
        file.write_all(&text).map_err(&failed)?;
        file.sync_all().map_err(&failed)
    }

    /// All is finished: what it said is elsewhere now.
    pub(super) fn end(&self) -> Result<(), BackupError> {
        fs::remove_file(&self.path).map_err(disk(&self.path))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_that_was_cut_off_is_lost_and_takes_no_other_with_it() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("journal");
        assert!(Journal::open::<String, u32>(&path).expect("readable").is_none());
        let journal = Journal::begin(&path, &"head").expect("begun");
        journal.append(&1).expect("written");
        for cut in ["\"he", "{\"pa", "2"] {
            let mut bytes = fs::read(&path).expect("there");
            bytes.extend_from_slice(cut.as_bytes());
            fs::write(&path, bytes).expect("written");
            let (journal, head, lines) =
                Journal::open::<String, u32>(&path).expect("readable").expect("begun");
            assert_eq!((head.as_str(), lines[0]), ("head", 1));
            assert!(!lines.contains(&2), "half a line may look like a whole one");
            journal.append(&3).expect("written");
            let (.., lines) = Journal::open::<String, u32>(&path).expect("readable").expect("begun");
            assert_eq!(lines.last(), Some(&3));
        }
        fs::write(&path, "\"he").expect("written");
        assert!(Journal::open::<String, u32>(&path).expect("readable").is_none(), "it was not begun");
    }
}
