//! The people of today, one row for each (seed, "Reference for User entity", next steps).

use super::{WAREHOUSE, dimension, row_modified};
use crate::{Column, Role, Shown, Table};

pub(crate) static CURRENT_USERS: Table = dimension(
    ("currentUsers", "currentUser"),
    "one person who has a licence today",
    &["userId"],
    &[
        Column::text("userId", "directory_user.id", "The user's id.")
            .required()
            .role(Role::NaturalKey)
            .pseudonym(),
        Column::long("userKey", WAREHOUSE, "Key of the current version of the user in users.")
            .required()
            .to("users"),
        Column::text("userEmail", "directory_user.mail", "Mail address of the user.").personal(),
        Column::text("userPrincipalName", "directory_user.user_principal_name", "Name the user signs in with.")
            .personal(),
        Column::text("displayName", "directory_user.display_name", "Name of the user.").personal(),
        Column::bool("intuneLicensed", "user_licence", "Whether the user has a licence.").required(),
        row_modified(WAREHOUSE),
    ],
    (
        "Reference for User entity; User lifetime representation",
        "Everybody who has a licence today: the rows of users with isCurrent true and isDeleted false, so that a \
         person's id leads to one row.",
    ),
)
.shown(Shown::Beta);
