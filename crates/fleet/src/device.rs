//! What does not change about a device, and on which days it exists.

use proto::OsFamily;

use crate::catalogue::{FAMILIES, Form, Model, Ownership, models};
use crate::chance::{Dice, For};

/// A simulated device: what stays the same on all its days.
#[derive(Debug, Clone, Copy)]
pub struct Device {
    pub index: u32,
    pub family: OsFamily,
    pub ownership: Ownership,
    /// The index of its primary user; `None` for shared devices and servers.
    pub user: Option<u32>,
    /// The first day it is enrolled.
    pub enrolled_day: u32,
    /// The first day it is no longer there.
    pub retired_day: Option<u32>,
    pub(crate) model: &'static Model,
    pub(crate) dice: Dice,
}

impl Device {
    pub(crate) fn new(dice: Dice, index: u32, users: u32) -> Self {
        let family = *dice.weighted(For::Family, index, 0, &FAMILIES);
        let model = dice.weighted(For::Model, index, 0, models(family));
        let enrolled_day = match dice.in_hundred(For::Arrival, index, 0, 90) {
            true => 0,
            false => 1 + dice.below(For::Arrival, index, 1, 360),
        };
        let retired_day = dice
            .in_hundred(For::Retirement, index, 0, 8)
            .then(|| enrolled_day + 10 + dice.below(For::Retirement, index, 1, 350));
        let phone = model.form == Form::Phone;
        let personal = dice.in_hundred(For::Ownership, index, 0, if phone { 35 } else { 3 });
        let shared = model.form == Form::Server || dice.in_hundred(For::User, index, 0, 4);
        Self {
            index,
            family,
            ownership: if personal { Ownership::Personal } else { Ownership::Company },
            user: (!shared).then(|| dice.below(For::User, index, 1, users)),
            enrolled_day,
            retired_day,
            model,
            dice,
        }
    }

    pub fn is_present_on(&self, day: u32) -> bool {
        self.enrolled_day <= day && self.retired_day.is_none_or(|retired| day < retired)
    }

    pub fn manufacturer(&self) -> &'static str {
        self.model.manufacturer
    }

    pub fn model(&self) -> &'static str {
        self.model.name
    }

    pub fn form(&self) -> Form {
        self.model.form
    }

    /// `SIM-AMS-LT-000042`. Some devices move to another site one day, and are renamed for it.
    pub fn name_on(&self, day: u32) -> String {
        let moves = self.dice.in_hundred(For::Move, self.index, 0, 4);
        let moved = moves && day >= self.dice.below(For::Move, self.index, 1, 365);
        let site = self.dice.pick(For::Site, self.index, u32::from(moved), SITES);
        format!("SIM-{site}-{}-{:06}", self.form().code(), self.index)
    }

    /// `SIM` and ten characters, unique in the fleet.
    pub fn serial_number(&self) -> String {
        const LETTERS: &[u8; 32] = b"0123456789ABCDEFGHJKLMNPQRSTUVWX";
        let mut bits = self.dice.bits(For::Serial, self.index, 0);
        let mut text = String::with_capacity(13);
        text.push_str("SIM");
        for _ in 0..3 {
            text.push(char::from(LETTERS[(bits & 31) as usize]));
            bits >>= 5;
        }
        // The index itself, spelt in the same letters, keeps serials apart.
        for place in (0..7).rev() {
            text.push(char::from(LETTERS[(u64::from(self.index) >> (5 * place) & 31) as usize]));
        }
        text
    }

    /// Locally administered, so that it can belong to no real network card.
    pub fn mac_address(&self) -> String {
        let bits = self.dice.bits(For::Mac, self.index, 0).to_be_bytes();
        let [a, b, ..] = bits;
        let [c, d, e, f] = self.index.to_be_bytes();
        format!("{:02x}:{b:02x}:{c:02x}:{d:02x}:{e:02x}:{f:02x}", (a & 0xfc) | 0x02)
    }

    /// What the disk holds, in bytes.
    pub fn storage_total_bytes(&self) -> u64 {
        u64::from(self.dice.pick(For::Storage, self.index, 0, self.model.storage_gb)) * 1_000_000_000
    }

    /// What is installed, in bytes.
    pub fn memory_bytes(&self) -> u64 {
        u64::from(self.dice.pick(For::Memory, self.index, 0, self.model.memory_gib)) << 30
    }

    /// Almost all; desktops and servers least.
    pub fn is_encrypted(&self) -> bool {
        let percent = match (self.family, self.form()) {
            (OsFamily::Ios | OsFamily::Android, _) => 100,
            (OsFamily::Linux, Form::Server) => 35,
            (OsFamily::Linux, _) => 88,
            (_, Form::Desktop) => 90,
            _ => 97,
        };
        self.dice.in_hundred(For::Encryption, self.index, 0, percent)
    }
}

const SITES: &[&str] =
    &["AMS", "RTM", "UTR", "EIN", "GRQ", "STO", "GOT", "MMA", "UME", "LON", "MAN", "EDI", "HOME"];
