//! Statements over what synchronisations brought.

use store::Sql;

/// `$18`: whom the other side names as the user, by sign-in name in small letters. Only who is known here is kept, as a
/// person: names and addresses of others are not.
pub(crate) const PUT_AUTOPILOT: Sql = Sql::tenant(
    "insert into autopilot_device_identity (tenant_id, instance_id, id, serial_number, group_tag,
     purchase_order_identifier, product_key, manufacturer, model, enrollment_state, last_contacted_at, resource_name,
     sku_number, system_family, azure_ad_device_id, managed_device_id, display_name, user_id,
     profile_assignment_status, profile_assigned_at, seen_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17,
     (select u.id from directory_user u
      where u.tenant_id = $1 and u.user_principal_name_lower = $18 and u.deleted_at is null),
     $19, $20, $21)
     on conflict (tenant_id, id) do update set instance_id = excluded.instance_id,
     serial_number = excluded.serial_number, group_tag = excluded.group_tag,
     purchase_order_identifier = excluded.purchase_order_identifier, product_key = excluded.product_key,
     manufacturer = excluded.manufacturer, model = excluded.model, enrollment_state = excluded.enrollment_state,
     last_contacted_at = excluded.last_contacted_at, resource_name = excluded.resource_name,
     sku_number = excluded.sku_number, system_family = excluded.system_family,
     azure_ad_device_id = excluded.azure_ad_device_id, managed_device_id = excluded.managed_device_id,
     display_name = excluded.display_name, user_id = excluded.user_id,
     profile_assignment_status = excluded.profile_assignment_status,
     profile_assigned_at = excluded.profile_assigned_at, seen_at = excluded.seen_at",
);
pub(crate) const DROP_AUTOPILOT: Sql = Sql::tenant(
    "delete from autopilot_device_identity where tenant_id = $1 and instance_id = $2 and id = $3",
);
/// `$3`: what was last told before goes.
pub(crate) const SWEEP_AUTOPILOT: Sql = Sql::tenant(
    "delete from autopilot_device_identity where tenant_id = $1 and instance_id = $2 and seen_at < $3",
);
pub(crate) const COUNT_AUTOPILOT: Sql =
    Sql::tenant("select count(*) from autopilot_device_identity where tenant_id = $1 and instance_id = $2");
pub(crate) const UNASSIGN_USER: Sql =
    Sql::tenant("update autopilot_device_identity set user_id = null where tenant_id = $1 and user_id = $2");
pub(crate) const AUTOPILOT_IDENTITIES: Sql = Sql::tenant(
    "select a.id, a.serial_number, a.group_tag, a.purchase_order_identifier, a.product_key, a.manufacturer, a.model,
     a.enrollment_state, a.last_contacted_at, a.resource_name, a.sku_number, a.system_family, a.azure_ad_device_id,
     a.managed_device_id, a.display_name, u.user_principal_name, u.display_name as addressable_user_name,
     a.profile_assignment_status, a.profile_assigned_at, a.instance_id
     from autopilot_device_identity a
     left join directory_user u on u.tenant_id = a.tenant_id and u.id = a.user_id and u.deleted_at is null
     where a.tenant_id = $1",
);

pub(crate) const PUT_APPLE_DEVICE: Sql = Sql::tenant(
    "insert into apple_enrollment_device (tenant_id, instance_id, id, serial_number, model, description, color, asset_tag,
     platform, device_family, profile_status, profile_id, profile_assigned_at, profile_pushed_at, assigned_at,
     created_at, seen_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $16)
     on conflict (tenant_id, id) do update set model = excluded.model, description = excluded.description,
     color = excluded.color, asset_tag = excluded.asset_tag, platform = excluded.platform,
     device_family = excluded.device_family, profile_status = excluded.profile_status,
     profile_id = excluded.profile_id, profile_assigned_at = excluded.profile_assigned_at,
     profile_pushed_at = excluded.profile_pushed_at, assigned_at = excluded.assigned_at, seen_at = excluded.seen_at",
);
pub(crate) const DROP_APPLE_DEVICE: Sql =
    Sql::tenant("delete from apple_enrollment_device where tenant_id = $1 and instance_id = $2 and id = $3");
