//! A file as the Parquet reader asks for it: pieces of a local file, or of an object in few large requests.

use std::fs::File;
use std::io::{self, BufReader, Cursor, Read};
use std::ops::Range;
use std::os::unix::fs::FileExt as _;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use bytes::Bytes;
use parquet::errors::{ParquetError, Result};
use parquet::file::reader::{ChunkReader, Length};

use crate::bucket::Bucket;

/// What is fetched of an object's end at first: its footer, as a rule.
const TAIL_BYTES: u64 = 64 * 1024;
/// Chunks beside each other are fetched together up to this size.
const FETCH_BYTES: u64 = 8 * 1024 * 1024;
/// Bytes of an object kept at a time.
const KEPT_BYTES: u64 = 64 * 1024 * 1024;

/// A file to read.
pub(crate) enum Source {
    Local(File),
    Remote(Object),
}

/// An object and the pieces of it at hand.
pub(crate) struct Object {
    bucket: Bucket,
    path: PathBuf,
    n_bytes: u64,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    /// What will be read, in order: the chunks of columns.
    planned: Vec<Range<u64>>,
    /// What was fetched, oldest first.
    windows: Vec<(u64, Bytes)>,
}

impl Source {
    pub(crate) fn remote(bucket: &Bucket, path: &Path, n_bytes: u64) -> io::Result<Source> {
        let start = n_bytes.saturating_sub(TAIL_BYTES);
        let tail = bucket.read(path, start..n_bytes)?;
        let state = State { planned: Vec::new(), windows: vec![(start, tail)] };
        let object =
            Object { bucket: bucket.clone(), path: path.to_owned(), n_bytes, state: Mutex::new(state) };
        Ok(Source::Remote(object))
    }

    /// Says what will be read, so that it is fetched in few requests.
    pub(crate) fn plan(&self, mut ranges: Vec<Range<u64>>) {
        if let Source::Remote(object) = self {
            ranges.sort_unstable_by_key(|range| range.start);
            object.state.lock().unwrap_or_else(PoisonError::into_inner).planned = ranges;
        }
    }

    /// Those bytes.
    pub(crate) fn piece(&self, range: Range<u64>) -> io::Result<Bytes> {
        match self {
            Source::Local(file) => {
                let mut bytes = vec![0; length(&range)];
                file.read_exact_at(&mut bytes, range.start)?;
                Ok(bytes.into())
            }
            Source::Remote(object) => object.piece(range),
        }
    }
}

fn length(range: &Range<u64>) -> usize {
    usize::try_from(range.end.saturating_sub(range.start)).unwrap_or(usize::MAX)
}

impl Object {
    fn piece(&self, range: Range<u64>) -> io::Result<Bytes> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(bytes) = state.find(&range) {
            return Ok(bytes);
        }
        let wanted = state.around(&range);
        let bytes = self.bucket.read(&self.path, wanted.clone())?;
        state.windows.push((wanted.start, bytes));
        while state.windows.len() > 1
            && state.windows.iter().map(|(_, bytes)| bytes.len() as u64).sum::<u64>() > KEPT_BYTES
        {
            state.windows.remove(0);
        }
        let found = state.find(&range);
        found.ok_or_else(|| {
            io::Error::new(io::ErrorKind::UnexpectedEof, "the object is shorter than the catalogue says")
        })
    }
}

impl State {
    fn find(&self, range: &Range<u64>) -> Option<Bytes> {
        self.windows.iter().rev().find_map(|(start, bytes)| {
            let from = usize::try_from(range.start.checked_sub(*start)?).ok()?;
            let to = from.checked_add(length(range))?;
            (to <= bytes.len()).then(|| bytes.slice(from..to))
        })
    }

    /// What to fetch for `range`: the planned chunk it is in and those behind it that are near.
    fn around(&self, range: &Range<u64>) -> Range<u64> {
        let holds = |planned: &Range<u64>| planned.start <= range.start && range.end <= planned.end;
        let Some(at) = self.planned.iter().position(holds) else { return range.clone() };
        let mut wanted = self.planned[at].clone();
        for next in &self.planned[at + 1..] {
            if next.start != wanted.end || next.end - wanted.start > FETCH_BYTES {
                break;
            }
            wanted.end = next.end;
        }
        wanted
    }
}

impl Length for Source {
    fn len(&self) -> u64 {
        match self {
            Source::Local(file) => file.len(),
            Source::Remote(object) => object.n_bytes,
        }
    }
}

/// Reads on from somewhere in a file.
pub(crate) enum Reading {
    Local(BufReader<File>),
    /// What is left of a window.
    Remote(Cursor<Bytes>),
}

impl Read for Reading {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self {
            Reading::Local(file) => file.read(buffer),
            Reading::Remote(bytes) => bytes.read(buffer),
        }
    }
}

impl ChunkReader for Source {
    type T = Reading;

    fn get_read(&self, start: u64) -> Result<Reading> {
        match self {
            Source::Local(file) => Ok(Reading::Local(file.get_read(start)?)),
            Source::Remote(object) => {
                let first = object.piece(start..(start + 1).min(object.n_bytes)).map_err(outside)?;
                let state = object.state.lock().unwrap_or_else(PoisonError::into_inner);
                let rest = state.windows.iter().rev().find_map(|(at, bytes)| {
                    let from = usize::try_from(start.checked_sub(*at)?).ok()?;
                    (from < bytes.len()).then(|| bytes.slice(from..))
                });
                Ok(Reading::Remote(Cursor::new(rest.unwrap_or(first))))
            }
        }
    }

    fn get_bytes(&self, start: u64, length: usize) -> Result<Bytes> {
        self.piece(start..start + length as u64).map_err(outside)
    }
}

fn outside(error: io::Error) -> ParquetError {
    ParquetError::External(Box::new(error))
}
