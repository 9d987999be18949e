//! The client's side of the agent protocol: enrol, check in, renew, listen.
//!
//! Everything that must survive a crash is a file in a [`StateDir`], written whole and fsynced. Reports
//! wait in an [`Outbox`] until the server has acknowledged them, each exactly once and in order. What
//! talks to the network is a [`Transport`]; [`https::Https`] is the real one.
//!
//! It does not read the machine's inventory and prints nothing: the agent and the simulator do.

pub mod backoff;
pub mod channel;
mod deliver;
mod device_key;
mod enrol;
mod files;
pub mod https;
mod origin;
mod outbox;
mod refusal;
mod renew;
pub mod sign_in;
mod state_dir;
#[cfg(test)]
mod testing;
pub mod tls;
mod transport;

pub use deliver::{DeliverError, Delivered, deliver};
pub use device_key::{DeviceKey, KeyError};
pub use enrol::{Authority, EnrolError, Enrolling, enrol};
pub use origin::{BadOrigin, Origin};
pub use outbox::{MAX_WAITING, Outbox, Waiting};
pub use refusal::Refusal;
pub use renew::{RenewError, renew, renew_if_due};
pub use state_dir::{Credential, Enrolment, LastCheckIn, Lock, StateDir, StateError};
pub use transport::{Answer, Request, Transport, TransportError};
