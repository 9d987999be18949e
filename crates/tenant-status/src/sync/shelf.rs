//! What runs bring, page by page, as the other side tells it; and where it is kept.

use std::future::Future;
use std::pin::Pin;

use jiff::Timestamp;
use serde::{Deserialize, Deserializer};
use serde_json::Value;
use store::TenantId;
use uuid::Uuid;

/// Graph writes the first instant of its calendar where there is none.
const NO_INSTANT_BEFORE: Timestamp = Timestamp::UNIX_EPOCH;

/// A Windows Autopilot device identity, in Graph's words (v1.0, and the profile's state of beta).
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct AutopilotIdentity {
    pub id: Uuid,
    pub serial_number: Option<String>,
    pub group_tag: Option<String>,
    pub purchase_order_identifier: Option<String>,
    pub product_key: Option<String>,
    pub manufacturer: Option<String>,
    pub model: Option<String>,
    pub enrollment_state: Option<String>,
    #[serde(deserialize_with = "instant")]
    pub last_contacted_date_time: Option<Timestamp>,
    /// Kept as the person of this name, when that one is known here.
    pub user_principal_name: Option<String>,
    pub resource_name: Option<String>,
    pub sku_number: Option<String>,
    pub system_family: Option<String>,
    pub azure_active_directory_device_id: Option<String>,
    pub managed_device_id: Option<String>,
    pub display_name: Option<String>,
    pub deployment_profile_assignment_status: Option<String>,
    #[serde(deserialize_with = "instant")]
    pub deployment_profile_assigned_date_time: Option<Timestamp>,
    /// Why it is gone, if it is.
    #[serde(rename = "@removed")]
    pub removed: Option<Value>,
}

/// A device of the organisation, in the words of Apple's device-assignment service. Who assigned it is left out: that is
/// a person's address.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct AppleDevice {
    pub serial_number: String,
    pub model: Option<String>,
    pub description: Option<String>,
    pub color: Option<String>,
    pub asset_tag: Option<String>,
    /// `iOS`, `OSX`, `tvOS`.
    pub os: Option<String>,
    /// `iPad`, `iPhone`, `Mac` …
    pub device_family: Option<String>,
    /// `empty`, `assigned`, `pushed`, `removed`.
    pub profile_status: Option<String>,
    pub profile_uuid: Option<String>,
    #[serde(deserialize_with = "instant")]
    pub profile_assign_time: Option<Timestamp>,
    #[serde(deserialize_with = "instant")]
    pub profile_push_time: Option<Timestamp>,
    #[serde(deserialize_with = "instant")]
    pub device_assigned_date: Option<Timestamp>,
    /// `added`, `modified`, `deleted`; none where everything is read.
    pub op_type: Option<String>,
}

impl AppleDevice {
    /// Whether the organisation has it no more.
    pub fn is_deleted(&self) -> bool {
        self.op_type.as_deref() == Some("deleted")
    }

    /// Graph's `platform`.
    pub fn platform(&self) -> &'static str {
        match (self.os.as_deref().unwrap_or_default(), self.device_family.as_deref().unwrap_or_default()) {
            ("iOS", _) | (_, "iPad" | "iPhone" | "iPod") => "ios",
            ("OSX", _) | (_, "Mac") => "macOS",
            _ => "unknown",
        }
    }
}

/// A bought app or book, in the words of Apple's App and Book Management API. One with unlimited licences has no counts.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Asset {
    pub adam_id: String,
    /// `STDQ` or `PLUS`.
    pub pricing_param: Option<String>,
    /// `App` or `Book`.
    pub product_type: Option<String>,
    pub total_count: Option<u32>,
    pub assigned_count: u32,
    pub available_count: Option<u32>,
    pub retired_count: u32,
    pub device_assignable: bool,
    pub revocable: bool,
    pub supported_platforms: Vec<String>,
}

/// One page of one kind.
#[derive(Clone, Debug, PartialEq)]
pub enum Page {
    Autopilot(Vec<AutopilotIdentity>),
    AppleDevices(Vec<AppleDevice>),
    Assets(Vec<Asset>),
}

/// What is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shelved {
    Autopilot,
    AppleDevices,
    Assets,
}

/// Whose run brings it, and when that began.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bringer {
    pub tenant: TenantId,
    pub instance: Uuid,
    pub at: Timestamp,
}

/// How many there are after a run, and how many it took away because they were not told any more.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Kept {
    pub n_kept: u64,
    pub n_removed: u64,
}

/// Keeping on its way; an error is for people.
pub type Shelving<'a, T> = Pin<Box<dyn Future<Output = Result<T, String>> + Send + 'a>>;

/// Where it is kept. A page is kept whole or not at all, and may come twice. Answers how many the page took away.
pub trait Shelf: Send + Sync + 'static {
    fn put(&self, by: Bringer, page: Page) -> Shelving<'_, u64>;

    /// After the last page. When everything was told (`is_whole`), what was not told in this run goes.
    fn close(&self, by: Bringer, what: Shelved, is_whole: bool) -> Shelving<'_, Kept>;
}

/// An instant, or none where the text is no instant or stands for none: a list is not refused for it.
fn instant<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Timestamp>, D::Error> {
    let text = Option::<String>::deserialize(from)?;
    let at = text.and_then(|text| text.parse::<Timestamp>().ok());
    Ok(at.filter(|at| *at > NO_INSTANT_BEFORE))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_others_tell_is_read_as_far_as_it_can_be() {
        let told = json!({ "id": "00000000-0000-0000-0000-000000000001", "serialNumber": "S",
            "lastContactedDateTime": "0001-01-01T00:00:00Z",
            "deploymentProfileAssignedDateTime": "2026-11-20T10:00:00+01:00", "somethingNew": 1 });
        let read: AutopilotIdentity = serde_json::from_value(told).expect("it is read");
        assert_eq!(read.last_contacted_date_time, None, "the first instant stands for none");
        assert_eq!(
            read.deployment_profile_assigned_date_time.map(|at| at.to_string()).as_deref(),
            Some("2026-11-20T09:00:00Z")
        );
        let told = json!({ "serial_number": "A", "profile_assign_time": "soon", "os": "OSX" });
        let read: AppleDevice = serde_json::from_value(told).expect("it is read");
        assert_eq!((read.profile_assign_time, read.platform(), read.is_deleted()), (None, "macOS", false));
        let family =
            |family: &str| AppleDevice { device_family: Some(family.to_owned()), ..AppleDevice::default() };
        assert_eq!((family("iPad").platform(), family("AppleTV").platform()), ("ios", "unknown"));
    }
}
