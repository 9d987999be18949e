//! `load`: how many check-ins a server takes, and how long each takes.

use std::collections::BTreeMap;

use agent_client::https::Https;
use anyhow::{Context, Result};
use fleet::Fleet;
use tokio::time::Instant;
use world::World;

use super::{USER_AGENT, enrol_all};
use crate::cli::Load;
use crate::load::{figures::Figures, worker};

pub(crate) async fn run(world: &World, args: Load) -> Result<()> {
    let (ca_pem, token) = (args.target.ca_pem()?, args.target.token()?);
    let https = Https::new(args.target.server.clone(), ca_pem.as_deref(), USER_AGENT)?.without_gzip();
    let fleet = Fleet::new(args.seed, u32::MAX);
    let connections = args.connections.min(args.devices);

    let present = (0..u32::MAX).filter(|index| worker::is_there(&fleet, *index));
    let begun = Instant::now();
    let indexes = present.take(args.devices as usize);
    let (members, failure) = enrol_all(world, &https, &fleet, &token, indexes, connections.min(16)).await;
    if let Some(failure) = failure {
        return Err(failure).context("the devices for the measurement could not enrol");
    }
    let enrolment_seconds = begun.elapsed().as_secs_f64();
    tracing::info!(devices = members.len(), "enrolled; the first, full reports follow");

    let mut workers = worker::prepare(&https, &fleet, members, connections)?;
    for worker in &mut workers {
        worker.send_full_reports(world).await?;
    }
    tracing::info!(connections, seconds = args.duration, "the measurement begins");
    let counted = worker::measure(world, workers, args.rate, args.duration).await;
    let figures = Figures::of(&args, connections, enrolment_seconds, counted);
    match args.json {
        true => println!("{}", serde_json::to_string_pretty(&figures)?),
        false => println!("{figures}"),
    }
    Ok(())
}

/// What all connections saw together.
#[derive(Debug, Default)]
pub(crate) struct Counted {
    pub(crate) latencies_micros: Vec<u32>,
    pub(crate) duplicates: u64,
    pub(crate) bytes_sent: u64,
    pub(crate) errors: BTreeMap<String, u64>,
    pub(crate) seconds: f64,
}
