//! The operations on channels, deliveries and preferences.

pub mod channel;
pub mod deliveries;
pub mod preferences;
pub mod test;

use api::Failure;

use crate::channel::Wrong;

impl From<Wrong> for Failure {
    fn from(wrong: Wrong) -> Failure {
        Failure::bad_request(wrong.message).target(wrong.target)
    }
}
