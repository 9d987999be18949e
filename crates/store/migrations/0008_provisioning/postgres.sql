-- What other directories provision: the attributes of users that have no column, groups and their members, and which
-- app called last.

create table provisioned_user (
  tenant_id text collate "C" not null,
  user_id text collate "C" not null,
  external_id text collate "C",
  attributes text collate "C" not null,
  updated_at bigint not null,
  primary key (tenant_id, user_id),
  foreign key (tenant_id, user_id) references directory_user (tenant_id, id)
);
create index provisioned_user_external on provisioned_user (tenant_id, external_id);

create table directory_group (
  tenant_id text collate "C" not null references tenant (tenant_id),
  id text collate "C" not null,
  display_name text collate "C" not null,
  display_name_lower text collate "C" not null,
  external_id text collate "C",
  created_at bigint not null,
  updated_at bigint not null,
  primary key (tenant_id, id)
);
create index directory_group_name on directory_group (tenant_id, display_name_lower);
create index directory_group_external on directory_group (tenant_id, external_id);

create table directory_group_member (
  tenant_id text collate "C" not null,
  group_id text collate "C" not null,
  user_id text collate "C" not null,
  added_at bigint not null,
  primary key (tenant_id, group_id, user_id),
  foreign key (tenant_id, group_id) references directory_group (tenant_id, id),
  foreign key (tenant_id, user_id) references directory_user (tenant_id, id)
);
create index directory_group_member_user on directory_group_member (tenant_id, user_id);

create table provisioning_caller (
  tenant_id text collate "C" not null references tenant (tenant_id),
  caller text collate "C" not null,
  last_call_at bigint not null,
  primary key (tenant_id, caller)
);
