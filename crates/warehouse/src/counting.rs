//! How facts are counted: pure functions from what devices, users and apps reported to the numbers of a day.
//!
//! The tables they fill have no source yet and are published empty; whoever brings a source calls these. Each rule
//! follows the seed to the letter, and where it is silent, the decision is on the table in the catalogue. What must
//! not be counted at all is in [`population`].

pub mod compliance;
pub mod mam;
pub mod platforms;
pub mod population;
pub mod profiles;
pub mod tally;
