//! Statements over connectors. An empty text stands for "any": PostgreSQL cannot tell the type of a null.

use store::Sql;

pub(crate) const INSTANCES: Sql = Sql::tenant(
    "select id, family, display_name, is_enabled, owner, how_to_renew, settings, configured_at, created_at, modified_at,
     credential_state, credential_facts, valid_from, expires_at, credential_at, sync_kind, sync_every_seconds,
     sync_cursor, last_success_at, last_attempt_at, last_error, last_error_nl, last_error_sv, next_expected_at,
     next_run_at, running_since, heartbeat_token_hash
     from connector_instance
     where tenant_id = $1 and ($2 = '' or family = $2) and ($3 = '' or id = $3) order by display_name, id limit 5000",
);
/// Waits for whoever changes the same one.
pub(crate) const LOCK_INSTANCE: Sql =
    Sql::tenant("select id from connector_instance where tenant_id = $1 and id = $2 for update");
pub(crate) const COUNT_INSTANCES: Sql =
    Sql::tenant("select count(*) from connector_instance where tenant_id = $1");
pub(crate) const INSERT_INSTANCE: Sql = Sql::tenant(
    "insert into connector_instance (tenant_id, id, family, display_name, is_enabled, owner, how_to_renew, settings,
     configured_at, created_at, modified_at, credential_state, credential_facts, valid_from, expires_at, credential_at,
     sync_kind, sync_every_seconds, sync_cursor, last_success_at, last_attempt_at, last_error, last_error_nl,
     last_error_sv, next_expected_at, next_run_at, running_since, heartbeat_token_hash)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23,
     $24, $25, $26, $27, $28)",
);
pub(crate) const UPDATE_INSTANCE: Sql = Sql::tenant(
    "update connector_instance set family = $3, display_name = $4, is_enabled = $5, owner = $6, how_to_renew = $7,
     settings = $8, configured_at = $9, created_at = $10, modified_at = $11, credential_state = $12,
     credential_facts = $13, valid_from = $14, expires_at = $15, credential_at = $16, sync_kind = $17,
     sync_every_seconds = $18, sync_cursor = $19, last_success_at = $20, last_attempt_at = $21, last_error = $22,
     last_error_nl = $23, last_error_sv = $24, next_expected_at = $25, next_run_at = $26, running_since = $27,
     heartbeat_token_hash = $28
     where tenant_id = $1 and id = $2",
);
pub(crate) const DELETE_INSTANCE: Sql =
    Sql::tenant("delete from connector_instance where tenant_id = $1 and id = $2");
pub(crate) const DELETE_SECRETS: Sql =
    Sql::tenant("delete from connector_secret where tenant_id = $1 and instance_id = $2");
pub(crate) const DELETE_HEALTH: Sql =
    Sql::tenant("delete from connector_health where tenant_id = $1 and instance_id = $2");
pub(crate) const DELETE_CHANGES: Sql =
    Sql::tenant("delete from connector_health_change where tenant_id = $1 and instance_id = $2");
pub(crate) const DELETE_RUNS: Sql =
    Sql::tenant("delete from connector_run where tenant_id = $1 and instance_id = $2");
/// A token says by itself which tenant it is of.
pub(crate) const OF_HEARTBEAT: Sql =
    Sql::global("select tenant_id, id from connector_instance where heartbeat_token_hash = $1");

pub(crate) const PUT_SECRET: Sql = Sql::tenant(
    "insert into connector_secret (tenant_id, instance_id, purpose, sealed, public_text, created_at)
     values ($1, $2, $3, $4, $5, $6)
     on conflict (tenant_id, instance_id, purpose)
     do update set sealed = excluded.sealed, public_text = excluded.public_text, created_at = excluded.created_at",
);
pub(crate) const FIND_SECRET: Sql = Sql::tenant(
    "select sealed, public_text, created_at from connector_secret
     where tenant_id = $1 and instance_id = $2 and purpose = $3",
);
pub(crate) const DELETE_SECRET: Sql =
    Sql::tenant("delete from connector_secret where tenant_id = $1 and instance_id = $2 and purpose = $3");

