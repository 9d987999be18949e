//! What the snapshot reads from the operational store: one consistent image, each table in natural-key order.

use std::collections::{BTreeMap, HashMap};

use jiff::Timestamp;
use store::{Row, Sql, SqlError, Tx, Value};

use crate::job::midnight::{Image, ImageError};
use crate::lifetime::date_of_key;
use crate::merge::MergeError;
use crate::model::{Device, User};
use crate::retention::{Kept, Plan, Retention, Setting};
use crate::suppression::{self, ErasedList, Suppression, hexadecimal};

const USERS: Sql = Sql::tenant(
    "select u.id, u.mail, u.user_principal_name, u.display_name from directory_user u
     where u.tenant_id = $1 and u.deleted_at is null
       and exists (select 1 from user_licence l where l.tenant_id = u.tenant_id and l.user_id = u.id)
     order by u.id",
);

const DEVICES: Sql = Sql::tenant(
    "select id, device_name, device_type_id, registration_state_id, owner_type_id, enrolled_at, last_sync_at,
       management_agent_id, management_state_id, azure_ad_device_id, azure_ad_registered, enrollment_type_id,
       compliance_state_id, os_version, eas_device_id, serial_number, user_id, manufacturer, model,
       operating_system, android_security_patch_level, meid, is_supervised, free_storage_bytes,
       total_storage_bytes, encryption_state, subscriber_carrier, phone_number, imei, cellular_technology,
       wifi_mac_address, ethernet_mac_address, office365_version, windows_os_edition, primary_user_id, iccid,
       subnet_address_v4_wifi, ip_address_v4_wifi, physical_memory_bytes, jail_broken
     from device where tenant_id = $1 and retired_at is null order by id",
);

const RETENTION: Sql = Sql::tenant(
    "select table_name, kept_days, before_days, effective_day from warehouse_retention where tenant_id = $1",
);

/// Remembers a table's retention, in place of what was decided before.
pub(crate) const SET_RETENTION: Sql = Sql::tenant(
    "insert into warehouse_retention
       (tenant_id, table_name, kept_days, before_days, effective_day, set_at)
     values ($1, $2, $3, $4, $5, $6)
     on conflict (tenant_id, table_name) do update set
       kept_days = excluded.kept_days, before_days = excluded.before_days,
       effective_day = excluded.effective_day, set_at = excluded.set_at",
);

pub(crate) const LOCATION: Sql = Sql::tenant("select location from tenant where tenant_id = $1");
pub(crate) const SET_LOCATION: Sql = Sql::tenant("update tenant set location = $2 where tenant_id = $1");
pub(crate) const ADD_MOVE: Sql = Sql::tenant(
    "insert into warehouse_move (tenant_id, id, moved_at, location, previous_location) values ($1, $2, $3, $4, $5)",
);
pub(crate) const MOVES: Sql = Sql::tenant(
    "select moved_at, location, previous_location from warehouse_move where tenant_id = $1
     order by moved_at desc, id",
);

const SECRET: Sql = Sql::tenant("select secret from warehouse_secret where tenant_id = $1");
const ADD_SECRET: Sql = Sql::tenant(
    "insert into warehouse_secret (tenant_id, secret) values ($1, $2) on conflict (tenant_id) do nothing",
);
const ERASED: Sql = Sql::tenant(
    "select list_key, digest from warehouse_erased where tenant_id = $1 order by list_key, digest",
);
const ADD_ERASED: Sql = Sql::tenant(
    "insert into warehouse_erased (tenant_id, list_key, digest, erased_at) values ($1, $2, $3, $4)
     on conflict (tenant_id, list_key, digest) do nothing",
);
/// The ids by which what the store holds can be an erased subject's.
const USER_IDS: Sql = Sql::tenant("select id from directory_user where tenant_id = $1");
const DEVICE_IDS: Sql = Sql::tenant(
    "select id, user_id, primary_user_id, azure_ad_device_id, eas_device_id from device where tenant_id = $1",
);

/// The lists of who was erased.
pub(crate) fn erased(tx: &mut Tx<'_, '_>) -> Result<Vec<ErasedList>, SqlError> {
    let mut lists: Vec<ErasedList> = Vec::new();
    for row in tx.rows(&ERASED, &[])? {
        let (key, digest): (String, String) = (row.get(0)?, row.get(1)?);
        match lists.last_mut().filter(|list| list.key == key) {
            Some(list) => list.digests.push(digest),
            None => lists.push(ErasedList { key, digests: vec![digest] }),
        }
    }
    Ok(lists)
}

/// Remembers who was erased, on top of those who were before.
pub(crate) fn add_erased(tx: &mut Tx<'_, '_>, list: &ErasedList, now: Timestamp) -> Result<(), SqlError> {
    for digest in &list.digests {
        tx.exec(&ADD_ERASED, &[list.key.as_str().into(), digest.as_str().into(), now.into()])?;
    }
    Ok(())
}

/// Everybody who was erased. `secret` becomes the tenant's own when it has none.
pub(crate) fn suppression(tx: &mut Tx<'_, '_>, secret: &[u8; 32]) -> Result<Suppression, SqlError> {
    tx.exec(&ADD_SECRET, &[hexadecimal(secret).into()])?;
    kept_suppression(tx)
}

