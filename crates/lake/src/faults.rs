//! Faults on purpose, for tests: of files on a disk and of calls to an object store alike.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};

const OFF: i64 = i64::MIN;

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
