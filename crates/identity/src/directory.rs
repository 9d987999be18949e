//! What the authorization server reads of tenants and people. Writes nothing: the tables are the store's spine.

use sql::{Conn, Row, Sql, SqlError};
use store::{TenantId, Tx};
use uuid::Uuid;

use crate::claims::Person;

const TENANT: Sql = Sql::global("select tenant_id from tenant where tenant_id = $1");
const TENANT_OF_DOMAIN: Sql = Sql::global("select tenant_id from tenant_domain where name = $1");
const FIRST_TENANT: Sql = Sql::global("select tenant_id from tenant order by created_at, tenant_id limit 1");
const PERSON: Sql = Sql::tenant(
    "select id, user_principal_name, display_name, given_name, surname, mail from directory_user
     where tenant_id = $1 and id = $2 and account_enabled and deleted_at is null",
);
const PERSON_BY_NAME: Sql = Sql::tenant(
    "select id, user_principal_name, display_name, given_name, surname, mail from directory_user
     where tenant_id = $1 and user_principal_name_lower = $2 and account_enabled and deleted_at is null",
);
const ROLES: Sql = Sql::tenant(
    "select role_template_id from directory_role_member where tenant_id = $1 and user_id = $2
     order by role_template_id",
);

/// How a path names a tenant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum TenantName {
    Id(TenantId),
    Domain(String),
    /// `common` and `organizations`: the first tenant of the installation.
    Default,
}

impl TenantName {
    /// Reads a path segment; `None` for what can never name a tenant, such as `consumers`.
    pub(crate) fn parse(segment: &str) -> Option<TenantName> {
        let segment = segment.to_ascii_lowercase();
        if let Ok(id) = Uuid::try_parse(&segment) {
            return (segment.len() == 36).then_some(TenantName::Id(TenantId(id)));
        }
        match segment.as_str() {
            "common" | "organizations" => Some(TenantName::Default),
            _ if is_domain(&segment) => Some(TenantName::Domain(segment)),
            _ => None,
        }
    }
}

/// The tenant a name means, if it exists.
pub(crate) fn find_tenant(conn: &mut Conn<'_>, name: &TenantName) -> Result<Option<TenantId>, SqlError> {
    let row = match name {
        TenantName::Id(id) => conn.row(&TENANT, &[(*id).into()])?,
        TenantName::Domain(domain) => conn.row(&TENANT_OF_DOMAIN, &[domain.into()])?,
        TenantName::Default => conn.row(&FIRST_TENANT, &[])?,
    };
    row.map(|row| row.get(0).map(TenantId)).transpose()
}

/// An enabled person by id.
pub(crate) fn person(tx: &mut Tx<'_, '_>, id: Uuid) -> Result<Option<Person>, SqlError> {
    let row = tx.row(&PERSON, &[id.into()])?;
    with_roles(tx, row)
}

/// An enabled person by user principal name, in any case.
pub(crate) fn person_by_name(tx: &mut Tx<'_, '_>, name: &str) -> Result<Option<Person>, SqlError> {
    let row = tx.row(&PERSON_BY_NAME, &[name.to_lowercase().into()])?;
    with_roles(tx, row)
}

fn with_roles(tx: &mut Tx<'_, '_>, row: Option<Row>) -> Result<Option<Person>, SqlError> {
    let Some(row) = row else { return Ok(None) };
    let id: Uuid = row.get(0)?;
    let roles = tx.rows(&ROLES, &[id.into()])?;
    Ok(Some(Person {
        id,
        user_principal_name: row.get(1)?,
        display_name: row.get(2)?,
        given_name: row.get(3)?,
        surname: row.get(4)?,
        mail: row.get(5)?,
        directory_roles: roles.iter().map(|role| role.get(0)).collect::<Result<_, _>>()?,
    }))
}

fn is_domain(text: &str) -> bool {
    text.contains('.')
        && text.len() <= 253
        && text
            .split('.')
            .all(|label| !label.is_empty() && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_names_a_tenant_by_guid_domain_or_alias() {
        let id = "7f000000-0000-4000-8000-000000000001";
        assert_eq!(TenantName::parse(&id.to_uppercase()), Some(TenantName::Id(id.parse().expect("a guid"))));
        assert_eq!(TenantName::parse("Deck.Example"), Some(TenantName::Domain("deck.example".into())));
        assert_eq!(TenantName::parse("common"), Some(TenantName::Default));
        assert_eq!(TenantName::parse("organizations"), Some(TenantName::Default));
        for text in
            ["consumers", "adfs", "tfp", "", "..", "a..b", "a b.c", "7f00000000004000800000000000000a"]
        {
            assert_eq!(TenantName::parse(text), None, "{text}");
        }
    }
}
