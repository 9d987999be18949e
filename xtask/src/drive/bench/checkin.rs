//! `bench checkin`: durable check-ins per second, beside `/healthz` on the same server over the same kind of
//! connections, which does nothing.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};
use tokio::task::JoinSet;

use super::super::devices::{Device, Outcome};
use super::grouped;
use crate::demo::{Demo, Fleet, Programs};
use crate::site::Site;

pub(super) fn measure(site: &Site, programs: &Programs, n_devices: u32, seconds: u64) -> Result<()> {
    let folder = site.fresh_folder("bench-checkin")?;
    let fleet = Fleet { devices: 100, days: 1, seed: 1, listen: None };
    let demo = Demo::start(site, programs, &folder.join("data"), &fleet)?;
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build()?;
    runtime.block_on(async {
        println!("enrolling {n_devices} devices");
        let mut devices = Vec::new();
        for n in 0..n_devices {
            devices
                .push(Device::enrol(&demo.ready, &folder.join("devices"), &format!("bench-{n:04}")).await?);
        }
        let length = Duration::from_secs(seconds);
        println!("checking in for {seconds} s on {n_devices} connections, client and server on this machine");
        let (devices, durable) = drive(site, devices, length, Work::CheckIn).await?;
        let (_, nothing) = drive(site, devices, length, Work::Nothing).await?;
        report(durable, nothing, length);
        Ok(())
    })
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Work {
    CheckIn,
    Nothing,
}

async fn drive(
    site: &Site,
    devices: Vec<Device>,
    length: Duration,
    work: Work,
) -> Result<(Vec<Device>, Vec<Duration>)> {
    let stop = Arc::new(AtomicBool::new(false));
    let mut tasks = JoinSet::new();
    for device in devices {
        tasks.spawn(keep_on(device, Arc::clone(&stop), work));
    }
    let until = Instant::now() + length;
    while Instant::now() < until && !site.is_interrupted() {
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    stop.store(true, Ordering::SeqCst);
    let (mut devices, mut times) = (Vec::new(), Vec::new());
    while let Some(joined) = tasks.join_next().await {
        let (device, took) = joined.context("a device's task ended badly")??;
        devices.push(device);
        times.extend(took);
    }
    site.check_interrupted()?;
    Ok((devices, times))
}

async fn keep_on(mut device: Device, stop: Arc<AtomicBool>, work: Work) -> Result<(Device, Vec<Duration>)> {
    let mut took = Vec::new();
    while !stop.load(Ordering::SeqCst) {
        let started = Instant::now();
        match work {
            Work::CheckIn => {
                if device.check_in().await? == Outcome::Unknown {
                    bail!("the server closed a connection in the middle of a check-in");
                }
            }
            Work::Nothing => device.ask_nothing().await?,
        }
        took.push(started.elapsed());
    }
    Ok((device, took))
}

fn report(mut durable: Vec<Duration>, mut nothing: Vec<Duration>, length: Duration) {
    durable.sort_unstable();
    nothing.sort_unstable();
    let rate = |times: &[Duration]| times.len() as f64 / length.as_secs_f64();
    println!("\ncheckin                durable       no-op");
    println!("  per second  {:>15}  {:>10}", grouped(rate(&durable)), grouped(rate(&nothing)));
    for (name, per_mille) in [("p50", 500), ("p99", 990), ("p99.9", 999)] {
        println!(
            "  {name:<6}      {:>12.2} ms  {:>7.2} ms",
            percentile(&durable, per_mille),
            percentile(&nothing, per_mille)
        );
    }
}

/// In milliseconds; 0 when nothing was measured.
fn percentile(sorted: &[Duration], per_mille: usize) -> f64 {
    let at = (sorted.len() * per_mille / 1000).min(sorted.len().saturating_sub(1));
    sorted.get(at).map_or(0.0, |took| took.as_secs_f64() * 1e3)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_of_a_hundred() {
        let times: Vec<Duration> = (0..100).map(Duration::from_millis).collect();
        assert_eq!(
            [percentile(&times, 500), percentile(&times, 990), percentile(&times, 999)],
            [50.0, 99.0, 99.0]
        );
        assert_eq!(percentile(&[], 500), 0.0);
    }
}
