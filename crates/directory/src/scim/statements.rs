//! The statements of provisioning.

use store::Sql;

pub(super) static USER: Sql = Sql::tenant(
    "select u.id, u.user_principal_name, u.display_name, u.given_name, u.surname, u.mail, u.account_enabled,
     u.created_at, p.external_id, p.attributes, p.updated_at
     from directory_user u left join provisioned_user p on p.tenant_id = u.tenant_id and p.user_id = u.id
     where u.tenant_id = $1 and u.id = $2 and u.deleted_at is null",
);
pub(super) static USERS_NAMED: Sql = Sql::tenant(
    "select u.id, u.user_principal_name, u.display_name, u.given_name, u.surname, u.mail, u.account_enabled,
     u.created_at, p.external_id, p.attributes, p.updated_at
     from directory_user u left join provisioned_user p on p.tenant_id = u.tenant_id and p.user_id = u.id
     where u.tenant_id = $1 and u.user_principal_name_lower = $2 and u.deleted_at is null",
);
pub(super) static USERS_KNOWN_AS: Sql = Sql::tenant(
    "select u.id, u.user_principal_name, u.display_name, u.given_name, u.surname, u.mail, u.account_enabled,
     u.created_at, p.external_id, p.attributes, p.updated_at
     from provisioned_user p join directory_user u on u.tenant_id = p.tenant_id and u.id = p.user_id
     where p.tenant_id = $1 and p.external_id = $2 and u.deleted_at is null order by u.id",
);
pub(super) static USERS: Sql = Sql::tenant(
    "select u.id, u.user_principal_name, u.display_name, u.given_name, u.surname, u.mail, u.account_enabled,
     u.created_at, p.external_id, p.attributes, p.updated_at
     from directory_user u left join provisioned_user p on p.tenant_id = u.tenant_id and p.user_id = u.id
     where u.tenant_id = $1 and u.deleted_at is null order by u.id limit $2 offset $3",
);
pub(super) static COUNT_USERS: Sql =
    Sql::tenant("select count(*) from directory_user where tenant_id = $1 and deleted_at is null");
pub(super) static INSERT_USER: Sql = Sql::tenant(
    "insert into directory_user (tenant_id, id, user_principal_name, user_principal_name_lower, mail, display_name,
     given_name, surname, account_enabled, is_simulated, created_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8, coalesce($9, true), false, $10)",
);
pub(super) static UPDATE_USER: Sql = Sql::tenant(
    "update directory_user set user_principal_name = $3, user_principal_name_lower = $4, mail = $5,
     display_name = $6, given_name = $7, surname = $8, account_enabled = coalesce($9, account_enabled)
     where tenant_id = $1 and id = $2 and deleted_at is null",
);
pub(super) static KEEP_ATTRIBUTES: Sql = Sql::tenant(
    "insert into provisioned_user (tenant_id, user_id, external_id, attributes, updated_at)
     values ($1, $2, $3, $4, $5)
     on conflict (tenant_id, user_id) do update set external_id = excluded.external_id,
     attributes = excluded.attributes, updated_at = excluded.updated_at",
);
/// The name is free again for somebody else; the row stays for what points at it.
pub(super) static NAMES: Sql = Sql::tenant(
    "select user_principal_name, mail, display_name from directory_user
     where tenant_id = $1 and id = $2 and deleted_at is null",
);
pub(super) static DELETE_USER: Sql = Sql::tenant(
    "update directory_user set deleted_at = $3, account_enabled = false, user_principal_name_lower = id
     where tenant_id = $1 and id = $2 and deleted_at is null",
);
pub(super) static FORGET_ATTRIBUTES: Sql =
    Sql::tenant("delete from provisioned_user where tenant_id = $1 and user_id = $2");
pub(super) static LEAVE_ROLES: Sql =
    Sql::tenant("delete from directory_role_member where tenant_id = $1 and user_id = $2");
pub(super) static LEAVE_ASSIGNMENTS: Sql =
    Sql::tenant("delete from role_assignment_member where tenant_id = $1 and user_id = $2");
