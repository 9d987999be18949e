"""What the proofs share: where the demo is (QD_... variables, set by `cargo xtask test`), and reading its feed."""

import os
import pathlib
import sqlite3

import requests

RESOURCE = "https://api.manage.microsoft.com/"


def told(name):
    """A value of the demo's ready file, for example told("feed_root")."""
    variable = f"QD_{name.upper()}"
    if variable not in os.environ:
        raise SystemExit(f"{variable} is not set; run this with `cargo xtask test --only proofs`")
    return os.environ[variable]


def app_token():
    """A token of the demo's app registration, by client credentials."""
    answer = requests.post(
        f"{told('origin')}/{told('tenant_id')}/oauth2/v2.0/token",
        data={
            "grant_type": "client_credentials",
            "client_id": told("client_id"),
            "client_secret": told("client_secret"),
            "scope": RESOURCE + "/.default",
        },
        timeout=60,
    )
    assert answer.status_code == 200, answer.text[:500]
    return answer.json()["access_token"]


def feed(path, token):
    """One answer of the feed as JSON; fails loudly on any other status than 200."""
    answer = requests.get(
        told("feed_root").rstrip("/") + "/" + path,
        params={"api-version": "v1.0"},
        headers={"Authorization": f"Bearer {token}", "Accept": "application/json"},
        timeout=60,
    )
    assert answer.status_code == 200, f"{path}: {answer.status_code} {answer.text[:500]}"
    return answer.json()


def rows(entity_set, token):
    """Every row of a set, read to the last page."""
    page = feed(entity_set, token)
    found = list(page["value"])
    while "@odata.nextLink" in page:
        answer = requests.get(page["@odata.nextLink"], headers={"Authorization": f"Bearer {token}"}, timeout=60)
        assert answer.status_code == 200, f"{entity_set}: {answer.status_code} {answer.text[:500]}"
        page = answer.json()
        found.extend(page["value"])
    return found


def reads_this_machine(token):
    """The feed lists its sets and has this machine's row, enrolled by the real agent, exactly once."""
    import socket

    sets = {entry["name"] for entry in feed("", token)["value"]}
    wanted = {"dates", "devices", "devicePropertyHistories", "users", "userDeviceAssociations"}
    assert wanted <= sets, f"the service document misses {sorted(wanted - sets)}"
    name = socket.gethostname()
    mine = [row for row in rows("devices", token) if row["deviceName"] == name]
    assert len(mine) == 1, f"the feed has {len(mine)} rows for {name}, expected 1"
    print(f"read {name}: {mine[0]['osVersion']}, serial {mine[0]['serialNumber']}")


def catalogue():
    """The SQLite file in the data folder that holds a DuckLake catalogue."""
    for path in sorted(pathlib.Path(told("data_dir")).rglob("*")):
        if not path.is_file() or path.open("rb").read(15) != b"SQLite format 3":
            continue
        connection = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
        if connection.execute("select 1 from sqlite_master where name = 'ducklake_snapshot'").fetchone():
            return path
    raise AssertionError("the data folder holds no DuckLake catalogue")


def files_of(table):
    """The Parquet files that make up a table now: what any reader of files would be pointed at."""
    connection = sqlite3.connect(f"file:{catalogue()}?mode=ro", uri=True)
    (data_path,) = connection.execute("select value from ducklake_metadata where key = 'data_path'").fetchone()
    rows = connection.execute(
        """select s.path, t.path, f.path from ducklake_data_file f
           join ducklake_table t on t.table_id = f.table_id and t.end_snapshot is null
           join ducklake_schema s on s.schema_id = t.schema_id and s.end_snapshot is null
           where t.table_name = ? and f.end_snapshot is null order by f.data_file_id""",
        (table,),
    ).fetchall()
    assert rows, f"the catalogue knows no files of {table}"
    return [str(pathlib.Path(data_path, *(part for part in row if part))) for row in rows]
