//! The load generator: prepared reports, workers that send them, and the figures.

pub(crate) mod figures;
pub(crate) mod script;
pub(crate) mod worker;
