-- Connectors: what they are, their secrets, their health over time, their runs, and who reads the feeds of expiries.

create table connector_instance (
  tenant_id text not null references tenant (tenant_id),
  id text not null,
  family text not null,
  display_name text not null,
  is_enabled boolean not null,
  owner text,
  how_to_renew text,
  settings text not null,
  configured_at bigint not null,
  created_at bigint not null,
  modified_at bigint not null,
  credential_state text not null,
  credential_facts text not null,
  valid_from bigint,
  expires_at bigint,
  credential_at bigint,
  sync_kind text,
  sync_every_seconds bigint,
  sync_cursor text,
  last_success_at bigint,
  last_attempt_at bigint,
  last_error text,
  next_expected_at bigint,
  next_run_at bigint,
  running_since bigint,
  heartbeat_token_hash text,
  primary key (tenant_id, id)
);
create index connector_instance_family on connector_instance (tenant_id, family);
create index connector_instance_next_run on connector_instance (tenant_id, next_run_at);
create unique index connector_instance_token on connector_instance (heartbeat_token_hash);

create table connector_secret (
  tenant_id text not null,
  instance_id text not null,
  purpose text not null,
  sealed blob not null,
  public_text text not null,
  created_at bigint not null,
  primary key (tenant_id, instance_id, purpose),
  foreign key (tenant_id, instance_id) references connector_instance (tenant_id, id)
);

create table connector_health (
  tenant_id text not null,
  instance_id text not null,
  type_key text not null,
  health text not null,
  reason text not null,
  since bigint not null,
  due_at bigint,
  warned_day bigint,
  warned_expires_at bigint,
  primary key (tenant_id, instance_id, type_key),
  foreign key (tenant_id, instance_id) references connector_instance (tenant_id, id)
);
create index connector_health_due on connector_health (tenant_id, due_at);

create table connector_health_change (
  tenant_id text not null,
  id text not null,
  instance_id text not null,
  type_key text not null,
  at bigint not null,
  health_before text,
  health text not null,
  reason text not null,
  primary key (tenant_id, id),
  foreign key (tenant_id, instance_id) references connector_instance (tenant_id, id)
);
create index connector_health_change_type on connector_health_change (tenant_id, type_key, at);
create index connector_health_change_instance on connector_health_change (tenant_id, instance_id, at);

create table connector_run (
  tenant_id text not null,
  id text not null,
  instance_id text not null,
  requested_by text not null,
  started_at bigint not null,
  finished_at bigint,
  outcome text not null,
  message text not null,
  counts text not null,
  primary key (tenant_id, id),
  foreign key (tenant_id, instance_id) references connector_instance (tenant_id, id)
);
create index connector_run_instance on connector_run (tenant_id, instance_id, started_at);

create table connector_type_setting (
  tenant_id text not null references tenant (tenant_id),
  type_key text not null,
  early_warning_days text not null,
  primary key (tenant_id, type_key)
);

create table connector_change (
  tenant_id text primary key references tenant (tenant_id),
  sequence bigint not null
);

create table expiry_feed (
  tenant_id text not null,
  id text not null,
  user_id text not null,
  description text not null,
  token_hash text not null,
  created_at bigint not null,
  revoked_at bigint,
  primary key (tenant_id, id)
);
create unique index expiry_feed_token on expiry_feed (token_hash);

-- Who has a licence of the service, and how many of each product are given away: kept, not counted.
alter table subscribed_sku add column consumed_units bigint not null default 0;
update subscribed_sku set consumed_units = (
  select count(*) from user_licence l
  where l.tenant_id = subscribed_sku.tenant_id and l.sku_id = subscribed_sku.sku_id
);
create table licensed_user_count (
  tenant_id text primary key references tenant (tenant_id),
  licensed bigint not null
);
insert into licensed_user_count (tenant_id, licensed)
select l.tenant_id, count(distinct l.user_id) from user_licence l
join subscribed_sku s on s.tenant_id = l.tenant_id and s.sku_id = l.sku_id
join directory_user u on u.tenant_id = l.tenant_id and u.id = l.user_id
where s.includes_device_management and u.deleted_at is null
group by l.tenant_id;
