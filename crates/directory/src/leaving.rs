//! What else goes when a person is deleted: others keep things of theirs too, and hear of it in the same transaction.

use jiff::Timestamp;
use store::{SqlError, Tx};
use uuid::Uuid;

/// A person who is being deleted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Leaver {
    pub id: Uuid,
    /// What people call them by: sign-in name, mail address, display name. None is empty.
    pub names: Vec<String>,
}

/// Takes away what others keep of a person: whoever knows them all.
pub trait Leaving: Send + Sync + 'static {
    /// In the transaction of the deletion: all of it happens, or nothing.
    ///
    /// # Errors
    /// When the database refuses; then the person is not deleted either.
    fn left(&self, tx: &mut Tx<'_, '_>, leaver: &Leaver, now: Timestamp) -> Result<(), SqlError>;
}

/// Nobody else keeps anything.
impl Leaving for () {
    fn left(&self, _: &mut Tx<'_, '_>, _: &Leaver, _: Timestamp) -> Result<(), SqlError> {
        Ok(())
    }
}
