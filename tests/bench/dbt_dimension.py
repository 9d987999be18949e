"""Times `dbt snapshot` on DuckDB for the second day of one dimension: dbt_dimension.py FOLDER, which holds day1.csv and
day2.csv as `snapshot_bench dimension` wrote them. The day's read is loaded before the clock starts."""

import pathlib
import resource
import sys
import tempfile
import time

import duckdb
from dbt.cli.main import dbtRunner

PROJECT = "name: lives\nversion: '1.0'\nprofile: lives\nflags: {send_anonymous_usage_stats: false}\n"
PROFILE = "lives:\n  target: here\n  outputs:\n    here: {type: duckdb, path: %s, threads: 2}\n"
SNAPSHOT = """
{% snapshot users_snapshot %}
{{ config(target_schema='main', unique_key='userId', strategy='check', check_cols='all', hard_deletes='invalidate') }}
select * from main.users_today
{% endsnapshot %}
"""


def main():
    days = pathlib.Path(sys.argv[1])
    with tempfile.TemporaryDirectory() as place:
        folder = pathlib.Path(place)
        database = folder / "lives.duckdb"
        (folder / "snapshots").mkdir()
        (folder / "dbt_project.yml").write_text(PROJECT)
        (folder / "profiles.yml").write_text(PROFILE % database)
        (folder / "snapshots/users.sql").write_text(SNAPSHOT)
        for day in ("day1", "day2"):
            with duckdb.connect(database) as connection:
                connection.execute("set threads = 2")
                path = str(days / f"{day}.csv").replace("'", "''")
                connection.execute(
                    f"create or replace table users_today as select * from read_csv('{path}', all_varchar = true)"
                )
            arguments = ["snapshot", "--project-dir", str(folder), "--profiles-dir", str(folder), "--quiet"]
            started = time.monotonic()
            done = dbtRunner().invoke(arguments)
            took = time.monotonic() - started
            assert done.success, done.exception
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
        with duckdb.connect(database) as connection:
            versions = connection.execute("select count(*) from users_snapshot").fetchone()[0]
    print(f"dbt snapshot  {took:>8.2f} s   the same people on DuckDB, {versions} versions; at most {peak} MiB")


# dbt starts processes that read this file again.
if __name__ == "__main__":
    main()
