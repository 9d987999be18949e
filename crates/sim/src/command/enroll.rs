//! `enroll`: makes the fleet's devices known to a server.

use std::collections::HashSet;

use agent_client::https::Https;
use anyhow::{Context, Result};
use fleet::Fleet;
use world::World;

use super::{USER_AGENT, enrol_all};
use crate::cli::Enroll;
use crate::roster::{About, Roster};

/// So many devices are enrolled between two writes of the roster.
const BATCH: usize = 256;

pub(crate) async fn run(world: &World, args: Enroll) -> Result<()> {
    let ca_pem = args.target.ca_pem()?;
    let token = args.target.token()?;
    let https = Https::new(args.target.server.clone(), ca_pem.as_deref(), USER_AGENT)?;
    let about = About { server: args.target.server.clone(), ca_pem, seed: args.seed, devices: args.devices };
    let mut roster = Roster::begin(&args.state_dir, about)?;
    let fleet = Fleet::new(args.seed, args.devices);
    let known: HashSet<u32> = roster.members.iter().map(|member| member.index).collect();
    // Those that arrive later in the fleet's life would be devices without a report.
    let there = (0..u32::MAX).filter(|index| fleet.device(*index).is_present_on(0));
    let missing: Vec<u32> =
        there.take(args.devices as usize).filter(|index| !known.contains(index)).collect();
    for batch in missing.chunks(BATCH) {
        let (enrolled, failure) =
            enrol_all(world, &https, &fleet, &token, batch.iter().copied(), args.connections).await;
        roster.add(enrolled)?;
        println!("{} of {} simulated devices are enrolled", roster.members.len(), args.devices);
        if let Some(failure) = failure {
            return Err(failure).context("not all devices enrolled; run the command again to go on");
        }
    }
    println!("Next: quarterdeck-sim run --state-dir {} --once", args.state_dir.display());
    Ok(())
}
