//! What is true of a device on one day: version, storage, compliance, whether it reported.

use crate::catalogue::Form;
use crate::chance::For;
use crate::device::Device;
use crate::versions::{self, SystemVersion};

/// How a device stands against the compliance policies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Compliance {
    Compliant,
    NonCompliant,
    InGracePeriod,
}

/// A device on a day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeviceState {
    pub name: String,
    pub system: SystemVersion,
    pub compliance: Compliance,
    pub storage_free_bytes: u64,
    /// When it last reported that day, in seconds after midnight; `None` when it was away.
    pub checked_in_at_second: Option<u32>,
    /// Somebody is signed in at the time of the report.
    pub in_use: bool,
}

impl DeviceState {
    pub(crate) fn new(device: &Device, day: u32) -> Self {
        let checked_in_at_second = check_in(device, day);
        Self {
            name: device.name_on(day),
            system: versions::on(device, day),
            compliance: compliance(device, day),
            storage_free_bytes: free_bytes(device, day),
            checked_in_at_second,
            in_use: device.user.is_some()
                && checked_in_at_second.is_some()
                && device.dice.in_hundred(For::Session, device.index, day, 80),
        }
    }
}

/// Fills up over some months, then somebody cleans up.
fn free_bytes(device: &Device, day: u32) -> u64 {
    let (dice, index) = (device.dice, device.index);
    let total = device.storage_total_bytes();
    let cycle = 60 + dice.below(For::Wear, index, 0, 240);
    let start_permille = 300 + dice.below(For::Wear, index, 1, 450);
    let worst_permille = 20 + dice.below(For::Wear, index, 2, 250);
    let phase = (day + dice.below(For::Wear, index, 3, cycle)) % cycle;
    let permille = start_permille - (start_permille - worst_permille) * phase / cycle;
    // A few gigabytes to and fro each day, in pages of 4 KiB, as file systems count.
    let noise = dice.bits(For::Noise, index, day) % (total / 200);
    (total / 1000 * u64::from(permille)).saturating_sub(noise) & !4095
}

/// Spells of about nine days, so that the state is not a coin tossed every day.
fn compliance(device: &Device, day: u32) -> Compliance {
    let spell = (day + device.index % 9) / 9;
    match device.dice.below(For::Compliance, device.index, spell, 100) {
        0..=6 => Compliance::NonCompliant,
        7..=8 => Compliance::InGracePeriod,
        _ => Compliance::Compliant,
    }
}

/// Day 0 is taken for a Monday: people report on working days, servers on all, a few devices rest for weeks.
fn check_in(device: &Device, day: u32) -> Option<u32> {
    let (dice, index) = (device.dice, device.index);
    if day == device.enrolled_day {
        return Some(8 * 3600 + dice.below(For::Hour, index, day, 3 * 3600));
    }
    let resting = dice.in_hundred(For::Attendance, index, 1_000_000 + day / 21, 4);
    let percent = match (device.form(), day % 7) {
        _ if resting => 0,
        (Form::Server, _) => 100,
        (Form::Phone, 0..=4) => 97,
        (Form::Phone, _) => 90,
        (_, 0..=4) => 92,
        _ => 25,
    };
    dice.in_hundred(For::Attendance, index, day, percent)
        .then(|| 6 * 3600 + dice.below(For::Hour, index, day, 15 * 3600))
}
