//! One server at a time changes a tenant's lake, however long it takes.

use std::sync::mpsc::{RecvTimeoutError, channel};
use std::thread;
use std::time::Duration;

use jiff::SignedDuration;
use lake::{Lake, Lease, LeaseError};
use store::SqlError;

pub(crate) const LEASE: &str = "warehouse";
/// A server that was killed is waited for this long; one that works renews in time.
pub(crate) const LEASE_TIME: SignedDuration = SignedDuration::from_secs(30);
const RENEW_EVERY: Duration = Duration::from_secs(8);

/// Takes the lease, keeps it while `work` runs, and gives it back. A lease that is lost all the same shows at the
/// publish, which checks its epoch.
///
/// # Errors
/// Those of `work`, and [`LeaseError::Held`] when another server has the lease.
pub(crate) fn alone<T, E>(
    lake: &Lake,
    holder: &str,
    work: impl FnOnce(&Lease) -> Result<T, E>,
) -> Result<T, E>
where
    E: From<LeaseError> + From<SqlError>,
{
    let lease = lake.lease(LEASE, holder, LEASE_TIME)?;
    let result = while_renewing(lake, &lease, || work(&lease));
    // A lease that was lost meanwhile need not be given back.
    let released = lake.release(&lease);
    let done = result?;
    if let Err(LeaseError::Catalogue(error)) = released {
        return Err(error.into());
    }
    Ok(done)
}

fn while_renewing<T>(lake: &Lake, lease: &Lease, work: impl FnOnce() -> T) -> T {
    let (working, done) = channel::<()>();
    thread::scope(|threads| {
        threads.spawn(move || {
            while done.recv_timeout(RENEW_EVERY) == Err(RecvTimeoutError::Timeout) {
                if lake.renew(lease, LEASE_TIME).is_err() {
                    break;
                }
            }
        });
        let result = work();
        drop(working);
        result
    })
}
