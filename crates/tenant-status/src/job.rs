//! Work without a caller: synchronisations, and looking again at what has become due.

mod counts;
pub mod heard;
mod seals;
pub mod sync;
pub mod tick;
