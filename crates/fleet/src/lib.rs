//! A fleet that does not exist, believable in its names, models, versions, wear and churn.
//!
//! Everything follows from a seed: the same seed gives the same bytes on every machine and in every
//! order of asking. Nothing here is stored and nothing is random; a device's day is computed when asked
//! for. Every name says that it is simulated (`SIM-…`, `sim.…@`, `(simulated)`).
//!
//! Days count from 0, the first day of the fleet; the caller says which date that is.
//!
//! ```
//! let fleet = fleet::Fleet::new(7, 100);
//! let report = fleet.sections(3, 0).or_else(|| fleet.sections(3, 400));
//! assert!(fleet.device(3).name_on(0).starts_with("SIM-"));
//! # let _ = report;
//! ```

mod apps;
mod catalogue;
mod chance;
mod device;
mod inventory;
mod people;
mod state;
mod versions;

pub use catalogue::{Form, Ownership};
pub use device::Device;
pub use people::User;
pub use state::{Compliance, DeviceState};

use proto::{SectionName, Sections};

use crate::chance::Dice;

/// A seeded fleet of a given size.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fleet {
    seed: u64,
    devices: u32,
}

impl Fleet {
    /// A fleet of `devices` devices, of which nine in ten are there from day 0; the rest arrive over
    /// the first year, while others retire.
    pub fn new(seed: u64, devices: u32) -> Self {
        Self { seed, devices }
    }

    /// How many devices the fleet ever has.
    pub fn device_count(&self) -> u32 {
        self.devices
    }

    /// How many users the fleet ever has: five for six devices, at least one.
    pub fn user_count(&self) -> u32 {
        (u64::from(self.devices) * 5 / 6).max(1) as u32
    }

    /// What does not change about device `index`. Any index gives a device; the fleet has those below
    /// [`Fleet::device_count`].
    pub fn device(&self, index: u32) -> Device {
        Device::new(self.dice(), index, self.user_count())
    }

    /// What device `index` is like on a day; `None` before it arrives and after it retires.
    pub fn state(&self, index: u32, day: u32) -> Option<DeviceState> {
        let device = self.device(index);
        device.is_present_on(day).then(|| DeviceState::new(&device, day))
    }

    /// What device `index` reports on a day: its whole inventory. `None` when it is not there.
    pub fn sections(&self, index: u32, day: u32) -> Option<Sections> {
        self.sections_of(index, day, &SectionName::ALL)
    }

    /// As [`Fleet::sections`], only the named sections.
    pub fn sections_of(&self, index: u32, day: u32, names: &[SectionName]) -> Option<Sections> {
        let device = self.device(index);
        if !device.is_present_on(day) {
            return None;
        }
        let state = DeviceState::new(&device, day);
        Some(names.iter().map(|name| inventory::section(self, &device, &state, day, *name)).collect())
    }

    /// Who user `index` is.
    pub fn user(&self, index: u32) -> User {
        User::new(self.dice(), index)
    }

    fn dice(&self) -> Dice {
        Dice::new(self.seed)
    }
}

#[cfg(test)]
mod tests;
