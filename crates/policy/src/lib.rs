//! Who may do what: permissions, roles, assignments, and the one door that says yes.
//!
//! A caller (user, app, device, the system itself) asks for a [`Need`] and gets a [`Permit`] or a [`Denied`] that names
//! what is missing. Operations take `&Permit`, which only [`permit`] and [`permit_on`] can make, so a path that forgot
//! to ask does not compile.
//!
//! No SQL and no HTTP here: whoever authenticates the caller loads the assignments and fills in [`Caller`].

pub mod action;
mod caller;
mod catalogue;
pub mod directory_role;
mod grant;
mod need;
mod permit;
pub mod role;

pub use caller::{Assignment, Caller, Held, Kind, Scope, Target};
pub use catalogue::{Action, Operation};
pub use grant::{USER_IMPERSONATION, known as grants};
pub use need::Need;
pub use permit::{Actor, Denied, Permit, permit, permit_on};
