//! The client and the probes against real TLS servers on this machine's loopback.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

mod client;
mod probes;
mod server;
