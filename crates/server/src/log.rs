//! Lines about what the server does, on standard error.
//!
//! Fields hold ids, route templates, statuses and durations; never tokens, cookies, sign-in names or device names.

use tracing::Level;
use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt::format::FmtSpan;

use crate::config::{LogFormat, LogLevel};

/// Begins to write lines. Later calls change nothing.
pub(crate) fn start(format: LogFormat, LogLevel(level): LogLevel) {
    // What libraries say about connections is of use to those who debug them only.
    let libraries = if level >= Level::DEBUG { "info" } else { "warn" };
    let own = level.as_str().to_lowercase();
    let crates = [
        "quarterdeck",
        "agent_client",
        "api",
        "audit",
        "devices",
        "directory",
        "identity",
        "jobs",
        "lake",
        "sql",
        "store",
        "tenant_status",
        "warehouse",
        "world",
    ];
    let filter = crates.iter().fold(libraries.to_owned(), |filter, name| format!("{filter},{name}={own}"));
    let builder = tracing_subscriber::fmt()
        .with_env_filter(EnvFilter::new(filter))
        .with_writer(std::io::stderr)
        .with_span_events(FmtSpan::NONE);
    let started = match format {
        LogFormat::Text => builder.with_target(false).with_ansi(false).try_init(),
        LogFormat::Json => {
            builder.json().flatten_event(true).with_current_span(true).with_span_list(false).try_init()
        }
    };
    if started.is_ok() {
        log_panics();
    }
}

/// A panic is a line like any other, so that it is not lost among them.
fn log_panics() {
    std::panic::set_hook(Box::new(|panic| {
        let place = panic.location().map(ToString::to_string).unwrap_or_default();
        let text = panic.payload().downcast_ref::<&str>().map(|text| (*text).to_owned());
        let text = text.or_else(|| panic.payload().downcast_ref::<String>().cloned()).unwrap_or_default();
        tracing::error!(place, "panicked: {text}");
    }));
}
