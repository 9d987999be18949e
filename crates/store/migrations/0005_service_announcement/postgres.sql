-- Service health, messages, issues that require action.
-- Texts are in English, Dutch and Swedish; what others wrote in one language is in all three.
-- A post and a message's body are kept as the JSON the doors show.

create table service_issue (
  tenant_id text collate "C" not null references tenant (tenant_id),
  id text collate "C" not null,
  source_kind text collate "C" not null,
  source_name text collate "C" not null,
  origin text collate "C" not null,
  title text collate "C" not null,
  title_nl text collate "C" not null,
  title_sv text collate "C" not null,
  service text collate "C" not null,
  feature text collate "C" not null,
  feature_group text collate "C" not null,
  classification text collate "C" not null,
  status text collate "C" not null,
  status_rank bigint not null,
  impact text collate "C" not null,
  impact_nl text collate "C" not null,
  impact_sv text collate "C" not null,
  is_resolved boolean not null,
  start_at bigint not null,
  end_at bigint,
  last_modified_at bigint not null,
  details text collate "C" not null,
  primary key (tenant_id, id)
);
create index service_issue_modified on service_issue (tenant_id, last_modified_at);

create table service_issue_post (
  tenant_id text collate "C" not null,
  issue_id text collate "C" not null,
  sequence bigint not null,
  created_at bigint not null,
  post text collate "C" not null,
  post_nl text collate "C" not null,
  post_sv text collate "C" not null,
  primary key (tenant_id, issue_id, sequence),
  foreign key (tenant_id, issue_id) references service_issue (tenant_id, id)
);

create table service_message (
  tenant_id text collate "C" not null references tenant (tenant_id),
  id text collate "C" not null,
  source_kind text collate "C" not null,
  source_name text collate "C" not null,
  title text collate "C" not null,
  title_nl text collate "C" not null,
  title_sv text collate "C" not null,
  body text collate "C" not null,
  body_nl text collate "C" not null,
  body_sv text collate "C" not null,
  category text collate "C" not null,
  severity text collate "C" not null,
  services text collate "C" not null,
  tags text collate "C" not null,
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
  tenant_id text collate "C" not null,
  message_id text collate "C" not null,
  user_id text collate "C" not null,
  is_read boolean not null,
  is_archived boolean not null,
  is_favorited boolean not null,
  primary key (tenant_id, message_id, user_id),
  foreign key (tenant_id, message_id) references service_message (tenant_id, id),
  foreign key (tenant_id, user_id) references directory_user (tenant_id, id)
);

-- state: how many good and bad readings in a row; memory: since when it is bad, and what is usual.
create table health_monitor (
  tenant_id text collate "C" not null references tenant (tenant_id),
  name text collate "C" not null,
  state text collate "C" not null,
  memory text collate "C" not null,
  issue_id text collate "C",
  told_at bigint,
  read_at bigint not null,
  primary key (tenant_id, name)
);

create table action_item (
  tenant_id text collate "C" not null references tenant (tenant_id),
  kind text collate "C" not null,
  subject text collate "C" not null,
  id text collate "C" not null,
  severity text collate "C" not null,
  title text collate "C" not null,
  title_nl text collate "C" not null,
  title_sv text collate "C" not null,
  advice text collate "C" not null,
  advice_nl text collate "C" not null,
  advice_sv text collate "C" not null,
  link text collate "C" not null,
  affected bigint not null,
  first_seen_at bigint not null,
  last_seen_at bigint not null,
  mended_at bigint,
  primary key (tenant_id, kind, subject)
);
create unique index action_item_id on action_item (tenant_id, id);

-- How often enrolments of which day were refused for which reason. Whoever tries often makes no more rows.
create table enrollment_failure (
  tenant_id text collate "C" not null references tenant (tenant_id),
  cause text collate "C" not null,
  day bigint not null,
  n_failures bigint not null,
  last_at bigint not null,
  primary key (tenant_id, cause, day)
);
