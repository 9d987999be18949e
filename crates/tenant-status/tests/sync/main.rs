//! Synchronisations against doubles on this machine's loopback: small servers that answer as the public documentation of
//! the real ones says.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

mod apple;
mod double;
mod graph;
mod probes;
