//! What the monitors read; the program knows where from.

use std::pin::Pin;

use jiff::Timestamp;
use jiff::civil::Date;
use store::TenantId;

/// A reading that takes a while. A sentence says why there is none.
pub type Asked<'a, T> = Pin<Box<dyn Future<Output = Result<T, String>> + Send + 'a>>;

/// The readings that other parts of the program know.
pub trait Readings: Send + Sync + 'static {
    /// The newest day the warehouse has, and how today's work goes.
    fn snapshot(&self, tenant: TenantId) -> Asked<'_, SnapshotReading>;
    /// Requests to the feed since the program started.
    fn feed(&self) -> Rate;
    /// Check-ins since the program started.
    fn check_ins(&self) -> Rate;
    /// The disks that the program writes to.
    fn disks(&self) -> Asked<'_, Vec<Disk>>;
    /// Whether the files of the warehouse can be reached.
    fn object_store(&self) -> Asked<'_, ()>;
    /// When the certificate that clients see ends; None when somebody else shows one for us.
    fn certificate_expires_at(&self) -> Option<Timestamp>;
}

/// How the midnight snapshot stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SnapshotReading {
    pub newest: Option<Date>,
    /// When the tenant was made: no day before it is missed.
    pub tenant_since: Timestamp,
    /// Tries of today's snapshot, and why the last one failed.
    pub attempts: i64,
    pub last_error: Option<String>,
}

/// Requests, and those of them that failed by our fault. Both only rise.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Rate {
    pub requests: u64,
    pub failures: u64,
}

impl Rate {
    /// What was added since `earlier`; everything, when the counters began anew.
    #[must_use]
    pub fn since(self, earlier: Rate) -> Rate {
        let fresh = || Rate {
            requests: self.requests - earlier.requests,
            failures: self.failures - earlier.failures,
        };
        let is_later = self.requests >= earlier.requests && self.failures >= earlier.failures;
        if is_later { fresh() } else { self }
    }
}

/// Room on a disk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Disk {
    /// What is on it, in the operator's words: `data`, `lake`.
    pub name: String,
    pub free_bytes: u64,
    pub total_bytes: u64,
}

/// Work that waits although it is due.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Backlog {
    pub n_overdue: i64,
    pub oldest_due_at: Option<Timestamp>,
}

/// Devices that were seen this week, and those of them that have missed their last check-ins.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Fleet {
    pub n_active: i64,
    pub n_silent: i64,
}
