//! The first start: a tenant, and a person who may do everything in it.
//!
//! It does nothing when there is a tenant. There is no default password: the first administrator gets a link that
//! signs in once.

use anyhow::{Context as _, Result, bail};
use audit::Actor;
use directory::setup::{NewTenant, NewUser};
use identity::Identity;
use policy::directory_role::GLOBAL_ADMINISTRATOR;
use sql::{Sql, SqlError};
use store::{Conn, Store, TenantId, Tx};
use uuid::Uuid;
use world::World;

use crate::config;

const TENANTS: Sql = Sql::global("select tenant_id from tenant order by created_at, tenant_id");
const ADMINISTRATOR: Sql = Sql::tenant(
    "select u.id, u.user_principal_name from directory_role_member m
     join directory_user u on u.tenant_id = m.tenant_id and u.id = m.user_id
     where m.tenant_id = $1 and m.role_template_id = $2 and u.account_enabled and u.deleted_at is null
     order by u.created_at, u.id limit 1",
);
const DOMAIN: Sql = Sql::tenant("select name from tenant_domain where tenant_id = $1 and is_default");

/// The first tenant and its first administrator.
#[derive(Clone, Debug)]
pub(crate) struct Founded {
    pub(crate) tenant: TenantId,
    pub(crate) domain: String,
    pub(crate) administrator: Uuid,
    pub(crate) administrator_name: String,
    /// Made just now.
    pub(crate) is_new: bool,
}

/// All tenants, the oldest first.
///
/// # Errors
/// When the database cannot be read.
pub(crate) async fn tenants(store: &Store) -> Result<Vec<TenantId>, SqlError> {
    store.read_global(read_tenants).await
}

fn read_tenants(conn: &mut Conn<'_>) -> Result<Vec<TenantId>, SqlError> {
    conn.rows(&TENANTS, &[])?.iter().map(|row| row.get(0).map(TenantId)).collect()
}

/// Makes the tenant and its administrator, unless there is a tenant: then it tells that one's.
///
/// # Errors
/// When a name cannot be one, or the database refuses.
pub(crate) async fn found(
    store: &Store,
    world: &World,
    settings: &config::Tenant,
    administrator: Option<&str>,
) -> Result<Founded> {
    let name = administrator.map_or_else(|| format!("admin@{}", settings.domain), str::to_owned);
    check(&settings.domain, &name)?;
    let (world, settings) = (world.clone(), settings.clone());
    let founded = store.write_global(move |conn| match read_tenants(conn)?.first() {
        Some(tenant) => known(&mut Tx::new(conn, *tenant)),
        None => {
            let tenant = TenantId(world.ids.guid());
            make(&mut Tx::new(conn, tenant), &world, &settings, &name).map(Some)
        }
    });
    let founded: Result<Option<Founded>, SqlError> = founded.await;
    founded?.context(
        "the tenant has no enabled Global Administrator; restore a backup made before that account went",
    )
}

fn known(tx: &mut Tx<'_, '_>) -> Result<Option<Founded>, SqlError> {
    let domain = tx.row(&DOMAIN, &[])?.map_or(Ok(String::new()), |row| row.get(0))?;
    let Some(row) = tx.row(&ADMINISTRATOR, &[GLOBAL_ADMINISTRATOR.into()])? else { return Ok(None) };
    Ok(Some(Founded {
        tenant: tx.tenant(),
        domain,
        administrator: row.get(0)?,
        administrator_name: row.get(1)?,
        is_new: false,
    }))
}

fn make(
    tx: &mut Tx<'_, '_>,
    world: &World,
    settings: &config::Tenant,
    name: &str,
) -> Result<Founded, SqlError> {
    let domain = settings.domain.to_lowercase();
    let tenant = NewTenant {
        display_name: settings.display_name.clone(),
        domain: domain.clone(),
        country_letter_code: settings.country.to_uppercase(),
        location: settings.location.clone(),
    };
    directory::setup::tenant(tx, world, &tenant)?;
    let administrator = NewUser {
        id: world.ids.guid(),
        user_principal_name: name.to_owned(),
        display_name: "Administrator".to_owned(),
        given_name: None,
        surname: None,
        is_simulated: false,
    };
    directory::setup::user(tx, world, &administrator, world.clock.now())?;
    directory::setup::role_member(tx, world, GLOBAL_ADMINISTRATOR, administrator.id)?;
    Ok(Founded {
        tenant: tx.tenant(),
        domain,
        administrator: administrator.id,
        administrator_name: administrator.user_principal_name,
        is_new: true,
    })
}

fn check(domain: &str, name: &str) -> Result<()> {
    if !is_domain(domain) {
        bail!("\"{domain}\" is no domain; write it as contoso.com");
    }
    if !is_sign_in_name(name) {
        bail!("\"{name}\" is no sign-in name; write it as name@domain, such as admin@{domain}");
    }
    Ok(())
}

fn is_domain(text: &str) -> bool {
    let fits = |c: char| c.is_alphanumeric() || c == '-';
    text.contains('.') && text.split('.').all(|label| !label.is_empty() && label.chars().all(fits))
}

fn is_sign_in_name(text: &str) -> bool {
    let fits = |c: char| c.is_alphanumeric() || "._-+'".contains(c);
    text.split_once('@').is_some_and(|(user, domain)| {
        !user.is_empty() && user.chars().all(fits) && is_domain(domain)
    })
}

/// A link that signs the first administrator in, once.
///
/// # Errors
/// When the account went meanwhile or the database refuses.
pub(crate) async fn sign_in_link(identity: &Identity, founded: &Founded) -> Result<String> {
    let actor = Actor::System("setup".to_owned());
    Ok(identity.create_sign_in_link(founded.tenant, founded.administrator, actor).await?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_checked_before_anything_is_made() {
        let told = |domain, name| check(domain, name).err().map(|error| error.to_string()).unwrap_or_default();
        assert_eq!(told("contoso.com", "ann.o'hara@Contoso.com"), "");
        assert_eq!(told("con/toso", "a@b.c"), "\"con/toso\" is no domain; write it as contoso.com");
        for name in ["ann", "a n@contoso.com", "@contoso.com", "ann@", "ann@contoso"] {
            assert!(told("contoso.com", name).contains("is no sign-in name"), "{name}");
        }
    }
}
