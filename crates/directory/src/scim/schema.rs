//! What a SCIM attribute is, and the schemas of users and groups, declared once: from them come the `/Schemas` documents,
//! the checking of input, and what filters and paths may name. Source: RFC 7643 §2, §4, §8.7.

mod group;
mod user;

use serde_json::{Value, json};

pub(crate) use group::GROUP;
pub(crate) use user::{ENTERPRISE, USER};

/// The type of an attribute's values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Text,
    Flag,
    Reference(&'static [&'static str]),
    Complex(&'static [Attribute]),
    Time,
}

/// Who may change it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mutability {
    ReadWrite,
    ReadOnly,
    Immutable,
}

/// One attribute, or one part of a complex one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Attribute {
    pub(crate) name: &'static str,
    pub(crate) kind: Kind,
    pub(crate) description: &'static str,
    pub(crate) is_multi: bool,
    pub(crate) is_required: bool,
    pub(crate) is_case_exact: bool,
    pub(crate) mutability: Mutability,
    /// RFC 7643 §7: none or server.
    pub(crate) is_unique: bool,
    pub(crate) canonical: &'static [&'static str],
}

impl Attribute {
    pub(crate) const fn new(name: &'static str, kind: Kind, description: &'static str) -> Attribute {
        Attribute {
            name,
            kind,
            description,
            is_multi: false,
            is_required: false,
            is_case_exact: matches!(kind, Kind::Reference(_)),
            mutability: Mutability::ReadWrite,
            is_unique: false,
            canonical: &[],
        }
    }

    pub(crate) const fn text(name: &'static str, description: &'static str) -> Attribute {
        Attribute::new(name, Kind::Text, description)
    }

    pub(crate) const fn multi(self) -> Attribute {
        Attribute { is_multi: true, ..self }
    }

    pub(crate) const fn required(self) -> Attribute {
        Attribute { is_required: true, ..self }
    }

    pub(crate) const fn exact(self) -> Attribute {
        Attribute { is_case_exact: true, ..self }
    }

    pub(crate) const fn unique(self) -> Attribute {
        Attribute { is_unique: true, ..self }
    }

    pub(crate) const fn mutable(self, mutability: Mutability) -> Attribute {
        Attribute { mutability, ..self }
    }

    pub(crate) const fn one_of(self, canonical: &'static [&'static str]) -> Attribute {
        Attribute { canonical, ..self }
    }

    /// The parts of a complex attribute.
    pub(crate) fn parts(&self) -> &'static [Attribute] {
        if let Kind::Complex(parts) = self.kind { parts } else { &[] }
    }

    pub(crate) fn part(&self, name: &str) -> Option<&'static Attribute> {
        find(self.parts(), name)
    }

    fn document(&self) -> Value {
        let kind = match self.kind {
            Kind::Text => "string",
            Kind::Flag => "boolean",
            Kind::Reference(_) => "reference",
            Kind::Complex(_) => "complex",
            Kind::Time => "dateTime",
        };
        let mutability = match self.mutability {
            Mutability::ReadWrite => "readWrite",
            Mutability::ReadOnly => "readOnly",
            Mutability::Immutable => "immutable",
        };
        let mut document = json!({
            "name": self.name,
            "type": kind,
            "multiValued": self.is_multi,
            "description": self.description,
            "required": self.is_required,
            "caseExact": self.is_case_exact,
            "mutability": mutability,
            "returned": "default",
            "uniqueness": if self.is_unique { "server" } else { "none" },
        });
        if !self.canonical.is_empty() {
            document["canonicalValues"] = json!(self.canonical);
        }
        match self.kind {
            Kind::Reference(types) => document["referenceTypes"] = json!(types),
            Kind::Complex(parts) => {
                document["subAttributes"] = parts.iter().map(Attribute::document).collect();
            }
            _ => {}
        }
        document
    }
}

/// The attribute of this name, in any case: names are not case-sensitive (RFC 7643 §2.1).
pub(crate) fn find(attributes: &'static [Attribute], name: &str) -> Option<&'static Attribute> {
    attributes.iter().find(|attribute| attribute.name.eq_ignore_ascii_case(name))
}

/// A schema: a URN and its attributes.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Schema {
    pub(crate) urn: &'static str,
    pub(crate) name: &'static str,
    pub(crate) description: &'static str,
    pub(crate) attributes: &'static [Attribute],
}

impl Schema {
    /// As `/Schemas` shows it.
    pub(crate) fn document(&self, root: &str) -> Value {
        json!({
            "schemas": ["urn:ietf:params:scim:schemas:core:2.0:Schema"],
            "id": self.urn,
            "name": self.name,
            "description": self.description,
            "attributes": self.attributes.iter().map(Attribute::document).collect::<Value>(),
            "meta": { "resourceType": "Schema", "location": format!("{root}/Schemas/{}", self.urn) },
        })
    }
}

/// A type of resource: users or groups.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct ResourceType {
    pub(crate) name: &'static str,
    /// Begins with `/`.
    pub(crate) endpoint: &'static str,
    pub(crate) core: &'static Schema,
    pub(crate) extension: Option<&'static Schema>,
}

pub(crate) static USERS: ResourceType =
    ResourceType { name: "User", endpoint: "/Users", core: &USER, extension: Some(&ENTERPRISE) };
pub(crate) static GROUPS: ResourceType =
    ResourceType { name: "Group", endpoint: "/Groups", core: &GROUP, extension: None };

impl ResourceType {
    /// As `/ResourceTypes` shows it.
    pub(crate) fn document(&self, root: &str) -> Value {
        let extensions =
            self.extension.iter().map(|schema| json!({ "schema": schema.urn, "required": false }));
        json!({
            "schemas": ["urn:ietf:params:scim:schemas:core:2.0:ResourceType"],
            "id": self.name,
            "name": self.name,
            "description": self.core.description,
            "endpoint": self.endpoint,
            "schema": self.core.urn,
            "schemaExtensions": extensions.collect::<Value>(),
            "meta": { "resourceType": "ResourceType", "location": format!("{root}/ResourceTypes/{}", self.name) },
        })
    }
}

/// What every resource has besides its schemas' attributes (RFC 7643 §3.1).
pub(crate) const COMMON: &[Attribute] = &[
    Attribute::text("id", "The resource's id").exact().mutable(Mutability::ReadOnly),
    Attribute::text("externalId", "The id at the provisioning side").exact(),
    Attribute::new("meta", Kind::Complex(META), "When and where").mutable(Mutability::ReadOnly),
    Attribute::text("schemas", "The schemas").multi().exact().mutable(Mutability::ReadOnly),
];

const META: &[Attribute] = &[
    Attribute::text("resourceType", "User or Group").exact(),
    Attribute::new("created", Kind::Time, "When it was made"),
    Attribute::new("lastModified", Kind::Time, "When it was last changed"),
    Attribute::new("location", Kind::Reference(&["uri"]), "Where it is"),
    Attribute::text("version", "Its entity tag").exact(),
];
