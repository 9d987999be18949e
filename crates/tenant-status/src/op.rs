//! The operations, one file each.

pub mod details;
pub mod whats_new;
