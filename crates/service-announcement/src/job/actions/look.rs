//! Where each kind of issue is looked for.

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use notify::Words;
use policy::directory_role::GLOBAL_ADMINISTRATOR;
use store::{SqlError, Store, TenantId, Tx};

use crate::action::facts::Expiring;
use crate::action::find::{self, Administrators, Licenses};
use crate::action::{Found, Kind};
use crate::{ServiceAnnouncement, sql};

/// The default of Intune's `deviceComplianceCheckinThresholdDays`.
const NOT_SEEN: SignedDuration = SignedDuration::from_hours(24 * 30);
const ENROLLMENTS: SignedDuration = SignedDuration::from_hours(24 * 7);

/// The issues of a kind, or why it could not be looked for.
pub(super) async fn one(
    feature: &ServiceAnnouncement,
    tenant: TenantId,
    kind: Kind,
) -> Result<Vec<Found>, String> {
    let (now, store) = (feature.world.clock.now(), &feature.store);
    Ok(match kind {
        Kind::ExpiringCredential => {
            let mut facts = feature.facts.expiring(tenant).await?;
            facts.extend(read(store, tenant, applications).await?);
            find::expiring(&facts, now)
        }
        Kind::FailedEnrollment => {
            let since = now - ENROLLMENTS;
            find::failed_enrollments(&read(store, tenant, move |tx| enrollments(tx, since)).await?)
        }
        Kind::DevicesNotSeen => {
            let since = now - NOT_SEEN;
            find::devices_not_seen(read(store, tenant, move |tx| not_seen(tx, since)).await?)
        }
        Kind::UnprotectedAdmins => find::unprotected_admins(read(store, tenant, administrators).await?),
        Kind::LicensesUsedUp => find::licenses_used_up(&read(store, tenant, licenses).await?),
        Kind::RetentionDropping => {
            let today = now.to_zoned(TimeZone::UTC).date();
            find::dropping(&feature.facts.dropping(tenant).await?, today)
        }
    })
}

async fn read<T: Send + 'static>(
    store: &Store,
    tenant: TenantId,
    code: impl FnOnce(&mut Tx<'_, '_>) -> Result<T, SqlError> + Send + 'static,
) -> Result<T, String> {
    store.read(tenant, code).await.map_err(|error| error.to_string())
}

/// An app whose last secret ends: one that has another, longer one needs nothing.
fn applications(tx: &mut Tx<'_, '_>) -> Result<Vec<Expiring>, SqlError> {
    let rows = tx.rows(&sql::APPLICATION_SECRETS, &[])?;
    let expiring = |row: &store::Row| {
        Ok(Expiring {
            subject: format!("application/{}", row.get::<String>(0)?),
            display_name: Words::same(row.get::<String>(1)?),
            expires_at: row.get(2)?,
            link: "/applications".to_owned(),
        })
    };
    rows.iter().map(expiring).collect()
}

fn enrollments(tx: &mut Tx<'_, '_>, since: Timestamp) -> Result<Vec<(String, i64)>, SqlError> {
    let rows = tx.rows(&sql::FAILED_ENROLLMENTS, &[since.into()])?;
    rows.iter().map(|row| Ok((row.get(0)?, row.get(1)?))).collect()
}

fn not_seen(tx: &mut Tx<'_, '_>, since: Timestamp) -> Result<i64, SqlError> {
    tx.row(&sql::DEVICES_NOT_SEEN, &[since.into()])?.map_or(Ok(0), |row| row.get(0))
}

fn administrators(tx: &mut Tx<'_, '_>) -> Result<Administrators, SqlError> {
    let Some(row) = tx.row(&sql::ADMINISTRATORS, &[GLOBAL_ADMINISTRATOR.into()])? else {
        return Ok(Administrators::default());
    };
    Ok(Administrators { n_enabled: row.get(0)?, n_without_account: row.get(1)? })
}

fn licenses(tx: &mut Tx<'_, '_>) -> Result<Vec<Licenses>, SqlError> {
    let rows = tx.rows(&sql::LICENSES, &[])?;
    let one = |row: &store::Row| {
        Ok(Licenses {
            sku_id: row.get(0)?,
            display_name: row.get(1)?,
            n_enabled: row.get(2)?,
            n_consumed: row.get(3)?,
        })
    };
    rows.iter().map(one).collect()
}
