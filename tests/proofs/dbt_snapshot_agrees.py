"""dbt snapshot, which knows nothing of Quarterdeck, is given the same people day by day and keeps the same intervals.

dbt closes what is missing from a read and opens a new row on return; the warehouse has a deleted version in between.
So the versions that are not deleted are compared, and the deleted ones with the gaps."""

import datetime
import json
import os
import pathlib
import random
import subprocess
import tempfile

import duckdb
from dbt.cli.main import dbtRunner

FIRST = datetime.date(2026, 1, 5)
PEOPLE = 60


def days(seed, count):
    """People who come, go, return, are renamed, renamed back, and lose or gain a name; days that were missed."""
    chance = random.Random(seed)
    names, here, day, lived = {}, set(), FIRST, []
    everybody = [f"{n * 0x11:08x}-0000-4000-8000-{n:012x}" for n in range(PEOPLE)]
    for _ in range(count):
        for person in everybody:
            if person not in names or chance.random() < 0.15:
                names[person] = chance.choice(["Ann", "Bo", "Cy", "it's", None])
            if chance.random() < (0.9 if person not in here else 0.12):
                here ^= {person}
        lived.append({"day": day.isoformat(), "users": [[person, names[person]] for person in sorted(here)]})
        day += datetime.timedelta(days=chance.choice([1, 1, 1, 3]))
    return lived


PROJECT = """
name: lives
version: "1.0"
profile: lives
flags:
  send_anonymous_usage_stats: false
"""
PROFILE = """
lives:
  target: here
  outputs:
    here: {type: duckdb, path: %s, threads: 1}
"""
SNAPSHOT = """
{%% snapshot users_snapshot %%}
{{ config(target_schema='main', unique_key='user_id', strategy='check', check_cols=['display_name'],
          hard_deletes='invalidate') }}
select * from main.users_today
{%% endsnapshot %%}
""".replace("%%", "%")
# One instant for the whole day, as the warehouse has it; dbt would ask the clock in several places.
NOW = "{% macro duckdb__snapshot_get_time() %} cast('{{ var(\"day\") }}' as timestamp) {% endmacro %}"


def by_dbt(lived, folder):
    database = folder / "lives.duckdb"
    for path, text in {
        "dbt_project.yml": PROJECT,
        "profiles.yml": PROFILE % database,
        "snapshots/users.sql": SNAPSHOT,
        "macros/now.sql": NOW,
    }.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text)
    for day in lived:
        with duckdb.connect(database) as connection:
            connection.execute("create or replace table users_today (user_id varchar, display_name varchar)")
            connection.executemany("insert into users_today values (?, ?)", day["users"])
        place = ["--project-dir", str(folder), "--profiles-dir", str(folder), "--quiet"]
        done = dbtRunner().invoke(["snapshot", *place, "--vars", json.dumps({"day": day["day"]})])
        assert done.success, f"dbt failed on {day['day']}: {done.exception}"
    with duckdb.connect(database) as connection:
        rows = connection.execute(
            "select user_id, display_name, cast(cast(dbt_valid_from as date) as varchar),"
            " cast(cast(dbt_valid_to as date) as varchar) from users_snapshot"
        ).fetchall()
    return sorted(rows, key=lambda row: (row[0], row[2]))


def by_quarterdeck(lived):
    program = os.environ["QD_LIVE_DAYS"]
    ran = subprocess.run([program], input=json.dumps(lived), capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr
    return json.loads(ran.stdout)


def compare(lived, folder):
    ours, theirs = by_quarterdeck(lived), by_dbt(lived, folder)
    present = [(person, name, start, end) for person, name, deleted, start, end in ours if not deleted]
    assert present == theirs, [pair for pair in zip(present, theirs) if pair[0] != pair[1]][:5]
    gaps = []
    for (person, _, _, end), after in zip(theirs, [*theirs[1:], None]):
        start = after[2] if after and after[0] == person else None
        if end is not None and end != start:
            gaps.append((person, end, start))
    deleted = [(person, start, end) for person, _, is_deleted, start, end in ours if is_deleted]
    assert deleted == gaps, [pair for pair in zip(deleted, gaps) if pair[0] != pair[1]][:5]
    return len(present), len(deleted)


def main():
    for seed in (1, 2):
        with tempfile.TemporaryDirectory() as folder:
            present, deleted = compare(days(seed, 9), pathlib.Path(folder))
            assert present > 2 * PEOPLE and deleted > 20, "too little happened to prove anything"
            print(f"seed {seed}: {present} intervals and {deleted} times away, the same in both")


# dbt starts processes that read this file again.
if __name__ == "__main__":
    main()