pub(super) static LEAVE_GROUPS: Sql =
    Sql::tenant("delete from directory_group_member where tenant_id = $1 and user_id = $2");
/// Whoever else can administer everything, if this person is gone. Both parameters are ids: role and person.
pub(super) static OTHER_ADMINISTRATORS: Sql = Sql::tenant(
    "select count(*) from directory_role_member m
     join directory_user u on u.tenant_id = m.tenant_id and u.id = m.user_id
     where m.tenant_id = $1 and m.role_template_id = $2 and m.user_id <> $3
     and u.account_enabled and u.deleted_at is null",
);
pub(super) static IS_ADMINISTRATOR: Sql = Sql::tenant(
    "select user_id from directory_role_member where tenant_id = $1 and role_template_id = $2 and user_id = $3",
);
pub(super) static GROUPS_OF: Sql = Sql::tenant(
    "select g.id, g.display_name from directory_group_member m
     join directory_group g on g.tenant_id = m.tenant_id and g.id = m.group_id
     where m.tenant_id = $1 and m.user_id = $2 order by g.id",
);

pub(super) static GROUP: Sql = Sql::tenant(
    "select id, display_name, external_id, created_at, updated_at from directory_group
     where tenant_id = $1 and id = $2",
);
pub(super) static GROUPS_NAMED: Sql = Sql::tenant(
    "select id, display_name, external_id, created_at, updated_at from directory_group
     where tenant_id = $1 and display_name_lower = $2 order by id",
);
pub(super) static GROUPS_KNOWN_AS: Sql = Sql::tenant(
    "select id, display_name, external_id, created_at, updated_at from directory_group
     where tenant_id = $1 and external_id = $2 order by id",
);
pub(super) static GROUPS: Sql = Sql::tenant(
    "select id, display_name, external_id, created_at, updated_at from directory_group
     where tenant_id = $1 order by id limit $2 offset $3",
);
pub(super) static COUNT_GROUPS: Sql =
    Sql::tenant("select count(*) from directory_group where tenant_id = $1");
pub(super) static PUT_GROUP: Sql = Sql::tenant(
    "insert into directory_group (tenant_id, id, display_name, display_name_lower, external_id, created_at, updated_at)
     values ($1, $2, $3, $4, $5, $6, $6)
     on conflict (tenant_id, id) do update set display_name = excluded.display_name,
     display_name_lower = excluded.display_name_lower, external_id = excluded.external_id,
     updated_at = excluded.updated_at",
);
pub(super) static DELETE_GROUP: Sql =
    Sql::tenant("delete from directory_group where tenant_id = $1 and id = $2");
pub(super) static EMPTY_GROUP: Sql =
    Sql::tenant("delete from directory_group_member where tenant_id = $1 and group_id = $2");
pub(super) static MEMBERS: Sql = Sql::tenant(
    "select user_id from directory_group_member where tenant_id = $1 and group_id = $2 order by user_id",
);
pub(super) static ADD_MEMBER: Sql = Sql::tenant(
    "insert into directory_group_member (tenant_id, group_id, user_id, added_at) values ($1, $2, $3, $4)
     on conflict (tenant_id, group_id, user_id) do nothing",
);
pub(super) static DROP_MEMBER: Sql =
    Sql::tenant("delete from directory_group_member where tenant_id = $1 and group_id = $2 and user_id = $3");
pub(super) static IS_USER: Sql =
    Sql::tenant("select id from directory_user where tenant_id = $1 and id = $2 and deleted_at is null");

pub(super) static WAS_USER: Sql =
    Sql::tenant("select id from directory_user where tenant_id = $1 and id = $2 and deleted_at is not null");

pub(super) static LAST_CALL: Sql =
    Sql::tenant("select max(last_call_at) from provisioning_caller where tenant_id = $1");
pub(super) static CALLED: Sql = Sql::tenant(
    "insert into provisioning_caller (tenant_id, caller, last_call_at) values ($1, $2, $3)
     on conflict (tenant_id, caller) do update set last_call_at = excluded.last_call_at",
);