pub(crate) const SWEEP_APPLE_DEVICES: Sql = Sql::tenant(
    "delete from apple_enrollment_device where tenant_id = $1 and instance_id = $2 and seen_at < $3",
);
pub(crate) const COUNT_APPLE_DEVICES: Sql =
    Sql::tenant("select count(*) from apple_enrollment_device where tenant_id = $1 and instance_id = $2");
/// `$2`: of which server token.
pub(crate) const APPLE_DEVICES: Sql = Sql::tenant(
    "select a.id, a.serial_number, a.model, a.description, a.color, a.asset_tag, a.platform, a.device_family,
     a.profile_status, a.profile_id, a.profile_assigned_at, a.profile_pushed_at, a.assigned_at, a.created_at,
     false as is_deleted, 'deviceEnrollmentProgram' as discovery_source,
     case when d.id is null then 'notContacted' else 'enrolled' end as enrollment_state,
     d.last_sync_at as last_contacted_at
     from apple_enrollment_device a
     left join device d on d.tenant_id = a.tenant_id and d.serial_number = a.serial_number and d.retired_at is null
     and d.id = (select min(o.id) from device o
       where o.tenant_id = a.tenant_id and o.serial_number = a.serial_number and o.retired_at is null)
     where a.tenant_id = $1 and a.instance_id = $2",
);

pub(crate) const PUT_ASSET: Sql = Sql::tenant(
    "insert into apple_vpp_asset (tenant_id, instance_id, id, adam_id, pricing_param, product_type, total_count,
     assigned_count, available_count, retired_count, is_device_assignable, is_revocable, supported_platforms,
     created_at, seen_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $14)
     on conflict (tenant_id, id) do update set product_type = excluded.product_type,
     total_count = excluded.total_count, assigned_count = excluded.assigned_count,
     available_count = excluded.available_count, retired_count = excluded.retired_count,
     is_device_assignable = excluded.is_device_assignable, is_revocable = excluded.is_revocable,
     supported_platforms = excluded.supported_platforms, seen_at = excluded.seen_at",
);
pub(crate) const SWEEP_ASSETS: Sql =
    Sql::tenant("delete from apple_vpp_asset where tenant_id = $1 and instance_id = $2 and seen_at < $3");
pub(crate) const COUNT_ASSETS: Sql =
    Sql::tenant("select count(*) from apple_vpp_asset where tenant_id = $1 and instance_id = $2");
pub(crate) const COUNT_PRODUCTS: Sql = Sql::tenant(
    "select count(*) from apple_vpp_asset where tenant_id = $1 and instance_id = $2 and product_type = $3",
);
/// `$2`: apps or books.
pub(crate) const ASSETS: Sql = Sql::tenant(
    "select a.id, a.adam_id, a.pricing_param, a.total_count, a.assigned_count, a.available_count, a.retired_count,
     a.is_device_assignable, a.is_revocable, a.supported_platforms, a.created_at, a.seen_at, a.instance_id,
     i.display_name as token_name, case when a.product_type = 'Book' then 'https://books.apple.com/book/id' else 'https://apps.apple.com/app/id' end
       || a.adam_id as store_url,
     case when a.is_device_assignable then '{\"supportsUserLicensing\":true,\"supportsDeviceLicensing\":true}'
       else '{\"supportsUserLicensing\":true,\"supportsDeviceLicensing\":false}' end as licensing_type
     from apple_vpp_asset a join connector_instance i on i.tenant_id = a.tenant_id and i.id = a.instance_id
     where a.tenant_id = $1 and a.product_type = $2",
);

pub(crate) const FORGET: [Sql; 3] = [
    Sql::tenant("delete from autopilot_device_identity where tenant_id = $1 and instance_id = $2"),
    Sql::tenant("delete from apple_enrollment_device where tenant_id = $1 and instance_id = $2"),
    Sql::tenant("delete from apple_vpp_asset where tenant_id = $1 and instance_id = $2"),
];
