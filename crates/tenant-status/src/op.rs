//! The operations, one file each.

pub(crate) mod brought;
pub mod changes;
pub mod connector;
pub mod details;
pub mod feed;
pub(crate) mod graph;
pub mod heartbeat;
pub mod whats_new;
