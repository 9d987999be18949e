//! `enroll`: makes this machine a device of a tenant, and sends its first report.

use std::path::Path;

use agent_client::https::Https;
use agent_client::{Authority, Enrolling, Enrolment, StateDir, enrol, sign_in};
use anyhow::{Context, bail};
use proto::Reason;
use uuid::Uuid;
use world::World;

use super::{USER_AGENT, check_in, say};
use crate::cli::Enroll;
use crate::exit::Ending;
use crate::machine::{Machine, enroll_identity};

pub(crate) async fn run(
    world: &World,
    machine: &impl Machine,
    state_dir: &Path,
    args: Enroll,
) -> anyhow::Result<()> {
    let dir = StateDir::open(state_dir)?;
    let enrolment = enroll(world, machine, &dir, &args).await?;
    say(format!("{} is enrolled at {}", enrolment.device_name, enrolment.server));
    say(format!("  device  {}", enrolment.device_id));
    say(format!("  tenant  {}", enrolment.tenant_id));
    if !args.no_check_in {
        match check_in::once(world, machine, &dir, Reason::Start).await {
            Ok(summary) => say(format!("First report: {summary}")),
            // The device is enrolled, whatever becomes of its first report.
            Err(error) if error.downcast_ref() == Some(&Ending::TryLater) => say(format!("{error:#}")),
            Err(error) => return Err(error),
        }
    }
    say("Next: systemctl enable --now quarterdeck-agent (or quarterdeck-agent run) keeps it reporting.");
    Ok(())
}

async fn enroll(
    world: &World,
    machine: &impl Machine,
    dir: &StateDir,
    args: &Enroll,
) -> anyhow::Result<Enrolment> {
    let _lock = dir.lock().await?;
    let server_ca_pem = args.ca_file.as_deref().map(read_ca).transpose()?;
    let tenant_id = args.tenant.as_deref().and_then(|tenant| tenant.parse::<Uuid>().ok());
    if tenant_id.is_none() && args.tenant.is_some() && !args.device_code {
        bail!(
            "--tenant takes the tenant's id (a GUID) with a token; its domain works only with --device-code"
        );
    }
    let mut https = Https::new(args.server.clone(), server_ca_pem.as_deref(), USER_AGENT)?;
    let enrolling = Enrolling {
        authority: authority(&mut https, args).await?,
        server: args.server.clone(),
        tenant_id,
        server_ca_pem,
        identity: enroll_identity(&machine.inventory()),
        simulated: false,
    };
    Ok(enrol(world, &mut https, dir, &enrolling).await?)
}

async fn authority(https: &mut Https, args: &Enroll) -> anyhow::Result<Authority> {
    if let Some(token) = &args.token {
        return Ok(Authority::Token(token.trim().to_owned()));
    }
    if let Some(path) = &args.token_file {
        let token = std::fs::read_to_string(path)
            .with_context(|| format!("the token file {} cannot be read", path.display()))?;
        return Ok(Authority::Token(token.trim().to_owned()));
    }
    // Without a tenant, the server knows the user's.
    let tenant = args.tenant.as_deref().unwrap_or("organizations");
    let token = sign_in::sign_in(https, tenant, |prompt| {
        say("To enrol this machine in your name, open this page on any device:");
        say(format!("  {}", prompt.verification_uri));
        say(format!("and enter the code  {}", prompt.user_code));
        say(format!("Waiting for you, {} minutes at most…", prompt.expires_in.div_ceil(60)));
    })
    .await
    .context("signing in did not work")?;
    Ok(Authority::User(token))
}

fn read_ca(path: &Path) -> anyhow::Result<String> {
    std::fs::read_to_string(path).with_context(|| format!("the CA file {} cannot be read", path.display()))
}
