//! The rights a person brings: read once, when the request is authenticated.

use policy::{Assignment, Caller, Held, Kind, Scope};
use store::{SqlError, Tx};
use uuid::Uuid;

use crate::sql;

/// `user` with their directory roles and role assignments, or None when the account is gone or disabled. Not narrowed
/// by a token's scopes: who came with a token narrows it.
///
/// # Errors
/// When the database cannot be read.
pub fn find(tx: &mut Tx<'_, '_>, user: Uuid) -> Result<Option<Caller>, SqlError> {
    if tx.row(&sql::ENABLED, &[user.into()])?.is_none() {
        return Ok(None);
    }
    let roles = tx.rows(&sql::ROLES, &[user.into()])?;
    let directory_roles = roles.iter().map(|row| row.get(0)).collect::<Result<_, _>>()?;
    let rows = tx.rows(&sql::ASSIGNMENTS, &[user.into()])?;
    let assignment = |row: &store::Row| {
        let held = Held::BuiltIn(row.get(1)?);
        Ok::<_, SqlError>(Assignment { id: row.get(0)?, held, scope: Scope::AllDevicesAndLicensedUsers })
    };
    let assignments = rows.iter().map(assignment).collect::<Result<_, _>>()?;
    let kind = Kind::User { id: user, directory_roles, assignments };
    Ok(Some(Caller { tenant: tx.tenant().0, kind, delegated: None }))
}

/// The names the UI greets a person with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Names {
    pub tenant: String,
    pub domain: String,
    pub display_name: String,
    pub user_principal_name: String,
}

/// Tenant's and person's names, or None when there is no such person.
///
/// # Errors
/// When the database cannot be read.
pub fn names(tx: &mut Tx<'_, '_>, user: Uuid) -> Result<Option<Names>, SqlError> {
    let Some(row) = tx.row(&sql::SESSION_NAMES, &[user.into()])? else { return Ok(None) };
    Ok(Some(Names {
        tenant: row.get(0)?,
        display_name: row.get(1)?,
        user_principal_name: row.get(2)?,
        domain: row.get::<Option<String>>(3)?.unwrap_or_default(),
    }))
}
