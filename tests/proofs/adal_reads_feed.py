"""An unmodified ADAL for Python, the older library, gets an app-only token (v1, `resource=`) and reads the feed."""

import adal

from support import RESOURCE, reads_this_machine, told


def context():
    """A context of its own each time: ADAL answers a second call from its cache, without asking the server."""
    authority = f"{told('origin')}/{told('tenant_id')}"
    return adal.AuthenticationContext(authority, validate_authority=False, cache=adal.TokenCache())


answer = context().acquire_token_with_client_credentials(RESOURCE, told("client_id"), told("client_secret"))
reads_this_machine(answer["accessToken"])

try:
    context().acquire_token_with_client_credentials(RESOURCE, told("client_id"), "not the secret")
except adal.AdalError as refused:
    assert "invalid_client" in str(refused.error_response), refused.error_response
else:
    raise AssertionError("a wrong secret was accepted")
