//! The command line, which teaches as it goes.

use std::path::PathBuf;

use agent_client::Origin;
use clap::{Parser, Subcommand, ValueEnum};

/// Enrols this machine with a Quarterdeck server and reports its inventory.
///
/// Three commands are enough: `enroll` once, `run` as a service, `status` when in doubt.
#[derive(Debug, Parser)]
#[command(name = "quarterdeck-agent", version, after_help = EXAMPLES, max_term_width = 100)]
pub(crate) struct Args {
    /// Where the agent keeps its key, its certificate and what it has yet to report.
    #[arg(
        long,
        global = true,
        value_name = "DIR",
        env = "QUARTERDECK_AGENT_STATE_DIR",
        default_value = "/var/lib/quarterdeck-agent"
    )]
    pub(crate) state_dir: PathBuf,

    /// How the log on standard error looks.
    #[arg(long, global = true, value_enum, default_value = "text", env = "QUARTERDECK_AGENT_LOG_FORMAT")]
    pub(crate) log_format: LogFormat,

    /// Log more: -v what is sent, -vv everything.
    #[arg(short, long, global = true, action = clap::ArgAction::Count)]
    pub(crate) verbose: u8,

    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum LogFormat {
    Text,
    Json,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Enrol this machine and send its first report.
    Enroll(Enroll),
    /// Stay and report: now, every eight hours, and whenever the server asks. For the service.
    Run,
    /// Report now, once.
    CheckIn,
    /// Say where this machine is enrolled, how reporting goes, and what to do next.
    Status {
        /// As JSON, for programs.
        #[arg(long)]
        json: bool,
    },
    /// Print what would be reported, as JSON. Nothing is sent.
    Inventory {
        /// Only the hash of each section.
        #[arg(long)]
        hashes: bool,
    },
    /// Forget the enrolment: removes the key, the certificate and all waiting reports from this machine.
    Unenroll {
        /// Do not ask.
        #[arg(long, short)]
        yes: bool,
    },
    /// Print the version.
    Version,
}

/// An administrator gives out enrolment tokens; a user may also enrol a machine by signing in elsewhere.
#[derive(Debug, clap::Args)]
#[command(group(clap::ArgGroup::new("authority").required(true).args(["token", "token_file", "device_code"])))]
pub(crate) struct Enroll {
    /// The server's address, for example https://deck.example.com or https://10.0.0.5:8443.
    #[arg(long, value_name = "URL", env = "QUARTERDECK_AGENT_SERVER")]
    pub(crate) server: Origin,

    /// An enrolment token. Others on this machine can see it in the list of processes: prefer --token-file.
    #[arg(long, value_name = "TOKEN")]
    pub(crate) token: Option<String>,

    /// A file that holds the enrolment token.
    #[arg(long, value_name = "FILE")]
    pub(crate) token_file: Option<PathBuf>,

    /// Show a code to sign in with on another device, and enrol in that user's name.
    #[arg(long)]
    pub(crate) device_code: bool,

    /// Trust the server by the authority in this PEM file, instead of the system's authorities.
    #[arg(long, value_name = "FILE")]
    pub(crate) ca_file: Option<PathBuf>,

    /// The tenant: its id, or for --device-code also its domain. Refuses when the token is of another one.
    #[arg(long, value_name = "TENANT")]
    pub(crate) tenant: Option<String>,

    /// Enrol only; leave the first report to `run` or `check-in`.
    #[arg(long)]
    pub(crate) no_check_in: bool,
}

const EXAMPLES: &str = "\
Examples:
  quarterdeck-agent enroll --server https://deck.example.com --token-file token.txt
  quarterdeck-agent enroll --server https://deck.example.com --device-code
  quarterdeck-agent status
  systemctl enable --now quarterdeck-agent

Exit codes: 0 done · 1 failed · 2 wrong use · 75 the server is away, the report waits here ·
78 not enrolled, or the server no longer wants this device";

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        Args::command().debug_assert();
    }

    fn refused(args: &[&str], says: &str) {
        let args = ["quarterdeck-agent"].iter().chain(args);
        let error = Args::try_parse_from(args).unwrap_err().to_string();
        assert!(error.contains(says), "{error}");
    }

    #[test]
    fn enrolling_wants_a_server_and_one_authority() {
        refused(&["enroll", "--server", "https://deck.example"], "--device-code");
        refused(&["enroll", "--server", "http://deck.example", "--token", "t"], "only TLS");
        refused(
            &["enroll", "--server", "https://deck.example", "--token", "t", "--device-code"],
            "cannot be used with",
        );
    }
}
