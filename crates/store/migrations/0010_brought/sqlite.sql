-- What synchronisations bring is kept: Autopilot identities, Apple's enrolment devices, bought apps and books. And the
-- index that counts of devices by their last check-in read.

create table autopilot_device_identity (
  tenant_id text not null,
  id text not null,
  instance_id text not null,
  serial_number text not null,
  group_tag text,
  purchase_order_identifier text,
  product_key text,
  manufacturer text,
  model text,
  enrollment_state text not null,
  last_contacted_at bigint,
  user_id text,
  resource_name text,
  sku_number text,
  system_family text,
  azure_ad_device_id text,
  managed_device_id text,
  display_name text,
  profile_assignment_status text,
  profile_assigned_at bigint,
  seen_at bigint not null,
  primary key (tenant_id, id),
  foreign key (tenant_id, instance_id) references connector_instance (tenant_id, id)
);
create index autopilot_device_identity_serial on autopilot_device_identity (tenant_id, serial_number);
create index autopilot_device_identity_seen on autopilot_device_identity (tenant_id, instance_id, seen_at);
create index autopilot_device_identity_user on autopilot_device_identity (tenant_id, user_id);

create table apple_enrollment_device (
  tenant_id text not null,
  id text not null,
  instance_id text not null,
  serial_number text not null,
  model text,
  description text,
  color text,
  asset_tag text,
  platform text not null,
  device_family text,
  profile_status text,
  profile_id text,
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
  tenant_id text not null,
  id text not null,
  instance_id text not null,
  adam_id text not null,
  pricing_param text not null,
  product_type text not null,
  total_count bigint,
  assigned_count bigint not null,
  available_count bigint,
  retired_count bigint not null,
  is_device_assignable boolean not null,
  is_revocable boolean not null,
  supported_platforms text not null,
  created_at bigint not null,
  seen_at bigint not null,
  primary key (tenant_id, id),
  foreign key (tenant_id, instance_id) references connector_instance (tenant_id, id)
);
create index apple_vpp_asset_product on apple_vpp_asset (tenant_id, product_type, adam_id);
create index apple_vpp_asset_seen on apple_vpp_asset (tenant_id, instance_id, seen_at);

-- What counts of silent and long unseen devices ask for, and nothing else of the device.
create index device_last_sync on device (tenant_id, last_sync_at) where retired_at is null;
