//! Users and devices that an import brings land where the directory and the devices keep theirs.

use std::sync::Arc;

use devices::import::{ImportedDevice, Landed as LandedDevice};
use directory::Leaving;
use directory::import::{ImportedUser, Landed as LandedUser};
use store::{SqlError, Store, TenantId};
use tenant_status::sync::{GraphDevice, GraphUser, LandedCounts, Landing, LandingRun};
use uuid::Uuid;
use world::World;

/// What the audit record names.
const SOURCE: &str = "graph import";

/// Lands a page in one transaction.
pub(super) struct Arrivals {
    pub(super) store: Store,
    pub(super) world: World,
    /// Who else hears that a person is deleted.
    pub(super) leaving: Arc<dyn Leaving>,
}

impl Landing for Arrivals {
    fn users(&self, tenant: TenantId, users: Vec<GraphUser>) -> LandingRun<'_> {
        let (world, leaving) = (self.world.clone(), Arc::clone(&self.leaving));
        Box::pin(async move {
            let written = self.store.write(tenant, move |tx| {
                let (now, mut counts) = (world.clock.now(), LandedCounts::default());
                for user in users.into_iter().map(user) {
                    match directory::import::user(tx, (SOURCE, world.ids.guid()), &user, &*leaving, now)? {
                        LandedUser::Made => counts.made += 1,
                        LandedUser::Changed => counts.changed += 1,
                        LandedUser::Removed => counts.removed += 1,
                        LandedUser::Skipped => counts.skipped += 1,
                        LandedUser::Same => {}
                    }
                }
                Ok::<_, api::Failure>(counts)
            });
            written.await.map_err(|failure| failure.message.into())
        })
    }

    fn devices(&self, tenant: TenantId, devices: Vec<GraphDevice>) -> LandingRun<'_> {
        let world = self.world.clone();
        Box::pin(async move {
            let written = self.store.write(tenant, move |tx| {
                let (now, mut counts) = (world.clock.now(), LandedCounts::default());
                for device in devices.into_iter().map(device) {
                    match devices::import::device(tx, (SOURCE, world.ids.guid()), &device, now)? {
                        LandedDevice::Made => counts.made += 1,
                        LandedDevice::Kept => counts.changed += 1,
                        LandedDevice::Skipped => counts.skipped += 1,
                    }
                }
                Ok::<_, SqlError>(counts)
            });
            written.await.map_err(|error| error.to_string().into())
        })
    }
}

fn user(told: GraphUser) -> ImportedUser {
    ImportedUser {
        id: told.id,
        user_principal_name: told.user_principal_name,
        display_name: told.display_name,
        given_name: told.given_name,
        surname: told.surname,
        mail: told.mail,
        account_enabled: told.account_enabled,
        is_removed: told.removed.is_some(),
    }
}

fn device(told: GraphDevice) -> ImportedDevice {
    ImportedDevice {
        id: told.id,
        device_name: told.device_name.unwrap_or_default(),
        operating_system: told.operating_system.unwrap_or_else(|| "Unknown".to_owned()),
        os_version: told.os_version,
        compliance_state: told.compliance_state.unwrap_or_default(),
        owner_type: told.managed_device_owner_type.unwrap_or_default(),
        enrolled_at: told.enrolled_date_time,
        last_sync_at: told.last_sync_date_time,
        serial_number: told.serial_number,
        manufacturer: told.manufacturer,
        model: told.model,
        user_id: told.user_id.and_then(|id| Uuid::try_parse(&id).ok()),
        azure_ad_device_id: told.azure_ad_device_id,
        is_supervised: told.is_supervised.unwrap_or(false),
        is_encrypted: told.is_encrypted.unwrap_or(false),
        free_storage_bytes: told.free_storage_space_in_bytes,
        total_storage_bytes: told.total_storage_space_in_bytes,
    }
}
