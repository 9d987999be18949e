//! The commands and what their help says. Each command's work is in the module of its name.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

use crate::config::Sources;

/// An open operations deck for a fleet of managed devices.
///
/// One server holds everything: tenant status, the devices' doors, the data warehouse and its feed, sign-in, and the
/// browser interface.
#[derive(Debug, Parser)]
#[command(name = "quarterdeck", version, max_term_width = 100, after_help = EXAMPLES)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Command,
}

const EXAMPLES: &str = "\
Try it with a simulated fleet:
  quarterdeck demo --data-dir /tmp/deck

Run it for real:
  quarterdeck init  --data-dir /var/lib/quarterdeck --domain contoso.com
  quarterdeck serve --config /etc/quarterdeck.toml
  quarterdeck doctor --config /etc/quarterdeck.toml";

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Run the server until it is told to stop (SIGTERM or Ctrl-C).
    ///
    /// Prints the address it listens on. Requests that are being answered get 20 seconds to finish at the end.
    #[command(after_help = SERVE)]
    Serve(Place),
    /// Make a data folder with a tenant, a certificate authority and a first administrator.
    ///
    /// Prints a link that signs that administrator in, once. Running it again on a folder that has a tenant changes
    /// nothing but prints a new link.
    #[command(after_help = INIT)]
    Init(Init),
    /// Run a server with a simulated fleet and its history, for a look around or for tests.
    ///
    /// The fleet is made on the first start; later starts on the same folder keep what is there. Everything simulated
    /// says so in its name. Never use it for real data: the administrator's password is written to a file.
    #[command(after_help = DEMO)]
    Demo(Demo),
    /// Write the warehouse's day now instead of at midnight UTC.
    ///
    /// Works beside a running server. Without --refresh a day that has been written already is left alone.
    #[command(after_help = SNAPSHOT)]
    Snapshot(Snapshot),
    /// Write every table of the warehouse as CSV and Parquet, with a manifest and checksums.
    ///
    /// Works beside a running server, from one snapshot. When it is interrupted, run it again with the same folder: it
    /// goes on where it was.
    #[command(after_help = EXPORT)]
    Export(Export),
    /// Check what export wrote and take it back into an empty warehouse.
    ///
    /// Everything is checked first; then all tables are published at once, or none. When it is interrupted, run it again:
    /// it goes on where it was. Subjects that were erased since the export stay erased.
    #[command(after_help = RESTORE)]
    Restore(Restore),
    /// Look for what would keep the server from running well, and say what to do about each finding.
    ///
    /// Ends with code 0 when nothing is wrong, 1 when something should be changed.
    #[command(after_help = "Example:\n  quarterdeck doctor --config /etc/quarterdeck.toml")]
    Doctor(Place),
    /// List every setting with its default and its environment variable.
    Config {
        /// Write the page of the documentation instead.
        #[arg(long)]
        markdown: bool,
    },
    /// Print the OpenAPI document of every door.
    #[command(after_help = "Example:\n  quarterdeck openapi > openapi.json")]
    Openapi,
    /// Print the version.
    Version,
}

const SERVE: &str = "\
Examples:
  quarterdeck serve --config /etc/quarterdeck.toml
  QUARTERDECK_SERVER__LISTEN=0.0.0.0:443 quarterdeck serve --data-dir /var/lib/quarterdeck

`quarterdeck config` lists the settings.";
const INIT: &str = "\
Example:
  quarterdeck init --data-dir /var/lib/quarterdeck --domain contoso.com --admin ann@contoso.com";
const DEMO: &str = "\
Examples:
  quarterdeck demo --data-dir /tmp/deck
  quarterdeck demo --data-dir /tmp/deck --listen 127.0.0.1:0 --devices 50 --days 7 --ready-file /tmp/ready.json

The ready file is JSON, written once the server answers: origin, ca_file, tenant_id, tenant_domain, admin_user, \
admin_password, client_id, client_secret, feed_root, graph_root, pid, enrollment_token, one_time_sign_in.";
const SNAPSHOT: &str = "\
Examples:
  quarterdeck snapshot --data-dir /var/lib/quarterdeck
  quarterdeck snapshot --refresh --config /etc/quarterdeck.toml";

const EXPORT: &str = "\
Example:
  quarterdeck export --data-dir /var/lib/quarterdeck --to /backup/2026-11-21";
const RESTORE: &str = "\
Examples:
  quarterdeck restore --from /backup/2026-11-21 --check
  quarterdeck restore --data-dir /var/lib/quarterdeck --from /backup/2026-11-21";

/// Where the settings and the data are.
#[derive(Args, Clone, Debug, Default)]
pub(crate) struct Place {
    /// The TOML file with the settings.
    #[arg(long, value_name = "FILE", env = "QUARTERDECK_CONFIG")]
    pub(crate) config: Option<PathBuf>,
    /// The folder that holds everything the server keeps; wins over data_dir in the file.
    #[arg(long, value_name = "FOLDER")]
    pub(crate) data_dir: Option<PathBuf>,
    /// The address and port to listen on; wins over server.listen in the file. Port 0 takes a free one.
    #[arg(long, value_name = "ADDRESS:PORT")]
    pub(crate) listen: Option<SocketAddr>,
}

