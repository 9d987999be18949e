-- Signing keys, credentials, sign-ins, app registrations and grants.
-- Secrets, codes and tokens rest as SHA-256 in hexadecimal; private keys rest sealed (AES-256-GCM, base64url).

create table signing_key (
  kid text collate "C" primary key,
  state text collate "C" not null,
  since bigint not null,
  created_at bigint not null,
  public_n text collate "C" not null,
  public_e text collate "C" not null,
  sealed_private text collate "C" not null
);

create table user_credential (
  tenant_id text collate "C" not null,
  user_id text collate "C" not null,
  password_hash text collate "C" not null,
  changed_at bigint not null,
  primary key (tenant_id, user_id),
  foreign key (tenant_id, user_id) references directory_user (tenant_id, id)
);

create table sign_in_link (
  tenant_id text collate "C" not null,
  token_hash text collate "C" not null,
  user_id text collate "C" not null,
  created_at bigint not null,
  expires_at bigint not null,
  used_at bigint,
  primary key (tenant_id, token_hash),
  foreign key (tenant_id, user_id) references directory_user (tenant_id, id)
);

create table sign_in_session (
  tenant_id text collate "C" not null,
  token_hash text collate "C" not null,
  id text collate "C" not null,
  user_id text collate "C" not null,
  method text collate "C" not null,
  signed_in_at bigint not null,
  seen_at bigint not null,
  expires_at bigint not null,
  primary key (tenant_id, token_hash),
  foreign key (tenant_id, user_id) references directory_user (tenant_id, id)
);
create index sign_in_session_id on sign_in_session (tenant_id, id);

create table web_session (
  tenant_id text collate "C" not null,
  token_hash text collate "C" not null,
  user_id text collate "C" not null,
  sign_in_id text collate "C" not null,
  created_at bigint not null,
  seen_at bigint not null,
  expires_at bigint not null,
  primary key (tenant_id, token_hash),
  foreign key (tenant_id, user_id) references directory_user (tenant_id, id)
);
create index web_session_sign_in on web_session (tenant_id, sign_in_id);

create table application (
  tenant_id text collate "C" not null references tenant (tenant_id),
  app_id text collate "C" not null,
  id text collate "C" not null,
  service_principal_id text collate "C" not null,
  display_name text collate "C" not null,
  is_public boolean not null,
  created_at bigint not null,
  primary key (tenant_id, app_id)
);
create unique index application_object on application (tenant_id, id);

create table application_password (
  tenant_id text collate "C" not null,
  app_id text collate "C" not null,
  key_id text collate "C" not null,
  display_name text collate "C" not null,
  hint text collate "C" not null,
  secret_hash text collate "C" not null,
  starts_at bigint not null,
  ends_at bigint not null,
  primary key (tenant_id, app_id, key_id),
  foreign key (tenant_id, app_id) references application (tenant_id, app_id)
);

create table application_redirect (
  tenant_id text collate "C" not null,
  app_id text collate "C" not null,
  uri text collate "C" not null,
  platform text collate "C" not null,
  primary key (tenant_id, app_id, uri),
  foreign key (tenant_id, app_id) references application (tenant_id, app_id)
);

-- kind 'role': the application's own permission. kind 'scope': delegated; granted for everyone when granted_at is set.
create table application_permission (
  tenant_id text collate "C" not null,
  app_id text collate "C" not null,
  resource text collate "C" not null,
  kind text collate "C" not null,
  permission text collate "C" not null,
  granted_at bigint,
  primary key (tenant_id, app_id, resource, kind, permission),
  foreign key (tenant_id, app_id) references application (tenant_id, app_id)
);

create table user_consent (
  tenant_id text collate "C" not null,
  user_id text collate "C" not null,
  client_id text collate "C" not null,
  resource text collate "C" not null,
  permission text collate "C" not null,
  granted_at bigint not null,
  primary key (tenant_id, user_id, client_id, resource, permission),
  foreign key (tenant_id, user_id) references directory_user (tenant_id, id)
);

create table authorization_code (
  tenant_id text collate "C" not null,
  code_hash text collate "C" not null,
  family_id text collate "C" not null,
  client_id text collate "C" not null,
  redirect_uri text collate "C" not null,
  challenge text collate "C",
  nonce text collate "C",
  user_id text collate "C" not null,
  session_id text collate "C" not null,
  signed_in_at bigint not null,
  method text collate "C" not null,
  grant_json text collate "C" not null,
  expires_at bigint not null,
  redeemed_at bigint,
  primary key (tenant_id, code_hash),
  foreign key (tenant_id, user_id) references directory_user (tenant_id, id)
);
create index authorization_code_expiry on authorization_code (tenant_id, expires_at);

create table token_family (
  tenant_id text collate "C" not null,
  id text collate "C" not null,
  client_id text collate "C" not null,
  user_id text collate "C" not null,
  session_id text collate "C" not null,
  signed_in_at bigint not null,
  method text collate "C" not null,
  grant_json text collate "C" not null,
  created_at bigint not null,
  expires_at bigint not null,
  revoked_at bigint,
  primary key (tenant_id, id),
  foreign key (tenant_id, user_id) references directory_user (tenant_id, id)
);
create index token_family_user on token_family (tenant_id, user_id);
create index token_family_session on token_family (tenant_id, session_id);

create table refresh_token (
  tenant_id text collate "C" not null,
  token_hash text collate "C" not null,
  family_id text collate "C" not null,
  expires_at bigint not null,
  rotated_at bigint,
  primary key (tenant_id, token_hash),
  foreign key (tenant_id, family_id) references token_family (tenant_id, id)
);
create index refresh_token_family on refresh_token (tenant_id, family_id);

create table device_code (
  tenant_id text collate "C" not null,
  code_hash text collate "C" not null,
  user_code_hash text collate "C" not null,
  client_id text collate "C" not null,
  grant_json text collate "C" not null,
  state text collate "C" not null,
  user_id text collate "C",
  session_id text collate "C",
  signed_in_at bigint,
  method text collate "C",
  polled_at bigint,
  expires_at bigint not null,
  primary key (tenant_id, code_hash)
);
create unique index device_code_user_code on device_code (tenant_id, user_code_hash);
create index device_code_expiry on device_code (tenant_id, expires_at);
