//! What only the running kernel, or the rpm program, can answer.

use std::process::{Command, Stdio};

use nix::ifaddrs::getifaddrs;
use nix::sys::socket::SockaddrStorage;
use nix::sys::statvfs::statvfs;

use super::packages::RPM_FORMAT;
use super::{Asks, Space};

/// The kernel this program runs on.
pub(crate) struct Live;

impl Asks for Live {
    #[cfg_attr(
        target_pointer_width = "64",
        expect(clippy::useless_conversion, reason = "the counts are 32 bits wide on 32-bit machines")
    )]
    fn space(&self, mount_point: &str) -> Option<Space> {
        let found = statvfs(mount_point).ok()?;
        let unit = u64::from(found.fragment_size());
        Some(Space {
            total_bytes: u64::from(found.blocks()).checked_mul(unit)?,
            free_bytes: u64::from(found.blocks_available()).checked_mul(unit)?,
        })
    }

    fn addresses(&self) -> Vec<(String, String)> {
        let Ok(all) = getifaddrs() else { return Vec::new() };
        all.filter_map(|entry| {
            let address = ip(entry.address?)?;
            let prefix = ip(entry.netmask?).map(|mask| ones(&mask))?;
            Some((entry.interface_name, format!("{address}/{prefix}")))
        })
        .collect()
    }

    fn rpm_packages(&self) -> Option<String> {
        let output = Command::new("rpm")
            .args(["-qa", "--qf", RPM_FORMAT])
            .stdin(Stdio::null())
            .stderr(Stdio::null())
            .output()
            .ok()?;
        output.status.success().then(|| String::from_utf8_lossy(&output.stdout).into_owned())
    }
}

fn ip(address: SockaddrStorage) -> Option<std::net::IpAddr> {
    let v4 = address.as_sockaddr_in().map(|v4| v4.ip().into());
    v4.or_else(|| address.as_sockaddr_in6().map(|v6| v6.ip().into()))
}

fn ones(mask: &std::net::IpAddr) -> u32 {
    match mask {
        std::net::IpAddr::V4(v4) => v4.to_bits().count_ones(),
        std::net::IpAddr::V6(v6) => v6.to_bits().count_ones(),
    }
}
