//! Work without a caller: synchronisations, and looking again at what has become due.

mod counts;
mod seals;
pub mod sync;
pub mod tick;
