//! How configuration profiles fare (seed, "Reference for Policy entities", Device Configuration).
//!
//! How the states are counted is decided in `quarterdeck-warehouse`, module `counting`.

use super::{count, date_key, fact};
use crate::{Column, Table};

pub(super) const DEVICE_COUNTS: &str = "A device counts once in every state that one of its profiles is in: with all \
     profiles succeeded only in succeeded, with one succeeded and one in error in both. The numbers may therefore \
     add up to more than there are devices.";
pub(super) const USER_COUNTS: &str = "A user counts once, in the worst state that one of their profiles is in: \
     error, failed, pending, succeeded. The numbers add up to the users with profiles.";

pub(super) const fn devices(index: usize) -> Column {
    match index {
        0 => count("pending", "Devices with a profile that is pending."),
        1 => count("succeeded", "Devices with a profile that succeeded."),
        2 => count("error", "Devices with a profile in error."),
        _ => count("failed", "Devices with a profile that failed."),
    }
}

pub(super) const fn users(index: usize) -> Column {
    match index {
        0 => count("pending", "Users with a profile that is pending, none in error and none failed."),
        1 => count("succeeded", "Users whose every profile succeeded."),
        2 => count("error", "Users with a profile in error."),
        _ => count("failed", "Users with a profile that failed and none in error."),
    }
}

pub(crate) static DEVICE_CONFIGURATION_PROFILE_DEVICE_ACTIVITIES: Table = fact(
    ("deviceConfigurationProfileDeviceActivities", "deviceConfigurationProfileDeviceActivity"),
    "one day",
    &["dateKey"],
    &[date_key(), devices(0), devices(1), devices(2), devices(3)],
    ("Reference for Policy entities, Device Configuration", DEVICE_COUNTS),
);

pub(crate) static DEVICE_CONFIGURATION_PROFILE_USER_ACTIVITIES: Table = fact(
    ("deviceConfigurationProfileUserActivities", "deviceConfigurationProfileUserActivity"),
    "one day",
    &["dateKey"],
    &[date_key(), users(0), users(1), users(2), users(3)],
    ("Reference for Policy entities, Device Configuration", USER_COUNTS),
);
