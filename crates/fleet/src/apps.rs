//! What is installed: some twenty packages per device, updated as the days go by.

use proto::{OsFamily, Package};

use crate::chance::For;
use crate::device::Device;

struct App {
    name: &'static str,
    /// Of a hundred devices of the family.
    percent: u32,
    major: u32,
    /// Days between updates.
    every: u32,
    size_mb: u32,
}

const fn app(name: &'static str, percent: u32, major: u32, every: u32, size_mb: u32) -> App {
    App { name, percent, major, every, size_mb }
}

pub(crate) fn on(device: &Device, day: u32) -> impl Iterator<Item = Package> {
    let device = *device;
    let (source, arch, apps) = installed(device.family, device.model.architecture);
    apps.iter().enumerate().filter_map(move |(at, app)| {
        let at = at as u32;
        if !device.dice.in_hundred(For::Apps, device.index, at, app.percent) {
            return None;
        }
        // Devices update on different days of the same cycle.
        let updates = (day + device.index % app.every) / app.every;
        Some(Package {
            key: format!("{}:{arch}", app.name),
            name: app.name.to_owned(),
            size_bytes: Some(u64::from(app.size_mb) * 1_000_000),
            source: Some(source.to_owned()),
            version: format!("{}.{}.{}", app.major + updates / 10, updates % 10, at % 4),
        })
    })
}

fn installed(family: OsFamily, arch: &'static str) -> (&'static str, &'static str, &'static [App]) {
    match family {
        OsFamily::Windows => ("msi", arch, WINDOWS),
        OsFamily::MacOs => ("pkg", "universal", MAC),
        OsFamily::Ios => ("appStore", "arm64", MOBILE),
        OsFamily::Android => ("playStore", "arm64", MOBILE),
        OsFamily::Linux => ("dpkg", if arch == "x86_64" { "amd64" } else { "arm64" }, LINUX),
    }
}

const WINDOWS: &[App] = &[
    app("Microsoft Edge", 100, 128, 14, 620),
    app("Microsoft 365 Apps for enterprise", 96, 16, 30, 3400),
    app("Microsoft Teams", 96, 24, 21, 540),
    app("Microsoft OneDrive", 98, 24, 14, 290),
    app("Google Chrome", 70, 127, 14, 580),
    app("Mozilla Firefox", 35, 129, 28, 250),
    app("7-Zip", 62, 24, 120, 6),
    app("Adobe Acrobat Reader", 74, 24, 40, 980),
    app("VLC media player", 28, 3, 150, 190),
    app("Notepad++", 41, 8, 45, 18),
    app("Zoom Workplace", 44, 6, 25, 310),
    app("Microsoft Visual C++ 2015-2022 Redistributable", 97, 14, 90, 25),
    app("Microsoft .NET Runtime", 88, 8, 30, 210),
    app("PuTTY", 12, 0, 200, 4),
    app("Git", 22, 2, 50, 330),
    app("Visual Studio Code", 26, 1, 28, 420),
    app("Power BI Desktop", 18, 2, 30, 1200),
    app("Citrix Workspace", 31, 24, 90, 640),
    app("SAP GUI for Windows", 24, 8, 120, 900),
    app("Dell Command | Update", 30, 5, 100, 120),
    app("Lenovo System Update", 26, 5, 100, 90),
    app("Company Portal", 93, 11, 60, 70),
    app("Slack", 20, 4, 14, 360),
    app("KeePassXC", 16, 2, 110, 60),
    app("GIMP", 5, 2, 160, 1100),
    app("Greenshot", 33, 1, 300, 12),
    app("FortiClient VPN", 64, 7, 75, 150),
    app("Printix Client", 48, 2, 60, 80),
];

const MAC: &[App] = &[
    app("Safari", 100, 18, 30, 90),
    app("Microsoft Excel", 92, 16, 28, 2100),
    app("Microsoft Outlook", 92, 16, 28, 2200),
    app("Microsoft Word", 92, 16, 28, 2300),
    app("Microsoft Teams", 93, 24, 21, 1000),
    app("Google Chrome", 78, 127, 14, 1200),
    app("Firefox", 30, 129, 28, 400),
    app("zoom.us", 60, 6, 25, 350),
    app("Slack", 55, 4, 14, 500),
    app("Xcode", 22, 16, 60, 12_000),
    app("Visual Studio Code", 45, 1, 28, 600),
    app("iTerm2", 30, 3, 90, 110),
    app("1Password", 40, 8, 30, 400),
    app("Keynote", 80, 14, 90, 560),
    app("Numbers", 80, 14, 90, 480),
    app("Pages", 80, 14, 90, 520),
    app("Docker Desktop", 24, 4, 30, 2000),
    app("Figma", 26, 124, 20, 300),
    app("Company Portal", 97, 5, 45, 60),
    app("Rectangle", 19, 0, 120, 10),
];

const MOBILE: &[App] = &[
    app("Microsoft Outlook", 98, 4, 14, 340),
    app("Microsoft Teams", 97, 7, 14, 380),
    app("Microsoft Authenticator", 100, 6, 30, 110),
    app("Company Portal", 100, 5, 40, 80),
    app("Microsoft Edge", 80, 127, 20, 290),
    app("OneDrive", 85, 16, 25, 260),
    app("Word", 60, 2, 20, 420),
    app("Excel", 60, 2, 20, 410),
    app("WhatsApp", 55, 24, 10, 200),
    app("Signal", 30, 7, 12, 150),
    app("Google Maps", 72, 24, 14, 280),
    app("Zoom", 34, 6, 25, 230),
    app("Adobe Acrobat Reader", 40, 24, 30, 310),
    app("SAP Mobile Start", 15, 2, 60, 120),
    app("ServiceNow Agent", 12, 19, 60, 90),
    app("Defender", 88, 1, 30, 210),
    app("Slack", 30, 24, 10, 190),
    app("NS", 34, 24, 30, 90),
    app("SJ - Trains in Sweden", 18, 10, 40, 100),
    app("Spotify", 41, 8, 10, 180),
];

const LINUX: &[App] = &[
    app("bash", 100, 5, 300, 7),
    app("coreutils", 100, 9, 300, 17),
    app("openssl", 100, 3, 35, 2),
    app("openssh-server", 74, 9, 80, 2),
    app("systemd", 100, 252, 60, 10),
    app("python3", 100, 3, 120, 1),
    app("curl", 98, 8, 45, 1),
    app("git", 90, 2, 60, 40),
    app("firefox-esr", 62, 128, 28, 260),
    app("libreoffice-core", 48, 7, 70, 150),
    app("docker-ce", 55, 27, 30, 110),
    app("code", 52, 1, 28, 420),
    app("gnupg", 97, 2, 180, 1),
    app("vim", 70, 9, 90, 4),
    app("cryptsetup", 80, 2, 200, 1),
    app("nginx", 24, 1, 90, 2),
    app("postgresql-client-15", 30, 15, 90, 8),
    app("rsync", 72, 3, 200, 1),
    app("sudo", 100, 1, 150, 6),
    app("tmux", 58, 3, 250, 1),
    app("zlib1g", 100, 1, 400, 1),
    app("linux-firmware", 60, 20, 60, 900),
];