impl Place {
    /// Where the settings come from, with what the command line says on top.
    pub(crate) fn sources(&self) -> Sources {
        let mut overrides = Vec::new();
        if let Some(folder) = &self.data_dir {
            overrides.push(("data_dir", folder.display().to_string()));
        }
        if let Some(listen) = &self.listen {
            overrides.push(("server.listen", listen.to_string()));
        }
        let environment = std::env::vars_os()
            .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
            .filter(|(name, _)| name != "QUARTERDECK_CONFIG")
            .collect();
        Sources { file: self.config.clone(), environment, overrides }
    }
}

#[derive(Args, Debug)]
pub(crate) struct Init {
    #[command(flatten)]
    pub(crate) place: Place,
    /// The domain of the users' sign-in names; wins over tenant.domain.
    #[arg(long)]
    pub(crate) domain: Option<String>,
    /// The organisation's name; wins over tenant.display_name.
    #[arg(long)]
    pub(crate) display_name: Option<String>,
    /// The first administrator's sign-in name; admin@DOMAIN by default.
    #[arg(long, value_name = "NAME@DOMAIN")]
    pub(crate) admin: Option<String>,
}

#[derive(Args, Debug)]
pub(crate) struct Demo {
    #[command(flatten)]
    pub(crate) place: Place,
    /// Simulated devices.
    #[arg(long, default_value_t = 200, value_parser = clap::value_parser!(u32).range(0..=1_000_000))]
    pub(crate) devices: u32,
    /// Days of history before today.
    #[arg(long, default_value_t = 30, value_parser = clap::value_parser!(u32).range(0..=3650))]
    pub(crate) days: u32,
    /// The same seed makes the same fleet.
    #[arg(long, default_value_t = 1)]
    pub(crate) seed: u64,
    /// Where to write the address, the accounts and the secrets once the server answers.
    #[arg(long, value_name = "FILE")]
    pub(crate) ready_file: Option<PathBuf>,
    /// No simulated fleet: only the tenant and its administrator.
    #[arg(long)]
    pub(crate) empty: bool,
    /// A file that says how many seconds the demo's clock is ahead, to see what time does.
    ///
    /// It is read again all the time; the clock never goes back. People who are signed in are signed out when their
    /// session's time has passed.
    #[arg(long, value_name = "FILE")]
    pub(crate) clock_offset_file: Option<PathBuf>,
}

#[derive(Args, Debug)]
pub(crate) struct Snapshot {
    #[command(flatten)]
    pub(crate) place: Place,
    /// Write today's rows again although the day has been written.
    #[arg(long)]
    pub(crate) refresh: bool,
    /// Believe the read although far fewer devices or users are there than the day before.
    #[arg(long)]
    pub(crate) force: bool,
}

#[derive(Args, Debug)]
pub(crate) struct Export {
    #[command(flatten)]
    pub(crate) place: Place,
    /// The folder to write to: a new or empty one, or that of an export that was interrupted.
    #[arg(long, value_name = "FOLDER")]
    pub(crate) to: PathBuf,
    /// Whose warehouse; the only tenant's by default.
    #[arg(long, value_name = "ID")]
    pub(crate) tenant: Option<uuid::Uuid>,
}

#[derive(Args, Debug)]
pub(crate) struct Restore {
    #[command(flatten)]
    pub(crate) place: Place,
    /// The folder that export wrote.
    #[arg(long, value_name = "FOLDER")]
    pub(crate) from: PathBuf,
    /// Whose warehouse; the only tenant's by default.
    #[arg(long, value_name = "ID")]
    pub(crate) tenant: Option<uuid::Uuid>,
    /// The tenant the backup was taken from, when it is not the one it goes to.
    #[arg(long, value_name = "ID")]
    pub(crate) from_tenant: Option<uuid::Uuid>,
    /// Only look whether every file is what was written.
    #[arg(long)]
    pub(crate) check: bool,
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;

    #[test]
    fn only_the_demo_lets_its_clock_be_moved() {
        let parse = |command| Cli::try_parse_from(["quarterdeck", command, "--clock-offset-file", "x"]);
        assert!(parse("demo").is_ok());
        assert!(parse("serve").is_err());
    }

    #[test]
    fn the_commands_are_sound() {
        Cli::command().debug_assert();
    }

    #[test]
    fn every_command_and_option_says_what_it_is_for() {
        for command in Cli::command().get_subcommands() {
            assert!(command.get_about().is_some(), "{}", command.get_name());
            for option in command.get_arguments().filter(|option| option.get_id() != "help") {
                assert!(option.get_help().is_some(), "{} {}", command.get_name(), option.get_id());
            }
        }
    }

    #[test]
    fn the_command_line_wins() {
        let cli = Cli::try_parse_from(["quarterdeck", "serve", "--listen", "127.0.0.1:7"]).expect("valid");
        let Command::Serve(place) = cli.command else { panic!("serve was asked for") };
        assert_eq!(place.sources().overrides, [("server.listen", "127.0.0.1:7".to_owned())]);
    }
}
