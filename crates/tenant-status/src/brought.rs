//! What synchronisations brought, kept: Autopilot identities, Apple's enrolment devices, bought apps and books.

pub(crate) mod view;

use store::{Sql, SqlError, Store, Tx, Value};
use uuid::Uuid;

use crate::connector::instance::named_id;
use crate::sql::brought as sql;
use crate::sync::shelf::{
    AppleDevice, Asset, AutopilotIdentity, Bringer, Kept, Page, Shelf, Shelved, Shelving,
};
use crate::view::{Brought, BroughtKind};
use view::{APPS, AUTOPILOT_BETA, BOOKS};

const TEXT_CHARS_MAX: usize = 512;

/// Keeps it in the operational database.
pub struct StoreShelf {
    pub store: Store,
}

impl Shelf for StoreShelf {
    fn put(&self, by: Bringer, page: Page) -> Shelving<'_, u64> {
        Box::pin(async move {
            let written = self.store.write(by.tenant, move |tx| match page {
                Page::Autopilot(page) => each(tx, page, |tx, one| put_autopilot(tx, by, one)),
                Page::AppleDevices(page) => each(tx, page, |tx, one| put_apple_device(tx, by, one)),
                Page::Assets(page) => each(tx, page, |tx, one| put_asset(tx, by, one)),
            });
            written.await.map_err(|error: SqlError| error.to_string())
        })
    }

    fn close(&self, by: Bringer, what: Shelved, is_whole: bool) -> Shelving<'_, Kept> {
        Box::pin(async move {
            let written = self.store.write(by.tenant, move |tx| {
                let n_removed = match is_whole {
                    true => tx.exec(&sweep(what), &[by.instance.into(), by.at.into()])?,
                    false => 0,
                };
                Ok(Kept { n_kept: count(tx, what, by.instance)?, n_removed })
            });
            written.await.map_err(|error: SqlError| error.to_string())
        })
    }
}

/// What an instance brought, kind by kind; a kind of which there is nothing is left out.
///
/// # Errors
/// When the database cannot be read.
pub(crate) fn of(tx: &mut Tx<'_, '_>, instance: Uuid) -> Result<Vec<Brought>, SqlError> {
    let list = |path: &str| format!("/graph/beta/{path}");
    let count_products = |tx: &mut Tx<'_, '_>, product: &str| {
        let row = tx.row(&sql::COUNT_PRODUCTS, &[instance.into(), product.into()])?;
        row.map_or(Ok(0), |row| row.get::<i64>(0)).map(i64::unsigned_abs)
    };
    let of_token = |set: &str| list(&format!("{set}?$filter=vppTokenId%20eq%20{instance}"));
    let devices = format!("deviceManagement/depOnboardingSettings/{instance}/importedAppleDeviceIdentities");
    let mut all = vec![
        Brought {
            kind: BroughtKind::AutopilotIdentities,
            count: count(tx, Shelved::Autopilot, instance)?,
            list: list(AUTOPILOT_BETA.set),
        },
        Brought {
            kind: BroughtKind::AppleDevices,
            count: count(tx, Shelved::AppleDevices, instance)?,
            list: list(&devices),
        },
        Brought { kind: BroughtKind::Apps, count: count_products(tx, "App")?, list: of_token(APPS.set) },
        Brought { kind: BroughtKind::Books, count: count_products(tx, "Book")?, list: of_token(BOOKS.set) },
    ];
    all.retain(|one| one.count > 0);
    Ok(all)
}

fn count(tx: &mut Tx<'_, '_>, what: Shelved, instance: Uuid) -> Result<u64, SqlError> {
    let statement = match what {
        Shelved::Autopilot => &sql::COUNT_AUTOPILOT,
        Shelved::AppleDevices => &sql::COUNT_APPLE_DEVICES,
        Shelved::Assets => &sql::COUNT_ASSETS,
    };
    let row = tx.row(statement, &[instance.into()])?;
    let counted: i64 = row.map_or(Ok(0), |row| row.get(0))?;
    Ok(counted.unsigned_abs())
}

fn sweep(what: Shelved) -> Sql {
    match what {
        Shelved::Autopilot => sql::SWEEP_AUTOPILOT,
        Shelved::AppleDevices => sql::SWEEP_APPLE_DEVICES,
        Shelved::Assets => sql::SWEEP_ASSETS,
    }
}

