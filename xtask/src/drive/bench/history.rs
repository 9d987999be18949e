//! `bench history`: parts of a history too long to download in a bench, beside its first rows.

use std::time::Duration;

use anyhow::{Result, bail};

use super::{build_example, example};
use crate::process::{Show, run};
use crate::site::Site;

const LIMIT: Duration = Duration::from_secs(60 * 60);
const EXAMPLE: &str = "deep_history";

pub(super) fn measure(site: &Site, devices: u32, days: u32) -> Result<()> {
    build_example(site, EXAMPLE)?;
    println!("making {days} days of {devices} devices; this takes a while");
    let mut history = example(site, EXAMPLE);
    let ran = run(
        site,
        "bench-history",
        history.args([devices.to_string(), days.to_string()]),
        LIMIT,
        Show::Lines,
    )?;
    if !ran.success {
        bail!("the history could not be measured:\n{}", ran.tail(10));
    }
    Ok(())
}
