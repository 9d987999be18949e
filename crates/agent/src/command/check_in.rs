//! `check-in`: one report, now.

use std::fmt;
use std::path::Path;

use agent_client::{
    DeliverError, Delivered, LastCheckIn, Outbox, RenewError, StateDir, deliver, renew_if_due,
};
use anyhow::Context;
use jiff::{SignedDuration, Timestamp};
use proto::Reason;
use world::World;

use super::{enrolled, say};
use crate::exit::Ending;
use crate::machine::Machine;

pub(crate) async fn run(world: &World, machine: &impl Machine, state_dir: &Path) -> anyhow::Result<()> {
    let dir = StateDir::open(state_dir)?;
    let summary = once(world, machine, &dir, Reason::Manual).await?;
    say(summary);
    Ok(())
}

/// What a check-in did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Summary {
    pub(crate) delivered: Delivered,
    pub(crate) renewed: bool,
}

impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.delivered.reports {
            0 => f.write_str("nothing was waiting")?,
            1 => f.write_str("the server has the report")?,
            n => write!(f, "the server has {n} reports, those that waited included")?,
        }
        if self.renewed {
            f.write_str("; the certificate was renewed")?;
        }
        Ok(())
    }
}

/// Reads the inventory, puts the report into the outbox, and sends all that waits.
///
/// # Errors
/// [`Ending::TryLater`] when the server is away: the report waits. [`Ending::NotEnrolled`] when there is no
/// enrolment, or the server ended it.
pub(crate) async fn once(
    world: &World,
    machine: &impl Machine,
    dir: &StateDir,
    reason: Reason,
) -> anyhow::Result<Summary> {
    let _lock = dir.lock().await?;
    enrolled(dir)?;
    let mut outbox = Outbox::open(dir)?;
    let sequence = outbox.put(machine.inventory(), reason, world.clock.now(), world.ids.guid())?;
    tracing::debug!(sequence, waiting = outbox.len(), reason = reason.as_str(), "a report waits");
    send(world, dir, &mut outbox, false).await
}

/// Sends what waits, without a new report.
///
/// # Errors
/// As [`once`].
pub(crate) async fn again(world: &World, dir: &StateDir, renew: bool) -> anyhow::Result<Summary> {
    let _lock = dir.lock().await?;
    let mut outbox = Outbox::open(dir)?;
    send(world, dir, &mut outbox, renew).await
}

async fn send(world: &World, dir: &StateDir, outbox: &mut Outbox, renew: bool) -> anyhow::Result<Summary> {
    let (mut enrolment, mut https) = enrolled(dir)?;
    let now = world.clock.now();
    let outcome = deliver(world, &mut https, outbox).await;
    let interval = match &outcome {
        Ok(delivered) => delivered.next_check_in_seconds.unwrap_or(enrolment.check_in_interval_seconds),
        Err(_) => enrolment.check_in_interval_seconds,
    };
    let before = dir.last_check_in()?;
    dir.set_last_check_in(&remember(before, now, interval, &outcome))?;
    let delivered = outcome.map_err(ending)?;
    let renewed = renew_if_due(now, renew || delivered.renew_now, &mut https, dir, &mut enrolment).await;
    let renewed = match renewed {
        Ok(renewed) => renewed,
        Err(RenewError::Refused(refusal)) if refusal.ends_enrolment() => {
            return Err(anyhow::Error::new(Ending::NotEnrolled).context(refusal));
        }
        // The old certificate works for weeks yet: the next check-in tries again.
        Err(error) => {
            tracing::warn!(%error, "the certificate was not renewed");
            false
        }
    };
    tracing::info!(reports = delivered.reports, duplicates = delivered.duplicates, renewed, "checked in");
    Ok(Summary { delivered, renewed })
}

fn remember(
    before: LastCheckIn,
    now: Timestamp,
    interval_seconds: u32,
    outcome: &Result<Delivered, DeliverError>,
) -> LastCheckIn {
    let ended = matches!(outcome, Err(DeliverError::Refused(refusal)) if refusal.ends_enrolment());
    let next = now.checked_add(SignedDuration::from_secs(i64::from(interval_seconds))).ok();
    LastCheckIn {
        delivered_at: if outcome.is_ok() { Some(now) } else { before.delivered_at },
        attempted_at: Some(now),
        failure: outcome.as_ref().err().map(ToString::to_string),
        ended,
        next_at: if ended { None } else { next },
    }
}

/// Failures that pass by themselves end differently from those that do not.
fn ending(error: DeliverError) -> anyhow::Error {
    let ending = match &error {
        DeliverError::Refused(refusal) if refusal.ends_enrolment() => Some(Ending::NotEnrolled),
        DeliverError::Refused(refusal) if !refusal.is_final() => Some(Ending::TryLater),
        DeliverError::Transport(agent_client::TransportError::CertificateRefused(_)) => {
            Some(Ending::NotEnrolled)
        }
        DeliverError::Transport(agent_client::TransportError::Untrusted(_)) => None,
        DeliverError::Transport(_) => Some(Ending::TryLater),
        DeliverError::Refused(_) | DeliverError::State(_) => None,
    };
    match ending {
        Some(ending) => Err::<(), _>(ending).context(error.to_string()).expect_err("built from an error"),
        None => error.into(),
    }
}

#[cfg(test)]
mod tests {
    use agent_client::{Refusal, TransportError};
    use proto::Code;

    use super::*;

    fn refused(code: Code) -> DeliverError {
        DeliverError::Refused(Refusal { status: code.status(), code: Some(code), detail: String::new() })
    }

    #[test]
    fn failures_end_the_program_as_a_service_manager_expects() {
        let of = |error| ending(error).downcast_ref::<Ending>().copied();
        assert_eq!(of(refused(Code::DeviceRetired)), Some(Ending::NotEnrolled));
        assert_eq!(of(refused(Code::Internal)), Some(Ending::TryLater));
        assert_eq!(of(refused(Code::Malformed)), None);
        let away = DeliverError::Transport(TransportError::Unreachable("x".to_owned()));
        assert_eq!(of(away), Some(Ending::TryLater));
    }

    #[test]
    fn the_last_check_in_remembers_success_through_failures() {
        let [first, second] = ["2026-11-20T08:00:00Z", "2026-11-20T16:00:00Z"]
            .map(|text| text.parse::<Timestamp>().expect("a time"));
        let good = remember(LastCheckIn::default(), first, 28_800, &Ok(Delivered::default()));
        assert_eq!((good.delivered_at, good.next_at), (Some(first), Some(second)));
        let away = DeliverError::Transport(TransportError::Unreachable("x".to_owned()));
        let bad = remember(good.clone(), second, 28_800, &Err(away));
        assert_eq!((bad.delivered_at, bad.attempted_at), (Some(first), Some(second)));
        assert!(bad.failure.is_some() && !bad.ended);
        let retired = remember(good, second, 28_800, &Err(refused(Code::DeviceRetired)));
        assert!(retired.ended && retired.next_at.is_none());
    }
}
