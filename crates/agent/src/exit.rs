//! How the program ends: a sentence on standard error, and a code a service manager understands.

use std::fmt;
use std::process::ExitCode;

/// sysexits.h: a temporary failure; the report waits here.
const TRY_LATER: u8 = 75;
/// sysexits.h: configuration; restarting does not help.
const NOT_ENROLLED: u8 = 78;

/// Ends that are not plain failures.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ending {
    /// The server is away or busy; what was to be said waits.
    TryLater,
    /// There is no enrolment, or it is over.
    NotEnrolled,
}

impl fmt::Display for Ending {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::TryLater => "the report waits here and is sent when the server is back",
            Self::NotEnrolled => "this machine reports to no server",
        })
    }
}

impl std::error::Error for Ending {}

/// Prints the failure, if it is one, and gives the exit code.
pub(crate) fn code(outcome: &anyhow::Result<()>) -> ExitCode {
    let Err(error) = outcome else { return ExitCode::SUCCESS };
    eprintln!("quarterdeck-agent: {}", sentence(error));
    match error.downcast_ref::<Ending>() {
        Some(Ending::TryLater) => ExitCode::from(TRY_LATER),
        Some(Ending::NotEnrolled) => ExitCode::from(NOT_ENROLLED),
        None => ExitCode::FAILURE,
    }
}

fn sentence(error: &anyhow::Error) -> String {
    let parts: Vec<String> = error.chain().map(ToString::to_string).collect();
    parts.join(": ")
}

#[cfg(test)]
mod tests {
    use anyhow::Context;

    use super::*;

    #[test]
    fn an_ending_is_found_under_its_explanation() {
        let error = Err::<(), _>(Ending::TryLater).context("the server cannot be reached");
        let error = error.unwrap_err();
        assert_eq!(error.downcast_ref(), Some(&Ending::TryLater));
        assert_eq!(
            sentence(&error),
            "the server cannot be reached: the report waits here and is sent when the server is back"
        );
    }
}
