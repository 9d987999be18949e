//! `quarterdeck serve`: from settings to a server that answers, and to its orderly end.

use std::io::Write as _;
use std::net::{IpAddr, SocketAddr};
use std::path::Path;
use std::time::Duration;

use anyhow::{Context as _, Result};
use jiff::SignedDuration;
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};
use world::World;

use crate::compose::{House, Site};
use crate::config::{Config, Origin};
use crate::data_dir::{DataDir, machine_name, tls_folder};
use crate::health::{Gauge, Health};
use crate::layers::Around;
use crate::listen::{Edge, Limits, Stop, serve};
use crate::metrics::Metrics;
use crate::otlp::Tracer;
use crate::tls::{self, LEAF_RENEWED_BEFORE_DAYS, Tls, Wanted};
use crate::{health, ui, upkeep};

/// How long the last traces may take to be sent.
const LAST_SPANS: Duration = Duration::from_secs(3);
/// How often the certificate's age is looked at.
const CERTIFICATE_CHECK: Duration = Duration::from_secs(6 * 60 * 60);

/// A server that listens but does not answer yet: what it is called is known.
pub(crate) struct Listening {
    pub(crate) data_dir: DataDir,
    pub(crate) origin: Origin,
    pub(crate) config: Config,
    listener: TcpListener,
    tls: Tls,
    wanted: Wanted,
    authority_file: Option<std::path::PathBuf>,
    metrics: Metrics,
}

impl Listening {
    /// Takes the data folder, the port and the certificate.
    ///
    /// # Errors
    /// A sentence about whichever cannot be had.
    pub(crate) async fn start(config: Config, world: &World) -> Result<Listening> {
        let now = world.clock.now();
        let data_dir = DataDir::open(&config.files.data_dir)?;
        let address = config.server.listen;
        let listener = TcpListener::bind(address).await.with_context(|| {
            format!("cannot listen on {address}; another program may use the port, or choose another with server.listen")
        })?;
        let origin = origin(&config, listener.local_addr()?);
        let wanted = wanted(&config, &origin, data_dir.path());
        let material = tls::material(&config.tls, &wanted, now)?;
        let metrics = Metrics::new(now);
        metrics.certificate_expires(material.expires_at);
        let authority_file = material.authority_file.clone();
        let tls = Tls::new(material)?;
        Ok(Listening { data_dir, origin, config, listener, tls, wanted, authority_file, metrics })
    }

    /// The file of the authority that clients must trust; the data folder's even when it is not used.
    pub(crate) fn authority_file(&self) -> Option<&Path> {
        self.authority_file.as_deref()
    }

    /// Where it really listens, also when the port was left to the system.
    ///
    /// # Errors
    /// When the socket is gone.
    pub(crate) fn local_address(&self) -> std::io::Result<SocketAddr> {
        self.listener.local_addr()
    }

    /// Where the house is, for opening it.
    pub(crate) fn site(&self) -> Site<'_> {
        Site {
            config: &self.config,
            data_dir: self.data_dir.path(),
            origin: &self.origin,
            authority_file: self.authority_file(),
        }
    }

    /// Says where the server is. Whoever reads it may have gone away already.
    fn greet(&self) {
        let mut out = std::io::stdout().lock();
        let _ = writeln!(out, "Quarterdeck answers at {}", self.origin);
        if let Some(authority) = self.authority_file() {
            let _ = writeln!(out, "Clients must trust the authority in {}", authority.display());
        }
    }

    /// Answers until the process is told to stop.
    ///
    /// # Errors
    /// When signals cannot be listened for.
    pub(crate) async fn run(self, house: House, world: World) -> Result<()> {
        // From here on a signal means an orderly end; before, there is nothing to end.
        let mut signals = Signals::new()?;
        self.tls.ask_for_clients_of(house.device_authorities().await?)?;
        // A house serves once: the first is the one.
        let _ = house.served.set(self.metrics.clone());
        let app = house.app();
        let (tracer, sending) = Tracer::start(&self.config.otlp);
        let mut gauges = app.gauges;
        let (about, dropped) = ("Spans that did not fit the queue since the start.", tracer.clone());
        gauges.push(Gauge::new("quarterdeck_spans_dropped", about, move || dropped.dropped() as f64));
        let around = Around::new(&self.config, &self.origin, world.clone(), self.metrics.clone(), tracer);
        let health = Health {
            checks: app.checks.into(),
            gauges: gauges.into(),
            texts: app.texts.into(),
            metrics: self.metrics.clone(),
        };
        let doors = app.router.merge(health::router(health));
        let router = around.wrap(ui::behind(doors, world.clone()));
        let edge = Edge {
            tls: self.tls.clone(),
            limits: Limits::from(&self.config.server),
            trusted_proxies: self.config.server.trusted_proxies.clone().into(),
            metrics: self.metrics.clone(),
            router,
        };
        let (tell, stop) = Stop::pair();
        self.greet();
        tracing::info!(origin = %self.origin, listen = %self.listener.local_addr()?, "answering");
        let renewing = tokio::spawn(keep_certificate(
            self.tls,
            self.config.tls.clone(),
            self.wanted,
            self.metrics,
            world,
        ));
        let serving = tokio::spawn(serve(self.listener, edge, stop));
        upkeep::start(&house);
        let signal = signals.any().await;
        tracing::info!(signal, "stopping: requests that are being answered may finish");
        renewing.abort();
        let _ = tell.send(true);
        serving.await?;
        if let Some(sending) = sending {
            // The last spans; a collector that is away must not keep the server from ending.
            let _ = tokio::time::timeout(LAST_SPANS, sending).await;
        }
        tracing::info!("stopped");
        drop(self.data_dir);
        Ok(())
    }
}

