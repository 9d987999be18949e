-- Who was erased from the warehouse: digests, and no id.

-- What makes the ids that take the place of erased ones; it is in no backup of the warehouse.
create table warehouse_secret (
  tenant_id text collate "C" primary key references tenant (tenant_id),
  secret text collate "C" not null
);

-- Digests under one key each list: the tenant's own, and those that came with backups of others.
create table warehouse_erased (
  tenant_id text collate "C" not null references tenant (tenant_id),
  list_key text collate "C" not null,
  digest text collate "C" not null,
  erased_at bigint not null,
  primary key (tenant_id, list_key, digest)
);
