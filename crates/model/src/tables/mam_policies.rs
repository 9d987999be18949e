//! App protection policies: tables of beta (seed, "Reference for mobile app management (MAM) entities", and the
//! change log of the data warehouse).

use super::mobile_apps::WRITTEN;
use super::{
    CATALOGUE, REPORTS, WAREHOUSE, deleted, dimension, enumeration, id_column, key_column, name_column,
    replaced, row, row_modified, started,
};
use crate::Const::{Int, Text};
use crate::{Column, Role, Shown, Table};

pub(crate) static MAM_EFFECTIVE_POLICIES: Table = dimension(
    ("mamEffectivePolicies", "mamEffectivePolicy"),
    "one policy that is part of one effective policy",
    &["effectivePolicyKey", "realPolicyKey"],
    &[
        Column::int("effectivePolicyKey", WAREHOUSE, "The warehouse's key of the effective policy.")
            .required()
            .role(Role::SurrogateKey),
        Column::int("realPolicyKey", REPORTS, "Key of a policy that somebody wrote.")
            .required()
            .to("mamPolicies"),
        Column::time("rowCreatedDateTimeUTC", WAREHOUSE, "When the warehouse wrote this row.")
            .required()
            .role(Role::Lifetime),
    ],
    (
        "Reference for mobile app management entities, mamEffectivePolicies",
        "Which policies merged into the one that took effect for an app and a user.",
    ),
)
.shown(Shown::Beta);

pub(crate) static MAM_POLICIES: Table = dimension(
    ("mamPolicies", "mamPolicy"),
    "one version of an app protection policy",
    &["policyKey"],
    &[
        Column::int("policyKey", WAREHOUSE, "The warehouse's key of the policy.")
            .required()
            .role(Role::SurrogateKey),
        Column::text("policyId", REPORTS, "The policy's id.").required().role(Role::NaturalKey),
        Column::text("name", REPORTS, "Name of the policy."),
        Column::text("description", REPORTS, "What the policy is for."),
        Column::int("platformKey", REPORTS, "Key of the platform.").to("mamPlatforms"),
        Column::int("policyTypeKey", REPORTS, "Key of the kind of policy.").to("mamPolicyTypes"),
        replaced(),
        started(),
        deleted(),
        row_modified(WAREHOUSE),
    ],
    ("Wire model of beta, recorded 2017-11", "App protection policies. Keep the rows with isDeleted false."),
)
.shown(Shown::Beta);

pub(crate) static MAM_POLICY_TYPES: Table = enumeration(
    ("mamPolicyTypes", "mamPolicyType"),
    &["policyTypeKey"],
    &[
        key_column("policyTypeKey", "The warehouse's key of the kind of policy."),
        id_column("policyType", "Number of the kind of policy."),
        name_column("policyTypeName", "Name of the kind of policy."),
        row_modified(CATALOGUE),
    ],
    &[
        row(&[Int(-1), Int(-1), Text("Not Available"), WRITTEN], "The kind of policy is unavailable."),
        row(
            &[Int(1), Int(0), Text("Protection"), WRITTEN],
            "What an app may do with the organisation's data.",
        ),
        row(&[Int(2), Int(1), Text("Configuration"), WRITTEN], "Settings an app reads."),
    ],
    (
        "Wire model of beta, recorded 2017-11; the values are this warehouse's own",
        "Kinds of app protection policies.",
    ),
)
.shown(Shown::Beta);

pub(crate) static MAM_GLOBAL_APPLICATIONS: Table = dimension(
    ("mamGlobalApplications", "mamGlobalApplication"),
    "one version of a public app that can be protected",
    &["mamApplicationKey"],
    &[
        Column::int("mamApplicationKey", WAREHOUSE, "The warehouse's key of the app.")
            .required()
            .role(Role::SurrogateKey),
        Column::text("mamApplicationName", REPORTS, "Name of the app."),
        Column::text("mamApplicationId", REPORTS, "The app's id.").required().role(Role::NaturalKey),
        replaced(),
        started(),
        deleted(),
        row_modified(WAREHOUSE),
    ],
    (
        "Change log of the data warehouse; columns as mamApplications",
        "Apps from public stores that can be protected.",
    ),
)
.shown(Shown::Beta);
