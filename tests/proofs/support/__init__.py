"""What the proofs share: where the demo is (QD_... variables, set by `cargo xtask test`), and reading its feed."""

import os

import requests

RESOURCE = "https://api.manage.microsoft.com/"


def told(name):
    """A value of the demo's ready file, for example told("feed_root")."""
    variable = f"QD_{name.upper()}"
    if variable not in os.environ:
        raise SystemExit(f"{variable} is not set; run this with `cargo xtask test --only proofs`")
    return os.environ[variable]


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
