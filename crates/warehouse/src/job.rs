//! Work without a caller.

pub(crate) mod alone;
pub mod erase;
pub mod midnight;
pub mod night;
pub mod reset;
