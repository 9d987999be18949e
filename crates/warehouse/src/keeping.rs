//! What is kept of the warehouse, and what is not: backups out and back, and erasures, each recorded with its actor.

use std::path::Path;

use audit::{Actor, Category, Event, Resource};
use jiff::SignedDuration;
use serde_json::json;
use store::{SqlError, TenantId, Tx};

use crate::backup::{self, BackupError, Manifest, Progress, Restoration, Restored};
use crate::erase::Subject;
use crate::job::erase::{self, EraseError, Erased, Erasure};
use crate::suppression::{ErasedList, Suppression};
use crate::{Warehouse, sql};

impl Warehouse {
    /// Takes everything of `tenant` out as files and records that `actor` did. It blocks.
    ///
    /// # Errors
    /// See [`BackupError`]; running it again with the same folder goes on.
    pub fn export(
        &self,
        tenant: TenantId,
        folder: &Path,
        actor: Actor,
        progress: &mut dyn FnMut(&Progress),
    ) -> Result<Manifest, BackupError> {
        let lake = self.lakes.of(tenant)?;
        let erased = self.store.read_blocking(tenant, sql::erased)?;
        let manifest = backup::take(&lake, &tenant.to_string(), folder, erased, progress)?;
        let event = about("Export warehouse", tenant, actor)
            .with(json!({"dateKey": manifest.date_key, "snapshotId": manifest.snapshot_id}));
        self.record(tenant, event)?;
        Ok(manifest)
    }

    /// Checks the backup in `folder`, takes it back into the empty warehouse of `tenant`, and records that `actor`
    /// did. Whoever was erased, from here or from where the backup is from, stays erased. It blocks.
    ///
    /// # Errors
    /// See [`BackupError`]; nothing was taken back then, and running it again goes on.
    pub fn restore(
        &self,
        tenant: TenantId,
        folder: &Path,
        manifest: &Manifest,
        actor: Actor,
        progress: &mut dyn FnMut(&Progress),
    ) -> Result<Restored, BackupError> {
        let lake = self.lakes.of(tenant)?;
        let suppression = self.suppress(tenant, manifest.erased.clone())?;
        let restoration = Restoration {
            folder,
            manifest,
            journal: &self.lakes.restore_journal(tenant),
            suppression: &suppression,
            holder: &self.config.holder,
            now: self.world.clock.now(),
        };
        let restored = backup::put(&lake, &restoration, progress)?;
        let event = about("Restore warehouse", tenant, actor).with(json!({
            "dateKey": manifest.date_key, "snapshotId": restored.snapshot.0, "keptFiles": restored.kept,
            "suppressedRows": restored.blanked,
        }));
        self.record(tenant, event)?;
        restored.end()?;
        Ok(restored)
    }

    /// Erases one subject from every file of `tenant`, remembers that it was, so that nothing brings it back, and
    /// records that `actor` did, without saying whom. Files that are no longer needed stay for `grace`, for downloads
    /// that are reading them. It blocks.
    ///
    /// # Errors
    /// See [`EraseError`]; running it again goes on.
    pub fn erase(
        &self,
        tenant: TenantId,
        subject: &Subject,
        grace: SignedDuration,
        actor: Actor,
    ) -> Result<Erased, EraseError> {
        let (lake, now) = (self.lakes.of(tenant)?, self.world.clock.now());
        let list = self.suppress(tenant, Vec::new())?.list_of(subject.ids());
        let remembered = about("Suppress an erased subject", tenant, actor.clone())
            .with(json!({"ids": list.digests.len()}));
        let id = self.world.ids.guid();
        self.store.write_blocking::<_, SqlError>(tenant, move |tx| {
            sql::add_erased(tx, &list, now)?;
            audit::record(tx, now, id, &remembered)
        })?;
        let suppression = self.suppress(tenant, Vec::new())?;
        let erasure = Erasure { subject, now, holder: &self.config.holder, grace };
        let erased = erase::run(&lake, &erasure, &suppression)?;
        let event = about("Erase a subject from the warehouse", tenant, actor)
            .with(json!({"rows": erased.rows, "files": erased.files}));
        self.record(tenant, event)?;
        Ok(erased)
    }

    /// Everybody who was erased from `tenant`, with those of `lists` from now on.
    fn suppress(&self, tenant: TenantId, lists: Vec<ErasedList>) -> Result<Suppression, SqlError> {
        let (now, secret) = (self.world.clock.now(), self.world.entropy.bytes());
        self.store.write_blocking(tenant, move |tx: &mut Tx<'_, '_>| {
            for list in &lists {
                sql::add_erased(tx, list, now)?;
            }
            sql::suppression(tx, &secret)
        })
    }

    fn record(&self, tenant: TenantId, event: Event) -> Result<(), SqlError> {
        let (now, id) = (self.world.clock.now(), self.world.ids.guid());
        self.store.write_blocking(tenant, move |tx| audit::record(tx, now, id, &event))
    }
}

fn about(action: &'static str, tenant: TenantId, actor: Actor) -> Event {
    Event::new(actor, action, Category::Warehouse).on(Resource::new("Warehouse", tenant.to_string()))
}
