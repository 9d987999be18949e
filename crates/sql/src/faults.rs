//! Faults on purpose: fail the n-th statement or commit from now.
//!
//! A fault loop runs an operation with its 1st, 2nd, … statement failing until it succeeds, and looks after each
//! whether anything was half-written. Switched off (the default) it costs one relaxed load a statement.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};

use crate::SqlError;

const OFF: i64 = i64::MIN;

/// Where to make a database fail.
#[derive(Clone, Debug)]
pub struct Faults(Arc<Asked>);

#[derive(Debug)]
struct Asked {
    left: AtomicI64,
    kill: AtomicBool,
}

impl Default for Faults {
    fn default() -> Faults {
        Faults(Arc::new(Asked { left: AtomicI64::new(OFF), kill: AtomicBool::new(false) }))
    }
}

impl Faults {
    /// The `n`-th statement or commit from now fails (1 is the next one); later ones work again.
    pub fn fail_nth(&self, n: u32) {
        self.0.left.store(i64::from(n), Ordering::SeqCst);
    }

    /// The process ends before the `n`-th statement or commit from now, as one that is killed.
    pub fn kill_nth(&self, n: u32) {
        self.0.kill.store(true, Ordering::SeqCst);
        self.fail_nth(n);
    }

    /// Switches faults off and tells whether the one that was asked for has happened.
    pub fn clear(&self) -> bool {
        let left = self.0.left.swap(OFF, Ordering::SeqCst);
        left != OFF && left <= 0
    }

    pub(crate) fn pass(&self) -> Result<(), SqlError> {
        if self.0.left.load(Ordering::Relaxed) == OFF {
            return Ok(());
        }
        if self.0.left.fetch_sub(1, Ordering::SeqCst) == 1 {
            if self.0.kill.load(Ordering::SeqCst) {
                std::process::abort();
            }
            return Err(SqlError::Lost("a fault was asked for here".to_owned()));
        }
        Ok(())
    }
}
