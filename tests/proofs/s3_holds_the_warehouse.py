"""A second server keeps its warehouse in S3 as moto, which knows nothing of Quarterdeck, serves it: every day is an
object there and none a file here, the feed reads them, and an export takes them out again."""

import json
import os
import pathlib
import subprocess
import tempfile
import time

import boto3
import requests
from moto.server import ThreadedMotoServer

PROGRAM = os.environ["QD_PROGRAM"]
KEYS = {"aws_access_key_id": "deck", "aws_secret_access_key": "not-a-secret-of-anybody"}
DEVICES = 12


def objects(s3):
    pages = s3.get_paginator("list_objects_v2").paginate(Bucket="days")
    return [found["Key"] for page in pages for found in page.get("Contents", [])]


def started(folder, environment):
    """A demo whose lake is in the bucket, and what it says once it answers."""
    ready = folder / "ready.json"
    arguments = ["demo", "--data-dir", folder / "data", "--listen", "127.0.0.1:0", "--devices", str(DEVICES)]
    server = subprocess.Popen(
        [PROGRAM, *arguments, "--days", "2", "--ready-file", ready], env=environment, stdout=subprocess.DEVNULL
    )
    until = time.monotonic() + 120
    while not ready.exists() or not ready.read_text():
        assert server.poll() is None, "the server ended"
        assert time.monotonic() < until, "the server is not ready after two minutes"
        time.sleep(0.2)
    return server, json.loads(ready.read_text())


def counted(said):
    """Rows of a set, as the feed counts them."""
    token = requests.post(
        f"{said['origin']}/{said['tenant_id']}/oauth2/v2.0/token",
        data={
            "grant_type": "client_credentials",
            "client_id": said["client_id"],
            "client_secret": said["client_secret"],
            "scope": "https://api.manage.microsoft.com/.default",
        },
        verify=said["ca_file"],
        timeout=60,
    ).json()["access_token"]
    answer = requests.get(
        f"{said['origin']}/warehouse/v1.0/devicePropertyHistories?$count=true",
        headers={"Authorization": f"Bearer {token}"},
        verify=said["ca_file"],
        timeout=60,
    )
    assert answer.status_code == 200, answer.text[:500]
    body = answer.json()
    assert body["@odata.count"] == len(body["value"]), "the feed lost rows on the way"
    return body["@odata.count"]


def prove(folder, endpoint):
    s3 = boto3.client("s3", endpoint_url=endpoint, region_name="us-east-1", **KEYS)
    s3.create_bucket(Bucket="days")
    options = {**KEYS, "aws_region": "us-east-1", "aws_endpoint": endpoint, "aws_allow_http": "true"}
    secret = folder / "options"
    secret.write_text("".join(f"{name} = {value}\n" for name, value in options.items()))
    secret.chmod(0o600)
    environment = {
        **os.environ,
        "QUARTERDECK_LAKE__URL": "s3://days/deck",
        "QUARTERDECK_LAKE__CREDENTIALS_FILE": str(secret),
    }
    server, said = started(folder, environment)
    try:
        rows = counted(said)
        assert rows >= 2 * DEVICES, f"{rows} rows for {DEVICES} devices"
        stored = [key for key in objects(s3) if key.endswith(".parquet")]
        assert any("/devicePropertyHistories/" in key for key in stored), stored
        here = list((folder / "data").rglob("*.parquet"))
        assert not here, f"files are here too: {here[:3]}"
        out = folder / "export"
        subprocess.run([PROGRAM, "export", "--data-dir", folder / "data", "--to", out], env=environment, check=True)
        tables = json.loads((out / "manifest.json").read_text())["tables"]
        exported = next(table["rows"] for table in tables if table["name"] == "devicePropertyHistories")
        assert exported == rows, f"{exported} rows were exported, the feed has {rows}"
        for path in (folder / "data").rglob("catalogue.db*"):
            assert KEYS["aws_secret_access_key"].encode() not in path.read_bytes(), f"{path} holds the secret"
        print(f"{len(stored)} objects hold the warehouse; {rows} rows in the feed and in the export")
    finally:
        server.terminate()
        server.wait(timeout=60)


def main():
    moto = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    moto.start()
    try:
        host, port = moto.get_host_and_port()
        with tempfile.TemporaryDirectory() as folder:
            prove(pathlib.Path(folder), f"http://{host}:{port}")
    finally:
        moto.stop()


main()
