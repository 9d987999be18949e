//! The lake through its own doors, on SQLite and, when `TEST_POSTGRES_URL` is set, on PostgreSQL.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

#[path = "lake/crash.rs"]
mod crash;
#[path = "lake/garbage.rs"]
mod garbage;
#[path = "lake/kit.rs"]
mod kit;
#[path = "lake/publish.rs"]
mod publish;
#[path = "lake/read.rs"]
mod read;
#[path = "lake/remote.rs"]
mod remote;
#[path = "lake/tables.rs"]
mod tables;
