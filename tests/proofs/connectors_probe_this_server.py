"""A person adds probes of this very server and a connector for provisioning; they are done by real jobs, and told well.

The TLS probe reads the certificate that `ssl` of the standard library reads; the page probe tells a wrong status apart;
a call over SCIM is the last synchronisation of the directory's connector.
"""

import os
import socket
import ssl
import time
from urllib.parse import urlsplit

import msal
import requests

from support import told
from support.browser import Browser

ROOT = told("origin") + "/api/tenantStatus/connectors"
host, port = urlsplit(told("origin")).hostname, urlsplit(told("origin")).port
browser = Browser()
page = browser.sign_in(browser.session.get(told("origin") + "/api/session/sign-in", timeout=60))
if page.is_redirect:
    browser.session.get(page.headers["location"], timeout=60)
session = browser.session.get(told("origin") + "/api/session", timeout=60).json()
csrf = {"X-CSRF-Token": session["csrfToken"]}


def add(kind, **values):
    answer = browser.session.post(f"{ROOT}/{kind}/instances", json=values, headers=csrf, timeout=60)
    assert answer.status_code == 201, f"{kind}: {answer.status_code} {answer.text[:500]}"
    return f"{ROOT}/{kind}/instances/{answer.json()['id']}"


def settled(address, is_done):
    """The instance, once a run has left its mark; the jobs look for work every few seconds."""
    for _ in range(240):
        found = browser.session.get(address, timeout=60).json()
        if is_done(found):
            return found
        time.sleep(0.25)
    raise AssertionError(f"{address} stays {found}")


probe = add("tlsExpiry", displayName="This server", syncKind="tlsProbe", settings={"host": host, "port": port})
found = settled(probe, lambda one: one["sync"]["lastSuccessDateTime"])
context = ssl.create_default_context(cafile=os.environ["REQUESTS_CA_BUNDLE"])
with context.wrap_socket(socket.create_connection((host, port)), server_hostname=host) as stream:
    ends = ssl.cert_time_to_seconds(stream.getpeercert()["notAfter"])
told_end = found["credential"]["expirationDateTime"]
assert told_end == time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(ends)), f"{told_end} {ends}"

wrong = add("httpsProbe", displayName="No page", settings={"url": told("origin") + "/healthz", "expectedStatus": 404})
found = settled(wrong, lambda one: one["sync"]["lastError"])
assert "status 200; expected 404" in found["sync"]["lastError"], found

people = add("directorySync", displayName="People", syncKind="scim")
application = msal.ConfidentialClientApplication(
    told("provisioning_client_id"),
    client_credential=told("provisioning_client_secret"),
    authority=f"{told('origin')}/{told('tenant_id')}",
    instance_discovery=False,
)
token = application.acquire_token_for_client(["api://quarterdeck/.default"])["access_token"]
listed = requests.get(told("scim_root") + "/Users", headers={"Authorization": f"Bearer {token}"}, timeout=60)
assert listed.status_code == 200 and listed.json()["totalResults"] > 0, listed.text[:300]
settled(people, lambda one: one["sync"]["lastSuccessDateTime"])
for address in (probe, wrong, people):
    assert browser.session.delete(address, headers=csrf, timeout=60).status_code == 204, address
print(f"probed {host}:{port}: its certificate ends at {told_end}")
