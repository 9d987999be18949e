//! The resources a token can be for, the names each is known by, and the permissions each offers.
//!
//! Pure and closed: the catalogue is code. The spelling a client used becomes the token's `aud`; resource servers
//! accept every spelling of themselves. Does not decide who holds a permission.
//! Source: seed 003 (the feed's `https://api.manage.microsoft.com/`, `get_data_warehouse`), identity notes §1.4, §1.7.

use crate::origin::Origin;

/// A protected resource.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Resource {
    /// The data warehouse feed under the names existing clients ask for.
    Warehouse,
    /// This installation: its feed, its management API and its agents' door.
    Quarterdeck,
    /// Microsoft Graph's name, for the Graph-shaped management API.
    Graph,
}

/// Application id of the data warehouse's resource.
pub const WAREHOUSE_APP_ID: &str = "c161e42e-d4df-4a3d-9b42-e7a3c31f59d4";
/// Application id of Microsoft Graph.
pub const GRAPH_APP_ID: &str = "00000003-0000-0000-c000-000000000000";
/// The name of our own API that does not depend on where it runs.
pub const QUARTERDECK_URI: &str = "api://quarterdeck";

const WAREHOUSE_URIS: &[&str] =
    &["https://api.manage.microsoft.com", "https://warehouse.manage.microsoft.com", WAREHOUSE_APP_ID];
const GRAPH_URIS: &[&str] = &["https://graph.microsoft.com", GRAPH_APP_ID];

/// The permission that opens the warehouse feed (seed 003).
pub const GET_DATA_WAREHOUSE: &str = "get_data_warehouse";
/// The permission Power Query asks for.
pub const USER_IMPERSONATION: &str = "user_impersonation";
/// The permission to enrol a device as the signed-in user.
pub const AGENT_ENROLL: &str = "agent.enroll";

const WAREHOUSE_DELEGATED: &[&str] = &[GET_DATA_WAREHOUSE, USER_IMPERSONATION];
const WAREHOUSE_APP: &[&str] = &[GET_DATA_WAREHOUSE];
const GRAPH_APP: &[&str] = &[
    "DeviceManagementApps.Read.All",
    "DeviceManagementApps.ReadWrite.All",
    "DeviceManagementConfiguration.Read.All",
    "DeviceManagementConfiguration.ReadWrite.All",
    "DeviceManagementManagedDevices.PrivilegedOperations.All",
    "DeviceManagementManagedDevices.Read.All",
    "DeviceManagementManagedDevices.ReadWrite.All",
    "DeviceManagementRBAC.Read.All",
    "DeviceManagementRBAC.ReadWrite.All",
    "DeviceManagementServiceConfig.Read.All",
    "DeviceManagementServiceConfig.ReadWrite.All",
    "Directory.Read.All",
    "Directory.ReadWrite.All",
    "Group.Read.All",
    "Group.ReadWrite.All",
    "Organization.Read.All",
    "User.Read.All",
    "User.ReadWrite.All",
];
const SIGNED_IN_USER: &str = "User.Read";

impl Resource {
    /// Every resource.
    pub const ALL: [Resource; 3] = [Resource::Warehouse, Resource::Quarterdeck, Resource::Graph];

    /// The resource a name means, in any of its spellings; one trailing slash is ignored.
    pub fn find(name: &str, origin: &Origin) -> Option<Resource> {
        let name = name.strip_suffix('/').unwrap_or(name);
        Resource::ALL.into_iter().find(|resource| resource.names(origin).contains(&name))
    }

    /// The names of the resource, without trailing slashes.
    pub fn names(self, origin: &Origin) -> Vec<&str> {
        match self {
            Resource::Warehouse => WAREHOUSE_URIS.to_vec(),
            Resource::Graph => GRAPH_URIS.to_vec(),
            Resource::Quarterdeck => vec![QUARTERDECK_URI, origin.as_str()],
        }
    }

    /// Every spelling a token for this resource may carry as `aud`.
    pub fn audiences(self, origin: &Origin) -> Vec<String> {
        self.names(origin).into_iter().flat_map(|name| [name.to_owned(), format!("{name}/")]).collect()
    }

    /// The key under which grants to this resource are stored.
    pub fn key(self) -> &'static str {
        match self {
            Resource::Warehouse => WAREHOUSE_APP_ID,
            Resource::Graph => GRAPH_APP_ID,
            Resource::Quarterdeck => QUARTERDECK_URI,
        }
    }

    /// The resource stored under a key.
    pub fn from_key(key: &str) -> Option<Resource> {
        Resource::ALL.into_iter().find(|resource| resource.key() == key)
    }

    /// Permissions a user can hand to a client (`scp`).
    pub fn delegated_permissions(self) -> Vec<&'static str> {
        match self {
            Resource::Warehouse => WAREHOUSE_DELEGATED.to_vec(),
            Resource::Graph => [&[SIGNED_IN_USER], GRAPH_APP].concat(),
            Resource::Quarterdeck => {
                [&[GET_DATA_WAREHOUSE, USER_IMPERSONATION, AGENT_ENROLL, SIGNED_IN_USER], GRAPH_APP].concat()
            }
        }
    }

    /// Permissions a client can hold itself (`roles`).
    pub fn app_permissions(self) -> Vec<&'static str> {
        match self {
            Resource::Warehouse => WAREHOUSE_APP.to_vec(),
            Resource::Graph => GRAPH_APP.to_vec(),
            Resource::Quarterdeck => [WAREHOUSE_APP, GRAPH_APP].concat(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn origin() -> Origin {
        Origin::parse("https://deck.example:8443").expect("an origin")
    }

    #[test]
    fn every_spelling_finds_its_resource() {
        for (name, expected) in [
            ("https://api.manage.microsoft.com/", Some(Resource::Warehouse)),
            ("https://api.manage.microsoft.com", Some(Resource::Warehouse)),
            ("https://warehouse.manage.microsoft.com", Some(Resource::Warehouse)),
            (WAREHOUSE_APP_ID, Some(Resource::Warehouse)),
            ("https://graph.microsoft.com", Some(Resource::Graph)),
            ("https://deck.example:8443", Some(Resource::Quarterdeck)),
            ("https://deck.example:8443/", Some(Resource::Quarterdeck)),
            ("api://quarterdeck", Some(Resource::Quarterdeck)),
            ("https://deck.example", None),
            ("https://api.manage.microsoft.com//", None),
            ("", None),
        ] {
            assert_eq!(Resource::find(name, &origin()), expected, "{name}");
        }
    }

    #[test]
    fn every_audience_of_a_resource_finds_it_again() {
        for resource in Resource::ALL {
            assert_eq!(Resource::from_key(resource.key()), Some(resource));
            for audience in resource.audiences(&origin()) {
                assert_eq!(Resource::find(&audience, &origin()), Some(resource), "{audience}");
            }
        }
    }
}
