"""An unmodified MSAL for Python signs a person in: with Power Query's own client and PKCE, and with a device code."""

import threading
from urllib.parse import parse_qsl, urlsplit

import msal

from support import RESOURCE, feed, told
from support.browser import Browser

POWER_QUERY = "a672d62c-fc7b-4e81-a576-e60dc46e951d"
REDIRECT = "https://oauth.powerbi.com/views/oauthredirect.html"


def application(client_id):
    authority = f"{told('origin')}/{told('tenant_id')}"
    return msal.PublicClientApplication(client_id, authority=authority, instance_discovery=False)


# The person's token reads the feed, from the cache and after a refresh too.
scopes = [RESOURCE + "/get_data_warehouse"]
power_query = application(POWER_QUERY)
flow = power_query.initiate_auth_code_flow(scopes, redirect_uri=REDIRECT)
answer = urlsplit(Browser().answer_code(flow["auth_uri"]))
result = power_query.acquire_token_by_auth_code_flow(flow, dict(parse_qsl(answer.query)))
assert result.get("id_token_claims", {}).get("preferred_username") == told("admin_user"), result
feed("dates?$top=1", result["access_token"])

[account] = power_query.get_accounts()
assert account["username"] == told("admin_user"), account
assert power_query.acquire_token_silent(scopes, account)["token_source"] == "cache"
renewed = power_query.acquire_token_silent(scopes, account, force_refresh=True)
assert renewed["token_source"] == "identity_provider", renewed
feed("dates?$top=1", renewed["access_token"])

# A device waits while its person types the code.
agent = application("quarterdeck-agent")
flow = agent.initiate_device_flow(["api://quarterdeck/agent.enroll"])
assert flow.get("user_code"), flow
person = threading.Thread(target=Browser().approve_device, args=(flow["verification_uri"], flow["user_code"]))
person.start()
result = agent.acquire_token_by_device_flow(flow)
person.join()
assert "api://quarterdeck/agent.enroll" in result.get("scope", "").split(), result
print(f"signed {account['username']} in with a code and on a device")
