//! Terms and conditions and who accepted them (seed, "Intune Data Warehouse Collections").

use super::{REPORTS, WAREHOUSE, date_key, dimension, ended, fact, started};
use crate::{Column, Role, Table};

pub(crate) static TERMS_AND_CONDITIONS: Table = dimension(
    // A collection of one word in both numbers: the type is told apart by its article's heading.
    ("termsAndConditions", "termsAndConditionsEntry"),
    "one version of terms and conditions",
    &["termsAndConditionsKey"],
    &[
        Column::int("termsAndConditionsKey", WAREHOUSE, "The warehouse's key of this version of the terms.")
            .required()
            .role(Role::SurrogateKey),
        Column::text("termsAndConditionsId", REPORTS, "The terms' id; the same in every version.")
            .required()
            .role(Role::NaturalKey),
        Column::int("termsAndConditionsVersion", REPORTS, "Number of the version."),
        Column::text("name", REPORTS, "Name of the terms."),
        Column::text("description", REPORTS, "What the terms are for."),
        Column::text("title", REPORTS, "Title people see."),
        Column::text("summaryOfTerms", REPORTS, "Summary people see."),
        Column::text("termsAndConditionsBodyText", REPORTS, "The whole text people see."),
        Column::bool("isDeleted", WAREHOUSE, "Whether the terms no longer exist.").required(),
        started(),
        ended(),
    ],
    (
        "Intune Data Warehouse Collections, termsAndConditions",
        "The terms a user has to accept before enrolling a device.",
    ),
);

pub(crate) static USER_TERMS_AND_CONDITIONS_ACCEPTANCES: Table = fact(
    ("userTermsAndConditionsAcceptances", "userTermsAndConditionsAcceptance"),
    "one user and one version of terms on one day",
    &["dateKey", "userKey", "termsAndConditionsKey"],
    &[
        date_key(),
        Column::long("userKey", REPORTS, "Key of the version of the user.").required().to("users"),
        Column::int("termsAndConditionsKey", REPORTS, "Key of the version of the terms.")
            .required()
            .to("termsAndConditions"),
        Column::time("acceptedDateTimeUTC", REPORTS, "When the user accepted."),
        Column::time("lastModifiedDateTimeUTC", REPORTS, "When this entry last changed."),
    ],
    (
        "Intune Data Warehouse Collections, userTermsAndConditionsAcceptances",
        "Who accepted which terms when. Somebody who accepts the same version twice in a day is one row, with the \
         last time.",
    ),
);
