//! The operations of the warehouse, one file each.

pub mod feed;
pub mod publish;
pub mod retention;
pub mod show;

#[cfg(test)]
mod tests;
