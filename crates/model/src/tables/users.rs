//! The table of users, one row per version of a user (seed, "Reference for User entity" and "User lifetime").

use crate::{Column, Kind, Role, Shown, Table};

const W: &str = "warehouse";

pub(crate) static USERS: Table = Table {
    name: "users",
    entity: "user",
    kind: Kind::Dimension,
    grain: "one version of a user: a new row begins whenever the user changes, leaves or returns",
    retention_days: None,
    shown: Shown::Always,
    key: &["userKey"],
    sort: &["userId", "startDateInclusiveUTC"],
    columns: &[
        Column::long("userKey", W, "The warehouse's key of this version of the user.")
            .required()
            .role(Role::SurrogateKey),
        Column::text("userId", "directory_user.id", "The user's id; the same in every version.")
            .required()
            .role(Role::NaturalKey)
            .pseudonym(),
        Column::text("userEmail", "directory_user.mail", "Mail address of the user.").personal(),
        Column::text(
            "userPrincipalName",
            "directory_user.user_principal_name",
            "Name the user signs in with.",
        )
        .personal(),
        Column::text("displayName", "directory_user.display_name", "Name of the user.").personal(),
        Column::bool("intuneLicensed", "user_licence", "Whether the user has a licence.").required(),
        Column::bool(
            "isDeleted",
            W,
            "Whether the user had lost all licences. It never changes in a row: a new row begins instead.",
        )
        .required(),
        Column::time("rowLastModifiedDateTimeUTC", W, "When the warehouse last wrote this row differently.")
            .required()
            .role(Role::Lifetime),
        Column::text(
            "userName",
            "directory_user.user_principal_name",
            "The part before the @ of the sign-in name.",
        )
        .personal()
        .beta(),
        Column::time("startDateInclusiveUTC", W, "First day of this version.")
            .required()
            .role(Role::Lifetime)
            .beta(),
        Column::time("endDateExclusiveUTC", W, "First day after this version; 9999-12-31 while it lasts.")
            .required()
            .role(Role::Lifetime)
            .beta(),
        Column::bool("isCurrent", W, "Whether this is the newest version of the user.")
            .required()
            .role(Role::Lifetime)
            .beta(),
    ],
    rows: &[],
    source: "Reference for User entity; User lifetime representation",
    doc: "Everybody who has, or once had, a licence. For the people of today keep the rows with isDeleted false \
          and, in beta, isCurrent true.",
};
