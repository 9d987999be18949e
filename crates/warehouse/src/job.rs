//! Work without a caller.

pub(crate) mod alone;
pub(crate) mod blank;
pub mod erase;
pub mod midnight;
pub mod night;
pub mod reset;
