//! What can go wrong with a statement, in the words a caller branches on.

/// A failed statement, transaction or connection.
///
/// The text is for the log and the operator; a feature turns the variants it expects into its own errors.
#[derive(Debug, thiserror::Error, Clone)]
pub enum SqlError {
    /// A unique or primary key already has this value.
    #[error("a row with this key exists already ({constraint})")]
    Unique { constraint: String },
    /// A row that this one points to does not exist, or one still points to it.
    #[error("a row that this one belongs to is missing, or rows still belong to it ({constraint})")]
    ForeignKey { constraint: String },
    /// A value breaks a `not null` or `check` rule of its table.
    #[error("a value breaks a rule of its table ({constraint})")]
    Rule { constraint: String },
    /// The database did not take the transaction in time because others hold it. Trying again may help.
    #[error("the database is busy: {0}")]
    Busy(String),
    /// The connection or the group's transaction was lost; nothing of this transaction was kept.
    #[error("the database connection was lost: {0}")]
    Lost(String),
    /// A statement of this transaction failed before, so nothing more of it can run.
    #[error("an earlier statement of this transaction failed")]
    Aborted,
    /// The code inside the transaction panicked; it was rolled back.
    #[error("the transaction's code panicked: {0}")]
    Panicked(String),
    /// The row does not have the column or type the code reads: a bug in a statement.
    #[error("column {index}: {message}")]
    Column { index: usize, message: String },
    /// Anything else the engine says.
    #[error("{0}")]
    Other(String),
}

impl From<rusqlite::Error> for SqlError {
    fn from(error: rusqlite::Error) -> SqlError {
        use rusqlite::ErrorCode;
        let text = error.to_string();
        let rusqlite::Error::SqliteFailure(code, message) = &error else { return SqlError::Other(text) };
        let constraint = message.clone().unwrap_or_else(|| text.clone());
        match (code.code, code.extended_code) {
            (ErrorCode::ConstraintViolation, 1555 | 2067 | 2579) => SqlError::Unique { constraint },
            (ErrorCode::ConstraintViolation, 787) => SqlError::ForeignKey { constraint },
            (ErrorCode::ConstraintViolation, _) => SqlError::Rule { constraint },
            (ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked, _) => SqlError::Busy(text),
            _ => SqlError::Other(text),
        }
    }
}

impl From<postgres::Error> for SqlError {
    fn from(error: postgres::Error) -> SqlError {
        let Some(db) = error.as_db_error() else {
            let text = chain(&error);
            return if error.is_closed() { SqlError::Lost(text) } else { SqlError::Other(text) };
        };
        let constraint = format!("{} {}", db.constraint().unwrap_or_default(), db.message());
        match db.code().code() {
            "23505" => SqlError::Unique { constraint },
            "23503" => SqlError::ForeignKey { constraint },
            "23502" | "23514" => SqlError::Rule { constraint },
            "40001" | "40P01" | "55P03" | "57014" => SqlError::Busy(db.message().to_owned()),
            "57P01" | "57P02" | "57P03" => SqlError::Lost(db.message().to_owned()),
            code => SqlError::Other(format!("{} ({code})", db.message())),
        }
    }
}

fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut next = error.source();
    while let Some(cause) = next {
        text.push_str(": ");
        text.push_str(&cause.to_string());
        next = cause.source();
    }
    text
}
