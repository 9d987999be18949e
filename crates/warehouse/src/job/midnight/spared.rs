//! The image of a tenant that still holds somebody who was erased: their rows are there, for the sums to be right,
//! under the ids that took the place of theirs and without a word about them.

use std::collections::BTreeMap;

use super::{Image, ImageError};
use crate::merge::MergeError;
use crate::model::{Device, User};

/// An image in which erased ids do not occur.
pub(crate) struct Spared<I> {
    image: I,
    /// Each erased id and what takes its place.
    aliases: BTreeMap<String, String>,
}

impl<I: Image> Spared<I> {
    pub(crate) fn new(image: I, aliases: BTreeMap<String, String>) -> Self {
        Self { image, aliases }
    }
}

/// Whether a device is, or is of, somebody who was erased.
fn is_theirs(aliases: &BTreeMap<String, String>, device: &Device<'_>) -> bool {
    let ids = [Some(device.id), device.user_id, device.primary_user_id, device.azure_ad_device_id];
    let mut ids = ids.into_iter().chain([device.eas_device_id]).flatten();
    ids.any(|id| aliases.contains_key(id))
}

impl<I: Image> Image for Spared<I> {
    /// Reads the users twice: an alias stands elsewhere in the order than the id it replaces.
    fn users(&mut self, take: &mut dyn FnMut(&User<'_>) -> Result<(), MergeError>) -> Result<(), ImageError> {
        let aliases = &self.aliases;
        let mut held = Vec::new();
        self.image.users(&mut |user| {
            held.extend(aliases.get(user.id));
            Ok(())
        })?;
        held.sort_unstable();
        let mut held = held.into_iter().peekable();
        self.image.users(&mut |user| {
            if aliases.contains_key(user.id) {
                return Ok(());
            }
            while let Some(id) = held.next_if(|id| id.as_str() < user.id) {
                take(&User { id, ..User::default() })?;
            }
            take(user)
        })?;
        Ok(held.try_for_each(|id| take(&User { id, ..User::default() }))?)
    }

    /// Reads the devices twice, as the users.
    fn devices(
        &mut self,
        take: &mut dyn FnMut(&Device<'_>) -> Result<(), MergeError>,
    ) -> Result<(), ImageError> {
        let aliases = &self.aliases;
        let mut held = Vec::new();
        self.image.devices(&mut |device| {
            held.extend(aliases.get(device.id).map(|alias| Muted::of(aliases, alias, device)));
            Ok(())
        })?;
        held.sort_unstable_by(|one, other| one.id.cmp(&other.id));
        let mut held = held.into_iter().peekable();
        self.image.devices(&mut |device| {
            if aliases.contains_key(device.id) {
                return Ok(());
            }
            while let Some(muted) = held.next_if(|muted| muted.id.as_str() < device.id) {
                take(&muted.device())?;
            }
            if is_theirs(aliases, device) {
                take(&Muted::of(aliases, device.id, device).device())
            } else {
                take(device)
            }
        })?;
        Ok(held.try_for_each(|muted| take(&muted.device()))?)
    }
}

/// What may be said of a device of theirs: no text but ids.
struct Muted {
    id: String,
    user_id: Option<String>,
    primary_user_id: Option<String>,
    numbers: Device<'static>,
}

impl Muted {
    fn of(aliases: &BTreeMap<String, String>, id: &str, device: &Device<'_>) -> Self {
        let alias = |id: Option<&str>| id.map(|id| aliases.get(id).map_or(id, String::as_str).to_owned());
        let numbers = Device {
            device_type_id: device.device_type_id,
            registration_state_id: device.registration_state_id,
            owner_type_id: device.owner_type_id,
            enrolled_at: device.enrolled_at,
            last_sync_at: device.last_sync_at,
            management_agent_id: device.management_agent_id,
            management_state_id: device.management_state_id,
            azure_ad_registered: device.azure_ad_registered,
            enrollment_type_id: device.enrollment_type_id,
            compliance_state_id: device.compliance_state_id,
            is_supervised: device.is_supervised,
            encryption_state: device.encryption_state,
            jail_broken: device.jail_broken,
            ..Device::default()
        };
        let (user_id, primary_user_id) = (alias(device.user_id), alias(device.primary_user_id));
        Self { id: id.to_owned(), user_id, primary_user_id, numbers }
    }

    fn device(&self) -> Device<'_> {
        let (user_id, primary_user_id) = (self.user_id.as_deref(), self.primary_user_id.as_deref());
        Device { id: &self.id, user_id, primary_user_id, ..self.numbers.clone() }
    }
}
