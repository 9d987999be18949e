-- Other services whose health and messages are imported. The secret rests sealed.

create table announcement_source (
  tenant_id text not null references tenant (tenant_id),
  id text not null,
  display_name text not null,
  service_url text not null,
  token_url text not null,
  client_id text not null,
  scope text not null,
  sealed_secret blob not null,
  is_enabled boolean not null,
  created_at bigint not null,
  issues_until bigint,
  messages_until bigint,
  asked_at bigint,
  last_success_at bigint,
  last_error text,
  primary key (tenant_id, id)
);
