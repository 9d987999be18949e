//! What was measured, for people and for programs.

use std::collections::BTreeMap;
use std::fmt;

use serde::Serialize;

use crate::cli::{Load, Rate};
use crate::command::load::Counted;

/// The figures of a measurement.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Figures {
    devices: u32,
    connections: u32,
    /// `null` for max.
    asked_per_second: Option<f64>,
    seconds: f64,
    enrolments_per_second: f64,
    check_ins: u64,
    check_ins_per_second: f64,
    duplicates: u64,
    mean_body_bytes: u64,
    latency_milliseconds: Latency,
    /// How often each failure occurred.
    errors: BTreeMap<String, u64>,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
struct Latency {
    p50: f64,
    p90: f64,
    p99: f64,
    max: f64,
}

impl Figures {
    pub(crate) fn of(args: &Load, connections: u32, enrolment_seconds: f64, counted: Counted) -> Self {
        let check_ins = counted.latencies_micros.len() as u64;
        let sent = check_ins + counted.errors.values().sum::<u64>();
        let at = |percent| percentile(&counted.latencies_micros, percent);
        Self {
            devices: args.devices,
            connections,
            asked_per_second: match args.rate {
                Rate::Max => None,
                Rate::PerSecond(rate) => Some(rate),
            },
            seconds: counted.seconds,
            enrolments_per_second: f64::from(args.devices) / enrolment_seconds.max(1e-9),
            check_ins,
            check_ins_per_second: check_ins as f64 / counted.seconds.max(1e-9),
            duplicates: counted.duplicates,
            mean_body_bytes: counted.bytes_sent / sent.max(1),
            latency_milliseconds: Latency { p50: at(50), p90: at(90), p99: at(99), max: at(100) },
            errors: counted.errors,
        }
    }
}

/// In milliseconds, of ascending microseconds: the smallest that so many per cent do not exceed.
fn percentile(sorted: &[u32], percent: usize) -> f64 {
    let rank = (sorted.len() * percent).div_ceil(100).max(1);
    sorted.get(rank - 1).map_or(0.0, |micros| f64::from(*micros) / 1000.0)
}

impl fmt::Display for Figures {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let asked = self.asked_per_second.map_or("max".to_owned(), |rate| format!("{rate}/s"));
        writeln!(f, "devices        {:>10}   over {} connections", self.devices, self.connections)?;
        writeln!(f, "enrolments     {:>10.0}/s", self.enrolments_per_second)?;
        writeln!(f, "check-ins      {:>10}   in {:.1} s, asked for {asked}", self.check_ins, self.seconds)?;
        writeln!(f, "rate           {:>10.0}/s", self.check_ins_per_second)?;
        writeln!(f, "body           {:>10} bytes on average", self.mean_body_bytes)?;
        let latency = &self.latency_milliseconds;
        for (name, value) in
            [("p50", latency.p50), ("p90", latency.p90), ("p99", latency.p99), ("max", latency.max)]
        {
            writeln!(f, "{name:<15}{value:>10.2} ms")?;
        }
        writeln!(f, "duplicates     {:>10}", self.duplicates)?;
        write!(f, "errors         {:>10}", self.errors.values().sum::<u64>())?;
        for (error, count) in &self.errors {
            write!(f, "\n  {count:>8} x {error}")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_of_the_nearest_rank() {
        let micros: Vec<u32> = (1..=1000).map(|n| n * 1000).collect();
        assert_eq!(
            [50, 90, 99, 100].map(|percent| percentile(&micros, percent)),
            [500.0, 900.0, 990.0, 1000.0]
        );
        assert_eq!(percentile(&[7000], 99), 7.0);
        assert_eq!(percentile(&[], 50), 0.0);
    }
}
