"""The reference service of the `odata` crate, started for a proof, and a small client of it."""

import json
import os
import subprocess
import urllib.parse

import requests

from support import told

V4 = {"OData-MaxVersion": "4.0"}
V401 = {"OData-MaxVersion": "4.01"}


class Answer:
    """What came back: status, headers, text, and the text as JSON where it is that."""

    def __init__(self, response):
        self.status = response.status_code
        self.headers = response.headers
        self.text = response.content.decode("utf-8", "replace")
        is_json = "json" in response.headers.get("content-type", "")
        self.json = json.loads(self.text) if is_json and self.text else None

    @property
    def value(self):
        """The items of a collection, or the value of a property; fails on any other status than 200."""
        assert self.status == 200, f"{self.status} {self.text[:300]}"
        return self.json["value"]

    def refused(self, *statuses):
        """Fails unless this is an OData error with one of the statuses (JSON Format §21.1)."""
        assert self.status in statuses, f"{self.status} instead of {statuses}: {self.text[:300]}"
        error = self.json["error"]
        assert list(self.json) == ["error"] and error["code"] and error["message"], self.text[:300]
        return error


class Service:
    """Runs until the end of the `with` block."""

    def __enter__(self):
        self.process = subprocess.Popen(
            [told("reference_service"), "--port", "0"], stdout=subprocess.PIPE, text=True, env=os.environ
        )
        self.root = self.process.stdout.readline().strip()
        assert self.root.startswith("http://127.0.0.1:"), self.root
        self.session = requests.Session()
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()

    def ask(self, method, path, headers=None, body=None):
        """One request. Spaces and quotes of the path may stand as they are."""
        address = self.root + urllib.parse.quote(path, safe="/$&+,:;=@()'!*%?-._~")
        response = self.session.request(
            method, address, headers=headers, data=body, timeout=60, allow_redirects=False
        )
        return Answer(response)

    def get(self, path, **headers):
        """GET; header names have underscores for hyphens."""
        return self.ask("GET", path, {name.replace("_", "-"): value for name, value in headers.items()})

    def names(self, query, **headers):
        """The names of the products a query leaves."""
        return [product["Name"] for product in self.get(f"Products?{query}", **headers).value]

    def batch(self, requests_, **headers):
        """The answers of a JSON batch by id."""
        answer = self.ask(
            "POST", "$batch", {"Content-Type": "application/json", **headers}, json.dumps({"requests": requests_})
        )
        assert answer.status == 200, answer.text[:300]
        return {response["id"]: response for response in answer.json["responses"]}
