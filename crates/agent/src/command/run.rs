//! `run`: stays, and reports at start, every eight hours, and whenever the server asks.

use std::path::Path;
use std::time::Duration;

use agent_client::StateDir;
use agent_client::backoff::{Backoff, spread};
use agent_client::channel::Channel;
use anyhow::Context;
use jiff::{SignedDuration, Timestamp};
use proto::Reason;
use proto::channel::ServerFrame;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::mpsc;
use world::World;

use super::check_in::{self, Summary};
use super::enrolled;
use crate::exit::Ending;
use crate::machine::Machine;

/// What happens next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Event {
    Due,
    Told(ServerFrame),
    Stop,
}

pub(crate) async fn run(world: &World, machine: &impl Machine, state_dir: &Path) -> anyhow::Result<()> {
    let dir = StateDir::open(state_dir)?;
    let (enrolment, _) = enrolled(&dir)?;
    tracing::info!(server = %enrolment.server, device = %enrolment.device_id, "reporting begins");
    let (words, mut told) = mpsc::channel(8);
    let listening = tokio::spawn(listen(world.clone(), dir.clone(), words));
    let outcome = report(world, machine, &dir, &mut told).await;
    listening.abort();
    outcome
}

async fn report(
    world: &World,
    machine: &impl Machine,
    dir: &StateDir,
    told: &mut mpsc::Receiver<ServerFrame>,
) -> anyhow::Result<()> {
    let mut terminate = signal(SignalKind::terminate()).context("signals cannot be received")?;
    let mut interrupt = signal(SignalKind::interrupt()).context("signals cannot be received")?;
    let mut plan = Plan::at_start(world);
    let mut event = Event::Told(ServerFrame::CheckIn);
    let mut reason = Reason::Start;
    loop {
        let outcome = match event {
            Event::Stop => return Ok(()),
            Event::Told(ServerFrame::Renew) => check_in::again(world, dir, true).await,
            Event::Due if plan.is_retry => check_in::again(world, dir, false).await,
            Event::Due | Event::Told(_) => check_in::once(world, machine, dir, reason).await,
        };
        plan.after(world, outcome)?;
        event = tokio::select! {
            () = wait_until(world, plan.next_at()) => Event::Due,
            Some(frame) = told.recv() => Event::Told(frame),
            _ = terminate.recv() => Event::Stop,
            _ = interrupt.recv() => Event::Stop,
        };
        reason = if event == Event::Due { Reason::Scheduled } else { Reason::Told };
        tracing::debug!(?event, "woken up");
    }
}

/// When to report, and when to try again what failed.
#[derive(Debug)]
struct Plan {
    report_at: Timestamp,
    retry_at: Option<Timestamp>,
    is_retry: bool,
    backoff: Backoff,
}

impl Plan {
    fn at_start(world: &World) -> Self {
        Self { report_at: world.clock.now(), retry_at: None, is_retry: false, backoff: Backoff::new() }
    }

    fn next_at(&self) -> Timestamp {
        self.retry_at.map_or(self.report_at, |retry| retry.min(self.report_at))
    }

    /// Plans on; fails when no further attempt can help.
    fn after(&mut self, world: &World, outcome: anyhow::Result<Summary>) -> anyhow::Result<()> {
        let now = world.clock.now();
        let in_wait = |wait: Duration| {
            let wait = SignedDuration::try_from(wait).unwrap_or(SignedDuration::MAX);
            now.checked_add(wait).unwrap_or(Timestamp::MAX)
        };
        // Nobody reports in step with the rest of the fleet.
        let interval = |seconds: u32| spread(Duration::from_secs(seconds.into()), 5, &world.entropy);
        match outcome {
            Ok(summary) => {
                self.backoff.reset();
                self.retry_at = None;
                let seconds = summary.delivered.next_check_in_seconds;
                self.report_at = in_wait(interval(seconds.unwrap_or(proto::CHECK_IN_INTERVAL_SECONDS)));
            }
            Err(error) if error.downcast_ref() == Some(&Ending::NotEnrolled) => return Err(error),
            Err(error) => {
                tracing::warn!(error = format!("{error:#}"), "not delivered; trying again later");
                self.retry_at = Some(in_wait(self.backoff.after_failure(&world.entropy)));
                if self.report_at <= now {
                    self.report_at = in_wait(interval(proto::CHECK_IN_INTERVAL_SECONDS));
                }
            }
        }
        self.is_retry = self.retry_at.is_some_and(|retry| retry < self.report_at);
        Ok(())
    }
}

