//! The command line.

use std::path::PathBuf;
use std::str::FromStr;

use agent_client::Origin;
use clap::{Parser, Subcommand};

/// A seeded fleet of simulated devices that speaks the real agent protocol, and a load generator.
///
/// Every device is clearly named as simulated (SIM-…). The same seed gives the same fleet.
#[derive(Debug, Parser)]
#[command(name = "quarterdeck-sim", version, after_help = EXAMPLES, max_term_width = 100)]
pub(crate) struct Args {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Enrol a fleet; its keys and certificates go into the state folder.
    Enroll(Enroll),
    /// Let the enrolled fleet live: its devices report as their days pass.
    Run(Run),
    /// Measure how many check-ins a server takes: enrols devices of its own, then reports with them.
    Load(Load),
}

/// Which server, and by what right.
#[derive(Debug, clap::Args)]
pub(crate) struct Target {
    /// The server's address, for example https://127.0.0.1:8443.
    #[arg(long, value_name = "URL")]
    pub(crate) server: Origin,

    /// An enrolment token.
    #[arg(long, value_name = "TOKEN", required_unless_present = "token_file")]
    pub(crate) token: Option<String>,

    /// A file that holds the enrolment token.
    #[arg(long, value_name = "FILE", conflicts_with = "token")]
    pub(crate) token_file: Option<PathBuf>,

    /// Trust the server by the authority in this PEM file, instead of the system's authorities.
    #[arg(long, value_name = "FILE")]
    pub(crate) ca_file: Option<PathBuf>,
}

#[derive(Debug, clap::Args)]
pub(crate) struct Enroll {
    #[command(flatten)]
    pub(crate) target: Target,

    /// How many devices.
    #[arg(long, value_name = "N", default_value = "100")]
    pub(crate) devices: u32,

    /// Which fleet: the same seed gives the same devices.
    #[arg(long, value_name = "S", default_value = "1")]
    pub(crate) seed: u64,

    /// Where the fleet's keys and certificates are kept. Run again to go on after a failure.
    #[arg(long, value_name = "DIR")]
    pub(crate) state_dir: PathBuf,

    /// How many devices enrol at a time.
    #[arg(long, value_name = "C", default_value = "16", value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) connections: u32,
}

#[derive(Debug, clap::Args)]
pub(crate) struct Run {
    /// The folder that `enroll` filled.
    #[arg(long, value_name = "DIR")]
    pub(crate) state_dir: PathBuf,

    /// How long a simulated day takes, in seconds. 86400 is real time.
    #[arg(long, value_name = "SECONDS", default_value = "86400", value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) day_seconds: u32,

    /// The day of the fleet's life to begin with.
    #[arg(long, value_name = "DAY", default_value = "0")]
    pub(crate) first_day: u32,

    /// Let every device report once, now, and end.
    #[arg(long)]
    pub(crate) once: bool,

    /// How many devices report at a time at most.
    #[arg(long, value_name = "C", default_value = "32", value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) connections: u32,
}

#[derive(Debug, clap::Args)]
pub(crate) struct Load {
    #[command(flatten)]
    pub(crate) target: Target,

    /// How many devices report.
    #[arg(long, value_name = "N", default_value = "200", value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) devices: u32,

    #[arg(long, value_name = "S", default_value = "1")]
    pub(crate) seed: u64,

    /// Check-ins per second over all devices, or max: each connection sends the next as soon as the last is
    /// answered.
    #[arg(long, value_name = "R|max", default_value = "max")]
    pub(crate) rate: Rate,

    /// For how long: 30, 30s, 5m or 1h.
    #[arg(long, value_name = "D", default_value = "10s", value_parser = seconds)]
    pub(crate) duration: u32,

    /// Connections kept open. With fewer connections than devices, devices take turns of 100 check-ins.
    #[arg(long, value_name = "C", default_value = "32", value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) connections: u32,

    /// Print the figures as JSON.
    #[arg(long)]
    pub(crate) json: bool,
}

fn seconds(text: &str) -> Result<u32, &'static str> {
    let (number, unit) = match text.strip_suffix(['s', 'm', 'h']) {
        Some(number) if text.ends_with('h') => (number, 3600),
        Some(number) if text.ends_with('m') => (number, 60),
        Some(number) => (number, 1),
        None => (text, 1),
    };
    let seconds = number.parse::<u32>().ok().and_then(|number| number.checked_mul(unit));
    seconds.filter(|seconds| *seconds > 0).ok_or("give a number of seconds, or 30s, 5m, 1h")
}

/// How fast to send.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Rate {
    Max,
    PerSecond(f64),
}

impl FromStr for Rate {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text.parse::<f64>() {
            _ if text == "max" => Ok(Self::Max),
            Ok(rate) if rate.is_finite() && rate > 0.0 => Ok(Self::PerSecond(rate)),
            _ => Err("give a number of check-ins per second above 0, or max"),
        }
    }
}

const EXAMPLES: &str = "\
Examples:
  quarterdeck-sim enroll --server https://127.0.0.1:8443 --ca-file ca.pem --token-file token \\
      --devices 500 --seed 7 --state-dir fleet
  quarterdeck-sim run --state-dir fleet --day-seconds 60
  quarterdeck-sim load --server https://127.0.0.1:8443 --ca-file ca.pem --token-file token \\
      --devices 500 --rate 2000 --duration 30s";

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        Args::command().debug_assert();
    }

    #[test]
    fn a_duration_is_a_number_with_or_without_a_unit() {
        assert_eq!(["30", "30s", "5m", "1h"].map(seconds), [Ok(30), Ok(30), Ok(300), Ok(3600)]);
        for bad in ["", "s", "0", "-1", "5d", "9999999h"] {
            assert!(seconds(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_rate_is_a_number_or_max() {
        assert_eq!("max".parse(), Ok(Rate::Max));
        assert_eq!("2.5".parse(), Ok(Rate::PerSecond(2.5)));
        for bad in ["0", "-1", "fast", "inf", ""] {
            assert!(bad.parse::<Rate>().is_err(), "{bad}");
        }
    }
}
