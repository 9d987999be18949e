"""DuckDB, which knows nothing of Quarterdeck, attaches the warehouse's catalogue read-only and counts the same rows
as the feed, set by set."""

import json
import pathlib
import subprocess
import sys

import msal

from support import RESOURCE, catalogue, feed, rows, told

READER = pathlib.Path(__file__).parents[2] / "crates/lake/tests/duckdb_reads_lake.py"


application = msal.ConfidentialClientApplication(
    told("client_id"),
    client_credential=told("client_secret"),
    authority=f"{told('origin')}/{told('tenant_id')}",
    instance_discovery=False,
)
token = application.acquire_token_for_client([RESOURCE + "/.default"])["access_token"]
read = subprocess.run([sys.executable, READER, catalogue()], capture_output=True, text=True, check=False)
assert read.returncode == 0, read.stderr
tables = json.loads(read.stdout)["tables"]
compared = 0
for entry in feed("", token)["value"]:
    name = entry["name"]
    if name not in tables:
        continue
    shown, stored = len(rows(name, token)), tables[name]["rows"]
    assert shown == stored, f"{name}: the feed shows {shown} rows, DuckDB counts {stored}"
    print(f"{name}: {shown} rows in both")
    compared += shown > 0
assert compared >= 5, f"only {compared} sets with rows are both in the feed and in the lake: {sorted(tables)}"
