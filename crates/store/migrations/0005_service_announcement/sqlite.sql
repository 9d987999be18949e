-- Service health, messages, issues that require action.
-- Texts are in English, Dutch and Swedish; what others wrote in one language is in all three.
-- A post and a message's body are kept as the JSON the doors show.

create table service_issue (
  tenant_id text not null references tenant (tenant_id),
  id text not null,
  source_kind text not null,
  source_name text not null,
  origin text not null,
  title text not null,
  title_nl text not null,
  title_sv text not null,
  service text not null,
  feature text not null,
  feature_group text not null,
  classification text not null,
  status text not null,
  status_rank bigint not null,
  impact text not null,
  impact_nl text not null,
  impact_sv text not null,
  is_resolved boolean not null,
  start_at bigint not null,
  end_at bigint,
  last_modified_at bigint not null,
  details text not null,
  primary key (tenant_id, id)
);
create index service_issue_modified on service_issue (tenant_id, last_modified_at);

create table service_issue_post (
  tenant_id text not null,
  issue_id text not null,
  sequence bigint not null,
  created_at bigint not null,
  post text not null,
  post_nl text not null,
  post_sv text not null,
  primary key (tenant_id, issue_id, sequence),
  foreign key (tenant_id, issue_id) references service_issue (tenant_id, id)
);

create table service_message (
  tenant_id text not null references tenant (tenant_id),
  id text not null,
  source_kind text not null,
  source_name text not null,
  title text not null,
  title_nl text not null,
  title_sv text not null,
  body text not null,
  body_nl text not null,
  body_sv text not null,
  category text not null,
  severity text not null,
  services text not null,
  tags text not null,
  is_data_privacy boolean not null,
  is_major_change boolean not null,
  act_by_at bigint,
  start_at bigint not null,
  end_at bigint,
  last_modified_at bigint not null,
  primary key (tenant_id, id)
);
create index service_message_modified on service_message (tenant_id, last_modified_at);

create table service_message_view_point (
  tenant_id text not null,
  message_id text not null,
  user_id text not null,
  is_read boolean not null,
  is_archived boolean not null,
  is_favorited boolean not null,
  primary key (tenant_id, message_id, user_id),
  foreign key (tenant_id, message_id) references service_message (tenant_id, id),
  foreign key (tenant_id, user_id) references directory_user (tenant_id, id)
);

-- state: how many good and bad readings in a row; memory: since when it is bad, and what is usual.
create table health_monitor (
  tenant_id text not null references tenant (tenant_id),
  name text not null,
  state text not null,
  memory text not null,
  issue_id text,
  told_at bigint,
  read_at bigint not null,
  primary key (tenant_id, name)
);

create table action_item (
  tenant_id text not null references tenant (tenant_id),
  kind text not null,
  subject text not null,
  id text not null,
  severity text not null,
  title text not null,
  title_nl text not null,
  title_sv text not null,
  advice text not null,
  advice_nl text not null,
  advice_sv text not null,
  link text not null,
  affected bigint not null,
  first_seen_at bigint not null,
  last_seen_at bigint not null,
  mended_at bigint,
  primary key (tenant_id, kind, subject)
);
create unique index action_item_id on action_item (tenant_id, id);

-- How often enrolments of which day were refused for which reason. Whoever tries often makes no more rows.
create table enrollment_failure (
  tenant_id text not null references tenant (tenant_id),
  cause text not null,
  day bigint not null,
  n_failures bigint not null,
  last_at bigint not null,
  primary key (tenant_id, cause, day)
);
