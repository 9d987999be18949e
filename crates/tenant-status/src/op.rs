//! The operations, one file each.

pub mod changes;
pub mod connector;
pub mod details;
pub mod feed;
pub mod heartbeat;
pub mod whats_new;
