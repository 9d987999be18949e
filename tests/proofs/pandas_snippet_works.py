"""The pandas program on the data warehouse page works when it is pasted: only the two words in capitals are replaced."""

import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

from support import told

SOURCE = pathlib.Path(__file__).parents[2] / "web/src/routes/warehouse/snippets.ts"


def snippet(tool, values):
    """The text of one tool's function, as the page shows it."""
    found = re.search(rf"function {tool}\(.*?return `(.*?)`;\n}}", SOURCE.read_text(), re.DOTALL)
    assert found, f"{SOURCE} has no snippet {tool}"
    text = found.group(1).replace("\\\\", "\\")
    for name, value in values.items():
        text = text.replace("${" + name + "}", value)
    return text.replace("${SCOPE}", "https://api.manage.microsoft.com/.default")


program = snippet(
    "pandas",
    {"origin": told("origin"), "tenantId": told("tenant_id"), "root": told("origin") + "/warehouse/v1.0/"},
)
assert "${" not in program, program
program = program.replace("CLIENT_ID", told("client_id")).replace("CLIENT_SECRET", told("client_secret"))
program += "\nprint(len(devices), sorted(devices.columns)[:3], devices['deviceName'].notna().sum())\n"
with tempfile.TemporaryDirectory() as folder:
    shutil.copy(os.environ["REQUESTS_CA_BUNDLE"], pathlib.Path(folder, "ca.pem"))
    pathlib.Path(folder, "pasted.py").write_text(program)
    ran = subprocess.run([sys.executable, "pasted.py"], cwd=folder, capture_output=True, text=True, check=False)
assert ran.returncode == 0, ran.stderr[-2000:]
count = int(ran.stdout.split()[0])
assert count >= 100, ran.stdout
print(f"the pasted program made a data frame of {ran.stdout.strip()}")
