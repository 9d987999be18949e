//! Notifications: people hear of what happened, through the channels they chose, at least once and never in a storm.
//!
//! A feature raises a [`Notice`] in the transaction of the change. Routing, grouping, quiet hours, digests, reminders
//! and sending are done here afterwards, as durable jobs. It does not know what the notices are about.

mod notice;
mod sql;

pub use notice::{Language, Notice, Severity, State, Topic, Words, raise};
