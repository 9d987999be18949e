//! Does what features offer: jobs when they are due, ticks at their pace.
//!
//! A job runs under its lease, which is renewed while it runs; a worker that lost its lease drops the work. Failures are
//! written down in the job's own words and tried again. The runner ends with the process: what was being done is done
//! again after the lease, by whoever is there.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use store::{SqlError, Store, TenantId};
use tokio::sync::Semaphore;
use uuid::Uuid;
use world::World;

use crate::work::{Assignment, Tick, Trouble, Work};
use crate::{Claim, ClaimError, State, sql};

/// How often the table is asked for what has become due.
const LOOK_EVERY: Duration = Duration::from_secs(1);
/// Jobs done at once: they wait for networks and disks more than for processors.
const AT_ONCE: usize = 4;

/// Does work for all tenants. Cheap to clone.
#[derive(Clone)]
pub struct Runner {
    store: Store,
    world: World,
    /// Who holds the leases, for people who look at the table.
    owner: Arc<str>,
    works: Arc<[Work]>,
    ticks: Arc<[Tick]>,
    room: Arc<Semaphore>,
}

impl Runner {
    pub fn new(store: Store, world: World, owner: &str, works: Vec<Work>, ticks: Vec<Tick>) -> Runner {
        Runner {
            store,
            world,
            owner: owner.into(),
            works: works.into(),
            ticks: ticks.into(),
            room: Arc::new(Semaphore::new(AT_ONCE)),
        }
    }

    /// Starts everything; it ends with the runtime.
    pub fn start(&self) {
        for tick in self.ticks.iter() {
            tokio::spawn(self.clone().keep_ticking(tick.clone()));
        }
        tokio::spawn(self.clone().keep_working());
    }

    /// Every tick once for every tenant, then all work that is due, until none is. For tests and for commands that
    /// end; failures are in the jobs.
    ///
    /// # Errors
    /// When the database cannot be used.
    pub async fn settle(&self) -> Result<(), SqlError> {
        for tick in self.ticks.iter() {
            self.tick(tick).await;
        }
        loop {
            let mut is_idle = true;
            for (tenant, work) in self.due().await? {
                while let Some(claim) = self.claim(tenant, &work).await? {
                    is_idle = false;
                    self.clone().work(tenant, work.clone(), claim).await;
                }
            }
            if is_idle {
                return Ok(());
            }
        }
    }

    async fn keep_ticking(self, tick: Tick) {
        let mut beats = tokio::time::interval(tick.every);
        beats.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        loop {
            beats.tick().await;
            self.tick(&tick).await;
        }
    }

    async fn tick(&self, tick: &Tick) {
        let tenants = match self.store.tenants().await {
            Ok(tenants) => tenants,
            Err(error) => {
                tracing::error!(tick = tick.name, %error, "the tenants could not be read");
                return;
            }
        };
        for tenant in tenants {
            if let Err(error) = (tick.run)(tenant).await {
                tracing::error!(tick = tick.name, %tenant, %error, "could not be looked after");
            }
        }
    }

    async fn keep_working(self) {
        let mut looks = tokio::time::interval(LOOK_EVERY);
        looks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        loop {
            looks.tick().await;
            if let Err(error) = self.start_due().await {
                tracing::error!(%error, "the work that is due could not be read");
            }
        }
    }

    /// Starts what is due while there is room.
    async fn start_due(&self) -> Result<(), SqlError> {
        for (tenant, work) in self.due().await? {
            loop {
                let Ok(place) = Arc::clone(&self.room).try_acquire_owned() else { return Ok(()) };
                let Some(claim) = self.claim(tenant, &work).await? else { break };
                let (runner, work) = (self.clone(), work.clone());
                tokio::spawn(async move {
                    runner.work(tenant, work, claim).await;
                    drop(place);
                });
            }
        }
        Ok(())
    }

    /// Which tenants have work of which kind waiting. Kinds nobody offers are left alone: a newer server may.
    async fn due(&self) -> Result<Vec<(TenantId, Work)>, SqlError> {
        let now = self.world.clock.now();
        let read = self.store.read_global(move |conn| {
            let rows = conn.rows(&sql::DUE, &[now.into()])?;
            let pairs = rows.iter().map(|row| Ok((TenantId(row.get::<Uuid>(0)?), row.get::<String>(1)?)));
            pairs.collect::<Result<HashSet<_>, SqlError>>()
        });
        let due = read.await?;
        let offered = |(tenant, kind): (TenantId, String)| {
            self.works.iter().find(|work| work.kind == kind).map(|work| (tenant, work.clone()))
        };
        Ok(due.into_iter().filter_map(offered).collect())
    }

    async fn claim(&self, tenant: TenantId, work: &Work) -> Result<Option<Claim>, SqlError> {
        let (kind, lease, now) = (work.kind, work.lease, self.world.clock.now());
        let owner = Arc::clone(&self.owner);
        self.store.write(tenant, move |tx| crate::claim(tx, kind, &owner, now, lease)).await
    }

    async fn work(self, tenant: TenantId, work: Work, claim: Claim) {
        // On a task of its own, so that a panic is one job's failure and not the runner's end.
        let assignment = Assignment { tenant, job: claim.job.clone() };
        let mut running = tokio::spawn((work.run)(assignment));
        let third = Duration::try_from(work.lease / 3).unwrap_or(LOOK_EVERY);
        let outcome = loop {
            tokio::select! {
                done = &mut running => {
                    break done.unwrap_or_else(|_| Err(Trouble::passing("the work ended unexpectedly")));
                }
                () = tokio::time::sleep(third) => {
                    if let Err(ClaimError::Lost) = self.renew(tenant, &work, &claim).await {
                        running.abort();
                        tracing::warn!(%tenant, kind = work.kind, "another worker has taken the job over");
                        return;
                    }
                }
            }
        };
        if let Err(error) = self.finish(tenant, &work, claim, outcome).await {
            tracing::error!(%tenant, kind = work.kind, %error, "how a job went could not be written down");
        }
    }

    async fn renew(&self, tenant: TenantId, work: &Work, claim: &Claim) -> Result<(), ClaimError> {
        let (claim, lease, now) = (claim.clone(), work.lease, self.world.clock.now());
        self.store.write(tenant, move |tx| crate::renew(tx, &claim, now, lease)).await
    }

    async fn finish(
        &self,
        tenant: TenantId,
        work: &Work,
        claim: Claim,
        outcome: Result<(), Trouble>,
    ) -> Result<(), ClaimError> {
        let (kind, now, attempts_max) = (work.kind, self.world.clock.now(), work.attempts_max);
        let written = self.store.write(tenant, move |tx| match outcome {
            Ok(()) => crate::complete(tx, &claim, now).map(|()| None),
            Err(trouble) => {
                let state = crate::fail(tx, &claim, &trouble, attempts_max, now)?;
                Ok(Some((trouble, state)))
            }
        });
        match written.await? {
            Some((error, State::Failed)) => tracing::error!(%tenant, kind, %error, "a job was given up"),
            Some((error, _)) => tracing::warn!(%tenant, kind, %error, "a job failed and will be tried again"),
            None => {}
        }
        Ok(())
    }
}
