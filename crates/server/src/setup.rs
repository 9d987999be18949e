//! The first tenant, and a person who may do everything in it: `quarterdeck init`, and the start of a demo.
//!
//! It changes nothing when there is a tenant. There is no default password: the first administrator gets a link that
//! signs in once.

use anyhow::{Context as _, Result, bail};
use audit::Actor;
use directory::setup::{NewSku, NewTenant, NewUser};
use policy::directory_role::GLOBAL_ADMINISTRATOR;
use sql::{Sql, SqlError};
use store::{TenantId, Tx};
use uuid::Uuid;
use world::World;

use crate::cli::Init;
use crate::compose::House;
use crate::config::Config;
use crate::serve::Listening;

const ADMINISTRATOR: Sql = Sql::tenant(
    "select u.id, u.user_principal_name from directory_role_member m
     join directory_user u on u.tenant_id = m.tenant_id and u.id = m.user_id
     where m.tenant_id = $1 and m.role_template_id = $2 and u.account_enabled and u.deleted_at is null
     order by u.created_at, u.id limit 1",
);
/// Licences for users of an installation that says nothing else.
const LICENCES: i64 = 100;

/// What the first tenant is to be.
#[derive(Clone, Debug)]
pub(crate) struct Plan {
    pub(crate) display_name: String,
    pub(crate) domain: String,
    pub(crate) country: String,
    pub(crate) location: String,
    pub(crate) admin_name: String,
    /// Licences for users.
    pub(crate) n_licences: i64,
}

impl Plan {
    /// The plan of the settings, with what the command line says on top.
    ///
    /// # Errors
    /// A sentence about a name that cannot be one.
    pub(crate) fn from(config: &Config, asked: Option<&Init>) -> Result<Plan> {
        let settings = &config.tenant;
        let domain = asked.and_then(|asked| asked.domain.as_ref()).unwrap_or(&settings.domain).to_lowercase();
        if !is_domain(&domain) {
            bail!("\"{domain}\" is no domain; write it as contoso.com");
        }
        let admin_name = asked.and_then(|asked| asked.admin.clone()).unwrap_or(format!("admin@{domain}"));
        if !is_sign_in_name(&admin_name) {
            bail!("\"{admin_name}\" is no sign-in name; write it as name@domain, such as admin@{domain}");
        }
        let display_name = asked.and_then(|asked| asked.display_name.clone());
        Ok(Plan {
            display_name: display_name.unwrap_or_else(|| settings.display_name.clone()),
            domain,
            country: settings.country.to_uppercase(),
            location: settings.location.clone(),
            admin_name,
            n_licences: LICENCES,
        })
    }
}

/// The first tenant and its first administrator.
#[derive(Clone, Debug)]
pub(crate) struct Founded {
    pub(crate) tenant: TenantId,
    pub(crate) admin: Uuid,
    pub(crate) admin_name: String,
    /// The licences that [`Plan::n_licences`] counts.
    pub(crate) sku: Uuid,
    /// Made just now.
    pub(crate) is_new: bool,
}

/// Makes the tenant and its administrator, unless there is a tenant: then it tells that one's.
///
/// # Errors
/// When the database refuses, or the tenant that is there has no administrator left.
pub(crate) async fn found(house: &House, plan: &Plan) -> Result<Founded> {
    let founded = match house.store.tenants().await?.first() {
        Some(tenant) => house.store.read(*tenant, known).await?,
        None => {
            let (world, plan) = (house.world.clone(), plan.clone());
            let tenant = TenantId(world.ids.guid());
            Some(house.store.write(tenant, move |tx| make(tx, &world, &plan)).await?)
        }
    };
    founded.context(
        "the tenant has no enabled Global Administrator; restore a backup made before that account went",
    )
}

fn known(tx: &mut Tx<'_, '_>) -> Result<Option<Founded>, SqlError> {
    let Some(row) = tx.row(&ADMINISTRATOR, &[GLOBAL_ADMINISTRATOR.into()])? else { return Ok(None) };
    let (tenant, sku) = (tx.tenant(), sku_of(tx.tenant()));
    Ok(Some(Founded { tenant, admin: row.get(0)?, admin_name: row.get(1)?, sku, is_new: false }))
}

