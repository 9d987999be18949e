//! The operations, one file each.

pub mod action_items;
pub mod issue;
pub mod issues;
pub mod mark;
pub mod message;
pub mod messages;
pub mod overviews;
pub mod source;

use api::list::{Page, View};
use api::{Failure, Permitted};
use store::Value;

use crate::ServiceAnnouncement;

/// A text a person typed: not empty, not endless, without control characters other than line ends and tabs.
///
/// # Errors
/// A sentence that names the field.
pub(crate) fn typed(text: &str, field: &'static str, chars_max: usize) -> Result<String, Failure> {
    let text = text.trim();
    let refused = |why: String| Err(Failure::bad_request(why).target(field));
    if text.is_empty() {
        return refused(format!("Say something in '{field}': it is empty."));
    }
    if text.chars().count() > chars_max {
        return refused(format!("'{field}' has more than {chars_max} characters; shorten it."));
    }
    if text.chars().any(|c| c.is_control() && c != '\n' && c != '\t') {
        return refused(format!("'{field}' has control characters; take them out."));
    }
    Ok(text.to_owned())
}

/// A list of this feature as one reader asks for it.
pub(crate) struct Asked {
    pub(crate) view: &'static View,
    /// What contexts and next links start with.
    pub(crate) root: String,
    pub(crate) query: String,
    /// What the list's statement wants to know of the reader.
    pub(crate) bound: Vec<Value>,
}

impl Asked {
    /// The page that the query asks for.
    pub(crate) async fn page(
        self,
        feature: &ServiceAnnouncement,
        permitted: &Permitted,
    ) -> Result<Page, Failure> {
        let read = feature.store.read(permitted.tenant(), move |tx| {
            self.view.page_with(tx, &self.root, &self.query, &self.bound)
        });
        read.await
    }

    /// The one of this id. `what` names the kind when there is none: `issue`.
    pub(crate) async fn one(
        self,
        feature: &ServiceAnnouncement,
        permitted: &Permitted,
        (what, id): (&str, String),
    ) -> Result<Page, Failure> {
        let missing = format!("There is no {what} '{id}' here.");
        let read = feature.store.read(permitted.tenant(), move |tx| {
            self.view.one_with(tx, &self.root, &id, &self.query, &self.bound)
        });
        read.await?.ok_or_else(|| Failure::not_found(missing).target("id"))
    }
}
