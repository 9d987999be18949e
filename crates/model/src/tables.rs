//! All tables, in the order of the service document.

mod apps;
mod compliance;
mod current_users;
mod dates;
mod device_property_histories;
mod devices;
mod enrollment;
mod extension;
mod failures;
mod inventory;
mod mam;
mod mam_policies;
mod management;
mod mobile_apps;
mod policies;
mod policy_types;
mod profiles;
mod removed;
mod terms;
mod user_device_associations;
mod users;

use crate::{Column, Const, Kind, Role, Row, Shown, Table};

pub(crate) const ALL: &[&Table] = &[
    &apps::APP_REVISIONS,
    &mobile_apps::APP_TYPES,
    &apps::APPLICATION_INVENTORIES,
    &removed::CLIENT_REGISTRATION_STATE_TYPES,
    &compliance::COMPLIANCE_POLICY_STATUS_DEVICE_ACTIVITIES,
    &compliance::COMPLIANCE_POLICY_STATUS_DEVICE_PER_POLICY_ACTIVITIES,
    &management::COMPLIANCE_STATES,
    &current_users::CURRENT_USERS,
    &dates::DATES,
    &management::DEVICE_CATEGORIES,
    &profiles::DEVICE_CONFIGURATION_PROFILE_DEVICE_ACTIVITIES,
    &profiles::DEVICE_CONFIGURATION_PROFILE_USER_ACTIVITIES,
    &enrollment::DEVICE_ENROLLMENT_TYPES,
    &device_property_histories::DEVICE_PROPERTY_HISTORIES,
    &enrollment::DEVICE_REGISTRATION_STATES,
    &management::DEVICE_TYPES,
    &devices::DEVICES,
    &enrollment::ENROLLMENT_ACTIVITIES,
    &failures::ENROLLMENT_EVENT_STATUSES,
    &failures::ENROLLMENT_FAILURE_CATEGORIES,
    &failures::ENROLLMENT_FAILURE_REASONS,
    &removed::ENROLLMENT_TYPES,
    &extension::INTUNE_MANAGEMENT_EXTENSION_HEALTH_STATES,
    &extension::INTUNE_MANAGEMENT_EXTENSION_VERSIONS,
    &extension::INTUNE_MANAGEMENT_EXTENSIONS,
    &mam::MAM_APPLICATION_INSTANCES,
    &mam::MAM_APPLICATIONS,
    &mam::MAM_CHECKINS,
    &mobile_apps::MAM_DEVICE_HEALTHS,
    &mam_policies::MAM_EFFECTIVE_POLICIES,
    &mam_policies::MAM_GLOBAL_APPLICATIONS,
    &mobile_apps::MAM_PLATFORMS,
    &mam_policies::MAM_POLICIES,
    &mam_policies::MAM_POLICY_TYPES,
    &management::MANAGEMENT_AGENT_TYPES,
    &management::MANAGEMENT_STATES,
    &inventory::MDM_DEVICE_INVENTORY_HISTORIES,
    &removed::MDM_STATUSES,
    &apps::MOBILE_APP_DEVICE_USER_INSTALL_STATUSES,
    &mobile_apps::MOBILE_APP_INSTALL_STATES,
    &apps::MOBILE_APP_INSTALL_STATUS_COUNTS,
    &management::OWNER_TYPES,
    &policies::POLICIES,
    &policies::POLICY_DEVICE_ACTIVITIES,
    &policies::POLICY_PLATFORM_TYPES,
    &policies::POLICY_TYPE_ACTIVITIES,
    &policy_types::POLICY_TYPE_CATEGORIES,
    &policy_types::POLICY_TYPES,
    &policies::POLICY_USER_ACTIVITIES,
    &terms::TERMS_AND_CONDITIONS,
    &user_device_associations::USER_DEVICE_ASSOCIATIONS,
    &terms::USER_TERMS_AND_CONDITIONS_ACCEPTANCES,
    &users::USERS,
    &mobile_apps::VPP_PROGRAM_TYPES,
    &removed::WORK_PLACE_JOIN_STATE_TYPES,
];

