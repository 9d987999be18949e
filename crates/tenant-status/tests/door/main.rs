//! The feature through its doors, on both databases.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

mod brought;
mod connectors;
mod deck;
mod details;
mod made;
mod outward;
mod people;
mod uploads;
