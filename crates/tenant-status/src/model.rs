//! The rules: a connector's health as a function of what is known of it and of the time (RFD 9). Pure.

mod health;
mod order;
mod warning;

pub use health::{AHEAD_MAX, Facts, Health, Judged, Reason, Rule, Seen, judge};
pub use order::{Place, collation_key, roll_up};
pub use warning::{DAYS_DEFAULT, EarlyWarnings, WarningsError};

#[cfg(test)]
mod tests;
