-- Tenants, the directory, licences, roles, the audit record and jobs.
-- Times are microseconds since 1970 in UTC; ids are lower-case GUID text; every row carries its tenant.
-- Text is ordered by its bytes, as SQLite does: `collate "C"`.

create table tenant (
  tenant_id text collate "C" primary key,
  display_name text collate "C" not null,
  country_letter_code text collate "C" not null,
  location text collate "C" not null,
  mdm_authority text collate "C" not null,
  account_status text collate "C" not null,
  created_at bigint not null
);

create table tenant_domain (
  tenant_id text collate "C" not null references tenant (tenant_id),
  name text collate "C" not null,
  is_default boolean not null,
  primary key (tenant_id, name)
);
create unique index tenant_domain_name on tenant_domain (name);

create table directory_user (
  tenant_id text collate "C" not null references tenant (tenant_id),
  id text collate "C" not null,
  user_principal_name text collate "C" not null,
  user_principal_name_lower text collate "C" not null,
  mail text collate "C",
  display_name text collate "C" not null,
  given_name text collate "C",
  surname text collate "C",
  account_enabled boolean not null,
  is_simulated boolean not null,
  created_at bigint not null,
  deleted_at bigint,
  primary key (tenant_id, id)
);
create unique index directory_user_name on directory_user (tenant_id, user_principal_name_lower);

create table subscribed_sku (
  tenant_id text collate "C" not null references tenant (tenant_id),
  sku_id text collate "C" not null,
  sku_part_number text collate "C" not null,
  display_name text collate "C" not null,
  applies_to text collate "C" not null,
  includes_device_management boolean not null,
  enabled_units bigint not null,
  primary key (tenant_id, sku_id)
);

create table user_licence (
  tenant_id text collate "C" not null,
  user_id text collate "C" not null,
  sku_id text collate "C" not null,
  assigned_at bigint not null,
  primary key (tenant_id, user_id, sku_id),
  foreign key (tenant_id, user_id) references directory_user (tenant_id, id),
  foreign key (tenant_id, sku_id) references subscribed_sku (tenant_id, sku_id)
);

create table directory_role_member (
  tenant_id text collate "C" not null,
  role_template_id text collate "C" not null,
  user_id text collate "C" not null,
  primary key (tenant_id, role_template_id, user_id),
  foreign key (tenant_id, user_id) references directory_user (tenant_id, id)
);
create index directory_role_member_user on directory_role_member (tenant_id, user_id);

create table role_assignment (
  tenant_id text collate "C" not null references tenant (tenant_id),
  id text collate "C" not null,
  role_definition_id text collate "C" not null,
  display_name text collate "C" not null,
  created_at bigint not null,
  primary key (tenant_id, id)
);

create table role_assignment_member (
  tenant_id text collate "C" not null,
  assignment_id text collate "C" not null,
  user_id text collate "C" not null,
  primary key (tenant_id, assignment_id, user_id),
  foreign key (tenant_id, assignment_id) references role_assignment (tenant_id, id),
  foreign key (tenant_id, user_id) references directory_user (tenant_id, id)
);
create index role_assignment_member_user on role_assignment_member (tenant_id, user_id);

create table audit_head (
  tenant_id text collate "C" primary key references tenant (tenant_id),
  sequence bigint not null,
  hash text collate "C" not null
);

create table audit_event (
  tenant_id text collate "C" not null references tenant (tenant_id),
  sequence bigint not null,
  id text collate "C" not null,
  at bigint not null,
  actor text collate "C" not null,
  activity text collate "C" not null,
  category text collate "C" not null,
  result text collate "C" not null,
  resource_type text collate "C" not null,
  resource_id text collate "C" not null,
  resource_name text collate "C",
  details text collate "C" not null,
  correlation_id text collate "C",
  hash text collate "C" not null,
  primary key (tenant_id, sequence)
);
create unique index audit_event_id on audit_event (tenant_id, id);
create index audit_event_at on audit_event (tenant_id, at);

create table job (
  tenant_id text collate "C" not null references tenant (tenant_id),
  id text collate "C" not null,
  kind text collate "C" not null,
  dedupe_key text collate "C" not null,
  payload text collate "C" not null,
  state text collate "C" not null,
  due_at bigint not null,
  attempts bigint not null,
  lease_owner text collate "C",
  lease_epoch bigint not null,
  lease_until bigint,
  last_error text collate "C",
  created_at bigint not null,
  finished_at bigint,
  primary key (tenant_id, id)
);
create unique index job_dedupe on job (tenant_id, kind, dedupe_key);
create index job_due on job (tenant_id, state, due_at);
