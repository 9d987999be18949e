//! `quarterdeck demo`: the same server with a simulated fleet and the history of its days.
//!
//! The days are lived, not invented: each day the fleet's people and devices change and report, then the real midnight
//! job publishes. Everything simulated says so in its name.

mod clock;
mod days;
mod ready;

use anyhow::{Context as _, Result, ensure};
use audit::Actor;
use directory::op::application::{Input, insert_password, register};
use identity::applications::{ApplicationIds, NewPassword};
use jiff::SignedDuration;
use serde::{Deserialize, Serialize};
use store::TenantId;
use world::World;

use crate::cli::Demo;
use crate::compose::House;
use crate::config::Config;
use crate::data_dir;
use crate::serve::Listening;
use crate::setup::{Founded, Plan, found};

/// The secrets of a demo, kept beside its data so that a later start tells the same ones.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Secrets {
    admin_password: String,
    client_id: String,
    client_secret: String,
    enrollment_token: String,
    /// Absent from folders of earlier versions.
    #[serde(default)]
    provisioning_client_id: String,
    #[serde(default)]
    provisioning_client_secret: String,
}

const SECRETS: &str = "demo.json";

/// # Errors
/// When the folder, the port, the database or the ready file cannot be used.
pub(crate) async fn run(config: Config, asked: Demo) -> Result<()> {
    let world = asked.clock_offset_file.clone().map_or_else(World::real, clock::following);
    let mut config = config;
    config.tenant.display_name = "Contoso (demonstration)".to_owned();
    config.tenant.domain = "contoso.example".to_owned();
    let listening = Listening::start(config, &world).await?;
    let house = House::open(&listening.site(), &world).await?;
    let folder = listening.site().data_dir.to_owned();
    let n_devices = if asked.empty { 0 } else { asked.devices };
    let plan = Plan { n_licences: i64::from(n_devices) + 50, ..Plan::from(&listening.config, None)? };
    let founded = found(&house, &plan).await?;
    let secrets_file = folder.join(SECRETS);
    let secrets = if secrets_file.exists() {
        let text = std::fs::read_to_string(&secrets_file)?;
        serde_json::from_str(&text)
            .with_context(|| format!("{} is damaged; start on a fresh folder", secrets_file.display()))?
    } else {
        // Never mixed into somebody's own tenant; and days of which some were lived already cannot be lived again.
        ensure!(
            founded.is_new,
            "{} holds a tenant without the fleet of a demonstration: its first start was cut short, or it is a real \
             server's folder. Start on a fresh folder",
            folder.display()
        );
        let fleet = fleet::Fleet::new(asked.seed, n_devices);
        days::live(&house, &founded, &fleet, asked.days).await?;
        let secrets = make_secrets(&house, &founded).await?;
        data_dir::write_whole(&secrets_file, serde_json::to_string_pretty(&secrets)?.as_bytes(), 0o600)?;
        secrets
    };
    let actor = Actor::System("demo".to_owned());
    let link = house.identity.create_sign_in_link(founded.tenant, founded.admin, actor).await?;
    let ready = ready::Ready::new(&listening, &founded, &plan, secrets, link);
    if let Some(file) = asked.ready_file {
        ready.write_when_answering(file, listening.local_address()?);
    }
    listening.run(house, world).await
}

async fn make_secrets(house: &House, founded: &Founded) -> Result<Secrets> {
    let (world, tenant) = (&house.world, founded.tenant);
    let actor = Actor::System("demo".to_owned());
    let admin_password = world.entropy.token(12);
    house.identity.set_password(tenant, founded.admin, &admin_password, actor.clone()).await?;
    let reader = app(house, tenant, "Warehouse reader (demonstration)", "get_data_warehouse").await?;
    let provisioner =
        app(house, tenant, "Directory synchronization (demonstration)", "Directory.ReadWrite.All").await?;
    let input = devices::op::token::Input {
        description: "Demonstration".to_owned(),
        valid_for_hours: 24 * 365,
        max_uses: 1_000_000,
    };
    let enrollment_token = devices::op::token::create_in_process(&house.devices, tenant, actor, input)
        .await
        .map_err(Refused::from)?;
    Ok(Secrets {
        admin_password,
        client_id: reader.0,
        client_secret: reader.1,
        enrollment_token,
        provisioning_client_id: provisioner.0,
        provisioning_client_secret: provisioner.1,
    })
}

/// Registers an app with one permission. Answers its client id and secret.
async fn app(house: &House, tenant: TenantId, name: &str, permission: &str) -> Result<(String, String)> {
    let world = &house.world;
    let (ids, now) = (ApplicationIds::draw(world), world.clock.now());
    let password = NewPassword::draw(world, "demonstration", now + SignedDuration::from_hours(24 * 365));
    let secret = password.reveal().to_owned();
    let events = (world.ids.guid(), world.ids.guid());
    let by = Actor::System("demo".to_owned());
    let input = Input { display_name: name.to_owned(), permissions: vec![permission.to_owned()] };
    let written = house.store.write(tenant, move |tx| {
        register(tx, ids, &input, (by.clone(), events.0), now)?;
        insert_password(tx, ids.app_id, &password, (by, events.1), now)?;
        Ok::<_, Refused>(())
    });
    written.await?;
    Ok((ids.app_id.to_string(), secret))
}

/// Why an operation refused what the demo asked of it, in its words.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
struct Refused(String);

impl From<api::Failure> for Refused {
    fn from(failure: api::Failure) -> Refused {
        Refused(failure.message)
    }
}

impl From<sql::SqlError> for Refused {
    fn from(error: sql::SqlError) -> Refused {
        Refused(error.to_string())
    }
}
