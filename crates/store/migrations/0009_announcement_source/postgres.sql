-- Other services whose health and messages are imported. The secret rests sealed.

create table announcement_source (
  tenant_id text collate "C" not null references tenant (tenant_id),
  id text collate "C" not null,
  display_name text collate "C" not null,
  service_url text collate "C" not null,
  token_url text collate "C" not null,
  client_id text collate "C" not null,
  scope text collate "C" not null,
  sealed_secret bytea not null,
  is_enabled boolean not null,
  created_at bigint not null,
  issues_until bigint,
  messages_until bigint,
  asked_at bigint,
  last_success_at bigint,
  last_error text collate "C",
  primary key (tenant_id, id)
);
