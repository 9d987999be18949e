//! App registrations: create, list, secrets shown once, redirect addresses, permissions.
//!
//! Functions over an open transaction, called from operations of other crates, which hold the permit and write the
//! audit event. Rules are checked here; names follow Microsoft Graph's `application`.

mod statements;

use jiff::{SignedDuration, Timestamp};
use sql::{Row, SqlError};
use store::Tx;
use uuid::Uuid;
use world::World;

use crate::client::{Client, Party, Secret};
use crate::codec;
use crate::redirect::{self, Platform, RedirectError, RedirectUri};
use crate::resource::Resource;

/// At most this many secrets may be valid at once: one in use and its successor.
pub const PASSWORDS_MAX: usize = 2;
/// The longest life of a secret: two years.
pub const PASSWORD_LIFE_MAX_SECONDS: i64 = 2 * 366 * 86_400;
const REDIRECTS_MAX: usize = 50;
const NAME_MAX_CHARS: usize = 120;

/// What to register.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewApplication {
    pub display_name: String,
    /// May speak without a secret and use the device flow.
    pub is_public: bool,
    pub redirect_uris: Vec<RedirectUri>,
}

/// The ids of a new registration, drawn from the world.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ApplicationIds {
    pub app_id: Uuid,
    pub id: Uuid,
    pub service_principal_id: Uuid,
}

impl ApplicationIds {
    pub fn draw(world: &World) -> ApplicationIds {
        ApplicationIds {
            app_id: world.ids.guid(),
            id: world.ids.guid(),
            service_principal_id: world.ids.guid(),
        }
    }
}

/// A registration. Secrets appear as hints only.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Application {
    /// The client id.
    pub app_id: Uuid,
    pub id: Uuid,
    pub service_principal_id: Uuid,
    pub display_name: String,
    pub is_public: bool,
    pub created_at: Timestamp,
    pub redirect_uris: Vec<RedirectUri>,
    pub passwords: Vec<Password>,
    pub permissions: Vec<Permission>,
}

/// A secret as it may be shown: never the secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Password {
    pub key_id: Uuid,
    pub display_name: String,
    /// The first three characters.
    pub hint: String,
    pub starts_at: Timestamp,
    pub ends_at: Timestamp,
}

/// A secret to add: shown once, kept as a hash.
#[derive(Clone)]
pub struct NewPassword {
    pub key_id: Uuid,
    pub display_name: String,
    pub ends_at: Timestamp,
    secret: String,
}

impl NewPassword {
    /// Draws a secret of 256 bits.
    pub fn draw(world: &World, display_name: impl Into<String>, ends_at: Timestamp) -> NewPassword {
        let secret = format!("qd_{}", world.entropy.token(32));
        NewPassword { key_id: world.ids.guid(), display_name: display_name.into(), ends_at, secret }
    }

    /// The secret, to show once.
    pub fn reveal(&self) -> &str {
        &self.secret
    }
}

/// Whether a permission is a client's own or a user's, handed on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PermissionKind {
    /// The application's own (`roles`).
    Role,
    /// Delegated by a user (`scp`).
    Scope,
}

impl PermissionKind {
    fn name(self) -> &'static str {
        match self {
            PermissionKind::Role => "role",
            PermissionKind::Scope => "scope",
        }
    }
}

/// A permission an application is registered for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Permission {
    pub resource: Resource,
    pub kind: PermissionKind,
    pub name: String,
    /// An administrator granted it: for the application itself, or for every user.
    pub granted: bool,
}

