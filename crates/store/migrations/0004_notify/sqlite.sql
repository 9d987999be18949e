-- What people should hear of, through which channels, and what became of it.

create table notice (
  tenant_id text not null references tenant (tenant_id),
  id text not null,
  topic text not null,
  subject text not null,
  severity text not null,
  state text not null,
  title_en text not null,
  title_nl text not null,
  title_sv text not null,
  text_en text not null,
  text_nl text not null,
  text_sv text not null,
  link text not null,
  raised_at bigint not null,
  primary key (tenant_id, id)
);
create index notice_subject on notice (tenant_id, topic, subject, raised_at);
create index notice_at on notice (tenant_id, raised_at);

-- owner_user_id is null for the tenant's own channels and names the person whose preferences a channel is.
create table notify_channel (
  tenant_id text not null references tenant (tenant_id),
  id text not null,
  owner_user_id text,
  kind text not null,
  display_name text not null,
  settings text not null,
  secret blob,
  is_enabled boolean not null,
  created_at bigint not null,
  modified_at bigint not null,
  last_sent_at bigint,
  primary key (tenant_id, id)
);
create unique index notify_channel_owner on notify_channel (tenant_id, owner_user_id);

-- What a channel knows of a subject: opened and not resolved yet means it may be reminded of.
create table notify_thread (
  tenant_id text not null,
  channel_id text not null,
  topic text not null,
  subject text not null,
  is_open boolean not null,
  notice_id text not null,
  told_at bigint,
  primary key (tenant_id, channel_id, topic, subject),
  foreign key (tenant_id, channel_id) references notify_channel (tenant_id, id) on delete cascade
);

create table delivery (
  tenant_id text not null,
  id text not null,
  channel_id text,
  channel_kind text not null,
  channel_name text not null,
  state text not null,
  is_reminder boolean not null,
  title text not null,
  n_notices bigint not null,
  attempts bigint not null,
  last_error text,
  created_at bigint not null,
  due_at bigint not null,
  finished_at bigint,
  primary key (tenant_id, id),
  foreign key (tenant_id, channel_id) references notify_channel (tenant_id, id)
);
create index delivery_open on delivery (tenant_id, channel_id, state);
create index delivery_at on delivery (tenant_id, created_at);

create table delivery_notice (
  tenant_id text not null,
  delivery_id text not null,
  notice_id text not null,
  primary key (tenant_id, delivery_id, notice_id),
  foreign key (tenant_id, delivery_id) references delivery (tenant_id, id) on delete cascade,
  foreign key (tenant_id, notice_id) references notice (tenant_id, id) on delete cascade
);

-- The runner asks every second what has become due, for all tenants.
create index job_due_anywhere on job (state, due_at);
