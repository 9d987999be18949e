//! `bench status`: how soon the tenant status page is there, and how soon its API answers, with a large fleet.

use std::time::Duration;

use anyhow::{Result, bail};

use super::grouped;
use crate::demo::{Demo, Fleet, Programs};
use crate::process::{Show, run};
use crate::site::Site;
use crate::tools::node::Node;

const LIMIT: Duration = Duration::from_secs(15 * 60);

pub(super) fn measure(site: &Site, programs: &Programs, devices: u32) -> Result<()> {
    let folder = site.fresh_folder("bench-status")?;
    println!("enrolling {} simulated devices; this takes a while", grouped(f64::from(devices)));
    let fleet = Fleet { devices, days: 1, seed: 1, listen: None };
    let demo = Demo::start(site, programs, &folder.join("data"), &fleet)?;
    let node = Node::find(site)?;
    node.install(site)?;
    println!("\ntenant status with {} devices", grouped(f64::from(devices)));
    let mut command = node.npm(site, &["run", "--silent", "bench-status"]);
    demo.tell(&mut command)?;
    let ran = run(site, "bench-status", &mut command, LIMIT, Show::Lines)?;
    if !ran.success {
        bail!("the measurement failed:\n{}", ran.tail(10));
    }
    Ok(())
}
