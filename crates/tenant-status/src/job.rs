//! Work without a caller: synchronisations, and looking again at what has become due.

mod counts;
pub mod sync;
pub mod tick;
