//! Sending what waits: oldest first, each report until the server has said yes to it.

use proto::{CheckInResponse, Reason, path};
use world::World;

use crate::{Outbox, Refusal, Request, StateError, Transport, TransportError, Waiting};

/// What a delivery did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Delivered {
    /// Reports the server acknowledged now.
    pub reports: u32,
    /// Of these, how many it had before: an earlier acknowledgement was lost.
    pub duplicates: u32,
    /// When the server wants to hear again.
    pub next_check_in_seconds: Option<u32>,
    /// The server wants a new certificate to be asked for.
    pub renew_now: bool,
}

/// Why reports still wait.
#[derive(Debug, thiserror::Error)]
pub enum DeliverError {
    #[error(transparent)]
    Refused(#[from] Refusal),
    #[error(transparent)]
    Transport(#[from] TransportError),
    #[error(transparent)]
    State(#[from] StateError),
}

/// A server that disagrees again after this many full reports in one delivery is not asked further.
const MAX_FULL_REPORTS: u32 = 3;

/// Sends all that waits.
///
/// A server that lost its place gets one full report instead of the deltas.
///
/// # Errors
/// The first refusal or failure; what was not acknowledged still waits.
pub async fn deliver<T: Transport>(
    world: &World,
    transport: &mut T,
    outbox: &mut Outbox,
) -> Result<Delivered, DeliverError> {
    let mut delivered = Delivered::default();
    let mut started_over = 0;
    while let Some(waiting) = outbox.head()? {
        let request = Request::post_json(path::CHECK_IN, waiting.body.clone());
        let in_step = match transport.send(request).await?.message::<CheckInResponse>()? {
            Ok(answer) => accepted(&mut delivered, outbox, &waiting, &answer)?,
            Err(refusal) if refusal.wants_full_report() && !waiting.is_full => {
                tracing::info!(sequence = waiting.sequence, %refusal, "sending a full report instead");
                false
            }
            Err(refusal) => {
                if refusal.wants_full_report() {
                    // Sent again it would be refused again, and hold up all that follow.
                    outbox.give_up(waiting.sequence)?;
                }
                return Err(refusal.into());
            }
        };
        if !in_step {
            started_over += 1;
            if started_over > MAX_FULL_REPORTS {
                tracing::error!("the server holds another inventory than was reported to it, repeatedly");
                return Ok(delivered);
            }
            outbox.start_over(Reason::Scheduled, world.clock.now(), world.ids.guid())?;
        }
    }
    Ok(delivered)
}

/// Takes the report out; false when the server's inventory is then another than the device's.
fn accepted(
    delivered: &mut Delivered,
    outbox: &mut Outbox,
    waiting: &Waiting,
    answer: &CheckInResponse,
) -> Result<bool, StateError> {
    delivered.reports += 1;
    delivered.duplicates += u32::from(answer.duplicate);
    delivered.next_check_in_seconds = Some(answer.next_check_in_seconds);
    delivered.renew_now = answer.renew_now;
    tracing::debug!(sequence = waiting.sequence, duplicate = answer.duplicate, "the server has the report");
    outbox.acknowledge(waiting.sequence, answer)
}

#[cfg(test)]
mod tests;
