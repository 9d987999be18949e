//! Users: the core schema (RFC 7643 §4.1) without passwords, entitlements, roles and certificates, which are not kept,
//! and the enterprise extension (§4.3).

use super::{Attribute, Kind, Mutability, Schema};

const fn text(name: &'static str, description: &'static str) -> Attribute {
    Attribute::text(name, description)
}

pub(crate) static USER: Schema = Schema {
    urn: "urn:ietf:params:scim:schemas:core:2.0:User",
    name: "User",
    description: "A person who may sign in or have devices",
    attributes: &[
        text("userName", "The user principal name: what the person signs in with").required().unique(),
        Attribute::new("name", Kind::Complex(NAME), "The parts of the person's name"),
        text("displayName", "The name shown to others"),
        text("nickName", "What the person likes to be called"),
        Attribute::new("profileUrl", Kind::Reference(&["external"]), "A page about the person"),
        text("title", "The person's title at work"),
        text("userType", "How the person belongs to the organisation: employee, contractor"),
        text("preferredLanguage", "A language tag, or several as in Accept-Language"),
        text("locale", "A language tag, for dates and numbers"),
        text("timezone", "A time zone of the IANA database: Europe/Amsterdam"),
        Attribute::new("active", Kind::Flag, "Whether the person may sign in"),
        Attribute::new("emails", Kind::Complex(EMAIL), "Mail addresses; the primary one is shown").multi(),
        Attribute::new("phoneNumbers", Kind::Complex(PHONE), "Telephone numbers").multi(),
        Attribute::new("addresses", Kind::Complex(ADDRESS), "Postal addresses").multi(),
        Attribute::new("groups", Kind::Complex(GROUPS), "The groups the person is in")
            .multi()
            .mutable(Mutability::ReadOnly),
    ],
};

const NAME: &[Attribute] = &[
    text("formatted", "The whole name"),
    text("familyName", "The family name"),
    text("givenName", "The given name"),
    text("middleName", "Middle names"),
    text("honorificPrefix", "What comes before the name: Dr."),
    text("honorificSuffix", "What comes after the name: III"),
];

const PRIMARY: Attribute =
    Attribute::new("primary", Kind::Flag, "Whether it is the one to use; at most one is");

const EMAIL: &[Attribute] = &[
    text("value", "The mail address"),
    text("display", "How it is shown"),
    text("type", "What it is for").one_of(&["work", "home", "other"]),
    PRIMARY,
];

const PHONE: &[Attribute] = &[
    text("value", "The telephone number"),
    text("display", "How it is shown"),
    text("type", "What it is for").one_of(&["work", "home", "mobile", "fax", "pager", "other"]),
    PRIMARY,
];

const ADDRESS: &[Attribute] = &[
    text("formatted", "The whole address, as on an envelope"),
    text("streetAddress", "Street and number"),
    text("locality", "City"),
    text("region", "State or province"),
    text("postalCode", "Postal code"),
    text("country", "Country, ISO 3166-1 alpha-2"),
    text("type", "What it is for").one_of(&["work", "home", "other"]),
    PRIMARY,
];

const GROUPS: &[Attribute] = &[
    text("value", "The group's id").exact().mutable(Mutability::ReadOnly),
    Attribute::new("$ref", Kind::Reference(&["Group"]), "Where the group is").mutable(Mutability::ReadOnly),
    text("display", "The group's name").mutable(Mutability::ReadOnly),
    text("type", "How the person is in it").one_of(&["direct"]).mutable(Mutability::ReadOnly),
];

pub(crate) static ENTERPRISE: Schema = Schema {
    urn: "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User",
    name: "EnterpriseUser",
    description: "A person at work",
    attributes: &[
        text("employeeNumber", "The number the organisation gave the person"),
        text("costCenter", "Who pays"),
        text("organization", "The organisation's name"),
        text("division", "The division's name"),
        text("department", "The department's name"),
        Attribute::new("manager", Kind::Complex(MANAGER), "Whom the person answers to"),
    ],
};

const MANAGER: &[Attribute] = &[
    text("value", "The manager's id"),
    Attribute::new("$ref", Kind::Reference(&["User"]), "Where the manager is"),
    text("displayName", "The manager's name").mutable(Mutability::ReadOnly),
];
