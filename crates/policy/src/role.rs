//! Roles: named sets of permissions, built in or made by the tenant.
//!
//! A role answers one question, [`BuiltIn::holds`]; where it applies is the assignment's business (`caller`).

mod builtin;

use uuid::Uuid;

use crate::catalogue::Action;

pub(crate) use builtin::BUILT_IN;

/// A built-in role. Shape: Graph's `roleDefinition` with `isBuiltIn` true; it can be duplicated, never changed.
#[derive(Clone, Copy, Debug)]
pub struct BuiltIn {
    /// The role definition's id: Intune's own where published, otherwise made from its name.
    pub id: Uuid,
    /// The name the portal shows.
    pub display_name: &'static str,
    /// The portal's description.
    pub description: &'static str,
    /// `allowedResourceActions`, before implications.
    pub allowed: &'static [Action],
    /// `notAllowedResourceActions`.
    pub not_allowed: &'static [Action],
}

impl BuiltIn {
    /// Whether the role holds the action, implications included. What a role denies it does not hold, implied or not.
    #[must_use]
    pub fn holds(&self, action: Action) -> bool {
        holds(self.allowed, self.not_allowed, action)
    }
}

/// Every built-in role, in the order of the catalogue file.
#[must_use]
pub fn built_in() -> &'static [BuiltIn] {
    BUILT_IN
}

/// The built-in role with this id.
#[must_use]
pub fn find(id: Uuid) -> Option<&'static BuiltIn> {
    BUILT_IN.iter().find(|role| role.id == id)
}

pub(crate) fn holds(allowed: &[Action], not_allowed: &[Action], action: Action) -> bool {
    !not_allowed.contains(&action)
        && (allowed.contains(&action) || allowed.iter().any(|held| held.implies().contains(&action)))
}
