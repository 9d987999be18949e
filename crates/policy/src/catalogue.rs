//! The catalogue of operations that can be permitted.
//!
//! The names live in the derived module [`crate::action`]; this is the type they share and the ways to look one up.

use std::fmt;

use crate::action;

/// One permission of the catalogue, for example [`crate::action::ORGANIZATION_READ`].
///
/// Shape: an id of the form `Microsoft.Intune_<Resource>_<Action>` (Graph's `resourceOperation.id`) or
/// `Quarterdeck_<Resource>_<Action>`. It can only be a catalogued one.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Action(&'static str);

/// One row of the catalogue, as Graph's `deviceManagement/resourceOperations` lists it.
#[derive(Clone, Copy, Debug)]
pub struct Operation {
    /// The permission itself.
    pub action: Action,
    /// The portal's category, for example "Managed devices".
    pub resource_name: &'static str,
    /// The portal's words for the action, for example "Set primary user".
    pub action_name: &'static str,
}

impl Action {
    pub(crate) const fn named(id: &'static str) -> Self {
        Self(id)
    }

    /// The id as it travels on the wire and is stored in custom roles.
    #[must_use]
    pub const fn id(self) -> &'static str {
        self.0
    }

    /// The catalogued action with this id, if there is one.
    #[must_use]
    pub fn find(id: &str) -> Option<Self> {
        Self::all().map(|operation| operation.action).find(|action| action.0 == id)
    }

    /// Every operation: Intune's catalogue in portal order, then Quarterdeck's own.
    pub fn all() -> impl Iterator<Item = &'static Operation> {
        action::INTUNE.iter().chain(action::QUARTERDECK)
    }

    /// The middle part of the id: `ManagedDevices` in `Microsoft.Intune_ManagedDevices_Read`.
    #[must_use]
    pub fn resource(self) -> &'static str {
        self.0.split('_').nth(1).unwrap_or_default()
    }

    /// The last part of the id: `Read` in `Microsoft.Intune_ManagedDevices_Read`.
    #[must_use]
    pub fn verb(self) -> &'static str {
        self.0.split('_').nth(2).unwrap_or_default()
    }

    /// Whether the action only shows things. Secrets that happen to be read (BIOS and local passwords) do not count:
    /// a reader role must not reveal them.
    #[must_use]
    pub fn only_reads(self) -> bool {
        matches!(self.verb(), "Read" | "ViewReports" | "ReadAccessPolicy")
    }

    /// Whether the action is done *to* someone, so that the same assignment must cover that user or device: `Assign`
    /// permissions, remote tasks and the Remote Help modes. Rights of this kind do not pool over assignments.
    #[must_use]
    pub fn is_target_bound(self) -> bool {
        self.verb() == "Assign" || matches!(self.resource(), "RemoteTasks" | "RemoteAssistanceApp")
    }

    /// What else is held by whoever holds this action (Remote Help: full control shows the screen too).
    #[must_use]
    pub fn implies(self) -> &'static [Action] {
        action::IMPLIED.iter().find(|(holder, _)| *holder == self).map_or(&[], |(_, implied)| implied)
    }
}

impl fmt::Debug for Action {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

impl fmt::Display for Action {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}
