-- Devices, what they are and report, how they enrol and prove who they are.

create table device_ca (
  tenant_id text collate "C" not null references tenant (tenant_id),
  id text collate "C" not null,
  certificate_pem text collate "C" not null,
  sealed_key bytea not null,
  not_after bigint not null,
  created_at bigint not null,
  primary key (tenant_id, id)
);

create table enrollment_token (
  tenant_id text collate "C" not null references tenant (tenant_id),
  id text collate "C" not null,
  token_hash text collate "C" not null,
  description text collate "C" not null,
  created_at bigint not null,
  created_by text collate "C" not null,
  expires_at bigint not null,
  uses_max bigint not null,
  uses bigint not null,
  revoked_at bigint,
  primary key (tenant_id, id)
);
create unique index enrollment_token_hash on enrollment_token (token_hash);

create table device (
  tenant_id text collate "C" not null references tenant (tenant_id),
  id text collate "C" not null,
  device_name text collate "C" not null,
  device_type_id bigint not null,
  registration_state_id bigint not null,
  owner_type_id bigint not null,
  enrolled_at bigint not null,
  last_sync_at bigint not null,
  management_agent_id bigint not null,
  management_state_id bigint not null,
  azure_ad_device_id text collate "C",
  azure_ad_registered boolean not null,
  category_id text collate "C",
  enrollment_type_id bigint not null,
  compliance_state_id bigint not null,
  os_version text collate "C",
  eas_device_id text collate "C",
  serial_number text collate "C",
  user_id text collate "C",
  primary_user_id text collate "C",
  manufacturer text collate "C",
  model text collate "C",
  operating_system text collate "C" not null,
  android_security_patch_level text collate "C",
  meid text collate "C",
  is_supervised boolean not null,
  free_storage_bytes bigint,
  total_storage_bytes bigint,
  encryption_state bigint not null,
  subscriber_carrier text collate "C",
  phone_number text collate "C",
  imei text collate "C",
  cellular_technology text collate "C",
  wifi_mac_address text collate "C",
  ethernet_mac_address text collate "C",
  iccid text collate "C",
  windows_os_edition text collate "C",
  office365_version text collate "C",
  physical_memory_bytes bigint,
  jail_broken boolean not null,
  subnet_address_v4_wifi text collate "C",
  ip_address_v4_wifi text collate "C",
  is_simulated boolean not null,
  retired_at bigint,
  report_sequence bigint not null,
  report_id text collate "C",
  state_hash text collate "C",
  primary key (tenant_id, id)
);
create index device_name on device (tenant_id, device_name);
create index device_user on device (tenant_id, user_id);
create index device_serial on device (tenant_id, serial_number);

create table device_count (
  tenant_id text collate "C" primary key references tenant (tenant_id),
  enrolled bigint not null
);

create table device_credential (
  tenant_id text collate "C" not null,
  device_id text collate "C" not null,
  fingerprint text collate "C" not null,
  not_before bigint not null,
  not_after bigint not null,
  issued_at bigint not null,
  revoked_at bigint,
  primary key (tenant_id, device_id, fingerprint),
  foreign key (tenant_id, device_id) references device (tenant_id, id)
);

create table enrollment_request (
  tenant_id text collate "C" not null,
  request_id text collate "C" not null,
  key_fingerprint text collate "C" not null,
  device_id text collate "C" not null,
  certificate_pem text collate "C" not null,
  at bigint not null,
  primary key (tenant_id, request_id),
  foreign key (tenant_id, device_id) references device (tenant_id, id)
);

create table device_inventory (
  tenant_id text collate "C" not null,
  device_id text collate "C" not null,
  section text collate "C" not null,
  hash text collate "C" not null,
  content text collate "C" not null,
  collected_at bigint not null,
  primary key (tenant_id, device_id, section),
  foreign key (tenant_id, device_id) references device (tenant_id, id)
);
