//! The operations of the warehouse, one file each.

pub mod batch;
pub mod chart;
pub mod connect;
mod deferred;
mod encoding;
pub mod feed;
pub mod publish;
pub mod query;
pub mod relocate;
pub mod retention;
pub mod show;

#[cfg(test)]
mod tests;
