//! What a synchronisation is: work against another system that this feature asks for, and somebody else knows how to do.

mod apple_dep;
mod apple_vpp;
mod graph_import;
mod https_probe;
mod oauth1;
pub mod shelf;
mod tls_probe;
mod trouble;

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use serde_json::Value;
use store::TenantId;
use uuid::Uuid;
use words::Words;

use crate::catalogue::SyncKind;
use shelf::{Bringer, Shelf};

pub use graph_import::{GraphDevice, GraphUser, LandedCounts, Landing, LandingRun};

/// One run that is asked for.
pub struct Asked {
    pub tenant: TenantId,
    pub instance: Uuid,
    /// What the instance is, by the catalogue's family: `vppToken`.
    pub family: &'static str,
    /// The instance's settings, as [`Sync::check`] let them in.
    pub settings: Value,
    /// The credential's secret bytes, opened, in the credential's stored form: see `docs/tenant-status.md`.
    pub credential: Option<Vec<u8>>,
    /// What the last successful run left.
    pub cursor: Option<String>,
    pub now: Timestamp,
}

impl Asked {
    /// Who brings what the run finds.
    pub(crate) fn bringer(&self) -> Bringer {
        Bringer { tenant: self.tenant, instance: self.instance, at: self.now }
    }
}

/// What a successful run tells.
#[derive(Clone, Debug, PartialEq)]
pub struct Synced {
    /// One plain sentence: `12 devices were read, 1 is new.`
    pub message: Words,
    /// Named counts for the history: `{"devices": 12}`.
    pub counts: Value,
    /// Kept for the next run; None keeps the one there is.
    pub cursor: Option<String>,
    /// What the other side told about the credential (a probe: the server's certificate); None keeps what is known.
    pub credential: Option<SeenCredential>,
}

impl Synced {
    /// A success that tells nothing else.
    pub fn new(message: impl Into<Words>) -> Synced {
        Synced { message: message.into(), counts: Value::Null, cursor: None, credential: None }
    }
}

/// What a run saw of a credential.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SeenCredential {
    pub valid_from: Option<Timestamp>,
    pub expires_at: Option<Timestamp>,
    /// Facts to show, none of them secret: subject, serial, issuer.
    pub facts: Value,
}

/// Why a run failed.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[error("{said}")]
pub struct SyncError {
    /// One plain sentence for an administrator: what is wrong and what to change.
    pub said: Words,
    /// What the other side asked to wait, if it did.
    pub retry_after: Option<SignedDuration>,
    /// Trying again without a change is of no use.
    pub is_final: bool,
}

impl SyncError {
    pub fn new(said: impl Into<Words>) -> SyncError {
        SyncError { said: said.into(), retry_after: None, is_final: false }
    }
}

/// A run on its way.
pub type Running<'a> = Pin<Box<dyn Future<Output = Result<Synced, SyncError>> + Send + 'a>>;

/// Knows how to synchronise one kind.
pub trait Sync: Send + std::marker::Sync + 'static {
    /// The kind it does; an active one.
    fn kind(&self) -> SyncKind;

    /// Whether an instance may have these settings.
    ///
    /// # Errors
    /// The field, and one sentence that says what to change.
    fn check(&self, settings: &Value) -> Result<(), (String, Words)>;

    /// Does it once, within the time limits of its own. It may be run again after it succeeded.
    fn run(&self, asked: Asked) -> Running<'_>;
}

/// Where what is brought goes.
pub struct Around {
    pub landing: Arc<dyn Landing>,
    pub shelf: Arc<dyn Shelf>,
}

/// Those that this feature does itself, over the network.
pub fn own(client: &outbound::Client, world: &world::World, around: Around) -> Vec<Arc<dyn Sync>> {
    let Around { landing, shelf } = around;
    vec![
        Arc::new(tls_probe::TlsProbe { client: client.clone() }),
        Arc::new(https_probe::HttpsProbe { client: client.clone() }),
        Arc::new(apple_vpp::AppleVpp { client: client.clone(), shelf: Arc::clone(&shelf) }),
        Arc::new(apple_dep::AppleDep {
            client: client.clone(),
            world: world.clone(),
            shelf: Arc::clone(&shelf),
        }),
        Arc::new(graph_import::GraphImport { client: client.clone(), landing, shelf }),
    ]
}

/// All that are known to this program.
#[derive(Clone, Default)]
pub struct Syncs(Arc<[Arc<dyn Sync>]>);

impl Syncs {
    pub fn new(syncs: Vec<Arc<dyn Sync>>) -> Syncs {
        Syncs(syncs.into())
    }

    pub fn of(&self, kind: SyncKind) -> Option<&Arc<dyn Sync>> {
        self.0.iter().find(|sync| sync.kind() == kind)
    }
}