/// By the clock on the wall, looked at every minute: a laptop that slept for hours is due when it wakes.
async fn wait_until(world: &World, at: Timestamp) {
    loop {
        let left = at.duration_since(world.clock.now());
        let Ok(left) = Duration::try_from(left) else { return };
        if left.is_zero() {
            return;
        }
        tokio::time::sleep(left.min(Duration::from_secs(60))).await;
    }
}

/// Keeps a channel open and passes the server's words on.
async fn listen(world: World, dir: StateDir, words: mpsc::Sender<ServerFrame>) {
    let mut backoff = Backoff::new();
    loop {
        if let Err(error) = listen_once(&dir, &words, &mut backoff).await {
            tracing::debug!(error = format!("{error:#}"), "the channel is closed; opening another later");
        }
        tokio::time::sleep(backoff.after_failure(&world.entropy)).await;
    }
}

async fn listen_once(
    dir: &StateDir,
    words: &mpsc::Sender<ServerFrame>,
    backoff: &mut Backoff,
) -> anyhow::Result<()> {
    // Read anew each time: the certificate may have been renewed.
    let (enrolment, https) = enrolled(dir)?;
    let mut channel = Channel::open(&https, &enrolment.channel_path, env!("CARGO_PKG_VERSION")).await?;
    tracing::info!("the channel is open");
    backoff.reset();
    loop {
        words.send(channel.next().await?).await?;
    }
}

#[cfg(test)]
mod tests {
    use agent_client::Delivered;

    use super::*;

    fn at(world: &World, seconds: i64) -> Timestamp {
        world.clock.now().checked_add(SignedDuration::from_secs(seconds)).expect("within range")
    }

    #[test]
    fn success_waits_eight_hours_and_failure_little_at_first() {
        let world = World::seeded(3, "2026-11-20T08:00:00Z".parse().expect("a time"));
        let mut plan = Plan::at_start(&world);
        let delivered = Delivered { next_check_in_seconds: Some(28_800), ..Delivered::default() };
        plan.after(&world, Ok(Summary { delivered, renewed: false })).expect("goes on");
        assert!(!plan.is_retry);
        assert!(plan.next_at() <= at(&world, 28_800) && plan.next_at() >= at(&world, 27_300));

        world.clock.set(plan.next_at());
        for _ in 0..12 {
            let away = Err(anyhow::Error::new(Ending::TryLater));
            plan.after(&world, away).expect("goes on");
            assert!(plan.is_retry, "what waits is tried again, without a new report");
            assert!(plan.next_at() <= at(&world, 900));
        }
        // When the next report is due before the next attempt, it comes first.
        world.clock.set(plan.report_at.checked_sub(SignedDuration::from_secs(1)).expect("within range"));
        plan.after(&world, Err(anyhow::Error::new(Ending::TryLater))).expect("goes on");
        assert!(!plan.is_retry);

        let over = plan.after(&world, Err(anyhow::Error::new(Ending::NotEnrolled)));
        assert!(over.is_err(), "a retired device stops");
    }

    #[tokio::test]
    async fn what_is_due_is_not_waited_for() {
        let world = World::seeded(3, "2026-11-20T08:00:00Z".parse().expect("a time"));
        wait_until(&world, at(&world, 0)).await;
        wait_until(&world, at(&world, -5)).await;
    }
}
