-- Signing keys, credentials, sign-ins, app registrations and grants.
-- Secrets, codes and tokens rest as SHA-256 in hexadecimal; private keys rest sealed (AES-256-GCM, base64url).

create table signing_key (
  kid text primary key,
  state text not null,
  since bigint not null,
  created_at bigint not null,
  public_n text not null,
  public_e text not null,
  sealed_private text not null
);

create table user_credential (
  tenant_id text not null,
  user_id text not null,
  password_hash text not null,
  changed_at bigint not null,
  primary key (tenant_id, user_id),
  foreign key (tenant_id, user_id) references directory_user (tenant_id, id)
);

create table sign_in_link (
  tenant_id text not null,
  token_hash text not null,
  user_id text not null,
  created_at bigint not null,
  expires_at bigint not null,
  used_at bigint,
  primary key (tenant_id, token_hash),
  foreign key (tenant_id, user_id) references directory_user (tenant_id, id)
);

create table sign_in_session (
  tenant_id text not null,
  token_hash text not null,
  id text not null,
  user_id text not null,
  method text not null,
  signed_in_at bigint not null,
  seen_at bigint not null,
  expires_at bigint not null,
  primary key (tenant_id, token_hash),
  foreign key (tenant_id, user_id) references directory_user (tenant_id, id)
);
create index sign_in_session_id on sign_in_session (tenant_id, id);

create table web_session (
  tenant_id text not null,
  token_hash text not null,
  user_id text not null,
  sign_in_id text not null,
  created_at bigint not null,
  seen_at bigint not null,
  expires_at bigint not null,
  primary key (tenant_id, token_hash),
  foreign key (tenant_id, user_id) references directory_user (tenant_id, id)
);
create index web_session_sign_in on web_session (tenant_id, sign_in_id);

create table application (
  tenant_id text not null references tenant (tenant_id),
  app_id text not null,
  id text not null,
  service_principal_id text not null,
  display_name text not null,
  is_public boolean not null,
  created_at bigint not null,
  primary key (tenant_id, app_id)
);
create unique index application_object on application (tenant_id, id);

create table application_password (
  tenant_id text not null,
  app_id text not null,
  key_id text not null,
  display_name text not null,
  hint text not null,
  secret_hash text not null,
  starts_at bigint not null,
  ends_at bigint not null,
  primary key (tenant_id, app_id, key_id),
  foreign key (tenant_id, app_id) references application (tenant_id, app_id)
);

create table application_redirect (
  tenant_id text not null,
  app_id text not null,
  uri text not null,
  platform text not null,
  primary key (tenant_id, app_id, uri),
  foreign key (tenant_id, app_id) references application (tenant_id, app_id)
);

-- kind 'role': the application's own permission. kind 'scope': delegated; granted for everyone when granted_at is set.
create table application_permission (
  tenant_id text not null,
  app_id text not null,
  resource text not null,
  kind text not null,
  permission text not null,
  granted_at bigint,
  primary key (tenant_id, app_id, resource, kind, permission),
  foreign key (tenant_id, app_id) references application (tenant_id, app_id)
);

create table user_consent (
  tenant_id text not null,
  user_id text not null,
  client_id text not null,
  resource text not null,
  permission text not null,
  granted_at bigint not null,
  primary key (tenant_id, user_id, client_id, resource, permission),
  foreign key (tenant_id, user_id) references directory_user (tenant_id, id)
);

create table authorization_code (
  tenant_id text not null,
  code_hash text not null,
  family_id text not null,
  client_id text not null,
  redirect_uri text not null,
  challenge text,
  nonce text,
  user_id text not null,
  session_id text not null,
  signed_in_at bigint not null,
  method text not null,
  grant_json text not null,
  expires_at bigint not null,
  redeemed_at bigint,
  primary key (tenant_id, code_hash),
  foreign key (tenant_id, user_id) references directory_user (tenant_id, id)
);
create index authorization_code_expiry on authorization_code (tenant_id, expires_at);

create table token_family (
  tenant_id text not null,
  id text not null,
  client_id text not null,
  user_id text not null,
  session_id text not null,
  signed_in_at bigint not null,
  method text not null,
  grant_json text not null,
  created_at bigint not null,
  expires_at bigint not null,
  revoked_at bigint,
  primary key (tenant_id, id),
  foreign key (tenant_id, user_id) references directory_user (tenant_id, id)
);
create index token_family_user on token_family (tenant_id, user_id);
create index token_family_session on token_family (tenant_id, session_id);

create table refresh_token (
  tenant_id text not null,
  token_hash text not null,
  family_id text not null,
  expires_at bigint not null,
  rotated_at bigint,
  primary key (tenant_id, token_hash),
  foreign key (tenant_id, family_id) references token_family (tenant_id, id)
);
create index refresh_token_family on refresh_token (tenant_id, family_id);

create table device_code (
  tenant_id text not null,
  code_hash text not null,
  user_code_hash text not null,
  client_id text not null,
  grant_json text not null,
  state text not null,
  user_id text,
  session_id text,
  signed_in_at bigint,
  method text,
  polled_at bigint,
  expires_at bigint not null,
  primary key (tenant_id, code_hash)
);
create unique index device_code_user_code on device_code (tenant_id, user_code_hash);
create index device_code_expiry on device_code (tenant_id, expires_at);
