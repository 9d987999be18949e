-- How long the warehouse keeps its days, and where it was recorded before.

-- Days are whole; 0 keeps for ever. A shorter time is announced: `before_days` holds until `effective_day` (yyyymmdd).
create table warehouse_retention (
  tenant_id text collate "C" not null references tenant (tenant_id),
  table_name text collate "C" not null,
  kept_days bigint not null,
  before_days bigint,
  effective_day bigint not null,
  set_at bigint not null,
  primary key (tenant_id, table_name)
);

create table warehouse_move (
  tenant_id text collate "C" not null references tenant (tenant_id),
  id text collate "C" not null,
  moved_at bigint not null,
  location text collate "C" not null,
  previous_location text collate "C" not null,
  primary key (tenant_id, id)
);
