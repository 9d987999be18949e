//! The statements over registrations.

use sql::Sql;

pub(super) const INSERT: Sql = Sql::tenant(
    "insert into application (tenant_id, app_id, id, service_principal_id, display_name, is_public, created_at)
     values ($1, $2, $3, $4, $5, $6, $7)",
);
pub(super) const FIND: Sql = Sql::tenant(
    "select app_id, id, service_principal_id, display_name, is_public, created_at from application
     where tenant_id = $1 and app_id = $2",
);
pub(super) const LIST: Sql = Sql::tenant(
    "select app_id, id, service_principal_id, display_name, is_public, created_at from application
     where tenant_id = $1 order by display_name, app_id limit $2",
);
pub(super) const DELETE: Sql = Sql::tenant("delete from application where tenant_id = $1 and app_id = $2");

pub(super) const INSERT_PASSWORD: Sql = Sql::tenant(
    "insert into application_password
       (tenant_id, app_id, key_id, display_name, hint, secret_hash, starts_at, ends_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8)",
);
pub(super) const PASSWORDS: Sql = Sql::tenant(
    "select key_id, display_name, hint, starts_at, ends_at from application_password
     where tenant_id = $1 and app_id = $2 order by starts_at, key_id",
);
pub(super) const SECRETS: Sql = Sql::tenant(
    "select secret_hash, starts_at, ends_at from application_password where tenant_id = $1 and app_id = $2",
);
pub(super) const DELETE_PASSWORD: Sql =
    Sql::tenant("delete from application_password where tenant_id = $1 and app_id = $2 and key_id = $3");
pub(super) const DELETE_PASSWORDS: Sql =
    Sql::tenant("delete from application_password where tenant_id = $1 and app_id = $2");

pub(super) const INSERT_REDIRECT: Sql = Sql::tenant(
    "insert into application_redirect (tenant_id, app_id, uri, platform) values ($1, $2, $3, $4)",
);
pub(super) const REDIRECTS: Sql = Sql::tenant(
    "select uri, platform from application_redirect where tenant_id = $1 and app_id = $2 order by uri",
);
pub(super) const DELETE_REDIRECTS: Sql =
    Sql::tenant("delete from application_redirect where tenant_id = $1 and app_id = $2");

pub(super) const SET_PERMISSION: Sql = Sql::tenant(
    "insert into application_permission (tenant_id, app_id, resource, kind, permission, granted_at)
     values ($1, $2, $3, $4, $5, $6)
     on conflict (tenant_id, app_id, resource, kind, permission) do update set granted_at = excluded.granted_at",
);
pub(super) const PERMISSIONS: Sql = Sql::tenant(
    "select resource, kind, permission, granted_at from application_permission
     where tenant_id = $1 and app_id = $2 order by resource, kind, permission",
);
pub(super) const DELETE_PERMISSION: Sql = Sql::tenant(
    "delete from application_permission
     where tenant_id = $1 and app_id = $2 and resource = $3 and kind = $4 and permission = $5",
);
pub(super) const DELETE_PERMISSIONS: Sql =
    Sql::tenant("delete from application_permission where tenant_id = $1 and app_id = $2");

pub(super) const DELETE_CONSENTS: Sql =
    Sql::tenant("delete from user_consent where tenant_id = $1 and client_id = $2");
pub(super) const REVOKE_FAMILIES: Sql = Sql::tenant(
    "update token_family set revoked_at = $3 where tenant_id = $1 and client_id = $2 and revoked_at is null",
);
