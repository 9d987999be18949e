//! The operations of provisioning, one file for each kind.

pub(super) mod about;
pub(super) mod list;
pub(super) mod read;
pub(in crate::scim) mod write;
