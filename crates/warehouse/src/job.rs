//! Work that runs without a caller.

pub mod midnight;
