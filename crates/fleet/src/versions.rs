//! Which version of its system a device runs on a day: releases come about monthly, devices follow late.

use proto::OsFamily;

use crate::catalogue::Form;
use crate::chance::For;
use crate::device::Device;

/// The system of a device on a day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SystemVersion {
    /// `Windows 11`, `Ubuntu`…
    pub name: &'static str,
    pub edition: Option<&'static str>,
    pub version: String,
    pub kernel: Option<String>,
}

/// Days from one release to the next.
const MONTH: u32 = 30;

pub(crate) fn on(device: &Device, day: u32) -> SystemVersion {
    let dice = device.dice;
    // Most follow within three weeks, one in eight half a year late.
    let late = dice.in_hundred(For::Lag, device.index, 0, 12);
    let lag = dice.below(For::Lag, device.index, 1, if late { 180 } else { 21 });
    let release = (day + 180 - lag) / MONTH;
    let channel = dice.below(For::Channel, device.index, 0, 100);
    match device.family {
        OsFamily::Windows => windows(release, channel),
        OsFamily::MacOs => apple("macOS", release, channel),
        OsFamily::Ios => {
            apple(if device.form() == Form::Tablet { "iPadOS" } else { "iOS" }, release, channel)
        }
        OsFamily::Android => android(release, channel),
        OsFamily::Linux if device.form() == Form::Server => debian(release),
        OsFamily::Linux => linux(release, channel),
    }
}

/// Monthly cumulative updates: the revision grows by some hundreds.
fn windows(release: u32, channel: u32) -> SystemVersion {
    let build = if channel < 35 { 26200 } else { 26100 };
    let revision = 4061 + release * 293 + release * release % 7 * 11;
    SystemVersion {
        name: "Windows 11",
        edition: Some(if channel < 85 { "Enterprise" } else { "Pro" }),
        version: format!("10.0.{build}.{revision}"),
        kernel: None,
    }
}

fn apple(name: &'static str, release: u32, channel: u32) -> SystemVersion {
    // One in ten stays on the older major release, which still gets fixes.
    let version = if channel < 10 {
        format!("18.7.{}", release / 2 + 1)
    } else {
        match release {
            0..=3 => format!("18.{}", 3 + release),
            4 => "26.0".to_owned(),
            5 => "26.0.1".to_owned(),
            later => format!("26.{}", later - 5),
        }
    };
    let version = if name == "macOS" { version.replacen("18.", "15.", 1) } else { version };
    SystemVersion { name, edition: None, version, kernel: None }
}

fn android(release: u32, channel: u32) -> SystemVersion {
    let major = match channel {
        0..=15 => 14,
        16..=69 if release < 10 => 15,
        70..=99 if release < 5 => 15,
        _ => 16,
    };
    SystemVersion { name: "Android", edition: None, version: major.to_string(), kernel: None }
}

fn debian(release: u32) -> SystemVersion {
    SystemVersion {
        name: "Debian GNU/Linux",
        edition: None,
        version: format!("12.{}", 9 + release / 2),
        kernel: Some(format!("6.1.0-{}-amd64", 31 + release)),
    }
}

fn linux(release: u32, channel: u32) -> SystemVersion {
    match channel {
        0..=59 => SystemVersion {
            name: "Ubuntu",
            edition: Some("LTS"),
            version: format!("24.04.{}", 2 + release / 6),
            kernel: Some(format!("6.8.0-{}-generic", 60 + release * 3)),
        },
        60..=79 => SystemVersion {
            name: "Fedora Linux",
            edition: Some("Workstation"),
            version: (41 + release / 6).to_string(),
            kernel: Some(format!(
                "6.{}.{}-200.fc{}.x86_64",
                14 + release / 2,
                3 + release % 5,
                41 + release / 6
            )),
        },
        _ => debian(release),
    }
}
