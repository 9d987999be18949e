//! One connection's work: reports of its devices in turn, each timed.

use std::cell::Cell;
use std::rc::Rc;
use std::time::Duration;

use agent_client::https::Https;
use agent_client::{Request, Transport};
use anyhow::{Context, Result};
use fleet::Fleet;
use futures_util::future::join_all;
use proto::{CheckInResponse, path};
use tokio::time::Instant;
use world::World;

use super::script::{ROUND, Script};
use crate::cli::Rate;
use crate::command::load::Counted;
use crate::member::Member;

/// With more devices than connections, a device reports so often before the next takes the connection over.
const TURN: u32 = 100;

/// The devices of one connection.
pub(crate) struct Worker {
    devices: Vec<(Member, Script)>,
    https: Https,
    at: usize,
    left_of_turn: u32,
}

/// The device exists on all days of a round of reports.
pub(crate) fn is_there(fleet: &Fleet, index: u32) -> bool {
    let device = fleet.device(index);
    device.is_present_on(0) && device.is_present_on(ROUND)
}

/// Divides the devices among the connections and prepares their reports.
pub(crate) fn prepare(
    https: &Https,
    fleet: &Fleet,
    members: Vec<Member>,
    connections: u32,
) -> Result<Vec<Worker>> {
    let mut divided: Vec<Vec<(Member, Script)>> = (0..connections).map(|_| Vec::new()).collect();
    for (at, member) in members.into_iter().enumerate() {
        let script = Script::of(fleet, member.index).context("only devices that are there were enrolled")?;
        divided[at % connections as usize].push((member, script));
    }
    let worker = |devices: Vec<(Member, Script)>| {
        let first = devices.first().context("there are no more connections than devices")?;
        let https = https.as_device(&first.0.credential())?;
        Ok(Worker { devices, https, at: 0, left_of_turn: TURN })
    };
    divided.into_iter().map(worker).collect()
}

impl Worker {
    /// The full reports all later deltas build on; ends as the first device.
    pub(crate) async fn send_full_reports(&mut self, world: &World) -> Result<()> {
        for (member, script) in &mut self.devices {
            self.https.speak_as(Some(&member.credential()))?;
            let now = world.clock.now();
            let body = script.full(member.next_sequence(now), world.ids.guid(), now);
            let answer = self.https.send(Request::post_json(path::CHECK_IN, body)).await?;
            answer.message::<CheckInResponse>()??;
        }
        let first = self.devices[0].0.credential();
        if self.devices.len() > 1 {
            self.https.speak_as(Some(&first))?;
        }
        Ok(())
    }

    async fn run(mut self, world: &World, pace: &Pace) -> Counted {
        let mut counted = Counted::default();
        while let Some(due) = pace.next() {
            tokio::time::sleep_until(due).await;
            // At a given rate a report is late from when it was due, not from when there was time for it.
            let begun = if pace.gap.is_some() { due } else { Instant::now() };
            match self.report(world, &mut counted).await {
                Ok(answer) => {
                    let micros = u32::try_from(begun.elapsed().as_micros()).unwrap_or(u32::MAX);
                    counted.latencies_micros.push(micros);
                    counted.duplicates += u64::from(answer.duplicate);
                }
                Err(error) => {
                    *counted.errors.entry(format!("{error:#}")).or_default() += 1;
                    // What the server holds is no longer sure.
                    if let Err(error) = self.start_over(world).await {
                        *counted.errors.entry(format!("{error:#}")).or_default() += 1;
                        tokio::time::sleep(Duration::from_millis(100)).await;
                    }
                }
            }
        }
        counted
    }

    async fn report(&mut self, world: &World, counted: &mut Counted) -> Result<CheckInResponse> {
        if self.left_of_turn == 0 && self.devices.len() > 1 {
            self.at = (self.at + 1) % self.devices.len();
            self.https.speak_as(Some(&self.devices[self.at].0.credential()))?;
            self.left_of_turn = TURN;
        }
        self.left_of_turn = self.left_of_turn.saturating_sub(1);
        let (member, script) = &mut self.devices[self.at];
        let now = world.clock.now();
        let body = script.next(member.next_sequence(now), world.ids.guid(), now);
        counted.bytes_sent += body.len() as u64;
        let answer = self.https.send(Request::post_json(path::CHECK_IN, body)).await?;
        Ok(answer.message::<CheckInResponse>()??)
    }

    async fn start_over(&mut self, world: &World) -> Result<()> {
        let (member, script) = &mut self.devices[self.at];
        let now = world.clock.now();
        let body = script.full(member.next_sequence(now), world.ids.guid(), now);
        let answer = self.https.send(Request::post_json(path::CHECK_IN, body)).await?;
        answer.message::<CheckInResponse>()??;
        Ok(())
    }
}

/// When the next report of any worker is due.
struct Pace {
    begun: Instant,
    ends: Instant,
    /// `None`: at once.
    gap: Option<Duration>,
    taken: Cell<u32>,
}

impl Pace {
    fn next(&self) -> Option<Instant> {
        let now = Instant::now();
        let due = match self.gap {
            None => now,
            Some(gap) => self.begun + gap * self.taken.get(),
        };
        self.taken.set(self.taken.get() + 1);
        (due.max(now) < self.ends).then_some(due)
    }
}

/// Lets all workers report for `seconds` and adds up what they saw.
pub(crate) async fn measure(world: &World, workers: Vec<Worker>, rate: Rate, seconds: u32) -> Counted {
    let begun = Instant::now();
    let gap = match rate {
        Rate::Max => None,
        Rate::PerSecond(rate) => Some(Duration::from_secs_f64(1.0 / rate)),
    };
    let ends = begun + Duration::from_secs(seconds.into());
    let pace = Rc::new(Pace { begun, ends, gap, taken: Cell::new(0) });
    let each = join_all(workers.into_iter().map(|worker| worker.run(world, &pace))).await;
    let mut total = Counted { seconds: begun.elapsed().as_secs_f64(), ..Counted::default() };
    for counted in each {
        total.latencies_micros.extend(counted.latencies_micros);
        total.duplicates += counted.duplicates;
        total.bytes_sent += counted.bytes_sent;
        for (error, count) in counted.errors {
            *total.errors.entry(error).or_default() += count;
        }
    }
    total.latencies_micros.sort_unstable();
    total
}
