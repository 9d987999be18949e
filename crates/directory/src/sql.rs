//! The feature's statements.

use store::Sql;

pub(crate) const INSERT_TENANT: Sql = Sql::tenant(
    "insert into tenant (tenant_id, display_name, country_letter_code, location, mdm_authority, account_status,
     created_at) values ($1, $2, $3, $4, 'intune', 'active', $5)",
);
pub(crate) const INSERT_DOMAIN: Sql =
    Sql::tenant("insert into tenant_domain (tenant_id, name, is_default) values ($1, $2, true)");
pub(crate) const INSERT_USER: Sql = Sql::tenant(
    "insert into directory_user (tenant_id, id, user_principal_name, user_principal_name_lower, mail, display_name,
     given_name, surname, account_enabled, is_simulated, created_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8, true, $9, $10)",
);
pub(crate) const INSERT_SKU: Sql = Sql::tenant(
    "insert into subscribed_sku (tenant_id, sku_id, sku_part_number, display_name, applies_to,
     includes_device_management, enabled_units) values ($1, $2, $3, $4, 'User', $5, $6)",
);
pub(crate) const INSERT_LICENCE: Sql = Sql::tenant(
    "insert into user_licence (tenant_id, user_id, sku_id, assigned_at) values ($1, $2, $3, $4)
     on conflict (tenant_id, user_id, sku_id) do nothing",
);
pub(crate) const DELETE_LICENCE: Sql =
    Sql::tenant("delete from user_licence where tenant_id = $1 and user_id = $2 and sku_id = $3");
pub(crate) const LOCK_SKU: Sql = Sql::tenant(
    "select display_name, enabled_units from subscribed_sku where tenant_id = $1 and sku_id = $2 for update",
);
pub(crate) const LICENCES_OF: Sql =
    Sql::tenant("select sku_id from user_licence where tenant_id = $1 and user_id = $2 order by sku_id");
pub(crate) const IS_LICENSED: Sql = Sql::tenant(
    "select l.sku_id from user_licence l
     join subscribed_sku s on s.tenant_id = l.tenant_id and s.sku_id = l.sku_id
     where l.tenant_id = $1 and l.user_id = $2 and s.includes_device_management limit 1",
);
pub(crate) const CONSUMED: Sql =
    Sql::tenant("select consumed_units from subscribed_sku where tenant_id = $1 and sku_id = $2");
pub(crate) const ADD_CONSUMED: Sql = Sql::tenant(
    "update subscribed_sku set consumed_units = consumed_units + $3 where tenant_id = $1 and sku_id = $2",
);
pub(crate) const ADD_LICENSED: Sql = Sql::tenant(
    "insert into licensed_user_count (tenant_id, licensed) values ($1, $2)
     on conflict (tenant_id) do update set licensed = licensed_user_count.licensed + excluded.licensed",
);
pub(crate) const FIND_USER: Sql = Sql::tenant(
    "select id, display_name from directory_user
     where tenant_id = $1 and (id = $2 or user_principal_name_lower = $2) and deleted_at is null",
);
pub(crate) const INSERT_ROLE_MEMBER: Sql = Sql::tenant(
    "insert into directory_role_member (tenant_id, role_template_id, user_id) values ($1, $2, $3)
     on conflict (tenant_id, role_template_id, user_id) do nothing",
);
pub(crate) const ROLES: Sql =
    Sql::tenant("select role_template_id from directory_role_member where tenant_id = $1 and user_id = $2");
pub(crate) const ENABLED: Sql = Sql::tenant(
    "select id from directory_user where tenant_id = $1 and id = $2 and account_enabled and deleted_at is null",
);
pub(crate) const ASSIGNMENTS: Sql = Sql::tenant(
    "select a.id, a.role_definition_id from role_assignment a
     join role_assignment_member m on m.tenant_id = a.tenant_id and m.assignment_id = a.id
     where a.tenant_id = $1 and m.user_id = $2",
);
pub(crate) const INSERT_ASSIGNMENT: Sql = Sql::tenant(
    "insert into role_assignment (tenant_id, id, role_definition_id, display_name, created_at)
     values ($1, $2, $3, $4, $5)",
);
pub(crate) const INSERT_ASSIGNMENT_MEMBER: Sql =
    Sql::tenant("insert into role_assignment_member (tenant_id, assignment_id, user_id) values ($1, $2, $3)");
pub(crate) const SESSION_NAMES: Sql = Sql::tenant(
    "select t.display_name, u.display_name, u.user_principal_name,
     (select max(d.name) from tenant_domain d where d.tenant_id = t.tenant_id and d.is_default) as domain
     from tenant t join directory_user u on u.tenant_id = t.tenant_id
     where t.tenant_id = $1 and u.id = $2",
);

pub(crate) const ORGANIZATION: Sql = Sql::tenant(
    "select t.tenant_id as id, t.display_name, t.country_letter_code, t.mdm_authority, t.created_at,
     '[{\"name\":\"' || d.name || '\",\"isDefault\":true,\"isInitial\":true,\"type\":\"Managed\"}]' as verified_domains
     from tenant t join tenant_domain d on d.tenant_id = t.tenant_id and d.is_default
     where t.tenant_id = $1",
);
/// The licences as Graph writes them are put together as JSON text: sku ids hold nothing to escape.
pub(crate) const USERS: Sql = Sql::tenant(
    "select u.id, u.display_name, u.user_principal_name, u.mail, u.given_name, u.surname, u.account_enabled,
     u.created_at, u.is_simulated,
     '[' || coalesce((select string_agg('{\"skuId\":\"' || l.sku_id || '\"}', ',' order by l.sku_id)
        from user_licence l where l.tenant_id = u.tenant_id and l.user_id = u.id), '') || ']' as assigned_licenses
     from directory_user u where u.tenant_id = $1 and u.deleted_at is null",
);
pub(crate) const SKUS: Sql = Sql::tenant(
    "select s.sku_id, s.sku_part_number, s.display_name, s.applies_to, s.enabled_units,
     s.consumed_units
     from subscribed_sku s where s.tenant_id = $1",
);
