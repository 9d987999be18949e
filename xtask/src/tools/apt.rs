//! Debian packages, by name.

use std::process::Command;
use std::time::Duration;

use anyhow::{Result, bail};

use super::find;
use crate::process::{Show, run};
use crate::site::Site;

/// Installs packages, as root or through `sudo` when it asks no password.
///
/// # Errors
/// There is no apt, no right to use it, or it fails; the message gives the command to run by hand.
pub(crate) fn install(site: &Site, packages: &[&str]) -> Result<()> {
    let by_hand = format!("sudo apt-get install -y {}", packages.join(" "));
    let Some(apt) = find("apt-get") else {
        bail!(
            "{} is missing and there is no apt-get here; install it and run this again",
            packages.join(" ")
        );
    };
    let is_root = rustix::process::geteuid().is_root();
    let privileged = |arguments: &[&str]| {
        let mut command = if is_root { Command::new(&apt) } else { Command::new("sudo") };
        if !is_root {
            command.arg("-n").arg(&apt);
        }
        command.args(arguments).env("DEBIAN_FRONTEND", "noninteractive");
        command
    };
    println!("    installing {} with apt-get", packages.join(" "));
    let limit = Duration::from_secs(15 * 60);
    // Package lists of a fresh container are often empty or old; a failure here shows in the next step.
    drop(run(site, "apt-update", &mut privileged(&["update", "-q"]), limit, Show::Nothing)?);
    let mut install = privileged(&["install", "-q", "-y", "--no-install-recommends"]);
    let installed = run(site, "apt-install", install.args(packages), limit, Show::Lines)?;
    if !installed.success {
        bail!("apt-get could not install it; run `{by_hand}` and then this again:\n{}", installed.tail(5));
    }
    Ok(())
}
