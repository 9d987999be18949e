"""The feed's $metadata against the OASIS schemas, for each version of the feed: the XML fits edmx.xsd, the JSON fits
csdl.schema.json, and the reference converter makes the one of the other. The schemas are those of tests/clients/odata-csdl,
installed before."""

import pathlib
import subprocess

import requests
from lxml import etree

from support import app_token, told

FOLDER = pathlib.Path(__file__).parents[1] / "clients/odata-csdl"
SCHEMAS = FOLDER / "node_modules/odata-csdl/schemas"
BUILD = FOLDER / "build"


def metadata(version, token, **headers):
    """The document of a version of the feed."""
    answer = requests.get(
        f"{told('origin')}/warehouse/{version}/$metadata",
        headers={"Authorization": f"Bearer {token}", **headers},
        timeout=60,
    )
    assert answer.status_code == 200, f"{version}: {answer.status_code} {answer.text[:300]}"
    return answer.content


def check(name, xml, json, schema):
    """One document in both formats."""
    assert schema.validate(etree.fromstring(xml)), f"{name}: {[str(error) for error in schema.error_log][:5]}"
    (BUILD / f"{name}.xml").write_bytes(xml)
    (BUILD / f"{name}.json").write_bytes(json)
    command = ["node", "check.mjs", f"build/{name}.xml", f"build/{name}.json"]
    ran = subprocess.run(command, cwd=FOLDER, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, f"{name}:\n{(ran.stdout + ran.stderr)[-3000:]}"
    print(f"{name}: {len(xml)} bytes of XML and {len(json)} bytes of JSON fit the schemas")


if __name__ == "__main__":
    BUILD.mkdir(exist_ok=True)
    xsd = etree.XMLSchema(etree.parse(str(SCHEMAS / "edmx.xsd")))
    token = app_token()
    for version in ("v1.0", "beta", "extended"):
        most = {"OData-MaxVersion": "4.0"}
        assert xsd.validate(etree.fromstring(metadata(version, token, Accept="application/xml", **most))), version
        # Who does not say 4.01 is taken for a client of the original, which knows XML alone.
        newest = {"OData-MaxVersion": "4.01"}
        xml = metadata(version, token, Accept="application/xml", **newest)
        check(version, xml, metadata(version, token, Accept="application/json", **newest), xsd)
