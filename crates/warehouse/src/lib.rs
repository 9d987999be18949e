//! The warehouse: a picture of the tenant every midnight, kept in open files and served as an OData feed.

pub mod calendar;
pub mod cell;
pub mod edm;
pub mod encode;
pub mod feed;
pub mod files;
pub mod job;
pub mod lifetime;
pub mod merge;
pub mod model;
pub mod sql;

#[cfg(test)]
mod testkit;