fn each<T>(
    tx: &mut Tx<'_, '_>,
    page: Vec<T>,
    mut put: impl FnMut(&mut Tx<'_, '_>, T) -> Result<u64, SqlError>,
) -> Result<u64, SqlError> {
    let mut n_removed = 0;
    for one in page {
        n_removed += put(tx, one)?;
    }
    Ok(n_removed)
}

fn put_autopilot(tx: &mut Tx<'_, '_>, by: Bringer, told: AutopilotIdentity) -> Result<u64, SqlError> {
    if told.removed.is_some() {
        return tx.exec(&sql::DROP_AUTOPILOT, &[by.instance.into(), told.id.into()]);
    }
    let user = told.user_principal_name.map(|name| name.trim().to_lowercase()).unwrap_or_default();
    let params = [
        by.instance.into(),
        told.id.into(),
        text(told.serial_number).unwrap_or_default().into(),
        text(told.group_tag).into(),
        text(told.purchase_order_identifier).into(),
        text(told.product_key).into(),
        text(told.manufacturer).into(),
        text(told.model).into(),
        text(told.enrollment_state).unwrap_or_else(|| "unknown".to_owned()).into(),
        told.last_contacted_date_time.into(),
        text(told.resource_name).into(),
        text(told.sku_number).into(),
        text(told.system_family).into(),
        text(told.azure_active_directory_device_id).into(),
        text(told.managed_device_id).into(),
        text(told.display_name).into(),
        user.into(),
        text(told.deployment_profile_assignment_status).into(),
        told.deployment_profile_assigned_date_time.into(),
        by.at.into(),
    ];
    tx.exec(&sql::PUT_AUTOPILOT, &params).map(|_| 0)
}

fn put_apple_device(tx: &mut Tx<'_, '_>, by: Bringer, told: AppleDevice) -> Result<u64, SqlError> {
    let id = named_id(&format!("{}/{}/{}", by.tenant, by.instance, told.serial_number));
    if told.is_deleted() {
        return tx.exec(&sql::DROP_APPLE_DEVICE, &[by.instance.into(), id.into()]);
    }
    let platform = told.platform();
    let params = [
        by.instance.into(),
        id.into(),
        text(Some(told.serial_number)).unwrap_or_default().into(),
        text(told.model).into(),
        text(told.description).into(),
        text(told.color).into(),
        text(told.asset_tag).into(),
        platform.into(),
        text(told.device_family).into(),
        text(told.profile_status).into(),
        text(told.profile_uuid).into(),
        told.profile_assign_time.into(),
        told.profile_push_time.into(),
        told.device_assigned_date.into(),
        by.at.into(),
    ];
    tx.exec(&sql::PUT_APPLE_DEVICE, &params).map(|_| 0)
}

fn put_asset(tx: &mut Tx<'_, '_>, by: Bringer, told: Asset) -> Result<u64, SqlError> {
    let pricing = text(told.pricing_param).unwrap_or_else(|| "STDQ".to_owned());
    let id = named_id(&format!("{}/{}/{}/{pricing}", by.tenant, by.instance, told.adam_id));
    let product = text(told.product_type).unwrap_or_else(|| "App".to_owned());
    let count = |count: Option<u32>| count.map(i64::from);
    let platforms = serde_json::Value::from(told.supported_platforms).to_string();
    let params: [Value; 13] = [
        by.instance.into(),
        id.into(),
        text(Some(told.adam_id)).unwrap_or_default().into(),
        pricing.into(),
        product.into(),
        count(told.total_count).into(),
        i64::from(told.assigned_count).into(),
        count(told.available_count).into(),
        i64::from(told.retired_count).into(),
        told.device_assignable.into(),
        told.revocable.into(),
        platforms.into(),
        by.at.into(),
    ];
    tx.exec(&sql::PUT_ASSET, &params).map(|_| 0)
}

/// What others tell is cut where it is too long to be true; an empty text is none.
fn text(told: Option<String>) -> Option<String> {
    let clean =
        |text: String| text.chars().filter(|c| !c.is_control()).take(TEXT_CHARS_MAX).collect::<String>();
    told.map(clean).filter(|text| !text.is_empty())
}

/// What goes with an instance.
pub(crate) fn forget(tx: &mut Tx<'_, '_>, instance: Uuid) -> Result<(), SqlError> {
    sql::FORGET.iter().try_for_each(|statement| tx.exec(statement, &[instance.into()]).map(drop))
}
