//! Connectors as they are kept: instances, the health that was last told of each, and what a change sets in motion.

pub(crate) mod instance;
pub(crate) mod keep;
pub(crate) mod leaver;
pub(crate) mod notice;
pub(crate) mod own;
pub(crate) mod secret;

pub use leaver::forget_person;
pub use own::{OwnThing, OwnThings, Server};
