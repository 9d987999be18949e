"""An unmodified MSAL for Python gets an app-only token and reads this machine's row from the feed."""

import msal

from support import RESOURCE, reads_this_machine, told


def application(secret):
    return msal.ConfidentialClientApplication(
        told("client_id"),
        client_credential=secret,
        authority=f"{told('origin')}/{told('tenant_id')}",
        instance_discovery=False,
    )


answer = application(told("client_secret")).acquire_token_for_client([RESOURCE + "/.default"])
assert "access_token" in answer, answer
reads_this_machine(answer["access_token"])

refused = application("not the secret").acquire_token_for_client([RESOURCE + "/.default"])
assert refused.get("error") == "invalid_client", refused
