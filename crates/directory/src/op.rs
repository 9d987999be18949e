//! The operations, one file each.

pub mod application;
pub mod assign_license;
pub mod audit_events;
pub mod list;
