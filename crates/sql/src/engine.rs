//! The two engines. Each knows how to open a connection and how to run one statement; neither knows of threads.

pub(crate) mod postgresql;
pub(crate) mod sqlite;
