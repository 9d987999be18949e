"""odata2ts generates TypeScript from our $metadata, for each version of the feed, and the strict compiler takes it together
with a program that uses it. The packages are those of tests/clients/odata2ts, installed before."""

import pathlib
import subprocess

import requests

from support import app_token, told

FOLDER = pathlib.Path(__file__).parents[1] / "clients/odata2ts"
BUILD = FOLDER / "build"


def run(*command):
    ran = subprocess.run(command, cwd=FOLDER, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, f"{' '.join(command)}:\n{(ran.stdout + ran.stderr)[-3000:]}"


BUILD.mkdir(exist_ok=True)
token = app_token()
for version, name in {"v1.0": "v1", "beta": "beta", "extended": "extended"}.items():
    answer = requests.get(
        f"{told('origin')}/warehouse/{version}/$metadata",
        headers={"Authorization": f"Bearer {token}", "Accept": "application/xml"},
        timeout=60,
    )
    assert answer.status_code == 200, f"{version}: {answer.status_code} {answer.text[:300]}"
    (BUILD / f"{name}.xml").write_text(answer.text)
    run("node_modules/.bin/odata2ts", name)
    lines = sum(len(path.read_text().splitlines()) for path in (BUILD / name).rglob("*.ts"))
    assert lines > 500, f"{version}: odata2ts wrote only {lines} lines"
    print(f"{version}: {lines} lines of TypeScript")
run("node_modules/.bin/tsc", "--project", ".")
print("the compiler takes them, and a program over them")
