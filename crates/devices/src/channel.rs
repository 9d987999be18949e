//! Which devices have their channel open, and how to tell them something.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use proto::channel::ServerFrame;
use store::TenantId;
use tokio::sync::mpsc;
use uuid::Uuid;

/// Frames that wait for a slow device; more than this and the device is taken for gone.
const WAITING_MAX: usize = 8;

type Key = (TenantId, Uuid);

/// The open channels of this process.
#[derive(Default)]
pub struct Channels(Mutex<Open>);

#[derive(Default)]
struct Open {
    next: u64,
    by_device: HashMap<Key, (u64, mpsc::Sender<ServerFrame>)>,
}

impl Channels {
    /// Opens the device's channel; one that was open before ends.
    pub(crate) fn open(&self, key: Key) -> (u64, mpsc::Receiver<ServerFrame>) {
        let (sender, receiver) = mpsc::channel(WAITING_MAX);
        let mut open = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        open.next += 1;
        let ticket = open.next;
        open.by_device.insert(key, (ticket, sender));
        (ticket, receiver)
    }

    /// Ends the channel, unless the device has opened another since.
    pub(crate) fn close(&self, key: Key, ticket: u64) {
        let mut open = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if open.by_device.get(&key).is_some_and(|(current, _)| *current == ticket) {
            open.by_device.remove(&key);
        }
    }

    /// Tells the device, and answers whether its channel is open and took it.
    pub fn tell(&self, key: Key, frame: ServerFrame) -> bool {
        let open = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        open.by_device.get(&key).is_some_and(|(_, sender)| sender.try_send(frame).is_ok())
    }

    /// How many are open, for the metrics.
    pub fn len(&self) -> usize {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).by_device.len()
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}
