//! The audit record's statements.

use sql::Sql;

/// Makes the head of the chain, so that the next statement has a row to lock.
pub(crate) const BEGIN: Sql = Sql::tenant(
    "insert into audit_head (tenant_id, sequence, hash) values ($1, 0, $2) on conflict (tenant_id) do nothing",
);
/// Locks the head: two writers cannot append after the same event.
pub(crate) const LOCK_HEAD: Sql =
    Sql::tenant("select sequence, hash from audit_head where tenant_id = $1 for update");
pub(crate) const HEAD: Sql = Sql::tenant("select sequence, hash from audit_head where tenant_id = $1");
pub(crate) const ADVANCE: Sql =
    Sql::tenant("update audit_head set sequence = $2, hash = $3 where tenant_id = $1");
pub(crate) const INSERT: Sql = Sql::tenant(
    "insert into audit_event (tenant_id, sequence, id, at, actor, activity, category, result, resource_type,
     resource_id, resource_name, details, correlation_id, hash)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)",
);
pub(crate) const LIST: Sql = Sql::tenant(
    "select sequence, id, at, actor, activity, category, result, resource_type, resource_id, resource_name, details,
     hash, correlation_id
     from audit_event where tenant_id = $1 and sequence < $2 order by sequence desc limit $3",
);
pub(crate) const ALL: Sql = Sql::tenant(
    "select sequence, id, at, actor, activity, category, result, resource_type, resource_id, resource_name, details,
     hash, correlation_id
     from audit_event where tenant_id = $1 order by sequence",
);
pub(crate) const COUNT: Sql = Sql::tenant("select count(*) from audit_event where tenant_id = $1");
