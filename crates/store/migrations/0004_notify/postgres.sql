-- What people should hear of, through which channels, and what became of it.

create table notice (
  tenant_id text collate "C" not null references tenant (tenant_id),
  id text collate "C" not null,
  topic text collate "C" not null,
  subject text collate "C" not null,
  severity text collate "C" not null,
  state text collate "C" not null,
  title_en text collate "C" not null,
  title_nl text collate "C" not null,
  title_sv text collate "C" not null,
  text_en text collate "C" not null,
  text_nl text collate "C" not null,
  text_sv text collate "C" not null,
  link text collate "C" not null,
  raised_at bigint not null,
  primary key (tenant_id, id)
);
create index notice_subject on notice (tenant_id, topic, subject, raised_at);
create index notice_at on notice (tenant_id, raised_at);

-- owner_user_id is null for the tenant's own channels and names the person whose preferences a channel is.
create table notify_channel (
  tenant_id text collate "C" not null references tenant (tenant_id),
  id text collate "C" not null,
  owner_user_id text collate "C",
  kind text collate "C" not null,
  display_name text collate "C" not null,
  settings text collate "C" not null,
  secret bytea,
  is_enabled boolean not null,
  created_at bigint not null,
  modified_at bigint not null,
  last_sent_at bigint,
  primary key (tenant_id, id)
);
create unique index notify_channel_owner on notify_channel (tenant_id, owner_user_id);

-- What a channel knows of a subject: opened and not resolved yet means it may be reminded of.
create table notify_thread (
  tenant_id text collate "C" not null,
  channel_id text collate "C" not null,
  topic text collate "C" not null,
  subject text collate "C" not null,
  is_open boolean not null,
  notice_id text collate "C" not null,
  told_at bigint,
  primary key (tenant_id, channel_id, topic, subject),
  foreign key (tenant_id, channel_id) references notify_channel (tenant_id, id) on delete cascade
);

create table delivery (
  tenant_id text collate "C" not null,
  id text collate "C" not null,
  channel_id text collate "C",
  channel_kind text collate "C" not null,
  channel_name text collate "C" not null,
  state text collate "C" not null,
  is_reminder boolean not null,
  title text collate "C" not null,
  n_notices bigint not null,
  attempts bigint not null,
  last_error text collate "C",
  created_at bigint not null,
  due_at bigint not null,
  finished_at bigint,
  primary key (tenant_id, id),
  foreign key (tenant_id, channel_id) references notify_channel (tenant_id, id)
);
create index delivery_open on delivery (tenant_id, channel_id, state);
create index delivery_at on delivery (tenant_id, created_at);

create table delivery_notice (
  tenant_id text collate "C" not null,
  delivery_id text collate "C" not null,
  notice_id text collate "C" not null,
  primary key (tenant_id, delivery_id, notice_id),
  foreign key (tenant_id, delivery_id) references delivery (tenant_id, id) on delete cascade,
  foreign key (tenant_id, notice_id) references notice (tenant_id, id) on delete cascade
);

-- The runner asks every second what has become due, for all tenants.
create index job_due_anywhere on job (state, due_at);
