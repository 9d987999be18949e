//! The operations of the warehouse, one file each.

pub mod chart;
pub mod feed;
pub mod publish;
pub mod relocate;
pub mod retention;
pub mod show;

#[cfg(test)]
mod tests;
