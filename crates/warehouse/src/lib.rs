//! The warehouse: a picture of the tenant every midnight, kept in open files and served as an OData feed.

pub mod encode;
