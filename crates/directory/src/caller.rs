//! The rights a person brings: read once, when the request is authenticated.

use policy::{Assignment, Held, Scope};
use store::{SqlError, Tx};
use uuid::Uuid;

use crate::sql;

/// Directory roles and role assignments of a person.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rights {
    pub directory_roles: Vec<Uuid>,
    pub assignments: Vec<Assignment>,
}

/// The rights of `user`, or None when the account is gone or disabled.
///
/// # Errors
/// When the database cannot be read.
pub fn rights(tx: &mut Tx<'_, '_>, user: Uuid) -> Result<Option<Rights>, SqlError> {
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
    Ok(Some(Rights { directory_roles, assignments: rows.iter().map(assignment).collect::<Result<_, _>>()? }))
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
