//! The feature's statements.

pub(crate) mod connector;

use store::Sql;

pub(crate) const TENANT: Sql = Sql::tenant(
    "select t.display_name, t.location, t.mdm_authority, t.account_status,
     coalesce((select c.enrolled from device_count c where c.tenant_id = t.tenant_id), 0) as enrolled
     from tenant t where t.tenant_id = $1",
);
/// Seed 003 line 3379: who has one licence that contains the service is a licensed user.
pub(crate) const LICENSED_USERS: Sql = Sql::tenant(
    "select count(distinct l.user_id) from user_licence l
     join subscribed_sku s on s.tenant_id = l.tenant_id and s.sku_id = l.sku_id
     join directory_user u on u.tenant_id = l.tenant_id and u.id = l.user_id
     where l.tenant_id = $1 and s.includes_device_management and u.deleted_at is null",
);
/// Licences for devices are not shown (seed 003 line 3375).
pub(crate) const LICENCES: Sql = Sql::tenant(
    "select s.sku_part_number, s.display_name, s.enabled_units,
     (select count(*) from user_licence l where l.tenant_id = s.tenant_id and l.sku_id = s.sku_id) as consumed
     from subscribed_sku s where s.tenant_id = $1 and s.applies_to = 'User' order by s.sku_part_number",
);
