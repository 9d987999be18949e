//! A large tenant made up on the fly, for the programs that measure.

use warehouse::job::midnight::{Image, ImageError};
use warehouse::merge::MergeError;
use warehouse::model::{Device, User};

/// People and devices made up on the fly; on the second day some differ.
#[derive(Clone, Copy)]
pub(crate) struct Made {
    pub(crate) users: u64,
    pub(crate) devices: u64,
    /// From 0.
    pub(crate) day: u64,
    /// Of how many one differs.
    pub(crate) changed_every: u64,
}

/// An id that looks random and rises with its number.
fn id(number: u64, of: u64) -> String {
    let first = (u128::from(number) << 32) / u128::from(of.max(1));
    let rest = number.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    format!(
        "{first:08x}-{:04x}-4{:03x}-8{:03x}-{:012x}",
        rest >> 48,
        rest >> 4 & 0xfff,
        rest >> 16 & 0xfff,
        number
    )
}

impl Made {
    const fn is_changed(self, number: u64) -> bool {
        self.day > 0 && number.is_multiple_of(self.changed_every)
    }
}

impl Image for Made {
    fn users(&mut self, take: &mut dyn FnMut(&User<'_>) -> Result<(), MergeError>) -> Result<(), ImageError> {
        for number in 0..self.users {
            let (id, mail) = (id(number, self.users), format!("user{number}@example.com"));
            let name = format!("User {}{number}", if self.is_changed(number) { "Renamed " } else { "" });
            let (mail, display_name) = (Some(mail.as_str()), Some(name.as_str()));
            take(&User { id: &id, mail, user_principal_name: mail, display_name })?;
        }
        Ok(())
    }

    fn devices(
        &mut self,
        take: &mut dyn FnMut(&Device<'_>) -> Result<(), MergeError>,
    ) -> Result<(), ImageError> {
        const MODELS: [&str; 4] = ["Latitude 7440", "MacBookPro18,3", "iPhone15,2", "ThinkPad T14 Gen 4"];
        for number in 0..self.devices {
            let (own, user) = (id(number, self.devices), id(number / 2, self.users));
            let (name, serial) = (format!("DESKTOP-{number:07X}"), format!("SN{number:010}"));
            let changed = u64::from(self.is_changed(number));
            take(&Device {
                id: &own,
                device_name: Some(&name),
                device_type_id: (number % 14) as i64,
                registration_state_id: 2,
                owner_type_id: (number % 3) as i64,
                enrolled_at: Some(1_760_000_000_000_000 + (number * 1_000_003) as i64),
                last_sync_at: Some(1_790_000_000_000_000 + ((number + changed) * 777_777) as i64),
                management_agent_id: 2,
                compliance_state_id: (number % 3) as i64,
                azure_ad_device_id: Some(&user),
                azure_ad_registered: number % 2 == 0,
                os_version: Some(["10.0.22631.4460", "14.7.1", "18.1", "Debian 12"][(number % 4) as usize]),
                serial_number: Some(&serial),
                user_id: Some(&user),
                primary_user_id: Some(&user),
                manufacturer: Some("Contoso"),
                model: Some(MODELS[(number % 4) as usize]),
                operating_system: Some("Windows"),
                free_storage_bytes: Some((number * 7_919_000) as i64),
                total_storage_bytes: Some(512_000_000_000),
                physical_memory_bytes: Some(16_000_000_000),
                ..Device::default()
            })?;
        }
        Ok(())
    }
}

/// The most memory this process has had.
pub(crate) fn peak_mib() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with("VmHWM:")).unwrap_or_default();
    line.split_whitespace().nth(1).and_then(|kib| kib.parse::<u64>().ok()).unwrap_or_default() / 1024
}
