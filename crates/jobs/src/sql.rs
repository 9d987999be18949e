//! The jobs' statements.

use store::Sql;

pub(crate) const ENQUEUE: Sql = Sql::tenant(
    "insert into job (tenant_id, id, kind, dedupe_key, payload, state, due_at, attempts, lease_epoch, created_at)
     values ($1, $2, $3, $4, $5, 'queued', $6, 0, 0, $7) on conflict (tenant_id, kind, dedupe_key) do nothing",
);
/// Another worker's row lock is passed by: that job is being claimed.
pub(crate) const NEXT: Sql = Sql::tenant(
    "select id, kind, dedupe_key, payload, state, due_at, attempts, last_error, finished_at, lease_epoch from job
     where tenant_id = $1 and kind = $2
       and ((state = 'queued' and due_at <= $3) or (state = 'running' and lease_until < $3))
     order by due_at, id limit 1 for update skip locked",
);
/// Which tenants have work waiting, of which kinds.
pub(crate) const DUE: Sql = Sql::global(
    "select distinct tenant_id, kind from job
     where (state = 'queued' and due_at <= $1) or (state = 'running' and lease_until < $1)",
);
pub(crate) const CLAIM: Sql = Sql::tenant(
    "update job set state = 'running', attempts = attempts + 1, lease_owner = $3, lease_epoch = $4, lease_until = $5
     where tenant_id = $1 and id = $2",
);
pub(crate) const RENEW: Sql = Sql::tenant(
    "update job set lease_until = $4
     where tenant_id = $1 and id = $2 and lease_epoch = $3 and state = 'running'",
);
pub(crate) const COMPLETE: Sql = Sql::tenant(
    "update job set state = 'done', finished_at = $4, lease_owner = null, lease_until = null, last_error = null
     where tenant_id = $1 and id = $2 and lease_epoch = $3 and state = 'running'",
);
pub(crate) const FAIL: Sql = Sql::tenant(
    "update job set state = $4, due_at = $5, last_error = $6, finished_at = $7, lease_owner = null, lease_until = null
     where tenant_id = $1 and id = $2 and lease_epoch = $3 and state = 'running'",
);
pub(crate) const LIST: Sql = Sql::tenant(
    "select id, kind, dedupe_key, payload, state, due_at, attempts, last_error, finished_at from job
     where tenant_id = $1 and kind = $2 order by created_at desc, id limit $3",
);
pub(crate) const FIND: Sql = Sql::tenant(
    "select id, kind, dedupe_key, payload, state, due_at, attempts, last_error, finished_at from job
     where tenant_id = $1 and kind = $2 and dedupe_key = $3",
);
pub(crate) const FORGET: Sql =
    Sql::tenant("delete from job where tenant_id = $1 and state in ('done', 'failed') and finished_at < $2");