/// Why a registration was refused.
#[derive(Debug, thiserror::Error)]
pub enum ApplicationError {
    #[error("there is no application with the client id {0} in this tenant")]
    NotFound(Uuid),
    #[error("the display name must have 1 to {NAME_MAX_CHARS} characters and no control characters")]
    Name,
    #[error("{0}: {1}")]
    Redirect(String, RedirectError),
    #[error("an application can have at most {REDIRECTS_MAX} redirect addresses, each once")]
    RedirectCount,
    #[error("the end of a secret must lie in the future and at most two years ahead")]
    PasswordLife,
    #[error("an application can have {PASSWORDS_MAX} valid secrets; remove one first")]
    PasswordCount,
    #[error("a public application cannot keep a secret; make it confidential first")]
    PublicPassword,
    #[error("the resource does not offer the permission '{0}'")]
    Permission(String),
    #[error(transparent)]
    Store(#[from] SqlError),
}

/// Registers an application.
pub fn create(
    tx: &mut Tx<'_, '_>,
    ids: ApplicationIds,
    now: Timestamp,
    new: &NewApplication,
) -> Result<Application, ApplicationError> {
    check_name(&new.display_name)?;
    check_redirects(&new.redirect_uris)?;
    let params = [
        ids.app_id.into(),
        ids.id.into(),
        ids.service_principal_id.into(),
        (&new.display_name).into(),
        new.is_public.into(),
        now.into(),
    ];
    tx.exec(&statements::INSERT, &params)?;
    insert_redirects(tx, ids.app_id, &new.redirect_uris)?;
    get(tx, ids.app_id)
}

/// One application.
pub fn get(tx: &mut Tx<'_, '_>, app_id: Uuid) -> Result<Application, ApplicationError> {
    find(tx, app_id)?.ok_or(ApplicationError::NotFound(app_id))
}

/// All applications by name; at most `top`.
pub fn list(tx: &mut Tx<'_, '_>, top: u32) -> Result<Vec<Application>, ApplicationError> {
    let rows = tx.rows(&statements::LIST, &[top.into()])?;
    rows.iter().map(|row| complete(tx, row).map_err(ApplicationError::from)).collect()
}

/// Removes an application with its secrets, addresses and permissions; its refresh tokens stop working.
pub fn delete(tx: &mut Tx<'_, '_>, app_id: Uuid, now: Timestamp) -> Result<(), ApplicationError> {
    get(tx, app_id)?;
    tx.exec(&statements::REVOKE_FAMILIES, &[app_id.into(), now.into()])?;
    for statement in [
        &statements::DELETE_PASSWORDS,
        &statements::DELETE_REDIRECTS,
        &statements::DELETE_PERMISSIONS,
        &statements::DELETE_CONSENTS,
        &statements::DELETE,
    ] {
        tx.exec(statement, &[app_id.into()])?;
    }
    Ok(())
}

/// Adds a secret. Two may be valid at once, so that one can follow the other without a gap.
pub fn add_password(
    tx: &mut Tx<'_, '_>,
    app_id: Uuid,
    new: &NewPassword,
    now: Timestamp,
) -> Result<Password, ApplicationError> {
    let application = get(tx, app_id)?;
    if application.is_public {
        return Err(ApplicationError::PublicPassword);
    }
    let longest = SignedDuration::from_secs(PASSWORD_LIFE_MAX_SECONDS);
    if new.ends_at <= now || new.ends_at.duration_since(now) > longest {
        return Err(ApplicationError::PasswordLife);
    }
    check_name(&new.display_name)?;
    if application.passwords.iter().filter(|password| password.ends_at > now).count() >= PASSWORDS_MAX {
        return Err(ApplicationError::PasswordCount);
    }
    let hint: String = new.secret.chars().skip(3).take(3).collect();
    let params = [
        app_id.into(),
        new.key_id.into(),
        (&new.display_name).into(),
        (&hint).into(),
        codec::digest_hex(&new.secret).into(),
        now.into(),
        new.ends_at.into(),
    ];
    tx.exec(&statements::INSERT_PASSWORD, &params)?;
    Ok(Password {
        key_id: new.key_id,
        display_name: new.display_name.clone(),
        hint,
        starts_at: now,
        ends_at: new.ends_at,
    })
}

/// Removes a secret; answers whether it was there.
pub fn remove_password(tx: &mut Tx<'_, '_>, app_id: Uuid, key_id: Uuid) -> Result<bool, ApplicationError> {
    get(tx, app_id)?;
    Ok(tx.exec(&statements::DELETE_PASSWORD, &[app_id.into(), key_id.into()])? == 1)
}

/// Replaces the redirect addresses.
pub fn set_redirect_uris(
    tx: &mut Tx<'_, '_>,
    app_id: Uuid,
    uris: &[RedirectUri],
) -> Result<(), ApplicationError> {
    get(tx, app_id)?;
    check_redirects(uris)?;
    tx.exec(&statements::DELETE_REDIRECTS, &[app_id.into()])?;
    insert_redirects(tx, app_id, uris)
}

/// Registers the application for a permission, or changes whether it is granted.
pub fn set_permission(
    tx: &mut Tx<'_, '_>,
    app_id: Uuid,
    permission: &Permission,
    now: Timestamp,
) -> Result<(), ApplicationError> {
    get(tx, app_id)?;
    let offered = match permission.kind {
        PermissionKind::Role => permission.resource.app_permissions(),
        PermissionKind::Scope => permission.resource.delegated_permissions(),
    };
    if !offered.contains(&permission.name.as_str()) {
        return Err(ApplicationError::Permission(permission.name.clone()));
    }
    let params = [
        app_id.into(),
        permission.resource.key().into(),
        permission.kind.name().into(),
        (&permission.name).into(),
        permission.granted.then_some(now).into(),
    ];
    tx.exec(&statements::SET_PERMISSION, &params)?;
    Ok(())
}

/// Takes a permission away; answers whether it was there.
pub fn remove_permission(
    tx: &mut Tx<'_, '_>,
    app_id: Uuid,
    permission: &Permission,
) -> Result<bool, ApplicationError> {
    let params = [
        app_id.into(),
        permission.resource.key().into(),
        permission.kind.name().into(),
        (&permission.name).into(),
    ];
    Ok(tx.exec(&statements::DELETE_PERMISSION, &params)? == 1)
}

/// One application, if it exists.
pub fn find(tx: &mut Tx<'_, '_>, app_id: Uuid) -> Result<Option<Application>, SqlError> {
    let row = tx.row(&statements::FIND, &[app_id.into()])?;
    row.map(|row| complete(tx, &row)).transpose()
}

/// The application as the protocol's client.
pub(crate) fn client(tx: &mut Tx<'_, '_>, app_id: Uuid) -> Result<Option<(Client, Application)>, SqlError> {
    let Some(application) = find(tx, app_id)? else { return Ok(None) };
    let rows = tx.rows(&statements::SECRETS, &[app_id.into()])?;
    let secret = |row: &Row| -> Result<Secret, SqlError> {
        Ok(Secret { hash: row.get(0)?, starts_at: row.get(1)?, ends_at: row.get(2)? })
    };
    let client = Client {
        id: app_id.to_string(),
        display_name: application.display_name.clone(),
        party: Party::Registered,
        redirect_uris: application.redirect_uris.clone(),
        public: application.is_public,
        device_flow: application.is_public,
        limited_to: None,
        service_principal: Some(application.service_principal_id),
        secrets: rows.iter().map(secret).collect::<Result<_, _>>()?,
    };
    Ok(Some((client, application)))
}

fn complete(tx: &mut Tx<'_, '_>, row: &Row) -> Result<Application, SqlError> {
    let app_id: Uuid = row.get(0)?;
    let redirects = tx.rows(&statements::REDIRECTS, &[app_id.into()])?;
    let passwords = tx.rows(&statements::PASSWORDS, &[app_id.into()])?;
    let permissions = tx.rows(&statements::PERMISSIONS, &[app_id.into()])?;
    Ok(Application {
        app_id,
        id: row.get(1)?,
        service_principal_id: row.get(2)?,
        display_name: row.get(3)?,
        is_public: row.get(4)?,
        created_at: row.get(5)?,
        redirect_uris: redirects.iter().map(read_redirect).collect::<Result<_, _>>()?,
        passwords: passwords.iter().map(read_password).collect::<Result<_, _>>()?,
        permissions: permissions.iter().map(read_permission).collect::<Result<Vec<_>, _>>()?,
    })
}

fn read_redirect(row: &Row) -> Result<RedirectUri, SqlError> {
    let platform = Platform::from_name(&row.get::<String>(1)?).ok_or_else(|| damaged("platform"))?;
    Ok(RedirectUri { uri: row.get(0)?, platform })
}

fn read_password(row: &Row) -> Result<Password, SqlError> {
    Ok(Password {
        key_id: row.get(0)?,
        display_name: row.get(1)?,
        hint: row.get(2)?,
        starts_at: row.get(3)?,
        ends_at: row.get(4)?,
    })
}

fn read_permission(row: &Row) -> Result<Permission, SqlError> {
    let resource = Resource::from_key(&row.get::<String>(0)?).ok_or_else(|| damaged("resource"))?;
    let kind = match row.get::<String>(1)?.as_str() {
        "role" => PermissionKind::Role,
        "scope" => PermissionKind::Scope,
        _ => return Err(damaged("kind")),
    };
    Ok(Permission { resource, kind, name: row.get(2)?, granted: row.get::<Option<i64>>(3)?.is_some() })
}

fn damaged(column: &str) -> SqlError {
    SqlError::Other(format!("an application's {column} is not one this version knows"))
}

fn check_name(name: &str) -> Result<(), ApplicationError> {
    let length = name.chars().count();
    let fine = (1..=NAME_MAX_CHARS).contains(&length) && !name.chars().any(char::is_control);
    if fine { Ok(()) } else { Err(ApplicationError::Name) }
}

fn check_redirects(uris: &[RedirectUri]) -> Result<(), ApplicationError> {
    let repeated =
        uris.iter().enumerate().any(|(at, uri)| uris[..at].iter().any(|other| other.uri == uri.uri));
    if repeated || uris.len() > REDIRECTS_MAX {
        return Err(ApplicationError::RedirectCount);
    }
    for uri in uris {
        redirect::check(&uri.uri, uri.platform)
            .map_err(|error| ApplicationError::Redirect(uri.uri.clone(), error))?;
    }
    Ok(())
}

fn insert_redirects(tx: &mut Tx<'_, '_>, app_id: Uuid, uris: &[RedirectUri]) -> Result<(), ApplicationError> {
    for uri in uris {
        let params = [app_id.into(), (&uri.uri).into(), uri.platform.name().into()];
        tx.exec(&statements::INSERT_REDIRECT, &params)?;
    }
    Ok(())
}