/// `quarterdeck serve`.
pub(crate) async fn run(config: Config) -> Result<()> {
    let world = World::real();
    let listening = Listening::start(config, &world).await?;
    let house = House::open(&listening.site(), &world).await?;
    if house.store.tenants().await?.is_empty() {
        anyhow::bail!(
            "there is no tenant yet; make one with: quarterdeck init --data-dir {}",
            listening.data_dir.path().display()
        );
    }
    listening.run(house, world).await
}

/// What the server is called: as set, or from where it listens.
pub(crate) fn origin(config: &Config, listening: SocketAddr) -> Origin {
    if let Some(origin) = &config.server.public_origin {
        return origin.clone();
    }
    let host = match listening.ip() {
        ip if ip.is_loopback() => "localhost".to_owned(),
        ip if ip.is_unspecified() => machine_name(),
        ip => ip.to_string(),
    };
    Origin::new(&host, listening.port())
}

/// The names the certificate made here must hold for.
pub(crate) fn wanted(config: &Config, origin: &Origin, data_dir: &Path) -> Wanted {
    let mut names = vec![origin.host().to_owned()];
    let listen = config.server.listen.ip();
    let own = if listen.is_unspecified() { None } else { Some(listen.to_string()) };
    let usual = ["localhost".to_owned(), "127.0.0.1".to_owned(), "::1".to_owned(), machine_name()];
    for name in own.into_iter().chain(usual).chain(config.tls.extra_names.iter().cloned()) {
        // One spelling of each address, so that the certificate is not made again for another.
        let name = name.parse::<IpAddr>().map_or(name.to_ascii_lowercase(), |ip| ip.to_string());
        if !names.contains(&name) {
            names.push(name);
        }
    }
    Wanted { folder: tls_folder(data_dir), names }
}

/// Renews the certificate while the server runs, so that one that is never restarted does not lapse.
async fn keep_certificate(
    tls: Tls,
    settings: crate::config::Tls,
    wanted: Wanted,
    metrics: Metrics,
    world: World,
) {
    loop {
        tokio::time::sleep(CERTIFICATE_CHECK).await;
        let now = world.clock.now();
        if tls.expires_at().duration_since(now) > SignedDuration::from_hours(24 * LEAF_RENEWED_BEFORE_DAYS) {
            continue;
        }
        let renewed = tls::material(&settings, &wanted, now);
        match renewed.and_then(|material| tls.replace(material)) {
            Ok(()) => {
                metrics.certificate_expires(tls.expires_at());
                tracing::info!(expires_at = %tls.expires_at(), "the certificate was read again");
            }
            Err(error) => tracing::error!(%error, "the certificate could not be renewed"),
        }
    }
}

/// The signals that mean: stop.
struct Signals {
    terminate: tokio::signal::unix::Signal,
    interrupt: tokio::signal::unix::Signal,
}

impl Signals {
    fn new() -> std::io::Result<Signals> {
        Ok(Signals {
            terminate: signal(SignalKind::terminate())?,
            interrupt: signal(SignalKind::interrupt())?,
        })
    }

    async fn any(&mut self) -> &'static str {
        tokio::select! {
            _ = self.terminate.recv() => "SIGTERM",
            _ = self.interrupt.recv() => "SIGINT",
        }
    }
}
