-- What synchronisations bring is kept: Autopilot identities, Apple's enrolment devices, bought apps and books. And the
-- index that counts of devices by their last check-in read.

create table autopilot_device_identity (
  tenant_id text collate "C" not null,
  id text collate "C" not null,
  instance_id text collate "C" not null,
  serial_number text collate "C" not null,
  group_tag text collate "C",
  purchase_order_identifier text collate "C",
  product_key text collate "C",
  manufacturer text collate "C",
  model text collate "C",
  enrollment_state text collate "C" not null,
  last_contacted_at bigint,
  user_id text collate "C",
  resource_name text collate "C",
  sku_number text collate "C",
  system_family text collate "C",
  azure_ad_device_id text collate "C",
  managed_device_id text collate "C",
  display_name text collate "C",
  profile_assignment_status text collate "C",
  profile_assigned_at bigint,
  seen_at bigint not null,
  primary key (tenant_id, id),
  foreign key (tenant_id, instance_id) references connector_instance (tenant_id, id)
);
create index autopilot_device_identity_serial on autopilot_device_identity (tenant_id, serial_number);
create index autopilot_device_identity_seen on autopilot_device_identity (tenant_id, instance_id, seen_at);
create index autopilot_device_identity_user on autopilot_device_identity (tenant_id, user_id);

create table apple_enrollment_device (
  tenant_id text collate "C" not null,
  id text collate "C" not null,
  instance_id text collate "C" not null,
  serial_number text collate "C" not null,
  model text collate "C",
  description text collate "C",
  color text collate "C",
  asset_tag text collate "C",
  platform text collate "C" not null,
  device_family text collate "C",
  profile_status text collate "C",
  profile_id text collate "C",
  profile_assigned_at bigint,
  profile_pushed_at bigint,
  assigned_at bigint,
  created_at bigint not null,
  seen_at bigint not null,
  primary key (tenant_id, id),
  foreign key (tenant_id, instance_id) references connector_instance (tenant_id, id)
);
create index apple_enrollment_device_serial on apple_enrollment_device (tenant_id, instance_id, serial_number);
create index apple_enrollment_device_seen on apple_enrollment_device (tenant_id, instance_id, seen_at);

create table apple_vpp_asset (
  tenant_id text collate "C" not null,
  id text collate "C" not null,
  instance_id text collate "C" not null,
  adam_id text collate "C" not null,
  pricing_param text collate "C" not null,
  product_type text collate "C" not null,
  total_count bigint,
  assigned_count bigint not null,
  available_count bigint,
  retired_count bigint not null,
  is_device_assignable boolean not null,
  is_revocable boolean not null,
  supported_platforms text collate "C" not null,
  created_at bigint not null,
  seen_at bigint not null,
  primary key (tenant_id, id),
  foreign key (tenant_id, instance_id) references connector_instance (tenant_id, id)
);
create index apple_vpp_asset_product on apple_vpp_asset (tenant_id, product_type, adam_id);
create index apple_vpp_asset_seen on apple_vpp_asset (tenant_id, instance_id, seen_at);

-- What counts of silent and long unseen devices ask for, and nothing else of the device.
create index device_last_sync on device (tenant_id, last_sync_at) where retired_at is null;
