"""Polars reads the Parquet files themselves: the same rows as the feed, joined and counted by Polars alone."""

import polars

from support import app_token, files_of, rows

token = app_token()
devices = polars.read_parquet(files_of("devices"))
shown = rows("devices", token)
assert devices.height == len(shown), f"Polars read {devices.height} devices, the feed shows {len(shown)}"
assert sorted(devices["deviceKey"]) == sorted(row["deviceKey"] for row in shown)

history = polars.read_parquet(files_of("devicePropertyHistories"))
days = history.group_by("dateKey").agg(polars.len().alias("devices")).sort("dateKey")
feed_days = {}
for row in rows("devicePropertyHistories", token):
    feed_days[row["dateKey"]] = feed_days.get(row["dateKey"], 0) + 1
# The feed leaves out what is older than it was asked for; what it shows must be the same.
read_days = dict(zip(days["dateKey"], days["devices"], strict=True))
for day, count in feed_days.items():
    assert read_days[day] == count, f"{day}: Polars counts {read_days.get(day)}, the feed {count}"

types = polars.read_parquet(files_of("deviceTypes"))
joined = devices.join(types, on="deviceTypeKey", how="left")
assert joined["deviceTypeName"].null_count() == 0, "every device has a type by its key"
print(f"Polars read {devices.height} devices, {history.height} rows of history over {days.height} days")
