//! What can go wrong in a query, sorted by who can do something about it.

use std::io;
use std::time::Duration;

use datafusion::error::DataFusionError;

/// A place in the text of a query; lines and columns count from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    pub line: u64,
    pub column: u64,
}

/// Why a query did not come to its end.
#[derive(Debug, thiserror::Error)]
pub enum EngineError {
    /// The text is not one that is answered; the message says what to change.
    #[error("{message}")]
    Text { message: String, place: Option<Place> },
    #[error("the query needs more memory or disk than a query may use; ask for fewer rows or columns ({0})")]
    Memory(String),
    #[error("the query took longer than {} seconds; ask for less", .0.as_secs())]
    Time(Duration),
    /// A file could not be read.
    #[error(transparent)]
    Read(#[from] crate::ReadError),
    #[error("a thread for the query could not be started: {0}")]
    Thread(io::Error),
    #[error("the query ended unexpectedly")]
    Stopped,
    #[error("the query failed: {0}")]
    Other(String),
}

/// Finds out what an error of the engine is.
pub(super) fn of(error: DataFusionError) -> EngineError {
    let place = error.diagnostic().and_then(|found| found.span).map(|span| span.start);
    let place = place.map(|start| Place { line: start.line, column: start.column });
    match unwrapped(error) {
        DataFusionError::External(inner) => match inner.downcast::<crate::ReadError>() {
            Ok(read) => EngineError::Read(*read),
            Err(other) => EngineError::Other(other.to_string()),
        },
        DataFusionError::ResourcesExhausted(message) => EngineError::Memory(first_line(&message)),
        DataFusionError::SQL(error, _) => {
            let message = error.to_string();
            let message = message.strip_prefix("sql parser error: ").unwrap_or(&message);
            let (message, found) = split_place(message);
            EngineError::Text { message, place: found.or(place) }
        }
        DataFusionError::SchemaError(error, _) => EngineError::Text { message: error.to_string(), place },
        DataFusionError::Plan(message) | DataFusionError::NotImplemented(message) => {
            EngineError::Text { message: first_line(&message), place }
        }
        DataFusionError::ArrowError(error, _) => {
            EngineError::Text { message: format!("a value cannot be computed: {error}"), place }
        }
        DataFusionError::Execution(message) => EngineError::Text { message: first_line(&message), place },
        other => EngineError::Other(first_line(&other.to_string())),
    }
}

fn unwrapped(error: DataFusionError) -> DataFusionError {
    match error {
        DataFusionError::Context(_, inner) | DataFusionError::Diagnostic(_, inner) => unwrapped(*inner),
        DataFusionError::Collection(mut errors) if !errors.is_empty() => unwrapped(errors.swap_remove(0)),
        DataFusionError::Shared(shared) => match std::sync::Arc::try_unwrap(shared) {
            Ok(inner) => unwrapped(inner),
            Err(shared) => DataFusionError::Execution(shared.to_string()),
        },
        other => other,
    }
}

fn first_line(message: &str) -> String {
    message.lines().next().unwrap_or_default().trim().to_owned()
}

/// `… at Line: 1, Column: 8` as the parser writes it.
fn split_place(message: &str) -> (String, Option<Place>) {
    let Some((text, place)) = message.rsplit_once(" at Line: ") else { return (message.to_owned(), None) };
    let numbers = place.split_once(", Column: ").and_then(|(line, column)| {
        let digits = |text: &str| {
            let end = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
            text[..end].parse::<u64>().ok()
        };
        Some(Place { line: digits(line)?, column: digits(column)? })
    });
    (text.to_owned(), numbers)
}
