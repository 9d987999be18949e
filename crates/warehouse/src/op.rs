//! The operations of the warehouse, one file each.

pub mod feed;
pub mod publish;
pub mod show;

#[cfg(test)]
mod tests;