pub(crate) const HEALTH: Sql = Sql::tenant(
    "select health, since, warned_day, warned_expires_at from connector_health
     where tenant_id = $1 and instance_id = $2 and type_key = $3",
);
pub(crate) const PUT_HEALTH: Sql = Sql::tenant(
    "insert into connector_health (tenant_id, instance_id, type_key, health, reason, since, due_at, warned_day,
     warned_expires_at) values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
     on conflict (tenant_id, instance_id, type_key) do update set health = excluded.health, reason = excluded.reason,
     since = excluded.since, due_at = excluded.due_at, warned_day = excluded.warned_day,
     warned_expires_at = excluded.warned_expires_at",
);
pub(crate) const DUE: Sql = Sql::tenant(
    "select distinct instance_id from connector_health where tenant_id = $1 and due_at <= $2 order by instance_id
     limit 500",
);
pub(crate) const INSERT_CHANGE: Sql = Sql::tenant(
    "insert into connector_health_change (tenant_id, id, instance_id, type_key, at, health_before, health, reason)
     values ($1, $2, $3, $4, $5, $6, $7, $8)",
);
pub(crate) const TIMELINE: Sql = Sql::tenant(
    "select c.instance_id, i.display_name, c.type_key, c.at, c.health_before, c.health, c.reason
     from connector_health_change c
     join connector_instance i on i.tenant_id = c.tenant_id and i.id = c.instance_id
     where c.tenant_id = $1 and ($2 = '' or c.type_key = $2) and ($3 = '' or c.instance_id = $3) and c.at >= $4
     order by c.at desc, c.id limit 2000",
);
pub(crate) const FORGET_CHANGES: Sql =
    Sql::tenant("delete from connector_health_change where tenant_id = $1 and at < $2");

pub(crate) const INSERT_RUN: Sql = Sql::tenant(
    "insert into connector_run (tenant_id, id, instance_id, requested_by, started_at, finished_at, outcome, message,
     message_nl, message_sv, counts) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
);
pub(crate) const FINISH_RUN: Sql = Sql::tenant(
    "update connector_run set finished_at = $3, outcome = $4, message = $5, message_nl = $6, message_sv = $7, counts = $8
     where tenant_id = $1 and id = $2",
);
pub(crate) const RUNS: Sql = Sql::tenant(
    "select id, requested_by, started_at, finished_at, outcome, message, message_nl, message_sv, counts from connector_run
     where tenant_id = $1 and instance_id = $2 order by started_at desc, id limit $3",
);
pub(crate) const FORGET_RUNS: Sql =
    Sql::tenant("delete from connector_run where tenant_id = $1 and started_at < $2");
pub(crate) const DUE_RUNS: Sql = Sql::tenant(
    "select id from connector_instance
     where tenant_id = $1 and next_run_at <= $2 and is_enabled order by next_run_at limit 100",
);

pub(crate) const EARLY_WARNINGS: Sql = Sql::tenant(
    "select early_warning_days from connector_type_setting where tenant_id = $1 and type_key = $2",
);
pub(crate) const PUT_EARLY_WARNINGS: Sql = Sql::tenant(
    "insert into connector_type_setting (tenant_id, type_key, early_warning_days) values ($1, $2, $3)
     on conflict (tenant_id, type_key) do update set early_warning_days = excluded.early_warning_days",
);
pub(crate) const BUMP: Sql = Sql::tenant(
    "insert into connector_change (tenant_id, sequence) values ($1, 1)
     on conflict (tenant_id) do update set sequence = connector_change.sequence + 1",
);
pub(crate) const SEQUENCE: Sql = Sql::tenant("select sequence from connector_change where tenant_id = $1");

pub(crate) const INSERT_FEED: Sql = Sql::tenant(
    "insert into expiry_feed (tenant_id, id, user_id, description, token_hash, created_at)
     values ($1, $2, $3, $4, $5, $6)",
);
pub(crate) const FEEDS: Sql = Sql::tenant(
    "select id, description, created_at, revoked_at from expiry_feed
     where tenant_id = $1 and user_id = $2 order by created_at desc, id limit 100",
);
pub(crate) const REVOKE_FEED: Sql = Sql::tenant(
    "update expiry_feed set revoked_at = $4
     where tenant_id = $1 and id = $2 and user_id = $3 and revoked_at is null",
);
pub(crate) const FORGET_FEEDS: Sql =
    Sql::tenant("delete from expiry_feed where tenant_id = $1 and user_id = $2");
pub(crate) const OF_FEED: Sql =
    Sql::global("select tenant_id, user_id from expiry_feed where token_hash = $1 and revoked_at is null");
