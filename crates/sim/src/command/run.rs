//! `run`: the fleet's days pass, and its devices report.

use std::time::Duration;

use agent_client::https::Https;
use anyhow::{Result, bail};
use fleet::Fleet;
use futures_util::{StreamExt, stream};
use world::World;

use super::USER_AGENT;
use crate::cli::Run;
use crate::member::Member;
use crate::roster::Roster;

const SECONDS_OF_DAY: u64 = 86_400;

pub(crate) async fn run(world: &World, args: Run) -> Result<()> {
    let roster = Roster::open(&args.state_dir)?;
    let about = &roster.about;
    let fleet = Fleet::new(about.seed, about.devices);
    let https = Https::new(about.server.clone(), about.ca_pem.as_deref(), USER_AGENT)?;
    let mut members = roster.members;
    if members.is_empty() {
        bail!("no device is enrolled in {}; run quarterdeck-sim enroll", args.state_dir.display());
    }
    let mut sim = Sim { world, https, fleet, connections: args.connections as usize };
    let mut day = args.first_day;
    loop {
        let begun = tokio::time::Instant::now();
        let told = match args.once {
            true => sim.all(&mut members, day).await,
            false => sim.one_day(&mut members, day, args.day_seconds).await,
        };
        println!("day {day}: {} reports, {} failures", told.reports, told.failures);
        if args.once {
            return match told.failures {
                0 => Ok(()),
                n => bail!("{n} of {} devices could not report; see the log", members.len()),
            };
        }
        tokio::time::sleep_until(begun + Duration::from_secs(args.day_seconds.into())).await;
        day += 1;
    }
}

struct Sim<'a> {
    world: &'a World,
    https: Https,
    fleet: Fleet,
    connections: usize,
}

#[derive(Debug, Default)]
struct Told {
    reports: u32,
    failures: u32,
}

impl Sim<'_> {
    /// Every device that is there on the day, as fast as the server takes them.
    async fn all(&mut self, members: &mut [Member], day: u32) -> Told {
        self.report(members.iter_mut().collect(), day).await
    }

    /// Each device at its own time of the day, a sixtieth of the day at a time.
    async fn one_day(&mut self, members: &mut [Member], day: u32, day_seconds: u32) -> Told {
        const SLICES: u64 = 60;
        let begun = tokio::time::Instant::now();
        let mut total = Told::default();
        for slice in 0..SLICES {
            let from = slice * SECONDS_OF_DAY / SLICES;
            let to = (slice + 1) * SECONDS_OF_DAY / SLICES;
            let offset = Duration::from_secs(day_seconds.into()) * slice as u32 / SLICES as u32;
            tokio::time::sleep_until(begun + offset).await;
            let due = members.iter_mut().filter(|member| {
                let state = self.fleet.state(member.index, day);
                let second = state.and_then(|state| state.checked_in_at_second);
                second.is_some_and(|second| (from..to).contains(&u64::from(second)))
            });
            let told = self.report(due.collect(), day).await;
            total.reports += told.reports;
            total.failures += told.failures;
        }
        total
    }

    async fn report(&self, due: Vec<&mut Member>, day: u32) -> Told {
        let outcomes = stream::iter(due).map(async |member| {
            let mut https = self.https.as_device(&member.credential())?;
            member.check_in(self.world, &mut https, &self.fleet, day).await
        });
        let outcomes: Vec<Result<bool>> = outcomes.buffer_unordered(self.connections).collect().await;
        let mut told = Told::default();
        for outcome in outcomes {
            match outcome {
                Ok(reported) => told.reports += u32::from(reported),
                Err(error) => {
                    told.failures += 1;
                    tracing::warn!(error = format!("{error:#}"), "a device could not report");
                }
            }
        }
        told
    }
}
