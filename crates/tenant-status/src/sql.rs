//! The feature's statements.

pub(crate) mod brought;
pub(crate) mod connector;

use store::Sql;

pub(crate) const TENANT: Sql = Sql::tenant(
    "select t.display_name, t.location, t.mdm_authority, t.account_status,
     coalesce((select c.enrolled from device_count c where c.tenant_id = t.tenant_id), 0) as enrolled
     from tenant t where t.tenant_id = $1",
);
/// Seed 003 line 3379: who has one licence that contains the service is a licensed user. Kept, with the change of a
/// licence: a million are not counted for each look.
pub(crate) const LICENSED_USERS: Sql =
    Sql::tenant("select licensed from licensed_user_count where tenant_id = $1");
/// Licences for devices are not shown (seed 003 line 3375).
pub(crate) const LICENCES: Sql = Sql::tenant(
    "select sku_part_number, display_name, enabled_units, consumed_units
     from subscribed_sku where tenant_id = $1 and applies_to = 'User' order by sku_part_number",
);
/// What is kept, counted anew: to find out whether it is still right.
pub(crate) const COUNT_LICENSED: Sql = Sql::tenant(
    "select count(distinct l.user_id) from user_licence l
     join subscribed_sku s on s.tenant_id = l.tenant_id and s.sku_id = l.sku_id
     join directory_user u on u.tenant_id = l.tenant_id and u.id = l.user_id
     where l.tenant_id = $1 and s.includes_device_management and u.deleted_at is null",
);
pub(crate) const COUNT_CONSUMED: Sql = Sql::tenant(
    "select s.sku_id, s.consumed_units,
     (select count(*) from user_licence l where l.tenant_id = s.tenant_id and l.sku_id = s.sku_id)
     from subscribed_sku s where s.tenant_id = $1",
);
/// Only what is still as it was when it was counted.
pub(crate) const MEND_LICENSED: Sql = Sql::tenant(
    "insert into licensed_user_count (tenant_id, licensed) values ($1, $2)
     on conflict (tenant_id) do update set licensed = excluded.licensed where licensed_user_count.licensed = $3",
);
pub(crate) const MEND_CONSUMED: Sql = Sql::tenant(
    "update subscribed_sku set consumed_units = $3 where tenant_id = $1 and sku_id = $2 and consumed_units = $4",
);