fn make(tx: &mut Tx<'_, '_>, world: &World, plan: &Plan) -> Result<Founded, SqlError> {
    let tenant = NewTenant {
        display_name: plan.display_name.clone(),
        domain: plan.domain.clone(),
        country_letter_code: plan.country.clone(),
        location: plan.location.clone(),
    };
    directory::setup::tenant(tx, world, &tenant)?;
    let admin = NewUser {
        id: world.ids.guid(),
        user_principal_name: plan.admin_name.clone(),
        display_name: "Administrator".to_owned(),
        given_name: None,
        surname: None,
        is_simulated: false,
    };
    directory::setup::user(tx, world, &admin, world.clock.now())?;
    directory::setup::role_member(tx, world, GLOBAL_ADMINISTRATOR, admin.id)?;
    let sku = sku_of(tx.tenant());
    let licences = NewSku {
        id: sku,
        part_number: "QUARTERDECK_USER".to_owned(),
        display_name: "Quarterdeck device management per user".to_owned(),
        includes_device_management: true,
        enabled_units: plan.n_licences,
    };
    directory::setup::sku(tx, world, &licences)?;
    let tenant = tx.tenant();
    Ok(Founded { tenant, admin: admin.id, admin_name: admin.user_principal_name, sku, is_new: true })
}

/// An id that follows from a name, within a tenant: the same one whenever it is asked for.
pub(crate) fn name_id(tenant: TenantId, name: &str) -> Uuid {
    Uuid::new_v5(&tenant.0, name.as_bytes())
}

fn sku_of(tenant: TenantId) -> Uuid {
    name_id(tenant, "licences for users")
}

fn is_domain(text: &str) -> bool {
    let fits = |c: char| c.is_alphanumeric() || c == '-';
    text.contains('.') && text.split('.').all(|label| !label.is_empty() && label.chars().all(fits))
}

fn is_sign_in_name(text: &str) -> bool {
    let fits = |c: char| c.is_alphanumeric() || "._-+'".contains(c);
    text.split_once('@')
        .is_some_and(|(user, domain)| !user.is_empty() && user.chars().all(fits) && is_domain(domain))
}

/// `quarterdeck init`.
///
/// # Errors
/// When the data folder, the certificate or the database cannot be made.
pub(crate) async fn init(config: Config, asked: Init) -> Result<()> {
    let world = World::real();
    let plan = Plan::from(&config, Some(&asked))?;
    let listening = Listening::start(config, &world).await?;
    let house = House::open(&listening.site(), &world).await?;
    let founded = found(&house, &plan).await?;
    let actor = Actor::System("init".to_owned());
    let link = house.identity.create_sign_in_link(founded.tenant, founded.admin, actor).await?;
    let folder = listening.site().data_dir.display().to_string();
    if founded.is_new {
        println!("Made the tenant {} ({}) in {folder}", plan.display_name, founded.tenant);
    } else {
        println!("There is a tenant in {folder} already ({}); nothing was changed", founded.tenant);
    }
    if let Some(authority) = listening.authority_file() {
        println!("Clients must trust the authority in {}", authority.display());
    }
    println!("\nStart the server:\n  quarterdeck serve --data-dir {folder}");
    println!("\nThen sign in as {}, once, within a day:\n  {link}", founded.admin_name);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{Sources, load};

    fn check(admin: Option<&str>, domain: Option<&str>) -> String {
        let config = load(&Sources::default()).expect("the defaults are valid");
        let asked = Init {
            place: crate::cli::Place::default(),
            domain: domain.map(str::to_owned),
            display_name: None,
            admin: admin.map(str::to_owned),
        };
        match Plan::from(&config, Some(&asked)) {
            Ok(plan) => plan.admin_name,
            Err(error) => error.to_string(),
        }
    }

    #[test]
    fn names_are_checked_before_anything_is_made() {
        assert_eq!(check(None, None), "admin@quarterdeck.example");
        assert_eq!(check(None, Some("Contoso.com")), "admin@contoso.com");
        assert_eq!(check(Some("ann.o'hara@contoso.com"), None), "ann.o'hara@contoso.com");
        for name in ["ann", "a n@contoso.com", "@contoso.com", "ann@", "ann@contoso"] {
            assert!(check(Some(name), None).contains("is no sign-in name"), "{name}");
        }
        assert_eq!(check(None, Some("con/toso")), "\"con/toso\" is no domain; write it as contoso.com");
    }

    #[test]
    fn ids_follow_from_names_within_a_tenant() {
        let (one, two) = (TenantId(Uuid::from_u128(1)), TenantId(Uuid::from_u128(2)));
        assert_eq!(name_id(one, "a"), name_id(one, "a"));
        assert_ne!(name_id(one, "a"), name_id(two, "a"));
        assert_ne!(name_id(one, "a"), name_id(one, "b"));
    }
}
