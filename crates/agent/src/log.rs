//! Structured logs on standard error.

use std::io::IsTerminal;

use tracing_subscriber::EnvFilter;

use crate::cli::LogFormat;

/// Starts logging: for the service what it does, for a person at a prompt only what is amiss.
/// `QUARTERDECK_AGENT_LOG` overrides the level (`debug`, `agent_client=trace,info`…).
pub(crate) fn start(format: LogFormat, verbose: u8, is_service: bool) {
    let level = match (verbose, is_service) {
        (0, false) => "warn",
        (0, true) => "warn,quarterdeck_agent=info,agent_client=info",
        (1, _) => "info,quarterdeck_agent=debug,agent_client=debug",
        _ => "trace",
    };
    let filter = EnvFilter::try_from_env("QUARTERDECK_AGENT_LOG").unwrap_or_else(|_| EnvFilter::new(level));
    let builder = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    match format {
        LogFormat::Text => builder.with_target(false).with_ansi(std::io::stderr().is_terminal()).init(),
        LogFormat::Json => builder.json().flatten_event(true).init(),
    }
}
