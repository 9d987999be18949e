-- Tenants, the directory, licences, roles, the audit record and jobs.
-- Times are microseconds since 1970 in UTC; ids are lower-case GUID text; every row carries its tenant.

create table tenant (
  tenant_id text primary key,
  display_name text not null,
  country_letter_code text not null,
  location text not null,
  mdm_authority text not null,
  account_status text not null,
  created_at bigint not null
);

create table tenant_domain (
  tenant_id text not null references tenant (tenant_id),
  name text not null,
  is_default boolean not null,
  primary key (tenant_id, name)
);
create unique index tenant_domain_name on tenant_domain (name);

create table directory_user (
  tenant_id text not null references tenant (tenant_id),
  id text not null,
  user_principal_name text not null,
  user_principal_name_lower text not null,
  mail text,
  display_name text not null,
  given_name text,
  surname text,
  account_enabled boolean not null,
  is_simulated boolean not null,
  created_at bigint not null,
  deleted_at bigint,
  primary key (tenant_id, id)
);
create unique index directory_user_name on directory_user (tenant_id, user_principal_name_lower);

create table subscribed_sku (
  tenant_id text not null references tenant (tenant_id),
  sku_id text not null,
  sku_part_number text not null,
  display_name text not null,
  applies_to text not null,
  includes_device_management boolean not null,
  enabled_units bigint not null,
  primary key (tenant_id, sku_id)
);

create table user_licence (
  tenant_id text not null,
  user_id text not null,
  sku_id text not null,
  assigned_at bigint not null,
  primary key (tenant_id, user_id, sku_id),
  foreign key (tenant_id, user_id) references directory_user (tenant_id, id),
  foreign key (tenant_id, sku_id) references subscribed_sku (tenant_id, sku_id)
);

create table directory_role_member (
  tenant_id text not null,
  role_template_id text not null,
  user_id text not null,
  primary key (tenant_id, role_template_id, user_id),
  foreign key (tenant_id, user_id) references directory_user (tenant_id, id)
);
create index directory_role_member_user on directory_role_member (tenant_id, user_id);

create table role_assignment (
  tenant_id text not null references tenant (tenant_id),
  id text not null,
  role_definition_id text not null,
  display_name text not null,
  created_at bigint not null,
  primary key (tenant_id, id)
);

create table role_assignment_member (
  tenant_id text not null,
  assignment_id text not null,
  user_id text not null,
  primary key (tenant_id, assignment_id, user_id),
  foreign key (tenant_id, assignment_id) references role_assignment (tenant_id, id),
  foreign key (tenant_id, user_id) references directory_user (tenant_id, id)
);
create index role_assignment_member_user on role_assignment_member (tenant_id, user_id);

create table audit_head (
  tenant_id text primary key references tenant (tenant_id),
  sequence bigint not null,
  hash text not null
);

create table audit_event (
  tenant_id text not null references tenant (tenant_id),
  sequence bigint not null,
  id text not null,
  at bigint not null,
  actor text not null,
  activity text not null,
  category text not null,
  result text not null,
  resource_type text not null,
  resource_id text not null,
  resource_name text,
  details text not null,
  correlation_id text,
  hash text not null,
  primary key (tenant_id, sequence)
);
create unique index audit_event_id on audit_event (tenant_id, id);
create index audit_event_at on audit_event (tenant_id, at);

create table job (
  tenant_id text not null references tenant (tenant_id),
  id text not null,
  kind text not null,
  dedupe_key text not null,
  payload text not null,
  state text not null,
  due_at bigint not null,
  attempts bigint not null,
  lease_owner text,
  lease_epoch bigint not null,
  lease_until bigint,
  last_error text,
  created_at bigint not null,
  finished_at bigint,
  primary key (tenant_id, id)
);
create unique index job_dedupe on job (tenant_id, kind, dedupe_key);
create index job_due on job (tenant_id, state, due_at);
