//! The commands: each reads its options, does its work through `agent-client`, and says what happened.

pub(crate) mod check_in;
pub(crate) mod enroll;
pub(crate) mod inventory;
pub(crate) mod run;
pub(crate) mod status;
pub(crate) mod unenroll;

use std::io::Write;

use agent_client::https::Https;
use agent_client::{Enrolment, StateDir, Transport};
use anyhow::Context;

use crate::exit::Ending;

/// What the agent calls itself to servers.
const USER_AGENT: &str = concat!("quarterdeck-agent/", env!("CARGO_PKG_VERSION"));

/// The enrolment and a transport that speaks as the enrolled device.
fn enrolled(dir: &StateDir) -> anyhow::Result<(Enrolment, Https)> {
    let enrolment = dir.enrolment()?.ok_or(Ending::NotEnrolled).with_context(|| {
        format!("nothing is enrolled in {}; run quarterdeck-agent enroll --help", dir.path().display())
    })?;
    let credential = dir.credential()?.with_context(|| {
        format!(
            "the device's key is missing from {}; run quarterdeck-agent unenroll, then enroll again",
            dir.path().display()
        )
    })?;
    let mut https = Https::new(enrolment.server.clone(), enrolment.server_ca_pem.as_deref(), USER_AGENT)?;
    https.speak_as(Some(&credential))?;
    Ok((enrolment, https))
}

/// Prints a sentence, for people; the log is for machines. A reader that has gone away is no failure.
fn say(text: impl std::fmt::Display) {
    let told = writeln!(std::io::stdout(), "{text}");
    if let Err(error) = told {
        tracing::debug!(%error, "nobody reads what is printed");
    }
}
