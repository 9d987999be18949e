"""An independent compliance tool, scim2-tester, makes, reads, replaces, changes and deletes users and groups over SCIM.

It discovers the schemas, then tries every attribute in every way the RFCs allow. Nothing may fail. The app's token comes
from MSAL.
"""

import collections
import os
import ssl

import httpx2
import msal
from scim2_client.engines.httpx2 import SyncSCIMClient
from scim2_tester import Status, check_server

from support import told

application = msal.ConfidentialClientApplication(
    told("provisioning_client_id"),
    client_credential=told("provisioning_client_secret"),
    authority=f"{told('origin')}/{told('tenant_id')}",
    instance_discovery=False,
)
answer = application.acquire_token_for_client(["api://quarterdeck/.default"])
assert "access_token" in answer, answer

trust = ssl.create_default_context(cafile=os.environ.get("REQUESTS_CA_BUNDLE"))
bearer = {"Authorization": f"Bearer {answer['access_token']}"}
http = httpx2.Client(base_url=told("scim_root"), headers=bearer, verify=trust, timeout=30)
results = check_server(SyncSCIMClient(http))
counts = collections.Counter(result.status for result in results)
for result in results:
    if result.status not in (Status.SUCCESS, Status.SKIPPED):
        print(result.status.name, result.title, "-", result.reason)
bad = sum(number for status, number in counts.items() if status not in (Status.SUCCESS, Status.SKIPPED))
print("scim2-tester:", ", ".join(f"{status.name.lower()} {number}" for status, number in counts.items()))
assert counts[Status.SUCCESS] > 50, f"only {counts[Status.SUCCESS]} checks ran"
assert bad == 0, f"{bad} checks did not succeed"

# Whoever has no token does not get in.
assert httpx2.get(told("scim_root") + "/Users", verify=trust).status_code == 401
