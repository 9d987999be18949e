//! The authorization server from outside: requests in, answers out, on SQLite and (with `TEST_POSTGRES_URL`) PostgreSQL.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

#[path = "flows/house.rs"]
mod house;

#[path = "flows/accounts.rs"]
mod accounts;
#[path = "flows/apps.rs"]
mod apps;
#[path = "flows/codes.rs"]
mod codes;
#[path = "flows/devices.rs"]
mod devices;
#[path = "flows/doors.rs"]
mod doors;
#[path = "flows/faults.rs"]
mod faults;
#[path = "flows/ui.rs"]
mod ui;
