//! Groups (RFC 7643 §4.2). Their members are users: groups in groups are not kept.

use super::{Attribute, Kind, Mutability, Schema};

pub(crate) static GROUP: Schema = Schema {
    urn: "urn:ietf:params:scim:schemas:core:2.0:Group",
    name: "Group",
    description: "People who belong together",
    attributes: &[
        Attribute::text("displayName", "The group's name").required(),
        Attribute::new("members", Kind::Complex(MEMBER), "The people in it").multi(),
    ],
};

const MEMBER: &[Attribute] = &[
    Attribute::text("value", "The person's id").exact().mutable(Mutability::Immutable),
    Attribute::new("$ref", Kind::Reference(&["User"]), "Where the person is").mutable(Mutability::Immutable),
    Attribute::text("type", "User: the only kind of member").one_of(&["User"]).mutable(Mutability::Immutable),
];
