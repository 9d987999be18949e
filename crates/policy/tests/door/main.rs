//! The door, tried from outside the crate: the committed matrix, the seed's rules, and laws that hold for any caller.

mod laws;
mod matrix;
mod rules;

use policy::{Action, Assignment, Caller, Held, Kind, Scope};
use uuid::Uuid;

/// A user with one directory role or none, and these assignments.
fn user(directory_roles: &[Uuid], assignments: Vec<Assignment>) -> Caller {
    Caller {
        tenant: Uuid::from_u128(1),
        kind: Kind::User { id: Uuid::from_u128(2), directory_roles: directory_roles.to_vec(), assignments },
        delegated: None,
    }
}

fn custom(allowed: &[Action], scope: Scope) -> Assignment {
    let held = Held::Custom { allowed: allowed.to_vec(), not_allowed: Vec::new() };
    Assignment { id: Uuid::from_u128(3), held, scope }
}

fn built_in(id: Uuid, scope: Scope) -> Assignment {
    Assignment { id: Uuid::from_u128(3), held: Held::BuiltIn(id), scope }
}

fn role_named(name: &str) -> Uuid {
    policy::role::built_in().iter().find(|role| role.display_name == name).expect("a built-in role").id
}
