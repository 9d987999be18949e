//! All tables, in the order of the service document.

mod dates;
mod device_property_histories;
mod devices;
mod enrollment;
mod management;
mod mobile_apps;
mod user_device_associations;
mod users;

use crate::{Column, Const, Kind, Role, Row, Shown, Table};

pub(crate) const ALL: &[&Table] = &[
    &mobile_apps::APP_TYPES,
    &management::COMPLIANCE_STATES,
    &dates::DATES,
    &management::DEVICE_CATEGORIES,
    &enrollment::DEVICE_ENROLLMENT_TYPES,
    &device_property_histories::DEVICE_PROPERTY_HISTORIES,
    &enrollment::DEVICE_REGISTRATION_STATES,
    &management::DEVICE_TYPES,
    &devices::DEVICES,
    &enrollment::ENROLLMENT_EVENT_STATUSES,
    &enrollment::ENROLLMENT_FAILURE_CATEGORIES,
    &enrollment::ENROLLMENT_FAILURE_REASONS,
    &management::INTUNE_MANAGEMENT_EXTENSION_HEALTH_STATES,
    &mobile_apps::MAM_DEVICE_HEALTHS,
    &mobile_apps::MAM_PLATFORMS,
    &management::MANAGEMENT_AGENT_TYPES,
    &management::MANAGEMENT_STATES,
    &mobile_apps::MOBILE_APP_INSTALL_STATES,
    &management::OWNER_TYPES,
    &management::POLICY_PLATFORM_TYPES,
    &management::POLICY_TYPES,
    &user_device_associations::USER_DEVICE_ASSOCIATIONS,
    &users::USERS,
    &mobile_apps::VPP_PROGRAM_TYPES,
];

/// Where the rows of an enumeration come from.
const CATALOGUE: &str = "catalogue";

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
    Table {
        name: names.0,
        entity: names.1,
        kind: Kind::Enumeration,
        grain: "one value",
        retention_days: None,
        shown: Shown::Always,
        key,
        sort: key,
        columns,
        rows,
        source: about.0,
        doc: about.1,
    }
}