/// Where the rows of an enumeration come from.
const CATALOGUE: &str = "catalogue";
/// What the warehouse works out itself.
const WAREHOUSE: &str = "warehouse";
/// Reports about policies, apps and the like: nothing brings them yet, and the tables are served empty.
const REPORTS: &str = "no source yet";
/// Most tables of facts hold this many days (seed, "Microsoft Intune Data Warehouse data model").
const FACT_DAYS: Option<u16> = Some(30);

const fn id_column(name: &'static str, doc: &'static str) -> Column {
    Column::int(name, CATALOGUE, doc).required().role(Role::NaturalKey)
}

const fn text_id_column(name: &'static str, doc: &'static str) -> Column {
    Column::text(name, CATALOGUE, doc).required().role(Role::NaturalKey)
}

const fn key_column(name: &'static str, doc: &'static str) -> Column {
    Column::int(name, CATALOGUE, doc).required().role(Role::SurrogateKey)
}

const fn name_column(name: &'static str, doc: &'static str) -> Column {
    Column::text(name, CATALOGUE, doc).required()
}

const fn date_key() -> Column {
    Column::int("dateKey", WAREHOUSE, "The day: yyyymmdd.").required().to("dates")
}

/// A number of devices, users or events.
const fn count(name: &'static str, doc: &'static str) -> Column {
    Column::int(name, REPORTS, doc).required().role(Role::Measure)
}

const fn row_modified(source: &'static str) -> Column {
    Column::time("rowLastModifiedDateTimeUTC", source, "When the warehouse last wrote this row differently.")
        .required()
        .role(Role::Lifetime)
}

/// The lifetime columns of tables that begin a new row for each change (decision 19 in docs/warehouse.md).
const REPLACED_DOC: &str =
    "Whether this row was replaced by a newer one of the same thing, or the thing is gone.";

const fn replaced() -> Column {
    Column::bool("isDeleted", WAREHOUSE, REPLACED_DOC).required()
}

const fn started() -> Column {
    Column::time("startDateInclusiveUTC", WAREHOUSE, "First day of this row.").required().role(Role::Lifetime)
}

const fn deleted() -> Column {
    Column::time("deletedDateUTC", WAREHOUSE, "When isDeleted became true; null before.").role(Role::Lifetime)
}

const fn ended() -> Column {
    Column::time(
        "endDateExclusiveUTC",
        WAREHOUSE,
        "First day after this row's time; 9999-12-31 while it lasts.",
    )
    .required()
    .role(Role::Lifetime)
}

/// A row of an enumeration whose cells are literals.
const fn row(cells: &'static [Const], doc: &'static str) -> Row {
    Row { cells, doc }
}

/// An enumeration: its key is its natural id unless it has none.
const fn enumeration(
    names: (&'static str, &'static str),
    key: &'static [&'static str],
    columns: &'static [Column],
    rows: &'static [Row],
    about: (&'static str, &'static str),
) -> Table {
    Table { rows, ..table(Kind::Enumeration, names, "one value", key, columns, about) }
}

/// A table of things.
const fn dimension(
    names: (&'static str, &'static str),
    grain: &'static str,
    key: &'static [&'static str],
    columns: &'static [Column],
    about: (&'static str, &'static str),
) -> Table {
    table(Kind::Dimension, names, grain, key, columns, about)
}

/// A table of measurements, kept for [`FACT_DAYS`].
const fn fact(
    names: (&'static str, &'static str),
    grain: &'static str,
    key: &'static [&'static str],
    columns: &'static [Column],
    about: (&'static str, &'static str),
) -> Table {
    Table { retention_days: FACT_DAYS, ..table(Kind::Fact, names, grain, key, columns, about) }
}

const fn table(
    kind: Kind,
    names: (&'static str, &'static str),
    grain: &'static str,
    key: &'static [&'static str],
    columns: &'static [Column],
    about: (&'static str, &'static str),
) -> Table {
    Table {
        name: names.0,
        entity: names.1,
        kind,
        grain,
        retention_days: None,
        shown: Shown::Always,
        key,
        sort: key,
        columns,
        rows: &[],
        source: about.0,
        doc: about.1,
    }
}