/// As [`suppression()`], for a tenant that may only be read: without a secret nobody was erased either.
pub(crate) fn kept_suppression(tx: &mut Tx<'_, '_>) -> Result<Suppression, SqlError> {
    let damaged =
        || SqlError::Other("the warehouse's secret cannot be read; restore a backup of the database".into());
    let secret = match tx.row(&SECRET, &[])? {
        Some(row) => suppression::bytes(&row.get::<String>(0)?).ok_or_else(damaged)?,
        None => [0; 32],
    };
    Ok(Suppression::new(&secret, &erased(tx)?))
}

/// Whoever of the erased the store still holds, and what takes the place of each id.
pub(crate) fn erased_still_held(tx: &mut Tx<'_, '_>) -> Result<BTreeMap<String, String>, SqlError> {
    let suppression = kept_suppression(tx)?;
    let mut found = BTreeMap::new();
    if suppression.is_empty() {
        return Ok(found);
    }
    for statement in [&USER_IDS, &DEVICE_IDS] {
        tx.each(statement, &[], |row| {
            let values = row.values();
            found.extend(suppression.aliases((0..values.len()).filter_map(|at| text(values, at))));
            Ok(())
        })?;
    }
    Ok(found)
}

/// How long the tenant keeps its days; `default` where nothing was decided.
pub(crate) fn retention(tx: &mut Tx<'_, '_>, default: Retention) -> Result<Plan, SqlError> {
    let kept = |days: i64| Kept::from_days(u16::try_from(days).unwrap_or(0));
    let mut settings = HashMap::new();
    for row in tx.rows(&RETENTION, &[])? {
        // A day that is none would have been written by another program: what was set holds then.
        let effective = date_of_key(row.get(3)?).unwrap_or(jiff::civil::Date::MIN);
        let before = row.get::<Option<i64>>(2)?.map(kept);
        settings.insert(row.get(0)?, Setting { kept: kept(row.get(1)?), before, effective });
    }
    Ok(Plan::new(default, settings))
}

/// The store's image of one tenant, inside a read transaction.
pub struct StoreImage<'t, 'x, 'c> {
    tx: &'t mut Tx<'x, 'c>,
}

impl<'t, 'x, 'c> StoreImage<'t, 'x, 'c> {
    /// Reads through `tx`.
    pub fn new(tx: &'t mut Tx<'x, 'c>) -> Self {
        Self { tx }
    }

    fn each(
        &mut self,
        sql: &Sql,
        take: &mut dyn FnMut(&Row) -> Result<(), MergeError>,
    ) -> Result<(), ImageError> {
        let mut stopped = None;
        let read = self.tx.each(sql, &[], |row| {
            take(row).map_err(|error| {
                stopped = Some(error);
                SqlError::Other("the snapshot stopped".to_owned())
            })
        });
        match stopped {
            Some(error) => Err(error.into()),
            None => Ok(read?),
        }
    }
}

impl Image for StoreImage<'_, '_, '_> {
    fn users(&mut self, take: &mut dyn FnMut(&User<'_>) -> Result<(), MergeError>) -> Result<(), ImageError> {
        self.each(&USERS, &mut |row| {
            let values = row.values();
            take(&User {
                id: text(values, 0).unwrap_or_default(),
                mail: text(values, 1),
                user_principal_name: text(values, 2),
                display_name: text(values, 3),
            })
        })
    }

    fn devices(
        &mut self,
        take: &mut dyn FnMut(&Device<'_>) -> Result<(), MergeError>,
    ) -> Result<(), ImageError> {
        self.each(&DEVICES, &mut |row| take(&device(row.values())))
    }
}

fn text(values: &[Value], at: usize) -> Option<&str> {
    match values.get(at) {
        Some(Value::Text(text)) => Some(text),
        _ => None,
    }
}

fn int(values: &[Value], at: usize) -> Option<i64> {
    match values.get(at) {
        Some(Value::Int(number)) => Some(*number),
        _ => None,
    }
}

/// SQLite keeps booleans as 0 and 1.
fn flag(values: &[Value], at: usize) -> bool {
    matches!(values.get(at), Some(Value::Bool(true) | Value::Int(1)))
}

fn device(values: &[Value]) -> Device<'_> {
    let text = |at| text(values, at);
    let int = |at| int(values, at);
    // An id that is missing is one the catalogue does not know.
    let id = |at| int(at).unwrap_or(i64::MIN);
    Device {
        id: text(0).unwrap_or_default(),
        device_name: text(1),
        device_type_id: id(2),
        registration_state_id: id(3),
        owner_type_id: id(4),
        enrolled_at: int(5),
        last_sync_at: int(6),
        management_agent_id: id(7),
        management_state_id: id(8),
        azure_ad_device_id: text(9),
        azure_ad_registered: flag(values, 10),
        enrollment_type_id: id(11),
        compliance_state_id: id(12),
        os_version: text(13),
        eas_device_id: text(14),
        serial_number: text(15),
        user_id: text(16),
        manufacturer: text(17),
        model: text(18),
        operating_system: text(19),
        android_security_patch_level: text(20),
        meid: text(21),
        is_supervised: flag(values, 22),
        free_storage_bytes: int(23),
        total_storage_bytes: int(24),
        encryption_state: int(25).unwrap_or_default(),
        subscriber_carrier: text(26),
        phone_number: text(27),
        imei: text(28),
        cellular_technology: text(29),
        wifi_mac_address: text(30),
        ethernet_mac_address: text(31),
        office365_version: text(32),
        windows_os_edition: text(33),
        primary_user_id: text(34),
        iccid: text(35),
        subnet_address_v4_wifi: text(36),
        ip_address_v4_wifi: text(37),
        physical_memory_bytes: int(38),
        jail_broken: flag(values, 39),
    }
}
