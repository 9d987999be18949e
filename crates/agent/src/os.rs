//! The operating systems the agent runs on.

pub(crate) mod linux;

use crate::machine::Machine;

/// The machine this program runs on.
pub(crate) fn this_machine() -> impl Machine {
    linux::Linux::this_machine()
}
