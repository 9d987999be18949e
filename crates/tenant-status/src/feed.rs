//! What expires, in the forms that calendars, feed readers and Prometheus read. Pure.

pub(crate) mod calendar;
pub(crate) mod metrics;
pub(crate) mod rss;

#[cfg(test)]
mod tests;
