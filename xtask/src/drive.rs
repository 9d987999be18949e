//! Driving running programs from outside: an HTTP client, devices that check in, the crash loop and the benchmarks.
//!
//! Compiled only with the feature `drive`; see `Cargo.toml`.

pub(crate) mod bench;
pub(crate) mod crash;
mod devices;
mod feed;
mod http;
mod seed;
