"""A person at a browser, played by requests: reads the sign-in pages' forms and fills them in."""

import re
from html import unescape

import requests

from support import told


def field(page, name):
    """The value of a form's input."""
    found = re.search(rf'<input[^>]*name="{name}"[^>]*value="([^"]*)"', page.text)
    assert found, f"no field {name} at {page.url}: {page.status_code} {page.text[:300]}"
    return unescape(found.group(1))


class Browser:
    def __init__(self):
        self.session = requests.Session()

    def follow(self, address):
        """Opens an address; answers the page, or the redirect away from the server."""
        page = self.session.get(address, allow_redirects=False, timeout=60)
        while page.is_redirect and page.headers["location"].startswith("/"):
            address = told("origin") + page.headers["location"]
            page = self.session.get(address, allow_redirects=False, timeout=60)
        return page

    def submit(self, page, path, **values):
        """Posts the form of a page with its hidden fields; answers where that leads."""
        hidden = re.findall(r'<input type="hidden" name="([^"]*)" value="([^"]*)"', page.text)
        form = {name: unescape(value) for name, value in hidden} | values
        answer = self.session.post(told("origin") + path, data=form, allow_redirects=False, timeout=60)
        if answer.is_redirect and answer.headers["location"].startswith("/"):
            return self.follow(told("origin") + answer.headers["location"])
        return answer

    def sign_in(self, page):
        """Signs the demo's administrator in on a sign-in page."""
        path = f"/{told('tenant_id')}/login"
        return self.submit(page, path, name=told("admin_user"), password=told("admin_password"))

    def answer_code(self, address):
        """Signs in and agrees, until the server sends the browser back to the client; answers that address."""
        page = self.follow(address)
        if 'name="password"' in page.text:
            page = self.sign_in(page)
        if 'value="accept"' in page.text:
            page = self.submit(page, f"/{told('tenant_id')}/consent", choice="accept")
        assert page.is_redirect, f"{page.status_code} {page.text[:500]}"
        return page.headers["location"]

    def approve_device(self, address, user_code):
        """Types a device's code and approves it."""
        page = self.follow(address)
        if 'name="password"' in page.text:
            page = self.sign_in(page)
        page = self.submit(page, "/devicelogin", user_code=user_code)
        page = self.submit(page, "/devicelogin", choice="approve")
        assert 'role="status"' in page.text, page.text[:500]
