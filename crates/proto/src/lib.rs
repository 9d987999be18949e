//! The agent protocol, version 1: the messages between an agent and the server, what makes them
//! valid, how an inventory is hashed, and how a report carries only what changed.
//!
//! Pure: no I/O, no clock, no database. It does not say what the server stores or who may enrol; it
//! says what a well-formed message is, and refuses every other with a sentence that names the member.
//!
//! The doors, all under `/agent/v1`: `POST enroll`, `POST renew`, `POST checkin`, `GET channel`
//! (WebSocket), `GET me`. Requests refuse unknown members; answers ignore them, so that an older agent
//! survives a newer server.

pub mod channel;
pub mod delta;
mod hash;
mod limits;
mod list;
mod malformed;
mod message;
mod problem;
mod section;
mod sections;
#[cfg(test)]
mod testing;

pub use delta::{Changes, DeltaError, ListPatch, Patch, SectionChange};
pub use hash::{Hash, NotAHash, state_hash};
pub use limits::{MAX_BODY_BYTES, clean_text};
pub use list::{Item, List};
pub use malformed::{Malformed, parse};
pub use message::{
    CheckInRequest, CheckInResponse, EnrollIdentity, EnrollRequest, EnrollResponse, MeResponse, Reason,
    RenewRequest, RenewResponse, Validate,
};
pub use problem::{Code, Problem};
pub use section::{
    ConnectionKind, Disk, Encryption, EncryptionState, Hardware, Identity, Interface, LoggedOnUser,
    OperatingSystem, OsFamily, Package,
};
pub use sections::{Section, SectionName, Sections, UnknownSection};

/// Where the doors are. The server mounts them, the client calls them.
pub mod path {
    pub const ENROLL: &str = "/agent/v1/enroll";
    pub const RENEW: &str = "/agent/v1/renew";
    pub const CHECK_IN: &str = "/agent/v1/checkin";
    pub const CHANNEL: &str = "/agent/v1/channel";
    pub const ME: &str = "/agent/v1/me";
}

/// The built-in public client an agent signs its user in with.
pub const AGENT_CLIENT_ID: &str = "quarterdeck-agent";
/// What a user token must carry to enrol a device.
pub const ENROLL_SCOPE: &str = "api://quarterdeck/agent.enroll";
/// Eight hours, the interval the seed texts give for check-in.
pub const CHECK_IN_INTERVAL_SECONDS: u32 = 28_800;
