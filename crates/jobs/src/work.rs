//! What a feature offers to be done without a caller: kinds of work, and things looked at every so often.
//!
//! A feature says what and how; the program collects the offers and a [`crate::Runner`] does them.

use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use store::TenantId;
use words::Words;

use crate::Job;

pub(crate) type Running = Pin<Box<dyn Future<Output = Result<(), Trouble>> + Send>>;

/// One job to do, and whose.
#[derive(Clone, Debug)]
pub struct Assignment {
    pub tenant: TenantId,
    pub job: Job,
}

/// Why work was not done, and when to try again.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[error("{said}")]
pub struct Trouble {
    /// For people: what went wrong, in plain words, without secrets. The job itself keeps the English for operators.
    pub said: Words,
    /// Not before this: a service asked to wait. None waits as long as the number of tries says.
    pub again_at: Option<Timestamp>,
    /// Trying again cannot help.
    pub is_final: bool,
}

impl Trouble {
    /// Trouble that trying again may mend.
    pub fn passing(said: impl Into<Words>) -> Trouble {
        Trouble { said: said.into(), again_at: None, is_final: false }
    }

    /// Trouble that trying again cannot mend.
    pub fn lasting(said: impl Into<Words>) -> Trouble {
        Trouble { said: said.into(), again_at: None, is_final: true }
    }

    /// Trouble whose end is known.
    pub fn until(said: impl Into<Words>, again_at: Timestamp) -> Trouble {
        Trouble { said: said.into(), again_at: Some(again_at), is_final: false }
    }
}

impl From<String> for Trouble {
    fn from(said: String) -> Trouble {
        Trouble::passing(said)
    }
}

impl From<store::SqlError> for Trouble {
    fn from(error: store::SqlError) -> Trouble {
        Trouble::passing(error.to_string())
    }
}

/// A kind of work.
#[derive(Clone)]
pub struct Work {
    /// What [`crate::NewJob::kind`] says.
    pub kind: &'static str,
    /// A worker that is silent this long has lost the job. It is renewed while the work runs.
    pub lease: SignedDuration,
    /// Tries before it is given up.
    pub attempts_max: i64,
    pub(crate) run: Arc<dyn Fn(Assignment) -> Running + Send + Sync>,
}

impl Work {
    pub fn new<F, E>(
        kind: &'static str,
        lease: SignedDuration,
        attempts_max: i64,
        run: impl Fn(Assignment) -> F + Send + Sync + 'static,
    ) -> Work
    where
        F: Future<Output = Result<(), E>> + Send + 'static,
        E: Into<Trouble>,
    {
        let run = move |assignment| -> Running {
            let running = run(assignment);
            Box::pin(async move { running.await.map_err(Into::into) })
        };
        Work { kind, lease, attempts_max, run: Arc::new(run) }
    }
}

impl fmt::Debug for Work {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Work").field("kind", &self.kind).field("lease", &self.lease).finish_non_exhaustive()
    }
}

/// Something that is looked at every so often, for each tenant: usually it asks for the work that has become due.
/// Several servers may tick at once, so what it does must be safe to do twice.
#[derive(Clone)]
pub struct Tick {
    /// For the log.
    pub name: &'static str,
    pub every: Duration,
    pub(crate) run: Arc<dyn Fn(TenantId) -> Running + Send + Sync>,
}

impl Tick {
    pub fn new<F, E>(
        name: &'static str,
        every: Duration,
        run: impl Fn(TenantId) -> F + Send + Sync + 'static,
    ) -> Tick
    where
        F: Future<Output = Result<(), E>> + Send + 'static,
        E: Into<Trouble>,
    {
        let run = move |tenant| -> Running {
            let running = run(tenant);
            Box::pin(async move { running.await.map_err(Into::into) })
        };
        Tick { name, every, run: Arc::new(run) }
    }
}

impl fmt::Debug for Tick {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tick").field("name", &self.name).field("every", &self.every).finish_non_exhaustive()
    }
}
