//! The operations, one file each.

pub mod check_in;
pub mod connect;
pub mod enroll;
pub mod inventory;
pub mod list;
pub mod me;
mod read;
pub mod renew;
pub mod retire;
pub mod show;
pub mod sync;
pub mod token;

use api::{Failure, PeerCertificate};
use store::Tx;
use uuid::Uuid;

use crate::{Devices, certificate::Shown, refusal, sql};

pub(crate) fn no_device(id: Uuid) -> Failure {
    Failure::not_found(format!("This tenant has no enrolled device {id}.")).target("id")
}

/// The certificate behind the permit: the door has judged it already.
pub(crate) async fn shown(devices: &Devices, peer: &PeerCertificate) -> Result<Shown, Failure> {
    let Some(der) = &peer.0 else {
        return Err(refusal(proto::Code::CertificateMissing, "Show the device certificate."));
    };
    let judged = devices.cas.judge(&devices.store, der, devices.world.clock.now()).await?;
    Ok(judged?)
}

/// What the device last reported, if it may report at all.
pub(crate) struct Reporter {
    pub(crate) sequence: i64,
    pub(crate) report_id: Option<Uuid>,
    pub(crate) state_hash: Option<String>,
}

/// Finds the device behind a certificate and refuses one that is unknown, retired or whose certificate was revoked.
pub(crate) fn reporter(tx: &mut Tx<'_, '_>, shown: &Shown) -> Result<Reporter, Failure> {
    let row = tx.row(&sql::FIND_REPORTER, &[shown.device.into(), (&shown.fingerprint).into()])?;
    let Some(row) = row else {
        let detail = "The server knows no such device; it may have been deleted. Enrol the device again.";
        return Err(refusal(proto::Code::DeviceUnknown, detail));
    };
    if row.get::<Option<i64>>(3)?.is_some() {
        let detail = "An administrator retired this device. Enrol it again if it is to be managed.";
        return Err(refusal(proto::Code::DeviceRetired, detail));
    }
    if row.get::<Option<String>>(4)?.is_none() || row.get::<Option<i64>>(5)?.is_some() {
        let detail = "This device certificate was revoked. Enrol the device again.";
        return Err(refusal(proto::Code::CertificateRevoked, detail));
    }
    Ok(Reporter { sequence: row.get(0)?, report_id: row.get(1)?, state_hash: row.get(2)? })
}
