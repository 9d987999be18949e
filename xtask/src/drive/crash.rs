//! `cargo xtask crash`: kill the server at random points, start it again, and look for losses.
//!
//! Three kinds of rounds take turns: killed while devices check in, killed while a snapshot is taken, and both at
//! once. After each restart every acknowledged check-in must be there once, the feed must show the day as it was
//! before or the new one, whole, and a snapshot can be taken again.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};
use tokio::task::JoinSet;

use super::devices::{Device, Outcome};
use super::feed::{Feed, Shown};
use super::seed::Seed;
use crate::demo::{Demo, Fleet, Profile, Programs, snapshot};
use crate::options;
use crate::process::{Server, Show, run, shown};
use crate::site::Site;

const LEAST: Duration = Duration::from_millis(20);
const MOST: Duration = Duration::from_millis(1200);
/// How soon after a crash a snapshot can be taken again.
const SOON: Duration = Duration::from_secs(60);

/// What one round disturbs.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    CheckIns,
    Snapshot,
    Both,
}

/// Everything a round needs.
struct Loop {
    site: Site,
    programs: Programs,
    data_dir: PathBuf,
    fleet: Fleet,
    devices: Vec<Device>,
    n_acknowledged: Arc<AtomicU64>,
}

/// Runs the loop.
///
/// # Errors
/// Something acknowledged was lost or counted twice, the feed showed half a day, or the server did not come back.
pub(crate) fn command(site: &Site, options: &options::Crash) -> Result<()> {
    site.catch_interrupts()?;
    let _claim = site.claim("crash")?;
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    runtime.block_on(crash(site, options)).with_context(|| {
        format!(
            "run `cargo xtask crash --rounds {} --seed {}` for the same moments",
            options.rounds, options.seed
        )
    })
}

async fn crash(site: &Site, options: &options::Crash) -> Result<()> {
    let programs = Programs::build(site, Profile::Dev)?;
    let data_dir = site.fresh_folder("data-crash")?;
    let listen = Some(format!("127.0.0.1:{}", Site::free_port()?));
    let fleet = Fleet { devices: 40, days: 3, seed: options.seed, listen };
    let n_acknowledged = Arc::new(AtomicU64::new(0));
    let mut the = Loop { site: site.clone(), programs, data_dir, fleet, devices: Vec::new(), n_acknowledged };
    let mut demo = the.start()?;
    let folder = site.fresh_folder("crash-devices")?;
    for n in 0..options.devices {
        the.devices.push(Device::enrol(&demo.ready, &folder, &format!("crash-{n:03}")).await?);
    }
    let mut seed = Seed::new(options.seed);
    let mut n_new = 0;
    for round in 1..=options.rounds {
        site.check_interrupted()?;
        let kind = [Kind::CheckIns, Kind::Snapshot, Kind::Both][(round % 3) as usize];
        let before = Feed::sign_in(&demo.ready)?.shown()?;
        let after_time = seed.between(LEAST, MOST);
        the.disturb(demo, kind, after_time).await?;
        let started = Instant::now();
        demo = the.start().with_context(|| format!("round {round}: the server did not come back"))?;
        let back = started.elapsed();
        the.prove().await.with_context(|| format!("round {round}, killed after {}", shown(after_time)))?;
        let now = the.feed(&demo, kind, &before).with_context(|| format!("round {round}"))?;
        n_new += u32::from(now);
        if kind != Kind::CheckIns {
            the.settle(&demo).with_context(|| format!("round {round}"))?;
        }
        let n_acknowledged = the.n_acknowledged.load(Ordering::Relaxed);
        println!(
            "round {round:>3}/{}: killed after {:>7}, back in {:>7}, {n_acknowledged} check-ins acknowledged so far, feed {}",
            options.rounds,
            shown(after_time),
            shown(back),
            if now { "new" } else { "as before" }
        );
    }
    let n_acknowledged = the.n_acknowledged.load(Ordering::Relaxed);
    if n_acknowledged == 0 {
        bail!("no check-in was acknowledged in {} rounds, so nothing was proved", options.rounds);
    }
    println!(
        "crash: {} kills, {n_acknowledged} acknowledged check-ins, none lost or doubled; the feed was whole each time ({n_new} times new)",
        options.rounds
    );
    Ok(())
}

impl Loop {
    fn start(&self) -> Result<Demo> {
        Demo::start(&self.site, &self.programs, &self.data_dir, &self.fleet)
    }

    /// Makes trouble for a while, then kills the server and whoever takes a snapshot.
    async fn disturb(&mut self, demo: Demo, kind: Kind, after: Duration) -> Result<()> {
        let stop = Arc::new(AtomicBool::new(false));
        let mut tasks = JoinSet::new();
        if kind != Kind::Snapshot {
            for device in self.devices.drain(..) {
                tasks.spawn(keep_checking_in(device, Arc::clone(&stop), Arc::clone(&self.n_acknowledged)));
            }
        }
        let snapshot = match kind {
            Kind::CheckIns => None,
            Kind::Snapshot | Kind::Both => Some(self.snapshot()?),
        };
        tokio::time::sleep(after).await;
        demo.server.kill()?;
        if let Some(snapshot) = snapshot {
            snapshot.kill()?;
        }
        stop.store(true, Ordering::SeqCst);
        while let Some(device) = tasks.join_next().await {
            self.devices.push(device.context("a device's task ended badly")??);
        }
        Ok(())
    }

    fn snapshot(&self) -> Result<Server> {
        let mut command = snapshot(&self.programs, &self.data_dir);
        Server::start(&mut command, &self.site.own_folder("logs")?.join("crash-snapshot.log"))
    }

    async fn prove(&mut self) -> Result<()> {
        for device in &mut self.devices {
            device.prove().await?;
        }
        Ok(())
    }

    /// Whether the feed shows a new day; an error when it shows neither the old nor a whole new one.
    fn feed(&self, demo: &Demo, kind: Kind, before: &Shown) -> Result<bool> {
        let now = Feed::sign_in(&demo.ready)?.shown()?;
        if now == *before {
            return Ok(false);
        }
        if kind == Kind::CheckIns {
            bail!("the feed changed though no snapshot ran:\n  before {before}\n  after  {now}");
        }
        now.is_whole()
            .with_context(|| format!("the feed shows half a day:\n  before {before}\n  after  {now}"))?;
        Ok(true)
    }

    /// A killed snapshot must not stand in the way of the next one.
    fn settle(&self, demo: &Demo) -> Result<()> {
        let mut command = snapshot(&self.programs, &self.data_dir);
        let ran = run(&self.site, "crash-snapshot-again", &mut command, SOON, Show::Nothing)
            .context("a killed snapshot keeps the next one from being taken soon")?;
        if !ran.success {
            bail!("no snapshot can be taken after the restart:\n{}", ran.tail(10));
        }
        Feed::sign_in(&demo.ready)?.shown()?.is_whole()
    }
}

async fn keep_checking_in(
    mut device: Device,
    stop: Arc<AtomicBool>,
    n_acknowledged: Arc<AtomicU64>,
) -> Result<Device> {
    while !stop.load(Ordering::SeqCst) {
        match device.check_in().await? {
            Outcome::Acknowledged => {
                n_acknowledged.fetch_add(1, Ordering::Relaxed);
            }
            Outcome::Unknown => break,
        }
    }
    Ok(device)
}
