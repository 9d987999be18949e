//! What is installed: dpkg's status file, and rpm's database through rpm.

use proto::{Package, clean_text};

use super::{Asks, Tree};

/// What rpm is asked to print per package.
pub(super) const RPM_FORMAT: &str = "%{NAME}\t%{ARCH}\t%{EPOCHNUM}\t%{VERSION}-%{RELEASE}\t%{SIZE}\n";
/// The protocol's limit. A machine with more reports the first of the alphabet.
const MOST: usize = 20_000;

pub(super) fn read(tree: &Tree, asks: &impl Asks) -> Vec<Package> {
    let mut packages: Vec<Package> = dpkg(&tree.text("/var/lib/dpkg/status").unwrap_or_default()).collect();
    let has_rpm = tree.exists("/var/lib/rpm") || tree.exists("/usr/lib/sysimage/rpm");
    if has_rpm && let Some(printed) = asks.rpm_packages() {
        packages.extend(printed.lines().filter_map(rpm));
    }
    if packages.len() > MOST {
        packages.sort_unstable_by(|a, b| a.key.cmp(&b.key));
        packages.truncate(MOST);
    }
    packages
}

fn package(name: &str, arch: &str, version: &str, source: &str, size_bytes: Option<u64>) -> Option<Package> {
    let (name, version) = (clean_text(name)?, clean_text(version)?);
    let key = clean_text(&format!("{name}:{arch}"))?;
    Some(Package { key, name, size_bytes, source: Some(source.to_owned()), version })
}

/// deb822 paragraphs; only those whose state is `installed`.
fn dpkg(status: &str) -> impl Iterator<Item = Package> {
    status.split("\n\n").filter_map(|paragraph| {
        let field = |name: &str| {
            let line = paragraph.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':'))?;
            Some(line.trim())
        };
        let installed = field("Status")?.ends_with(" installed");
        // Installed-Size counts units of 1024 bytes (Debian Policy §5.6.20).
        let size = field("Installed-Size").and_then(|size| size.parse::<u64>().ok());
        let size = size.and_then(|size| size.checked_mul(1024));
        installed
            .then(|| package(field("Package")?, field("Architecture")?, field("Version")?, "dpkg", size))
            .flatten()
    })
}

fn rpm(line: &str) -> Option<Package> {
    let mut fields = line.split('\t');
    let (name, arch, epoch, version) = (fields.next()?, fields.next()?, fields.next()?, fields.next()?);
    // Keys of trusted vendors are packages to rpm, and not to anybody else.
    if name == "gpg-pubkey" {
        return None;
    }
    let version = if epoch == "0" { version.to_owned() } else { format!("{epoch}:{version}") };
    package(name, arch, &version, "rpm", fields.next().and_then(|size| size.parse().ok()))
}
