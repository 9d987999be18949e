//! Credentials made by the openssl command line, read here; and bytes changed at random, refused here.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

mod apple;
mod certificates;
mod garbage;
mod made;
